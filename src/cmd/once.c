/*
 * once.c - exsync --once: one pass, then exit.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/stop.h"
#include "base/tim.h"
#include "cmd/cmd.h"
#include "cmd/guard.h"
#include "os/keeper.h"
#include "cmd/progress.h"
#include "os/runner.h"
#include "os/sandbox.h"
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
		printf(" (%lld failed)", (long long)c->mailboxes_failed);
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

/* For struct pass.begin. */
static void
close_sandbox(void *arg)
{
	const struct pass *pass = arg;
	struct sandbox is;

	if (pass->conf->sandbox)
		store_confine(pass->store);
	sandbox_enter(pass->conf, false, &is);
}

static void
prepare_pass(struct pass *pass, const struct cmd *cmd, const struct conf *conf,
    struct keeper *keeper)
{
	bool tells = conf->alert_command != NULL && !cmd->dry_run;

	memset(pass, 0, sizeof(*pass));
	pass->conf = conf;
	pass->servers = servers_open(conf, providers_for);
	pass->dry_run = cmd->dry_run;
	pass->want.mailbox = (const char *const *)cmd->mailbox;
	pass->want.nmailbox = cmd->nmailbox;
	pass->want.profile = cmd->profile;
	pass->begin = close_sandbox;
	pass->begin_arg = pass;
	pass->tick = progress_tick;
	pass->alert = keeper != NULL && tells ? tell_alert : NULL;
	pass->alert_arg = keeper;
	if (keeper != NULL)
		pass->keep = (struct keep){ keeper_read, keeper_write,
			keeper_done, keeper_aside, keeper };
}

static int
run_pass(const struct cmd *cmd, const struct pass *pass, struct err *err)
{
	static const int code[] = { CMD_OK, CMD_PARTIAL, CMD_FAILED };
	struct pass_counts count;
	enum pass_outcome outcome = PASS_FAILED;
	int64_t began = tim_mono();
	int rc;

	memset(&count, 0, sizeof(count));
	if (!cmd->dry_run && store_lock(pass->store, err) == -1)
		return -1;
	progress_begin();
	rc = pass_run(pass, &count, &outcome, err);
	progress_end();
	if (rc == -1)
		return -1;
	report_pass(cmd, &count, outcome, tim_mono() - began);
	return code[outcome];
}

/* Opens the store and runs the pass. Returns the exit code, or -1. */
static int
with_store(const struct cmd *cmd, struct pass *pass, struct err *err)
{
	struct store *store = store_open(
	    pass->conf->database, cmd->dry_run ? STORE_READ_ONLY : 0, err);
	int rc;

	if (store == NULL) {
		health_trouble(pass, err);
		return -1;
	}
	pass->store = store;
	rc = run_pass(cmd, pass, err);
	store_close(store);
	return rc;
}

/*
 * Starts the helper process. *mute: alert_command is set and cannot be run. A
 * dry run has a helper too, to remember rejected logins: they must not be tried
 * again.
 */
static struct keeper *
start_keeper(const struct cmd *cmd, const struct conf *conf, bool *mute)
{
	struct keeper_opts o = { cmd->dry_run ? NULL : conf->alert_command,
		conf->state_dir, !cmd->dry_run };
	struct keeper *k;
	struct err err = ERR_INIT;

	*mute = false;
	if ((k = keeper_start(&o, &err)) == NULL) {
		log_error("%s", err.msg);
		*mute = o.command != NULL;
		o.command = NULL;
		if (*mute && err.kind == ERR_CONFIG)
			k = keeper_start(&o, &err);
	}
	return k;
}

int
once_run(const struct cmd *cmd)
{
	struct err err = ERR_INIT;
	struct conf *conf = cmd_conf(cmd);
	struct keeper *keeper;
	struct pass pass;
	bool mute;
	int rc;

	if (conf == NULL)
		return CMD_USAGE;
	log_init(conf->log_level);
	keeper = start_keeper(cmd, conf, &mute);
	guard_warn(conf);
	prepare_pass(&pass, cmd, conf, keeper);
	if (mute)
		pass.alert = NULL;
	rc = with_store(cmd, &pass, &err);
	if (rc == -1) {
		log_error("%s", err.msg);
		rc = err.kind == ERR_CONFIG ? CMD_USAGE : CMD_FAILED;
	}
	/* mail is synced all the same, but nobody is told of alerts */
	if (rc == CMD_OK && mute)
		rc = CMD_PARTIAL;
	servers_close(pass.servers);
	keeper_close(keeper);
	conf_free(conf);
	return rc;
}
