/*
 * plan.h - which mailboxes a pass visits.
 * Floor: sync.
 * Threads: pure.
 */
#ifndef SYNC_PLAN_H
#define SYNC_PLAN_H

#include "conf/conf.h"
#include "core/party.h"

struct plan_entry {
	struct conf_mailbox mailbox; /* strings borrowed from conf and list */
	const char *crm_id;          /* of the CRM user or queue, or NULL */
};

struct plan {
	struct plan_entry *v;
	size_t n;
};

/* What to restrict the plan to; all NULL and 0: no restriction. */
struct plan_want {
	const char *const *mailbox; /* these, normalised */
	size_t nmailbox;            /* 0: all */
	const char *profile;        /* this one; NULL: all */
};

/*
 * Plans every [mailbox] with incoming = yes and, for profiles with mailboxes =
 * users, every CRM user's address in the profile's domains (the first profile
 * that permits it). Queues become parties (crm_type "queue") at the end of
 * list, so that mail to them concerns somebody. A restriction that matches
 * nothing is ERR_CONFIG. The caller frees out->v.
 */
int plan_make(const struct conf *, struct party_list *list,
    const struct plan_want *, struct plan *out, struct err *);
/*
 * The restriction as text for store_run.wanted; the caller frees it. NULL:
 * none.
 */
char *plan_want_text(const struct plan_want *);

#endif
