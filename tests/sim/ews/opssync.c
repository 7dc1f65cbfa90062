/*
 * opssync.c - SyncFolderItems.
 * 1. A first sync gives every item that was in the folder when it began,
 *    newest first (2010 and later) or oldest first; then the journal.
 * 2. Within one round of the journal an item may be given again as Create:
 *    clients must take a Create of a known id as Update.
 * 3. A Delete is left out when its item was never given, and only then: the
 *    walk tells of those that it had given, and nobody of the others (a
 *    state of Exchange holds the ids that were given with it).
 */
#include <stdlib.h>
#include <string.h>

#include "ews/fault.h"
#include "ews/option.h"
#include "world/folder.h"
#include "ews/ident.h"
#include "ews/ops.h"
#include "ews/render.h"
#include "ews/reply.h"
#include "ews/state.h"

struct sync {
	struct call *c;
	struct shape s;
	struct folder *f;
	struct state st;
	uint64_t start; /* position of the journal when the page began */
	long max;
	long given;
	char **ignore;
	size_t n_ignore;
};

static bool
ignored(const struct sync *y, const struct item *it)
{
	struct sb id = { 0 };
	bool yes = false;
	size_t i;

	if (y->n_ignore == 0)
		return false;
	ident_item(&id, it->folder->mailbox, it->num);
	for (i = 0; i < y->n_ignore; i++)
		yes = yes || strcmp(id.p, y->ignore[i]) == 0;
	sb_free(&id);
	return yes;
}

static void
give(struct sync *y, const struct item *it, const char *what)
{
	struct sb *b = &y->c->out;

	if (ignored(y, it))
		return;
	y->given++;
	sb_fmt(b, "<t:%s>", what);
	if (strcmp(what, "ReadFlagChange") == 0) {
		render_item_id(b, it);
		sb_fmt(
		    b, "<t:IsRead>%s</t:IsRead>", it->read ? "true" : "false");
	} else {
		render_item(y->c, &y->s, it, true);
	}
	sb_fmt(b, "</t:%s>", what);
}

static void
give_delete(struct sync *y, uint32_t num)
{
	struct sb *b = &y->c->out;

	y->given++;
	SB_LIT(b, "<t:Delete><t:ItemId Id=\"");
	ident_item(b, y->f->mailbox, num);
	SB_LIT(b, "\"/></t:Delete>");
}

/* Where the walk goes on: an index into f->items, by the cursor. */
static size_t
resume(const struct sync *y)
{
	const struct state *st = &y->st;
	size_t lo = 0, hi = y->f->n_items;

	if (!st->begun)
		return st->newest ? hi : 0;
	while (lo < hi) { /* first item not before the cursor */
		size_t mid = (lo + hi) / 2;
		const struct item *it = y->f->items[mid];
		bool before = it->received != st->received
				  ? it->received < st->received
				  : it->num < st->num;

		if (before)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!st->newest && lo < y->f->n_items &&
	    y->f->items[lo]->num == st->num)
		lo++;
	return lo;
}

/* True when the walk is over. */
static bool
walk(struct sync *y)
{
	struct state *st = &y->st;
	size_t i = resume(y), n = y->f->n_items;

	while (st->newest ? i > 0 : i < n) {
		struct item *it = y->f->items[st->newest ? i - 1 : i];

		if (it->create_seq <= st->from) {
			if (y->given == y->max)
				return false;
			give(y, it, "Create");
			st->begun = true;
			st->received = it->received;
			st->num = it->num;
		}
		i = st->newest ? i - 1 : i + 1;
	}
	st->walking = false;
	st->pos = st->from;
	return true;
}

/* Has the walk, which is at its cursor, given what is gone now? */
static bool
was_given(const struct state *st, const struct entry *e)
{
	bool before = e->received != st->received ? e->received < st->received
						  : e->num < st->num;

	return st->begun && e->created <= st->from &&
	       (e->num == st->num || before != st->newest);
}

/* What was deleted since the walk's last page; false: the page is full. */
static bool
walk_deletes(struct sync *y)
{
	struct state *st = &y->st;
	const struct entry *e;

	for (; st->told < y->f->n_journal; st->told++) {
		e = &y->f->journal[st->told];
		if (!e->gone || !was_given(st, e))
			continue;
		if (y->given == y->max)
			return false;
		give_delete(y, e->num);
	}
	return true;
}

/* One journal entry; false: the page is full. */
static bool
entry(struct sync *y, uint64_t seq)
{
	const struct entry *e = &y->f->journal[seq - 1];
	const struct item *it = world.items[e->num];

	if (e->gone) {
		if (e->created > y->start || seq <= y->st.told)
			return true;
		if (y->given == y->max)
			return false;
		give_delete(y, e->num);
		return true;
	}
	if (it == NULL || it->folder != y->f || it->last_seq != seq)
		return true; /* a later entry tells */
	if (y->given == y->max)
		return false;
	if (it->create_seq > y->st.from)
		give(y, it, "Create");
	else if (it->update_seq > y->st.from)
		give(y, it, "Update");
	else
		give(y, it, "ReadFlagChange");
	return true;
}

/* True when nothing is left. */
static bool
journal(struct sync *y)
{
	uint64_t seq;
	bool last = true;

	y->start = y->st.pos;
	for (seq = y->start + 1; seq <= y->f->n_journal; seq++) {
		long before = y->given;

		if (!entry(y, seq)) {
			last = false;
			break;
		}
		if (y->given != before)
			y->st.pos = seq;
	}
	if (last) {
		y->st.pos = y->f->n_journal;
		y->st.from = y->st.pos;
	}
	return last;
}

static void
failed(struct call *c, const char *code, const char *xml)
{
	reply_error_xml(c, code, NULL, xml);
	SB_LIT(&c->out, "<m:SyncState/><m:IncludesLastItemInRange>true"
			"</m:IncludesLastItemInRange>");
	reply_close(c);
}

static int
read_state(struct sync *y)
{
	xmlNode *n = call_child(y->c->op, "SyncState");
	char *text = n != NULL ? call_text(n) : NULL;
	struct state *st = &y->st;
	bool fresh = text == NULL || *text == 0;
	int rc = 0;

	if (y->c->fault != NULL && y->c->fault->kind == F_RESEND)
		fresh = true;
	if (fresh)
		*st = (struct state){ .kind = STATE_ITEMS,
			.folder = y->f->num,
			.epoch = y->f->mailbox->epoch,
			.walking = true,
			.newest = option.newest_first,
			.from = y->f->n_journal,
			.told = y->f->n_journal };
	else
		rc = state_decode(text, st);
	xmlFree(text);
	if (st->kind != STATE_ITEMS || st->folder != y->f->num ||
	    st->epoch != y->f->mailbox->epoch || st->from > y->f->n_journal)
		rc = -1;
	return rc;
}

static void
read_ignore(struct sync *y)
{
	xmlNode *n = call_child(y->c->op, "Ignore");

	n = n != NULL ? call_first(n) : NULL;
	for (; n != NULL; n = call_next(n)) {
		char *id = call_attr(n, "Id");

		if (id == NULL)
			continue;
		y->ignore = sb_xrealloc(
		    y->ignore, (y->n_ignore + 1) * sizeof(*y->ignore));
		y->ignore[y->n_ignore++] = id;
	}
}

/* Deletes for items that were never given out. */
static void
ghosts(struct sync *y)
{
	uint32_t i;

	for (i = 0; i < 3; i++)
		give_delete(y, 0x00F00000u + i);
}

/* The first change of the page names no item, or is of a made-up kind. */
static void
spoil_first(struct sb *changes, enum fault_kind kind)
{
	struct sb out = { 0 };
	char *id, *end, *name;
	size_t n;

	if (changes->p == NULL || changes->n == 0)
		return;
	if (kind == F_NOID) {
		id = strstr(changes->p, "<t:ItemId");
		end = strstr(id, "/>") + 2;
		sb_add(&out, changes->p, (size_t)(id - changes->p));
		sb_add(&out, end, strlen(end));
	} else { /* <t:Create>...</t:Create> */
		name = changes->p + 3;
		n = strcspn(name, ">");
		end = strstr(name, "</t:");
		while (strncmp(end + 4, name, n) != 0)
			end = strstr(end + 4, "</t:");
		SB_LIT(&out, "<t:Arrival>");
		sb_add(&out, name + n + 1, (size_t)(end - name) - n - 1);
		SB_LIT(&out, "</t:Arrival>");
		end = strchr(end, '>') + 1;
		sb_add(&out, end, strlen(end));
	}
	sb_free(changes);
	*changes = out;
}

static void
answer(struct sync *y)
{
	struct call *c = y->c;
	enum fault_kind kind = c->fault != NULL ? c->fault->kind : F_KINDS;
	struct state before = y->st;
	size_t head;
	bool last = true;
	struct sb rest = { 0 };

	reply_ok(c);
	head = c->out.n;
	if (kind == F_GHOST)
		ghosts(y);
	if (y->st.walking)
		last = walk_deletes(y) && walk(y);
	if (last)
		last = journal(y);
	/* the state comes before the changes that lead to it */
	sb_add(&rest, c->out.p + head, c->out.n - head);
	c->out.n = head;
	if (kind == F_NOID || kind == F_STRANGE) {
		spoil_first(&rest, kind);
		c->broken = true;
	}
	SB_LIT(&c->out, "<m:SyncState>");
	state_encode(&c->out, kind == F_STUCK ? &before : &y->st);
	sb_fmt(&c->out,
	    "</m:SyncState><m:IncludesLastItemInRange>%s"
	    "</m:IncludesLastItemInRange><m:Changes>",
	    last && kind != F_STUCK ? "true" : "false");
	sb_add(&c->out, rest.p != NULL ? rest.p : "", rest.n);
	SB_LIT(&c->out, "</m:Changes>");
	reply_close(c);
	sb_free(&rest);
}

static void
run(struct sync *y)
{
	struct call *c = y->c;
	char *max = call_text(call_child(c->op, "MaxChangesReturned"));

	y->max = max != NULL ? atol(max) : 0;
	xmlFree(max);
	if (option.sync_cap > 0 && y->max > option.sync_cap)
		y->max = option.sync_cap;
	shape_read(&y->s, c, call_child(c->op, "ItemShape"), 1);
	if (y->f->search)
		failed(c, "ErrorInvalidOperation", NULL);
	else if (y->s.error != NULL)
		failed(c, y->s.error, y->s.bad);
	else if (read_state(y) < 0)
		failed(c, "ErrorInvalidSyncStateData", NULL);
	else
		answer(y);
	shape_free(&y->s);
}

void
ops_sync_items(struct call *c)
{
	struct sync y = { .c = c };
	const char *code, *xml;
	size_t i;

	y.f = call_folder(
	    c, call_first(call_child(c->op, "SyncFolderId")), &code);
	if (y.f == NULL) {
		failed(c,
		    strcmp(code, "ErrorFolderNotFound") == 0
			? "ErrorSyncFolderNotFound"
			: code,
		    NULL);
		return;
	}
	c->folder = y.f;
	code = fault_item(c, NULL, &xml);
	if (code != NULL) {
		failed(c, code, xml);
		return;
	}
	read_ignore(&y);
	run(&y);
	for (i = 0; i < y.n_ignore; i++)
		xmlFree(y.ignore[i]);
	free(y.ignore);
}
