/*
 * verify.c - exsync --verify: is every message of the mailboxes in the file?
 * 1. Takes no lock: mail goes on meanwhile.
 * 2. Does not create a database.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/tim.h"
#include "cmd/cmd.h"
#include "cmd/forgetlist.h"
#include "cmd/guard.h"
#include "cmd/prepare.h"
#include "cmd/progress.h"
#include "cmd/tokens.h"
#include "cmd/verify.h"
#include "os/keeper.h"
#include "sync/servers.h"

const char *
verified_name(enum verified_is is)
{
	static const char *const name[] = { "gap", "unverified", "proof",
		"off" };

	return name[is];
}

int64_t
verified_items(const struct verified_box *b)
{
	return b->stored + b->skipped + b->waiting + b->given_up + b->fresh +
	       b->unread + b->vanished + b->gaps;
}

const char *
verified_why(enum store_is is)
{
	switch (is) {
	case STORE_IS_GONE:
		return "the database says that it is gone";
	case STORE_IS_ELSEWHERE:
		return "the database has it in another folder";
	case STORE_IS_BROKEN:
		return "what was decided is not whole: its rule, or its row of "
		       "email_copy or failure, is missing";
	default:
		return "table decision does not have it";
	}
}

/* --- judging --------------------------------------------------------- */

static int
worst_first(const void *a, const void *b)
{
	const struct verified_box *x = a, *y = b;

	if (x->is != y->is)
		return x->is < y->is ? -1 : 1;
	return strcmp(x->address, y->address);
}

void
verified_judge(struct verified *v)
{
	struct verify_report *r = &v->report;
	size_t i, compared = 0;

	if (r->n > 0)
		qsort(r->box, r->n, sizeof(*r->box), worst_first);
	memset(v->n, 0, sizeof(v->n));
	for (i = 0; i < r->n; i++) {
		v->n[r->box[i].is]++;
		compared += r->box[i].folders > 0;
	}
	v->exit =
	    v->n[VERIFIED_GAP] + v->n[VERIFIED_NOT] > 0 ? CMD_PARTIAL : CMD_OK;
	if (compared == 0)
		v->exit = CMD_FAILED;
}

/* --- the command ----------------------------------------------------- */

static struct store *
open_database(const struct conf *conf, struct err *err)
{
	struct stat s;

	if (stat(conf->database, &s) == 0)
		return store_open(conf->database, 0, err);
	err_set(err, ERR_FATAL,
	    "%s: there is no database yet: run exsync --once first",
	    conf->database);
	return NULL;
}

/* Verifies and prints; returns the exit status, or -1. */
static int
verify_and_print(const struct cmd *cmd, struct pass *pass, struct err *err)
{
	struct verified v = { .database = pass->conf->database };
	struct permit_list permits;
	int rc = prepare_permits(pass, &permits, err);

	if (rc == 0) {
		progress_begin();
		rc = verify_all(pass, &v.report, err);
		progress_end();
	}
	pass->permits = NULL;
	permit_free(&permits);
	if (rc == 0) {
		v.now = tim_now();
		verified_judge(&v);
		(cmd->json ? verified_json : verified_text)(&v, stdout);
	}
	verify_free(&v.report);
	return rc == -1 ? -1 : v.exit;
}

int
verify_run(const struct cmd *cmd)
{
	struct err err = ERR_INIT;
	struct conf *conf = cmd_conf(cmd);
	struct forgotten forgotten;
	struct keeper *keeper;
	struct tokens *tokens;
	struct pass pass;
	int rc = -1;

	if (conf == NULL)
		return CMD_USAGE;
	log_init(conf->log_level);
	if (forgetlist_read(conf, &forgotten, &err) == -1) {
		log_error("%s", err.msg);
		forgotten_free(&forgotten);
		conf_free(conf);
		return CMD_USAGE;
	}
	/* it remembers logins that were rejected, as in a pass */
	tokens = tokens_open(conf);
	keeper = keeper_start(&(struct keeper_opts){ NULL, conf->state_dir,
				  true, tokens_names(tokens) },
	    &err);
	if (keeper == NULL) {
		log_error("%s", err.msg);
		err_clear(&err);
	}
	guard_warn(conf);
	tokens_use(tokens, keeper);
	prepare_pass(&pass, cmd, conf, keeper);
	pass.dry_run = true; /* nothing is stored */
	pass.forgotten = &forgotten;
	pass.store = open_database(conf, &err);
	if (pass.store != NULL)
		rc = verify_and_print(cmd, &pass, &err);
	if (rc == -1) {
		log_error("%s", err.msg);
		rc = err.kind == ERR_CONFIG ? CMD_USAGE : CMD_FAILED;
	}
	store_close(pass.store);
	servers_close(pass.servers);
	tokens_close(tokens);
	keeper_close(keeper);
	forgotten_free(&forgotten);
	conf_free(conf);
	return rc;
}
