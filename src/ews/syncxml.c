/*
 * syncxml.c - SyncFolderItems: a page of changes.
 * 1. Whatever the item's element is called, its ItemId is taken.
 * 2. A page without a new cursor never counts as progress: "more" with the old
 *    cursor is an error, and so is an end without any.
 * 3. A change that names no item, or is of an unknown kind, is counted: it may
 *    be about a mail, and the cursor passes it.
 * 4. The cursor of an answer that failed is ignored (README.md, Changes).
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "base/vec.h"
#include "ews/call.h"
#include "ews/code.h"
#include "ews/syncxml.h"

#define STATE_MAX ((size_t)32 << 20)
#define ARENA_MAX ((size_t)64 << 20)
#define PAGE_MAX  10000 /* changes; 512 at most are asked for */

/* Counts a change that cannot be used; describes the first one. */
static void
note_stray(struct syncxml *p, const char *name, const char *why)
{
	struct change_page *g = p->page;
	char shown[80], text[128];

	if (g->nstray++ > 0)
		return;
	str_printable(shown, sizeof(shown), name, strlen(name));
	snprintf(text, sizeof(text), "%s%s", shown, why);
	g->stray = arena_strdup(&g->arena, text);
	p->over = p->over || g->stray == NULL;
}

static int
change_start(struct syncxml *p, enum tok t, const struct xml_attrs *a)
{
	p->kind = t;
	memset(&p->cur, 0, sizeof(p->cur));
	p->cur.received_at = TIM_NONE;
	switch (t) {
	case TOK_Create:
	case TOK_Update:
		p->cur.op = CHANGE_PUT;
		p->cur.is_new = t == TOK_Create;
		return SOAP_ENTER;
	case TOK_Delete:
		p->cur.op = CHANGE_DELETE;
		return SOAP_ENTER;
	case TOK_ReadFlagChange:
		p->cur.op = CHANGE_READ;
		return SOAP_ENTER;
	default:
		note_stray(p, xml_element(a),
		    ", which is no kind of change that is known");
		return SOAP_SKIP;
	}
}

static int
item_id(struct syncxml *p, const struct xml_attrs *a)
{
	struct arena *m = &p->page->arena;

	const char *id = xml_attr(a, "Id"), *key = xml_attr(a, "ChangeKey");

	p->cur.id = arena_strdup(m, id);
	p->cur.change_key = arena_strdup(m, key);
	if ((id != NULL && p->cur.id == NULL) ||
	    (key != NULL && p->cur.change_key == NULL))
		p->over = true;
	return SOAP_SKIP;
}

static int
changes_start(void *arg, enum tok t, int level, const struct xml_attrs *a,
    struct err *err)
{
	struct syncxml *p = arg;

	(void)err;
	if (level == 1) {
		if (t == TOK_SyncState) {
			buf_reset(p->state);
			return SOAP_STREAM;
		}
		return t == TOK_Changes                   ? SOAP_ENTER
		       : t == TOK_IncludesLastItemInRange ? SOAP_TEXT
							  : SOAP_SKIP;
	}
	if (level == 2)
		return change_start(p, t, a);
	if (t == TOK_ItemId)
		return item_id(p, a);
	if (level == 3) {
		if (t == TOK_IsRead)
			return SOAP_TEXT;
		return p->cur.op == CHANGE_PUT ? SOAP_ENTER : SOAP_SKIP;
	}
	return t == TOK_DateTimeReceived || t == TOK_Size ? SOAP_TEXT
							  : SOAP_SKIP;
}

static void
change_end(struct syncxml *p)
{
	struct change_page *g = p->page;
	struct change *v = NULL;

	if (p->cur.id == NULL || p->cur.id[0] == '\0') {
		if (!p->over)
			note_stray(p, tok_name(p->kind), " without ItemId");
		return;
	}
	if (g->n < PAGE_MAX)
		v = VEC_ADD_IN(&g->arena, g->v, g->n);
	if (v != NULL)
		*v = p->cur;
	else
		p->over = true;
}

static int
changes_end(void *arg, enum tok t, int level, const char *text, size_t len,
    struct err *err)
{
	struct syncxml *p = arg;

	(void)len;
	if (level == 1 && t == TOK_IncludesLastItemInRange) {
		p->last_known = true;
		p->last = soap_true(text);
	} else if (level == 2)
		change_end(p);
	else if (level == 3 && t == TOK_IsRead)
		p->cur.is_read = soap_true(text);
	else if (level == 4 && t == TOK_DateTimeReceived && text != NULL &&
		 !soap_time(text, &p->cur.received_at))
		p->cur.received_at = TIM_NONE;
	else if (level == 4 && t == TOK_Size && text != NULL &&
		 !str_int(text, 0, INT32_MAX, &p->cur.size))
		p->cur.size = 0;
	if (!p->over)
		return 0;
	err_set(err, ERR_RETRY,
	    "the page of changes is larger than exsync "
	    "takes");
	return err_code(err, CAUSE_TOO_LARGE, "too_large", SCOPE_FOLDER);
}

static int
changes_text(void *arg, const char *s, size_t n, struct err *err)
{
	struct syncxml *p = arg;

	if (buf_add(p->state, s, n) == 0)
		return 0;
	err_set(err, ERR_RESYNC,
	    "the folder's SyncState has grown past %zu "
	    "MB",
	    STATE_MAX >> 20);
	return err_code(err, CAUSE_OTHER, "state-too-large", SCOPE_FOLDER);
}

static int
changes_message(void *arg, const struct soap_status *st, struct err *err)
{
	struct syncxml *p = arg;

	(void)err;
	p->any = true;
	if (p->err.kind == ERR_NONE)
		call_status(st, SCOPE_FOLDER, &p->err);
	return 0;
}

const struct soap_ops syncxml_ops = { "SyncFolderItems", changes_start,
	changes_end, changes_text, changes_message };

/* The whole answer is there: is it a valid page? */
static int
settle_page(struct syncxml *p, const char *cursor, struct err *err)
{
	struct change_page *g = p->page;

	if (p->err.kind != ERR_NONE) {
		*err = p->err;
		if (err->kind == ERR_GONE)
			err_recast(err, ERR_GONE, SCOPE_FOLDER);
		return -1;
	}
	/* If nothing says that it is the last page, an empty one is. */
	g->more = p->last_known ? !p->last : g->n > 0;
	g->cursor = arena_strndup(&g->arena, buf_str(p->state), p->state->len);
	if (g->cursor == NULL) {
		err_set(err, ERR_RETRY, "no room for the SyncState");
		return err_code(
		    err, CAUSE_TOO_LARGE, "too_large", SCOPE_FOLDER);
	}
	if (p->any && p->state->len > 0 &&
	    !(g->more && str_eq(g->cursor, cursor)))
		return 0;
	err_set(err, ERR_RETRY,
	    p->state->len == 0
		? "the server gives no SyncState"
		: "the server has more, but gives the old SyncState");
	return err_code(err, CAUSE_OTHER, "no-progress", SCOPE_FOLDER);
}

static int
ask_page(struct ews_session *s, const struct build_sync *what,
    struct change_page *out, struct err *err)
{
	struct buf state;
	struct syncxml p;
	struct call c = { &syncxml_ops, &p, build_sync, what, SCOPE_FOLDER };
	int rc;

	memset(out, 0, sizeof(*out));
	memset(&p, 0, sizeof(p));
	out->arena.max = ARENA_MAX;
	buf_init(&state, STATE_MAX);
	p.page = out;
	p.state = &state;
	rc = call_run(s, &c, err);
	if (rc == 0 && (rc = settle_page(&p, what->cursor, err)) == -1)
		err_prefix(err, "SyncFolderItems");
	buf_free(&state);
	if (rc == -1) {
		arena_free(&out->arena);
		memset(out, 0, sizeof(*out));
	}
	return rc;
}

/* May the server object to a property? As in folder.c. */
static bool
minds_item_property(const struct ews_session *s, const struct err *err)
{
	if (err->kind == ERR_UNKNOWN &&
	    (s->sync_in_vain || atomic_load(&s->ews->sync_whole)))
		return false;
	return code_fewer(err);
}

int
syncxml_page(struct ews_session *s, const char *folder, const char *cursor,
    int max, struct change_page *out, struct err *err)
{
	struct build_sync what = { folder, cursor,
		max < 1     ? 1
		: max > 512 ? 512
			    : max,
		s->bare };
	int rc = ask_page(s, &what, out, err);

	if (rc == 0 && !what.bare)
		atomic_store(&s->ews->sync_whole, true);
	if (rc == 0 || what.bare || !minds_item_property(s, err))
		return rc;
	err_clear(err);
	what.bare = true;
	rc = ask_page(s, &what, out, err);
	s->bare = rc == 0;
	s->sync_in_vain = rc == -1;
	return rc;
}
