/*
 * confkeys.c - the table of all sections and keys of the INI file.
 * 1. Rows of a section stand together, in the order of the example.
 * 2. Keys of one kind of server are not here: it adds them (confkeys_add).
 * 3. A def is text that the same row's parser accepts.
 * 4. words stand in the order of the enum they fill.
 */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "conf/conf.h"
#include "conf/confkeys.h"

#define AT(type, field) offsetof(struct type, field)

const struct conf_section_info confkeys_section[CONF_NSECTION] = {
	[CONF_EXSYNC] = { "exsync", NULL, "exsync itself." },
	[CONF_DIRECTORY] = { "directory", NULL,
	    "Whom the CRM knows. CSV files with a header line: "
	    "crm_id,address,name; comma or semicolon. A person with several "
	    "addresses has several rows. Leave both keys out when the CRM "
	    "writes table party of the database itself." },
	[CONF_PROFILE] = { "profile", "hq",
	    "One e-mail server profile: a server and how to log in. There may "
	    "be several, each with a name of its own." },
	[CONF_MAILBOX] = { "mailbox", "sales",
	    "A shared mailbox of the CRM (a queue), or one user's own "
	    "settings. Optional, any number of them." },
	[CONF_RULE] = { "rule", "rivals",
	    "Rules: in the order of this file the first that fits a mail "
	    "decides. A rule has a domain, a category or a sensitivity, or "
	    "several of them, and fits where all of them do. Optional, any "
	    "number of them." },
};

/* clang-format off */
static const struct conf_key common[] = {
	{ CONF_EXSYNC, "database", CONF_DATABASE, AT(conf, database),
	    CONF_SHOWN, "exsync.db", 0, 0, NULL, NULL,
	    "The SQLite file that the CRM reads; it is created. Names of "
	    "files are relative to the directory of this file." },
	{ CONF_EXSYNC, "state_dir", CONF_STATEDIR, AT(conf, state_dir),
	    0, NULL, 0, 0, NULL, "exsync.state",
	    "A directory for what the CRM must not read: how rejected "
	    "passwords are known again, and whom exsync was told to forget "
	    "(--forget): put it into the backup. Nobody but exsync needs it. "
	    "Absent: the database's name with .state in place of its "
	    "ending." },
	{ CONF_EXSYNC, "database_group", CONF_GROUP, AT(conf, database_group),
	    0, NULL, 0, 0, NULL, "crm",
	    "The group (a name in /etc/group, or a number) of the programs "
	    "that read the database. The file, its -wal, -shm and .lock get "
	    "it with mode 660, and their directory with mode 2770, so "
	    "nothing else may lie there: state_dir must be written too. The "
	    "user that exsync runs as must be in the group. Absent: modes "
	    "and groups are left as they are; a new file is its owner's "
	    "alone." },
	{ CONF_EXSYNC, "log_level", CONF_WORD, AT(conf, log_level),
	    CONF_SHOWN, "info", 0, 0, "error|warning|info|debug", NULL,
	    "What is logged to standard error." },
	{ CONF_EXSYNC, "ca_file", CONF_FILE, AT(conf, ca_file),
	    0, NULL, 0, 0, NULL, "company-ca.pem",
	    "Certificates (PEM) of the authorities to trust, instead of the "
	    "system's." },
	{ CONF_EXSYNC, "proxy", CONF_PROXY, AT(conf, proxy),
	    0, NULL, 0, 0, NULL, "http://proxy.contoso.example:3128",
	    "HTTP proxy for the way to the servers, "
	    "http://[user:password@]host:port. Absent: what HTTPS_PROXY and "
	    "NO_PROXY in the environment say." },
	{ CONF_EXSYNC, "secret_key_file", CONF_KEYFILE,
	    AT(conf, secret_key_file), 0, NULL, 0, 0, NULL, "exsync.key",
	    "The key of passwords written as enc:..., which exsync --encrypt "
	    "makes; it makes this file too when there is none. Only its owner "
	    "may read it (chmod 600)." },
	{ CONF_EXSYNC, "sandbox", CONF_BOOL, AT(conf, sandbox),
	    0, "yes", 0, 0, NULL, NULL,
	    "After start-up exsync keeps only the files and system calls that "
	    "it needs (Landlock, seccomp). no: for looking for errors." },
	{ CONF_EXSYNC, "max_attachment_mb", CONF_MEGABYTES,
	    AT(conf, max_attachment), 0, "100", 0, 900, NULL, NULL,
	    "The content of larger attachments is not stored, only their "
	    "name, type and size. 0: of none." },

	{ CONF_EXSYNC, "alert_command", CONF_COMMAND,
	    AT(conf, alert_command), 0, NULL, 0, 0, NULL,
	    "/usr/local/bin/tell-admin --from exsync",
	    "A program with its arguments, run once when something goes wrong "
	    "(a login is rejected, a mailbox cannot be read, ...) and once "
	    "when that is over, with the news as text on its standard input. "
	    "When it fails the next pass runs it again. No shell is "
	    "involved." },

	{ CONF_EXSYNC, "shrink_limit", CONF_INT, AT(conf, shrink_limit), 0,
	    "20", 0, 100, NULL, NULL,
	    "Percent of its rows that a list of people (users, contacts, table "
	    "party) may lose at once. One that loses more, and at least 20, is "
	    "an alert, and the last good list stays in force until the list "
	    "is whole again or exsync --accept-directory was run." },
	{ CONF_EXSYNC, "retention_days", CONF_DAYS, AT(conf, retention_days), 0,
	    "all", 1, 36500, NULL, NULL,
	    "How many days mail is kept, counted in whole days (UTC) from "
	    "when it was received. Older mail is removed from the database, "
	    "with an expire row in table change, and is not fetched; in the "
	    "mailboxes it stays. all: mail is kept for ever." },
	{ CONF_EXSYNC, "history_days", CONF_DAYS, AT(conf, history_days), 0,
	    "all", 7, 36500, NULL, NULL,
	    "How many days rows of the tables change (once every consumer has "
	    "acknowledged them) and run, resolved rows of alert and decisions "
	    "about items that are gone are kept. all: for ever." },
	{ CONF_DIRECTORY, "users", CONF_LIST, AT(conf, users),
	    CONF_SHOWN, NULL, 0, 0, NULL, "users.csv",
	    "The CRM's own users." },
	{ CONF_DIRECTORY, "contacts", CONF_LIST, AT(conf, contacts),
	    CONF_SHOWN, NULL, 0, 0, NULL, "contacts.csv",
	    "Everybody else the CRM knows. One more column is allowed: "
	    "crm_type (contact, lead, account, ...; absent: contact)." },

	{ CONF_PROFILE, "auth", CONF_WORD, AT(conf_profile, auth),
	    0, "basic", 0, 0, "basic|ntlm|auto|oauth", NULL,
	    "How to log in: with the user name and password in each request "
	    "(basic), by NTLMv2, which Exchange allows as it comes (ntlm; the "
	    "password itself is not sent), by the stronger of the two that "
	    "the server offers (auto), or with a token of Microsoft Entra, as "
	    "Microsoft 365 wants it (oauth): then the keys after "
	    "password say how it is asked for, and no password is used." },
	{ CONF_PROFILE, "username", CONF_LOGIN, AT(conf_profile, username),
	    CONF_SHOWN, NULL, 0, 0, NULL, "CONTOSO\\svc-exsync",
	    "The account that opens the mailboxes: DOMAIN\\name or "
	    "name@domain. Not with access = mailbox." },
	{ CONF_PROFILE, "password_file", CONF_SECRET, 0,
	    CONF_SHOWN, NULL, 0, 0, NULL, "hq.password",
	    "Its password: a file that holds it in one line and that only "
	    "its owner may read (chmod 600). Under systemd the name of a "
	    "credential (LoadCredential=) goes first." },
	{ CONF_PROFILE, "password_env", CONF_SECRET, 0,
	    0, NULL, 0, 0, NULL, "EXSYNC_HQ_PASSWORD",
	    "Or the name of an environment variable that holds it." },
	{ CONF_PROFILE, "password", CONF_SECRET, AT(conf_profile, password),
	    0, NULL, 0, 0, NULL, "correct horse battery staple",
	    "Or the password itself, as it stands, without quotes; then only "
	    "the owner may read this file (chmod 600). Or enc:..., as exsync "
	    "--encrypt prints it." },
	{ CONF_PROFILE, "tenant_id", CONF_NAME,
	    AT(conf_profile, oauth.tenant), 0, NULL, 0, 0, NULL,
	    "contoso.onmicrosoft.com",
	    "With auth = oauth: the directory, its id or one of its domains. "
	    "For a person's login also common, organizations or consumers "
	    "(Outlook.com). Absent: common." },
	{ CONF_PROFILE, "client_id", CONF_NAME,
	    AT(conf_profile, oauth.client_id), 0, NULL, 0, 0, NULL,
	    "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
	    "The application (client) id of exsync's app registration." },
	{ CONF_PROFILE, "client_secret_file", CONF_KEYFILE,
	    AT(conf_profile, oauth.secret_file), 0, NULL, 0, 0, NULL,
	    "hq.secret",
	    "exsync logs in by itself, with this client secret: a file as for "
	    "password_file. Without a secret and a certificate a person logs "
	    "in with exsync --login: the username of this section, or with "
	    "access = mailbox each mailbox's own; secret_key_file is needed "
	    "then, since the token is kept in state_dir." },
	{ CONF_PROFILE, "client_certificate", CONF_KEYFILE,
	    AT(conf_profile, oauth.certificate), 0, NULL, 0, 0, NULL,
	    "hq-app.crt",
	    "Or with this certificate (PEM), which is uploaded to the app "
	    "registration, and" },
	{ CONF_PROFILE, "client_key_file", CONF_KEYFILE,
	    AT(conf_profile, oauth.key_file), 0, NULL, 0, 0, NULL,
	    "hq-app.key",
	    "its private key: RSA, PEM, without a passphrase, readable for "
	    "its owner only (chmod 600)." },
	{ CONF_PROFILE, "assertion", CONF_WORD,
	    AT(conf_profile, oauth.assertion), 0, "ps256", 0, 0,
	    "ps256|rs256", NULL,
	    "How the certificate's key signs: as Microsoft writes it today "
	    "(PS256 with x5t#S256), or the older way (RS256 with x5t), for a "
	    "token service that knows no other." },
	{ CONF_PROFILE, "authority", CONF_AUTHORITY,
	    AT(conf_profile, oauth.authority), 0, NULL, 0, 0, "/",
	    "https://login.microsoftonline.com",
	    "Who gives the tokens. Absent: the one of the server's cloud." },
	{ CONF_PROFILE, "scope", CONF_NAME, AT(conf_profile, oauth.scope),
	    0, NULL, 0, 0, NULL, "https://outlook.office365.com/.default",
	    "What the token is for. Absent: EWS at this server." },
	{ CONF_PROFILE, "secret_expires", CONF_DATE,
	    AT(conf_profile, oauth.secret_expires), 0, NULL, 0, 0, NULL,
	    "2027-06-30",
	    "The day on which the client secret ends, as Entra shows it: an "
	    "alert comes 60, 30, 7 and 1 days before. A certificate says it "
	    "by itself." },
	{ CONF_PROFILE, "access", CONF_WORD, AT(conf_profile, access),
	    CONF_SHOWN, "impersonation", 0, 0,
	    "impersonation|delegate|mailbox", NULL,
	    "How that account may open a mailbox: by the right of "
	    "impersonation, as its delegate (Full Access), or mailbox: not "
	    "at all, each mailbox has credentials of its own, in [mailbox "
	    "...] or in secrets_dir." },
	{ CONF_PROFILE, "impersonate_by", CONF_WORD,
	    AT(conf_profile, impersonate_by), 0, "smtp", 0, 0, "smtp|upn|sid",
	    NULL,
	    "What names the mailbox's owner when that account impersonates "
	    "them: the mailbox's primary address (smtp), or column upn or sid "
	    "of users.csv or of table party, or the key of that name in "
	    "[mailbox ...]. upn and sid save the server a search, and work "
	    "where an address is not the primary one." },
	{ CONF_PROFILE, "secrets_dir", CONF_SECRETDIR,
	    AT(conf_profile, secrets_dir), 0, NULL, 0, 0, NULL, "secrets",
	    "With access = mailbox: a directory with one file per mailbox, "
	    "named by its address in lower case, that holds its password as a "
	    "password_file does (chmod 600). The user name is the address, "
	    "unless a [mailbox ...] says otherwise; a password there goes "
	    "first. A mailbox whose file is missing is not read, the others "
	    "are." },
	{ CONF_PROFILE, "must_not_reach", CONF_ADDRESSES,
	    AT(conf_profile, must_not_reach), 0, NULL, 0, 0, NULL,
	    "boss@contoso.example",
	    "Addresses of mailboxes that the account should have no right to "
	    "open, comma separated: exsync --test warns when it can." },
	{ CONF_PROFILE, "domains", CONF_DOMAINS, AT(conf_profile, domains),
	    CONF_SHOWN | CONF_REQUIRED, NULL, 0, 0, NULL, "contoso.example",
	    "Mailboxes of these domains only, comma separated. Mail between "
	    "addresses of these domains is internal." },
	{ CONF_PROFILE, "mailboxes", CONF_WORD, AT(conf_profile, mailboxes),
	    CONF_SHOWN, "users", 0, 0, "users|listed", NULL,
	    "users: the address of every CRM user in these domains, and each "
	    "[mailbox ...]. listed: each [mailbox ...] only (so it is with "
	    "access = mailbox without secrets_dir)." },
	{ CONF_PROFILE, "match", CONF_WORD, AT(conf_profile, match),
	    CONF_SHOWN, "any", 0, 0, "any|contact|replies", "contact",
	    "Which mail is kept. any: a user or a contact is among its "
	    "senders and recipients, or it arrived in a queue. contact: at least one contact. replies: "
	    "only answers to mail that is already stored." },
	{ CONF_PROFILE, "process_email_from", CONF_DATE,
	    AT(conf_profile, process_email_from), CONF_SHOWN, NULL, 0, 0,
	    NULL, "2026-01-01",
	    "Mail received before is left alone: a date, or date and time "
	    "(UTC) as 2026-01-01T08:00:00Z. Absent: all mail there is." },
	{ CONF_PROFILE, "past_mail", CONF_DAYS, AT(conf_profile, past_mail),
	    0, "all", 1, 36500, NULL, NULL,
	    "When a person comes into the CRM: earlier mail with that person, "
	    "which was skipped before, is fetched too. all: all of it; a "
	    "number of days: mail of these last days; no: none." },
	{ CONF_PROFILE, "polling_interval", CONF_INT,
	    AT(conf_profile, polling_interval), 0, "5", 1, 1440, NULL, NULL,
	    "Minutes from one pass to the next, at least. Where it is written "
	    "it should say what the scheduler does: --status is not ALL WELL "
	    "when none has come for three times as long. Absent: for three "
	    "times as long as usual." },
	{ CONF_PROFILE, "stale_after", CONF_DURATION,
	    AT(conf_profile, stale_after), 0, NULL, 5, 525600, NULL, "24h",
	    "A mailbox without a good pass for longer is an alert, and the "
	    "exit status is not 0: 90m, 24h, 2d. Absent: 24h." },
	{ CONF_PROFILE, "max_connections", CONF_INT,
	    AT(conf_profile, max_connections), 0, "10", 1, 64, NULL, NULL,
	    "Connections to the server at the same time, at most." },
	{ CONF_PROFILE, "move_failed", CONF_BOOL,
	    AT(conf_profile, move_failed), 0, "no", 0, 0, NULL, NULL,
	    "yes: mail that cannot be stored, after its last try, is moved "
	    "to the mailbox's folder Undeliverable, which is made when it is "
	    "missing. The only thing that exsync ever changes in a mailbox." },
	{ CONF_PROFILE, "approval", CONF_WORD, AT(conf_profile, approval),
	    0, "automatic", 0, 0, "automatic|manual", NULL,
	    "manual: a new mailbox waits for exsync --approve ADDRESS." },
	{ CONF_PROFILE, "folders", CONF_FOLDERS, AT(conf_profile, folders),
	    0, NULL, 0, 0, NULL, "@inbox, @sentitems, Inbox/Projects/*",
	    "Only these folders, comma separated, instead of every mail "
	    "folder except drafts, outbox, junk, deleted, sync issues, "
	    "conversation history, search folders and what lies below them. "
	    "Inbox/Projects: a path from the top as the mailbox shows it. "
	    "Inbox/Projects/*: it and all below it. @inbox: a well-known "
	    "folder, whatever its name is in the mailbox's language. One that "
	    "is otherwise left out (@junkemail) is read when it is named "
	    "here. So is one that is no mail folder (contacts, a calendar, a "
	    "program's own) when its very path stands here; lying below a /* "
	    "is not enough, and a search folder is never read. What is no "
	    "mail is left out (rule item_class). A comma in a folder's name "
	    "is written \\, here." },
	{ CONF_PROFILE, "skip_folders", CONF_FOLDERS,
	    AT(conf_profile, skip_folders), 0, NULL, 0, 0, NULL,
	    "Inbox/Newsletters",
	    "Not these, nor what lies below them; the same form. Wins over "
	    "folders." },
	{ CONF_PROFILE, "tls_pin", CONF_PIN, AT(conf_profile, tls_pin),
	    0, NULL, 0, 0, NULL, "sha256:"
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	    "SHA-256 of the server's own certificate (DER): exactly this one "
	    "is trusted, whoever signed it. For self-signed servers; the "
	    "error that their certificate leads to names it." },

	{ CONF_MAILBOX, "address", CONF_ADDRESS, AT(conf_mailbox, address),
	    CONF_SHOWN | CONF_REQUIRED, NULL, 0, 0, NULL,
	    "sales@contoso.example",
	    "Its main address, in one of the profile's domains." },
	{ CONF_MAILBOX, "profile", CONF_REF, AT(conf_mailbox, profile),
	    CONF_SHOWN | CONF_REQUIRED, NULL, 0, 0, NULL, "hq",
	    "The profile it is reached by." },
	{ CONF_MAILBOX, "type", CONF_WORD, AT(conf_mailbox, type),
	    CONF_SHOWN, "user", 0, 0, "user|queue", "queue",
	    "user: a CRM user's own mailbox. queue: mail to it concerns the "
	    "CRM as such, under this section's name; with match = any that "
	    "is all that arrives in it, whomever it names." },
	{ CONF_MAILBOX, "username", CONF_LOGIN, AT(conf_mailbox, username),
	    0, NULL, 0, 0, NULL, "sales@contoso.example",
	    "Credentials of its own, instead of the profile's." },
	{ CONF_MAILBOX, "password_file", CONF_SECRET, 0,
	    0, NULL, 0, 0, NULL, "sales.password",
	    "As in the profile; password_env and password work here too." },
	{ CONF_MAILBOX, "password_env", CONF_SECRET, 0,
	    0, NULL, 0, 0, NULL, "EXSYNC_SALES_PASSWORD", NULL },
	{ CONF_MAILBOX, "password", CONF_SECRET, AT(conf_mailbox, password),
	    0, NULL, 0, 0, NULL, "correct horse battery staple", NULL },
	{ CONF_MAILBOX, "upn", CONF_UPN, AT(conf_mailbox, upn),
	    0, NULL, 0, 0, NULL, "sales@corp.contoso.example",
	    "With impersonate_by = upn: the user principal name of its "
	    "account. Absent: that of the CRM user with this address." },
	{ CONF_MAILBOX, "sid", CONF_SID, AT(conf_mailbox, sid),
	    0, NULL, 0, 0, NULL,
	    "S-1-5-21-1004336348-1177238915-682003330-1234",
	    "With impersonate_by = sid: likewise its security identifier." },
	{ CONF_MAILBOX, "incoming", CONF_BOOL, AT(conf_mailbox, incoming),
	    0, "yes", 0, 0, NULL, NULL,
	    "no: this mailbox is not read." },
	{ CONF_MAILBOX, "privacy", CONF_WORD, AT(conf_mailbox, privacy),
	    0, "full", 0, 0, "full|headers", NULL,
	    "headers: bodies and attachments of its mail are not stored." },

	{ CONF_RULE, "domain", CONF_PATTERNS, AT(conf_rule, domain),
	    CONF_SHOWN, NULL, 0, 0, NULL, "rival.example, *.rival.example",
	    "Domains, comma separated. *.rival.example means every domain "
	    "below rival.example, but not rival.example itself." },
	{ CONF_RULE, "where", CONF_WORD, AT(conf_rule, where),
	    CONF_SHOWN, "any", 0, 0, "any|from|to", NULL,
	    "from: the sender is there. to: one of the recipients (To, Cc, "
	    "Bcc). any: either." },
	{ CONF_RULE, "category", CONF_NAMES, AT(conf_rule, category),
	    0, NULL, 0, 0, NULL, "Private, Not for the CRM",
	    "Categories in Outlook, comma separated, in upper or lower case: "
	    "the mailbox's owner has given the mail one of them. What is "
	    "stored is taken back when a later category skips it." },
	{ CONF_RULE, "sensitivity", CONF_WORDS, AT(conf_rule, sensitivity),
	    0, NULL, 0, 0, "normal|personal|private|confidential",
	    "private, confidential",
	    "The mail has one of these sensitivities: normal, personal, "
	    "private, confidential." },
	{ CONF_RULE, "action", CONF_WORD, AT(conf_rule, action),
	    CONF_SHOWN | CONF_REQUIRED, NULL, 0, 0, "keep|headers|skip",
	    "skip",
	    "skip: not stored. headers: without body and attachments. keep: "
	    "as usual, and no later rule is asked. What is kept must still "
	    "pass the profile's match." },
};
/* clang-format on */
#define NCOMMON (sizeof(common) / sizeof(common[0]))

/* The rows of the kinds of servers, in the order in which they were added. */
static struct conf_keys *added;

void
confkeys_add(struct conf_keys *keys)
{
	struct conf_keys **end = &added;
	size_t at = 0;

	for (; *end != NULL; end = &(*end)->next) {
		if (*end == keys)
			return;
		at = (*end)->at + (*end)->size;
	}
	/* each struct begins at an address that suits any type */
	keys->at =
	    (at + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
	keys->next = NULL;
	*end = keys;
}

size_t
confkeys_own_size(void)
{
	const struct conf_keys *k;
	size_t size = 0;

	for (k = added; k != NULL; k = k->next)
		size = k->at + k->size;
	return size;
}

size_t
confkeys_own_at(const struct conf_key *key)
{
	const struct conf_keys *k = added;

	while (key < k->key || key >= k->key + k->n)
		k = k->next;
	return k->at + key->offset;
}

/* The rows that kinds of servers added begin section [profile]. */
const struct conf_key *
confkeys_at(size_t i)
{
	const struct conf_keys *k;
	size_t first = 0;

	while (common[first].section != CONF_PROFILE)
		first++;
	if (i < first)
		return &common[i];
	i -= first;
	for (k = added; k != NULL; k = k->next) {
		if (i < k->n)
			return &k->key[i];
		i -= k->n;
	}
	return first + i < NCOMMON ? &common[first + i] : NULL;
}

/* Keys that are planned and that this version does not have. */
static const struct {
	const char *name, *instead;
} later[] = {
	{ "autodiscover", "give server or url" },
	{ "retention_days", "remove the line" },
	{ "status_page", "remove the line" },
	{ "metrics_file", "remove the line" },
};

bool
confkeys_is_list(const struct conf_key *k)
{
	return k->type >= CONF_DOMAINS;
}

const struct conf_key *
confkeys_find(enum conf_section section, const char *name)
{
	const struct conf_key *k;
	size_t i;

	for (i = 0; (k = confkeys_at(i)) != NULL; i++)
		if (k->section == section && strcmp(k->name, name) == 0)
			return k;
	return NULL;
}

enum conf_section
confkeys_section_find(const char *word)
{
	enum conf_section s;

	for (s = 0; s < CONF_NSECTION; s++)
		if (strcmp(confkeys_section[s].word, word) == 0)
			break;
	return s;
}

bool
confkeys_word(const char *words, size_t i, char *out, size_t size)
{
	size_t n;

	for (; i > 0; i--) {
		if ((words = strchr(words, '|')) == NULL)
			return false;
		words++;
	}
	n = strcspn(words, "|");
	snprintf(out, size, "%.*s", (int)n, words);
	return true;
}

static unsigned
least_of(unsigned a, unsigned b, unsigned c)
{
	if (b < a)
		a = b;
	return c < a ? c : a;
}

unsigned
confkeys_distance(const char *a, const char *b)
{
	unsigned row[3][65];
	size_t i, j, n = strlen(a), m = strlen(b);

	if (n > 64 || m > 64)
		return 64;
	for (j = 0; j <= m; j++)
		row[0][j] = (unsigned)j;
	for (i = 1; i <= n; i++) {
		unsigned *now = row[i % 3], *up = row[(i + 2) % 3];
		unsigned *up2 = row[(i + 1) % 3];

		now[0] = (unsigned)i;
		for (j = 1; j <= m; j++) {
			bool same = str_ieqn(a + i - 1, b + j - 1, 1);

			now[j] = least_of(
			    up[j] + 1, now[j - 1] + 1, up[j - 1] + !same);
			if (i > 1 && j > 1 && !same &&
			    str_ieqn(a + i - 1, b + j - 2, 1) &&
			    str_ieqn(a + i - 2, b + j - 1, 1) &&
			    up2[j - 2] + 1 < now[j])
				now[j] = up2[j - 2] + 1;
		}
	}
	return row[n % 3][m];
}

/* Is it near enough to be a typing error? */
static bool
is_near(unsigned distance, const char *word)
{
	return distance <= 2 || distance * 3 <= strlen(word);
}

const char *
confkeys_nearest(const char *s, const char *const *list)
{
	const char *best = NULL;
	unsigned d, least = 64;

	for (; *list != NULL; list++) {
		d = confkeys_distance(s, *list);
		if (d < least) {
			least = d;
			best = *list;
		}
	}
	return best != NULL && is_near(least, best) ? best : NULL;
}

static void
all_keys(enum conf_section section, char *out, size_t size)
{
	const struct conf_key *k;
	size_t i, o;

	o = (size_t)snprintf(
	    out, size, "unknown key; [%s] has", confkeys_section[section].word);
	for (i = 0; (k = confkeys_at(i)) != NULL && o < size; i++)
		if (k->section == section)
			o +=
			    (size_t)snprintf(out + o, size - o, " %s", k->name);
}

void
confkeys_advise(
    enum conf_section section, const char *name, char *out, size_t size)
{
	const struct conf_key *k;
	const char *list[64];
	const char *best;
	size_t i, n = 0;

	for (i = 0; i < sizeof(later) / sizeof(later[0]); i++)
		if (str_ieq(name, later[i].name)) {
			snprintf(out, size,
			    "unknown key: not in this version; %s",
			    later[i].instead);
			return;
		}
	for (i = 0; (k = confkeys_at(i)) != NULL && n < 63; i++)
		if (k->section == section)
			list[n++] = k->name;
	list[n] = NULL;
	for (i = 0; (k = confkeys_at(i)) != NULL; i++)
		if (str_ieq(name, k->name)) {
			if (k->section == section)
				break;
			snprintf(out, size,
			    "unknown key here; it belongs in section [%s%s]",
			    confkeys_section[k->section].word,
			    confkeys_section[k->section].example != NULL
				? " NAME"
				: "");
			return;
		}
	if ((best = confkeys_nearest(name, list)) != NULL)
		snprintf(out, size, "unknown key; did you mean %s?", best);
	else
		all_keys(section, out, size);
}

void
confkeys_section_advise(const char *word, char *out, size_t size)
{
	const char *list[CONF_NSECTION + 1];
	const char *best;
	enum conf_section s;

	for (s = 0; s < CONF_NSECTION; s++)
		list[s] = confkeys_section[s].word;
	list[CONF_NSECTION] = NULL;
	if ((best = confkeys_nearest(word, list)) == NULL) {
		snprintf(out, size,
		    "unknown section; there are [exsync], [directory], "
		    "[profile NAME], [mailbox NAME] and [rule NAME]");
		return;
	}
	s = confkeys_section_find(best);
	snprintf(out, size, "unknown section; did you mean [%s%s]?", best,
	    confkeys_section[s].example != NULL ? " NAME" : "");
}
