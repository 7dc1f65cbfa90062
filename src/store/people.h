/*
 * people.h - the people whom the CRM knows: the last good list of them, and
 * whom they make mails concern.
 * Floor: store.
 * Threads, errors: as in store.h.
 *
 * A list that has shrunk may be half written, and a file that is missing may be
 * on its way. For the CSV files table party is the last good list, until
 * store_party_sync makes it the next one. Of the rows that the CRM writes
 * itself table sync_people is a copy.
 */
#ifndef STORE_PEOPLE_H
#define STORE_PEOPLE_H

#include "core/party.h"
#include "store/store.h"

/* A source of people. */
enum store_people {
	STORE_PEOPLE_USERS,    /* the CSV file of users */
	STORE_PEOPLE_CONTACTS, /* the CSV file of contacts */
	STORE_PEOPLE_CRM       /* rows that the CRM writes into table party */
};

/* How a new list differs from the last good one. */
struct store_people_diff {
	int64_t had;  /* rows of the last good list */
	int64_t lost; /* of these the new list lacks so many */
	int64_t now;  /* rows of the new list */
};

/*
 * now: the new list of a CSV file; NULL for STORE_PEOPLE_CRM, whose new list is
 * in table party.
 */
int store_people_compare(struct store *, enum store_people,
    const struct party_list *now, struct store_people_diff *, struct err *);
/* Appends the last good list of the source. */
int store_people_last(
    struct store *, enum store_people, struct party_list *out, struct err *);
/*
 * The rows that the CRM has now are its last good list. Writes only what
 * differs, in several transactions if that is much. 1: done; 0: the rows are
 * not those any more that were judged, and nothing is done; -1.
 */
int store_people_keep(
    struct store *, const struct store_people_diff *judged, struct err *);

/* --- whom mails concern ------------------------------------------------- */

/*
 * From now on these people are whom mails concern (emaillink.h). The store
 * borrows them until the next call; NULL: none, and links stay as they are.
 */
void store_people_use(struct store *, const struct party_dir *);
/* May somebody else have this address, as it stands in a mail, than before? */
typedef bool store_changed_fn(void *arg, const char *address);
/*
 * Makes links, who of the CRM the people in headers are, and email.unlinked_at
 * what the people in use make them, in the mails that have an address, or lie
 * in a mailbox of an address, that changed says yes to; NULL: in all. A mail
 * that changed has a change row. In slices: memory and transactions are
 * bounded, and what a crash leaves undone the next call does; CAUSE_STOP: the
 * program is asked to end. *renewed: how many mails changed. In a read-only
 * store nothing is done.
 */
int store_links_renew(struct store *, store_changed_fn *changed, void *arg,
    int64_t *renewed, struct err *err);

#endif
