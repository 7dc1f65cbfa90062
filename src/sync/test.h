/*
 * test.h - exsync --test: can the mailboxes be read? Each step on the way there
 * is told with its time; a mailbox that can be read is enabled.
 * Floor: sync.
 * Threads: test_all is called by one thread; pass->tick runs on it.
 *
 * It takes no lock: passes may be at work at the same time. It stores no mail.
 * It writes to table mailbox how it went, an alert of severity info for each
 * mailbox that can be read, and logins that were rejected.
 */
#ifndef SYNC_TEST_H
#define SYNC_TEST_H

#include "sync/passarg.h"
#include "sync/tested.h"

struct test_report {
	struct tested_part *profile; /* those that are wanted, in their order */
	size_t nprofile;
	struct tested_part *box; /* in the order of the plan */
	size_t nbox;
	bool stopped; /* before its end */
};

/*
 * Tests the mailboxes and profiles that pass->want names. pass: as of a dry
 * run. A mailbox that waits for approval, or is disabled by --disable, is not
 * asked. Logins that were rejected before wait as in a pass; other waits do
 * not count. -1: it could not begin (err as from pass_run). test_free in every
 * case.
 */
int test_all(const struct pass *, struct test_report *, struct err *);
void test_free(struct test_report *);

#endif
