/*
 * check.c - exsync --check: the configuration only. Nothing is contacted,
 * nothing is written.
 */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/runner.h"
#include "core/party.h"
#include "net/tls.h"

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

/* The certificates to trust, if any server's is checked against them. */
static int
check_trust(const struct conf *c)
{
	struct err err = ERR_INIT;
	struct tls_trust *trust;
	size_t i;

	for (i = 0; i < c->nprofile; i++)
		if (strncmp(c->profile[i].url, "https:", 6) == 0 &&
		    c->profile[i].tls_pin == NULL)
			break;
	if (i == c->nprofile)
		return 0;
	if ((trust = tls_trust_load(c->ca_file, &err)) == NULL) {
		fprintf(stderr, "%s\n", err.msg);
		return -1;
	}
	tls_trust_free(trust);
	return 0;
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
	rc |= check_trust(c);
	if (rc == 0)
		printf("; %s is good: exsync --once starts a pass\n", c->path);
	conf_free(c);
	return rc == 0 ? CMD_OK : CMD_USAGE;
}
