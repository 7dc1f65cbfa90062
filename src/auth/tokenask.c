/*
 * tokenask.c - one request to a token service.
 */
#include <string.h>

#include "auth/tokenask.h"
#include "base/crypt.h"
#include "base/fault.h"
#include "base/stop.h"
#include "base/str.h"
#include "base/tim.h"
#include "net/http.h"
#include "net/retry.h"
#include "net/tls_trust.h"

#define USER_AGENT "exsync/" EXSYNC_VERSION
/* A person may be waiting, and a pass is. */
#define FIRST_BYTE_MS 60000
#define TOTAL_MS      120000
#define SCRATCH_MAX   100

/* Takes the body. */
struct taker {
	struct stream base; /* first */
	struct buf *out;
};

static int
take_body(struct stream *s, const void *p, size_t n, struct err *e)
{
	struct taker *t = (struct taker *)s;

	if (buf_add(t->out, p, n) == 0)
		return 0;
	err_set(
	    e, ERR_RETRY, "the answer is longer than %zu bytes", t->out->max);
	return err_code(e, CAUSE_TOO_LARGE, "token-answer", SCOPE_PROFILE);
}

static void
set_opts(struct http_opts *o, const struct conf_oauth *c, const char *url)
{
	memset(o, 0, sizeof(*o));
	o->url = url;
	o->proxy = c->proxy;
	o->user_agent = USER_AGENT;
	o->stop = stop_poll;
	o->connect_ms = fault_int("EXSYNC_CONNECT_MS", 0);
	o->tls_ms = fault_int("EXSYNC_TLS_MS", 0);
	o->first_byte_ms = fault_int("EXSYNC_FIRST_BYTE_MS", FIRST_BYTE_MS);
	o->total_ms = fault_int("EXSYNC_TOTAL_MS", TOTAL_MS);
	o->body_max = (int64_t)OAUTHANSWER_MAX;
}

static int
exchange_form(struct http *h, const struct buf *body, struct buf *out,
    struct oauthanswer *a, struct err *err)
{
	char guid[37];
	const struct http_header header[] = {
		{ "Content-Type",
		    "application/x-www-form-urlencoded;charset=utf-8" },
		{ "Accept", "application/json" },
		{ "client-request-id", guid },
	};
	struct http_request req = { "POST", header, 3, buf_str(body), body->len,
		false };
	struct taker taker = { { take_body }, out };
	struct http_response resp;
	struct buf scratch;
	int rc;

	buf_init(&scratch, SCRATCH_MAX);
	crypt_uuid(guid);
	memset(&resp, 0, sizeof(resp));
	rc = http_exchange(h, &req, &resp, &taker.base, err);
	a->status = resp.status;
	a->wait_ms = retry_after(&resp, &scratch);
	buf_free(&scratch);
	a->body = buf_str(out);
	a->len = out->len;
	a->asked = buf_str(body);
	http_response_free(&resp);
	return rc;
}

int
tokenask_post(const struct conf_oauth *c, const char *url,
    const struct buf *body, struct buf *out, struct oauthanswer *a,
    struct err *err)
{
	struct tls_trust *trust = NULL;
	struct http_opts o;
	struct http *h = NULL;
	int rc = -1;

	set_opts(&o, c, url);
	memset(a, 0, sizeof(*a));
	if (!str_ieqn(url, "https:", 6) ||
	    (trust = tls_trust_load(c->ca_file, err)) != NULL) {
		o.trust = trust;
		h = http_open(&o, err);
	}
	if (h != NULL)
		rc = exchange_form(h, body, out, a, err);
	http_close(h);
	tls_trust_free(trust);
	if (rc == 0)
		return 0;
	err_recast(err, err->kind, SCOPE_PROFILE);
	err->spared = err->cause != CAUSE_PROXY_LOGIN;
	return err_prefix(err, "asking for a token");
}
