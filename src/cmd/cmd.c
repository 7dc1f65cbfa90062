/*
 * cmd.c - the command line.
 * 1. One table of commands: parsing, --help and the error texts come from it.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/address.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "cmd/cmd.h"
#include "store/share.h"
#include "store/store.h"

/* The val of each option that is no command; commands have 256 and up. */
enum { OPT_MAILBOX = 1000, OPT_PROFILE, OPT_DRY_RUN, OPT_JSON };

static int help_run(const struct cmd *);
static int version_run(const struct cmd *);
static int schema_run(const struct cmd *);

static const struct cmd_verb verbs[] = {
	{ "once", "one pass over all mailboxes, then exit", once_run, true,
	    NULL },
	{ "check", "the configuration: the settings in effect, or its errors",
	    check_run, false, NULL },
	{ "test", "can each mailbox be read? Every step, and what to repair",
	    test_run, false, "[ADDR]..." },
	{ "login", "a person logs in with a code (auth = oauth)", login_run,
	    false, "NAME|ADDRESS" },
	{ "status", "the state of all mailboxes: alerts, ages, counts",
	    status_run, false, NULL },
	{ "verify", "is every message there? Servers and database are compared",
	    verify_run, false, "[ADDR]..." },
	{ "why", "what was decided about a mail, or an address, and why",
	    why_run, false, "ID|ADDRESS" },
	{ "approve", "a mailbox that waits is read (approval = manual)",
	    approve_run, false, "ADDRESS" },
	{ "disable", "a mailbox is left alone", disable_run, false, "ADDRESS" },
	{ "enable", "a mailbox is read again", enable_run, false, "ADDRESS" },
	{ "resync", "read from its start, skipped mail is decided anew",
	    resync_run, false, "ADDRESS" },
	{ "forget", "a person is erased, and does not come back", forget_run,
	    false, "ADDRESS" },
	{ "unforget", "a forgotten person may be known again", unforget_run,
	    false, "ADDRESS" },
	{ "accept-directory",
	    "the next pass takes the lists of people as "
	    "they are",
	    accept_run, false, NULL },
	{ "compact", "give the space of removed mail back to the disk",
	    compact_run, false, NULL },
	{ "encrypt", "a password from standard input as enc: value for the INI",
	    encrypt_run, false, NULL },
	{ "schema", "the tables of the database, a comment per column",
	    schema_run, false, NULL },
	{ "help", "this text", help_run, false, NULL },
	{ "version", "the version", version_run, false, NULL },
};

#define NVERB (sizeof(verbs) / sizeof(verbs[0]))

static int
help_run(const struct cmd *cmd)
{
	size_t i;

	(void)cmd;
	printf("exsync carries mail from Microsoft Exchange to an SQLite file "
	       "for the CRM.\n\n"
	       "usage: exsync [-c FILE] --COMMAND [OPTION]...\n\n");
	for (i = 0; i < NVERB; i++)
		printf("  --%s %-*s %s\n", verbs[i].option,
		    17 - (int)strlen(verbs[i].option), str_nn(verbs[i].arg),
		    verbs[i].help);
	printf("\noptions:\n"
	       "  -c FILE              the INI file (default: exsync.ini)\n"
	       "  --mailbox ADDRESS    with --once: only this mailbox "
	       "(repeatable)\n"
	       "  --profile NAME       with --once, --test and --verify: only "
	       "this profile\n"
	       "  --dry-run            with --once: decide, write nothing\n"
	       "  --json               with --status, --test and --verify: as "
	       "one JSON object;\n"
	       "                       with --login: as one on each line\n"
	       "\nexit status: 0 all well, 1 some mailbox or message failed "
	       "and will be retried,\n2 usage or configuration, 3 nothing "
	       "could be synced, 4 another exsync is at work\n(no error: "
	       "nothing was done)\n");
	return CMD_OK;
}

static int
version_run(const struct cmd *cmd)
{
	(void)cmd;
	printf("exsync %s (database version %d)\n", EXSYNC_VERSION,
	    store_version());
	return CMD_OK;
}

static int
schema_run(const struct cmd *cmd)
{
	(void)cmd;
	store_schema(stdout);
	return CMD_OK;
}

struct conf *
cmd_conf(const struct cmd *cmd)
{
	return conf_load(cmd->conf, stderr);
}

struct conf *
cmd_conf_offline(const struct cmd *cmd)
{
	return conf_load_offline(cmd->conf, stderr);
}

struct store *
cmd_open_store(const struct conf *conf, int flags, struct err *err)
{
	const struct share group = {
		conf->database_gid == GROUP_NONE ? NULL : conf->database_group,
		conf->database_gid
	};

	if ((flags & STORE_READ_ONLY) == 0 &&
	    store_share(conf->database, &group, err) == -1)
		return NULL;
	return store_open(conf->database, flags, err);
}

bool
cmd_at_work(const struct err *err)
{
	if (err->cause != CAUSE_AT_WORK) {
		log_error("%s", err->msg);
		return false;
	}
	log_info("%s", err->msg);
	return true;
}

static int
refuse_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static int
refuse_usage(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "exsync: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "; exsync --help lists what there is\n");
	return -1;
}

/* option: what is before the address on the command line. */
static int
want_mailbox(struct cmd *cmd, const char *option, const char *address)
{
	char *n = address_normalise(address);

	if (n == NULL)
		return refuse_usage(
		    "%s %s: not an e-mail address", option, address);
	*VEC_ADD(cmd->mailbox, cmd->nmailbox) = n;
	return 0;
}

static bool
takes_many(const struct cmd_verb *v)
{
	return v->arg != NULL && v->arg[0] == '[';
}

/* An option that getopt_long refused is in optopt, or is the last word. */
static int
refuse_option(char **argv)
{
	if (optopt == 0)
		return refuse_usage("%s is not an option, or not a whole one",
		    argv[optind - 1]);
	if (optopt < 256)
		return refuse_usage("-%c is not an option", optopt);
	return refuse_usage("%s: this option takes no value", argv[optind - 1]);
}

/* One option that getopt_long found; c is its val. */
static int
take_option(struct cmd *cmd, int c, char **argv)
{
	if (c != '?' && c != ':' && optarg != NULL && *optarg == '\0')
		return refuse_usage("the value of an option is empty");
	switch (c) {
	case 'c':
		cmd->conf = optarg;
		return 0;
	case OPT_MAILBOX:
		return want_mailbox(cmd, "--mailbox", optarg);
	case OPT_PROFILE:
		cmd->profile = optarg;
		return 0;
	case OPT_DRY_RUN:
		cmd->dry_run = true;
		return 0;
	case OPT_JSON:
		cmd->json = true;
		return 0;
	case ':':
		return refuse_usage("%s wants a value", argv[optind - 1]);
	case '?':
		return refuse_option(argv);
	default:
		if (cmd->verb != NULL && cmd->verb != &verbs[c - 256])
			return refuse_usage(
			    "one command at a time: --%s is a second "
			    "one",
			    verbs[c - 256].option);
		cmd->verb = &verbs[c - 256];
		cmd->arg = optarg;
		return 0;
	}
}

/* word: the n words that belong to no option. */
static int
check_options(struct cmd *cmd, int n, char **word)
{
	bool many = cmd->verb != NULL && takes_many(cmd->verb);
	char option[32];
	int i;

	if (n > 0 && !many)
		return refuse_usage("%s: nothing is expected here", word[0]);
	if (cmd->verb == NULL)
		return refuse_usage("say what to do: --once, --check, ...");
	if (!cmd->verb->selects &&
	    (cmd->nmailbox > 0 || (cmd->profile != NULL && !many) ||
		cmd->dry_run))
		return refuse_usage(
		    "--mailbox, --profile and --dry-run do not go "
		    "with --%s",
		    cmd->verb->option);
	if (cmd->json && cmd->verb->run != status_run &&
	    cmd->verb->run != verify_run && cmd->verb->run != test_run &&
	    cmd->verb->run != login_run)
		return refuse_usage(
		    "--json does not go with --%s", cmd->verb->option);
	for (i = 0; i < n; i++) {
		snprintf(option, sizeof(option), "--%s", cmd->verb->option);
		if (want_mailbox(cmd, option, word[i]) == -1)
			return -1;
	}
	return 0;
}

static int
parse_options(struct cmd *cmd, int argc, char **argv)
{
	struct option opt[NVERB + 5];
	size_t i;
	int c;

	memset(opt, 0, sizeof(opt));
	for (i = 0; i < NVERB; i++) {
		opt[i].name = verbs[i].option;
		opt[i].val = 256 + (int)i;
		if (verbs[i].arg != NULL && !takes_many(&verbs[i]))
			opt[i].has_arg = required_argument;
	}
	opt[i++] =
	    (struct option){ "mailbox", required_argument, NULL, OPT_MAILBOX };
	opt[i++] =
	    (struct option){ "profile", required_argument, NULL, OPT_PROFILE };
	opt[i++] = (struct option){ "dry-run", no_argument, NULL, OPT_DRY_RUN };
	opt[i++] = (struct option){ "json", no_argument, NULL, OPT_JSON };
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":c:", opt, NULL)) != -1) {
		if (take_option(cmd, c, argv) == -1)
			return -1;
	}
	return check_options(cmd, argc - optind, argv + optind);
}

/*
 * Did the reader of standard output, perhaps head, want no more? The pipe knows
 * it; errno is that of the failed write only right after it.
 */
static bool
has_reader_left(void)
{
	struct pollfd p = { STDOUT_FILENO, POLLOUT, 0 };

	return poll(&p, 1, 0) == 1 && (p.revents & (POLLERR | POLLHUP)) != 0;
}

/* Checks the output, so that nobody takes half a report for a whole one. */
static int
end_output(int rc)
{
	const char *why;

	if (fflush(stdout) != 0)
		why = strerror(errno);
	else if (ferror(stdout))
		why = "a part of it is missing";
	else
		return rc;
	if (!has_reader_left())
		fprintf(stderr,
		    "exsync: standard output cannot be written: %s\n", why);
	return rc == CMD_OK ? CMD_FAILED : rc;
}

int
cmd_main(int argc, char **argv)
{
	struct cmd cmd;
	size_t i;
	int rc = CMD_USAGE;

	providers_add_keys();
	memset(&cmd, 0, sizeof(cmd));
	cmd.conf = "exsync.ini";
	log_init(LOG_INFO);
	if (parse_options(&cmd, argc, argv) == 0)
		rc = cmd.verb->run(&cmd);
	for (i = 0; i < cmd.nmailbox; i++)
		free(cmd.mailbox[i]);
	free(cmd.mailbox);
	return end_output(rc);
}
