/*
 * call.c - one EWS operation, and everything that may be wrong with it.
 * 1. The body decides before the status does: a SOAP fault is read whatever
 *    status carries it (README.md, Errors).
 * 2. After anything but a complete, expected answer the connection is dropped.
 * 3. A version is refused before any data: ops has seen nothing of such an
 *    answer, so the request may be made again.
 * 4. A login is tried once. A caller that tries it again (sync/gate: once) does
 *    so on a new connection.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "auth/bearer.h"
#include "base/crypt.h"
#include "base/log.h"
#include "base/str.h"
#include "ews/call.h"
#include "ews/code.h"
#include "net/retry.h"
#include "web/webpage.h"

#define ACTION   "http://schemas.microsoft.com/exchange/services/2006/messages/"
#define JUNK_MAX ((size_t)256 << 10) /* of a body that is not SOAP */
#define HEAD_MAX 1024
#define HEADERS  7

static const struct webpage_service service = {
	.name = "EWS",
	.path = "/EWS",
	.format = "xml",
	.code = "not-ews",
};

/* Where the answer's body goes. */
struct receiver {
	struct stream base;
	struct soap soap;
	bool begun;    /* something came */
	bool not_soap; /* what came is no envelope */
	struct err why;
	size_t junk;
	char head[HEAD_MAX]; /* how the body begins */
	size_t nhead;
};

static int
count_junk(struct receiver *r, size_t n, struct err *err)
{
	r->junk += n;
	if (r->junk <= JUNK_MAX)
		return 0;
	return err_set(err, ERR_RETRY, "an endless answer that is not SOAP");
}

static int
receive_body(struct stream *base, const void *data, size_t n, struct err *err)
{
	struct receiver *r = (struct receiver *)base;
	const char *p = data;
	size_t k;

	if (!r->begun) {
		/* white space alone is an empty answer */
		while (n > 0 && isspace((unsigned char)*p))
			p++, n--;
		if (n == 0)
			return 0;
		r->begun = true;
	}
	if (r->nhead < HEAD_MAX - 1) {
		k = HEAD_MAX - 1 - r->nhead;
		k = n < k ? n : k;
		memcpy(r->head + r->nhead, p, k);
		r->nhead += k;
	}
	if (r->not_soap)
		return count_junk(r, n, err);
	if (soap_feed(&r->soap, p, n, err) == 0)
		return 0;
	if (r->soap.envelope)
		return -1;
	r->not_soap = true;
	r->why = *err;
	err_clear(err);
	return count_junk(r, n, err);
}

/* The body is no envelope: does the answer at least claim to be XML? */
static int
judge_success(const struct receiver *r, const struct http_response *resp,
    struct buf *scratch, struct err *err)
{
	const char *begins = r->begun ? r->head : NULL;

	if (webpage_success(&service, resp, begins, scratch, err) == 0)
		*err = r->why;
	return -1;
}

static int
judge_status(struct ews_session *s, const struct receiver *r,
    const struct http_response *resp, struct err *err)
{
	struct buf *scratch = &s->header;

	if (resp->status >= 300 && resp->status < 400)
		return webpage_redirect(&service, resp, scratch, err);
	if (resp->status >= 200 && resp->status < 300)
		return judge_success(r, resp, scratch, err);
	if (resp->status == 400)
		cookie_drop(s->jar);
	code_http_err(err, resp->status, NULL, retry_after(resp, scratch));
	return -1;
}

static int
judge_fault(struct ews_session *s, const struct soap_status *f,
    const struct http_response *resp, enum err_scope where, struct err *err)
{
	const struct code_row *r = code_find(f->code);
	int64_t ms = f->backoff_ms;

	if (ms < 0)
		ms = retry_after(resp, &s->header);
	/* An unknown code must not be blamed on a single item. */
	code_err(err, f->code[0] == '\0' ? "fault" : f->code, f->text, ms,
	    r == NULL && where == SCOPE_ITEM ? SCOPE_MAILBOX : where);
	return -1;
}

/* The exchange is done: is it an answer to the request? */
static int
judge_answer(struct ews_session *s, const struct call *c, struct receiver *r,
    const struct http_response *resp, struct err *err)
{
	if (r->begun && !r->not_soap && soap_end(&r->soap, err) == -1) {
		if (r->soap.envelope)
			return -1;
		r->not_soap = true;
		r->why = *err;
	}
	if (!r->begun || r->not_soap)
		return judge_status(s, r, resp, err);
	if (r->soap.fault)
		return judge_fault(s, &r->soap.fault_st, resp, c->where, err);
	if (r->soap.response)
		return 0;
	err_set(err, ERR_RETRY, "the server's answer holds no response");
	return err_code(err, CAUSE_OTHER, "answer-mismatch", SCOPE_MAILBOX);
}

static size_t
fill_headers(struct ews_session *s, const struct call *c, char *action,
    size_t size, char *guid, struct http_header *h)
{
	size_t n = 0;

	crypt_uuid(guid);
	snprintf(action, size, "\"" ACTION "%s\"", c->ops->name);
	h[n++] =
	    (struct http_header){ "Content-Type", "text/xml; charset=utf-8" };
	h[n++] = (struct http_header){ "Accept", "text/xml" };
	h[n++] = (struct http_header){ "SOAPAction", action };
	h[n++] = (struct http_header){ "client-request-id", guid };
	h[n++] = (struct http_header){ "return-client-request-id", "true" };
	if (!s->own_login && s->profile->access == CONF_ACCESS_IMPERSONATION)
		h[n++] = (struct http_header){ "X-AnchorMailbox",
			s->mailbox->address };
	cookie_header(s->jar, &s->header);
	if (s->header.len > 0)
		h[n++] = (struct http_header){ "Cookie", buf_str(&s->header) };
	return n;
}

/*
 * Fills in who is impersonated. A mailbox without that name is not asked for at
 * all: without the header the request would be about the account's own.
 */
static int
set_impersonated(const struct ews_session *s, struct build *b, struct err *err)
{
	static const char *const element[] = { [CONF_BY_SMTP] =
						   "PrimarySmtpAddress",
		[CONF_BY_UPN] = "PrincipalName",
		[CONF_BY_SID] = "SID" };
	const struct conf_mailbox *m = s->mailbox;
	enum conf_impersonate by = s->profile->impersonate_by;

	b->impersonate_by = element[by];
	b->impersonate = by == CONF_BY_UPN   ? m->upn
			 : by == CONF_BY_SID ? m->sid
					     : m->address;
	if (b->impersonate != NULL)
		return 0;
	return err_set(err, ERR_CONFIG,
	    "its account is not known by the name that impersonate_by says");
}

static int
build_envelope(struct ews_session *s, const struct call *c, enum version v,
    struct err *err)
{
	enum conf_access access = s->profile->access;
	struct build b = { .out = &s->request, .version = v };

	if (!s->own_login && access == CONF_ACCESS_IMPERSONATION &&
	    set_impersonated(s, &b, err) == -1)
		return -1;
	if (!s->own_login && access == CONF_ACCESS_DELEGATE)
		b.delegate = s->mailbox->address;
	buf_reset(&s->request);
	c->build(&b, c->what);
	if (!s->request.over)
		return 0;
	err_set(err, ERR_ITEM, "the request is larger than Exchange takes");
	return err_code(err, CAUSE_OTHER, "request-too-large", c->where);
}

/* Takes from an answer, whatever it is, what it tells besides. */
static void
learn_from(struct ews_session *s, const struct receiver *r,
    const struct http_response *resp, const char *guid)
{
	const char *v;
	int i;

	for (i = 0; (v = http_get(resp, "Set-Cookie", i, &s->header)) != NULL;
	     i++)
		cookie_set(s->jar, v);
	versions_told(&s->ews->versions, s->version, &r->soap.build);
	v = http_get(resp, "request-id", 0, &s->header);
	log_debug("profile %s: mailbox %s: %s: HTTP %d, %lld bytes, "
		  "client-request-id %s, request-id %s",
	    s->profile->name, s->mailbox->address, r->soap.ops->name,
	    resp->status, (long long)resp->body_len, guid,
	    v == NULL ? "none" : v);
}

/*
 * Exchange Online closes EWS by policy, and says so in a header (HTTP 403): the
 * switch of tenant or mailbox, or a list of applications or programs.
 */
static void
explain_policy(
    struct ews_session *s, const struct http_response *resp, struct err *err)
{
	const char *why;
	char text[120];
	size_t at = strlen(err->msg);

	if (resp->status != 403 || err->cause != CAUSE_FORBIDDEN)
		return;
	why = http_get(resp, "X-EWS-Policy-Reason", 0, &s->header);
	if (why == NULL)
		return;
	str_printable(text, sizeof(text), why, strlen(why));
	snprintf(err->msg + at, sizeof(err->msg) - at,
	    "; Exchange Online says: %s: let an administrator run "
	    "Set-OrganizationConfig -EwsEnabled $true -EwsAllowedAppIDs with "
	    "the application's id (the list is replaced), and look at "
	    "Set-CASMailbox -EwsEnabled and the lists of user agents; EWS ends "
	    "there for all on 2027-04-01",
	    text);
}

/* A token was refused: Exchange says why in a header of its own. */
static void
explain_token(
    struct ews_session *s, const struct http_response *resp, struct err *err)
{
	const char *why;

	if (resp->status != 401 || s->login.scheme != CONF_AUTH_OAUTH ||
	    err->cause != CAUSE_LOGIN_DENIED)
		return;
	why = http_get(resp, "x-ms-diagnostics", 0, &s->header);
	if (why != NULL)
		bearer_diagnose(why, err);
}

/* Makes one exchange on the session's connection, and judges the answer. */
static int
run_exchange(struct ews_session *s, const struct call *c, struct receiver *r,
    struct err *err)
{
	struct http_header h[HEADERS];
	struct http_response resp;
	struct http_request req;
	char action[160], guid[40];
	int64_t before = http_received(s->conn->http);
	int rc;

	memset(&resp, 0, sizeof(resp));
	memset(&req, 0, sizeof(req));
	req.method = "POST";
	req.header = h;
	req.nheader = fill_headers(s, c, action, sizeof(action), guid, h);
	req.body = s->request.data;
	req.body_len = s->request.len;
	req.idempotent = true;
	s->requests++;
	http_patience(s->conn->http, s->base.patience_ms);
	rc = http_exchange(s->conn->http, &req, &resp, &r->base, err);
	s->bytes += http_received(s->conn->http) - before;
	if (rc == 0 || r->not_soap) {
		learn_from(s, r, &resp, guid);
		err_clear(err);
		rc = judge_answer(s, c, r, &resp, err);
	}
	if (rc == -1) {
		if (resp.status >= 200 && resp.status != 401)
			err->spared = true;
		explain_token(s, &resp, err);
		explain_policy(s, &resp, err);
		http_drop(s->conn->http);
	}
	http_response_free(&resp);
	return rc;
}

/* Empties scratch of the parsers; frees it if one huge answer made it large. */
static void
trim_scratch(struct buf *b)
{
	if (b->cap > SESSION_KEEP_MAX)
		buf_free(b);
	else
		buf_reset(b);
}

/* Did the server refuse the request because of its version? */
static bool
is_version_refused(
    struct ews_session *s, const struct receiver *r, const struct err *err)
{
	const struct code_row *row = code_find(err->code);
	struct version_build build;

	if (strstr(r->head, "specified server version is invalid") != NULL)
		return true;
	if (row == NULL || row->act != CODE_SCHEMA)
		return row != NULL && row->act == CODE_VERSION;
	build = versions_build(&s->ews->versions, s->version);
	return !build.known || build.major < 14;
}

/* *refused: the call failed because of the version. */
static int
try_version(struct ews_session *s, const struct call *c, enum version v,
    bool *refused, struct err *err)
{
	struct receiver r;
	int rc;

	if (build_envelope(s, c, v, err) == -1)
		return -1;
	memset(&r, 0, sizeof(r));
	r.base.write = receive_body;
	soap_open(&r.soap, c->ops, c->arg, &s->text);
	rc = run_exchange(s, c, &r, err);
	trim_scratch(&s->text);
	trim_scratch(&s->body);
	trim_scratch(&s->request);
	*refused = rc == -1 && (r.soap.fault || r.not_soap) &&
		   is_version_refused(s, &r, err);
	soap_close(&r.soap);
	return rc;
}

/* Takes a connection, which may not be connected yet. */
static int
take_connection(struct ews_session *s, struct err *err)
{
	if (s->conn == NULL &&
	    (s->conn = pool_take(&s->ews->pool, &s->login, err)) == NULL)
		return -1;
	return s->conn->http == NULL ? pool_renew(&s->ews->pool, s->conn, err)
				     : 0;
}

int
call_connect(struct ews_session *s, struct err *err)
{
	return take_connection(s, err) == -1 ? -1
					     : http_connect(s->conn->http, err);
}

/*
 * Sends on the session's connection; a refused login leaves a new one behind.
 */
static int
send_on_connection(struct ews_session *s, const struct call *c, enum version v,
    bool *refused, struct err *err)
{
	struct err later = ERR_INIT;
	int rc;

	if (take_connection(s, err) == -1)
		return -1;
	rc = try_version(s, c, v, refused, err);
	if (rc == 0)
		return 0;
	if (err->cause == CAUSE_LOGIN_DENIED)
		pool_renew(&s->ews->pool, s->conn, &later);
	if (s->own_login && err->scope == SCOPE_PROFILE &&
	    (err->kind == ERR_AUTH || (err->kind == ERR_CONFIG &&
					  s->login.scheme == CONF_AUTH_OAUTH)))
		err_recast(err, err->kind, SCOPE_MAILBOX);
	return -1;
}

int
call_run(struct ews_session *s, const struct call *c, struct err *err)
{
	struct versions *all = &s->ews->versions;
	enum version v = versions_current(all, s->version), next;
	bool refused = false;
	int rc;

	while ((rc = send_on_connection(s, c, v, &refused, err)) == -1 &&
	       refused) {
		if (!versions_step_down(all, s->version, v) ||
		    (next = versions_current(all, s->version)) >= v) {
			versions_restore(all, s->version);
			break;
		}
		log_debug("profile %s: mailbox %s: %s: speaks %s from now on",
		    s->profile->name, s->mailbox->address, err->code,
		    version_name(next));
		v = next;
		refused = false;
		err_clear(err);
	}
	if (rc == 0)
		versions_proven(all, s->version, v);
	else
		err_prefix(err, "%s", c->ops->name);
	return rc;
}

int
call_status(const struct soap_status *st, enum err_scope where, struct err *err)
{
	if (st->success || strcmp(st->code, "NoError") == 0)
		return 0;
	return code_err(err, st->code[0] == '\0' ? "no-code" : st->code,
	    st->text, st->backoff_ms, where);
}
