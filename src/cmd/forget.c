/*
 * forget.c - exsync --forget, --unforget.
 * 1. The list comes before the work: a pass that begins after a crash brings
 *    nothing back, and --forget again does the rest.
 * 2. The last step is to rewrite the file, for SQLite leaves what was deleted
 *    in free pages; and then to search it as it lies on the disk.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "cmd/cmd.h"
#include "cmd/forgetlist.h"
#include "cmd/rawsearch.h"
#include "os/openby.h"
#include "store/compact.h"
#include "store/forget.h"
#include "store/people.h"
#include "sync/forgetting.h"
#include "sync/people.h"

#define PARTIES_SHOWN 20
#define FILES_SHOWN   200

struct order {
	const struct cmd *cmd;
	char *address; /* normalised */
	struct conf *conf;
	struct store *store;
	struct forgetlist list;
	struct forgotten who; /* that person alone, with the list's key */
	struct store_forget_count count;
	int64_t shown_files, shown_parties;
	enum rawsearch raw;
	int64_t left, left_whole; /* columns that have its bytes, or it */
};

/* --- before ------------------------------------------------------------- */

static int
open_all(struct order *o, struct err *err)
{
	if ((o->store = cmd_open_store(o->conf, 0, err)) == NULL ||
	    store_lock(o->store, err) == -1)
		return -1;
	return forgetlist_open(&o->list, o->conf, err);
}

/* A mailbox's own address stands beside all mail that was read from it. */
static int
refuse_mailbox(const struct order *o, struct err *err)
{
	int r = store_is_mailbox(o->store, o->address, err);
	size_t i;

	/* of the INI: one that no pass has met yet */
	for (i = 0; r == 0 && i < o->conf->nmailbox; i++)
		r = strcmp(o->conf->mailbox[i].address, o->address) == 0;
	if (r == 1)
		return err_set(err, ERR_CONFIG,
		    "%s is a mailbox that exsync reads or has read: all mail "
		    "from it belongs to this address, and only people whose "
		    "mailboxes exsync does not read can be forgotten. To be "
		    "rid of its mail take the mailbox out of the users, move "
		    "%s away and run exsync --once",
		    o->address, o->conf->database);
	return r;
}

/* --- the list ----------------------------------------------------------- */

static void
take_who(struct order *o)
{
	forgotten_free(&o->who);
	forgotten_only(&o->who, &o->list.list, o->address, tim_now());
}

/* Puts the person on the list, with all names that the file has for them. */
static int
list_person(struct order *o, struct err *err)
{
	struct store_names names;
	int rc;

	memset(&names, 0, sizeof(names));
	rc = store_names_of(o->store, &o->who, &names, err);
	if (rc == 0 && !forgotten_add(&o->list.list, o->address, names.v,
			   names.n, tim_now()))
		rc = err_set(err, ERR_CONFIG,
		    "%s/forgotten: has no room for another address",
		    o->conf->state_dir);
	arena_free(&names.arena);
	take_who(o); /* now with the names */
	return rc == 0 ? forgetlist_save(&o->list, err) : -1;
}

/*
 * The database knows that somebody is being forgotten before the list has them,
 * or else all would be well after a crash between the two.
 */
static int
enter_person(struct order *o, struct err *err)
{
	bool known = forgotten_has(&o->list.list, o->address);
	struct err later = ERR_INIT;

	if (forgetting_announce(o->store, &o->list.list, &o->who, err) == -1)
		return -1;
	if (list_person(o, err) == -1) {
		if (!known)
			forgetting_done(o->store, &o->who, &later);
		return -1;
	}
	return forgetting_enter(o->store, &o->list.list, o->address, err);
}

/* --- the work ----------------------------------------------------------- */

static void
print_value(const char *name, const char *value)
{
	char safe[600];

	str_printable(safe, sizeof(safe), value, strlen(value));
	printf("  %-24s %s\n", name, safe);
}

static void
print_count(const char *name, int64_t n)
{
	printf("  %-24s %lld\n", name, (long long)n);
}

static void
tell_file(void *arg, const struct store_forget_file *f)
{
	struct order *o = arg;
	char safe[300];
	const char *name = str_nn(f->name);

	if (o->shown_files++ >= FILES_SHOWN)
		return;
	str_printable(safe, sizeof(safe), name, strlen(name));
	printf("attachment %d \"%s\" of mail %s %s\n", f->position, safe,
	    f->email_id,
	    f->names ? "has the address in its content"
		     : "may name the person");
}

static void
tell_party(void *arg, const char *type, const char *id)
{
	struct order *o = arg;
	char safe[300];
	char *row = mem_printf("%s %s", str_nn(type), str_nn(id));

	if (o->shown_parties++ < PARTIES_SHOWN) {
		str_printable(safe, sizeof(safe), row, strlen(row));
		printf("table party: the CRM's row of %s names the person: "
		       "delete it there\n",
		    safe);
	}
	free(row);
}

static int
erase_person(struct order *o, struct err *err)
{
	struct party_list people = { 0 };
	struct store_forget f = { .address = o->address,
		.file = tell_file,
		.party = tell_party,
		.arg = o };
	struct party_dir *dir = NULL;
	int rc = people_known(o->conf, o->store, &people, err);

	if (rc == 0) {
		forgetting_filter(&o->list.list, &people);
		dir = party_dir_build(&people);
		store_people_use(o->store, dir);
		f.who = &o->who;
		rc = store_forget(o->store, &f, &o->count, err);
		store_people_use(o->store, NULL);
	}
	if (rc == 0)
		rc = forgetting_drop_mark(o->store, o->address, err);
	party_dir_free(dir);
	party_list_free(&people);
	return rc;
}

/* What was deleted is still in the WAL: says who may be the reason. */
static int
fail_reader(const struct order *o, struct err *err)
{
	char *who = openby_list(o->conf->database);

	err_set(err, ERR_RETRY,
	    "%s: the person is erased from it, but a program that reads an "
	    "older view keeps its WAL from being emptied, where all that was "
	    "erased still is. %s%s: end its transaction, then run exsync "
	    "--forget %s again",
	    o->conf->database,
	    who != NULL ? "The file is open in "
			: "This user may not see which it is (fuser -v)",
	    who != NULL ? who : "", o->address);
	free(who);
	return -1;
}

static int
rewrite_file(struct order *o, struct err *err)
{
	struct store_size s;

	if (store_size(o->store, &s, err) == -1)
		return -1;
	printf("%s is written anew, so that nothing is left in its free pages: "
	       "this needs up to %lld MB of free disk, and nobody else can "
	       "write to it meanwhile\n",
	    o->conf->database, (long long)((2 * (s.file - s.free)) >> 20) + 1);
	fflush(stdout);
	if (store_vacuum(o->store, err) == 0)
		return 0;
	return str_eq(err->code, "reader") ? fail_reader(o, err) : -1;
}

/* --- what is left ------------------------------------------------------- */

static void
tell_left(void *arg, const struct store_left *l)
{
	struct order *o = arg;
	bool crm = strcmp(l->table, "party") == 0;

	o->left++;
	o->left_whole += l->whole && !crm;
	printf("%s.%s: %lld %s %s\n", l->table, l->column, (long long)l->rows,
	    l->rows == 1 ? "row has" : "rows have",
	    l->whole ? "the address"
		     : "its bytes: in a longer address, or in an attachment");
}

/* Nothing may be open here that closing a file would unlock (rawsearch.h). */
static int
search_file(struct order *o, struct err *err)
{
	const struct store_left_to to = { tell_left, o };
	int rc;

	store_close(o->store);
	o->store = NULL;
	o->raw = rawsearch_database(o->conf->database, o->address);
	if (o->raw != RAWSEARCH_FOUND)
		return 0;
	o->store = cmd_open_store(o->conf, STORE_READ_ONLY, err);
	if (o->store == NULL)
		return -1;
	rc = store_forget_left(o->store, &o->who, o->address, &to, err);
	store_close(o->store);
	o->store = NULL;
	return rc;
}

/* --- the certificate ---------------------------------------------------- */

static const char *
raw_text(const struct order *o)
{
	if (o->raw == RAWSEARCH_NONE)
		return "written anew; it and its WAL were searched, byte for "
		       "byte: the address is not in them";
	if (o->raw == RAWSEARCH_FAILED)
		return "written anew; it could not be read to search it";
	if (o->left_whole > 0)
		return "written anew; THE ADDRESS IS STILL IN IT, see above";
	if (o->left > 0)
		return "written anew, and searched byte for byte: the address "
		       "is in it only as listed above";
	return "written anew; THE ADDRESS IS STILL IN ITS FREE PAGES: run "
	       "exsync --forget again while no other program has it open";
}

/* Is there anything left to be done? */
static bool
is_unerased(const struct order *o)
{
	return o->count.parties > 0 || o->raw == RAWSEARCH_FAILED ||
	       o->left_whole > 0 || (o->raw == RAWSEARCH_FOUND && o->left == 0);
}

static void
print_certificate(const struct order *o)
{
	const struct store_forget_count *c = &o->count;
	char now[TIM_TEXT];

	if (o->shown_files > FILES_SHOWN)
		printf("... and %lld more attachments\n",
		    (long long)(o->shown_files - FILES_SHOWN));
	printf("\nCertificate of erasure\n");
	print_value("address", o->address);
	print_value("at", tim_text(tim_now(), now));
	print_value("by", "exsync " EXSYNC_VERSION);
	print_value("database", o->conf->database);
	print_count("mails erased", c->erased);
	print_count("mails redacted", c->redacted);
	print_count("decisions without it", c->decisions);
	if (c->expired > 0)
		print_count("of them of expired mail", c->expired);
	print_count("rows of other tables", c->others + c->csv);
	print_count("attachments listed", c->files);
	print_count("rows of the CRM left", c->parties);
	print_value("file", raw_text(o));
	print_value("list", "the address cannot come back: its keyed hash is "
			    "in state_dir");
	if (c->expired > 0)
		printf("Mail that retention_days removed from the file before "
		       "may be in the CRM still, which is not\ntold of it: "
		       "look for the address there.\n");
	printf("Not reached: backups of the database and of state_dir, the "
	       "mailboxes themselves, what the CRM\nhas imported (it reads "
	       "rows of table change with op erase), log files, and this "
	       "text.\n");
}

static int
forget_person(struct order *o, struct err *err)
{
	if (enter_person(o, err) == -1 || erase_person(o, err) == -1 ||
	    rewrite_file(o, err) == -1)
		return -1;
	if (forgetting_done(o->store, &o->who, err) == -1)
		return -1;
	if (search_file(o, err) == -1)
		return -1;
	print_certificate(o);
	return is_unerased(o);
}

/* --- the commands ------------------------------------------------------- */

static int
unforget_person(struct order *o, struct err *err)
{
	int64_t n;
	int r;

	if (!forgotten_remove(&o->list.list, o->address)) {
		/* or it was taken off with another INI */
		r = forgetting_lacks(o->store, &o->list.list, err);
		if (r == 0)
			err_set(
			    err, ERR_CONFIG, "%s is not forgotten", o->address);
		if (r != 1)
			return -1;
	}
	if (store_unforget(o->store, &n, err) == -1 ||
	    forgetting_leave(o->store, &o->list.list, err) == -1 ||
	    forgetting_done(o->store, &o->who, err) == -1 ||
	    forgetlist_save(&o->list, err) == -1)
		return -1;
	printf("%s may be known again: the next pass reads %lld mailboxes "
	       "from their start and brings what was left out or redacted; "
	       "mail that no server has any more stays as it is\n",
	    o->address, (long long)n);
	return 0;
}

static int
report_forget(const struct err *err)
{
	if (cmd_at_work(err))
		return CMD_AT_WORK;
	return err->kind == ERR_CONFIG  ? CMD_USAGE
	       : err->kind == ERR_RETRY ? CMD_PARTIAL
					: CMD_FAILED;
}

static int
run_forget_order(
    const struct cmd *cmd, int (*work)(struct order *, struct err *))
{
	struct order o = { .cmd = cmd };
	struct err err = ERR_INIT;
	int rc;

	if ((o.address = address_normalise(cmd->arg)) == NULL) {
		fprintf(
		    stderr, "exsync: %s: not an e-mail address\n", cmd->arg);
		return CMD_USAGE;
	}
	if ((o.conf = cmd_conf_offline(cmd)) == NULL) {
		free(o.address);
		return CMD_USAGE;
	}
	rc = open_all(&o, &err);
	if (rc == 0)
		rc = refuse_mailbox(&o, &err);
	if (rc == 0) {
		take_who(&o);
		rc = work(&o, &err);
	}
	rc = rc == -1 ? report_forget(&err) : rc == 1 ? CMD_PARTIAL : CMD_OK;
	forgotten_free(&o.who);
	forgetlist_close(&o.list);
	store_close(o.store);
	conf_free(o.conf);
	free(o.address);
	return rc;
}

int
forget_run(const struct cmd *cmd)
{
	return run_forget_order(cmd, forget_person);
}

int
unforget_run(const struct cmd *cmd)
{
	return run_forget_order(cmd, unforget_person);
}
