/*
 * page.h - one page of changes: what of it is fetched, and its end.
 * Floor: sync, internal.
 * Threads: called by the thread that runs the mailbox's job.
 *
 * page_init, the page's changes, page_sort, page_start; then, when the page
 * before it is finished, page_late and page_finish.
 */
#ifndef SYNC_PAGE_H
#define SYNC_PAGE_H

#include "sync/work.h"

struct page {
	struct mailbox_work *mailbox;
	int64_t folder;
	/* the caller's to fill */
	struct change_page change;
	int64_t asked;  /* tim_now before it was asked for */
	int64_t again;  /* came as new, and were known and the same */
	int64_t doubts; /* at its end: items that the server does not have,
			 * though it tells of them */

	/* page.c's own */
	struct crew_group group;
	struct named *named; /* the ids of change, sorted */
	size_t nnamed;
	const struct change **late; /* the page before names them, too */
	size_t nlate;
	struct item_ref *ref; /* what must be fetched */
	size_t nref, nbegun;  /* so many have a batch */
	struct batch *batch;
	size_t nbatch;
	struct store_item *skip; /* decided without fetching */
	size_t nskip;
	/* under lock */
	pthread_mutex_t lock;
	size_t running;     /* batches; what is late counts as one */
	struct batch *last; /* fetched, stored with the page's end */
	struct err err;     /* the first batch that failed */
};

void page_init(struct page *, struct mailbox_work *, int64_t folder);
/* When no batch is under way. */
void page_free(struct page *);
/*
 * What must be fetched? before: a page that is not finished yet, or NULL;
 * what it names must wait for its end.
 */
int page_sort(struct page *, const struct page *before, struct err *);
/* Starts its batches. */
void page_start(struct page *);
/* The page before it is finished: starts what had to wait for that. */
int page_late(struct page *, struct err *);
/*
 * Waits for the batches and writes the page's end with the last of them.
 * marker, unsettled: written when the folder is at its end.
 */
int
page_finish(struct page *, const char *marker, int64_t unsettled, struct err *);
/* Waits for the batches of a page that will not be finished. */
void page_abandon(struct page *);

#endif
