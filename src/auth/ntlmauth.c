/*
 * ntlmauth.c - NTLM authentication over HTTP.
 * 1. A login belongs to one connection. It takes two rounds there, the first
 *    of which names nobody and has no body; after that the connection itself
 *    is logged in, and its requests have no header.
 * 2. An answer to a challenge that is rejected ends the exchange: trying again
 *    could lock the account.
 * 3. A login that a connection has lost is made anew on another, once in an
 *    exchange; one that is always lost is told, not repeated for ever.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "auth/bearer.h"
#include "auth/ntlm.h"
#include "auth/ntlmauth.h"
#include "base/crypt.h"
#include "base/enc.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "net/challenge.h"

/* logins in a row that were lost with the request after them */
#define LOST_MAX 2

#define NOT_KEPT                                                               \
	"the login is bound to its connection, and something between exsync "  \
	"and the server does not keep it"

struct ntlm_auth {
	struct http_auth auth; /* first: callers hold this */
	struct credential is;
	const char *place;
	char workstation[16]; /* a NetBIOS name */
	uint64_t id;          /* the connection that step is about; 0: none */
	enum {
		STEP_NONE,
		STEP_BEGUN,    /* the first message was sent */
		STEP_ANSWERED, /* the challenge was answered */
		STEP_DONE      /* the connection is logged in */
	} step;
	bool worked; /* a login was accepted at some time */
	bool bound;  /* the last answer had a channel binding */
	int lost;    /* logins that served no other request, in a row */
};

static int
begin_ntlm(
    struct ntlm_auth *n, const struct http_auth_conn *conn, struct buf *out)
{
	unsigned char first[NTLM_TYPE1];

	if (conn->id == n->id && n->step == STEP_DONE)
		return 0;
	n->id = conn->id;
	n->step = STEP_BEGUN;
	n->auth.bare = true;
	ntlm_type1(first);
	buf_adds(out, "NTLM ");
	return enc_base64(out, first, sizeof(first));
}

static int
not_offered(const struct ntlm_auth *n, const char *challenge, struct err *e)
{
	char list[128];

	challenge_list(challenge, list, sizeof(list));
	err_set(e, ERR_CONFIG,
	    "the server does not take NTLM here; it offers %s (HTTP 401): "
	    "enable Windows authentication with the provider NTLM for %s, or "
	    "write another auth%s",
	    *list ? list : "nothing", n->place, bearer_hint(challenge));
	snprintf(e->about, sizeof(e->about), "%s", list);
	return err_code(
	    e, CAUSE_NOT_OFFERED, "ntlm-not-offered", SCOPE_PROFILE);
}

static int
bad_challenge(const char *why, struct err *e)
{
	err_set(e, ERR_RETRY,
	    "the server's NTLM challenge cannot be answered: %s", why);
	return err_code(e, CAUSE_MALFORMED, "ntlm-challenge", SCOPE_PROFILE);
}

/* Decodes the token of a challenge. */
static int
read_token(struct buf *out, const char *token, size_t len)
{
	struct enc_b64 b = { 0 };
	char *room;
	long k;

	if (len / 4 * 3 > NTLM_TYPE2_MAX ||
	    (room = buf_room(out, 3 * (len / 4 + 1))) == NULL)
		return -1;
	if ((k = enc_b64_feed(&b, token, len, room)) == -1)
		return -1;
	out->len += (size_t)k;
	return 0;
}

static int
write_answer(struct ntlm_auth *n, const struct http_auth_conn *conn,
    const struct buf *type2, struct buf *out, const char **why)
{
	char *target = mem_printf("HTTP/%s", conn->host);
	unsigned char binding[16];
	struct ntlm_login l = { .username = n->is.username,
		.password = n->is.password,
		.workstation = n->workstation,
		.target = target,
		.now = ntlm_time(tim_now() / 1000) };
	struct buf raw;
	int r;

	if (conn->binding != NULL) {
		ntlm_binding(conn->binding, binding);
		l.binding = binding;
	}
	n->bound = conn->binding != NULL;
	crypt_random(l.nonce, sizeof(l.nonce));
	buf_init_secret(&raw, HTTP_AUTH_MAX);
	r = ntlm_answer(&raw, &l, buf_str(type2), type2->len, why);
	if (r == 0) {
		buf_adds(out, "NTLM ");
		r = enc_base64(out, buf_str(&raw), raw.len);
	}
	buf_free(&raw);
	free(target);
	return r;
}

static int
answer_challenge(struct ntlm_auth *n, const struct http_auth_conn *conn,
    const char *challenge, struct buf *out, struct err *e)
{
	const char *why = "it is no base64, or too long", *token;
	struct buf type2;
	size_t len;
	int r;

	if (!challenge_offers(challenge, "NTLM"))
		return not_offered(n, challenge, e);
	if ((token = challenge_token(challenge, "NTLM", &len)) == NULL)
		return bad_challenge("there is none in its answer to the first "
				     "message; " NOT_KEPT,
		    e);
	buf_init(&type2, NTLM_TYPE2_MAX + 4);
	r = read_token(&type2, token, len);
	if (r == 0)
		r = write_answer(n, conn, &type2, out, &why);
	buf_free(&type2);
	if (r == -1)
		return bad_challenge(why, e);
	n->step = STEP_ANSWERED;
	return 0;
}

/* What besides name and password may be the reason. */
static const char *
other_reason(const struct ntlm_auth *n, const struct http_auth_conn *conn,
    const char *challenge)
{
	size_t len;

	if (n->worked || challenge_token(challenge, "NTLM", &len) != NULL)
		return "; or " NOT_KEPT;
	if (!conn->tls)
		return "; where Extended Protection is required, only "
		       "https:// can log in";
	if (conn->binding == NULL)
		return "; where Extended Protection is required, the server "
		       "needs a certificate with a usual signature (SHA-256)";
	return "; where Extended Protection is required and TLS ends in front "
	       "of the server, the same certificate is needed there";
}

static int
ntlm_rejected(const struct ntlm_auth *n, const struct http_auth_conn *conn,
    const char *challenge, struct err *e)
{
	err_set(e, ERR_AUTH,
	    "the server rejects the user name or the password of %.80s (NTLM, "
	    "HTTP 401): check username (DOMAIN\\user or user@domain) and "
	    "password; the account may also be locked, disabled, expired or "
	    "not allowed to use NTLM%s",
	    n->is.username, other_reason(n, conn, challenge));
	return err_code(e, CAUSE_LOGIN_DENIED, "http-401", SCOPE_PROFILE);
}

/* A connection that was logged in is asked for a login. */
static int
login_lost(struct ntlm_auth *n, struct err *e)
{
	n->step = STEP_NONE;
	if (++n->lost < LOST_MAX)
		return 0; /* anew, on another connection */
	n->lost = 0;
	err_set(e, ERR_CONFIG,
	    "the server asks for the NTLM login again for each "
	    "request: " NOT_KEPT ": let the load balancer or proxy hand a "
	    "connection on to one server as a whole; authPersistSingleRequest "
	    "of IIS must be false");
	return err_code(e, CAUSE_HTTP, "ntlm-not-kept", SCOPE_PROFILE);
}

static int
ntlm_header(struct http_auth *a, const struct http_auth_conn *conn,
    const char *challenge, struct buf *out, struct err *e)
{
	struct ntlm_auth *n = (struct ntlm_auth *)a;

	a->bare = false;
	if (challenge == NULL)
		return begin_ntlm(n, conn, out);
	if (n->step == STEP_DONE)
		return login_lost(n, e);
	if (n->step == STEP_BEGUN)
		return answer_challenge(n, conn, challenge, out, e);
	n->step = STEP_NONE;
	return ntlm_rejected(n, conn, challenge, e);
}

static int
ntlm_finish(struct http_auth *a, const struct http_auth_conn *conn, int status,
    const char *challenge, struct err *e)
{
	struct ntlm_auth *n = (struct ntlm_auth *)a;

	(void)conn;
	(void)challenge;
	switch (n->step) {
	case STEP_ANSWERED:
		n->step = STEP_DONE;
		n->worked = true;
		return 0;
	case STEP_DONE:
		n->lost = 0;
		return 0;
	default:
		n->step = STEP_NONE;
	}
	if (status / 100 != 2)
		return 0;
	err_set(e, ERR_CONFIG,
	    "what answers does not ask for a login (HTTP %d for a request "
	    "without one): it is not %s, or something in front of it logs in "
	    "by itself: check server or url",
	    status, n->place);
	return err_code(e, CAUSE_NOT_SERVICE, "ntlm-not-asked", SCOPE_MAILBOX);
}

static void
ntlm_free(struct http_auth *a)
{
	struct ntlm_auth *n = (struct ntlm_auth *)a;

	if (a == NULL)
		return;
	credential_free(&n->is);
	free(n);
}

static void
ntlm_describe(const struct http_auth *a, char *out, size_t size)
{
	const struct ntlm_auth *n = (const struct ntlm_auth *)a;

	snprintf(out, size, "NTLM%s",
	    n->bound ? ", bound to the certificate (Extended Protection)"
		     : ", not bound to a certificate");
}

/* This machine's name as Windows shows it, in the server's log too. */
static void
name_workstation(char out[16])
{
	char name[256] = "";
	size_t i;

	if (gethostname(name, sizeof(name) - 1) == -1)
		name[0] = '\0';
	for (i = 0; i < 15 && name[i] > ' ' && name[i] < 0x7f && name[i] != '.';
	     i++)
		out[i] = name[i] >= 'a' && name[i] <= 'z' ? (char)(name[i] - 32)
							  : name[i];
	out[i] = '\0';
}

struct http_auth *
ntlmauth_open(const struct credential *c, const char *place)
{
	struct ntlm_auth *n = mem_alloc(sizeof(*n));

	n->auth.header = ntlm_header;
	n->auth.finish = ntlm_finish;
	n->auth.free = ntlm_free;
	n->auth.describe = ntlm_describe;
	n->place = place;
	n->is.scheme = c->scheme;
	n->is.username = mem_strdup(str_nn(c->username));
	n->is.password = mem_strdup(str_nn(c->password));
	name_workstation(n->workstation);
	return &n->auth;
}
