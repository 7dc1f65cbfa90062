/*
 * oauthauth.c - a token in each request.
 * 1. The token is asked for again in each exchange, since it may have expired.
 * 2. A 401 renews it once in an exchange; a second 401 ends the exchange.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/bearer.h"
#include "auth/oauthauth.h"
#include "auth/token.h"
#include "base/mem.h"
#include "net/challenge.h"

struct oauth_auth {
	struct http_auth auth; /* first: callers hold this */
	struct token *token;   /* NULL: nobody to log in as */
	const char *place;
	uint64_t serial; /* of the token that was sent last */
	bool renewed;    /* in this exchange */
};

static int
send_token(struct oauth_auth *a, uint64_t not, struct buf *out, struct err *e)
{
	if (a->token == NULL) {
		err_set(e, ERR_CONFIG, "there is no login to ask a token for");
		return err_code(e, CAUSE_OTHER, "oauth", SCOPE_PROFILE);
	}
	buf_adds(out, "Bearer ");
	return token_take(a->token, not, &a->serial, out, e);
}

static int
token_not_taken(
    const struct oauth_auth *a, const char *challenge, struct err *e)
{
	char list[128];

	challenge_list(challenge, list, sizeof(list));
	err_set(e, ERR_CONFIG,
	    "the server does not take OAuth tokens here; it offers %s (HTTP "
	    "401): enable modern authentication for %s (a server of your own "
	    "needs Hybrid Modern Authentication), or write another auth",
	    *list ? list : "nothing", a->place);
	snprintf(e->about, sizeof(e->about), "%s", list);
	return err_code(
	    e, CAUSE_NOT_OFFERED, "oauth-not-offered", SCOPE_PROFILE);
}

static int
token_refused(const struct oauth_auth *a, const char *challenge, struct err *e)
{
	char uri[200], why[100], text[300];

	if (!challenge_offers(challenge, "Bearer"))
		return token_not_taken(a, challenge, e);
	bearer_param(challenge, "error", why, sizeof(why));
	bearer_param(challenge, "error_description", text, sizeof(text));
	err_set(e, ERR_AUTH,
	    "the server refuses the token, a new one too (HTTP 401%s%s%s%s): "
	    "check scope, the permission of the app registration and its "
	    "consent (full_access_as_app with a client secret or certificate, "
	    "EWS.AccessAsUser.All for a person)",
	    *why != '\0' ? ", " : "", why, *text != '\0' ? ": " : "", text);
	if (bearer_param(challenge, "authorization_uri", uri, sizeof(uri)) ==
		false &&
	    *why == '\0') {
		size_t at = strlen(e->msg);

		snprintf(e->msg + at, sizeof(e->msg) - at,
		    "; it names nobody who gives tokens: on a server of your "
		    "own Hybrid Modern Authentication is off");
	}
	return err_code(e, CAUSE_LOGIN_DENIED, "http-401", SCOPE_PROFILE);
}

static int
oauth_header(struct http_auth *h, const struct http_auth_conn *conn,
    const char *challenge, struct buf *out, struct err *e)
{
	struct oauth_auth *a = (struct oauth_auth *)h;

	(void)conn; /* the header is the same on all connections */
	if (challenge == NULL) {
		a->renewed = false;
		return send_token(a, 0, out, e);
	}
	if (a->renewed || !challenge_offers(challenge, "Bearer"))
		return token_refused(a, challenge, e);
	a->renewed = true;
	return send_token(a, a->serial, out, e);
}

static void
oauth_describe(const struct http_auth *h, char *out, size_t size)
{
	(void)h;
	snprintf(out, size, "OAuth 2.0");
}

static void
oauth_free(struct http_auth *h)
{
	struct oauth_auth *a = (struct oauth_auth *)h;

	if (a == NULL)
		return;
	if (a->token != NULL)
		token_put(a->token);
	free(a);
}

struct http_auth *
oauthauth_open(const struct credential *c, const char *place)
{
	struct oauth_auth *a = mem_alloc(sizeof(*a));

	a->auth.header = oauth_header;
	a->auth.free = oauth_free;
	a->auth.describe = oauth_describe;
	a->place = place;
	a->token = c->oauth == NULL ? NULL : token_of(c);
	return &a->auth;
}
