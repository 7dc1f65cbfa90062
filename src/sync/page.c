/*
 * page.c - one page of changes: what of it is fetched, and its end.
 * 1. A page's cursor is written in the transaction of the last rows of that
 *    page, and never before any of its rows.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/tim.h"
#include "sync/fetch.h"
#include "sync/page.h"

struct batch {
	struct job job;
	struct page *page;
	struct fetch fetch;
};

/* One session for a batch that another thread than the mailbox' runs. */
static struct session *
own_session(struct mailbox_work *w, struct err *err)
{
	return w->profile->ops->session_open(
	    w->profile->provider, &w->conf, err);
}

static void
close_session(struct mailbox_work *w, struct session *s)
{
	int64_t requests, bytes;

	w->profile->ops->usage(s, &requests, &bytes);
	tally_usage(w->profile->tally, requests, bytes);
	w->profile->ops->session_close(s);
}

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

/*
 * Puts what was settled into the store, unless this is the page's last batch
 * and it went well: that is stored with the page's end.
 */
static void
batch_done(struct batch *b, int rc, struct err *err)
{
	struct page *p = b->page;
	bool keep;

	pthread_mutex_lock(&p->lock);
	keep = --p->running == 0 && rc == 0;
	if (keep)
		p->last = b;
	pthread_mutex_unlock(&p->lock);
	if (!keep) {
		struct err e = ERR_INIT;

		if (store_part(p->folder, &b->fetch, &e) == -1) {
			rc = -1;
			*err = e;
		}
	}
	if (rc == -1) {
		pthread_mutex_lock(&p->lock);
		if (p->err.kind == ERR_NONE)
			p->err = *err;
		pthread_mutex_unlock(&p->lock);
	}
}

static void
batch_run(struct job *job, bool own)
{
	struct batch *b = (struct batch *)job;
	struct mailbox_work *w = b->page->mailbox;
	struct session *s = w->session;
	struct err err = ERR_INIT;
	int rc = 0;

	if (!own && (s = own_session(w, &err)) == NULL)
		rc = -1;
	if (rc == 0)
		rc = fetch_run(&b->fetch, s, &err);
	batch_done(b, rc, &err);
	if (!own && s != NULL)
		close_session(w, s);
}

int
page_sort(struct page *p, struct err *err)
{
	const struct mailbox_work *w = p->mailbox;
	int64_t from = w->profile->conf->process_email_from;
	struct item_ref *put;
	const struct change **of;
	enum store_known *known;
	size_t i, n = 0;
	int rc;

	put = mem_alloc((p->change.n + 1) * sizeof(*put));
	of = mem_alloc((p->change.n + 1) * sizeof(*of));
	known = mem_alloc((p->change.n + 1) * sizeof(*known));
	p->ref = mem_alloc((p->change.n + 1) * sizeof(*p->ref));
	p->skip = mem_alloc((p->change.n + 1) * sizeof(*p->skip));
	for (i = 0; i < p->change.n; i++) {
		const struct change *c = &p->change.v[i];

		if (c->op != CHANGE_PUT)
			continue;
		put[n].id = c->id;
		put[n].change_key = c->change_key;
		put[n].size = c->size;
		of[n++] = c;
	}
	rc = store_items_known(w->profile->pass->store,
	    &(struct store_place){ w->conf.address, p->folder }, put, n, known,
	    err);
	for (i = 0; rc == 0 && i < n; i++) {
		p->again += known[i] == STORE_SAME && of[i]->is_new;
		if (known[i] == STORE_SAME || known[i] == STORE_FAILED)
			continue;
		if (from != TIM_NONE && of[i]->received_at != TIM_NONE &&
		    of[i]->received_at < from) {
			struct store_item *s = &p->skip[p->nskip++];

			s->item_id = put[i].id;
			s->change_key = put[i].change_key;
			s->folder = p->folder;
			s->rule = "process_email_from";
		} else
			p->ref[p->nref++] = put[i];
	}
	free(put);
	free(of);
	free(known);
	return rc;
}

/* How many items one batch has, so that every connection gets work. */
static size_t
batch_size(const struct mailbox_work *w, size_t n)
{
	size_t crew = (size_t)crew_size(w->profile->crew);
	size_t size = crew > 1 ? (n + crew - 2) / (crew - 1) : n;

	if (size < 10)
		size = 10;
	return size < FETCH_CONTENT ? size : FETCH_CONTENT;
}

void
page_start(struct page *p)
{
	size_t size = batch_size(p->mailbox, p->nref), i, from;

	p->nbatch = (p->nref + size - 1) / size;
	p->batch = mem_alloc((p->nbatch + 1) * sizeof(*p->batch));
	p->running = p->nbatch;
	for (i = 0, from = 0; i < p->nbatch; i++, from += size) {
		struct batch *b = &p->batch[i];

		b->job.run = batch_run;
		b->page = p;
		b->fetch.mailbox = p->mailbox;
		b->fetch.folder = p->folder;
		b->fetch.ahead = true;
		b->fetch.ref = p->ref + from;
		b->fetch.n = p->nref - from < size ? p->nref - from : size;
	}
	for (i = 0; i < p->nbatch; i++)
		crew_batch(
		    p->mailbox->profile->crew, &p->group, &p->batch[i].job);
}

void
page_init(struct page *p, struct mailbox_work *w, int64_t folder)
{
	memset(p, 0, sizeof(*p));
	p->mailbox = w;
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
	free(p->ref);
	free(p->skip);
	arena_free(&p->change.arena);
	pthread_mutex_destroy(&p->lock);
}

/* The store's part of what was decided without fetching. */
static int
page_skips(struct page *p, struct err *err)
{
	struct fetch f;

	if (p->nskip == 0)
		return 0;
	memset(&f, 0, sizeof(f));
	f.mailbox = p->mailbox;
	f.item = p->skip;
	f.nitem = p->nskip;
	f.seen = (int64_t)p->nskip;
	p->skip = NULL;
	return store_part(p->folder, &f, err);
}

int
page_finish(struct page *p, const char *marker, struct err *err)
{
	struct fetch none, *f = &none;
	struct store_page end;

	crew_finish(p->mailbox->profile->crew, &p->group);
	if (p->err.kind != ERR_NONE) {
		struct err e = ERR_INIT;

		if (p->last != NULL)
			store_part(p->folder, &p->last->fetch, &e);
		*err = p->err;
		return -1;
	}
	if (page_skips(p, err) == -1)
		return -1;
	memset(&none, 0, sizeof(none));
	none.mailbox = p->mailbox;
	if (p->last != NULL)
		f = &p->last->fetch;
	memset(&end, 0, sizeof(end));
	end.folder = p->folder;
	end.cursor = p->change.cursor;
	end.change = p->change.v;
	end.nchange = p->change.n;
	end.finished = !p->change.more;
	end.marker = end.finished ? marker : NULL;
	fault_point("before page end");
	return fetch_store(f, &end, err);
}
