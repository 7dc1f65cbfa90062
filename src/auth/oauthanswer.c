/*
 * oauthanswer.c - what a token service answers.
 * 1. No token enters a message: of an answer that is an error only its error
 *    members are shown, of any other nothing.
 * 2. What the service says of itself is made printable and bounded, and it is
 *    not shown when it repeats a secret that it was told.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/aadsts.h"
#include "auth/echo.h"
#include "auth/oauthanswer.h"
#include "base/enc.h"
#include "base/mem.h"
#include "base/str.h"
#include "fmt/jsonpick.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define TOLD     300 /* bytes of a description that are shown */
#define YEAR     INT64_C(31536000)
/* A token is used so long at least; when it ends before, a 401 renews it. */
#define SHORTEST 60

void
oauthanswer_token_init(struct oauthanswer_token *t)
{
	buf_init_secret(&t->access, OAUTHANSWER_TOKEN);
	buf_init_secret(&t->refresh, OAUTHANSWER_TOKEN);
	buf_init_secret(&t->id, OAUTHANSWER_TOKEN);
	t->expires_in = 0;
}

void
oauthanswer_token_free(struct oauthanswer_token *t)
{
	buf_free(&t->access);
	buf_free(&t->refresh);
	buf_free(&t->id);
}

void
oauthanswer_device_free(struct oauthanswer_device *d)
{
	buf_free(&d->device_code);
}

/* --- errors ------------------------------------------------------------- */

/* The members of an error. */
struct fault {
	struct buf error, description, number;
};

static void
fault_init(struct fault *f)
{
	/* for secrets: a service may say them again */
	buf_init_secret(&f->error, 60);
	buf_init_secret(&f->description, 2000);
	buf_init(&f->number, 20);
}

static void
fault_free(struct fault *f)
{
	buf_free(&f->error);
	buf_free(&f->description);
	buf_free(&f->number);
}

static void
hide_echo(struct buf *b, const char *asked)
{
	if (asked == NULL || !echo_has_secret(buf_str(b), asked))
		return;
	buf_reset(b);
	buf_adds(b, "(a repeated secret)");
}

/* Is it an error of the protocol? */
static bool
read_fault(struct fault *f, const struct oauthanswer *a)
{
	struct jsonpick_member m[] = { { "error", &f->error, true, false },
		{ "error_description", &f->description, true, false },
		{ "error_codes", &f->number, true, false } };
	struct err ignored = ERR_INIT;

	if (jsonpick_read(m, COUNT(m), a->body, a->len, &ignored) == -1)
		return false;
	hide_echo(&f->error, a->asked);
	hide_echo(&f->description, a->asked);
	return m[0].found;
}

/* The number, from error_codes or else from the description's AADSTS...; 0. */
static int64_t
fault_number(const struct fault *f)
{
	const char *s = strstr(buf_str(&f->description), "AADSTS");
	int64_t n = 0;

	if (str_int(buf_str(&f->number), 1, INT32_MAX, &n))
		return n;
	for (s = s == NULL ? "" : s + 6; *s >= '0' && *s <= '9'; s++)
		if ((n = 10 * n + (*s - '0')) > INT32_MAX)
			return 0;
	return n;
}

/* The description without the ids that Entra puts behind it. */
static void
fault_text(const struct fault *f, char *out, size_t size)
{
	const char *s = buf_str(&f->description);
	const char *end = strstr(s, "Trace ID:");
	size_t n = end == NULL ? strcspn(s, "\r\n") : (size_t)(end - s);

	while (n > 0 && str_is_white(s[n - 1]))
		n--;
	str_printable(out, size < TOLD ? size : TOLD, s, n);
}

/* What an error of the protocol means (RFC 6749 5.2) without a number. */
static enum err_kind
kind_of(const char *error)
{
	static const char *const login[] = { "invalid_client", "invalid_grant",
		"unauthorized_client", "interaction_required",
		"consent_required", "login_required", "access_denied",
		"authorization_declined", "expired_token",
		"bad_verification_code" };
	static const char *const passes[] = { "temporarily_unavailable",
		"server_error" };
	size_t i;

	for (i = 0; i < COUNT(login); i++)
		if (strcmp(error, login[i]) == 0)
			return ERR_AUTH;
	for (i = 0; i < COUNT(passes); i++)
		if (strcmp(error, passes[i]) == 0)
			return ERR_RETRY;
	return ERR_CONFIG;
}

static bool
is_busy(int status)
{
	return status == 429 || status == 408 || status / 100 == 5;
}

static enum err_cause
cause_of_kind(enum err_kind kind)
{
	return kind == ERR_AUTH    ? CAUSE_LOGIN_DENIED
	       : kind == ERR_RETRY ? CAUSE_BUSY
				   : CAUSE_OTHER;
}

static int
say_fault(const struct fault *f, const struct oauthanswer *a, struct err *err)
{
	const struct aadsts *row = aadsts_find(fault_number(f));
	int64_t number = fault_number(f);
	enum err_kind kind =
	    row != NULL ? row->kind : kind_of(buf_str(&f->error));
	char code[64], said[TOLD], name[64];
	const char *what = "the login is refused";

	if (is_busy(a->status))
		kind = ERR_RETRY;
	if (kind == ERR_RETRY)
		what = "the token service gives no token now";
	str_printable(name, sizeof(name), buf_str(&f->error), f->error.len);
	fault_text(f, said, sizeof(said));
	if (number > 0)
		snprintf(code, sizeof(code), "AADSTS%lld", (long long)number);
	else
		snprintf(code, sizeof(code), "%s", name);
	if (row != NULL)
		err_set(err, kind, "%s (%s): %s", what, code, row->sentence);
	else
		err_set(err, kind, "%s (HTTP %d, %s): %s", what, a->status,
		    name, *said != '\0' ? said : "no reason given");
	err_code(err, cause_of_kind(kind), code, SCOPE_PROFILE);
	snprintf(err->about, sizeof(err->about), OAUTHANSWER_ABOUT);
	if (kind == ERR_RETRY)
		err->retry_ms = a->wait_ms > 0 ? a->wait_ms : 0;
	return -1;
}

/* The answer is not the protocol's. */
static int
say_other(const struct oauthanswer *a, const struct err *why, struct err *err)
{
	char code[64];

	snprintf(code, sizeof(code), "http-%d", a->status);
	if (is_busy(a->status)) {
		err_set(err, ERR_RETRY, "the token service is busy (HTTP %d)",
		    a->status);
		err_code(err, CAUSE_BUSY, code, SCOPE_PROFILE);
		err->retry_ms = a->wait_ms > 0 ? a->wait_ms : 0;
	} else if (a->status / 100 == 2) {
		err_set(err, ERR_RETRY,
		    "the answer of the token service cannot be used: %.200s",
		    why->msg);
		err_code(err, CAUSE_MALFORMED, "token-answer", SCOPE_PROFILE);
	} else {
		err_set(err, ERR_CONFIG,
		    "what answers is no token service (HTTP %d): check "
		    "authority and tenant_id, and whether a proxy is in "
		    "between",
		    a->status);
		err_code(err, CAUSE_NOT_SERVICE, code, SCOPE_PROFILE);
	}
	snprintf(err->about, sizeof(err->about), OAUTHANSWER_ABOUT);
	return -1;
}

/* Sets err for an answer that gives nothing. */
static enum oauthanswer_said
judge_refusal(
    const struct oauthanswer *a, const struct err *why, struct err *err)
{
	static const struct {
		const char *error;
		enum oauthanswer_said said;
	} known[] = {
		{ "authorization_pending", OAUTHANSWER_PENDING },
		{ "slow_down", OAUTHANSWER_SLOWER },
		{ "authorization_declined", OAUTHANSWER_DECLINED },
		{ "access_denied", OAUTHANSWER_DECLINED },
		{ "expired_token", OAUTHANSWER_EXPIRED },
		{ "code_expired", OAUTHANSWER_EXPIRED },
	};
	enum oauthanswer_said said = OAUTHANSWER_FAILED;
	struct fault f;
	size_t i;

	fault_init(&f);
	if (!read_fault(&f, a))
		say_other(a, why, err);
	else {
		say_fault(&f, a, err);
		for (i = 0; i < COUNT(known); i++)
			if (strcmp(buf_str(&f.error), known[i].error) == 0)
				said = known[i].said;
	}
	fault_free(&f);
	return said;
}

/* --- what was asked for ------------------------------------------------- */

/* A number of seconds in [lo, hi]; absent, or out of it: what is nearest. */
static int64_t
seconds_of(const struct buf *b, int64_t lo, int64_t hi, int64_t absent)
{
	int64_t n;

	if (!str_int(buf_str(b), 0, INT32_MAX, &n))
		n = absent;
	return n < lo ? lo : n > hi ? hi : n;
}

/* May it stand in a header? RFC 6750 2.1. */
static bool
is_bearer_token(const struct buf *b)
{
	size_t i;

	for (i = 0; i < b->len; i++)
		if (b->data[i] <= ' ' || b->data[i] > '~')
			return false;
	return b->len > 0;
}

enum oauthanswer_said
oauthanswer_read_token(
    struct oauthanswer_token *t, const struct oauthanswer *a, struct err *err)
{
	struct buf type, lasts;
	struct jsonpick_member m[] = { { "token_type", &type, true, false },
		{ "expires_in", &lasts, true, false },
		{ "access_token", &t->access, false, false },
		{ "refresh_token", &t->refresh, false, false },
		{ "id_token", &t->id, false, false } };
	struct err why = ERR_INIT;
	bool given = false;

	buf_init(&type, 20);
	buf_init(&lasts, 20);
	if (a->status / 100 == 2 &&
	    jsonpick_read(m, COUNT(m), a->body, a->len, &why) == 0) {
		given = is_bearer_token(&t->access) &&
			str_ieq(buf_str(&type), "Bearer");
		if (!given)
			err_set(&why, ERR_RETRY,
			    "it has no access_token of type Bearer");
		t->expires_in = seconds_of(&lasts, SHORTEST, YEAR, 3600);
	}
	buf_free(&type);
	buf_free(&lasts);
	return given ? OAUTHANSWER_GIVEN : judge_refusal(a, &why, err);
}

static void
show_text(char *out, size_t size, const struct buf *b)
{
	str_printable(out, size, buf_str(b), b->len);
}

int
oauthanswer_read_device(
    struct oauthanswer_device *d, const struct oauthanswer *a, struct err *err)
{
	struct buf code, url, message, lasts, interval;
	struct jsonpick_member m[] = {
		{ "device_code", &d->device_code, false, false },
		{ "user_code", &code, false, false },
		{ "verification_uri", &url, false, false },
		{ "verification_url", &url, false, false },
		{ "message", &message, true, false },
		{ "expires_in", &lasts, true, false },
		{ "interval", &interval, true, false },
	};
	struct err why = ERR_INIT;
	bool given;

	memset(d, 0, sizeof(*d));
	buf_init_secret(&d->device_code, OAUTHANSWER_TOKEN);
	buf_init(&code, sizeof(d->user_code) - 1);
	buf_init(&url, sizeof(d->url) - 1);
	buf_init(&message, sizeof(d->message) - 1);
	buf_init(&lasts, 20);
	buf_init(&interval, 20);
	given = a->status / 100 == 2 &&
		jsonpick_read(m, COUNT(m), a->body, a->len, &why) == 0;
	if (given && (d->device_code.len == 0 || code.len == 0 || url.len == 0))
		given = err_set(&why, ERR_RETRY, "it has no code") == 0;
	show_text(d->user_code, sizeof(d->user_code), &code);
	show_text(d->url, sizeof(d->url), &url);
	show_text(d->message, sizeof(d->message), &message);
	d->interval = seconds_of(&interval, 1, 300, 5);
	d->expires_in = seconds_of(&lasts, 1, 3600, 900);
	buf_free(&code);
	buf_free(&url);
	buf_free(&message);
	buf_free(&lasts);
	buf_free(&interval);
	if (given)
		return 0;
	judge_refusal(a, &why, err);
	return -1;
}

/* The claims of a JWT, decoded. False: it is none. */
static bool
decode_claims(const struct buf *token, struct buf *out)
{
	struct enc_b64 b = { 0 };
	const char *from = strchr(buf_str(token), '.'), *to;
	char *room;
	size_t n;
	long k;

	if (from == NULL || (to = strchr(++from, '.')) == NULL)
		return false;
	n = (size_t)(to - from);
	if ((room = buf_room(out, 3 * (n / 4 + 1))) == NULL ||
	    (k = enc_b64_feed(&b, from, n, room)) == -1)
		return false;
	out->len += (size_t)k;
	return true;
}

void
oauthanswer_who(const struct buf *token, char *out, size_t size)
{
	struct buf claims, name, upn, mail;
	struct jsonpick_member m[] = { { "preferred_username", &name, true,
					   false },
		{ "upn", &upn, true, false }, { "email", &mail, true, false } };
	struct err ignored = ERR_INIT;
	size_t i;

	out[0] = '\0';
	buf_init_secret(&claims, OAUTHANSWER_TOKEN);
	buf_init(&name, 320);
	buf_init(&upn, 320);
	buf_init(&mail, 320);
	if (decode_claims(token, &claims) &&
	    jsonpick_read(
		m, COUNT(m), buf_str(&claims), claims.len, &ignored) == 0)
		for (i = COUNT(m); i-- > 0;)
			if (m[i].found && m[i].text->len > 0)
				show_text(out, size, m[i].text);
	buf_free(&claims);
	buf_free(&name);
	buf_free(&upn);
	buf_free(&mail);
}
