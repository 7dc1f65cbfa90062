/*
 * page.h - one page of changes: what of it is fetched, and its end.
 * Floor: sync, internal.
 * Threads: called by the thread that runs the mailbox' job.
 */
#ifndef SYNC_PAGE_H
#define SYNC_PAGE_H

#include "sync/work.h"

/* A page under way. */
struct page {
	struct mailbox_work *mailbox;
	int64_t folder;
	struct change_page change;
	struct crew_group group;
	struct item_ref *ref; /* what must be fetched */
	size_t nref;
	struct batch *batch;
	size_t nbatch;
	struct store_item *skip; /* decided without fetching */
	size_t nskip;
	int64_t again; /* came as new, and were known and the same */
	/* under lock */
	pthread_mutex_t lock;
	size_t running;
	struct batch *last; /* fetched, stored with the page's end */
	struct err err;     /* the first batch that failed */
};

void page_init(struct page *, struct mailbox_work *, int64_t folder);
/* When no batch is under way. */
void page_free(struct page *);
/* Sorts the page's PUTs into fetch, skip and nothing to do. */
int page_sort(struct page *, struct err *);
/* Starts its batches. */
void page_start(struct page *);
/* Waits for the batches and writes the page's end with the last of them. */
int page_finish(struct page *, const char *marker, struct err *);

#endif
