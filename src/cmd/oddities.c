/*
 * oddities.c - exsync --check: what is legal and looks wrong all the same.
 * 1. Each warning names the section and key, and what to write instead.
 * 2. Of many of a kind the first few are named, and how many more there are.
 */
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/log.h"
#include "base/str.h"
#include "base/tim.h"
#include "cmd/oddities.h"
#include "sync/access.h"
#include "sync/advice.h"
#include "sync/plan.h"

#define NAMED 5
#define LIST  20 /* mailboxes that are printed */
#define DAY   INT64_C(86400000)

static bool
list_has(const struct conf_list *l, const char *word)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		if (str_ieq(l->v[i], word))
			return true;
	}
	return false;
}

/* --- profiles ---------------------------------------------------------- */

static void
warn_of_dates(const struct conf *c, const struct conf_profile *p)
{
	int64_t now = tim_now(), from = p->process_email_from;
	char text[TIM_TEXT];

	if (from != TIM_NONE && from > now)
		log_warning("profile %s: process_email_from lies ahead (%s): "
			    "no mail that comes before that is read; write a "
			    "day that has passed",
		    p->name, tim_text(from, text));
	if (c->retention_days > 0 && p->past_mail > c->retention_days)
		log_warning("profile %s: past_mail is %d days, and what is "
			    "older than retention_days = %d is not kept: "
			    "write past_mail = %d, or keep mail longer",
		    p->name, p->past_mail, c->retention_days,
		    c->retention_days);
	if (p->polling_written && p->stale_after > 0 &&
	    p->stale_after <= (int64_t)p->polling_interval * 60000)
		log_warning("profile %s: stale_after is not longer than "
			    "polling_interval (%d min), so that every mailbox "
			    "is stale between two passes: write at least three "
			    "times as long",
		    p->name, p->polling_interval);
}

static bool
path_ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), k = strlen(end);

	return n >= k && str_ieqn(s + n - k, end, k);
}

static void
warn_of_url(const struct conf_profile *p)
{
	const char *at = p->url != NULL ? strstr(p->url, "://") : NULL;
	const char *path = at != NULL ? strchr(at + 3, '/') : NULL;

	if (at == NULL)
		return;
	if (advice_is_online(p) && p->auth != CONF_AUTH_OAUTH)
		log_warning("profile %s: this is Exchange Online, which takes "
			    "neither Basic (off since 2023) nor NTLM: write "
			    "auth = oauth",
		    p->name);
	if (path != NULL &&
	    (str_ieqn(path, "/owa", 4) || str_ieqn(path, "/ecp", 4)))
		log_warning("profile %s: url leads to the web mail (%.5s), not "
			    "to EWS: write https://HOST/EWS/Exchange.asmx",
		    p->name, path);
	else if (path == NULL || !path_ends_with(path, "/ews/exchange.asmx"))
		log_warning("profile %s: url does not end in "
			    "/EWS/Exchange.asmx, as that of EWS does unless a "
			    "proxy gives it another name: write server = HOST, "
			    "or url = https://HOST/EWS/Exchange.asmx",
		    p->name);
}

static void
warn_of_login(const struct conf_profile *p)
{
	const char *user = p->username;

	/* with auth = ntlm it is an error */
	if (user == NULL || p->auth != CONF_AUTH_AUTO ||
	    strpbrk(user, "\\@") != NULL)
		return;
	log_warning("profile %s: username has no domain, which NTLM needs: "
		    "auth = auto takes Basic; write DOMAIN\\%.64s or "
		    "%.64s@domain",
	    p->name, user, user);
}

static void
warn_of_folders(const struct conf_profile *p)
{
	size_t i;

	for (i = 0; i < p->folders.n; i++) {
		if (list_has(&p->skip_folders, p->folders.v[i]))
			log_warning("profile %s: folder %.200s is in folders "
				    "and in skip_folders, and is not read: "
				    "take it out of one of them",
			    p->name, p->folders.v[i]);
	}
}

/* --- rules ------------------------------------------------------------- */

/* Does the pattern match whatever word matches? */
static bool
covers_domain(const char *pattern, const char *word)
{
	if (str_ieq(pattern, word))
		return true;
	return strncmp(pattern, "*.", 2) == 0 &&
	       path_ends_with(word, pattern + 1);
}

static bool
covers_word(const char *pattern, const char *word)
{
	return str_ieq(pattern, word);
}

/* Is this condition of a rule met whenever that one is? Empty: always met. */
static bool
covers_list(const struct conf_list *wide, const struct conf_list *narrow,
    bool (*covers)(const char *, const char *))
{
	size_t i, k;

	if (wide->n == 0)
		return true;
	for (i = 0; i < narrow->n; i++) {
		for (k = 0; k < wide->n; k++) {
			if (covers(wide->v[k], narrow->v[i]))
				break;
		}
		if (k == wide->n)
			return false;
	}
	return narrow->n > 0;
}

static bool
covers_rule(const struct conf_rule *wide, const struct conf_rule *narrow)
{
	return covers_list(&wide->domain, &narrow->domain, covers_domain) &&
	       (wide->domain.n == 0 || wide->where == CONF_WHERE_ANY ||
		   wide->where == narrow->where) &&
	       covers_list(&wide->category, &narrow->category, covers_word) &&
	       covers_list(
		   &wide->sensitivity, &narrow->sensitivity, covers_word);
}

/* The first rule that a mail meets decides. */
static void
warn_of_rules(const struct conf *c)
{
	size_t i, k;

	for (i = 1; i < c->nrule; i++) {
		for (k = 0; k < i; k++) {
			if (!covers_rule(&c->rule[k], &c->rule[i]))
				continue;
			log_warning("rule %s: it never decides anything, since "
				    "rule %s above it takes all that it would: "
				    "move it up, or take it out",
			    c->rule[i].name, c->rule[k].name);
			break;
		}
	}
}

/* --- mailboxes and users ----------------------------------------------- */

/* A list of names that is bounded. */
struct named {
	char text[NAMED * 96];
	size_t n;
};

static void
add_named(struct named *l, const char *name)
{
	size_t at = strlen(l->text);

	if (l->n++ < NAMED)
		snprintf(l->text + at, sizeof(l->text) - at, "%s%.80s",
		    at > 0 ? ", " : "", name);
}

static const char *
more_names(const struct named *l, char *out, size_t size)
{
	*out = '\0';
	if (l->n > NAMED)
		snprintf(out, size, " and %zu more", l->n - NAMED);
	return out;
}

/* Has a profile the mailboxes of the CRM's users with this domain? */
static bool
is_in_domains(const struct conf *c, const char *address)
{
	const char *domain = address_domain(address);
	size_t i;

	for (i = 0; i < c->nprofile; i++) {
		if (c->profile[i].mailboxes == CONF_MAILBOXES_USERS &&
		    list_has(&c->profile[i].domains, domain))
			return true;
	}
	return false;
}

static bool
has_section(const struct conf *c, const char *address)
{
	size_t i;

	for (i = 0; i < c->nmailbox; i++) {
		if (strcmp(c->mailbox[i].address, address) == 0)
			return true;
	}
	return false;
}

static bool
reads_users(const struct conf *c)
{
	size_t i;

	for (i = 0; i < c->nprofile; i++) {
		if (c->profile[i].mailboxes == CONF_MAILBOXES_USERS)
			return true;
	}
	return false;
}

static void
warn_of_users(const struct conf *c, const struct party_list *users)
{
	struct named out = { "", 0 };
	char more[48];
	size_t i;

	if (!reads_users(c))
		return;
	for (i = 0; i < users->n; i++) {
		if (!is_in_domains(c, users->v[i].address) &&
		    !has_section(c, users->v[i].address))
			add_named(&out, users->v[i].address);
	}
	if (out.n > 0)
		log_warning("users: %zu of %zu addresses lie in no profile's "
			    "domains, and their mailboxes are not read: %s%s; "
			    "add the domain to domains if they should be",
		    out.n, users->n, out.text,
		    more_names(&out, more, sizeof(more)));
}

/* incoming = no keeps out a user; of nobody it says nothing. */
static void
warn_of_sections(const struct conf *c, const struct party_list *users)
{
	size_t i, k;

	for (i = 0; i < c->nmailbox; i++) {
		const struct conf_mailbox *b = &c->mailbox[i];

		if (b->incoming || b->type == CONF_MAILBOX_QUEUE)
			continue;
		for (k = 0; k < users->n; k++) {
			if (strcmp(users->v[k].address, b->address) == 0)
				break;
		}
		if (k == users->n)
			log_warning("mailbox %s: incoming = no keeps nothing "
				    "out, for %s is no CRM user's address: "
				    "correct the address, or take the section "
				    "out",
			    b->name, b->address);
	}
}

/* Mailboxes that the next pass could not ask for, each for a reason. */
static void
warn_of_access(const struct plan *p)
{
	size_t i, n = 0;

	for (i = 0; i < p->n; i++) {
		if (p->v[i].lacks != NULL && n++ < NAMED)
			log_warning("mailbox %s: %s", p->v[i].mailbox.address,
			    p->v[i].lacks);
	}
	if (n > 0)
		log_warning("%zu of %zu mailboxes cannot be asked for, and are "
			    "left out until that is repaired",
		    n, p->n);
}

/* The same address in must_not_reach and in the plan: one of them is wrong. */
static void
warn_of_reached(const struct plan *p)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		const struct conf_mailbox *b = &p->v[i].mailbox;

		if (list_has(&b->profile->must_not_reach, b->address))
			log_warning("profile %s: %s is in must_not_reach, and "
				    "would be read: write a [mailbox NAME] "
				    "with incoming = no for it, or take it "
				    "out of must_not_reach",
			    b->profile->name, b->address);
	}
}

static void
tell_plan(const struct conf *c, struct party_list *users)
{
	static const struct store_want all = { NULL, 0, NULL };
	struct err err = ERR_INIT;
	struct plan plan = { NULL, 0 };
	size_t i;

	if (plan_make(c, users, &all, &plan, &err) == 0) {
		printf("; %zu %s would be read%s\n", plan.n,
		    plan.n == 1 ? "mailbox" : "mailboxes",
		    plan.n > 0 ? ":" : "");
		for (i = 0; i < plan.n && i < LIST; i++)
			printf(";   %s (profile %s)\n",
			    plan.v[i].mailbox.address,
			    plan.v[i].mailbox.profile->name);
		if (i < plan.n)
			printf(";   and %zu more\n", plan.n - i);
		access_plan(c, &plan);
		warn_of_access(&plan);
		warn_of_reached(&plan);
	}
	plan_free(&plan);
}

void
oddities_tell(const struct conf *c, struct party_list *users)
{
	size_t i;

	for (i = 0; i < c->nprofile; i++) {
		const struct conf_profile *p = &c->profile[i];

		warn_of_dates(c, p);
		warn_of_url(p);
		warn_of_login(p);
		warn_of_folders(p);
	}
	warn_of_rules(c);
	if (users != NULL) {
		warn_of_users(c, users);
		warn_of_sections(c, users);
		tell_plan(c, users);
	} else
		printf("; the CRM's users are in table party: exsync --once "
		       "--dry-run tells which mailboxes are read\n");
	if (c->alert_command == NULL)
		printf("; alert_command is not set: nobody is told of an "
		       "alert, exsync --status shows them\n");
}
