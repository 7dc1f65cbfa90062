/*
 * once.c - exsync --once: one pass, then exit.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/stop.h"
#include "base/tim.h"
#include "cmd/cmd.h"
#include "cmd/progress.h"
#include "cmd/sandbox.h"
#include "store/store.h"
#include "sync/pass.h"

static void
plural(int64_t n, const char *one, const char *many, const char *end)
{
	printf("%lld %s%s", (long long)n, n == 1 ? one : many, end);
}

/* The result, in one or two lines that a person understands. */
static void
report(const struct cmd *cmd, const struct pass_counts *c, int64_t ms)
{
	const struct store_count *s = &c->store;

	if (cmd->dry_run)
		printf("dry run, nothing was written: ");
	plural(c->mailboxes, "mailbox", "mailboxes", "");
	if (c->mailboxes_failed > 0)
		printf(" (%lld failed)", (long long)c->mailboxes_failed);
	printf(" in %lld.%01lld s: ", (long long)(ms / 1000),
	    (long long)(ms % 1000 / 100));
	plural(s->emails, "mail", "mails",
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
	if (stop_requested())
		printf("interrupted: the next pass goes on from here\n");
}

static int
run(const struct cmd *cmd, const struct conf *conf, struct store *store,
    struct err *err)
{
	static const int code[] = { CMD_OK, CMD_PARTIAL, CMD_FAILED };
	struct pass_counts count;
	enum pass_outcome outcome = PASS_FAILED;
	struct pass pass;
	int64_t began = tim_mono();
	int rc;

	memset(&count, 0, sizeof(count));
	memset(&pass, 0, sizeof(pass));
	pass.conf = conf;
	pass.store = store;
	pass.provider_for = providers_for;
	pass.dry_run = cmd->dry_run;
	pass.only = (const char *const *)cmd->mailbox;
	pass.nonly = cmd->nmailbox;
	pass.profile = cmd->profile;
	pass.tick = progress_tick;
	if (!cmd->dry_run && store_lock(store, err) == -1)
		return -1;
	progress_begin();
	rc = pass_run(&pass, &count, &outcome, err);
	progress_end();
	if (rc == -1)
		return -1;
	report(cmd, &count, tim_mono() - began);
	return code[outcome];
}

int
once_run(const struct cmd *cmd)
{
	struct err err = ERR_INIT;
	struct conf *conf = cmd_conf(cmd);
	struct store *store;
	int rc = -1;

	if (conf == NULL)
		return CMD_USAGE;
	log_init(conf->log_level);
	store = store_open(
	    conf->database, cmd->dry_run ? STORE_READ_ONLY : 0, &err);
	if (store != NULL) {
		sandbox_enter(conf, false);
		rc = run(cmd, conf, store, &err);
	}
	if (rc == -1) {
		log_error("%s", err.msg);
		rc = err.kind == ERR_CONFIG ? CMD_USAGE : CMD_FAILED;
	}
	store_close(store);
	conf_free(conf);
	return rc;
}
