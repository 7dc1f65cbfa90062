/*
 * deltafolders.c - mailFolders/delta: folders by the sequence of the mailbox's
 * hierarchy. How many messages they hold is no change of theirs.
 */
#include <stdlib.h>
#include <string.h>

#include "graph/delta.h"
#include "graph/folders.h"
#include "graph/gident.h"
#include "graph/gjson.h"
#include "graph/goption.h"
#include "graph/misdeed.h"
#include "world/folder.h"

/* The next change behind that sequence; NULL: there is none. */
static const struct folder *
next_change(const struct mailbox *mb, uint64_t seq)
{
	const struct folder *f, *found = NULL;
	size_t i;

	for (i = 0; i < mb->n_folders; i++) {
		f = mb->folders[i];
		if (f->update_seq > seq &&
		    (found == NULL || f->update_seq < found->update_seq))
			found = f;
	}
	return found;
}

/* One row. start: what the client may know is older. */
static void
put_row(struct graph_call *g, json_t *rows, const struct folder *f,
    uint64_t start, const char *select)
{
	struct sb id = { 0 };

	if (!f->gone && folders_shown(f, false)) {
		json_array_append_new(rows, folders_json(g, f, select));
	} else if (f->create_seq <= start) {
		gident_folder(&id, f);
		json_array_append_new(
		    rows, delta_removed(
			      "#microsoft.graph.mailFolder", gjson_sb(&id)));
	}
}

static void
run_round(struct graph_call *g, struct deltalink *l, const char *select)
{
	uint64_t start = l->at.pos;
	json_t *rows = json_array();
	const struct folder *f = NULL;
	long max = delta_page(g);

	while (!misdeed_is(g, M_EMPTY) &&
	       (f = next_change(g->mailbox, l->at.pos)) != NULL &&
	       json_array_size(rows) < (size_t)max) {
		put_row(g, rows, f, start, select);
		l->at.pos = f->update_seq;
	}
	if (misdeed_is(g, M_STUCK))
		l->at.pos = start;
	delta_answer(g, l, rows,
	    f == NULL && !misdeed_is(g, M_EMPTY) && !misdeed_is(g, M_STUCK));
}

/* $select and nothing else. */
static bool
read_asked(struct graph_call *g, const struct deltalink *l, struct uri *asked)
{
	struct sb target = { 0 };
	bool ok;

	sb_fmt(&target, "/v1.0?%s", l->query);
	ok = uri_read(asked, target.p) == NULL;
	sb_free(&target);
	if (!ok || uri_unknown(asked, "select") != NULL) {
		refuse(g, 400, "ErrorInvalidUrlQuery",
		    "The following parameters are not supported with change "
		    "tracking over the 'Folders' resource: '$orderby, $filter, "
		    "$search, $top'.");
		return false;
	}
	return folders_select(g, uri_option(asked, "select"));
}

void
folders_answer_delta(struct graph_call *g)
{
	struct deltalink l = { 0 };
	struct uri asked = { 0 };
	int link = -1;

	if (graph_option.cloud == CLOUD_CHINA)
		refuse(g, 400, "ErrorInvalidRequest",
		    "Change tracking is not supported against "
		    "'microsoft.graph.mailFolder'.");
	else
		link = delta_link(g, &l, LINK_FOLDERS);
	if (link == 1 && misdeed_is(g, M_RESEND)) {
		l.at.pos = 0;
		link = 0;
	}
	if (link == 0) { /* the root tells which mailbox it is of */
		l.at.epoch = g->mailbox->epoch;
		l.at.folder = g->mailbox->root->num;
	}
	if (link == 1 && l.at.folder != g->mailbox->root->num) {
		refuse(g, 400, "BadRequest", "Badly formed token.");
		link = -1;
	} else if (link == 1 && l.at.epoch != g->mailbox->epoch) {
		delta_expired(g, &l);
		link = -1;
	}
	if (link >= 0 && read_asked(g, &l, &asked))
		run_round(g, &l, uri_option(&asked, "select"));
	deltalink_free(&l);
	uri_free(&asked);
}
