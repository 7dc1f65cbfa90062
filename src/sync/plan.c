/*
 * plan.c - which mailboxes a pass visits.
 * 1. An address is visited once, whatever names it: a [mailbox] section takes
 *    precedence over a CRM user.
 */
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "sync/plan.h"

/* What the map of a plan is asked for. */
enum { BY_ADDRESS, BY_PRINCIPAL };

struct making {
	const struct conf *conf;
	const struct store_want *want;
	struct plan *plan;
	/* addresses, and principals by profile, to their indexes in the plan */
	struct map at;
	struct arena keys; /* of the principals in the map */
};

static bool
is_wanted(const struct making *m, const struct conf_mailbox *b)
{
	size_t i;

	if (m->want->profile != NULL &&
	    strcmp(m->want->profile, b->profile->name) != 0)
		return false;
	for (i = 0; i < m->want->nmailbox; i++) {
		if (strcmp(m->want->mailbox[i], b->address) == 0)
			return true;
	}
	return m->want->nmailbox == 0;
}

const char *
plan_principal(const struct conf_mailbox *b)
{
	if (b->profile->access != CONF_ACCESS_IMPERSONATION ||
	    b->username != NULL)
		return NULL;
	switch (b->profile->impersonate_by) {
	case CONF_BY_UPN:
		return b->upn;
	case CONF_BY_SID:
		return b->sid;
	case CONF_BY_SMTP:
		break;
	}
	return NULL;
}

/*
 * Where in the plan is the mailbox of that account? A server that is asked by
 * UPN or SID does not tell that an address is only another one of a mailbox.
 */
static size_t
place_of_account(struct making *m, const struct conf_mailbox *b)
{
	const char *name = plan_principal(b);
	char *key, *kept;

	if (name == NULL)
		return m->plan->n;
	key = mem_printf("%s %s", b->profile->name, name);
	kept = arena_strdup(&m->keys, str_lower(key));
	free(key);
	return map_put(&m->at, BY_PRINCIPAL, kept, m->plan->n);
}

static void
plan_mailbox(struct making *m, const struct conf_mailbox *b, const char *crm_id)
{
	struct plan *p = m->plan;
	struct plan_entry *e;

	size_t at;

	if (map_get(&m->at, BY_ADDRESS, b->address) != MAP_NONE)
		return;
	at = place_of_account(m, b);
	map_put(&m->at, BY_ADDRESS, b->address, at);
	if (at != p->n)
		return;
	e = VEC_ADD(p->v, p->n);
	memset(e, 0, sizeof(*e));
	e->mailbox = *b;
	e->crm_id = crm_id;
}

static const struct conf_profile *
is_permitted(const struct conf *c, const char *address)
{
	const char *domain = address_domain(address);
	size_t i, d;

	for (i = 0; i < c->nprofile; i++) {
		if (c->profile[i].mailboxes != CONF_MAILBOXES_USERS)
			continue;
		for (d = 0; d < c->profile[i].domains.n; d++) {
			if (str_eq(c->profile[i].domains.v[d], domain))
				return &c->profile[i];
		}
	}
	return NULL;
}

static const struct party *
user_of(const struct party_list *list, size_t n, const char *address)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (party_is_user(list->v[i].crm_type) &&
		    strcmp(list->v[i].address, address) == 0)
			return &list->v[i];
	}
	return NULL;
}

/* Who the CRM's user is in Active Directory, unless the section says it. */
static void
set_account(struct conf_mailbox *b, const struct party *user)
{
	if (user == NULL || user->account == NULL)
		return;
	if (b->upn == NULL)
		b->upn = (char *)(uintptr_t)user->account->upn;
	if (b->sid == NULL)
		b->sid = (char *)(uintptr_t)user->account->sid;
}

static void
add_listed(struct making *m, struct party_list *list)
{
	size_t i, n = list->n;

	for (i = 0; i < m->conf->nmailbox; i++) {
		struct conf_mailbox b = m->conf->mailbox[i];
		const struct party *user = user_of(list, n, b.address);
		bool queue = b.type == CONF_MAILBOX_QUEUE;

		set_account(&b, user);
		if (queue)
			party_list_add(list, "queue", b.name, b.address, NULL);
		plan_mailbox(m, &b,
		    queue          ? b.name
		    : user != NULL ? user->crm_id
				   : NULL);
	}
}

static void
add_user(struct making *m, const struct party *user, bool main_only)
{
	struct conf_mailbox b;
	const char *name;

	memset(&b, 0, sizeof(b));
	b.address = (char *)(uintptr_t)user->address;
	b.profile = is_permitted(m->conf, b.address);
	b.incoming = true;
	if (b.profile == NULL)
		return;
	set_account(&b, user);
	name = plan_principal(&b);
	if (!main_only || (name != NULL && str_ieq(name, b.address)))
		plan_mailbox(m, &b, user->crm_id);
}

/* Of the addresses of an account the one that is its UPN comes first. */
static void
add_users(struct making *m, const struct party_list *list, size_t n)
{
	size_t i;
	int round;

	for (round = 0; round < 2; round++) {
		for (i = 0; i < n; i++) {
			if (party_is_user(list->v[i].crm_type))
				add_user(m, &list->v[i], round == 0);
		}
	}
}

/* Keeps only what was asked for; every --mailbox must match something. */
static int
restrict_to(struct making *m, struct err *err)
{
	size_t i, k = 0;

	if (m->want->profile != NULL &&
	    conf_profile(m->conf, m->want->profile) == NULL)
		return err_set(err, ERR_CONFIG,
		    "--profile %s: there is no "
		    "[profile %s] in %s",
		    m->want->profile, m->want->profile, m->conf->path);
	for (i = 0; i < m->want->nmailbox; i++) {
		if (map_get(&m->at, BY_ADDRESS, m->want->mailbox[i]) ==
		    MAP_NONE)
			return err_set(err, ERR_CONFIG,
			    "mailbox %s: no "
			    "[mailbox] section has this address, and it is "
			    "no CRM user's address in the domains of a "
			    "profile",
			    m->want->mailbox[i]);
	}
	for (i = 0; i < m->plan->n; i++) {
		if (m->plan->v[i].mailbox.incoming &&
		    is_wanted(m, &m->plan->v[i].mailbox))
			m->plan->v[k++] = m->plan->v[i];
	}
	m->plan->n = k;
	return 0;
}

int
plan_make(const struct conf *conf, struct party_list *list,
    const struct store_want *want, struct plan *out, struct err *err)
{
	struct making m = { .conf = conf, .want = want, .plan = out };
	size_t users = list->n;
	int rc;

	memset(out, 0, sizeof(*out));
	map_init(&m.at);
	add_listed(&m, list);
	add_users(&m, list, users);
	if ((rc = restrict_to(&m, err)) == -1)
		plan_free(out);
	map_free(&m.at);
	arena_free(&m.keys);
	return rc;
}

void
plan_free(struct plan *p)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		free(p->v[i].lacks);
		mem_wipe_str(p->v[i].secret);
	}
	free(p->v);
	memset(p, 0, sizeof(*p));
}

int
plan_empty(
    const struct conf *conf, const struct store_want *want, struct err *err)
{
	if (want->nmailbox > 0 || want->profile != NULL)
		return err_set(err, ERR_CONFIG,
		    "what the command line names leaves no mailbox to read: "
		    "the mailbox has incoming = no or is another profile's, "
		    "the address is only another one of a mailbox that is "
		    "read, or the profile has none");
	return err_set(err, ERR_CONFIG,
	    "%s: there is no mailbox to read: no "
	    "CRM user's address lies in the domains of a profile, and no "
	    "[mailbox] section is active; check users in [directory] (or "
	    "table party) and domains",
	    conf->path);
}

/* Is the address in this list, which has a space between two? */
static bool
holds_address(const char *list, const char *address)
{
	size_t n, len = strlen(address);

	for (; *list != '\0'; list += n + (list[n] == ' ')) {
		n = strcspn(list, " ");
		if (n == len && str_ieqn(list, address, n))
			return true;
	}
	return false;
}

const char *
plan_primary(const struct plan *p, const char *crm_id, const char *address,
    const char *about)
{
	size_t i;

	if (crm_id == NULL)
		return NULL;
	for (i = 0; i < p->n; i++) {
		const char *other = p->v[i].mailbox.address;

		if (str_eq(p->v[i].crm_id, crm_id) &&
		    strcmp(other, address) != 0 && holds_address(about, other))
			return other;
	}
	return NULL;
}
