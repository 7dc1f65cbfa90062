/*
 * match.h - does a mail concern the CRM, and whom?
 * Floor: core.
 * Threads: pure; a struct match may be shared once made.
 *
 * The first of these steps that applies decides; its rule is in quotes:
 * 1. "draft": a draft is skipped; "item_class": so is what is no mail by its
 *    class: a contact, an appointment, a task, a note. A meeting request, a
 *    report and a class that is not known are mail.
 * 2. "retention_days": mail older than that is expired; where that is not so,
 *    "process_email_from": mail received before that is skipped.
 * 3. "rule NAME", the first rule that fits, with action skip: skipped.
 * 4. "match": mail that concerns nobody, as match defines it, is skipped. In a
 *    queue with match = any that is none which arrived there: it concerns the
 *    queue, whomever its headers name.
 * 5. "rule NAME", the same rule with action headers: headers only.
 * 6. "privacy", where the mailbox has privacy = headers: headers only.
 * 7. "rule NAME", the same rule with action keep, or "match = any" (contact,
 *    replies) where no rule fits: the mail is kept.
 */
#ifndef CORE_MATCH_H
#define CORE_MATCH_H

#include "conf/conf.h"
#include "core/model.h"
#include "core/party.h"

enum verdict { VERDICT_KEEP, VERDICT_HEADERS, VERDICT_SKIP, VERDICT_EXPIRED };
/* "keep", "headers", "skip", "expired" */
const char *verdict_name(enum verdict);
/* Is the mail stored, or its headers? */
bool verdict_keeps(enum verdict);

/* The rule of mail that is too old to be kept. */
#define MATCH_RETENTION "retention_days"
/* The rule of what is no mail. */
#define MATCH_CLASS "item_class"

enum direction { DIRECTION_IN, DIRECTION_OUT, DIRECTION_INTERNAL };
const char *direction_name(enum direction);    /* "in", "out", "internal" */
enum direction direction_of(const char *name); /* another: "internal" */

#define MATCH_DELIVERED "delivered" /* a role that no header has */

struct link {
	const struct party *party;
	/* the first of from, sender, to, cc, bcc in which the person appears */
	enum role role;
};

struct decision {
	enum verdict verdict;
	char rule[128]; /* what decided */
	/*
	 * The rule is about category or sensitivity: the mailbox's owner has
	 * said so in Outlook, and it goes for what is stored already, too.
	 */
	bool owners_word;
	enum direction direction;
	/* one per person (crm_type, crm_id); the caller frees the array */
	struct link *link;
	size_t nlink;
	/*
	 * The mailbox's owner, where the mail arrived there and no header names
	 * the owner: Bcc, lists, aliases. NULL: one does. It is a link, too,
	 * with role MATCH_DELIVERED, as long as no copy of the mail in another
	 * mailbox names the owner. For the mailbox of a user it does not count
	 * for match: match = any asks whom a mail names, and the mailbox is
	 * full of what names nobody.
	 */
	const struct party *delivered;
};

/* What a mail is compared with. All borrowed. */
struct match {
	const struct conf *conf;
	const struct conf_profile *profile;
	const struct conf_mailbox *mailbox;
	const struct party *owner; /* of the mailbox: the queue, or a user */
	const struct party_dir *dir;
	/* Mail received before, in ms, is expired; TIM_NONE: none is. */
	int64_t retain_from;
	/* match = replies: is mail with that message id stored? or NULL */
	bool (*stored)(void *arg, const char *message_id);
	void *stored_arg;
};

/*
 * Whose mailbox it is: the queue that has its address, else the first user who
 * has it; or NULL. Depends on the directory alone, so that it can be asked
 * again later.
 */
const struct party *match_owner(const struct party_dir *, const char *mailbox);
/*
 * Fills in only the links of out: whom these n addresses of a message name. The
 * caller does free(out->link).
 */
void match_links(const struct party_dir *, const struct address *, size_t n,
    struct decision *out);
/*
 * The first of those who have the address, which need not be normalised; or
 * NULL.
 */
const struct party *match_person(const struct party_dir *, const char *address);
/* Is there a link to somebody else than the CRM's own users and queues? */
bool match_concerns_others(const struct decision *);
/* Is there a link to that person of the CRM? */
bool match_links_to(const struct decision *, const struct party *);
/* Fills out whatever the verdict; the caller does free(out->link). */
void match_message(
    const struct match *, const struct message *, struct decision *out);
/*
 * Must the headers of a mail be judged before its content is asked for? False:
 * no rule, match or privacy may drop content, so one request can ask for both.
 * Reasons that are not considered: retention_days and process_email_from, which
 * the caller checks before it asks, since it knows received_at; and with
 * match = any mail that concerns nobody, and what is no mail, which is skipped
 * after it was fetched.
 */
bool match_needs_headers(const struct match *);

#endif
