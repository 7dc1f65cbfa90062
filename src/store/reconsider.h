/*
 * reconsider.h - mail that was left out and is to be decided anew.
 * Floor: store.
 * Threads, errors: as in store.h.
 *
 * A decision holds for the people whom the CRM knew and the settings that the
 * INI had when it was taken. What they were is kept here (the basis, table
 * sync_basis). When it changes, one scan of table decision notes the items that
 * may be wanted now (table sync_anew); later passes fetch and decide them.
 */
#ifndef STORE_RECONSIDER_H
#define STORE_RECONSIDER_H

#include "store/store.h"

/* --- what decisions are based on --------------------------------------- */

/* A part of the basis: its name, and len bytes; value NULL: unknown. */
struct store_basis {
	const char *what;
	const void *value;
	size_t len;
};

/*
 * 1: *value is the part of that name, *len bytes, which the caller frees; 0:
 * nothing is known of it (*value NULL); -1.
 */
int store_basis_get(
    struct store *, const char *what, void **value, size_t *len, struct err *);
/* Writes n parts in one transaction. */
int store_basis_put(
    struct store *, const struct store_basis *, size_t n, struct err *);

/* --- which mail may be wanted now -------------------------------------- */

/* An item that lies in a mailbox and whose mail is not, or not wholly, kept. */
struct store_left_out {
	const char *mailbox;
	const char *profile; /* of the mailbox in its last pass; or NULL */
	const char *rule;    /* decision.rule; or NULL */
	const char *at;      /* decision.at */
	/*
	 * The hashes of its addresses (store_address_hash), 16 hex digits each,
	 * separated by a space; NULL: they are not known.
	 */
	const char *parties;
};

/* Why an item is decided anew. The numbers stand in files. */
enum store_anew {
	STORE_ANEW_NOT = 0,
	STORE_ANEW_PEOPLE = 1,  /* people came into the CRM */
	STORE_ANEW_SETTINGS = 2 /* the INI changed */
};
typedef enum store_anew
store_judge_fn(void *arg, const struct store_left_out *);

/*
 * Asks judge about each item that was left out, and notes those that are to be
 * decided anew; *n is how many. In several transactions: after a crash it must
 * be called again, which notes no item twice. In a read-only store they are
 * only counted.
 */
int store_reconsider(
    struct store *, store_judge_fn *judge, void *arg, int64_t *n, struct err *);

/* --- the items that wait ----------------------------------------------- */

struct store_anew_item {
	const char *item_id, *change_key;
	int64_t folder; /* store_folder.id */
	enum store_anew why;
};
struct store_anew_items {
	struct arena arena;
	struct store_anew_item *v;
	size_t n;
};
/*
 * At most max items of the mailbox that wait, by folders; the caller frees the
 * arena. An item leaves the table in the transaction that stores what became of
 * it, or that notes that it left its folder; one that fails stays in it, and
 * waits in table failure.
 */
int store_anew_list(struct store *, const char *mailbox, size_t max,
    struct store_anew_items *out, struct err *);

/* Internal, in a write transaction: the item was decided, or it is gone. */
int anew_delete(
    struct store *, const char *mailbox, const char *item, struct err *);

#endif
