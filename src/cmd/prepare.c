/*
 * prepare.c - what the commands that contact a server have in common.
 */
#include <string.h>

#include "cmd/permitlist.h"
#include "cmd/prepare.h"
#include "cmd/progress.h"
#include "os/keeper.h"
#include "os/sandbox.h"
#include "sync/servers.h"

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

/* For struct pass.note. */
static int
note_permits(void *arg, const struct permit *v, size_t n, struct err *err)
{
	const struct pass *pass = arg;

	return permitlist_note(pass->conf, pass->store, v, n, err);
}

int
prepare_permits(struct pass *pass, struct permit_list *list, struct err *err)
{
	if (permitlist_load(
		pass->conf, pass->store, !pass->dry_run, list, err) == -1)
		return -1;
	pass->permits = list;
	return 0;
}

void
prepare_pass(struct pass *pass, const struct cmd *cmd, const struct conf *conf,
    struct keeper *keeper)
{
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
	pass->note = note_permits;
	pass->note_arg = pass;
	if (keeper != NULL)
		pass->keep = (struct keep){ keeper_read, keeper_write,
			keeper_done, keeper_aside, keeper };
}
