/*
 * forget.h - erases a person from the file (exsync --forget).
 * Floor: store.
 * Threads, errors: as in store.h. No pass may be at work (store_lock).
 *
 * 1. Mail that concerns only that person goes: besides them the CRM knows
 *    nobody in it but its own users and queues. Its items are decided anew, as
 *    skip by rule "forgotten" (STORE_FORGOTTEN).
 * 2. In other mail their address and name become "(removed)" (core/redact.h),
 *    as they do in mail that comes later. A mail whose id is made of what it
 *    says gets another id, the one that it has in a new file.
 * 3. Each of these mails has a change row "erase": whoever has it reads it
 *    anew, or deletes it if it is gone. One with another id has "erase" under
 *    the old one and "insert" under the new one.
 * 4. Hashes of the address, and what failures, alerts and other rows say, go.
 *    Rows of party that the CRM wrote are its own; those of a CSV file go.
 *
 * In slices, each a short transaction. What a crash leaves undone the next call
 * does.
 */
#ifndef STORE_FORGET_H
#define STORE_FORGET_H

#include "core/forgotten.h"
#include "store/store.h"

#define STORE_FORGOTTEN "forgotten" /* decision.rule */

/* An attachment of mail that stays: it may name the person. */
struct store_forget_file {
	const char *email_id; /* email.id */
	int position;         /* attachment.position */
	const char *name;     /* or NULL */
	bool names;           /* its bytes have the address */
};

struct store_forget {
	const struct forgotten *who; /* that person alone */
	const char *address;         /* normalised */
	void (*file)(void *arg, const struct store_forget_file *);
	void (*party)(void *arg, const char *crm_type, const char *crm_id);
	void *arg;
};

/* What was done. */
struct store_forget_count {
	int64_t erased;    /* mails that are gone */
	int64_t redacted;  /* mails that name the person no more */
	int64_t decisions; /* rows whose hash of the address is gone */
	int64_t expired;   /* of these: of mail that became too old before */
	int64_t others;    /* rows of other tables */
	int64_t csv;       /* rows of party that a CSV file had brought */
	int64_t files;     /* told to file */
	int64_t parties;   /* told to party: rows that the CRM wrote */
};

/*
 * The names that the file has for the one person on the list, each once, the
 * most frequent first; the caller frees the arena, also after -1.
 */
struct store_names {
	struct arena arena;
	const char **v;
	size_t n;
};
int store_names_of(struct store *, const struct forgotten *,
    struct store_names *, struct err *);
/*
 * people: whom the CRM knows, without the forgotten, as of store_people_use.
 * CAUSE_STOP: the program is asked to end; the rest is not done.
 */
int store_forget(struct store *, const struct store_forget *,
    struct store_forget_count *, struct err *);
/* A column in which the bytes of the address still are. */
struct store_left {
	const char *table, *column;
	int64_t rows;
	bool whole; /* in one of them as a whole address, in a text */
};
typedef void store_left_fn(void *arg, const struct store_left *);
struct store_left_to {
	store_left_fn *tell;
	void *arg;
};
/*
 * Tells of every column of every table in which the bytes of the address are,
 * in whichever case, also as a part of a longer address or of an attachment.
 * Reads the whole file. The list must live as long as the connection.
 */
int store_forget_left(struct store *, const struct forgotten *who,
    const char *address, const struct store_left_to *, struct err *);
/*
 * They may be known again: the next pass reads all mailboxes, *n of them, from
 * their start, decides anew what was left out and asks again for mail in which
 * something was removed.
 */
int store_unforget(struct store *, int64_t *n, struct err *);
/* Has the file no mail, and no word of any? 1, 0, -1. */
int store_is_blank(struct store *, struct err *);
/* Is that a mailbox that exsync reads or has read? 1, 0, -1. */
int store_is_mailbox(struct store *, const char *address, struct err *);

#endif
