/*
 * silence.h - have passes stopped coming? A timer that was switched off leaves
 * no error anywhere: all that the database knows was well when it was written.
 * Floor: sync.
 * Threads: pure.
 */
#ifndef SYNC_SILENCE_H
#define SYNC_SILENCE_H

#include "conf/conf.h"
#include "store/health.h"

#define SILENCE_PASSES 5000 /* the latest ones, which is enough to look at */

/* What is looked at, of one profile. */
struct silence_of {
	const struct conf_profile *profile;
	const char *const *mailbox; /* of it, those that are read */
	size_t nmailbox;
	const struct store_passes *passes;
	bool at_work; /* the latest of them is */
	int64_t now;
};

struct silence {
	/*
	 * How often a pass over the profile is expected, in ms:
	 * polling_interval where it is written (then one pass is enough to
	 * expect another), else the median distance of the last ten passes. 0:
	 * not known, for there were fewer than three.
	 */
	int64_t expected;
	/* When the latest pass over it was seen at work, or TIM_NONE. */
	int64_t last;
	/* None came for three times as long, and one of its mailboxes is not
	 * read by passes with --mailbox either. */
	bool is;
};

/*
 * A pass is over the profile when it had no restriction, or that of --profile.
 * Times in the future were written with a wrong clock: they prove neither that
 * a pass has come nor how often passes come. Passes that began less than a
 * minute apart count as one: no scheduler starts them so, a person does.
 */
void silence_judge(const struct silence_of *, struct silence *out);

#endif
