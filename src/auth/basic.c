/*
 * basic.c - RFC 7617 Basic authentication.
 * 1. The credentials go out with the first request; a challenge after that
 *    means that they were rejected, and ends the exchange: trying again could
 *    lock the account.
 * 2. The password is wiped before its memory is freed and never appears in a
 *    message.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/basic.h"
#include "auth/bearer.h"
#include "base/enc.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/challenge.h"

struct basic {
	struct http_auth auth; /* first: callers hold this */
	struct credential is;
	const char *place;
};

static int
basic_rejected(const struct basic *b, const char *challenge, struct err *e)
{
	char list[128];

	if (challenge_offers(challenge, "Basic")) {
		err_set(e, ERR_AUTH,
		    "the server rejects the user name or the password of %s "
		    "(HTTP 401): check username (DOMAIN\\user or "
		    "user@domain) and password; the account may also be "
		    "locked, disabled or expired%s",
		    b->is.username, bearer_hint(challenge));
		return err_code(
		    e, CAUSE_LOGIN_DENIED, "http-401", SCOPE_PROFILE);
	}
	challenge_list(challenge, list, sizeof(list));
	err_set(e, ERR_AUTH,
	    "the server does not take Basic authentication here; it offers %s "
	    "(HTTP 401): enable Basic authentication for %s%s%s",
	    *list ? list : "nothing", b->place,
	    challenge_offers(challenge, "NTLM") ? ", or write auth = ntlm" : "",
	    bearer_hint(challenge));
	snprintf(e->about, sizeof(e->about), "%s", list);
	return err_code(e, CAUSE_NOT_OFFERED, "http-401", SCOPE_PROFILE);
}

static int
basic_header(struct http_auth *a, const struct http_auth_conn *conn,
    const char *challenge, struct buf *out, struct err *e)
{
	struct basic *b = (struct basic *)a;
	struct buf pair;
	size_t room;
	int r;

	(void)conn; /* the header is the same on all connections */
	if (challenge != NULL)
		return basic_rejected(b, challenge, e);
	room = strlen(b->is.username) + 1 + strlen(b->is.password);
	buf_init_secret(&pair, room);
	buf_addf(&pair, "%s:%s", b->is.username, b->is.password);
	buf_adds(out, "Basic ");
	r = enc_base64(out, buf_str(&pair), pair.len);
	buf_free(&pair);
	if (r == 0)
		return 0;
	err_set(e, ERR_CONFIG, "username and password are too long");
	return err_code(e, CAUSE_OTHER, "username", SCOPE_PROFILE);
}

static void
basic_free(struct http_auth *a)
{
	struct basic *b = (struct basic *)a;

	if (a == NULL)
		return;
	credential_free(&b->is);
	free(b);
}

static void
basic_describe(const struct http_auth *a, char *out, size_t size)
{
	(void)a;
	snprintf(out, size, "Basic");
}

struct http_auth *
basic_open(const struct credential *c, const char *place, struct err *e)
{
	struct basic *b;

	if (strchr(str_nn(c->username), ':') != NULL) {
		err_set(e, ERR_CONFIG,
		    "username must not hold a colon with Basic "
		    "authentication: %s",
		    c->username);
		err_code(e, CAUSE_OTHER, "username", SCOPE_PROFILE);
		return NULL;
	}
	b = mem_alloc(sizeof(*b));
	b->auth.header = basic_header;
	b->auth.describe = basic_describe;
	b->place = place;
	b->auth.free = basic_free;
	b->is.scheme = c->scheme;
	b->is.username = mem_strdup(str_nn(c->username));
	b->is.password = mem_strdup(str_nn(c->password));
	return &b->auth;
}
