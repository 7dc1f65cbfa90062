/*
 * admin.c - exsync --why, --accept-directory, --approve, --enable, --disable,
 * --resync.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/address.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/str.h"
#include "base/tim.h"
#include "cmd/cmd.h"
#include "cmd/forgetlist.h"
#include "cmd/permitlist.h"
#include "store/admin.h"
#include "store/forget.h"
#include "store/reconsider.h"

/*
 * Opens the store. NULL: reported; *conf is NULL too if that is the reason.
 * Only a command that means no mailbox makes a file where there is none: as
 * root it would make one that exsync's user cannot open.
 */
static struct store *
open_store(const struct cmd *cmd, int flags, struct conf **conf)
{
	struct err err = ERR_INIT;
	struct store *st;

	if ((*conf = cmd_conf_offline(cmd)) == NULL)
		return NULL;
	if (cmd->arg != NULL && (flags & STORE_READ_ONLY) == 0 &&
	    access((*conf)->database, F_OK) == -1 && errno == ENOENT) {
		log_error("%s: there is no database yet: run exsync --once "
			  "first, which finds all mailboxes that the INI "
			  "permits",
		    (*conf)->database);
		return NULL;
	}
	if ((st = cmd_open_store(*conf, flags, &err)) == NULL)
		log_error("%s", err.msg);
	return st;
}

static int
leave_store(struct store *st, struct conf *conf, int rc)
{
	store_close(st);
	conf_free(conf);
	return rc;
}

/* --- why ---------------------------------------------------------------- */

#define UNSEEN                                                                 \
	"it is not in a folder that is read, was there only between two "      \
	"passes, or came before exsync knew the mailbox\n"

/* One line with name and value, made printable. */
static void
print_line(const char *name, const char *value)
{
	char safe[600];

	if (value == NULL)
		return;
	str_printable(safe, sizeof(safe), value, strlen(value));
	printf("  %-10s %s\n", name, safe);
}

/* decision.rule in words; one that is not here is shown as it is. */
static const char *
rule_text(const char *rule)
{
	static const struct {
		const char *rule, *text;
	} texts[] = {
		{ "match = any",
		    "a user or contact is among sender and recipients, or it "
		    "arrived in a queue (match = any)" },
		{ "match = contact",
		    "a contact is among sender and recipients (match = "
		    "contact)" },
		{ "match = replies",
		    "it replies to a mail that is stored (match = replies)" },
		{ "draft", "it is a draft" },
		{ MATCH_CLASS, "it is no mail, but an appointment, a contact, "
			       "a task or a note" },
		{ "process_email_from", "it is older than process_email_from" },
		{ MATCH_RETENTION, "it is older than retention_days" },
		{ "past_mail", "the people whom it names came into the CRM "
			       "after it, and it is older than past_mail" },
		{ "forgotten",
		    "it concerns only people whom exsync was told to forget "
		    "(exsync --forget)" },
		{ "privacy", "privacy = headers in its mailbox's section" },
		{ "gone", "the server says that it does not exist any more" },
		{ "gap",
		    "--verify found what was decided not whole: the next pass "
		    "fetches it" },
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (str_eq(rule, texts[i].rule))
			return texts[i].text;
	}
	return rule;
}

/* What a mail lacks that `match` leaves out; c: NULL: not in the INI now. */
static const char *
unmatched_text(const struct conf_profile *c)
{
	static const char *const text[] = {
		[CONF_MATCH_ANY] = "no user or contact among sender and "
				   "recipients (match = any)",
		[CONF_MATCH_CONTACT] = "no contact among sender and recipients "
				       "(match = contact)",
		[CONF_MATCH_REPLIES] = "it replies to no mail that is stored "
				       "(match = replies)"
	};

	return c != NULL ? text[c->match]
			 : "it concerned nobody whom match asked for";
}

struct explain {
	const struct conf *conf;
	bool which; /* say which mail it is as well */
};

static void
explain_failure(const struct store_reason *r)
{
	print_line("failure", r->failure);
	printf("  %-10s %lld\n", "tries", (long long)r->tries);
	print_line("next try", r->next != NULL ? r->next : "never");
}

/* arg: struct explain. */
static void
explain_decision(void *arg, const struct store_reason *r)
{
	const struct explain *x = arg;
	const struct conf_profile *c =
	    r->profile != NULL ? conf_profile(x->conf, r->profile) : NULL;
	bool unmatched = str_eq(r->rule, "match");

	printf("%s\n", r->mailbox);
	if (x->which)
		print_line("Message-ID",
		    r->message_id != NULL ? r->message_id : "not known");
	if (x->which || r->failure != NULL) {
		print_line("subject", r->subject);
		print_line("sent", r->sent_at);
	}
	print_line("folder", r->folder);
	print_line("verdict", r->verdict);
	print_line(
	    "because", unmatched ? unmatched_text(c) : rule_text(r->rule));
	print_line("decided", r->at);
	if (r->anew)
		print_line("waits", "to be decided anew: people of the CRM or "
				    "settings have changed");
	print_line("stored as", r->email_id);
	print_line("gone since", r->removed_at);
	if (r->failure != NULL)
		explain_failure(r);
}

/* Was exsync told to forget the address? Then says so. */
static bool
explain_forgotten(const struct conf *conf, const char *address)
{
	struct err err = ERR_INIT;
	struct forgotten list;
	char at[TIM_TEXT];
	size_t row = FORGOTTEN_NONE;

	/* whoever may not read the list is told what the database has */
	if (forgetlist_read(conf, &list, &err) == 0)
		row = forgotten_find(&list, address);
	if (row != FORGOTTEN_NONE)
		printf("%s was forgotten at %s (exsync --forget): mail that "
		       "concerns nobody else is left out, and no other mail "
		       "shows the address\n",
		    address, str_nn(tim_text(list.v[row].at, at)));
	forgotten_free(&list);
	return row != FORGOTTEN_NONE;
}

/* Returns how many decisions there were, or -1. */
static int64_t
explain_address(struct store *st, const struct conf *conf, const char *address,
    struct err *err)
{
	struct explain x = { conf, true };
	struct store_why_found found;
	long long more;

	if (store_why_address(st, address, explain_decision, &x, &found, err) ==
	    -1)
		return -1;
	more = (long long)found.n - STORE_WHY_MAX;
	if (found.n == 0 && explain_forgotten(conf, address))
		return 1;
	if (more > 0)
		printf("These are the newest %d decisions about mail of %s: "
		       "%lld more are in table decision.\n",
		    STORE_WHY_MAX, address, more);
	else if (found.n == 0)
		printf("exsync has not seen mail from or to %s, or a mail with "
		       "this Message-ID: " UNSEEN,
		    address);
	if (found.unknown > 0)
		printf("%lld items wait in table failure of which it is not "
		       "known yet whose mail they are.\n",
		    (long long)found.unknown);
	return found.n;
}

/* As a mail's header may say it: Anna <anna@contoso.example>. */
static char *
address_in(const char *s)
{
	const char *open = strrchr(s, '<');

	return address_normalise(open != NULL ? open : s);
}

/* Returns how many decisions there were, or -1. */
static int64_t
explain_why(
    struct store *st, const struct conf *conf, const char *arg, struct err *err)
{
	struct explain x = { conf, false };
	int64_t n = store_why(st, arg, explain_decision, &x, err);
	char *address;

	if (n != 0)
		return n;
	if ((address = address_in(arg)) != NULL)
		n = explain_address(st, conf, address, err);
	else
		printf(
		    "exsync has not seen a mail with this Message-ID: " UNSEEN);
	free(address);
	return n;
}

int
why_run(const struct cmd *cmd)
{
	struct err err = ERR_INIT;
	struct conf *conf;
	struct store *st = open_store(cmd, STORE_READ_ONLY, &conf);
	int64_t n;

	if (st == NULL)
		return leave_store(
		    st, conf, conf == NULL ? CMD_USAGE : CMD_FAILED);
	n = explain_why(st, conf, cmd->arg, &err);
	if (n == -1)
		log_error("%s", err.msg);
	return leave_store(st, conf, n == -1 ? CMD_FAILED : n > 0 ? CMD_OK : 1);
}

/* --- people -------------------------------------------------------------- */

int
accept_run(const struct cmd *cmd)
{
	struct err err = ERR_INIT;
	struct conf *conf;
	struct store *st = open_store(cmd, 0, &conf);
	int rc;

	if (st == NULL)
		return leave_store(
		    st, conf, conf == NULL ? CMD_USAGE : CMD_FAILED);
	rc = store_basis_put(
	    st, &(struct store_basis){ "accept", "1", 1 }, 1, &err);
	if (rc == -1)
		log_error("%s", err.msg);
	else
		printf("the next pass takes the lists of users and contacts as "
		       "they are, however short\n");
	return leave_store(st, conf, rc == -1 ? CMD_FAILED : CMD_OK);
}

/* --- mailboxes ---------------------------------------------------------- */

/* What is said about a mailbox. 1: done; 0: no such mailbox; -1. */
typedef int (*tell_fn)(
    const struct conf *, struct store *, const char *address, struct err *);

static int
tell_mailbox(const struct cmd *cmd, tell_fn fn)
{
	struct err err = ERR_INIT;
	char *address = address_normalise(cmd->arg);
	struct conf *conf;
	struct store *st;
	int n, rc = CMD_OK;

	if (address == NULL) {
		fprintf(
		    stderr, "exsync: %s: not an e-mail address\n", cmd->arg);
		return CMD_USAGE;
	}
	if ((st = open_store(cmd, 0, &conf)) == NULL) {
		free(address);
		return leave_store(
		    st, conf, conf == NULL ? CMD_USAGE : CMD_FAILED);
	}
	n = fn(conf, st, address, &err);
	if (n == -1) {
		log_error("%s", err.msg);
		rc = err.kind == ERR_CONFIG ? CMD_USAGE : CMD_FAILED;
	} else if (n == 0) {
		fprintf(stderr,
		    "exsync: unknown mailbox %s: run exsync --once "
		    "first, which finds all that the INI permits\n",
		    address);
		rc = CMD_USAGE;
	}
	free(address);
	return leave_store(st, conf, rc);
}

/* What is to be said, beside what was said before. */
struct word {
	bool approve, enable, disable;
};

/*
 * Keeps it in state_dir first, which is what counts; then table mailbox shows
 * it. *is: what counts now.
 */
static int
say_word(const struct conf *conf, struct store *st, const char *address,
    struct word word, struct permit *is, struct err *err)
{
	struct permitlist l;
	const struct permit *was = NULL;
	int rc, known = store_is_mailbox(st, address, err);

	memset(is, 0, sizeof(*is));
	if (known == -1)
		return -1;
	rc = permitlist_open(&l, conf, st, err);
	if (rc == 0)
		was = permit_find(&l.list, address);
	/* whoever deletes its row keeps nobody from disabling it */
	if (rc == 0 && known == 0 && was == NULL) {
		permitlist_close(&l);
		return 0;
	}
	if (rc == 0) {
		is->approved = word.approve || (was != NULL && was->approved);
		is->disabled = word.disable ||
			       (!word.enable && was != NULL && was->disabled);
		permit_set(
		    &l.list, address, is->approved, is->disabled, tim_now());
		rc = permitlist_save(&l, err);
	}
	permitlist_close(&l);
	fault_point("mailbox told");
	if (rc == -1)
		return -1;
	rc = store_mailbox_state(
	    st, address, is->disabled ? "disabled" : "testing", err);
	if (rc == -1 && word.enable)
		return -1; /* it may have been given up: only the file knows */
	if (rc == -1)
		log_warning("%s; it counts all the same, and the next pass "
			    "shows it in table mailbox",
		    err->msg);
	return 1;
}

static int
approve_mailbox(const struct conf *conf, struct store *st, const char *address,
    struct err *err)
{
	struct permit is;
	int n = say_word(
	    conf, st, address, (struct word){ .approve = true }, &is, err);

	if (n == 1 && is.disabled)
		printf("%s is approved, but it is disabled, so no pass reads "
		       "it until exsync --enable %s\n",
		    address, address);
	else if (n == 1)
		printf("%s is approved: the next pass reads it\n", address);
	return n;
}

/* Who enables a mailbox that waits for approval means both. */
static int
enable_mailbox(const struct conf *conf, struct store *st, const char *address,
    struct err *err)
{
	struct permit is;
	int n = say_word(conf, st, address,
	    (struct word){ .approve = true, .enable = true }, &is, err);

	if (n == 1)
		printf("%s is enabled: the next pass reads it\n", address);
	return n;
}

static int
disable_mailbox(const struct conf *conf, struct store *st, const char *address,
    struct err *err)
{
	struct permit is;
	int n = say_word(
	    conf, st, address, (struct word){ .disable = true }, &is, err);

	if (n == 1)
		printf("%s is disabled: no pass reads it until exsync "
		       "--enable\n",
		    address);
	return n;
}

static int
resync_mailbox(const struct conf *conf, struct store *st, const char *address,
    struct err *err)
{
	int n = store_mailbox_resync(st, address, err);

	(void)conf;
	if (n == 1)
		printf("%s is read from its start by the next pass and "
		       "compared with what is stored; what was skipped is "
		       "decided anew\n",
		    address);
	return n;
}

int
approve_run(const struct cmd *cmd)
{
	return tell_mailbox(cmd, approve_mailbox);
}

int
enable_run(const struct cmd *cmd)
{
	return tell_mailbox(cmd, enable_mailbox);
}

int
disable_run(const struct cmd *cmd)
{
	return tell_mailbox(cmd, disable_mailbox);
}

int
resync_run(const struct cmd *cmd)
{
	return tell_mailbox(cmd, resync_mailbox);
}
