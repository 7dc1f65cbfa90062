/*
 * autoauth.c - the strongest login that the server offers (auth = auto).
 * 1. The first request has no body, and nothing in it is secret: the answer
 *    says what is offered. NTLM if it is, and the user name has a domain; else
 *    Basic, which goes over TLS only (http.c sees to that).
 * 2. What was chosen stays: another scheme is never tried after a login was
 *    rejected, or each wrong password would count twice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/autoauth.h"
#include "auth/basic.h"
#include "auth/bearer.h"
#include "auth/ntlmauth.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/challenge.h"

struct auto_auth {
	struct http_auth auth;   /* first: callers hold this */
	struct http_auth *ntlm;  /* NULL: the user name has no domain */
	struct http_auth *basic; /* NULL: the user name has a colon */
	struct http_auth *chosen;
	const char *place;
};

/* The first request of an exchange, before anything is chosen. */
static int
ask_first(struct auto_auth *a, const struct http_auth_conn *conn,
    struct buf *out, struct err *e)
{
	a->auth.bare = true;
	/* its first message names nobody, and saves a round */
	return a->ntlm != NULL ? a->ntlm->header(a->ntlm, conn, NULL, out, e)
			       : 0;
}

static int
fail_offered(const char *challenge, struct err *e)
{
	bool domain = challenge_offers(challenge, "NTLM");
	char list[128];

	challenge_list(challenge, list, sizeof(list));
	err_set(e, ERR_CONFIG,
	    "the server offers no login that auth = auto can do here: it "
	    "offers %s (HTTP 401): %s",
	    *list ? list : "nothing",
	    domain
		? "for NTLM username needs its domain: write DOMAIN\\name or "
		  "name@domain"
	    : challenge_offers(challenge, "Basic")
		? "for Basic username must not hold a colon"
	    : bearer_is_modern(challenge)
		? "the server has modern authentication (OAuth 2.0): write "
		  "auth = oauth"
		: "enable Windows authentication with the provider NTLM, or "
		  "Basic authentication");
	snprintf(e->about, sizeof(e->about), "%s", list);
	return err_code(
	    e, CAUSE_NOT_OFFERED, "auth-not-offered", SCOPE_PROFILE);
}

static int
auto_header(struct http_auth *h, const struct http_auth_conn *conn,
    const char *challenge, struct buf *out, struct err *e)
{
	struct auto_auth *a = (struct auto_auth *)h;
	int r;

	if (a->chosen == NULL && challenge == NULL)
		return ask_first(a, conn, out, e);
	if (a->chosen == NULL && a->ntlm != NULL &&
	    challenge_offers(challenge, "NTLM"))
		a->chosen = a->ntlm;
	else if (a->chosen == NULL && a->basic != NULL &&
		 challenge_offers(challenge, "Basic")) {
		a->chosen = a->basic;
		challenge = NULL; /* it is no answer to a login of its own */
	}
	if (a->chosen == NULL)
		return fail_offered(challenge, e);
	r = a->chosen->header(a->chosen, conn, challenge, out, e);
	a->auth.bare = a->chosen->bare;
	return r;
}

static int
auto_finish(struct http_auth *h, const struct http_auth_conn *conn, int status,
    const char *challenge, struct err *e)
{
	struct auto_auth *a = (struct auto_auth *)h;
	struct http_auth *who = a->chosen != NULL ? a->chosen : a->ntlm;

	if (who != NULL)
		return who->finish == NULL
			   ? 0
			   : who->finish(who, conn, status, challenge, e);
	if (status / 100 != 2)
		return 0;
	err_set(e, ERR_CONFIG,
	    "what answers does not ask for a login (HTTP %d for a request "
	    "without one): it is not %s: check server or url",
	    status, a->place);
	return err_code(e, CAUSE_NOT_SERVICE, "auth-not-asked", SCOPE_MAILBOX);
}

static void
auto_describe(const struct http_auth *h, char *out, size_t size)
{
	const struct auto_auth *a = (const struct auto_auth *)h;

	if (a->chosen == NULL)
		snprintf(out, size, "auto, nothing chosen yet");
	else
		a->chosen->describe(a->chosen, out, size);
}

static void
auto_free(struct http_auth *h)
{
	struct auto_auth *a = (struct auto_auth *)h;

	if (a == NULL)
		return;
	if (a->ntlm != NULL)
		a->ntlm->free(a->ntlm);
	if (a->basic != NULL)
		a->basic->free(a->basic);
	free(a);
}

struct http_auth *
autoauth_open(const struct credential *c, const char *place)
{
	struct auto_auth *a = mem_alloc(sizeof(*a));
	const char *name = str_nn(c->username);
	struct err none = ERR_INIT;

	a->auth.header = auto_header;
	a->auth.finish = auto_finish;
	a->auth.free = auto_free;
	a->auth.describe = auto_describe;
	a->place = place;
	if (name[strcspn(name, "\\@")] != '\0')
		a->ntlm = ntlmauth_open(c, place);
	a->basic = basic_open(c, place, &none);
	return &a->auth;
}
