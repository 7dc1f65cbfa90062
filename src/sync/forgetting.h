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
#include "core/provider.h"
#include "sync/passarg.h"

/* --- whom this database was made to forget (forgetbasis.c) --------------- */

struct forgetting_found {
	bool unfinished; /* an exsync --forget has not ended */
	/*
	 * So many are on the list whom this database was not made to forget:
	 * another INI that shares state_dir did it, and what is here of them
	 * is still here.
	 */
	size_t elsewhere;
};

/*
 * Is everybody on the list whom the database was made to forget? -1:
 * ERR_CONFIG, somebody is not, with what to do; or the store failed. A database
 * without mail has forgotten whoever is on the list.
 */
int forgetting_check(struct store *, const struct forgotten *, bool dry_run,
    struct forgetting_found *, struct err *);
/*
 * who, one person alone (forgotten_only), is to be erased from the database,
 * until forgetting_done: first this, then the list has them, then
 * forgetting_enter says that the database is to forget them.
 */
int forgetting_announce(struct store *, const struct forgotten *,
    const struct forgotten *who, struct err *);
int forgetting_enter(struct store *, const struct forgotten *,
    const char *address, struct err *);
int forgetting_done(struct store *, const struct forgotten *who, struct err *);
/* The database has forgotten nobody any more who is not on the list. */
int forgetting_leave(struct store *, const struct forgotten *, struct err *);
/* Has it forgotten somebody who is not on the list? 1, 0, -1. */
int forgetting_lacks(struct store *, const struct forgotten *, struct err *);
/* Has the --forget of anybody not ended? */
int forgetting_unended(struct store *, bool *is, struct err *);
/* *n: how many it has forgotten. */
int forgetting_people(struct store *, int64_t *n, struct err *);

/*
 * For a pass: the same, and the trouble as a sentence, which the caller frees;
 * or NULL. It was logged.
 */
int forgetting_begin(const struct pass *, char **trouble, struct err *);

/* --- in a pass ----------------------------------------------------------- */

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
/*
 * The same folders, as they are stored: without the forgotten in their names.
 * The list's own names stay, for the INI names them. The caller frees shown->v;
 * the names live as long as the list.
 */
void forgetting_folders(const struct forgotten *, struct folder_list *list,
    struct folder_list *shown);

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
