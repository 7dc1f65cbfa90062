/*
 * walk.c - following a folder.
 * 1. A first round gives every item that was in the folder when it began,
 *    newest first or oldest first; then the journal.
 * 2. Within one round of the journal an item may be given again as created:
 *    clients must take that of a known item as updated.
 * 3. That an item is gone is left out when it was never given, and only then:
 *    the walk tells of those that it had given, and nobody of the others (a
 *    position that Exchange hands out holds what was given with it).
 */
#include "world/walk.h"

void
walk_begin(struct walk *w, const struct folder *f, bool newest)
{
	*w = (struct walk){ .walking = true,
		.newest = newest,
		.folder = f->num,
		.epoch = f->mailbox->epoch,
		.from = f->n_journal,
		.told = f->n_journal };
}

bool
walk_valid(const struct walk *w, const struct folder *f)
{
	return w->folder == f->num && w->epoch == f->mailbox->epoch &&
	       w->from <= f->n_journal;
}

static bool
page_full(const struct walk_page *p)
{
	return p->given == p->max;
}

static void
show(struct walk_page *p, enum walk_change what, const struct item *it)
{
	p->given += p->show(p->arg, what, it, it->num);
}

static void
show_gone(struct walk_page *p, uint32_t num)
{
	p->given += p->show(p->arg, WALK_DELETE, NULL, num);
}

/* Where the first round goes on: an index into f->items, by the cursor. */
static size_t
resume(const struct walk *w, const struct folder *f)
{
	size_t lo = 0, hi = f->n_items;

	if (!w->begun)
		return w->newest ? hi : 0;
	while (lo < hi) { /* first item not before the cursor */
		size_t mid = (lo + hi) / 2;
		const struct item *it = f->items[mid];
		bool before = it->received != w->received
				  ? it->received < w->received
				  : it->num < w->num;

		if (before)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!w->newest && lo < f->n_items && f->items[lo]->num == w->num)
		lo++;
	return lo;
}

/* True when the first round is over. */
static bool
first_round(struct walk *w, const struct folder *f, struct walk_page *p)
{
	size_t i = resume(w, f), n = f->n_items;

	while (w->newest ? i > 0 : i < n) {
		const struct item *it = f->items[w->newest ? i - 1 : i];

		if (it->create_seq <= w->from) {
			if (page_full(p))
				return false;
			show(p, WALK_CREATE, it);
			w->begun = true;
			w->received = it->received;
			w->num = it->num;
		}
		i = w->newest ? i - 1 : i + 1;
	}
	w->walking = false;
	w->pos = w->from;
	return true;
}

/* Has the first round, which is at its cursor, given what is gone now? */
static bool
was_given(const struct walk *w, const struct entry *e)
{
	bool before = e->received != w->received ? e->received < w->received
						 : e->num < w->num;

	return w->begun && e->created <= w->from &&
	       (e->num == w->num || before != w->newest);
}

/* What was deleted since its last page; false: the page is full. */
static bool
gone_meanwhile(struct walk *w, const struct folder *f, struct walk_page *p)
{
	for (; w->told < f->n_journal; w->told++) {
		const struct entry *e = &f->journal[w->told];

		if (!e->gone || !was_given(w, e))
			continue;
		if (page_full(p))
			return false;
		show_gone(p, e->num);
	}
	return true;
}

/*
 * One entry of the journal; start: where this page of it began. False: the
 * page is full.
 */
static bool
show_entry(const struct walk *w, const struct folder *f, uint64_t start,
    uint64_t seq, struct walk_page *p)
{
	const struct entry *e = &f->journal[seq - 1];
	const struct item *it = world.items[e->num];

	if (e->gone) {
		if (e->created > start || seq <= w->told)
			return true;
		if (page_full(p))
			return false;
		show_gone(p, e->num);
		return true;
	}
	if (it == NULL || it->folder != f || it->last_seq != seq)
		return true; /* a later entry tells */
	if (page_full(p))
		return false;
	show(p,
	    it->create_seq > w->from   ? WALK_CREATE
	    : it->update_seq > w->from ? WALK_UPDATE
				       : WALK_READ,
	    it);
	return true;
}

/* True when nothing is left. */
static bool
journal_round(struct walk *w, const struct folder *f, struct walk_page *p)
{
	uint64_t seq, start = w->pos;

	for (seq = start + 1; seq <= f->n_journal; seq++) {
		long before = p->given;

		if (!show_entry(w, f, start, seq, p))
			return false;
		if (p->given != before)
			w->pos = seq;
	}
	w->pos = w->from = f->n_journal;
	return true;
}

bool
walk_on(struct walk *w, const struct folder *f, struct walk_page *p)
{
	if (w->walking && !(gone_meanwhile(w, f, p) && first_round(w, f, p)))
		return false;
	return journal_round(w, f, p);
}
