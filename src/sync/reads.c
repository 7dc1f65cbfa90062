/*
 * reads.c - profiles of which nothing is read though nothing is wrong.
 */
#include "sync/reads.h"

/* Should this profile have the mailboxes of CRM users? */
static bool
wants_users(const struct conf *c, const struct conf_profile *p)
{
	size_t i;

	for (i = 0; i < c->nmailbox; i++) {
		if (c->mailbox[i].profile == p)
			return false; /* each of them has incoming = no */
	}
	return p->mailboxes == CONF_MAILBOXES_USERS;
}

/* Did every mailbox of the profile that is not off list its folders? */
static bool
all_told(const struct passed *h, const struct profile_work *p)
{
	size_t i;

	for (i = 0; i < h->nmailbox; i++) {
		const struct mailbox_work *w = &h->mailbox[i];

		if (w->profile == p && w->end != VISIT_OK &&
		    w->end != VISIT_OFF)
			return false;
	}
	return p->looked;
}

const char *
reads_nothing(const struct passed *h, size_t i)
{
	const struct profile_work *p = &h->profile[i];
	const struct conf *c = h->pass->conf;

	if (h->pass->want.nmailbox > 0 || h->pass->want.profile != NULL)
		return NULL;
	if (p->gate != NULL)
		return !p->reads && all_told(h, p)
			   ? "no mailbox has a folder that folders names: no "
			     "mail is read (exsync --once --dry-run tells "
			     "which names are missing)"
			   : NULL;
	return wants_users(c, &c->profile[i])
		   ? "there is no mailbox to read: no CRM user's address lies "
		     "in its domains; check users in [directory] (or table "
		     "party) and domains"
		   : NULL;
}
