/*
 * opsfolder.c - GetFolder, FindFolder, SyncFolderHierarchy.
 */
#include <stdlib.h>
#include <string.h>

#include "ews/ops.h"
#include "ews/option.h"
#include "ews/page.h"
#include "ews/renderfolder.h"
#include "ews/reply.h"
#include "ews/restrict.h"
#include "ews/state.h"
#include "world/folder.h"

static void
folder_error(struct call *c, const char *code, const struct shape *s)
{
	reply_error_xml(c, code, NULL, s != NULL ? s->bad : NULL);
}

void
ops_get_folder(struct call *c)
{
	struct shape s;
	const char *code;
	xmlNode *n;

	shape_read_folder(&s, c, call_child(c->op, "FolderShape"));
	n = call_first(call_child(c->op, "FolderIds"));
	for (; n != NULL; n = call_next(n)) {
		struct folder *f = call_folder(c, n, &code);

		if (f == NULL || s.error != NULL) {
			folder_error(c, f == NULL ? code : s.error,
			    f == NULL ? NULL : &s);
			SB_LIT(&c->out, "<m:Folders/>");
		} else {
			c->folder = f;
			reply_ok(c);
			SB_LIT(&c->out, "<m:Folders>");
			renderfolder(c, &s, f);
			SB_LIT(&c->out, "</m:Folders>");
		}
		reply_close(c);
	}
	shape_free(&s);
}

struct find {
	struct call *c;
	struct shape s;
	const xmlNode *where;
	struct page page;
	bool deep, none;
	const char *code; /* of the whole request: something is wrong */
	struct sb blame;
	struct folder **v;
	size_t n;
};

/* Depth first, children in the order of their names: a server's order. */
static void
collect(struct find *f, struct folder *parent)
{
	struct folder *g;
	size_t at = 0;

	while ((g = folder_next(parent->mailbox, &at)) != NULL) {
		if (g->parent != parent)
			continue;
		if (restrict_meets(f->where, NULL, g)) {
			f->v = sb_xrealloc(f->v, (f->n + 1) * sizeof(*f->v));
			f->v[f->n++] = g;
		}
		if (f->deep)
			collect(f, g);
	}
}

static void
find_below(struct find *f, struct folder *parent)
{
	struct sb *b = &f->c->out;
	size_t from, to, i;

	f->n = 0;
	if (!f->none)
		collect(f, parent);
	from = page_start(&f->page, f->n);
	to = page_end(&f->page, from, f->n);
	if (option.find_cap > 0 && to - from > (size_t)option.find_cap)
		to = from + (size_t)option.find_cap;
	reply_ok(f->c);
	SB_LIT(b, "<m:RootFolder");
	page_attrs(b, &f->page, to, f->n);
	SB_LIT(b, "><t:Folders>");
	for (i = from; i < to; i++)
		renderfolder(
		    f->c, &f->s, f->v[f->page.from_end ? f->n - 1 - i : i]);
	SB_LIT(b, "</t:Folders></m:RootFolder>");
}

static const char *
check_request(struct find *f)
{
	char *depth = call_attr(f->c->op, "Traversal");
	const char *code;

	f->deep = depth != NULL && strcmp(depth, "Deep") == 0;
	f->none = depth != NULL && strcmp(depth, "SoftDeleted") == 0;
	xmlFree(depth);
	/* folders that were removed softly: see FindItem */
	if (f->none && world.product == EX2007)
		return "ErrorInvalidOperation";
	code = page_read(&f->page, f->c->op);
	if (code == NULL)
		code = restrict_check(f->where, true, f->c->level, &f->blame);
	return code;
}

void
ops_find_folder(struct call *c)
{
	struct find f = { .c = c };
	const char *code, *xml;
	xmlNode *n;

	f.where = call_child(c->op, "Restriction");
	f.code = check_request(&f);
	shape_read_folder(&f.s, c, call_child(c->op, "FolderShape"));
	n = call_first(call_child(c->op, "ParentFolderIds"));
	for (; n != NULL; n = call_next(n)) {
		struct folder *g = call_folder(c, n, &code);

		if (g == NULL) {
			reply_error(c, code);
			reply_close(c);
			continue;
		}
		c->folder = g;
		code = f.code != NULL ? f.code : f.s.error;
		xml = f.code != NULL ? f.blame.p : f.s.bad;
		if (code != NULL)
			reply_error_xml(c, code, NULL, xml);
		else
			find_below(&f, g);
		reply_close(c);
	}
	shape_free(&f.s);
	sb_free(&f.blame);
	free(f.v);
}

static void
hierarchy_changes(struct call *c, const struct shape *s,
    const struct folder *root, uint64_t from)
{
	const struct mailbox *mb = root->mailbox;
	struct sb *b = &c->out;
	size_t i;

	SB_LIT(b, "<m:Changes>");
	for (i = 0; i < mb->n_folders; i++) {
		const struct folder *f = mb->folders[i];
		const char *what = f->create_seq > from ? "Create" : "Update";

		if (f->update_seq <= from || !folder_below(f, root))
			continue;
		if (f->gone && f->create_seq <= from) {
			SB_LIT(b, "<t:Delete>");
			renderfolder_id(b, f, "FolderId");
			SB_LIT(b, "</t:Delete>");
		} else if (!f->gone) {
			sb_fmt(b, "<t:%s>", what);
			renderfolder(c, s, f);
			sb_fmt(b, "</t:%s>", what);
		}
	}
	SB_LIT(b, "</m:Changes>");
}

/* -1: invalid. A missing state is the empty one. */
static int
hierarchy_state(struct call *c, const struct folder *root, struct state *st)
{
	xmlNode *n = call_child(c->op, "SyncState");
	char *text = n != NULL ? call_text(n) : NULL;
	int rc = 0;

	*st = (struct state){ .kind = STATE_HIERARCHY, .at.folder = root->num };
	if (text != NULL && *text != 0)
		rc = state_decode(text, st);
	else
		st->at.epoch = root->mailbox->epoch;
	xmlFree(text);
	if (st->kind != STATE_HIERARCHY || st->at.folder != root->num ||
	    st->at.epoch != root->mailbox->epoch)
		rc = -1;
	return rc;
}

static void
sync_failed(struct call *c, const char *code)
{
	reply_error(c, code);
	SB_LIT(&c->out, "<m:SyncState/><m:IncludesLastFolderInRange>true"
			"</m:IncludesLastFolderInRange>");
	reply_close(c);
}

void
ops_sync_hierarchy(struct call *c)
{
	xmlNode *n = call_child(c->op, "SyncFolderId");
	struct folder *root = NULL;
	const char *code = "ErrorMissingEmailAddress";
	struct shape s;
	struct state st;

	if (n != NULL)
		root = call_folder(c, call_first(n), &code);
	else if (c->mailbox != NULL)
		root = c->mailbox->top;
	if (root == NULL) {
		sync_failed(c, strcmp(code, "ErrorFolderNotFound") == 0
				   ? "ErrorSyncFolderNotFound"
				   : code);
		return;
	}
	c->folder = root;
	if (hierarchy_state(c, root, &st) < 0) {
		sync_failed(c, "ErrorInvalidSyncStateData");
		return;
	}
	shape_read_folder(&s, c, call_child(c->op, "FolderShape"));
	if (s.error != NULL) {
		sync_failed(c, s.error);
	} else {
		uint64_t from = st.at.pos;

		st.at.pos = root->mailbox->hier_seq;
		reply_ok(c);
		SB_LIT(&c->out, "<m:SyncState>");
		state_encode(&c->out, &st);
		SB_LIT(&c->out,
		    "</m:SyncState><m:IncludesLastFolderInRange>true"
		    "</m:IncludesLastFolderInRange>");
		hierarchy_changes(c, &s, root, from);
		reply_close(c);
	}
	shape_free(&s);
}
