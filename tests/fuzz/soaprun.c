/*
 * soaprun.c - feeds an answer to one of the parsers of ews/.
 */
#include "base/mem.h"
#include "base/stream.h"
#include "base/utf8.h"
#include "ews/attach.h"
#include "ews/folder.h"
#include "ews/folderxml.h"
#include "ews/itemxml.h"
#include "ews/resolve.h"
#include "ews/syncxml.h"
#include "fuzz.h"
#include "soaprun.h"

#define LOG_MAX  ((size_t)256 << 20)
#define TEXT_MAX 3000 /* small, so that its bound is met */
#define BODY_MAX 5000

static const char *const names[] = { "GetItem", "GetItem", "SyncFolderItems",
	"FindFolder", "GetFolder", "GetAttachment", "ResolveNames" };
static const char *const asked[] = { "inbox", "sentitems", "drafts" };

const char *
soaprun_name(enum soaprun_op op)
{
	return names[op];
}

/* Checks a string that by the model must be valid text. */
static void
text(struct buf *log, const char *s)
{
	FUZZ_CHECK(s == NULL || utf8_valid(s, strlen(s)));
	if (log != NULL)
		buf_addf(log, "%s\n", s == NULL ? "(null)" : s);
}

static void
addresses(const struct message *m, struct buf *log)
{
	size_t i;

	for (i = 0; i < m->naddr; i++) {
		const struct address *a = &m->addr[i];

		FUZZ_CHECK(role_name(a->role) != NULL);
		text(log, role_name(a->role));
		text(log, a->name);
		text(log, a->address);
		text(log, a->raw);
	}
}

void
soaprun_message(const struct message *m, struct buf *log)
{
	size_t i;

	fuzz_printable(m->err.msg);
	fuzz_printable(m->err.code);
	FUZZ_CHECK((m->err.kind == ERR_NONE) == (m->err.msg[0] == '\0'));
	if (log != NULL)
		buf_addf(log, "%d %s %lld %lld %lld %d%d%d %d\n",
		    (int)m->err.kind, m->err.code, (long long)m->sent_at,
		    (long long)m->received_at, (long long)m->size, m->is_read,
		    m->is_draft, m->has_attachments, (int)m->body_state);
	text(log, m->item_id);
	text(log, m->change_key);
	text(log, m->item_class);
	text(log, m->message_id);
	text(log, m->in_reply_to);
	text(log, m->refs);
	text(log, m->conversation_id);
	text(log, m->subject);
	text(log, m->importance);
	text(log, m->sensitivity);
	text(log, m->headers);
	text(log, m->text);
	text(log, m->html);
	FUZZ_CHECK(m->text == NULL || strlen(m->text) == m->text_len);
	FUZZ_CHECK(m->html == NULL || strlen(m->html) == m->html_len);
	FUZZ_CHECK(m->size >= -1);
	addresses(m, log);
	for (i = 0; i < m->natt; i++) {
		const struct attachment *a = &m->att[i];

		FUZZ_CHECK(a->size >= -1);
		text(log, att_kind_name(a->kind));
		text(log, a->id);
		text(log, a->name);
		text(log, a->media_type);
		text(log, a->content_id);
		text(log, a->url);
	}
}

static int
take(
    void *arg, const struct soap_status *st, struct message *m, struct err *err)
{
	struct buf *log = arg;

	(void)err;
	fuzz_printable(st->code);
	fuzz_printable(st->text);
	buf_addf(log, "message %d %d %s %s %lld\n", st->success, st->warning,
	    st->code, st->text, (long long)st->backoff_ms);
	if (m != NULL)
		soaprun_message(m, log);
	message_free(m);
	return 0;
}

struct sink_log {
	struct stream base;
	struct buf *log;
};

static int
put(struct stream *base, const void *p, size_t n, struct err *err)
{
	struct sink_log *s = (struct sink_log *)base;

	(void)err;
	FUZZ_CHECK(n > 0);
	return buf_add(s->log, p, n);
}

/* Feeds the document to the parser that ops and arg are. */
static void
feed(struct soaprun *r, const struct soap_ops *ops, void *arg, int mode,
    const void *data, size_t size)
{
	struct fuzz_split split;
	struct buf scratch;
	struct soap s;
	size_t at, n;

	buf_init(&scratch, TEXT_MAX);
	soap_open(&s, ops, arg, &scratch);
	fuzz_split_init(&split, mode, data, size);
	for (at = 0; at < size && r->rc == 0; at += n) {
		n = fuzz_piece(&split, size - at);
		r->rc = soap_feed(&s, (const char *)data + at, n, &r->err);
	}
	if (r->rc == 0)
		r->rc = soap_end(&s, &r->err);
	fuzz_err(r->rc, &r->err);
	fuzz_printable(s.fault_st.code);
	fuzz_printable(s.fault_st.text);
	FUZZ_CHECK(r->rc == -1 || s.complete);
	buf_addf(&r->log,
	    "fault %d %s %s %lld response %d messages %d "
	    "build %d.%d.%d.%d\n",
	    s.fault, s.fault_st.code, s.fault_st.text,
	    (long long)s.fault_st.backoff_ms, s.response, s.messages,
	    s.build.major, s.build.minor, s.build.build, s.build.revision);
	soap_close(&s);
	buf_free(&scratch);
}

static void
items(struct soaprun *r, bool content, int mode, const void *p, size_t n)
{
	struct itemxml x;
	struct buf body;

	memset(&x, 0, sizeof(x));
	buf_init(&body, BODY_MAX);
	x.content = content;
	x.reduced = n % 7 == 0;
	x.body = &body;
	x.take = take;
	x.arg = &r->log;
	feed(r, &itemxml_ops, &x, mode, p, n);
	itemxml_free(&x);
	buf_free(&body);
}

static void
changes(struct soaprun *r, int mode, const void *p, size_t n)
{
	struct change_page page;
	struct syncxml x;
	struct buf state;
	size_t i;

	memset(&page, 0, sizeof(page));
	memset(&x, 0, sizeof(x));
	buf_init(&state, BODY_MAX);
	x.page = &page;
	x.state = &state;
	feed(r, &syncxml_ops, &x, mode, p, n);
	for (i = 0; i < page.n; i++) {
		FUZZ_CHECK(page.v[i].id != NULL && page.v[i].id[0] != '\0');
		buf_addf(&r->log, "%d %lld %d\n", (int)page.v[i].op,
		    (long long)page.v[i].received_at, page.v[i].is_read);
		text(&r->log, page.v[i].id);
		text(&r->log, page.v[i].change_key);
	}
	if (r->rc == 0)
		buf_add(&r->log, buf_str(&state), state.len);
	buf_addf(&r->log, "last %d %d\n", x.last, x.last_known);
	fuzz_printable(x.err.msg);
	arena_free(&page.arena);
	buf_free(&state);
}

static void
folders(struct soaprun *r, bool find, int mode, const void *p, size_t n)
{
	struct folder_list list;
	struct folderxml x;
	size_t i;

	memset(&list, 0, sizeof(list));
	memset(&x, 0, sizeof(x));
	x.list = &list;
	x.find = find;
	x.next = -1;
	x.name = asked;
	x.nname = find ? 0 : sizeof(asked) / sizeof(asked[0]);
	feed(r, find ? &folderxml_find : &folderxml_get, &x, mode, p, n);
	folder_paths(&list);
	for (i = 0; i < list.n; i++) {
		const struct folder *f = &list.v[i];

		FUZZ_CHECK(f->id != NULL && f->path != NULL && f->total >= -1);
		text(&r->log, f->id);
		text(&r->log, f->parent_id);
		text(&r->log, f->path);
		text(&r->log, f->well_known);
		text(&r->log, f->class);
		text(&r->log, f->marker);
		buf_addf(&r->log, "%lld %d\n", (long long)f->total, f->kind);
	}
	buf_addf(&r->log, "last %d %d next %lld\n", x.last, x.last_known,
	    (long long)x.next);
	fuzz_printable(x.err.msg);
	arena_free(&list.arena);
}

static void
attachment(struct soaprun *r, int mode, const void *p, size_t n)
{
	char type[ATTACH_TYPE] = "";
	struct sink_log out = { { put }, &r->log };
	struct attach x;

	memset(&x, 0, sizeof(x));
	x.id = "AT1";
	x.out = &out.base;
	x.type = type;
	feed(r, &attach_ops, &x, mode, p, n);
	fuzz_printable(type);
	buf_addf(&r->log, "type %s %d%d%d%d tail ", type, x.item, x.seen,
	    x.content, x.decode.bad);
	buf_add(&r->log, x.tail, x.ntail);
	fuzz_printable(x.err.msg);
}

static void
resolve(struct soaprun *r, int mode, const void *p, size_t n)
{
	struct resolve_answer x;

	memset(&x, 0, sizeof(x));
	feed(r, &resolve_ops, &x, mode, p, n);
	FUZZ_CHECK(x.found == NULL || strchr(x.found, '@') != NULL);
	text(&r->log, x.found);
	buf_addf(&r->log, "%d", x.n);
	fuzz_printable(x.err.msg);
	buf_free(&x.address);
	buf_free(&x.routing);
	buf_free(&x.best);
	free(x.found);
}

void
soaprun(
    struct soaprun *r, enum soaprun_op op, int mode, const void *p, size_t n)
{
	memset(r, 0, sizeof(*r));
	buf_init(&r->log, LOG_MAX);
	switch (op) {
	case SOAPRUN_HEADERS:
	case SOAPRUN_CONTENT:
		items(r, op == SOAPRUN_CONTENT, mode, p, n);
		break;
	case SOAPRUN_SYNC:
		changes(r, mode, p, n);
		break;
	case SOAPRUN_FIND:
	case SOAPRUN_GET:
		folders(r, op == SOAPRUN_FIND, mode, p, n);
		break;
	case SOAPRUN_ATTACH:
		attachment(r, mode, p, n);
		break;
	default:
		resolve(r, mode, p, n);
		break;
	}
}

void
soaprun_free(struct soaprun *r)
{
	buf_free(&r->log);
}

void
soaprun_all(enum soaprun_op op, const void *p, size_t n)
{
	struct soaprun r[3];
	int i;

	for (i = 0; i < 3; i++)
		soaprun(&r[i], op, i, p, n);
	for (i = 1; i < 3; i++) {
		FUZZ_CHECK(r[i].rc == r[0].rc);
		FUZZ_CHECK(r[i].err.kind == r[0].err.kind);
		FUZZ_CHECK(strcmp(r[i].err.code, r[0].err.code) == 0);
		if (r[0].rc == -1)
			continue; /* how much came before may differ */
		FUZZ_CHECK(r[i].log.len == r[0].log.len);
		FUZZ_CHECK(memcmp(buf_str(&r[i].log), buf_str(&r[0].log),
			       r[0].log.len) == 0);
	}
	for (i = 0; i < 3; i++)
		soaprun_free(&r[i]);
}
