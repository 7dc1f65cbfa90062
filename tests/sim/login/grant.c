/*
 * grant.c - tokens and device codes in lists, and what they look like.
 * 1. An access token looks like Entra's (three parts of base64url), but the
 *    simulator knows it by its whole text alone.
 */
#include "login/grant.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <gnutls/crypto.h>

#include "login/loginoption.h"
#include "world/account.h"

static struct token *tokens;
static struct device *devices;
static unsigned long issued;

int64_t
grant_now_ms(void)
{
	struct timespec ts;

	if (world.stands != 0)
		return world.stands * 1000;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
add_random(struct sb *b, size_t bytes)
{
	unsigned char r[256];

	gnutls_rnd(GNUTLS_RND_KEY, r, bytes);
	app_b64url(b, r, bytes);
}

static void
add_claims(struct sb *b, const struct token *t)
{
	const struct grant *g = &t->grant;
	struct sb j = { 0 };

	SB_LIT(&j, "{\"aud\":");
	sb_json(&j, g->audience);
	sb_fmt(&j, ",\"iss\":\"https://sts.windows.net/%s/\"", g->tenant->id);
	sb_fmt(&j,
	    ",\"nbf\":%lld,\"exp\":%lld,\"appid\":", (long long)world_now(),
	    (long long)t->expires);
	sb_json(&j, g->app->id);
	sb_fmt(&j, ",\"tid\":\"%s\",\"ver\":\"1.0\",", g->tenant->id);
	if (g->user == NULL) {
		SB_LIT(&j, "\"idtyp\":\"app\",\"roles\":");
		sb_json(&j, g->app->roles);
	} else {
		SB_LIT(&j, "\"upn\":");
		sb_json(&j, g->user);
		SB_LIT(&j, ",\"scp\":");
		sb_json(&j, g->scope);
	}
	SB_LIT(&j, "}");
	app_b64url(b, j.p, j.n);
	sb_free(&j);
}

static void
make_text(struct token *t)
{
	static const char HEADER[] = "{\"typ\":\"JWT\",\"alg\":\"RS256\"}";
	struct sb b = { 0 };

	if (t->refresh) {
		SB_LIT(&b, "1.A");
		add_random(&b, 240);
	} else {
		app_b64url(&b, HEADER, strlen(HEADER));
		sb_ch(&b, '.');
		add_claims(&b, t);
		sb_ch(&b, '.');
		add_random(&b, 256);
	}
	t->text = b.p;
}

static const char *
copied(const char *text)
{
	return text != NULL ? sb_xstrdup(text) : NULL;
}

struct token *
grant_token(const struct grant *g, bool refresh)
{
	struct token *t = sb_xmalloc(sizeof(*t));

	t->grant = *g;
	t->grant.user = copied(g->user);
	t->grant.audience = copied(g->audience);
	t->grant.scope = copied(g->scope);
	t->grant.asked = copied(g->asked);
	t->refresh = refresh;
	t->expires = world_now() + (refresh ? login_option.refresh_seconds
					    : login_option.token_seconds);
	make_text(t);
	if (g->user != NULL) {
		t->account.name = sb_xstrdup(g->user);
		t->account.key = account_key(g->user);
	}
	t->next = tokens;
	tokens = t;
	issued += !refresh;
	return t;
}

struct token *
grant_find(const char *text, bool refresh)
{
	struct token *t;

	for (t = tokens; t != NULL; t = t->next)
		if (t->refresh == refresh && strcmp(t->text, text) == 0)
			return t;
	return NULL;
}

unsigned
grant_revoke(const char *user)
{
	struct token *t;
	unsigned n = 0;

	for (t = tokens; t != NULL; t = t->next) {
		if (!t->refresh || t->revoked || t->grant.user == NULL ||
		    strcasecmp(t->grant.user, user) != 0)
			continue;
		t->revoked = true;
		n++;
	}
	return n;
}

unsigned long
grant_issued(void)
{
	return issued;
}

/* Nine signs that cannot be taken for each other. */
static char *
user_code(void)
{
	static const char SIGN[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
	unsigned char r[9];
	char *code = sb_xmalloc(sizeof(r) + 1);
	size_t i;

	gnutls_rnd(GNUTLS_RND_NONCE, r, sizeof(r));
	for (i = 0; i < sizeof(r); i++)
		code[i] = SIGN[r[i] % (sizeof(SIGN) - 1)];
	return code;
}

struct device *
grant_device(struct app *app, const struct tenant *tenant, const char *scope)
{
	struct device *d = sb_xmalloc(sizeof(*d));
	struct sb b = { 0 };

	SB_LIT(&b, "HAQ");
	add_random(&b, 120);
	d->code = b.p;
	d->user_code = user_code();
	d->app = app;
	d->tenant = tenant;
	d->scope = sb_xstrdup(scope);
	d->expires = world_now() + login_option.device_seconds;
	d->interval = login_option.device_interval;
	d->next = devices;
	devices = d;
	return d;
}

struct device *
grant_device_code(const char *code)
{
	struct device *d;

	for (d = devices; d != NULL; d = d->next)
		if (strcmp(d->code, code) == 0)
			return d;
	return NULL;
}

struct device *
grant_user_code(const char *code)
{
	struct device *d;

	if (strcmp(code, "last") == 0)
		return devices;
	for (d = devices; d != NULL; d = d->next)
		if (strcasecmp(d->user_code, code) == 0)
			return d;
	return NULL;
}

void
grant_pending(struct sb *out)
{
	const struct device *d;
	bool first = true;

	SB_LIT(out, "[");
	for (d = devices; d != NULL; d = d->next) {
		if (d->state != DEVICE_PENDING || d->expires <= world_now())
			continue;
		sb_str(out, first ? "" : ",");
		first = false;
		sb_json(out, d->user_code);
	}
	SB_LIT(out, "]");
}

void
grant_secrets(struct sb *out)
{
	const struct token *t;
	const struct device *d;
	const char *comma = "";

	SB_LIT(out, "[");
	for (t = tokens; t != NULL; t = t->next, comma = ",") {
		sb_str(out, comma);
		sb_json(out, t->text);
	}
	for (d = devices; d != NULL; d = d->next, comma = ",") {
		sb_str(out, comma);
		sb_json(out, d->code);
	}
	SB_LIT(out, "]");
}

void
grant_free(void)
{
	struct token *t;
	struct device *d;

	while ((t = tokens) != NULL) {
		tokens = t->next;
		free((void *)(uintptr_t)t->grant.user);
		free((void *)(uintptr_t)t->grant.audience);
		free((void *)(uintptr_t)t->grant.scope);
		free((void *)(uintptr_t)t->grant.asked);
		free(t->account.name);
		free(t->account.key);
		free(t->text);
		free(t);
	}
	while ((d = devices) != NULL) {
		devices = d->next;
		free(d->code);
		free(d->user_code);
		free(d->scope);
		free(d->user);
		free(d);
	}
}
