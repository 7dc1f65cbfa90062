/*
 * verify.h - exsync --verify: what it prints, and its exit status.
 * Floor: cmd.
 * Threads: the main thread.
 *
 * --json prints one object. README has all its names, which are stable; new
 * ones may be added.
 */
#ifndef CMD_VERIFY_H
#define CMD_VERIFY_H

#include <stdio.h>

#include "sync/verify.h"

struct verified {
	struct verify_report report; /* the boxes are sorted, worst first */
	const char *database;
	int64_t now;
	int exit; /* the exit status */
	size_t n[VERIFIED_OFF + 1];
};

/*
 * Sorts the boxes, counts them, and sets exit:
 * 0: proof for each that is not off;
 * 3: no folder of any mailbox could be verified;
 * 1: else.
 */
void verified_judge(struct verified *);
/* "gap", "unverified", "proof", "off" */
const char *verified_name(enum verified_is);
/* How many items the server lists in the mailbox. */
int64_t verified_items(const struct verified_box *);
/* What the file has of an item that is a gap, in words. */
const char *verified_why(enum store_is);

void verified_text(const struct verified *, FILE *); /* verifytext.c */
void verified_json(const struct verified *, FILE *); /* verifyjson.c */

#endif
