/*
 * opsfind.c - FindItem.
 * 1. At most find_cap rows (1000; 250 with a restriction from 2013 on). A
 *    paged request gets a short page, any other is refused.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fault.h"
#include "folder.h"
#include "item.h"
#include "ops.h"
#include "render.h"
#include "reply.h"
#include "restrict.h"

struct find {
	struct call *c;
	struct shape s;
	const xmlNode *where, *order;
	char *query;
	bool paged, from_end, hidden;
	long offset, max;
	struct item **v;
	size_t n, cap;
};

static bool
query_meets(const char *query, const struct item *it)
{
	struct mail tmp = { 0 };
	const struct mail *m;
	const char *word = strchr(query, ':');
	bool yes;

	word = word != NULL ? word + 1 : query;
	m = item_mail(it, &tmp, 0);
	yes = (m->subject != NULL && strcasestr(m->subject, word) != NULL) ||
	      (m->from.n > 0 && m->from.v[0].addr != NULL &&
		  strcasestr(m->from.v[0].addr, word) != NULL);
	arena_free(&tmp.a);
	return yes;
}

static void
consider(struct find *f, struct item *it, const char **code)
{
	if (f->where != NULL &&
	    !restrict_meets(call_first(f->where), it, NULL, code))
		return;
	if (f->query != NULL && !query_meets(f->query, it))
		return;
	if (f->n == f->cap) {
		f->cap = f->cap * 2 + 64;
		f->v = sb_xrealloc(f->v, f->cap * sizeof(*f->v));
	}
	f->v[f->n++] = it;
}

/* A search folder finds all mail of the mailbox. */
static void
gather(struct find *f, struct folder *in, const char **code)
{
	struct folder *g;
	size_t at = 0, i;

	if (f->hidden)
		return;
	if (in->kind != FOLDER_SEARCH) {
		for (i = 0; i < in->n_items && *code == NULL; i++)
			consider(f, in->items[i], code);
		return;
	}
	while ((g = folder_next(in->mailbox, &at)) != NULL)
		for (i = 0; i < g->n_items && *code == NULL; i++)
			consider(f, g->items[i], code);
}

static void
read_view(struct find *f)
{
	xmlNode *n = call_child(f->c->op, "IndexedPageItemView");
	char *v;

	if (n == NULL)
		return;
	f->paged = true;
	if ((v = call_attr(n, "Offset")) != NULL)
		f->offset = atol(v);
	xmlFree(v);
	if ((v = call_attr(n, "MaxEntriesReturned")) != NULL)
		f->max = atol(v);
	xmlFree(v);
	if ((v = call_attr(n, "BasePoint")) != NULL)
		f->from_end = strcmp(v, "End") == 0;
	xmlFree(v);
}

static size_t
cap_of(const struct find *f)
{
	if (world.find_cap > 0)
		return (size_t)world.find_cap;
	return world.product >= EX2013 && (f->where || f->query) ? 250 : 1000;
}

static void
rows(struct find *f)
{
	struct sb *b = &f->c->out;
	size_t from = f->offset > 0 ? (size_t)f->offset : 0, to = f->n, i;
	size_t cap = cap_of(f);
	char limit[80];

	if (from > f->n)
		from = f->n;
	if (f->max > 0 && from + (size_t)f->max < to)
		to = from + (size_t)f->max;
	if (to - from > cap && (!f->paged || f->c->level < V2010_SP1)) {
		snprintf(limit, sizeof(limit),
		    "<t:Value Name=\"PolicyLimit\">%zu</t:Value>", cap);
		reply_error_xml(
		    f->c, "ErrorExceededFindCountLimit", NULL, limit);
		return;
	}
	if (to - from > cap)
		to = from + cap;
	reply_ok(f->c);
	SB_LIT(b, "<m:RootFolder");
	if (f->paged)
		sb_fmt(b, " IndexedPagingOffset=\"%zu\"", to);
	sb_fmt(b,
	    " TotalItemsInView=\"%zu\" IncludesLastItemInRange=\"%s\">"
	    "<t:Items>",
	    f->n, to == f->n ? "true" : "false");
	for (i = from; i < to; i++)
		render_item(
		    f->c, &f->s, f->v[f->from_end ? f->n - 1 - i : i], true);
	SB_LIT(b, "</t:Items></m:RootFolder>");
}

static void
find_in(struct find *f, xmlNode *id)
{
	const char *code = NULL, *xml = NULL;
	struct folder *in = call_folder(f->c, id, &code);

	if (in == NULL) {
		reply_error(f->c, code);
		reply_close(f->c);
		return;
	}
	f->c->folder = in;
	f->n = 0;
	code = fault_item(f->c, NULL, &xml);
	if (code == NULL) {
		gather(f, in, &code);
		if (code == NULL &&
		    restrict_sort(f->v, f->n, f->order, &code) == 0)
			code = NULL;
	}
	if (code == NULL && f->s.error != NULL) {
		code = f->s.error;
		xml = f->s.bad;
	}
	if (code != NULL)
		reply_error_xml(f->c, code, NULL, xml);
	else
		rows(f);
	reply_close(f->c);
}

void
ops_find_item(struct call *c)
{
	struct find f = { .c = c };
	xmlNode *n = call_child(c->op, "QueryString");
	char *how = call_attr(c->op, "Traversal");

	f.hidden = how != NULL && strcmp(how, "Shallow") != 0;
	xmlFree(how);
	f.query = n != NULL ? call_text(n) : NULL;
	f.where = call_child(c->op, "Restriction");
	f.order = call_child(c->op, "SortOrder");
	read_view(&f);
	shape_read(&f.s, c, call_child(c->op, "ItemShape"), 2);
	n = call_first(call_child(c->op, "ParentFolderIds"));
	for (; n != NULL; n = call_next(n))
		find_in(&f, n);
	shape_free(&f.s);
	xmlFree(f.query);
	free(f.v);
}
