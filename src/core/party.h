/*
 * party.h - whom the CRM knows: users and contacts with their addresses.
 * Floor: core.
 * Threads: a struct party_list belongs to one thread; a struct party_dir is
 * read-only once built and may be shared.
 */
#ifndef CORE_PARTY_H
#define CORE_PARTY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"
#include "base/err.h"
#include "base/mem.h"

struct party {
	const char *crm_type; /* "user", "contact", "lead", ... */
	const char *crm_id;
	const char *address; /* normalised, see address_normalise */
	const char *name;    /* or NULL */
};

struct party_list {
	struct arena arena;
	struct party *v;
	size_t n;
};

/* user or queue, in whichever case the CRM writes it: one of its own. */
bool party_is_user(const char *crm_type);
bool party_is_ours(const char *crm_type);

/* address: normalised by the caller. All strings are copied. */
void party_list_add(struct party_list *, const char *crm_type,
    const char *crm_id, const char *address, const char *name);
void party_list_free(struct party_list *);
/*
 * Appends the rows of a CSV file (RFC 4180; comma or semicolon, BOM, CRLF,
 * quoted line breaks; header line crm_id,address,name[,crm_type] in any
 * order and case). crm_type is the type of rows that name none. Rows without
 * an address are passed over, unless there is no other. On an error nothing
 * is appended and err names file and line. A file that changes while it is
 * read, or that somebody wrote to just before, is read again until it rests;
 * ERR_RETRY: it does not, within ten seconds.
 */
int party_csv(
    struct party_list *, const char *path, const char *crm_type, struct err *);

/* Lookup by address. Borrows list, which must outlive it. */
struct party_dir *party_dir_build(const struct party_list *);
void party_dir_free(struct party_dir *);
/*
 * All parties with that normalised address: n of them, in an array that is
 * the directory's (users first, then by crm_type and crm_id). NULL: none.
 */
const struct party *const *
party_dir_find(const struct party_dir *, const char *address, size_t *n);

#endif
