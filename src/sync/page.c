/*
 * page.c - one page of changes: which items are fetched, and the page's end.
 * 1. A page's cursor is written in the transaction of the last rows of that
 *    page, and never before any of its rows.
 * 2. Two pages may be in progress, with their batches at the same time, but
 *    never two fetches of one item. If a page names an item more than once the
 *    last change counts, and an item that the page before names, too, waits
 *    until that page is finished. So what was requested later is stored later:
 *    no old version replaces a newer one, nor does an old read flag or delete.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/tim.h"
#include "base/vec.h"
#include "sync/fetch.h"
#include "sync/page.h"
#include "sync/session.h"

#define BATCH_MIN 10 /* items of a batch, but for the last one */

/* An item that a page names, and where. */
struct named {
	const char *id;
	size_t at;
};

struct batch {
	struct job job;   /* fetches it */
	struct job write; /* what it brought */
	struct page *page;
	struct fetch fetch;
};

/* --- batches ----------------------------------------------------------- */

/* Writes a part of the page before the page's cursor. */
static int
store_part(int64_t folder, struct fetch *f, struct err *err)
{
	struct store_page part;

	memset(&part, 0, sizeof(part));
	part.folder = folder;
	part.ahead = true;
	return f->nitem > 0 ? fetch_store(f, &part, err)
			    : fetch_store(f, NULL, err);
}

static void
batch_write(struct job *job, bool own)
{
	struct batch *b =
	    (struct batch *)((char *)job - offsetof(struct batch, write));
	struct page *p = b->page;
	struct err err = ERR_INIT;

	(void)own;
	if (store_part(p->folder, &b->fetch, &err) == 0)
		return;
	pthread_mutex_lock(&p->lock);
	err_join(&p->err, &err);
	pthread_mutex_unlock(&p->lock);
}

/*
 * Stores what was settled, unless this is the page's last batch and it went
 * well: then it is stored with the page's end.
 */
static void
batch_done(struct batch *b, int rc, const struct err *err)
{
	struct page *p = b->page;
	bool keep;
	size_t i;

	pthread_mutex_lock(&p->lock);
	for (i = 0; i < b->fetch.ndoubt; i++)
		*VEC_ADD(p->doubt, p->ndoubt) = b->fetch.doubt[i];
	if (rc == -1)
		err_join(&p->err, err);
	keep = --p->running == 0 && rc == 0;
	if (keep)
		p->last = b;
	pthread_mutex_unlock(&p->lock);
	b->write.run = batch_write;
	if (!keep &&
	    !crew_write(p->mailbox->profile->crew, &p->group, &b->write))
		batch_write(&b->write, false);
}

static void
batch_run(struct job *job, bool own)
{
	struct batch *b = (struct batch *)job;
	struct mailbox_work *w = b->page->mailbox;
	struct session *s = b->page->reading->session;
	struct err err = ERR_INIT;
	int rc = 0;

	if (!own && (s = session_begin(w, &err)) == NULL)
		rc = -1;
	if (rc == 0)
		rc = fetch_run(&b->fetch, s, &err);
	batch_done(b, rc, &err);
	if (!own && s != NULL)
		session_end(w, s);
}

/* --- what is fetched --------------------------------------------------- */

static int
by_id(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int c = strcmp(x->id, y->id);

	return c != 0 ? c : x->at < y->at ? -1 : x->at > y->at;
}

/*
 * Sorts the ids. If the page names an item more than once the last change
 * counts: what comes before a PUT or a DELETE of it is left out.
 */
static void
index_page(struct page *p)
{
	struct change *v = p->change.v;
	size_t n = p->change.n, kept = 0, i;
	bool *left_out = mem_alloc(n + 1), later = false;

	p->named = mem_alloc((n + 1) * sizeof(*p->named));
	p->nnamed = n;
	for (i = 0; i < n; i++)
		p->named[i] = (struct named){ v[i].id, i };
	if (n > 1)
		qsort(p->named, n, sizeof(*p->named), by_id);
	for (i = n; i-- > 0;) {
		const struct named *w = &p->named[i];

		if (i + 1 == n || strcmp(w[0].id, w[1].id) != 0)
			later = false;
		left_out[w->at] = later;
		later = later || v[w->at].op != CHANGE_READ;
	}
	for (i = 0; i < n; i++) {
		if (!left_out[i])
			v[kept++] = v[i];
	}
	p->change.n = kept;
	free(left_out);
}

static bool
names_item(const struct page *p, const char *id)
{
	struct named key = { id, 0 };
	size_t lo = 0, hi = p->nnamed, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (by_id(&p->named[mid], &key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < p->nnamed && strcmp(p->named[lo].id, id) == 0;
}

/* The rule by which mail received then is not asked for, or NULL. */
static const char *
too_old_by(const struct mailbox_work *w, int64_t received_at)
{
	int64_t from = w->profile->conf->process_email_from;
	int64_t retain = w->match.retain_from;

	if (received_at == TIM_NONE)
		return NULL;
	if (retain != TIM_NONE && received_at < retain)
		return MATCH_RETENTION;
	return from != TIM_NONE && received_at < from ? "process_email_from"
						      : NULL;
}

/* Sorts n PUTs of the page into items to fetch, to skip, and to leave alone. */
static int
sort_puts(
    struct page *p, const struct change *const *put, size_t n, struct err *err)
{
	const struct mailbox_work *w = p->mailbox;
	struct item_ref *ref = mem_alloc((n + 1) * sizeof(*ref));
	enum store_known *known = mem_alloc((n + 1) * sizeof(*known));
	const char *rule;
	size_t i;
	int rc;

	for (i = 0; i < n; i++)
		ref[i] = (struct item_ref){ put[i]->id, put[i]->change_key,
			put[i]->size, false };
	rc = store_items_known(w->profile->pass->store,
	    &(struct store_place){ w->conf.address, p->folder }, ref, n, known,
	    err);
	for (i = 0; rc == 0 && i < n; i++) {
		p->again += known[i] == STORE_SAME && put[i]->is_new;
		if (known[i] == STORE_SAME || known[i] == STORE_FAILED)
			continue;
		if ((rule = too_old_by(w, put[i]->received_at)) != NULL) {
			struct store_item *s = &p->skip[p->nskip++];

			s->item_id = ref[i].id;
			s->change_key = ref[i].change_key;
			s->folder = p->folder;
			s->rule = rule;
		} else {
			ref[i].kept = known[i] == STORE_KEPT;
			p->ref[p->nref++] = ref[i];
		}
	}
	free(ref);
	free(known);
	return rc;
}

int
page_sort(struct page *p, const struct page *before, struct err *err)
{
	const struct change **now;
	size_t i, n = 0;
	int rc;

	index_page(p);
	now = mem_alloc((p->change.n + 1) * sizeof(*now));
	p->late = mem_alloc((p->change.n + 1) * sizeof(*p->late));
	p->ref = mem_alloc((p->change.n + 1) * sizeof(*p->ref));
	p->skip = mem_alloc((p->change.n + 1) * sizeof(*p->skip));
	for (i = 0; i < p->change.n; i++) {
		const struct change *c = &p->change.v[i];

		if (c->op != CHANGE_PUT)
			continue;
		if (before != NULL && names_item(before, c->id))
			p->late[p->nlate++] = c;
		else
			now[n++] = c;
	}
	rc = sort_puts(p, now, n, err);
	free(now);
	return rc;
}

/*
 * How many items one batch has, so that every connection gets work: those that
 * are not busy with another folder. Of a folder that is read alone the thread
 * that reads it requests the next page meanwhile.
 */
static size_t
batch_size(const struct mailbox_work *w, size_t n)
{
	size_t crew = (size_t)crew_size(w->profile->crew);
	size_t folders = (size_t)atomic_load(&w->profile->folders);
	size_t share = folders > 1 ? crew / folders : crew - 1;
	size_t size = share > 1 ? (n + share - 1) / share : n;
	size_t max = fetch_items(w->profile);

	if (size < BATCH_MIN)
		size = BATCH_MIN;
	return size < max ? size : max;
}

/* Starts batches for the refs that have none yet. */
static void
start_batches(struct page *p)
{
	size_t n = p->nref - p->nbegun, size = batch_size(p->mailbox, n);
	size_t first = p->nbatch, i;

	p->nbatch += (n + size - 1) / size;
	pthread_mutex_lock(&p->lock);
	p->running += p->nbatch - first;
	pthread_mutex_unlock(&p->lock);
	for (i = first; i < p->nbatch; i++) {
		struct batch *b = &p->batch[i];
		size_t left = p->nref - p->nbegun;

		b->job.run = batch_run;
		b->page = p;
		b->fetch.mailbox = p->mailbox;
		b->fetch.reading = p->reading;
		b->fetch.folder = p->folder;
		b->fetch.ahead = true;
		b->fetch.past_from = TIM_NONE;
		b->fetch.ref = p->ref + p->nbegun;
		b->fetch.n = left < size ? left : size;
		p->nbegun += b->fetch.n;
	}
	for (i = first; i < p->nbatch; i++)
		crew_batch(
		    p->mailbox->profile->crew, &p->group, &p->batch[i].job);
}

void
page_start(struct page *p)
{
	/*
	 * A smaller last batch each, of the items that start at once and late.
	 */
	size_t most = p->change.n / BATCH_MIN + 2;

	p->batch = mem_alloc(most * sizeof(*p->batch));
	p->running = p->nlate > 0;
	start_batches(p);
}

int
page_late(struct page *p, struct err *err)
{
	int rc;

	if (p->nlate == 0)
		return 0;
	if ((rc = sort_puts(p, p->late, p->nlate, err)) == 0)
		start_batches(p);
	pthread_mutex_lock(&p->lock);
	p->running--;
	pthread_mutex_unlock(&p->lock);
	return rc;
}

void
page_init(struct page *p, struct reading *r, int64_t folder)
{
	memset(p, 0, sizeof(*p));
	p->mailbox = r->mailbox;
	p->reading = r;
	p->folder = folder;
	pthread_mutex_init(&p->lock, NULL);
}

void
page_free(struct page *p)
{
	size_t i;

	for (i = 0; i < p->nbatch; i++)
		fetch_free(&p->batch[i].fetch);
	free(p->batch);
	free(p->named);
	free(p->late);
	free(p->doubt);
	free(p->ref);
	free(p->skip);
	arena_free(&p->change.arena);
	pthread_mutex_destroy(&p->lock);
}

/* --- its end ----------------------------------------------------------- */

/* Stores the items that were decided without fetching. */
static int
page_skips(struct page *p, struct err *err)
{
	struct fetch f;

	if (p->nskip == 0)
		return 0;
	memset(&f, 0, sizeof(f));
	f.mailbox = p->mailbox;
	f.reading = p->reading;
	f.item = p->skip;
	f.nitem = p->nskip;
	f.seen = (int64_t)p->nskip;
	p->skip = NULL;
	return store_part(p->folder, &f, err);
}

int
page_finish(
    struct page *p, const char *marker, int64_t unsettled, struct err *err)
{
	struct fetch none, *f = &none;
	struct store_page end;

	crew_finish(p->mailbox->profile->crew, &p->group);
	if (p->err.kind != ERR_NONE) {
		struct err e = ERR_INIT;

		*err = p->err;
		if (p->last != NULL &&
		    store_part(p->folder, &p->last->fetch, &e) == -1)
			err_join(err, &e);
		return -1;
	}
	if (page_skips(p, err) == -1)
		return -1;
	memset(&none, 0, sizeof(none));
	none.mailbox = p->mailbox;
	none.reading = p->reading;
	if (p->last != NULL)
		f = &p->last->fetch;
	memset(&end, 0, sizeof(end));
	end.folder = p->folder;
	end.cursor = p->change.cursor;
	end.change = p->change.v;
	end.nchange = p->change.n;
	end.finished = !p->change.more;
	end.marker = end.finished ? marker : NULL;
	end.unsettled = unsettled;
	end.nstray = p->change.nstray;
	end.stray = p->change.stray;
	fault_point("before page end");
	return fetch_store(f, &end, err);
}

void
page_abandon(struct page *p, struct err *err)
{
	crew_finish(p->mailbox->profile->crew, &p->group);
	err_join(err, &p->err);
}
