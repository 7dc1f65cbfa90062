/*
 * reserve.c - a login that may be wrong is noted before it is sent.
 * 1. Counting and noting happen while no other process has the file, so two
 *    processes never count at the same time.
 * 2. Nobody waits while holding the lock or the file.
 */
#include <stdlib.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/stop.h"
#include "base/tim.h"
#include "sync/loginkeep.h"
#include "sync/proven.h"
#include "sync/reserve.h"

/* ms; a login takes less to be answered, unless the server is slow */
#define RESERVE_WAIT fault_int("EXSYNC_RESERVE_MS", 15000)
#define STEP         100 /* ms */

/*
 * Calls note with the row of each login that is the same to the server: any one
 * of them may be all that tomorrow's INI has.
 */
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
say_rejected(int64_t until, struct err *err)
{
	char text[TIM_TEXT] = "";

	tim_text(until, text);
	err_set(err, ERR_AUTH,
	    "the account was rejected %d times within an hour, by whichever "
	    "profile or mailbox; so that it is not locked it is not tried "
	    "before %s, with whatever password",
	    LOGINFILE_WRONG, text);
	return err_code(err, CAUSE_LOGIN_WAITS, "login", SCOPE_PROFILE);
}

/*
 * Some tries may have been rejected, but too few are known to be: the error is
 * not about the login, but about what hides the outcome.
 */
static int
say_unknown(const struct login *l, int64_t until, struct err *err)
{
	bool lost = l->lost != NULL;
	char text[TIM_TEXT] = "";

	tim_text(until, text);
	err_set(err, ERR_RETRY,
	    "%s; so that the account is not locked, should these logins have "
	    "been wrong, it is not tried before %s",
	    lost ? l->lost->msg
		 : "others log in with this account at the same moment, or "
		   "did and got no answer",
	    text);
	return lost
		   ? err_code(err, l->lost->cause, l->lost->code, SCOPE_PROFILE)
		   : err_code(err, CAUSE_OTHER, "login-unknown", SCOPE_PROFILE);
}

/*
 * With the lock and the file held: takes one of the tries that an hour allows.
 */
static void
take_one(struct logins *s, struct login *l)
{
	const struct keep *k = &s->pass->keep;
	int64_t until = loginfile_alone(&s->file, tim_now() + LOGINFILE_HOUR);

	if (!note_twins(s, &l->at, until, loginfile_try))
		k->done(k->arg, KEEP_LOGINS); /* no room */
	else if (loginkeep_write(s))
		l->tried = until;
}

/* How many of the times do not count any more at until? */
static size_t
count_until(const struct loginkeep_times *t, int64_t until)
{
	size_t n = 0;

	while (n < t->n && t->v[n] <= until)
		n++;
	return n;
}

/* What keeps a login from being tried. */
struct hurdle {
	int64_t until; /* when it ends */
	bool rejected; /* rejections alone are enough */
	bool soon;     /* some outcomes may be known soon */
};

/* all: the logins that count, LOGINFILE_WRONG or more. */
static void
look_at_hurdle(struct logins *s, const struct account *a,
    const struct loginkeep_times *all, struct hurdle *out)
{
	struct loginkeep_times wrong = loginkeep_wrong(s, a);
	/* A second more, since the times are some ms apart to be unique. */
	int64_t lost = tim_now() + RESERVE_LOST + 1000;
	size_t ended =
	    wrong.n + count_until(all, lost) - count_until(&wrong, lost);

	out->until = all->v[all->n - LOGINFILE_WRONG];
	out->rejected = wrong.n >= LOGINFILE_WRONG;
	out->soon = ended < LOGINFILE_WRONG;
	free(wrong.v);
}

/* Reserves the login if it may. True: the call may be made. */
static bool
try_reserve(struct logins *s, struct login *l, struct hurdle *out)
{
	const struct keep *k = &s->pass->keep;
	struct loginkeep_times t;
	bool may;

	pthread_mutex_lock(&s->lock);
	l->tried = TIM_NONE;
	if (s->read) /* it is slow, and others may have the file */
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
		k->done(k->arg, KEEP_LOGINS);
		look_at_hurdle(s, l->at.account, &t, out);
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
	int64_t end = tim_mono() + RESERVE_WAIT;
	struct hurdle h;

	while (!try_reserve(s, l, &h)) {
		if (h.rejected)
			return say_rejected(h.until, err);
		if (!h.soon || l->waited || stop_requested())
			return say_unknown(l, h.until, err);
		if (tim_mono() >= end)
			l->waited = true;
		else
			tim_sleep(STEP);
	}
	return 0;
}

/* Keeps why the outcome of the last call is unknown. */
static void
keep_error(struct login *l, const struct err *why)
{
	if (l->lost == NULL)
		l->lost = mem_alloc(sizeof(*l->lost));
	*l->lost = *why;
}

void
reserve_settled(void *arg, struct account_login *at, enum account_said said,
    const struct err *why)
{
	struct logins *s = arg;
	struct login *l = (struct login *)at;
	const struct keep *k = &s->pass->keep;
	int64_t until = TIM_NONE;
	bool was;

	if (l->tried == TIM_NONE)
		return;
	pthread_mutex_lock(&s->lock);
	if (said == ACCOUNT_NOTHING)
		keep_error(l, why);
	if (loginkeep_read(s)) {
		if (said == ACCOUNT_NOTHING)
			until =
			    loginfile_alone(&s->file, tim_now() + RESERVE_LOST);
		was = loginfile_tried(&s->file, l->tried, until);
		/* Now, since the pass may be killed before its end. */
		if (said == ACCOUNT_ACCEPTED)
			was = proven_note(s) || was;
		if (was)
			loginkeep_write(s);
		else
			k->done(k->arg, KEEP_LOGINS);
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
