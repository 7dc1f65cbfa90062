/*
 * retention.c - retention_days in a pass.
 * 1. All mail of one day (UTC) expires at once: a file that is filled anew
 *    agrees with an old one whenever in the day each was brought up to date.
 * 2. The limit only moves on. One that moves back says that the setting, or the
 *    clock, was wrong: what expired is decided anew.
 */
#include <string.h>

#include "base/log.h"
#include "base/tim.h"
#include "store/retention.h"
#include "sync/retention.h"

#define DAY_MS   INT64_C(86400000)
#define DAYS_MIN 7  /* so long nothing need happen, ... */
#define DAYS_MAX 31 /* ... and so long at most */

/* From when mail is kept, at that time; TIM_NONE: all is. */
static int64_t
limit_at(const struct conf *c, int64_t now)
{
	if (c->retention_days == CONF_DAYS_ALL || c->retention_days == 0)
		return TIM_NONE;
	return (now / DAY_MS - c->retention_days) * DAY_MS;
}

/* The last time that the clock is too far ahead of; TIM_NONE: it is not. */
static int64_t
doubt_clock(const struct conf *c, const struct store_retention *r, int64_t now)
{
	int64_t days = c->retention_days, last = r->trusted;

	if (days < DAYS_MIN)
		days = DAYS_MIN;
	else if (days > DAYS_MAX)
		days = DAYS_MAX;
	if (last == TIM_NONE || (r->newest != TIM_NONE && r->newest > last))
		last = r->newest;
	return last == TIM_NONE || now - last <= days * DAY_MS ? TIM_NONE
							       : last;
}

/* Sets from and doubt. */
static int
look_at_clock(const struct pass *p, struct retention *r,
    struct store_retention *known, int64_t now, struct err *err)
{
	r->doubt = TIM_NONE;
	r->from = limit_at(p->conf, now);
	if (r->from == TIM_NONE)
		return 0;
	if (store_retention_get(p->store, now, known, err) == -1)
		return -1;
	r->doubt = doubt_clock(p->conf, known, now);
	if (r->doubt != TIM_NONE)
		r->from = TIM_NONE;
	return 0;
}

int
retention_begin(const struct pass *p, struct retention *r, struct err *err)
{
	struct store_retention known;
	int64_t now = tim_now();

	memset(r, 0, sizeof(*r));
	if (look_at_clock(p, r, &known, now, err) == -1)
		return -1;
	/* a clock that is set is no setting: two days are nothing */
	r->wider = r->from != TIM_NONE && known.limit != TIM_NONE &&
		   r->from < known.limit - 2 * DAY_MS;
	return 0;
}

static void
say_expired(const struct pass *p, int64_t n)
{
	if (n > 0)
		log_info("%lld %s older than retention_days %s removed",
		    (long long)n, n == 1 ? "mail that is" : "mails that are",
		    p->dry_run ? "would be"
		    : n == 1   ? "was"
			       : "were");
}

int
retention_end(
    const struct pass *p, struct retention *r, int64_t *n, struct err *err)
{
	struct store_retention known;
	int64_t now = tim_now();
	int rc;

	*n = 0;
	if (look_at_clock(p, r, &known, now, err) == -1)
		return -1;
	if (r->from == TIM_NONE || (known.limit == r->from && !p->dry_run))
		return 0;
	if ((rc = store_retention_sweep(p->store, r->from, n, err)) == -1)
		return -1;
	say_expired(p, *n);
	if (rc == 0 || p->dry_run)
		return 0;
	return store_retention_put(p->store, r->from, now, err);
}
