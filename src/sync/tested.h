/*
 * tested.h - what exsync --test found out: steps, each good or not, of each
 * profile and of each mailbox.
 * Floor: sync.
 * Threads: a struct tested_part belongs to the thread that tests it.
 */
#ifndef SYNC_TESTED_H
#define SYNC_TESTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

enum tested_is {
	TESTED_GOOD,
	TESTED_BAD,
	TESTED_NOT /* it was not tried: text says why */
};

struct tested_step {
	const char *name; /* "connect", "TLS", "login", "folders", ... */
	enum tested_is is;
	int64_t ms;         /* how long it took; -1: nothing was timed */
	const char *text;   /* what was found, or what went wrong */
	const char *advice; /* TESTED_BAD: what to do; NULL: text says it */
};

/* exsync's own machine, a profile or a mailbox. */
struct tested_part {
	struct arena arena; /* of the texts */
	const char *name;   /* of the profile, or the address; or NULL */
	const char *of;     /* a profile's url, a mailbox's profile */
	const char *owner;  /* of a mailbox: the user's crm_id; or NULL */
	struct tested_step *step;
	size_t nstep;
};

/* Adds a step. The strings of the last two are copied; advice: or NULL. */
void tested_add(struct tested_part *, const char *name, enum tested_is,
    int64_t ms, const char *text, const char *advice);
/* The worst of its steps; a part without any was not tested. */
enum tested_is tested_is(const struct tested_part *);
void tested_free(struct tested_part *);

#endif
