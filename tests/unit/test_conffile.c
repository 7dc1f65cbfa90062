/*
 * test_conffile.c - the lines of an INI file: which are refused, and with which
 * error.
 */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/tim.h"
#include "confread.h"
#include "ews/keys.h"

static const struct {
	const char *text, *want;
} bad[] = {
	/* keys and sections */
	{ HQ "polling_intervall = 5\n",
	    "t.ini:6: polling_intervall: unknown key; did you mean "
	    "polling_interval?\n" },
	{ HQ "[Mailbox x]\n",
	    "t.ini:6: [Mailbox]: unknown section; did you mean [mailbox "
	    "NAME]?\n" },
	{ HQ "[widgets]\ncolour = red\n",
	    "t.ini:6: [widgets]: unknown section; there are [exsync], "
	    "[directory], [profile NAME], [mailbox NAME] and [rule NAME]\n" },
	{ "[directory]\ncolour = red\n" HQ,
	    "t.ini:2: colour: unknown key; [directory] has users contacts\n" },
	{ "[exsync]\nusers = u.csv\n" HQ,
	    "t.ini:2: users: unknown key here; it belongs in section "
	    "[directory]\n" },
	{ HQ "move_failed = no\nautodiscover = yes\n",
	    "t.ini:7: autodiscover: unknown key: not in this version; give "
	    "server or url\n" },
	{ HQ "match = any\nmatch = contact\n",
	    "t.ini:7: match: written twice: the first is in line 6, remove "
	    "one\n" },
	{ HQ HQ,
	    "t.ini:6: [profile hq]: this section began in line 1 already: put "
	    "its keys there or choose another name\n" },
	{ "[exsync x]\n[profile]\n",
	    "t.ini:1: [exsync]: has no name: write [exsync]\n"
	    "t.ini:2: [profile]: needs a name: write [profile NAME]\n" },
	{ "log_level = info\n" HQ,
	    "t.ini:1: log_level: stands before the first section: begin with "
	    "[exsync]\n" },
	{ "", "t.ini: there is no [profile NAME]: add one, see "
	      "exsync.ini.example\n" },
	{ "[profile x]\n",
	    "t.ini:1: domains: is missing: write domains = contoso.example\n"
	    "t.ini:1: server: is missing: write server = HOST (or url = "
	    "https://...)\n"
	    "t.ini:1: username: is missing: write username and "
	    "password_file\n" },
	/* shape of lines */
	{ HQ "match\n",
	    "t.ini:6: no '=': write key = value, or begin a comment with ;\n" },
	{ HQ "match ;= any\n",
	    "t.ini:6: no '=': write key = value, or begin a comment with ;\n" },
	{ HQ "= any\n", "t.ini:6: nothing before '=': write key = value\n" },
	{ HQ "match =\n",
	    "t.ini:6: match: is empty: write a value or remove the line\n" },
	{ HQ "match = ; any\n",
	    "t.ini:6: match: is empty: write a value or remove the line\n" },
	{ HQ "[mailbox x\n",
	    "t.ini:6: the section's name does not end: write ] after it\n" },
	{ HQ "[mailbox x ;]\n",
	    "t.ini:6: the section's name does not end: write ] after it\n" },
	{ HQ "[mailbox x] y\n",
	    "t.ini:6: text after ]: put it on a line of its own, or begin a "
	    "comment with ' ;'\n" },
	{ HQ "[mailbox x];y\n",
	    "t.ini:6: text after ]: put it on a line of its own, or begin a "
	    "comment with ' ;'\n" },
	{ HQ "  match = any\n",
	    "t.ini:6: the line is indented, so it continues domains above: "
	    "begin it at the left edge\n" },
	{ HQ "match = any\n  contact\n",
	    "t.ini:7: the line is indented, so it continues match above: "
	    "begin it at the left edge\n" },
	{ HQ "\t[mailbox x]\naddress = q\n",
	    "t.ini:6: begin a section at the left edge, without white space "
	    "before it\n" },
	{ "[exsync]\ndatabase = a\x01"
	  "b\nnonsense\n",
	    "t.ini:2: byte 0x01 at column 13: this is not a text file; write "
	    "it as UTF-8 text\n" },
	{ "[exsync]\ndatabase = \xe4.db\nnonsense\n",
	    "t.ini:2: not UTF-8: save the file as UTF-8\n" },
	/* what is missing may stand behind it */
	{ "[profile hq]\nusername = \xe4\n",
	    "t.ini:2: not UTF-8: save the file as UTF-8\n" },
	{ "\xff\xfe[", "t.ini:1: this is UTF-16: save the file as UTF-8\n" },
	/* values */
	{ HQ "polling_interval = 0\nmax_connections = 65\napproval = later\n",
	    "t.ini:6: polling_interval: must be a number from 1 to 1440\n"
	    "t.ini:7: max_connections: must be a number from 1 to 64\n"
	    "t.ini:8: approval: must be one of automatic|manual\n" },
	{ HQ "polling_interval = 5 # minutes\n",
	    "t.ini:6: polling_interval: must be a number from 1 to 1440 (a "
	    "comment begins with ' ;', not with #)\n" },
	{ HQ "auth = anonymous\n",
	    "t.ini:6: auth: anonymous is refused: write ntlm or basic, and "
	    "give username and password_file\n" },
	/* a plain name has no domain to log in to */
	{ HQ "auth = ntlm\n",
	    "t.ini:3: username: needs its domain with auth = ntlm: write "
	    "DOMAIN\\name or name@domain\n" },
	{ "[profile hq]\nserver = h.example\nauth = ntlm\nusername = D\\u\n"
	  "password_env = T_PW\ndomains = a.example\n" BOX
	  "username = u\npassword_env = T_PW\n",
	    "t.ini:10: username: needs its domain with auth = ntlm: write "
	    "DOMAIN\\name or name@domain\n" },
	{ HQ "auth = digest\n",
	    "t.ini:6: auth: must be one of basic|ntlm|auto|oauth\n" },
	{ HQ "process_email_from = 1.1.2026\n",
	    "t.ini:6: process_email_from: must be a date such as 2026-01-01 "
	    "or a date and time such as 2026-01-01T08:00:00Z\n" },
	{ HQ "tls_pin = sha256:12\n",
	    "t.ini:6: tls_pin: must be sha256: and 64 hex digits; without the "
	    "key the error about the certificate names them\n" },
	{ HQ "folders = /Inbox, @junkmail, In//box\n",
	    "t.ini:6: folders: /Inbox: write a path as Inbox/Projects, "
	    "without / at its ends; to mean all below it end it in /*\n"
	    "t.ini:6: folders: @junkmail: no such well-known folder; did you "
	    "mean @junkemail?\n"
	    "t.ini:6: folders: In//box: write a path as Inbox/Projects, "
	    "without / at its ends; to mean all below it end it in /*\n" },
	{ HQ "domains = b..example, *.c.example\n",
	    "t.ini:6: domains: b..example is not a domain: write it as "
	    "contoso.example\n"
	    "t.ini:6: domains: *.c.example is not a domain: write it as "
	    "contoso.example\n" },
	{ "[profile hq]\n"
	  "url = https://h.example/mapi/emsmdb/?MailboxId=1\n" LOGIN
	  "domains = a.example\n",
	    "t.ini:2: url: must end with the path, usually "
	    "/EWS/Exchange.asmx: remove ? or # and what follows\n" },
	{ HQ "url = https://h.example/x\n",
	    "t.ini:6: url: server and url are both there: remove one of "
	    "them\n" },
	{ "[exsync]\nmax_attachment_mb = 901\ndatabase = no/such/x.db\n"
	  "ca_file = no.pem\n" HQ,
	    "t.ini:2: max_attachment_mb: must be a number from 0 to 900\n"
	    "t.ini:3: database: no/such/x.db: its directory does not exist: "
	    "create it, or write another name\n"
	    "t.ini:4: ca_file: no.pem: no such file: create it, or write the "
	    "right name\n" },
	/* credentials */
	{ "[profile p]\nserver = h\ndomains = a.example\nusername = u\n",
	    "t.ini:4: username: needs its password: write password_file = "
	    "FILE\n" },
	{ "[profile p]\nserver = h\ndomains = a.example\n"
	  "password_env = T_PW\n",
	    "t.ini:1: username: is missing: the password needs it\n" },
	{ "[profile p]\nserver = h\ndomains = a.example\nusername = u:v\n"
	  "password_env = T_UNSET\n",
	    "t.ini:4: username: must not hold a colon: Basic authentication "
	    "cannot send it\n"
	    "t.ini:5: password_env: T_UNSET is not set in the environment: "
	    "set it, or use password_file\n" },
	{ "[profile p]\nserver = h\ndomains = a.example\nusername = u\n"
	  "password = hunter2 ;really\n",
	    "t.ini:5: password: holds ' ;', which begins a comment: put the "
	    "password into a file, see password_file\n" },
	{ HQ "password = hunter2\n",
	    "t.ini:6: password: password_env in line 4 gives the password "
	    "too: remove one of the two\n" },
	{ HQ BOX "incoming = true\n",
	    "t.ini:9: incoming: must be yes or no\n" },
	{ HQ "[mailbox s]\naddress = s@a.example\nprofile = elsewhere\n",
	    "t.ini:8: profile: there is no [profile elsewhere]: add it, or "
	    "write the name of one that is there\n" },
	{ HQ "colour = red\n blue\n[rule r]\ndoamin = x.example\n"
	     "action = skip\n",
	    "t.ini:6: colour: unknown key; [profile] has server url version "
	    "archive auth username password_file password_env password "
	    "tenant_id client_id client_secret_file client_certificate "
	    "client_key_file assertion authority scope secret_expires access "
	    "impersonate_by secrets_dir must_not_reach domains "
	    "mailboxes match process_email_from past_mail polling_interval "
	    "stale_after max_connections move_failed approval folders "
	    "skip_folders tls_pin\n"
	    "t.ini:8: domain: is missing: write domain = rival.example, or a "
	    "category or sensitivity: a rule needs one of them\n"
	    "t.ini:9: doamin: unknown key; did you mean domain?\n" },
	{ HQ "[rule r]\ndomain = a b.example, *.\naction = skip\n",
	    "t.ini:7: domain: a b.example is not a domain: write it as "
	    "contoso.example or *.contoso.example\n"
	    "t.ini:7: domain: *. is not a domain: write it as contoso.example "
	    "or *.contoso.example\n" },
	{ HQ "folders = @nonsense\n",
	    "t.ini:6: folders: @nonsense: no such well-known folder; there "
	    "are @inbox, @sentitems, @junkemail, @deleteditems, @drafts, "
	    "@outbox, @conversationhistory, @syncissues, @conflicts, "
	    "@localfailures and @serverfailures, and in an archive "
	    "@archiveinbox, @archivesentitems, @archivejunkemail and "
	    "@archivedeleteditems\n" },
	{ HQ "tls_pin = e3b0c4\n",
	    "t.ini:6: tls_pin: must be sha256: and 64 hex digits\n" },
	{ "[exsync]\ndatabase = /\n" HQ,
	    "t.ini:2: database: /: is not a file: write the name of a "
	    "file\n" },
	{ "[profile p]\nserver = h\ndomains = a.example\nusername = u\n"
	  "password = enc:hunter2\n",
	    "t.ini:5: password: enc: needs the key that it was made with: "
	    "write secret_key_file = FILE in [exsync]\n" },
	{ HQ "password = a\npassword_file = b\n",
	    "t.ini:4: password_env: password_file in line 7 gives the "
	    "password too: remove one of the two\n"
	    "t.ini:6: password: password_file in line 7 gives the password "
	    "too: remove one of the two\n" },
	/* access, mailboxes, domains */
	{ HQ "access = mailbox\n" BOX,
	    "t.ini:3: username: is not used with access = mailbox: write it "
	    "in each [mailbox NAME], or use secrets_dir\n"
	    "t.ini:4: password_env: is not used with access = mailbox: write "
	    "it in each [mailbox NAME], or use secrets_dir\n"
	    "t.ini:7: username: is missing: profile hq has access = mailbox, "
	    "so write username and password_file here\n" },
	{ "[profile hq]\nserver = h\ndomains = a.example\naccess = mailbox\n"
	  "mailboxes = users\n" BOX LOGIN,
	    "t.ini:5: mailboxes: with access = mailbox write listed, and a "
	    "[mailbox NAME] with its own credentials for each; or write "
	    "secrets_dir, with a password for each user\n" },
	{ HQ "access = delegate\nimpersonate_by = upn\nsecrets_dir = s\n",
	    "t.ini:7: impersonate_by: is used with access = impersonation "
	    "only: remove the line\n"
	    "t.ini:8: secrets_dir: is used with access = mailbox only: remove "
	    "the line, or write access = mailbox\n" },
	{ HQ "must_not_reach = boss, a@b.example\n",
	    "t.ini:6: must_not_reach: boss is not an e-mail address: write "
	    "name@domain\n" },
	{ HQ BOX "upn = anna\nsid = S-1-5-32-544\n",
	    "t.ini:9: upn: anna is no user principal name: write it as "
	    "sales@corp.contoso.example\n"
	    "t.ini:10: sid: S-1-5-32-544 is no SID of a domain's account: "
	    "write it as S-1-5-21-1004336348-1177238915-682003330-1234\n" },
	{ HQ BOX "upn = a@b@c.example\n",
	    "t.ini:9: upn: a@b@c.example is no user principal name: write it "
	    "as sales@corp.contoso.example\n" },
	{ HQ BOX "sid = S-1-5-21-1-2-4294967296-1001\n",
	    "t.ini:9: sid: S-1-5-21-1-2-4294967296-1001 is no SID of a "
	    "domain's account: write it as "
	    "S-1-5-21-1004336348-1177238915-682003330-1234\n" },
	{ HQ "mailboxes = listed\n",
	    "t.ini:6: mailboxes: lists none: add a [mailbox NAME] with "
	    "profile = hq\n" },
	{ HQ "[profile b]\nserver = h\n" LOGIN
	     "domains = b.example,\n A.Example\n",
	    "t.ini:10: domains: a.example is in profile hq too: remove it in "
	    "one of them, or write mailboxes = listed\n" },
	{ HQ "[mailbox s]\naddress = s@b.example\nprofile = hq\n",
	    "t.ini:7: address: s@b.example is in none of the domains of "
	    "profile hq: add b.example to its domains, or write another "
	    "address\n" },
	{ HQ "[mailbox s]\naddress = sales\nprofile = hw\n",
	    "t.ini:7: address: sales is not an e-mail address: write "
	    "name@domain\n"
	    "t.ini:8: profile: there is no [profile hw]; did you mean hq?\n" },
	{ HQ BOX "[mailbox t]\naddress = S@A.example\nprofile = hq\n",
	    "t.ini:10: address: s@a.example is the address of [mailbox s] "
	    "already: remove one of the two\n" },
	{ HQ "[rule r]\naction = drop\n",
	    "t.ini:6: domain: is missing: write domain = rival.example, or a "
	    "category or sensitivity: a rule needs one of them\n"
	    "t.ini:7: action: must be one of keep|headers|skip\n" },
	{ HQ "[rule r]\ncategory = ,\nsensitivity = secret, Private\n"
	     "action = skip\n",
	    "t.ini:7: category: names none: write one, or remove the line\n"
	    "t.ini:8: sensitivity: secret: must be some of "
	    "normal|personal|private|confidential, separated by commas\n"
	    "t.ini:8: sensitivity: Private: must be some of "
	    "normal|personal|private|confidential, separated by commas\n" },
	{ HQ "[rule r]\ncategory = a\nwhere = to\naction = skip\n",
	    "t.ini:8: where: says whose domain is meant, and there is no "
	    "domain: write domain = rival.example, or remove the line\n" },
};

static void
test_bad(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_bad(bad[i].text, bad[i].want);
}

/* The limits of inih, on both sides of each. */
static void
test_limits(void **state)
{
	char text[1024], x[300], *errs;
	struct conf *c;
	int n;

	(void)state;
	memset(x, 'x', sizeof(x));
	/* 197 bytes of a line fit, 198 do not */
	n = snprintf(text, sizeof(text), HQ "folders = %.*s\n", 197 - 10, x);
	c = read_text(text, (size_t)n, &errs);
	assert_string_equal(errs, "");
	assert_int_equal(strlen(c->profile[0].folders.v[0]), 187);
	free(errs);
	conf_free(c);
	snprintf(text, sizeof(text), HQ "folders = %.*s\n", 198 - 10, x);
	check_bad(text,
	    "t.ini:6: folders: the line is 198 bytes long and at most 197 fit: "
	    "split it with continuation lines (begin them with white space) "
	    "or repeat the key\n");
	snprintf(text, sizeof(text), HQ "folders = a,\n %.*s\n", 196, x);
	c = read_good(text);
	assert_int_equal(strlen(c->profile[0].folders.v[1]), 196);
	conf_free(c);
	snprintf(text, sizeof(text), HQ "folders = a,\n %.*s\n", 197, x);
	check_bad(text,
	    "t.ini:7: folders: the line is 198 bytes long and at most 197 fit: "
	    "split it with continuation lines (begin them with white space) "
	    "or repeat the key\n");
	/* comments never reach inih */
	snprintf(text, sizeof(text), "; %.300s\n" HQ, x);
	conf_free(read_good(text));
	/* 49 bytes of a section's name */
	snprintf(text, sizeof(text),
	    HQ "[mailbox %.*s]\naddress = s@a.example\nprofile = hq\n", 49 - 8,
	    x);
	c = read_good(text);
	assert_int_equal(strlen(c->mailbox[0].name), 41);
	conf_free(c);
	snprintf(text, sizeof(text), HQ "[rule %.*s]\naction = q\n", 45, x);
	snprintf(x, sizeof(x),
	    "t.ini:6: [rule %.45s]: 50 bytes: a section's name has at most "
	    "49, choose a shorter one\n",
	    text + strlen(HQ) + 6);
	check_bad(text, x);
	/* and of a key */
	memset(x, 'x', sizeof(x));
	snprintf(text, sizeof(text), HQ "%.50s = 1\n", x);
	check_bad(text, "t.ini:6: 50 bytes before '=': a key has at most 49\n");
	/* a password that is too long for a line is never quoted */
	snprintf(text, sizeof(text),
	    "[profile p]\nserver = h\ndomains = a.example\nusername = u\n"
	    "password = %.200s\n",
	    x);
	check_bad(text,
	    "t.ini:5: password: the line is 211 bytes long and at most 197 "
	    "fit: put the password into a file, see password_file\n");
}

/* What editors do to a file must not matter. */
static void
test_editors(void **state)
{
	static const char plain[] = HQ "match = contact\nfolders = a,\n  b";
	char crlf[512], *p = crlf;
	const char *s;
	struct conf *c;

	(void)state;
	p += sprintf(p, "\xef\xbb\xbf");
	for (s = plain; *s != '\0'; s++) {
		if (*s == '\n')
			*p++ = '\r';
		*p++ = *s;
	}
	*p = '\0';
	c = read_good(crlf);
	assert_int_equal(c->profile[0].match, CONF_MATCH_CONTACT);
	assert_int_equal(c->profile[0].folders.n, 2);
	assert_string_equal(c->profile[0].folders.v[1], "b");
	conf_free(c);
	/* a NUL is not the end of the file */
	{
		char *errs, nul[] = HQ "\0";

		c = read_text(nul, sizeof(nul), &errs);
		assert_null(c);
		assert_string_equal(errs,
		    "t.ini:6: byte 0x00 at column 1: this is not a text file; "
		    "write it as UTF-8 text\n");
		free(errs);
	}
}

/* Any prefix of a good file is read without a crash. */
static void
test_every_prefix(void **state)
{
	char *text, *errs;
	size_t len, i;
	FILE *f = open_memstream(&text, &len);

	(void)state;
	conf_example(f);
	fclose(f);
	for (i = 0; i < len; i += 1 + i / 200) {
		struct conf *c = read_text(text, i, &errs);

		assert_true((c == NULL) == (*errs != '\0'));
		conf_free(c);
		free(errs);
	}
	free(text);
}

/* No error quotes text that may be a misplaced password. */
static void
test_no_secret_in_errors(void **state)
{
	static const char *const text[] = {
		HQ "password hunter2\n",
		HQ "password\nhunter2\n",
		HQ "match = any\n hunter2\n",
		HQ "match = any\n [hunter2\n",
		HQ "[hunter2\n",
		HQ "password = hunter2 ; x\n",
		"[exsync]\nproxy = http://u:hunter2@p/x\n" HQ,
		("[profile p]\nurl = https://u:hunter2@h/x\n" LOGIN),
	};
	size_t i;
	char *errs;

	(void)state;
	for (i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		assert_null(read_text(text[i], strlen(text[i]), &errs));
		assert_string_not_equal(errs, "");
		assert_null(strstr(errs, "hunter2"));
		free(errs);
	}
}

/* A file full of errors ends in a count, not in thousands of lines. */
static void
test_many_errors(void **state)
{
	char *text, *errs;
	size_t len, lines = 0;
	FILE *f = open_memstream(&text, &len);
	const char *p;
	int i;

	(void)state;
	fprintf(f, "[exsync]\n");
	for (i = 0; i < 1000; i++)
		fprintf(f, "nonsense%d = 1\n", i);
	fclose(f);
	assert_null(read_text(text, len, &errs));
	for (p = errs; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	assert_int_equal(lines, 201);
	assert_non_null(
	    strstr(errs, "t.ini: and 800 more errors; correct these first\n"));
	free(errs);
	free(text);
}

/* How often a buffer with a password in it grew, which leaves a copy behind. */
static int copies;

void *__real_mem_grow(void *, size_t, size_t);
void *__wrap_mem_grow(void *, size_t, size_t);

void *
__wrap_mem_grow(void *old, size_t n, size_t each)
{
	if (old != NULL &&
	    memmem(old, malloc_usable_size(old), "hunter2", 7) != NULL)
		copies++;
	return __real_mem_grow(old, n, each);
}

/* No password is left in freed memory, whatever follows it in the file. */
static void
test_no_copies(void **state)
{
	static const size_t after[] = { 0, 300, 100000 };
	char path[] = "/tmp/exsync-test-conffile-XXXXXX";
	size_t i, k;

	(void)state;
	close(mkstemp(path));
	for (i = 0; i < sizeof(after) / sizeof(after[0]); i++) {
		FILE *f = fopen(path, "w"), *none = fopen("/dev/null", "w");

		fprintf(f, HQ "[mailbox s]\naddress = s@a.example\n"
			      "profile = hq\nusername = s\n"
			      "password = hunter2\n");
		for (k = 0; k < after[i]; k += 100)
			fprintf(f, ";%099d\n", 0);
		fprintf(f, "[directory]\nusers = /%0180d\n", 0);
		fclose(f);
		copies = 0;
		conf_free(conf_load_offline(path, none));
		fclose(none);
		if (copies > 0)
			fail_msg("%d copies with %zu bytes", copies, after[i]);
	}
	unlink(path);
}

static int
setup(void **state)
{
	(void)state;
	setenv("T_PW", "pass word", 1);
	return unsetenv("T_UNSET");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_editors),
		cmocka_unit_test(test_every_prefix),
		cmocka_unit_test(test_no_secret_in_errors),
		cmocka_unit_test(test_many_errors),
		cmocka_unit_test(test_no_copies),
	};

	confkeys_add(&ews_keys);
	return cmocka_run_group_tests(tests, setup, NULL);
}
