/*
 * reserve.c - a login that may be wrong is noted before it is sent.
 * 1. What is counted and what is noted happens while no other process has the
 *    file: the counts of two never overlap.
 * 2. Nobody waits while holding the lock or the file.
 */
#include <stdlib.h>

#include "base/fault.h"
#include "base/stop.h"
#include "base/tim.h"
#include "sync/loginkeep.h"
#include "sync/proven.h"
#include "sync/reserve.h"

/* ms; a login that is answered takes less, or is one of a slow server */
#define RESERVE_WAIT fault_int("EXSYNC_RESERVE_MS", 15000)
#define STEP         100 /* ms */

/* All logins that are the same to the server: they may be all that an INI has
 * tomorrow. Calls note with the row of each. */
static bool
note_twins(struct logins *s, struct account_login *at, int64_t time,
    void (*note)(struct loginfile_row *, int64_t))
{
	struct account_login *o;
	struct loginfile_row *r;
	bool noted = false;

	for (o = at->account->first; o != NULL; o = o->next) {
		if (!account_same(o, at) ||
		    (r = loginkeep_need(s, (struct login *)o)) == NULL)
			continue;
		note(r, time);
		noted = true;
	}
	return noted;
}

static int
say_tried(int64_t until, struct err *err)
{
	char text[TIM_TEXT] = "";

	tim_text(until, text);
	err_set(err, ERR_AUTH,
	    "the account was rejected %d times within an hour, or was tried "
	    "and nobody knows the outcome, by whichever profile or mailbox of "
	    "whichever process; so that it is not locked it is not tried "
	    "before %s, with whatever password",
	    LOGINFILE_WRONG, text);
	return err_code(err, "login", SCOPE_PROFILE);
}

/* With the lock held, and the file: takes one of the hour's. */
static void
take_one(struct logins *s, struct login *l)
{
	const struct pass_keep *k = &s->pass->keep;
	int64_t until = loginfile_alone(&s->file, tim_now() + LOGINFILE_HOUR);

	if (!note_twins(s, &l->at, until, loginfile_try))
		k->done(k->arg); /* there is no room */
	else if (loginkeep_write(s))
		l->tried = until;
}

/*
 * True: the call may be made. False: not before *until; *soon: perhaps when
 * somebody else's outcome is known.
 */
static bool
try_reserve(struct logins *s, struct login *l, int64_t *until, bool *soon)
{
	const struct pass_keep *k = &s->pass->keep;
	struct loginkeep_times t;
	bool may;

	pthread_mutex_lock(&s->lock);
	l->tried = TIM_NONE;
	*soon = false;
	if (s->read) /* while others may have the file */
		loginkeep_verify(s, l);
	if (!loginkeep_read(s)) {
		pthread_mutex_unlock(&s->lock);
		return true;
	}
	t = loginkeep_spent(s, l->at.account);
	may = t.n < LOGINFILE_WRONG;
	if (may)
		take_one(s, l);
	else {
		k->done(k->arg);
		*until = t.v[t.n - LOGINFILE_WRONG];
		free(t.v);
		t = loginkeep_wrong(s, l->at.account);
		*soon = t.n < LOGINFILE_WRONG;
	}
	free(t.v);
	pthread_mutex_unlock(&s->lock);
	return may;
}

int
reserve_begin(void *arg, struct account_login *at, struct err *err)
{
	struct logins *s = arg;
	struct login *l = (struct login *)at;
	int64_t end = tim_mono() + RESERVE_WAIT, until = TIM_NONE;
	bool soon;

	while (!try_reserve(s, l, &until, &soon)) {
		if (!soon || l->waited || stop_requested())
			return say_tried(until, err);
		if (tim_mono() >= end)
			l->waited = true;
		else
			tim_sleep(STEP);
	}
	return 0;
}

void
reserve_settled(void *arg, struct account_login *at, enum account_said said)
{
	struct logins *s = arg;
	struct login *l = (struct login *)at;
	const struct pass_keep *k = &s->pass->keep;
	int64_t until = TIM_NONE;
	bool was;

	if (l->tried == TIM_NONE)
		return;
	pthread_mutex_lock(&s->lock);
	if (loginkeep_read(s)) {
		if (said == ACCOUNT_NOTHING)
			until =
			    loginfile_alone(&s->file, tim_now() + RESERVE_LOST);
		was = loginfile_tried(&s->file, l->tried, until);
		/* now: the pass may be killed before its end */
		if (said == ACCOUNT_ACCEPTED)
			was = proven_note(s) || was;
		if (was)
			loginkeep_write(s);
		else
			k->done(k->arg);
	}
	l->tried = TIM_NONE;
	pthread_mutex_unlock(&s->lock);
}

void
reserve_wrong(void *arg, struct account_login *at, const struct err *why)
{
	struct logins *s = arg;
	struct login *l = (struct login *)at;
	int64_t now;

	(void)why;
	pthread_mutex_lock(&s->lock);
	if (loginkeep_read(s)) {
		now = loginfile_alone(&s->file, tim_now());
		note_twins(s, at, now, loginfile_wrong);
		if (l->tried != TIM_NONE)
			loginfile_tried(&s->file, l->tried, TIM_NONE);
		reserve_spend(s, at->account, false);
		loginkeep_write(s);
	}
	l->tried = TIM_NONE;
	pthread_mutex_unlock(&s->lock);
}

void
reserve_spend(struct logins *s, struct account *a, bool before)
{
	struct loginkeep_times t = loginkeep_wrong(s, a);
	struct account_login *l;

	account_spend(a->first, (int)t.n - (LOGINFILE_WRONG - ACCOUNT_WRONG));
	for (l = a->first; before && t.n >= LOGINFILE_WRONG && l != NULL;
	     l = l->next)
		((struct login *)l)->not_before = t.v[t.n - LOGINFILE_WRONG];
	free(t.v);
}
