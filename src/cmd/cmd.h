/*
 * cmd.h - the command line. The only floor that prints.
 * Floor: cmd.
 * Threads: the main thread.
 */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"
#include "core/provider.h"

/* Exit codes, as --help explains them. */
enum {
	CMD_OK = 0,
	CMD_PARTIAL = 1,
	CMD_USAGE = 2,
	CMD_FAILED = 3,
	CMD_AT_WORK = 4 /* another exsync is: no error, and nothing was done */
};

/* The parsed command line. Its strings belong to argv, except mailbox. */
struct cmd {
	const char *conf; /* -c; default exsync.ini */
	const struct cmd_verb *verb;
	const char *arg; /* the verb's own argument, or NULL */
	char **mailbox;  /* --mailbox, or the addresses, normalised */
	size_t nmailbox;
	const char *profile;
	bool dry_run, json;
};

/* One command: its option, what it does, what it takes. */
struct cmd_verb {
	const char *option; /* "once" */
	const char *help;
	int (*run)(const struct cmd *); /* returns the exit code */
	bool selects; /* takes --mailbox, --profile, --dry-run */
	/*
	 * The argument it needs, "ADDRESS"; in [], with "...": mailboxes, any
	 * number of them; NULL: none.
	 */
	const char *arg;
};

/* Parses argv and runs the command; returns the exit code. */
int cmd_main(int argc, char **argv);
/* The configuration; NULL: its errors were printed to standard error. */
struct conf *cmd_conf(const struct cmd *);
/* The same for a command that contacts no server (conf_load_offline). */
struct conf *cmd_conf_offline(const struct cmd *);
struct store;
/*
 * Opens the store (store_open). One that is to be written is given to
 * database_group before. NULL: see err.
 */
struct store *cmd_open_store(const struct conf *, int flags, struct err *);

/*
 * Logs why the command ends. True: another exsync is at work, which is no error
 * (CMD_AT_WORK).
 */
bool cmd_at_work(const struct err *);

int once_run(const struct cmd *);
int check_run(const struct cmd *);
int why_run(const struct cmd *);
int approve_run(const struct cmd *);
int enable_run(const struct cmd *);
int disable_run(const struct cmd *);
int accept_run(const struct cmd *);
int resync_run(const struct cmd *);
int login_run(const struct cmd *);
int status_run(const struct cmd *);
int compact_run(const struct cmd *);
int encrypt_run(const struct cmd *);
int verify_run(const struct cmd *);
int test_run(const struct cmd *);
int forget_run(const struct cmd *);
int unforget_run(const struct cmd *);

/* Adds the keys of each kind of server; to be called before an INI is read. */
void providers_add_keys(void);
/* The implementation behind a profile: the one list of providers. */
const struct provider_ops *providers_for(const struct conf_profile *);

#endif
