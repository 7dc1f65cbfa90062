/*
 * plan.h - which mailboxes a pass visits.
 * Floor: sync.
 * Threads: pure.
 */
#ifndef SYNC_PLAN_H
#define SYNC_PLAN_H

#include "conf/conf.h"
#include "core/party.h"
#include "core/permit.h"
#include "store/want.h"

struct plan_entry {
	struct conf_mailbox mailbox; /* strings borrowed from conf and list */
	const char *crm_id;          /* of the CRM user or queue, or NULL */
	enum permit_is permit;       /* permitted.h sets it */
};

struct plan {
	struct plan_entry *v;
	size_t n;
};

/*
 * Plans every [mailbox] with incoming = yes and, for profiles with mailboxes =
 * users, every CRM user's address in the profile's domains (the first profile
 * that permits it). Queues become parties (crm_type "queue") at the end of
 * list, so that mail to them concerns somebody. A restriction that matches
 * nothing is ERR_CONFIG. The caller frees out->v.
 */
int plan_make(const struct conf *, struct party_list *list,
    const struct store_want *, struct plan *out, struct err *);
/* The error when a plan has no mailbox: ERR_CONFIG, always -1. */
int plan_empty(const struct conf *, const struct store_want *, struct err *err);
/*
 * The address is only another one of a person whose mailbox is in the plan by
 * its primary address: which? The server names the primary one among others in
 * its error (struct err, about). NULL: the plan has none of them for that
 * person. crm_id may be NULL.
 */
const char *plan_primary(const struct plan *, const char *crm_id,
    const char *address, const char *about);

#endif
