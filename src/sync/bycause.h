/*
 * bycause.h - mailboxes that cannot be read until a person does something, by
 * what they have in common: which alert tells of each, its own or its
 * profile's.
 * Floor: sync, internal.
 * Threads: the thread that runs the pass, when all jobs are over.
 *
 * The rule. Mailboxes of a profile with the same cause (cause and code of the
 * error) are told of by one alert of the profile as soon as there are two, and
 * stay so until none of them has it any more: one that is left does not become
 * an alert of its own, and one that joins needs none. A mailbox that is alone
 * with its cause has an alert of its own. What is known of a mailbox is in the
 * database (table sync_cause) from the pass that met it on, so that neither the
 * order of the visits matters nor which mailboxes a pass visits.
 */
#ifndef SYNC_BYCAUSE_H
#define SYNC_BYCAUSE_H

#include "store/health.h"
#include "sync/work.h"

/* A mailbox with its cause, while alerts are collected. */
struct bycause_box {
	struct store_cause is;
	const char *profile; /* the name, or NULL: nobody reads it any more */
	const char *owner;   /* or NULL */
	bool met;            /* in this pass */
	bool changed;        /* the row is to be written */
};

struct bycause {
	const struct store_boxes *boxes;
	struct store_causes stored;
	struct arena arena;
	struct bycause_box *v;
	size_t n, nstored; /* the first nstored are in the order of address */
	struct store_cause *write;
	size_t nwrite;
};

/* What is known from earlier passes. The boxes are borrowed. */
int bycause_load(
    struct bycause *, struct store *, const struct store_boxes *, struct err *);
void bycause_free(struct bycause *);
/*
 * The mailbox failed with this, and will until a person does something. code:
 * the alert's. shared: so did all others, whatever there is of each.
 */
void bycause_met(struct bycause *, const struct mailbox_work *,
    const char *code, bool shared);
/* The mailbox can be read, or is not to be. */
void bycause_over(struct bycause *, const char *address);
/*
 * All is known: decides which alerts tell, and sets write to the rows that
 * changed.
 */
void bycause_judge(struct bycause *);
/*
 * Calls met for each alert of a profile, then for each of a mailbox. The text
 * is valid during the call only, the other strings as long as the struct.
 */
void bycause_each(const struct bycause *,
    void (*met)(void *arg, const struct store_alert *), void *arg);
/* Is the mailbox told of by the alert with that code of its profile? Which? */
const char *
bycause_joined(const struct bycause *, const char *address, const char *code);
/*
 * Was such an alert of the profile about mailboxes, the last of which are over
 * since this pass?
 */
bool
bycause_ended(const struct bycause *, const char *profile, const char *code);

#endif
