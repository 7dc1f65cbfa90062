/*
 * test.c - exsync --test: can the mailboxes be read, and if not, what is to be
 * repaired?
 * 1. Takes no lock: mail goes on meanwhile.
 * 2. What can be tested is tested, whatever else is wrong.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/tim.h"
#include "cmd/cmd.h"
#include "cmd/forgetlist.h"
#include "cmd/prepare.h"
#include "cmd/progress.h"
#include "cmd/test.h"
#include "cmd/tokens.h"
#include "core/partycsv.h"
#include "os/keeper.h"
#include "os/runner.h"
#include "store/lasting.h"
#include "sync/servers.h"

const char *
test_name(enum tested_is is)
{
	static const char *const name[] = { "good", "bad", "not tested" };

	return name[is];
}

void
test_judge(struct test_result *t)
{
	const struct test_report *r = &t->report;
	size_t i, bad = tested_is(&t->here) == TESTED_BAD;

	memset(t->n, 0, sizeof(t->n));
	for (i = 0; i < r->nprofile; i++)
		bad += tested_is(&r->profile[i]) == TESTED_BAD;
	for (i = 0; i < r->nbox; i++)
		t->n[tested_is(&r->box[i])]++;
	t->exit = t->n[TESTED_GOOD] == 0                     ? CMD_FAILED
		  : bad + t->n[TESTED_BAD] > 0 || r->stopped ? CMD_PARTIAL
							     : CMD_OK;
}

/* --- this machine ------------------------------------------------------ */

static void
test_people(struct tested_part *p, const char *path, const char *what)
{
	struct party_list list;
	struct err err = ERR_INIT;
	int64_t began = tim_mono();
	char text[600];

	if (path == NULL)
		return;
	memset(&list, 0, sizeof(list));
	if (partycsv_load(&list, path, what, &err) == -1)
		tested_add(p, what, TESTED_BAD, -1, err.msg, NULL);
	else {
		snprintf(text, sizeof(text), "%zu addresses in %.400s", list.n,
		    path);
		tested_add(
		    p, what, TESTED_GOOD, tim_mono() - began, text, NULL);
	}
	party_list_free(&list);
}

static void
test_command(struct tested_part *p, const struct conf *c)
{
	struct err err = ERR_INIT;

	if (c->alert_command == NULL)
		tested_add(p, "alert command", TESTED_NOT, -1,
		    "there is none, so nobody is told of trouble: set "
		    "alert_command, or look at exsync --status",
		    NULL);
	else if (runner_check(c->alert_command, &err) == -1)
		tested_add(p, "alert command", TESTED_BAD, -1, err.msg, NULL);
	else
		tested_add(p, "alert command", TESTED_GOOD, -1,
		    "its program is there", NULL);
}

/* Opens the database, and makes it where there is none. */
static struct store *
test_database(struct tested_part *p, const struct conf *c)
{
	struct err err = ERR_INIT;
	int64_t began = tim_mono();
	struct store *st = cmd_open_store(c, 0, &err);

	if (st != NULL && store_try_write(st, &err) == -1) {
		store_close(st);
		st = NULL;
	}
	if (st == NULL)
		tested_add(p, "database", TESTED_BAD, tim_mono() - began,
		    err.msg, NULL);
	else
		tested_add(p, "database", TESTED_GOOD, tim_mono() - began,
		    "it can be written", NULL);
	return st;
}

/* --- the command ------------------------------------------------------- */

/* 0, or -1 when the test could not begin. */
static int
run_pass_test(struct test_result *t, struct pass *pass, struct err *err)
{
	struct permit_list permits;
	int rc = prepare_permits(pass, &permits, err);

	if (rc == 0) {
		progress_begin();
		rc = test_all(pass, &t->report, err);
		progress_end();
	}
	pass->permits = NULL;
	permit_free(&permits);
	return rc;
}

static int
test_and_print(const struct cmd *cmd, struct pass *pass)
{
	struct test_result t = { .conf = pass->conf->path };
	struct err err = ERR_INIT;

	tested_add(&t.here, "settings", TESTED_GOOD, -1, t.conf, NULL);
	test_people(&t.here, pass->conf->users, "users");
	test_people(&t.here, pass->conf->contacts, "contacts");
	test_command(&t.here, pass->conf);
	pass->store = test_database(&t.here, pass->conf);
	if (pass->store != NULL && run_pass_test(&t, pass, &err) == -1)
		tested_add(&t.here, "mailboxes", TESTED_BAD, -1, err.msg, NULL);
	test_judge(&t);
	if (err.kind == ERR_CONFIG)
		t.exit = CMD_USAGE;
	(cmd->json ? test_json : test_text)(&t, stdout);
	store_close(pass->store);
	test_free(&t.report);
	tested_free(&t.here);
	return t.exit;
}

int
test_run(const struct cmd *cmd)
{
	struct err err = ERR_INIT;
	struct conf *conf = cmd_conf(cmd);
	struct forgotten forgotten;
	struct keeper *keeper;
	struct tokens *tokens;
	struct pass pass;
	int rc = CMD_USAGE;

	if (conf == NULL)
		return CMD_USAGE;
	/* what goes wrong is in the table */
	log_init(LOG_ERROR);
	if (forgetlist_read(conf, &forgotten, &err) == -1)
		log_error("%s", err.msg);
	else {
		/* it remembers logins that were rejected, as in a pass */
		tokens = tokens_open(conf);
		keeper =
		    keeper_start(&(struct keeper_opts){ NULL, conf->state_dir,
				     true, tokens_names(tokens) },
			&err);
		if (keeper == NULL)
			log_error("%s", err.msg);
		tokens_use(tokens, keeper);
		prepare_pass(&pass, cmd, conf, keeper);
		pass.dry_run = true; /* no mail is stored */
		pass.forgotten = &forgotten;
		rc = test_and_print(cmd, &pass);
		servers_close(pass.servers);
		keeper_close(keeper);
		tokens_close(tokens);
	}
	forgotten_free(&forgotten);
	conf_free(conf);
	return rc;
}
