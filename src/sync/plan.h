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
	/*
	 * access.h sets what follows, which belongs to the plan. lacks: why the
	 * mailbox cannot be asked for, with a word for the kind of reason;
	 * NULL: it can.
	 */
	char *lacks;
	char lacks_code[16];
	char *secret; /* mailbox.password, from secrets_dir; or NULL */
};

struct plan {
	struct plan_entry *v;
	size_t n;
};

/*
 * Plans every [mailbox] with incoming = yes and, for profiles with mailboxes =
 * users, every CRM user's address in the profile's domains (the first profile
 * that permits it). With impersonate_by = upn or sid addresses of one account
 * are one mailbox: that of a [mailbox], else the one that is the upn, else the
 * first. Queues become parties (crm_type "queue") at the end of list, so that
 * mail to them concerns somebody. A restriction that matches nothing is
 * ERR_CONFIG. plan_free frees it.
 */
int plan_make(const struct conf *, struct party_list *list,
    const struct store_want *, struct plan *out, struct err *);
/* Frees what is in the plan and wipes its passwords. A zeroed one is fine. */
void plan_free(struct plan *);
/*
 * The name by which the mailbox's owner is impersonated, from upn or sid: NULL
 * when there is none, or it is not impersonated by one.
 */
const char *plan_principal(const struct conf_mailbox *);
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
