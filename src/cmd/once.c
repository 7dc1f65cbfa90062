/*
 * once.c - exsync --once: one pass, then exit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/stop.h"
#include "base/str.h"
#include "base/tim.h"
#include "cmd/cmd.h"
#include "cmd/forgetlist.h"
#include "cmd/guard.h"
#include "cmd/prepare.h"
#include "cmd/progress.h"
#include "cmd/tokens.h"
#include "os/keeper.h"
#include "os/runner.h"
#include "store/store.h"
#include "sync/alert.h"
#include "sync/health.h"
#include "sync/pass.h"
#include "sync/servers.h"

static void
print_plural(int64_t n, const char *one, const char *many, const char *end)
{
	printf("%lld %s%s", (long long)n, n == 1 ? one : many, end);
}

/* Prints the result in one or two lines, for a person. */
static void
report_pass(const struct cmd *cmd, const struct pass_counts *c,
    enum pass_outcome outcome, int64_t ms)
{
	const struct store_count *s = &c->store;

	if (cmd->dry_run)
		printf("dry run, nothing was written: ");
	print_plural(c->mailboxes, "mailbox", "mailboxes", "");
	if (c->mailboxes_failed > 0)
		printf(" (%lld failed", (long long)c->mailboxes_failed);
	if (c->mailboxes_interrupted > 0)
		printf("%s%lld interrupted",
		    c->mailboxes_failed > 0 ? ", " : " (",
		    (long long)c->mailboxes_interrupted);
	if (c->mailboxes_failed + c->mailboxes_interrupted > 0)
		printf(")");
	printf(" in %lld.%01lld s: ", (long long)(ms / 1000),
	    (long long)(ms % 1000 / 100));
	print_plural(s->emails, "mail", "mails",
	    cmd->dry_run ? " would be stored" : " stored");
	if (s->copies > s->emails)
		printf(
		    " (%lld more copies)", (long long)(s->copies - s->emails));
	if (s->updated > 0)
		printf(", %lld updated", (long long)s->updated);
	if (s->removed > 0)
		printf(", %lld removed", (long long)s->removed);
	if (c->expired > 0)
		printf(", %lld %s", (long long)c->expired,
		    cmd->dry_run ? "would expire" : "expired");
	printf(", %lld skipped", (long long)s->skipped);
	if (s->failed > 0)
		printf(
		    ", %lld failed and will be retried", (long long)s->failed);
	printf("\n");
	/* a signal that came after the work has interrupted nothing */
	if (stop_requested() && outcome != PASS_OK)
		printf("interrupted: the next pass goes on from here\n");
}

/* For struct pass.alert: passes the alert to alert_command. */
static int
tell_alert(void *arg, const struct alert_text *a)
{
	struct err err = ERR_INIT;
	struct buf text;
	int rc;

	buf_init(&text, RUNNER_TEXT);
	alert_format(a, &text);
	rc = keeper_run(arg, buf_str(&text), text.len, &err);
	if (rc == -1)
		log_error("%s; it is told again by the next pass", err.msg);
	buf_free(&text);
	return rc;
}

static void
set_alert_command(struct pass *pass, struct keeper *keeper, bool mute)
{
	bool tells = pass->conf->alert_command != NULL && !pass->dry_run;

	pass->alert = keeper != NULL && tells && !mute ? tell_alert : NULL;
	pass->alert_arg = keeper;
}

static int
run_locked(const struct cmd *cmd, const struct pass *pass, struct err *err)
{
	static const int code[] = { CMD_OK, CMD_PARTIAL, CMD_FAILED };
	struct pass_counts count;
	enum pass_outcome outcome = PASS_FAILED;
	int64_t began = tim_mono();
	int rc;

	memset(&count, 0, sizeof(count));
	progress_begin();
	rc = pass_run(pass, &count, &outcome, err);
	progress_end();
	if (rc == -1)
		return -1;
	report_pass(cmd, &count, outcome, tim_mono() - began);
	return code[outcome];
}

/*
 * list: the pass's own, read anew under the lock, which --forget takes, too.
 * What was said about mailboxes is read as late.
 */
static int
run_pass(const struct cmd *cmd, struct pass *pass, struct forgotten *list,
    struct err *err)
{
	struct permit_list permits;
	int rc;

	if (!cmd->dry_run) {
		if (store_lock(pass->store, err) == -1)
			return -1;
		forgotten_free(list);
		if (forgetlist_read(pass->conf, list, err) == -1)
			return -1;
	}
	if ((rc = prepare_permits(pass, &permits, err)) == -1)
		health_trouble(pass, err);
	else
		rc = run_locked(cmd, pass, err);
	pass->permits = NULL;
	permit_free(&permits);
	return rc;
}

/* Opens the store and runs the pass. Returns the exit code, or -1. */
static int
with_store(const struct cmd *cmd, struct pass *pass, struct forgotten *list,
    struct err *err)
{
	struct store *store =
	    cmd_open_store(pass->conf, cmd->dry_run ? STORE_READ_ONLY : 0, err);
	int rc;

	if (store == NULL) {
		health_trouble(pass, err);
		return -1;
	}
	pass->store = store;
	rc = run_pass(cmd, pass, list, err);
	store_close(store);
	return rc;
}

/*
 * Starts the helper process. *mute: alert_command is set and cannot be run. A
 * dry run has a helper too, to remember rejected logins: they must not be tried
 * again.
 */
static struct keeper *
start_keeper(const struct cmd *cmd, const struct conf *conf,
    const struct tokens *tokens, bool *mute)
{
	struct keeper_opts o = { cmd->dry_run ? NULL : conf->alert_command,
		conf->state_dir, !cmd->dry_run, { NULL, 0 } };
	struct keeper *k;
	struct err err = ERR_INIT;

	*mute = false;
	if (tokens != NULL)
		o.tokens = tokens_names(tokens);
	if ((k = keeper_start(&o, &err)) == NULL) {
		log_error("%s", err.msg);
		*mute = o.command != NULL;
		o.command = NULL;
		if (*mute && err.kind == ERR_CONFIG)
			k = keeper_start(&o, &err);
	}
	return k;
}

/* Says why there was no pass. Returns the exit code. */
static int
report_error(const struct err *err)
{
	if (cmd_at_work(err))
		return CMD_AT_WORK;
	return err->kind == ERR_CONFIG ? CMD_USAGE : CMD_FAILED;
}

/*
 * The alert of an INI that keeps passes from beginning, though --status finds
 * nothing wrong in it: it reads no password and no certificate. err: why.
 */
static void
record_refusal(
    const struct cmd *cmd, const struct conf *conf, const struct err *why)
{
	struct err err = ERR_INIT;
	struct pass pass = { .conf = conf };
	struct keeper *keeper;
	bool mute;

	pass.store = store_open(conf->database, 0, &err);
	/* a pass that is at work has read the INI when it was good */
	if (pass.store != NULL && store_lock(pass.store, &err) == 0) {
		keeper = start_keeper(cmd, conf, NULL, &mute);
		set_alert_command(&pass, keeper, mute);
		health_trouble(&pass, why);
		keeper_close(keeper);
	}
	store_close(pass.store);
}

typedef struct conf *load_fn(const char *path, FILE *errs);

/* *errors: what it has to say of the file; the caller frees it. */
static struct conf *
load_conf(const struct cmd *cmd, load_fn *load, char **errors)
{
	struct conf *conf;
	size_t len = 0;
	FILE *f = open_memstream(errors, &len);

	if (f == NULL) {
		*errors = NULL;
		return load(cmd->conf, stderr);
	}
	conf = load(cmd->conf, f);
	fclose(f);
	return conf;
}

/*
 * May this be the pass that a scheduler starts, over a database that is there?
 * A person who tries one mailbox may lack what the service has (a credential of
 * systemd), and root leaves no files beside another user's.
 */
static bool
may_record(const struct cmd *cmd, const struct conf *conf)
{
	struct stat s;

	return !cmd->dry_run && cmd->nmailbox == 0 &&
	       stat(conf->database, &s) == 0 &&
	       (geteuid() != 0 || s.st_uid == 0);
}

/* Records why the INI was refused, if --status would not see it. */
static void
record_errors(const struct cmd *cmd, const char *errors)
{
	char *none;
	struct conf *conf = load_conf(cmd, conf_load_offline, &none);
	struct err why = ERR_INIT;

	free(none);
	if (conf == NULL)
		return;
	err_set(&why, ERR_CONFIG, "%.*s", (int)strcspn(errors, "\n"), errors);
	err_code(&why, CAUSE_OTHER, "", SCOPE_ALL);
	if (may_record(cmd, conf))
		record_refusal(cmd, conf, &why);
	conf_free(conf);
}

/* The INI; NULL: its errors were printed, and recorded for --status. */
static struct conf *
open_conf(const struct cmd *cmd)
{
	char *errors;
	struct conf *conf = load_conf(cmd, conf_load, &errors);

	fputs(str_nn(errors), stderr);
	if (conf == NULL && errors != NULL)
		record_errors(cmd, errors);
	free(errors);
	return conf;
}

/* The list of the forgotten; -1: said why not, and recorded for --status. */
static int
open_forgotten(
    const struct cmd *cmd, const struct conf *conf, struct forgotten *out)
{
	struct err err = ERR_INIT;

	if (forgetlist_read(conf, out, &err) == 0)
		return 0;
	log_error("%s", err.msg);
	err_code(&err, CAUSE_OTHER, "forgotten_lost", SCOPE_ALL);
	if (may_record(cmd, conf))
		record_refusal(cmd, conf, &err);
	forgotten_free(out);
	return -1;
}

int
once_run(const struct cmd *cmd)
{
	struct err err = ERR_INIT;
	struct conf *conf = open_conf(cmd);
	struct forgotten forgotten;
	struct keeper *keeper;
	struct tokens *tokens;
	struct pass pass;
	bool mute;
	int rc;

	if (conf == NULL)
		return CMD_USAGE;
	log_init(conf->log_level);
	if (open_forgotten(cmd, conf, &forgotten) == -1) {
		conf_free(conf);
		return CMD_USAGE;
	}
	tokens = tokens_open(conf);
	keeper = start_keeper(cmd, conf, tokens, &mute);
	tokens_use(tokens, keeper);
	guard_warn(conf);
	prepare_pass(&pass, cmd, conf, keeper);
	set_alert_command(&pass, keeper, mute);
	pass.forgotten = &forgotten;
	rc = with_store(cmd, &pass, &forgotten, &err);
	if (rc == -1)
		rc = report_error(&err);
	/* mail is synced all the same, but nobody is told of alerts */
	if (rc == CMD_OK && mute)
		rc = CMD_PARTIAL;
	servers_close(pass.servers);
	tokens_close(tokens);
	keeper_close(keeper);
	forgotten_free(&forgotten);
	conf_free(conf);
	return rc;
}
