/*
 * messages.c - lists of messages, one message, its MIME.
 */
#include "graph/messages.h"

#include <stdlib.h>
#include <string.h>

#include "graph/fields.h"
#include "graph/filter.h"
#include "graph/folders.h"
#include "graph/gjson.h"
#include "graph/gpage.h"
#include "graph/message.h"
#include "graph/misdeed.h"
#include "world/folder.h"
#include "world/gen.h"
#include "world/item.h"

struct listing {
	const struct item **v;
	size_t n, cap;
	bool by_folder; /* of one folder: sorted already, oldest first */
};

static void
add_folder(
    struct listing *l, const struct folder *f, const struct filter *filter)
{
	size_t i;

	for (i = 0; i < f->n_items; i++) {
		if (!filter_meets(filter, f->items[i]))
			continue;
		l->v = sb_grow(l->v, l->n, &l->cap, sizeof(*l->v));
		l->v[l->n++] = f->items[i];
	}
}

/* Of the whole mailbox; what was purged is not listed. */
static void
add_mailbox(
    struct listing *l, const struct mailbox *mb, const struct filter *filter)
{
	struct folder *f;
	size_t at = 0;

	while ((f = folder_next(mb, &at)) != NULL)
		if (folders_shown(f, true))
			add_folder(l, f, filter);
}

static void
sort_listing(struct listing *l, const struct filter *filter)
{
	size_t i;

	if (!l->by_folder || filter->order >= 0) {
		filter_sort(filter, l->v, l->n);
		return;
	}
	for (i = 0; i < l->n / 2; i++) {
		const struct item *it = l->v[i];

		l->v[i] = l->v[l->n - 1 - i];
		l->v[l->n - 1 - i] = it;
	}
}

/* NULL: an item cannot be shown, and the answer is the error. */
static json_t *
rows_of(struct graph_call *g, const struct listing *l, const struct gpage *page,
    const struct fields *want)
{
	json_t *rows = json_array(), *row;
	size_t i;

	for (i = page->skip; i < l->n && i < page->skip + page->top; i++) {
		if ((want->set != 0 || want->n_properties > 0) &&
		    misdeed_item(g, l->v[i])) {
			json_decref(rows);
			return NULL;
		}
		row = message_json(g, want, l->v[i]);
		if (misdeed_is(g, M_NOID))
			json_object_del(row, "id");
		json_array_append_new(rows, row);
	}
	return rows;
}

void
messages_answer_list(struct graph_call *g, const struct folder *f)
{
	struct listing l = { 0 };
	struct filter filter = { 0 };
	struct fields want = { 0 };
	struct gpage page;
	json_t *rows;

	if (refuse_options(g, "select expand filter orderby top skip count") ||
	    !gpage_read(&page, g) ||
	    !fields_read(&want, g, uri_option(&g->uri, "select"),
		uri_option(&g->uri, "expand")) ||
	    !filter_read(&filter, g, uri_option(&g->uri, "filter"),
		uri_option(&g->uri, "orderby")))
		goto out;
	l.by_folder = f != NULL && !f->search;
	if (l.by_folder)
		add_folder(&l, f, &filter);
	else
		add_mailbox(&l, g->mailbox, &filter);
	sort_listing(&l, &filter);
	rows = rows_of(g, &l, &page, &want);
	if (rows != NULL)
		gpage_answer(&page, g,
		    f != NULL ? "mailFolders/messages" : "messages", rows, l.n);
out:
	free(l.v);
	fields_free(&want);
	filter_free(&filter);
}

void
messages_answer_one(struct graph_call *g, const struct item *it)
{
	struct fields want = { 0 };
	json_t *j;

	if (!refuse_options(g, "select expand") &&
	    fields_read(&want, g, uri_option(&g->uri, "select"),
		uri_option(&g->uri, "expand"))) {
		j = gjson_user_context(g, "messages/$entity");
		json_object_update_new(j, message_json(g, &want, it));
		gjson_answer(g, j);
	}
	fields_free(&want);
}

void
messages_answer_mime(struct graph_call *g, const struct item *it)
{
	struct mail tmp = { 0 };
	const struct mail *m;

	if (refuse_options(g, ""))
		return;
	m = item_mail(it, &tmp, GEN_MIME);
	gjson_bytes(g, "text/plain", m->raw, m->raw_len);
	g->messages++;
	message_log(g, it, m);
	arena_free(&tmp.a);
}
