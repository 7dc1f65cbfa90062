/*
 * match.h - does a mail concern the CRM, and whom?
 * Floor: core.
 * Threads: pure; a struct match may be shared once made.
 *
 * Order: 1. draft -> skip (rule "draft"); 2. received before
 * process_email_from -> skip ("process_email_from"); 3. domain rules in
 * order, the first that fits decides: action skip -> skip, otherwise keep or
 * headers is remembered; 4. match -> skip (rule "match") when nobody is
 * concerned. A domain rule's name is "rule NAME".
 */
#ifndef CORE_MATCH_H
#define CORE_MATCH_H

#include "conf/conf.h"
#include "core/model.h"
#include "core/party.h"

enum verdict { VERDICT_KEEP, VERDICT_HEADERS, VERDICT_SKIP };
const char *verdict_name(enum verdict); /* "keep", "headers", "skip" */

enum direction { DIRECTION_IN, DIRECTION_OUT, DIRECTION_INTERNAL };
const char *direction_name(enum direction);    /* "in", "out", "internal" */
enum direction direction_of(const char *name); /* another: "internal" */

struct link {
	const struct party *party;
	enum role role; /* the first of from, sender, to, cc,
					 * bcc in which the person appears */
};

struct decision {
	enum verdict verdict;
	char rule[128]; /* what decided */
	enum direction direction;
	struct link *link; /* one per person (crm_type, crm_id) */
	size_t nlink;      /* free(link) */
};

/* What a mail is held against. All borrowed. */
struct match {
	const struct conf *conf;
	const struct conf_profile *profile;
	const struct conf_mailbox *mailbox;
	const struct party_dir *dir;
	/* match = replies: is one of these message ids stored already? */
	bool (*stored)(void *arg, const char *message_id);
	void *stored_arg;
};

/* out is filled whatever the verdict; free(out->link). */
void match_message(
    const struct match *, const struct message *, struct decision *out);
/*
 * Could the verdict be anything but "keep everything"? If not, headers and
 * content may be asked for in one request. process_email_from is left to the
 * caller, who knows received_at before he asks; with match = any so is mail
 * that concerns nobody, which is then skipped after it came.
 */
bool match_needs_headers(const struct match *);

#endif
