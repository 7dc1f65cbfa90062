/*
 * conf.h - the INI file, parsed, checked and with defaults.
 * Floor: conf.
 * Threads: read-only after conf_load; may be shared.
 *
 * One table row per key: section, name, type, default, bounds, help text.
 * The same table parses, validates, prints --check and generates
 * exsync.ini.example. Strings are owned by the struct conf.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/cryptcert.h"
#include "base/cryptrsa.h"
#include "base/err.h"
#include "base/group.h"
#include "base/log.h"
#include "conf/seal.h"

enum conf_auth {
	CONF_AUTH_BASIC,
	CONF_AUTH_NTLM,
	CONF_AUTH_AUTO,
	CONF_AUTH_OAUTH
};
enum conf_assertion { CONF_ASSERTION_PS256, CONF_ASSERTION_RS256 };
enum conf_access {
	CONF_ACCESS_IMPERSONATION,
	CONF_ACCESS_DELEGATE,
	CONF_ACCESS_MAILBOX
};
enum conf_impersonate { CONF_BY_SMTP, CONF_BY_UPN, CONF_BY_SID };
enum conf_mailboxes { CONF_MAILBOXES_USERS, CONF_MAILBOXES_LISTED };
#define CONF_DAYS_ALL (-1)
enum conf_match { CONF_MATCH_ANY, CONF_MATCH_CONTACT, CONF_MATCH_REPLIES };
enum conf_approval { CONF_APPROVAL_AUTOMATIC, CONF_APPROVAL_MANUAL };
enum conf_mailbox_type { CONF_MAILBOX_USER, CONF_MAILBOX_QUEUE };
enum conf_privacy { CONF_PRIVACY_FULL, CONF_PRIVACY_HEADERS };
enum conf_where { CONF_WHERE_ANY, CONF_WHERE_FROM, CONF_WHERE_TO };
enum conf_action { CONF_ACTION_KEEP, CONF_ACTION_HEADERS, CONF_ACTION_SKIP };

/* A list of strings: repeated key, comma-separated or continuation lines. */
struct conf_list {
	char **v;
	size_t n;
};

/*
 * OAuth 2.0 (auth = oauth): how tokens are asked for. With a secret or a
 * certificate exsync itself logs in (app-only, client credentials); with
 * neither a person does (device code), and the token is kept in state_dir.
 */
struct conf_oauth {
	char *tenant, *client_id, *scope;
	char *authority; /* https://host[:port] */
	char *secret_file, *certificate, *key_file;
	enum conf_assertion assertion;
	int64_t secret_expires; /* ms or TIM_NONE */
	/* what is in these files; NULL, too, after conf_load_offline */
	char *secret;
	struct cryptrsa *key;
	struct cryptcert *cert;
	/* the secret, or a hash of the certificate: other credentials have
	 * another */
	char *proof;
	/* those of [exsync], borrowed; the key that tokens are sealed with is
	 * NULL where none is kept */
	const char *proxy, *ca_file;
	const struct seal_key *seal;
};

struct conf_profile {
	char *name;
	char *url; /* from url, or made from server */
	enum conf_auth auth;
	/* password resolved; with a person's OAuth login what that is known
	 * by, which whoever reads state_dir puts there */
	char *username, *password;
	struct conf_oauth oauth;
	enum conf_access access;
	enum conf_impersonate impersonate_by;
	char *secrets_dir;               /* or NULL; need not exist */
	struct conf_list must_not_reach; /* addresses, normalised */
	struct conf_list domains;        /* as enc_domain makes them */
	enum conf_mailboxes mailboxes;
	enum conf_match match;
	int64_t process_email_from; /* ms or TIM_NONE */
	int past_mail;              /* days; 0: no; CONF_DAYS_ALL */
	int polling_interval;       /* minutes */
	bool polling_written;       /* it stands in the INI */
	int64_t stale_after;        /* ms; 0: not set */
	int max_connections;
	bool move_failed;
	enum conf_approval approval;
	struct conf_list folders, skip_folders;
	char *tls_pin; /* "sha256:hex" or NULL */
	void *own;     /* the keys of the kinds of servers: conf_own */
};

struct conf_mailbox {
	char *name;    /* of the section; NULL: made from a CRM user */
	char *address; /* normalised */
	const struct conf_profile *profile;
	enum conf_mailbox_type type;
	/* NULL: those of the profile; as there */
	char *username, *password;
	char *upn, *sid; /* who is impersonated, or NULL */
	bool incoming;
	enum conf_privacy privacy;
};

struct conf_rule {
	char *name;
	/* its conditions: all that are not empty must be met, and one is not */
	struct conf_list domain; /* "rival.example", "*.rival.example" */
	enum conf_where where;   /* whose domain */
	struct conf_list category;
	struct conf_list sensitivity; /* normal, personal, ... */
	enum conf_action action;
};

struct conf {
	char *path;
	/* names of files: a relative one in the INI begins at its directory */
	char *database;
	char *state_dir;      /* never NULL; need not exist */
	char *database_group; /* as it is written, or NULL */
	gid_t database_gid;   /* GROUP_NONE: no group, or (offline) unknown */
	enum log_level log_level;
	char *ca_file;         /* NULL: the system's */
	char *proxy;           /* http://host:port or NULL */
	char *secret_key_file; /* or NULL; need not exist */
	bool sandbox;
	char *alert_command;    /* or NULL */
	int64_t max_attachment; /* bytes */
	int shrink_limit;       /* percent */
	int retention_days;     /* of mail; 0, CONF_DAYS_ALL: for ever */
	int history_days;       /* of what happened; likewise */
	char *users, *contacts; /* CSV or NULL */
	struct conf_profile *profile;
	size_t nprofile;
	struct conf_mailbox *mailbox;
	size_t nmailbox;
	struct conf_rule *rule;
	size_t nrule;
	struct seal_key *seal; /* of secret_key_file, where tokens are kept */
};

/*
 * Reads the file. Every error becomes one line for errs:
 *	exsync.ini:12: polling_interval: must be a number from 1 to 1440
 * Returns NULL when there was any; all are reported, not just the first.
 * Nothing is contacted; password files and CSV paths are checked.
 */
struct conf *conf_load(const char *path, FILE *errs);
/*
 * The same for commands that need the database only. Passwords, CSV files and
 * certificates, which only a pass needs, are not read; passwords are NULL. (A
 * password may be readable for the service alone: LoadCredential=.)
 */
struct conf *conf_load_offline(const char *path, FILE *errs);
/*
 * The same from memory. The errors begin with name, and file names in the INI
 * are relative to its directory. Permissions of the INI are not checked.
 */
struct conf *
conf_read(const char *name, const char *data, size_t len, FILE *errs);
void conf_free(struct conf *);
/*
 * Reads the key in the INI's secret_key_file, for exsync --encrypt; the caller
 * wipes it. Errors elsewhere in the INI are ignored. A key file that does not
 * exist is created with a new key, and *made is its name, which the caller
 * frees; else *made is NULL. -1: reported to errs; a file may have been made.
 */
int conf_key(const char *path, struct seal_key *out, char **made, FILE *errs);
/*
 * Reads the password of a mailbox from the file in secrets_dir that is named by
 * its (normalised) address: *password, which the caller wipes and frees. Checks
 * are those of password_file. -1: ERR_CONFIG, no-secret (there is no file),
 * bad-secret or secret-name; the message says what to do.
 */
int conf_secret(const struct conf *, const struct conf_profile *,
    const char *address, char **password, struct err *);
/* The effective settings as an INI; secrets as "(set)". */
void conf_print(const struct conf *, FILE *);
/* Of these settings those that decide which mail is kept: all rules, ... */
void conf_print_rules(const struct conf *, FILE *);
/* ... and the addresses of the mailboxes with privacy = headers. */
void conf_print_privacy(const struct conf *, FILE *);
/* The content of exsync.ini.example. */
void conf_example(FILE *);

struct conf_keys; /* conf/confkeys.h */
/* The struct that the CONF_OWN rows of a kind of server fill. */
const void *conf_own(const struct conf_profile *, const struct conf_keys *);

/* Does exsync itself log in, and not a person? */
bool conf_is_app(const struct conf_oauth *);

/* The profile of that name, or NULL. */
const struct conf_profile *conf_profile(const struct conf *, const char *);

#endif
