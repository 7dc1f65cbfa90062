/*
 * check.c - exsync --check: the configuration only. Nothing is contacted,
 * nothing is written.
 */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/runner.h"
#include "core/party.h"

/* The CSV files: readable, and how much is in them. */
static int
check_csv(const char *path, const char *what, const char *crm_type)
{
	struct party_list list;
	struct err err = ERR_INIT;
	int rc = 0;

	if (path == NULL)
		return 0;
	memset(&list, 0, sizeof(list));
	if (party_csv(&list, path, crm_type, &err) == -1) {
		fprintf(stderr, "%s\n", err.msg);
		rc = -1;
	} else
		printf("; %s: %zu addresses\n", what, list.n);
	party_list_free(&list);
	return rc;
}

static int
check_command(const struct conf *c)
{
	struct err err = ERR_INIT;

	if (c->alert_command == NULL ||
	    runner_check(c->alert_command, &err) == 0)
		return 0;
	fprintf(stderr, "%s\n", err.msg);
	return -1;
}

/*
 * What a pass would find out before it contacts anything: certificates to
 * trust, a proxy that is none. The same is said once.
 */
static int
check_profiles(const struct conf *c)
{
	struct err err = ERR_INIT, last = ERR_INIT;
	size_t i;
	int rc = 0;

	for (i = 0; i < c->nprofile; i++) {
		const struct provider_ops *ops = providers_for(&c->profile[i]);
		struct provider *p = ops->open(c, &c->profile[i], &err);

		if (p != NULL) {
			ops->close(p);
			continue;
		}
		if (strcmp(err.msg, last.msg) != 0)
			fprintf(stderr, "profile %s: %s\n", c->profile[i].name,
			    err.msg);
		last = err;
		rc = -1;
	}
	return rc;
}

int
check_run(const struct cmd *cmd)
{
	struct conf *c = cmd_conf(cmd);
	int rc;

	if (c == NULL)
		return CMD_USAGE;
	conf_print(c, stdout);
	rc = check_csv(c->users, "users", "user");
	rc |= check_csv(c->contacts, "contacts", "contact");
	rc |= check_command(c);
	rc |= check_profiles(c);
	if (rc == 0)
		printf("; %s is good: exsync --once starts a pass\n", c->path);
	conf_free(c);
	return rc == 0 ? CMD_OK : CMD_USAGE;
}
