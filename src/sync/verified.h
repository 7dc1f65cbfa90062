/*
 * verified.h - what a verification found out.
 * Floor: sync.
 * Threads: a struct verified_box belongs to the thread that verifies it.
 */
#ifndef SYNC_VERIFIED_H
#define SYNC_VERIFIED_H

#include "store/verify.h"

/* The worst first. */
enum verified_is {
	VERIFIED_GAP,   /* they do not agree; the next pass sees to it */
	VERIFIED_NOT,   /* it could not be found out, or not for all folders */
	VERIFIED_PROOF, /* the server and the file agree */
	VERIFIED_OFF    /* the mailbox is disabled, or waits for approval */
};

/* An item of which the file knows nothing, or nothing that is right. */
struct verified_gap {
	const char *folder;            /* its path */
	const char *item, *message_id; /* message_id may be NULL */
	int64_t received_at;           /* or TIM_NONE */
	enum store_is is;
};

/* A folder with trouble. */
struct verified_folder {
	const char *path;
	int64_t gaps, stale, unlisted, unread;
	const char *why; /* it could not be verified; or NULL */
};

#define VERIFIED_GAPS 100 /* that are named, of a mailbox */

struct verified_box {
	struct arena arena;  /* of what follows, where it is not constant */
	const char *address; /* the report's */
	const char *profile; /* the INI's */
	enum verified_is is;
	/* VERIFIED_NOT and VERIFIED_OFF: why; NULL: the folders say it */
	const char *why;
	int64_t last_ok_at; /* the last good pass; TIM_NONE: there was none */
	int64_t folders;    /* that were verified */
	int64_t requests;
	/*
	 * Messages that the server lists: each is one of these, fresh (come
	 * since the last pass, as the server says), unread (in a folder that no
	 * pass has read to its end yet), vanished (gone when it was asked for)
	 * or a gap.
	 */
	int64_t stored, skipped, waiting, given_up;
	int64_t fresh, unread, vanished, gaps;
	/* rows of messages that have gone since the last pass */
	int64_t gone;
	/* rows of messages that the server does not have, and the next pass
	 * would not have been told so */
	int64_t stale;
	/* messages that the server counts and does not list */
	int64_t unlisted;
	bool much; /* more rows were in doubt than it asked the server for */
	struct store_rule *rule; /* by which they were skipped */
	size_t nrule;
	struct verified_gap *gap; /* the first VERIFIED_GAPS */
	size_t ngap;
	struct verified_folder *folder; /* those with trouble */
	size_t nfolder;
};

#endif
