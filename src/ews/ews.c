/*
 * ews.c - Exchange Web Services as a provider.
 * 1. A session holds nothing of the server but, from its first request to its
 *    close, one connection of the pool.
 * 2. A mailbox with a login of its own is neither impersonated nor opened as a
 *    delegate: it logs in itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/str.h"
#include "ews/attach.h"
#include "ews/call.h"
#include "ews/ews.h"
#include "ews/folder.h"
#include "ews/item.h"
#include "ews/keys.h"
#include "ews/session.h"
#include "ews/syncxml.h"
#include "ews/undeliver.h"

#define PLACE      "the EWS virtual directory"
#define HEADER_MAX ((size_t)16 << 10)

/* The cookies that lead to a mailbox's server (README.md, Acting for...). */
static const char *const routing[] = { "exchangecookie", "X-BackEndCookie",
	"X-BackEndOverrideCookie", NULL };

static void
ews_close(struct provider *base)
{
	struct ews *e = (struct ews *)base;

	if (e == NULL)
		return;
	pool_free(&e->pool);
	versions_free(&e->versions);
	cookie_free(&e->jars);
	namecache_free(&e->names);
	free(e);
}

static struct provider *
ews_open(const struct conf *conf, const struct conf_profile *profile,
    int max_connections, struct err *err)
{
	struct ews *e = mem_alloc(sizeof(*e));
	struct pool_opts o;

	e->base.ops = &ews_ops;
	versions_init(
	    &e->versions, version_start(ews_settings(profile)->version));
	cookie_init(&e->jars, routing);
	namecache_init(&e->names);
	pool_opts_of(&o, conf, profile);
	o.http.body_max = fault_int("EXSYNC_BODY_MAX", 0);
	o.place = PLACE;
	o.max = max_connections;
	if (pool_init(&e->pool, &o, err) == -1) {
		ews_close(&e->base);
		return NULL;
	}
	return &e->base;
}

static struct session *
ews_session_open(
    struct provider *base, const struct conf_mailbox *mailbox, struct err *err)
{
	struct ews *e = (struct ews *)base;
	struct ews_session *s = mem_alloc(sizeof(*s));

	(void)err;
	s->base.provider = base;
	s->ews = e;
	s->mailbox = mailbox;
	s->own_login = mailbox->username != NULL;
	s->profile = mailbox->profile;
	s->login = credential_of_mailbox(mailbox);
	s->version = versions_of(&e->versions, mailbox->address);
	s->jar = cookie_jar(&e->jars, mailbox->address);
	buf_init(&s->request, SESSION_REQUEST_MAX);
	buf_init(&s->header, HEADER_MAX);
	buf_init(&s->text, SESSION_TEXT_MAX);
	buf_init(&s->body, SESSION_BODY_MAX);
	return &s->base;
}

static void
ews_session_close(struct session *base)
{
	struct ews_session *s = (struct ews_session *)base;

	if (s == NULL)
		return;
	pool_give(&s->ews->pool, s->conn);
	buf_free(&s->request);
	buf_free(&s->header);
	buf_free(&s->text);
	buf_free(&s->body);
	free(s->undeliverable);
	free(s);
}

static int
ews_connect(struct session *s, struct err *err)
{
	return call_connect((struct ews_session *)s, err);
}

static int
ews_ahead(struct session *base, const atomic_bool *enough, struct err *err)
{
	struct ews_session *s = (struct ews_session *)base;

	return pool_open_ahead(&s->ews->pool, &s->login, enough, err);
}

static int
ews_probe(struct session *base, struct probe *out, struct err *err)
{
	struct ews_session *s = (struct ews_session *)base;
	struct version_build b;

	memset(out, 0, sizeof(*out));
	if (folder_top(s, out->mailbox, sizeof(out->mailbox), err) == -1)
		return -1;
	/* of the connection that was just used, which the session holds */
	if (s->conn != NULL && s->conn->auth != NULL)
		s->conn->auth->describe(
		    s->conn->auth, out->login, sizeof(out->login));
	b = versions_build(&s->ews->versions, s->version);
	if (b.known)
		snprintf(out->server, sizeof(out->server),
		    "Exchange %d.%d.%d.%d", b.major, b.minor, b.build,
		    b.revision);
	snprintf(out->version, sizeof(out->version), "%s",
	    version_name(versions_current(&s->ews->versions, s->version)));
	return 0;
}

static int
ews_folders(struct session *base, bool well_known, struct folder_list *out,
    struct err *err)
{
	return folder_list((struct ews_session *)base, well_known, out, err);
}

static int
ews_changes(struct session *base, const char *folder, const char *cursor,
    int max, struct change_page *out, struct err *err)
{
	return syncxml_page(
	    (struct ews_session *)base, folder, cursor, max, out, err);
}

static int
ews_messages(struct session *base, enum provider_part part,
    const struct item_ref *ref, size_t n, struct message **out, struct err *err)
{
	static const enum build_want want[] = { [PROVIDER_HEADERS] =
						    BUILD_HEADERS,
		[PROVIDER_PARTIAL] = BUILD_PARTIAL,
		[PROVIDER_CONTENT] = BUILD_CONTENT };

	return item_get(
	    (struct ews_session *)base, ref, n, want[part], out, err);
}

static int
ews_attachment(struct session *base, const struct attachment *a,
    struct stream *out, char *type, struct err *err)
{
	return attach_get((struct ews_session *)base, a, out, type, err);
}

static int
ews_undeliver(struct session *base, const char *item_id, struct err *err)
{
	return undeliver_item((struct ews_session *)base, item_id, err);
}

static void
ews_usage(struct session *base, int64_t *requests, int64_t *bytes)
{
	const struct ews_session *s = (const struct ews_session *)base;

	*requests = s->requests;
	*bytes = s->bytes;
}

/* What servers of all versions accept (README.md, Changes and Items). */
static const struct provider_limits limits = {
	.changes = 512,
	.items = { [PROVIDER_HEADERS] = 100,
	    [PROVIDER_PARTIAL] = 100,
	    [PROVIDER_CONTENT] = 100 },
	.kinds = 1 << FOLDER_MAIL | 1 << FOLDER_OTHER,
	.writes = PROVIDER_MOVES,
};

const struct provider_ops ews_ops = {
	.limits = &limits,
	.keys = &ews_keys,
	.open = ews_open,
	.close = ews_close,
	.session_open = ews_session_open,
	.session_close = ews_session_close,
	.connect = ews_connect,
	.ahead = ews_ahead,
	.probe = ews_probe,
	.folders = ews_folders,
	.changes = ews_changes,
	.messages = ews_messages,
	.attachment = ews_attachment,
	.undeliver = ews_undeliver,
	.usage = ews_usage,
};
