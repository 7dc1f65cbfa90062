/*
 * lasting.h - mailboxes that fail for a cause which lasts until somebody does
 * something, and those that were given up for it (table sync_lasting); states
 * of mailboxes that are not the outcome of a pass.
 * Floor: store.
 * Threads, errors: as in store.h; lasting_given_up with the store's lock held.
 */
#ifndef STORE_LASTING_H
#define STORE_LASTING_H

#include "store/store.h"

struct store_lasting {
	/* the protocol's own name for the cause, and a hash of the settings
	 * that the mailbox failed with, hexadecimal, of no secret */
	char cause[64], setting[40];
	/* when it was met first, without another since, later by the time in
	 * which nobody looked; ms */
	int64_t since;
	int64_t last;  /* when it was met last; ms */
	int64_t times; /* in so many passes */
	bool given_up; /* the mailbox is disabled for it */
};

/*
 * When a mailbox is given up: ms and times must be reached. Of the time between
 * two passes that met the cause no more than gap (ms) counts: a machine that
 * was off, or a clock that jumps, is no cause that lasts.
 */
struct store_lasting_limit {
	int64_t ms, times, gap;
};

/*
 * A pass over the mailbox has failed with that cause. Another cause, or the
 * same with other settings, begins from new. When the limit is reached the
 * mailbox becomes disabled, and *given_up is true.
 */
int store_lasting_met(struct store *, const char *address,
    const struct store_lasting *, const struct store_lasting_limit *,
    bool *given_up, struct err *);
/* What is known of the mailbox; *known false: nothing. */
int store_lasting_get(struct store *, const char *address, bool *known,
    struct store_lasting *out, struct err *);
/*
 * The cause is gone, or may be: what is known is forgotten. A mailbox that was
 * given up becomes testing. Writes nothing when nothing is known.
 */
int store_lasting_forget(struct store *, const char *address, struct err *err);
/*
 * The mailbox was tested: sets incoming, outgoing and act (the latter two are
 * disabled), and the state: enabled after a good test, else failing, if it may
 * be read at all. why: what went wrong.
 */
int store_mailbox_tested(struct store *, const char *address, bool good,
    const char *why, struct err *);
/* Can the file be written? Writes what is there already. */
int store_try_write(struct store *, struct err *);
/* Is the mailbox disabled because it was given up? */
int lasting_given_up(
    struct store *, const char *address, bool *given_up, struct err *);

/* A mailbox, and the state that its row is to show. */
struct store_state {
	const char *address, *state;
};
/* Sets the states of all of them, in one transaction. */
int store_mailbox_show(
    struct store *, const struct store_state *, size_t n, struct err *);

#endif
