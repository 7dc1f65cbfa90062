/*
 * page.h - one page of changes: which items are fetched, and the page's end.
 * Floor: sync, internal.
 * Threads: called by the thread that reads the folder.
 *
 * Order of calls: page_init, then fill in the page's changes, page_sort,
 * page_start; when the page before it is finished page_late, then page_finish.
 */
#ifndef SYNC_PAGE_H
#define SYNC_PAGE_H

#include "sync/work.h"

struct page {
	struct mailbox_work *mailbox;
	struct reading *reading;
	int64_t folder;
	/* The caller fills these in. */
	struct change_page change;
	int64_t asked; /* tim_now before it was asked for */
	int64_t again; /* known, unchanged items reported as new */
	/* At the page's end: items that the server lists and does not have. */
	const char **doubt;
	size_t ndoubt;

	/* page.c's own */
	struct crew_group group;
	struct named *named; /* the ids of change, sorted */
	size_t nnamed;
	const struct change **late; /* the page before names them, too */
	size_t nlate;
	struct item_ref *ref; /* what must be fetched */
	size_t nref, nbegun;  /* nbegun: how many have a batch */
	struct batch *batch;
	size_t nbatch;
	struct store_item *skip; /* decided without fetching */
	size_t nskip;
	/* under lock */
	pthread_mutex_t lock;
	size_t running;     /* unfinished batches; the late items are one */
	struct batch *last; /* fetched; stored with the page's end */
	struct err err;     /* of the batches that failed, joined */
};

void page_init(struct page *, struct reading *, int64_t folder);
/* No batch may be running. */
void page_free(struct page *);
/*
 * Finds out what must be fetched. before: a page that is not finished yet, or
 * NULL; items that it names, too, wait for its end.
 */
int page_sort(struct page *, const struct page *before, struct err *);
/* Starts the page's batches. */
void page_start(struct page *);
/* The page before it is finished: starts the batches that waited for that. */
int page_late(struct page *, struct err *);
/*
 * Waits for the batches and writes the page's end with the last of them. marker
 * and unsettled are written when the folder's end is reached.
 */
int
page_finish(struct page *, const char *marker, int64_t unsettled, struct err *);
/* Waits for the batches of a page that err forbids to finish; joins theirs. */
void page_abandon(struct page *, struct err *err);

#endif
