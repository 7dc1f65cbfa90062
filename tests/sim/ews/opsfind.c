/*
 * opsfind.c - FindItem.
 * 1. At most find_cap rows (1000; 250 with a restriction from 2013 on). A
 *    paged request gets a short page, any other is refused.
 * 2. What is wrong with a request is told before any item is looked at.
 * 3. Groups are not made. Views of calendars and contacts are those of empty
 *    folders: no folder here holds appointments or people.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ews/fault.h"
#include "ews/ops.h"
#include "ews/option.h"
#include "ews/page.h"
#include "ews/render.h"
#include "ews/reply.h"
#include "ews/restrict.h"
#include "world/folder.h"
#include "world/item.h"

struct find {
	struct call *c;
	struct shape s;
	const xmlNode *where, *order;
	char *query;
	struct page page;
	bool hidden;
	const char *code; /* of the whole request: something is wrong */
	struct sb blame;
	struct item **v;
	size_t n, cap;
};

static void
consider(struct find *f, struct item *it)
{
	if (!restrict_meets(f->where, it, NULL) ||
	    (f->query != NULL && !restrict_query(f->query, it)))
		return;
	if (f->n == f->cap) {
		f->cap = f->cap * 2 + 64;
		f->v = sb_xrealloc(f->v, f->cap * sizeof(*f->v));
	}
	f->v[f->n++] = it;
}

/* A search folder finds all mail of the mailbox that is not removed. */
static void
gather(struct find *f, struct folder *in)
{
	struct folder *g;
	size_t at = 0, i;

	if (f->hidden)
		return;
	if (!in->search) {
		for (i = 0; i < in->n_items; i++)
			consider(f, in->items[i]);
		return;
	}
	while ((g = folder_next(in->mailbox, &at)) != NULL)
		for (i = 0; !folder_recoverable(g) && i < g->n_items; i++)
			consider(f, g->items[i]);
}

static size_t
cap_of(const struct find *f)
{
	if (option.find_cap > 0)
		return (size_t)option.find_cap;
	return world.product >= EX2013 && (f->where || f->query) ? 250 : 1000;
}

/* Row i of the view. */
static struct item *
row(const struct find *f, size_t i)
{
	return f->v[f->page.from_end ? f->n - 1 - i : i];
}

static size_t
first_row(const struct find *f)
{
	size_t i = page_start(&f->page, f->n);

	if (f->page.kind == PAGE_SEEK)
		for (i = 0; i < f->n; i++)
			if (restrict_meets(f->page.condition, row(f, i), NULL))
				break;
	return i;
}

static void
rows(struct find *f)
{
	struct sb *b = &f->c->out;
	size_t from = first_row(f), to = page_end(&f->page, from, f->n), i;
	size_t cap = cap_of(f);
	char limit[80];

	if (to - from > cap &&
	    (f->page.kind == PAGE_ALL || f->c->level < V2010_SP1)) {
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
	page_attrs(b, &f->page, to, f->n);
	SB_LIT(b, "><t:Items>");
	for (i = from; i < to; i++)
		render_item(f->c, &f->s, row(f, i), true);
	SB_LIT(b, "</t:Items></m:RootFolder>");
}

static int64_t
attr_time(const xmlNode *n, const char *name)
{
	struct path when = { .type = VALUE_TIME };
	struct value v = { 0 };
	char *text = call_attr(n, name);

	value_constant(&v, &when, text != NULL ? text : "");
	xmlFree(text);
	return v.n;
}

static const char *
check_calendar(const struct find *f, const struct folder *in, const xmlNode *n)
{
	int64_t start = attr_time(n, "StartDate");
	int64_t end = attr_time(n, "EndDate");
	struct tm tm = { 0 };
	time_t t = (time_t)start;

	if (folder_kind(in) != FOLDER_CALENDAR)
		return "ErrorCalendarFolderIsInvalidForCalendarView";
	if (end < start)
		return "ErrorCalendarEndDateIsEarlierThanStartDate";
	gmtime_r(&t, &tm);
	tm.tm_year += 2;
	if (end > (int64_t)timegm(&tm))
		return "ErrorCalendarViewRangeTooBig";
	if (f->where != NULL || f->order != NULL || in->n_items > 0)
		return "ErrorInvalidOperation";
	return NULL;
}

/* What is wrong with the request in this folder. */
static const char *
check_folder(const struct find *f, const struct folder *in)
{
	const xmlNode *n = call_child(f->c->op, "CalendarView");

	if (n != NULL)
		return check_calendar(f, in, n);
	n = call_child(f->c->op, "ContactsView");
	if (n != NULL &&
	    (folder_kind(in) != FOLDER_CONTACTS || in->n_items > 0))
		return "ErrorInvalidOperation";
	return NULL;
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
	if (code == NULL && (code = f->code) != NULL)
		xml = f->blame.p;
	if (code == NULL)
		code = check_folder(f, in);
	if (code == NULL && (code = f->s.error) != NULL)
		xml = f->s.bad;
	if (code != NULL) {
		reply_error_xml(f->c, code, NULL, xml);
	} else {
		gather(f, in);
		restrict_sort(f->v, f->n, f->order);
		rows(f);
	}
	reply_close(f->c);
}

static const char *
check_groups(struct find *f)
{
	const xmlNode *n = call_child(f->c->op, "GroupBy");

	if (n != NULL)
		value_path_xml(&f->blame, call_first(n));
	else
		n = call_child(f->c->op, "DistinguishedGroupBy");
	return n != NULL ? "ErrorUnsupportedPathForSortGroup" : NULL;
}

/*
 * Items that were removed softly lie in the folder until 2007 only; that is
 * not done here. A later server finds none, as its documents say.
 */
static const char *
check_traversal(struct find *f)
{
	char *how = call_attr(f->c->op, "Traversal");
	bool soft = how != NULL && strcmp(how, "SoftDeleted") == 0;

	f->hidden = how != NULL && strcmp(how, "Shallow") != 0;
	xmlFree(how);
	return soft && world.product == EX2007 ? "ErrorInvalidOperation" : NULL;
}

static const char *
check_request(struct find *f)
{
	enum level level = f->c->level;
	const char *code = check_traversal(f);

	if (code == NULL)
		code = page_read(&f->page, f->c->op);
	if (code == NULL)
		code = restrict_check(f->where, false, level, &f->blame);
	if (code == NULL)
		code =
		    restrict_check(f->page.condition, false, level, &f->blame);
	if (code == NULL)
		code = restrict_check_sort(f->order, level, &f->blame);
	if (code == NULL)
		code = check_groups(f);
	if (code == NULL && f->query != NULL)
		code = f->where != NULL ? "ErrorInvalidOperation"
					: restrict_check_query(f->query);
	return code;
}

void
ops_find_item(struct call *c)
{
	struct find f = { .c = c };
	xmlNode *n = call_child(c->op, "QueryString");

	f.query = n != NULL ? call_text(n) : NULL;
	f.where = call_child(c->op, "Restriction");
	f.order = call_child(c->op, "SortOrder");
	f.code = check_request(&f);
	shape_read(&f.s, c, call_child(c->op, "ItemShape"), 2);
	n = call_first(call_child(c->op, "ParentFolderIds"));
	for (; n != NULL; n = call_next(n))
		find_in(&f, n);
	shape_free(&f.s);
	sb_free(&f.blame);
	xmlFree(f.query);
	free(f.v);
}
