/*
 * party.h - whom the CRM knows: users and contacts with their addresses, as a
 * list and as a directory by address.
 * Floor: core.
 * Threads: a struct party_list belongs to one thread; a struct party_dir is
 * read-only once it is built, and may be shared.
 */
#ifndef CORE_PARTY_H
#define CORE_PARTY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

/* Who a user is in Active Directory; as it is written, "" is NULL. */
struct party_account {
	const char *upn, *sid; /* or NULL */
};

/* One address of a person of the CRM, who may have several. */
struct party {
	const char *crm_type; /* "user", "contact", "lead", ... */
	const char *crm_id;
	const char *address; /* normalised, see address_normalise */
	const char *name;    /* or NULL */
	const struct party_account *account; /* NULL: nothing is known */
};

/* Zeroed is empty. The strings lie in the arena. */
struct party_list {
	struct arena arena;
	struct party *v;
	size_t n;
};

/* Is it the type of the CRM's users? In whichever case the CRM writes it. */
bool party_is_user(const char *crm_type);
/* Is it the type of its users or of its queues? */
bool party_is_ours(const char *crm_type);

/*
 * Appends one. The caller has normalised the address; name may be NULL. All
 * strings are copied.
 */
void party_list_add(struct party_list *, const char *crm_type,
    const char *crm_id, const char *address, const char *name);
/*
 * Says of the last one that was appended who it is in Active Directory. Both
 * may be NULL or "".
 */
void party_list_account(struct party_list *, const char *upn, const char *sid);
/* Appends a copy of a party of another list. */
void party_list_copy(struct party_list *, const struct party *);
/* Are the two the same, of which either may be NULL? */
bool
party_same_account(const struct party_account *, const struct party_account *);
/* Frees what is in the list, which is empty then. */
void party_list_free(struct party_list *);

/* The directory of a list. It borrows the list, which must outlive it. */
struct party_dir *party_dir_build(const struct party_list *);
/* NULL is fine. */
void party_dir_free(struct party_dir *);
/*
 * All parties with that normalised address: n of them, in an array that
 * belongs to the directory. Users come first, then the order is by crm_type
 * and crm_id; who is in the list twice is there once. NULL, and n 0: none.
 */
const struct party *const *
party_dir_find(const struct party_dir *, const char *address, size_t *n);

#endif
