/*
 * check.c - exsync --check: the configuration, and what looks wrong around it.
 * Contacts no server and writes nothing.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/guard.h"
#include "cmd/oddities.h"
#include "os/runner.h"
#include "os/sandbox.h"
#include "core/partycsv.h"
#include "store/admin.h"
#include "store/share.h"

/*
 * Reads a CSV file into list, and prints how many addresses it has. -1:
 * reported.
 */
static int
check_csv(const char *path, const char *what, const char *crm_type,
    struct party_list *list)
{
	struct err err = ERR_INIT;

	memset(list, 0, sizeof(*list));
	if (path == NULL)
		return 0;
	if (partycsv_load(list, path, crm_type, &err) == -1) {
		fprintf(stderr, "%s\n", err.msg);
		return -1;
	}
	printf("; %s: %zu addresses\n", what, list->n);
	return 0;
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
 * Reports what a pass would find wrong before it contacts a server: the CA
 * certificates, the proxy. The same error of several profiles is printed once.
 */
static int
check_profiles(const struct conf *c)
{
	struct err err = ERR_INIT, last = ERR_INIT;
	size_t i;
	int rc = 0;

	for (i = 0; i < c->nprofile; i++) {
		const struct provider_ops *ops = providers_for(&c->profile[i]);
		struct provider *p = ops->open(c, &c->profile[i], 1, &err);

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

/* Warns of a trigger or index that somebody else added to the database. */
static void
tell_foreign(void *arg, const char *type, const char *name, const char *table)
{
	const char *database = arg;

	if (strcmp(type, "trigger") == 0)
		log_warning("%s: trigger %s on %s is not exsync's: it does not "
			    "run for what exsync writes; read table change "
			    "instead, and remove it (DROP TRIGGER) unless you "
			    "know it",
		    database, name, table);
	else
		log_warning("%s: index %s on %s is not exsync's: writing costs "
			    "more, and fails where a UNIQUE one is in the way; "
			    "remove it (DROP INDEX) unless you know it",
		    database, name, table);
}

static void
check_database(const struct conf *c)
{
	struct err err = ERR_INIT;

	/* only a warning: a problem of the file is no error in the settings */
	if (store_foreign(c->database, tell_foreign, c->database, &err) == -1)
		log_warning("%s", err.msg);
}

/* For store_share_look. */
static void
warn_of_place(void *arg, const char *text)
{
	(void)arg;
	log_warning("database_group: %s", text);
}

/* Without database_group: has anybody but the owner a right all the same? */
static void
tell_modes(const char *database)
{
	struct stat st;

	if (stat(database, &st) == 0 && (st.st_mode & 077) != 0)
		printf("; %s: has mode %03o and group %u, and stays so without "
		       "database_group\n",
		    database, (unsigned)st.st_mode & 0777, (unsigned)st.st_gid);
}

/* Prints who may read the database. -1: a pass would refuse it; reported. */
static int
check_group(const struct conf *c)
{
	const struct share group = { c->database_group, c->database_gid };
	struct err err = ERR_INIT;
	int rc;

	if (group.group == NULL) {
		tell_modes(c->database);
		return 0;
	}
	rc = store_share_check(c->database, &group, &err);
	if (rc == -1)
		fprintf(stderr, "%s\n", err.msg);
	else
		printf("; database_group: %s (%u) may read and write %s, and "
		       "%s%s\n",
		    group.group, (unsigned)group.gid, c->database,
		    geteuid() == 0 ? "root need not be in it"
				   : "this user is in it",
		    rc == 1 ? "; the next pass sets the modes" : "");
	store_share_look(c->database, &group, warn_of_place, NULL);
	return rc == -1 ? -1 : 0;
}

/* Closes the sandbox as a pass would, to know what is then in force. */
static void
check_sandbox(const struct conf *c)
{
	struct sandbox is;

	sandbox_enter(c, false, &is);
	printf("; sandbox: %s\n", is.text);
}

int
check_run(const struct cmd *cmd)
{
	struct conf *c = cmd_conf(cmd);
	struct party_list users, contacts;
	int rc;

	if (c == NULL)
		return CMD_USAGE;
	conf_print(c, stdout);
	rc = check_csv(c->users, "users", "user", &users);
	if (rc == 0)
		oddities_tell(c, c->users != NULL ? &users : NULL);
	rc |= check_csv(c->contacts, "contacts", "contact", &contacts);
	rc |= check_command(c);
	rc |= check_profiles(c);
	rc |= check_group(c);
	check_database(c);
	guard_warn(c);
	check_sandbox(c);
	if (rc == 0)
		printf("; %s is good: exsync --once starts a pass\n", c->path);
	party_list_free(&users);
	party_list_free(&contacts);
	conf_free(c);
	return rc == 0 ? CMD_OK : CMD_USAGE;
}
