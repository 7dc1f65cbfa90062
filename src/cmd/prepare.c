/*
 * prepare.c - what the commands that contact a server have in common.
 */
#include <string.h>

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
	if (keeper != NULL)
		pass->keep = (struct keep){ keeper_read, keeper_write,
			keeper_done, keeper_aside, keeper };
}
