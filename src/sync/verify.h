/*
 * verify.h - exsync --verify: is every item of the mailboxes in the file?
 * Floor: sync.
 * Threads: verify_all is called by one thread; pass->tick runs on it.
 *
 * It takes no lock: passes may be at work at the same time, before and after.
 * It writes nothing but, where the two do not agree, what the next pass has to
 * compare (store_verify_mend), and logins that were rejected.
 */
#ifndef SYNC_VERIFY_H
#define SYNC_VERIFY_H

#include "sync/passarg.h"
#include "sync/verified.h"

struct verify_report {
	struct arena arena;       /* of the addresses */
	struct verified_box *box; /* in the order of the plan */
	size_t n;
	struct pass_counts count;
	bool stopped; /* before its end */
};

/*
 * Verifies the mailboxes that pass->want names. pass: as of a dry run. -1: it
 * could not begin (err as from pass_run). verify_free in every case.
 */
int verify_all(const struct pass *, struct verify_report *, struct err *);
void verify_free(struct verify_report *);

#endif
