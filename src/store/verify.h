/*
 * verify.h - is every item that the server lists in the file, and the other way
 * round?
 * Floor: store.
 * Threads, errors: as in store.h. A struct store_verify belongs to one thread
 * at a time.
 *
 * One direction is a question for each item that the server lists. The other
 * must not hold all ids: for each item that is listed and known a hash is added
 * to one of many sums (store_verify_listed); then the hashes of all rows of the
 * file are taken off (store_verify_compare). What is left of a sum tells that
 * the two differ in one of the few items that share it, and these alone are
 * given out (store_verify_doubts), so that the server can be asked for them.
 * So memory is bounded however many items there are, and nothing is written.
 *
 * A pass may be at work at the same time: rows that it decides meanwhile are
 * left out on both sides.
 */
#ifndef STORE_VERIFY_H
#define STORE_VERIFY_H

#include "store/store.h"

/* What the file says of an item that the server lists in a folder. */
enum store_is {
	STORE_IS_STORED,   /* kept, and its copy is there */
	STORE_IS_SKIPPED,  /* by a rule that has a name */
	STORE_IS_WAITING,  /* in failure, and tried again */
	STORE_IS_GIVEN_UP, /* in failure, and not tried again */
	STORE_IS_UNKNOWN,  /* it has no decision; this and what follows: gaps */
	STORE_IS_GONE,     /* the file says that it has left its folder */
	STORE_IS_ELSEWHERE, /* the file has it in another folder */
	STORE_IS_BROKEN     /* decided, but its rows are not whole */
};

/* How many items one rule left out. */
struct store_rule {
	char *name; /* decision.rule */
	int64_t n;
};

struct store_verify {
	struct store *store;
	const char *mailbox;
	int64_t is[STORE_IS_BROKEN + 1]; /* items listed, by enum store_is */
	struct store_rule *rule;         /* of STORE_IS_SKIPPED */
	size_t nrule;
	/* verify.c's own */
	char began[32];
	uint64_t base;
	uint64_t *sum, *now; /* of all folders; of the one being listed */
	size_t nsum;         /* a power of two */
	int64_t *folder;     /* those that were listed to their end, sorted */
	size_t nfolder;
	char *after; /* the last row that was read; NULL: none */
};

/*
 * items: about how many the mailbox has. The strings of v are freed by
 * store_verify_end.
 */
void store_verify_begin(
    struct store_verify *, struct store *, const char *mailbox, int64_t items);
void store_verify_end(struct store_verify *);

/*
 * The folders that the file has of the mailbox and that are not removed; writes
 * nothing. cursor is the one that is in the file, whatever walk was asked for;
 * resync: a full walk is under way. arena_free(&out->arena).
 */
int store_verify_folders(struct store *, const char *mailbox,
    struct store_folders *out, struct err *);
/* The folder's cursor as it is now, which the caller frees; NULL: it has none.
 */
int store_verify_cursor(
    struct store *, int64_t folder, char **cursor, struct err *);

/*
 * The server lists n items in the folder: what does the file say of each?
 * Counts them in v, with their rules and sums.
 */
int store_verify_listed(struct store_verify *, int64_t folder,
    const char *const *item, size_t n, enum store_is *out, struct err *);
/* The same without counting anything. */
int store_verify_look(struct store_verify *, int64_t folder,
    const char *const *item, size_t n, enum store_is *out, struct err *);
/*
 * The items have left the folder since its cursor, which the next pass will
 * learn: those that the file has there count as listed in the sums. *known: how
 * many these are.
 */
int store_verify_left(struct store_verify *, int64_t folder,
    const char *const *item, size_t n, int64_t *known, struct err *);
/*
 * The folder was listed to its end (whole), or not: then it is as if it had not
 * been begun, but for the counts.
 */
void store_verify_folder(struct store_verify *, int64_t folder, bool whole);

/* All folders are listed: takes the rows of those that are whole off. */
int store_verify_compare(struct store_verify *, struct err *);
/* A row that the server may not list any more. */
struct store_doubt {
	const char *item;
	int64_t folder;
};
struct store_doubts {
	struct arena arena;
	struct store_doubt *v;
	size_t n;
};
/*
 * The next rows in doubt; n 0: there are no more. The caller frees the arena.
 */
int store_verify_doubts(
    struct store_verify *, struct store_doubts *out, struct err *);

/*
 * The folder does not agree with the server: the next pass reads it from its
 * start and compares it. n items of it are STORE_IS_BROKEN: they are fetched
 * again then.
 */
int store_verify_mend(struct store_verify *, int64_t folder,
    const char *const *broken, size_t n, struct err *);

#endif
