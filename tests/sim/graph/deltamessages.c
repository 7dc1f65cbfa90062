/*
 * deltamessages.c - messages/delta: what world/walk.c finds, as rows.
 * 1. What was asked for at first stays in the link.
 * 2. With $filter only so many messages come in a first round; the deltaLink
 *    comes as if they were all.
 */
#include <stdlib.h>
#include <string.h>

#include "graph/delta.h"
#include "graph/fields.h"
#include "graph/filter.h"
#include "graph/gident.h"
#include "graph/gjson.h"
#include "graph/goption.h"
#include "graph/message.h"
#include "graph/misdeed.h"
#include "world/folder.h"

struct delta {
	struct graph_call *g;
	const struct folder *f;
	struct deltalink link;
	struct uri asked;
	struct fields want;
	struct filter filter;
	bool created, updated, deleted; /* changeType */
	long top;                       /* 0: not given */
	json_t *rows;
	bool spoilt; /* an item cannot be shown: the answer is the error */
	struct walk_page page;
};

/*
 * Did it leave the folder in this round and come back? A client of immutable
 * ids that knew it is told that it left, and nothing more.
 */
static bool
came_back(const struct delta *d, const struct item *it)
{
	uint32_t first = world_first(it->num);
	uint64_t seq;

	if (!d->g->want.immutable || !graph_option.lost || d->link.first ||
	    first == it->num)
		return false;
	for (seq = d->link.at.from; seq < d->f->n_journal; seq++)
		if (d->f->journal[seq].gone &&
		    d->f->journal[seq].created <= d->link.at.from &&
		    world_first(d->f->journal[seq].num) == first)
			return true;
	return false;
}

static bool
left_out(struct delta *d, enum walk_change what, const struct item *it)
{
	bool walking = d->link.at.walking;

	if (what == WALK_CREATE ? !d->created : !d->updated)
		return true;
	if (d->filter.n > 0 &&
	    (!filter_meets(&d->filter, it) ||
		(walking && d->link.given >= (uint64_t)graph_option.cap)))
		return true;
	return misdeed_hides(d->g, it);
}

/* Is more shown of an item than a mail that is broken still tells? */
static bool
shows_much(const struct delta *d)
{
	return d->want.set != 0 || d->want.n_properties > 0;
}

static bool
show_gone(struct delta *d, uint32_t num)
{
	struct sb id = { 0 };

	if (!d->deleted)
		return false;
	gident_item(&id, d->f->mailbox, num, d->g->want.immutable);
	json_array_append_new(
	    d->rows, delta_removed("#microsoft.graph.message", gjson_sb(&id)));
	return true;
}

static bool
show_change(
    void *arg, enum walk_change what, const struct item *it, uint32_t num)
{
	struct delta *d = arg;
	json_t *row;

	if (d->spoilt || (d->top > 0 && d->link.given >= (uint64_t)d->top))
		return false;
	if (it == NULL)
		return show_gone(d, num);
	/* it counts: when it goes for good, that is told */
	if (came_back(d, it))
		return true;
	if (left_out(d, what, it))
		return false;
	if (shows_much(d) && misdeed_item(d->g, it)) {
		d->spoilt = true;
		return false;
	}
	if (what == WALK_READ && graph_option.sparse)
		row = message_sparse(d->g, it);
	else
		row = message_json(d->g, &d->want, it);
	if (json_object_get(row, "@odata.type") == NULL)
		json_object_set_new(
		    row, "@odata.type", gjson_text("#microsoft.graph.message"));
	if (misdeed_is(d->g, M_NOID))
		json_object_del(row, "id");
	d->link.given++;
	if (misdeed_is(d->g, M_TWICE) ||
	    (graph_option.twice && what == WALK_CREATE && !d->link.at.walking &&
		world_first(it->num) != it->num))
		json_array_append(d->rows, row);
	json_array_append_new(d->rows, row);
	return true;
}

static void
read_change_type(struct delta *d)
{
	const char *type = uri_option(&d->asked, "changetype");

	d->created = type == NULL || strcmp(type, "created") == 0;
	d->updated = type == NULL || strcmp(type, "updated") == 0;
	d->deleted = type == NULL || strcmp(type, "deleted") == 0;
}

static bool
bad_option(struct graph_call *g, const char *message)
{
	refuse(g, 400, "ErrorInvalidUrlQuery", message);
	return false;
}

/* What the first request asked for. */
static bool
read_asked(struct delta *d)
{
	struct graph_call *g = d->g;
	struct sb target = { 0 };
	const char *top;
	bool ok;

	sb_fmt(&target, "/v1.0?%s", d->link.query);
	ok = uri_read(&d->asked, target.p) == NULL;
	sb_free(&target);
	if (!ok)
		return bad_option(g, "Badly formed token.");
	if (uri_unknown(&d->asked, "select expand filter orderby top "
				   "changetype") != NULL)
		return bad_option(g, "The query parameter is not supported "
				     "with change tracking over the 'Messages' "
				     "resource.");
	top = uri_option(&d->asked, "top");
	if (top != NULL && !graph_option.top_stops)
		return bad_option(g, "'$top' is not supported with change "
				     "tracking over the 'Messages' resource.");
	d->top = top != NULL ? atol(top) : 0;
	read_change_type(d);
	if (!d->created && !d->updated && !d->deleted)
		return bad_option(
		    g, "changeType is created, updated or deleted.");
	if (!fields_read(&d->want, g, uri_option(&d->asked, "select"),
		uri_option(&d->asked, "expand")))
		return false;
	if (!graph_option.delta_headers)
		d->want.set &= ~((uint64_t)1 << F_HEADERS);
	if (!filter_read(&d->filter, g, uri_option(&d->asked, "filter"),
		uri_option(&d->asked, "orderby")))
		return false;
	if (!filter_fits_delta(&d->filter))
		return bad_option(g, "Change tracking takes only $filter with "
				     "receivedDateTime ge or gt, and $orderby "
				     "of receivedDateTime desc.");
	return true;
}

/* Rows of messages that were never there. */
static void
put_ghosts(struct delta *d)
{
	struct sb id = { 0 };
	uint32_t i;

	for (i = 0; i < 3; i++) {
		gident_item(&id, d->f->mailbox, 0x00F00000u + i, false);
		json_array_append_new(d->rows,
		    delta_removed("#microsoft.graph.message", gjson_sb(&id)));
	}
}

static void
run_round(struct delta *d)
{
	struct deltalink *l = &d->link;
	struct walk before = l->at;
	uint64_t given = l->given;
	bool last = false;

	d->rows = json_array();
	d->page = (struct walk_page){
		.max = delta_page(d->g), .show = show_change, .arg = d
	};
	if (misdeed_is(d->g, M_GHOST))
		put_ghosts(d);
	if (!misdeed_is(d->g, M_EMPTY))
		last = walk_on(&l->at, d->f, &d->page);
	if (d->spoilt) {
		json_decref(d->rows);
		return;
	}
	if (misdeed_is(d->g, M_STUCK)) {
		l->at = before;
		l->given = given;
		last = false;
	}
	/* $top: what came is called all there is */
	if (d->top > 0 && l->given >= (uint64_t)d->top && !last) {
		d->page.max = INT32_MAX;
		last = walk_on(&l->at, d->f, &d->page);
	}
	if (last) {
		l->given = 0;
		l->first = false;
	}
	delta_answer(d->g, l, d->rows, last);
}

/* One cloud has no change tracking of mail. */
static bool
cloud_has_delta(struct graph_call *g)
{
	if (graph_option.cloud != CLOUD_CHINA)
		return true;
	refuse(g, 400, "ErrorInvalidRequest",
	    "Change tracking is not supported against "
	    "'microsoft.graph.message'.");
	return false;
}

void
delta_answer_messages(struct graph_call *g, const struct folder *f)
{
	struct delta d = { .g = g, .f = f };
	int link;

	link = cloud_has_delta(g) ? delta_link(g, &d.link, LINK_ITEMS) : -1;
	if (link >= 0 && f->search) {
		refuse(g, 400, "ErrorInvalidRequest",
		    "Change tracking is not supported for search folders.");
		link = -1;
	}
	if (link >= 0 && misdeed_is(g, M_RESEND))
		link = 0;
	if (link == 0) {
		walk_begin(&d.link.at, f, true);
		d.link.first = true;
		d.link.given = 0;
	}
	if (link == 1 && d.link.at.folder != f->num) {
		refuse(g, 400, "BadRequest", "Badly formed token.");
		link = -1;
	} else if (link == 1 && !walk_valid(&d.link.at, f)) {
		delta_expired(g, &d.link);
		link = -1;
	}
	if (link >= 0 && read_asked(&d))
		run_round(&d);
	deltalink_free(&d.link);
	uri_free(&d.asked);
	fields_free(&d.want);
	filter_free(&d.filter);
}
