/*
 * retention.c - retention_days and history_days in a pass.
 * 1. All mail of one day (UTC) expires at once: a file that is filled anew
 *    agrees with an old one whenever in the day each was brought up to date.
 * 2. The limit only moves on. One that moves back says that the setting, or the
 *    clock, was wrong: what expired is decided anew.
 */
#include <string.h>

#include "base/log.h"
#include "base/tim.h"
#include "store/history.h"
#include "store/retention.h"
#include "sync/retention.h"

#define DAY_MS   INT64_C(86400000)
#define DAYS_MIN 7  /* so long nothing need happen, ... */
#define DAYS_MAX 31 /* ... and so long at most */

/* What is older than so many days goes; TIM_NONE: nothing does. */
static int64_t
limit_at(int days, int64_t now)
{
	return days == CONF_DAYS_ALL || days == 0
		   ? TIM_NONE
		   : (now / DAY_MS - days) * DAY_MS;
}

/* The shorter of the two keys, within bounds. */
static int64_t
days_of_peace(const struct conf *c)
{
	int days = DAYS_MAX, i;
	const int key[] = { c->retention_days, c->history_days };

	for (i = 0; i < 2; i++) {
		if (key[i] > 0 && key[i] < days)
			days = key[i];
	}
	return days < DAYS_MIN ? DAYS_MIN : days;
}

/* The last time that the clock is too far ahead of; TIM_NONE: it is not. */
static int64_t
doubt_clock(
    const struct conf *c, const struct store_retention *known, int64_t now)
{
	int64_t last = known->trusted;

	if (last == TIM_NONE)
		last = known->passed;
	if (last == TIM_NONE)
		return TIM_NONE; /* a new file: it has nothing to lose */
	if (known->newest != TIM_NONE && known->newest > last)
		last = known->newest;
	return now - last <= days_of_peace(c) * DAY_MS ? TIM_NONE : last;
}

/* Sets from, history and doubt, and reads what is known. */
static int
look_at_clock(const struct pass *p, struct retention *r,
    struct store_retention *known, struct err *err)
{
	int64_t now = tim_now();

	r->doubt = TIM_NONE;
	r->from = limit_at(p->conf->retention_days, now);
	r->history = limit_at(p->conf->history_days, now);
	if (r->from == TIM_NONE && r->history == TIM_NONE)
		return 0;
	if (store_retention_get(p->store, now, known, err) == -1)
		return -1;
	r->doubt = doubt_clock(p->conf, known, now);
	if (r->doubt != TIM_NONE)
		r->from = r->history = TIM_NONE;
	known->trusted = now;
	return 0;
}

int
retention_begin(const struct pass *p, struct retention *r, struct err *err)
{
	struct store_retention known;

	memset(r, 0, sizeof(*r));
	memset(&known, 0, sizeof(known));
	if (look_at_clock(p, r, &known, err) == -1)
		return -1;
	/* or the next pass would take this one for a witness */
	if (r->doubt != TIM_NONE && !p->dry_run) {
		known.trusted = r->doubt;
		return store_retention_put(p->store, &known, err);
	}
	/* a clock that is set is no setting: two days are nothing */
	r->wider = r->from != TIM_NONE && known.limit != TIM_NONE &&
		   r->from < known.limit - 2 * DAY_MS;
	return 0;
}

static void
say_mail_expired(const struct pass *p, int64_t n)
{
	if (n > 0)
		log_info("%lld %s older than retention_days %s removed",
		    (long long)n, n == 1 ? "mail that is" : "mails that are",
		    p->dry_run ? "would be"
		    : n == 1   ? "was"
			       : "were");
}

/* 1: it is done; 0: the program is asked to end; -1. */
static int
remove_mail(const struct pass *p, const struct retention *r,
    struct store_retention *known, int64_t *n, struct err *err)
{
	int rc = 1;

	if (r->from != TIM_NONE && (known->limit != r->from || p->dry_run)) {
		rc = store_retention_sweep(p->store, r->from, n, err);
		say_mail_expired(p, *n);
		known->limit = r->from;
	}
	return rc;
}

/* As remove_mail. */
static int
prune_history(const struct pass *p, const struct retention *r,
    struct store_retention *known, struct err *err)
{
	int64_t n = 0;
	int rc = 1;

	if (r->history != TIM_NONE && known->history != r->history) {
		rc = store_history_prune(p->store, r->history, &n, err);
		if (n > 0)
			log_info("%lld rows older than history_days were "
				 "deleted",
			    (long long)n);
		known->history = r->history;
	}
	return rc;
}

int
retention_end(
    const struct pass *p, struct retention *r, int64_t *n, struct err *err)
{
	struct store_retention known, was;
	int rc;

	*n = 0;
	if (look_at_clock(p, r, &known, err) == -1)
		return -1;
	if (r->from == TIM_NONE && r->history == TIM_NONE)
		return 0;
	was = known;
	rc = remove_mail(p, r, &known, n, err);
	if (rc == 1)
		rc = prune_history(p, r, &known, err);
	if (rc != 1 || p->dry_run ||
	    (known.limit == was.limit && known.history == was.history))
		return rc == -1 ? -1 : 0;
	return store_retention_put(p->store, &known, err);
}
