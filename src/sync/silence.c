/*
 * silence.c - have passes stopped coming?
 * 1. Passes are looked at in the order in which they were begun, whatever the
 *    clock said then.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/tim.h"
#include "sync/silence.h"

#define MISSED 3     /* intervals without a pass */
#define LATEST 10    /* passes that tell how often they come */
#define FEWEST 3     /* of them */
#define APART  60000 /* ms */

/* Is it a pass over the whole profile? */
static bool
is_over(const struct store_pass *p, const struct conf_profile *profile)
{
	return p->wanted.kind == WANT_ALL ||
	       (p->wanted.kind == WANT_PROFILE &&
		   str_eq(p->wanted.profile, profile->name));
}

/* When was it seen at work? TIM_NONE: that is not known. */
static int64_t
seen_at(const struct silence_of *of, size_t i)
{
	const struct store_pass *p = &of->passes->v[i];

	if (i == 0 && p->open && of->at_work)
		return of->now;
	if (p->started == TIM_NONE || p->started > of->now)
		return TIM_NONE;
	return p->finished != TIM_NONE && p->finished > p->started &&
		       p->finished <= of->now
		   ? p->finished
		   : p->started;
}

static int
by_length(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/*
 * The distances of the latest passes over the profile into out, LATEST - 1 at
 * most; how many. The clock was set between a pass and a later one that began
 * earlier: that is no distance.
 */
static size_t
measure_distances(const struct silence_of *of, int64_t *out)
{
	int64_t later = TIM_NONE; /* when the pass after it began */
	size_t i, n = 0;

	for (i = 0; i < of->passes->n && n < LATEST - 1; i++) {
		const struct store_pass *p = &of->passes->v[i];

		if (!is_over(p, of->profile) || p->started == TIM_NONE ||
		    p->started > of->now)
			continue;
		if (later != TIM_NONE && p->started <= later) {
			if (later - p->started < APART)
				continue;
			out[n++] = later - p->started;
		}
		later = p->started;
	}
	return n;
}

/* The median of them; 0: there are too few. */
static int64_t
usual_interval(const struct silence_of *of)
{
	int64_t distance[LATEST - 1];
	size_t n = measure_distances(of, distance);

	if (n + 1 < FEWEST)
		return 0;
	qsort(distance, n, sizeof(*distance), by_length);
	return distance[n / 2];
}

/* Did a pass over this mailbox come, whatever it was restricted to? */
static bool
mailbox_came(const struct silence_of *of, const char *address, int64_t since)
{
	size_t i;
	int64_t at;

	for (i = 0; i < of->passes->n; i++) {
		const struct store_pass *p = &of->passes->v[i];

		if (store_want_names(&p->wanted, address) &&
		    (at = seen_at(of, i)) != TIM_NONE && at >= since)
			return true;
	}
	return false;
}

void
silence_judge(const struct silence_of *of, struct silence *out)
{
	const struct conf_profile *p = of->profile;
	int64_t since;
	size_t i;

	*out = (struct silence){ 0, TIM_NONE, false };
	for (i = 0; i < of->passes->n && out->last == TIM_NONE; i++) {
		if (is_over(&of->passes->v[i], p))
			out->last = seen_at(of, i);
	}
	out->expected = p->polling_written
			    ? (int64_t)p->polling_interval * 60000
			    : usual_interval(of);
	if (out->last == TIM_NONE || out->expected == 0)
		return;
	since = of->now - MISSED * out->expected;
	for (i = 0; i < of->nmailbox && !out->is; i++)
		out->is = out->last < since &&
			  !mailbox_came(of, of->mailbox[i], since);
}
