/*
 * permit.h - what an administrator has said about mailboxes: which are
 * approved, and which are disabled. It is a file of state_dir, which the CRM
 * cannot write: whoever can write the database gains no right by it (table
 * mailbox only shows what is so).
 * Floor: core. Pure: cmd/permitlist.h reads and writes the file.
 * Threads: read-only while a pass runs; then it may be shared.
 *
 * The file: a first line, then one for each mailbox, in the order of the
 * addresses, with tabs between its fields:
 *	exsync mailboxes 1
 *	anna@contoso.example	approved	2026-11-20T08:16:00Z
 *	ben@contoso.example	disabled	2026-11-20T08:16:00Z
 *	carl@contoso.example	approved,disabled	2026-11-20T08:16:00Z
 */
#ifndef CORE_PERMIT_H
#define CORE_PERMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define PERMIT_MAX ((size_t)16 << 20) /* bytes of the file */

struct permit {
	char *address; /* normalised */
	/* read once, or told to be (--approve): approval = manual asks */
	bool approved;
	bool disabled; /* by --disable, until --enable */
	int64_t at;    /* when the last word about it came, ms */
};

struct permit_list {
	bool known;       /* there is a file; else nobody said anything */
	struct permit *v; /* in the order of their addresses (strcmp) */
	size_t n;
};

/* What becomes of a mailbox. */
enum permit_is {
	PERMIT_READ,
	PERMIT_WAITS, /* for approval */
	PERMIT_OFF    /* disabled */
};

/*
 * Takes a whole file; an empty one is none. out must be empty. -1: ERR_CONFIG
 * with the line that is invalid; permit_free all the same. An address that is
 * not normalised is invalid: it would be that of no mailbox.
 */
int permit_parse(
    struct permit_list *out, const char *text, size_t len, struct err *);
/* Writes the file. -1: it would be longer than PERMIT_MAX. */
int permit_format(const struct permit_list *, struct buf *out);
/* By normalised address, or NULL. */
const struct permit *permit_find(const struct permit_list *, const char *);
/*
 * Sets what is said about a normalised address, at that time; neither approved
 * nor disabled: nothing is said any more. Costs time in proportion to the list.
 */
void permit_set(struct permit_list *, const char *address, bool approved,
    bool disabled, int64_t at);
/*
 * Adds what a pass has found about a mailbox. It may have found that before a
 * person said something else, and what a person says holds: whatever the list
 * has stays, approved is added, and disabled only where nothing was said yet.
 */
void permit_note(struct permit_list *, const struct permit *);
/* manual: the mailbox's profile wants approval. list NULL: nothing is said. */
enum permit_is
permit_of(const struct permit_list *, const char *address, bool manual);
void permit_free(struct permit_list *);

#endif
