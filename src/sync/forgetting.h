/*
 * forgetting.h - the forgotten (core/forgotten.h) in a pass: whom they keep out
 * of the list of people, and what they take out of mail. And whether the list
 * of state_dir belongs to this database: one that was lost must not bring
 * anybody back in silence.
 * Floor: sync.
 * Threads: forgetting_apply any, with a list that nobody changes; the rest one
 * at a time.
 */
#ifndef SYNC_FORGETTING_H
#define SYNC_FORGETTING_H

#include "core/forgotten.h"
#include "core/match.h"
#include "core/party.h"
#include "store/store.h"

/*
 * Does the list have everybody whom the database was made to forget? -1:
 * ERR_CONFIG, no, with what to do; or the store failed. *unfinished: an
 * exsync --forget has not ended.
 */
int forgetting_check(
    struct store *, const struct forgotten *, bool *unfinished, struct err *);
/*
 * The database now belongs to this list. unfinished: what it has of the last
 * one on the list is still to be erased.
 */
int forgetting_note(
    struct store *, const struct forgotten *, bool unfinished, struct err *);
/*
 * Takes the address out of the basis of decisions (marks.h), which has a hash
 * of it if the CRM knew it; the next pass makes the rest of it anew.
 */
int forgetting_drop_mark(struct store *, const char *address, struct err *);
/* Takes the forgotten from the list of people; how many rows. */
size_t forgetting_filter(const struct forgotten *, struct party_list *);
/*
 * Takes the forgotten out of a message on which d was decided just now, or
 * before. A mail that concerns only them, besides the CRM's own users and
 * queues, is skipped.
 */
void forgetting_apply(
    const struct forgotten *, struct message *, struct decision *d);

/* What the last pass found, for --status. */
struct forgetting_state {
	int64_t people;  /* on the list */
	int64_t ignored; /* rows of people that name one of them */
	bool unfinished;
};
int forgetting_state(struct store *, struct forgetting_state *, struct err *);
/* So many rows name somebody who is forgotten. */
int forgetting_ignored(struct store *, size_t n, struct err *);

#endif
