/*
 * match.c - does a mail concern the CRM, and whom?
 * 1. Each address is normalised once, and one walk over the addresses finds
 *    all that is needed.
 * 2. Links and direction do not depend on the verdict.
 * 3. Reply-To says who wants an answer, not whom the mail concerns: it is
 *    ignored.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/caseless.h"
#include "base/msgid.h"
#include "base/str.h"
#include "base/tim.h"
#include "base/vec.h"
#include "core/match.h"

#define ID_MAX   998 /* RFC 5322: the longest line */
#define REFS_MAX 256 /* message ids looked up for one mail */

/* What the walk over the addresses finds out. */
struct seen {
	const struct conf_rule *rule; /* the first that fits */
	bool from, from_internal;     /* a usable From was seen */
	bool sender, sender_internal;
	bool external; /* a recipient is external */
};

const char *
verdict_name(enum verdict v)
{
	static const char *const name[] = { "keep", "headers", "skip",
		"expired" };

	return name[v];
}

bool
verdict_keeps(enum verdict v)
{
	return v == VERDICT_KEEP || v == VERDICT_HEADERS;
}

static const char *const directions[] = { "in", "out", "internal" };

const char *
direction_name(enum direction d)
{
	return directions[d];
}

enum direction
direction_of(const char *name)
{
	return (enum direction)str_which(name, directions,
	    (int)(sizeof(directions) / sizeof(directions[0])));
}

static bool
is_our_address(const struct party *p)
{
	return party_is_ours(p->crm_type);
}

/*
 * Finds who has the address of a, and adds a link for each; merge_links removes
 * duplicates. normalised has ADDRESS_MAX bytes. *n parties, in the directory's
 * order; n 0, and normalised "": it is not an SMTP address.
 */
static const struct party *const *
add_links(struct decision *d, const struct party_dir *dir,
    const struct address *a, char *normalised, size_t *n)
{
	const struct party *const *p;
	size_t i;

	*n = 0;
	normalised[0] = '\0';
	if (a->address == NULL ||
	    address_normalise_to(a->address, normalised, ADDRESS_MAX) == 0) {
		normalised[0] = '\0';
		return NULL;
	}
	p = party_dir_find(dir, normalised, n);
	for (i = 0; i < *n; i++)
		*VEC_ADD(d->link, d->nlink) = (struct link){ p[i], a->role };
	return p;
}

static int
by_crm_person(const void *a, const void *b)
{
	const struct party *x = (*(struct link *const *)a)->party;
	const struct party *y = (*(struct link *const *)b)->party;
	int c = x == y ? 0 : strcmp(x->crm_id, y->crm_id);

	return c != 0 || x == y ? c : strcmp(x->crm_type, y->crm_type);
}

/* Orders by person, then by place in the list. */
static int
by_person_and_place(const void *a, const void *b)
{
	const struct link *x = *(struct link *const *)a;
	const struct link *y = *(struct link *const *)b;
	int c = by_crm_person(a, b);

	return c != 0 ? c : x < y ? -1 : x > y;
}

/* Keeps one link per person: at its first place, in the first of its roles. */
static void
merge_links(struct decision *d)
{
	struct link **v = mem_grow(NULL, d->nlink + 1, sizeof(*v)), *first;
	size_t i, n = 0;

	for (i = 0; i < d->nlink; i++)
		v[i] = &d->link[i];
	if (d->nlink > 1)
		qsort(v, d->nlink, sizeof(*v), by_person_and_place);
	for (i = 1, first = v[0]; i < d->nlink; i++) {
		if (by_crm_person(&first, &v[i]) != 0) {
			first = v[i];
			continue;
		}
		if (v[i]->role < first->role)
			*first = *v[i];
		v[i]->party = NULL;
	}
	for (i = 0; i < d->nlink; i++) {
		if (d->link[i].party != NULL)
			d->link[n++] = d->link[i];
	}
	d->nlink = n;
	free(v);
}

static bool
domain_fits(const char *pattern, const char *domain)
{
	size_t n, m;

	if (strncmp(pattern, "*.", 2) != 0)
		return strcmp(pattern, domain) == 0;
	n = strlen(domain);
	m = strlen(++pattern); /* ".rival.example" */
	return n > m && memcmp(domain + n - m, pattern, m) == 0;
}

static bool
category_fits(const struct conf_rule *r, const struct message *msg)
{
	size_t i, k;

	for (i = 0; i < r->category.n; i++)
		for (k = 0; k < msg->ncategory; k++)
			if (caseless_same(r->category.v[i], msg->category[k]))
				return true;
	return r->category.n == 0;
}

static bool
sensitivity_fits(const struct conf_rule *r, const struct message *msg)
{
	const char *s = msg->sensitivity != NULL ? msg->sensitivity : "normal";
	size_t i;

	for (i = 0; i < r->sensitivity.n; i++)
		if (str_eq(r->sensitivity.v[i], s))
			return true;
	return r->sensitivity.n == 0;
}

/* The conditions of a rule that no address is needed for. */
static bool
mail_fits(const struct conf_rule *r, const struct message *msg)
{
	return category_fits(r, msg) && sensitivity_fits(r, msg);
}

static bool
address_fits(const struct conf_rule *r, const char *domain, enum role role)
{
	bool sender = role == ROLE_FROM || role == ROLE_SENDER;
	size_t i;

	if ((r->where == CONF_WHERE_FROM && !sender) ||
	    (r->where == CONF_WHERE_TO && sender))
		return false;
	for (i = 0; i < r->domain.n; i++)
		if (domain_fits(r->domain.v[i], domain))
			return true;
	return false;
}

static bool
in_domains(const struct conf_profile *p, const char *domain)
{
	size_t i;

	for (i = 0; i < p->domains.n; i++)
		if (strcmp(p->domains.v[i], domain) == 0)
			return true;
	return false;
}

static void
see_side(struct seen *s, enum role role, bool internal)
{
	if (role == ROLE_FROM) {
		if (!s->from)
			s->from_internal = internal;
		s->from = true;
	} else if (role == ROLE_SENDER) {
		if (!s->sender)
			s->sender_internal = internal;
		s->sender = true;
	} else if (!internal) {
		s->external = true;
	}
}

/* The first rule that fits and asks for no domain, or NULL. */
static const struct conf_rule *
first_without_domain(const struct conf *c, const struct message *msg)
{
	const struct conf_rule *r;

	for (r = c->rule; r < c->rule + c->nrule; r++)
		if (r->domain.n == 0 && mail_fits(r, msg))
			return r;
	return NULL;
}

/* Is there a rule that this address makes fit, before the one found so far? */
static void
see_rule(const struct match *m, const struct message *msg, struct seen *s,
    const char *domain, enum role role)
{
	const struct conf_rule *r, *end;

	end = s->rule != NULL ? s->rule : m->conf->rule + m->conf->nrule;
	for (r = m->conf->rule; r < end; r++)
		if (address_fits(r, domain, role) && mail_fits(r, msg)) {
			s->rule = r;
			break;
		}
}

static void
see_address(const struct match *m, const struct message *msg, size_t at,
    struct seen *s, struct decision *out)
{
	const struct address *a = &msg->addr[at];
	char address[ADDRESS_MAX];
	const struct party *const *p;
	const char *domain;
	bool internal;
	size_t i, n;

	if (a->role == ROLE_REPLY_TO)
		return;
	p = add_links(out, m->dir, a, address, &n);
	if (address[0] == '\0') {
		/* An X.500 address that could not be resolved belongs to this
		 * organisation; other unusable addresses tell nothing. */
		if (a->raw != NULL && str_ieqn(a->raw, "/o=", 3))
			see_side(s, a->role, true);
		return;
	}
	domain = address_domain(address);
	internal = in_domains(m->profile, domain);
	for (i = 0; i < n; i++)
		internal = internal || is_our_address(p[i]);
	see_side(s, a->role, internal);
	see_rule(m, msg, s, domain, a->role);
}

static enum direction
judge_direction(const struct seen *s)
{
	bool internal =
	    s->from ? s->from_internal : s->sender && s->sender_internal;

	if (!internal)
		return DIRECTION_IN;
	return s->external ? DIRECTION_OUT : DIRECTION_INTERNAL;
}

static bool
is_stored_mail(const struct match *m, const char *id, size_t n)
{
	char text[ID_MAX + 1];

	if (n == 0 || n > ID_MAX)
		return false;
	memcpy(text, id, n);
	text[n] = '\0';
	return m->stored(m->stored_arg, text);
}

/* Is one of these message ids stored? *left: how many may be looked up. */
static bool
any_stored(const struct match *m, const char *ids, int *left)
{
	struct msgid_walk w = msgid_begin(ids);
	const char *id;
	size_t n;

	while (msgid_next(&w, &id, &n) && (*left)-- > 0) {
		if (is_stored_mail(m, id, n))
			return true;
	}
	return false;
}

static bool
is_reply(const struct match *m, const struct message *msg)
{
	int left = REFS_MAX;

	return m->stored != NULL && (any_stored(m, msg->in_reply_to, &left) ||
					any_stored(m, msg->refs, &left));
}

/* The mailbox's owner, when the mail arrived there and names the owner not. */
static const struct party *
delivered_to(
    const struct match *m, const struct message *msg, const struct decision *d)
{
	bool arrived = !msg->is_sent && !msg->is_draft;

	return arrived && m->owner != NULL && !match_links_to(d, m->owner)
		   ? m->owner
		   : NULL;
}

static bool
concerns_crm(
    const struct match *m, const struct message *msg, const struct decision *d)
{
	size_t i;

	switch (m->profile->match) {
	case CONF_MATCH_ANY:
		return d->nlink > 0 ||
		       (d->delivered != NULL &&
			   m->mailbox->type == CONF_MAILBOX_QUEUE);
	case CONF_MATCH_CONTACT:
		for (i = 0; i < d->nlink; i++)
			if (!is_our_address(d->link[i].party))
				return true;
		return false;
	case CONF_MATCH_REPLIES:
		return is_reply(m, msg);
	}
	return false;
}

/* What the rule says, as long as nothing else decides. */
static void
apply_rule(struct decision *d, const struct conf_rule *r)
{
	snprintf(d->rule, sizeof(d->rule), "rule %s", r->name);
	if (r->action == CONF_ACTION_HEADERS)
		d->verdict = VERDICT_HEADERS;
	else if (r->action == CONF_ACTION_SKIP)
		d->verdict = VERDICT_SKIP;
	d->owners_word = r->category.n > 0 || r->sensitivity.n > 0;
}

static void
set_verdict(struct decision *d, enum verdict v, const char *rule)
{
	d->verdict = v;
	d->owners_word = false;
	snprintf(d->rule, sizeof(d->rule), "%s", rule);
}

/* Was the mail received, or else sent, before that? */
static bool
is_from_before(const struct message *msg, int64_t from)
{
	int64_t at = msg->received_at;

	if (at == TIM_NONE)
		at = msg->sent_at;
	return from != TIM_NONE && at != TIM_NONE && at < from;
}

/*
 * By its class (MS-OXOMSG and its kin): an item that people file, not one that
 * they send. A task request is mail, and its class is no subclass of IPM.Task.
 */
static bool
is_no_mail(const char *class)
{
	static const char *const filed[] = { "IPM.AbchPerson", "IPM.Activity",
		"IPM.Appointment", "IPM.Contact", "IPM.DistList",
		"IPM.StickyNote", "IPM.Task" };
	size_t i, n;

	for (i = 0; class != NULL && i < sizeof(filed) / sizeof(filed[0]);
	     i++) {
		n = strlen(filed[i]);
		if (str_ieqn(class, filed[i], n) &&
		    (class[n] == '\0' || class[n] == '.'))
			return true;
	}
	return false;
}

void
match_message(
    const struct match *m, const struct message *msg, struct decision *out)
{
	static const char *const kept[] = { "match = any", "match = contact",
		"match = replies" };
	struct seen seen = { 0 };
	size_t i;

	memset(out, 0, sizeof(*out));
	seen.rule = first_without_domain(m->conf, msg);
	for (i = 0; i < msg->naddr; i++)
		see_address(m, msg, i, &seen, out);
	if (out->nlink > 1)
		merge_links(out);
	out->delivered = delivered_to(m, msg, out);
	out->direction = judge_direction(&seen);
	set_verdict(out, VERDICT_KEEP, kept[m->profile->match]);
	if (seen.rule != NULL)
		apply_rule(out, seen.rule);
	if (msg->is_draft)
		set_verdict(out, VERDICT_SKIP, "draft");
	else if (is_no_mail(msg->item_class))
		set_verdict(out, VERDICT_SKIP, MATCH_CLASS);
	else if (is_from_before(msg, m->retain_from))
		set_verdict(out, VERDICT_EXPIRED, MATCH_RETENTION);
	else if (is_from_before(msg, m->profile->process_email_from))
		set_verdict(out, VERDICT_SKIP, "process_email_from");
	else if (verdict_keeps(out->verdict) && !concerns_crm(m, msg, out))
		set_verdict(out, VERDICT_SKIP, "match");
	else if (out->verdict == VERDICT_KEEP && m->mailbox != NULL &&
		 m->mailbox->privacy == CONF_PRIVACY_HEADERS)
		set_verdict(out, VERDICT_HEADERS, "privacy");
}

void
match_links(const struct party_dir *dir, const struct address *v, size_t n,
    struct decision *out)
{
	char address[ADDRESS_MAX];
	size_t i, found;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < n; i++) {
		if (v[i].role != ROLE_REPLY_TO)
			add_links(out, dir, &v[i], address, &found);
	}
	if (out->nlink > 1)
		merge_links(out);
}

const struct party *
match_person(const struct party_dir *dir, const char *address)
{
	char normalised[ADDRESS_MAX];
	const struct party *const *p;
	size_t n;

	if (address == NULL ||
	    address_normalise_to(address, normalised, sizeof(normalised)) == 0)
		return NULL;
	p = party_dir_find(dir, normalised, &n);
	return n > 0 ? p[0] : NULL;
}

bool
match_concerns_others(const struct decision *d)
{
	size_t i;

	for (i = 0; i < d->nlink; i++) {
		if (!party_is_ours(d->link[i].party->crm_type))
			return true;
	}
	return false;
}

bool
match_links_to(const struct decision *d, const struct party *p)
{
	struct link person = { p, ROLE_FROM };
	const struct link *x = &person;
	size_t i;

	for (i = 0; i < d->nlink; i++) {
		const struct link *l = &d->link[i];

		if (by_crm_person(&x, &l) == 0)
			return true;
	}
	return false;
}

const struct party *
match_owner(const struct party_dir *dir, const char *mailbox)
{
	const struct party *const *p;
	size_t i, n;

	p = party_dir_find(dir, mailbox, &n);
	for (i = 0; i < n; i++) {
		if (is_our_address(p[i]) && !party_is_user(p[i]->crm_type))
			return p[i];
	}
	return n > 0 && party_is_user(p[0]->crm_type) ? p[0] : NULL;
}

bool
match_needs_headers(const struct match *m)
{
	size_t i;

	if (m->profile->match != CONF_MATCH_ANY ||
	    m->mailbox->privacy != CONF_PRIVACY_FULL)
		return true;
	for (i = 0; i < m->conf->nrule; i++)
		if (m->conf->rule[i].action != CONF_ACTION_KEEP)
			return true;
	return false;
}
