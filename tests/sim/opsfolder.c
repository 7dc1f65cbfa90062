/*
 * opsfolder.c - GetFolder, FindFolder, SyncFolderHierarchy.
 */
#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "ops.h"
#include "renderfolder.h"
#include "reply.h"
#include "restrict.h"
#include "state.h"

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

struct page {
	long offset, max;
	bool end, given;
};

static struct page
page_of(const struct call *c, const char *view)
{
	struct page p = { 0, 0, false, false };
	const xmlNode *n = call_child(c->op, view);
	char *v;

	if (n == NULL)
		return p;
	p.given = true;
	if ((v = call_attr(n, "Offset")) != NULL)
		p.offset = atol(v);
	xmlFree(v);
	if ((v = call_attr(n, "MaxEntriesReturned")) != NULL)
		p.max = atol(v);
	xmlFree(v);
	if ((v = call_attr(n, "BasePoint")) != NULL)
		p.end = strcmp(v, "End") == 0;
	xmlFree(v);
	return p;
}

/* Depth first, children in the order of their names: a server's order. */
static void
collect(struct folder *parent, bool deep, const xmlNode *where,
    struct folder ***v, size_t *n, const char **code)
{
	struct folder *f;
	size_t at = 0;

	while ((f = folder_next(parent->mailbox, &at)) != NULL) {
		if (f->parent != parent)
			continue;
		if (where == NULL ||
		    restrict_meets(call_first(where), NULL, f, code)) {
			*v = sb_xrealloc(*v, (*n + 1) * sizeof(**v));
			(*v)[(*n)++] = f;
		}
		if (deep)
			collect(f, deep, where, v, n, code);
	}
}

static void
find_below(struct call *c, const struct shape *s, struct folder *parent,
    const struct page *p)
{
	const xmlNode *where = call_child(c->op, "Restriction");
	char *depth = call_attr(c->op, "Traversal");
	struct folder **v = NULL;
	const char *code = NULL;
	size_t n = 0, i, from, to;

	if (depth == NULL || strcmp(depth, "SoftDeleted") != 0)
		collect(parent, depth && strcmp(depth, "Deep") == 0, where, &v,
		    &n, &code);
	xmlFree(depth);
	if (code != NULL) {
		reply_error(c, code);
		reply_close(c);
		free(v);
		return;
	}
	from = p->offset > 0 ? (size_t)p->offset : 0;
	if (from > n)
		from = n;
	to = n;
	if (p->given && p->max > 0 && from + (size_t)p->max < to)
		to = from + (size_t)p->max;
	if (world.find_cap > 0 && to - from > (size_t)world.find_cap)
		to = from + (size_t)world.find_cap;
	reply_ok(c);
	SB_LIT(&c->out, "<m:RootFolder");
	if (p->given)
		sb_fmt(&c->out, " IndexedPagingOffset=\"%zu\"", to);
	sb_fmt(&c->out,
	    " TotalItemsInView=\"%zu\" IncludesLastItemInRange=\"%s\">"
	    "<t:Folders>",
	    n, to == n ? "true" : "false");
	for (i = from; i < to; i++)
		renderfolder(c, s, v[i]);
	SB_LIT(&c->out, "</t:Folders></m:RootFolder>");
	reply_close(c);
	free(v);
}

void
ops_find_folder(struct call *c)
{
	struct page p = page_of(c, "IndexedPageFolderView");
	const char *code;
	struct shape s;
	xmlNode *n;

	shape_read_folder(&s, c, call_child(c->op, "FolderShape"));
	n = call_first(call_child(c->op, "ParentFolderIds"));
	for (; n != NULL; n = call_next(n)) {
		struct folder *f = call_folder(c, n, &code);

		if (f == NULL || s.error != NULL) {
			folder_error(c, f == NULL ? code : s.error,
			    f == NULL ? NULL : &s);
			reply_close(c);
		} else {
			c->folder = f;
			find_below(c, &s, f, &p);
		}
	}
	shape_free(&s);
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

	*st = (struct state){ .kind = STATE_HIERARCHY, .folder = root->num };
	if (text != NULL && *text != 0)
		rc = state_decode(text, st);
	else
		st->epoch = root->mailbox->epoch;
	xmlFree(text);
	if (st->kind != STATE_HIERARCHY || st->folder != root->num ||
	    st->epoch != root->mailbox->epoch)
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
		uint64_t from = st.pos;

		st.pos = root->mailbox->hier_seq;
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
