/*
 * turn.c - how long a mailbox may be read while others wait.
 */
#include <string.h>

#include "base/crypt.h"
#include "base/fault.h"
#include "base/tim.h"
#include "sync/turn.h"

#define TURN fault_int("EXSYNC_TURN_MS", 10000)

void
turn_begin(struct mailbox_work *w)
{
	w->turn_ends = tim_mono() + TURN;
	atomic_store(&w->turn_moved, false);
	atomic_store(&w->turn_over, false);
}

void
turn_moved(struct mailbox_work *w)
{
	atomic_store(&w->turn_moved, true);
}

size_t
turn_first(bool cut_before, size_t n)
{
	unsigned char r[2];

	if (!cut_before)
		return 0;
	crypt_random(r, sizeof(r));
	return (size_t)(r[0] << 8 | r[1]) % n;
}

bool
turn_others_wait(const struct mailbox_work *w)
{
	return crew_waiting(w->profile->crew);
}

int
turn_end(struct mailbox_work *w, struct err *err)
{
	/* It stays set: what another thread began must not go on. */
	atomic_store(&w->turn_over, true);
	err_set(err, ERR_RETRY, "other mailboxes come first");
	return err_code(err, CAUSE_TURN, "turn", SCOPE_MAILBOX);
}

int
turn_check(struct mailbox_work *w, struct err *err)
{
	if (!atomic_load(&w->turn_over) &&
	    (!atomic_load(&w->turn_moved) || tim_mono() < w->turn_ends ||
		!turn_others_wait(w)))
		return 0;
	return turn_end(w, err);
}

bool
turn_is_over(const struct err *err)
{
	return err->cause == CAUSE_TURN;
}
