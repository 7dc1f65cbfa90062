/*
 * test_conf.c - the INI file: what it accepts, and what it says of the rest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/tim.h"
#include "core/conf.h"

#define LOGIN "username = svc\npassword_env = T_PW\n"
#define HQ    "[profile hq]\nserver = h.example\n" LOGIN "domains = a.example\n"
#define BOX   "[mailbox s]\naddress = s@a.example\nprofile = hq\n"

static char tmp[] = "/tmp/exsync-test-conf-XXXXXX";

/* What reading the text says, in *errs (the caller's). */
static struct conf *
read_text(const char *text, size_t len, char **errs)
{
	size_t size;
	FILE *f = open_memstream(errs, &size);
	struct conf *c = conf_read("t.ini", text, len, f);

	fclose(f);
	return c;
}

static struct conf *
read_good(const char *text)
{
	char *errs;
	struct conf *c = read_text(text, strlen(text), &errs);

	assert_string_equal(errs, "");
	assert_non_null(c);
	free(errs);
	return c;
}

static void
check_bad(const char *text, const char *want)
{
	char *errs;
	struct conf *c = read_text(text, strlen(text), &errs);

	assert_null(c);
	if (strcmp(errs, want) != 0)
		print_message("--- of:\n%s\n", text);
	assert_string_equal(errs, want);
	free(errs);
}

static char *
in_tmp(const char *name)
{
	return mem_printf("%s/%s", tmp, name);
}

static void
put_file(const char *name, const char *text, size_t len, mode_t mode)
{
	char *path = in_tmp(name);
	FILE *f;

	unlink(path);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
	free(path);
}

/* Loads a file of the directory; errors, without its path, in *errs. */
static struct conf *
load(const char *name, char **errs)
{
	char *path = in_tmp(name), *raw, *p, *q;
	size_t size;
	FILE *f = open_memstream(&raw, &size);
	struct conf *c = conf_load(path, f);

	fclose(f);
	*errs = q = mem_strdup(raw);
	for (p = raw; *p != '\0';) {
		if (strncmp(p, tmp, strlen(tmp)) == 0)
			p += strlen(tmp);
		else
			*q++ = *p++;
	}
	*q = '\0';
	free(raw);
	free(path);
	return c;
}

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
	    "t.ini:6: move_failed: unknown key: not in this version; remove "
	    "the line\n"
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
	{ "\xff\xfe[", "t.ini:1: this is UTF-16: save the file as UTF-8\n" },
	/* values */
	{ HQ "polling_interval = 0\nmax_connections = 65\napproval = later\n",
	    "t.ini:6: polling_interval: must be a number from 1 to 1440\n"
	    "t.ini:7: max_connections: must be a number from 1 to 64\n"
	    "t.ini:8: approval: must be one of automatic|manual\n" },
	{ HQ "polling_interval = 5 # minutes\n",
	    "t.ini:6: polling_interval: must be a number from 1 to 1440 (a "
	    "comment begins with ' ;', not with #)\n" },
	{ HQ "auth = ntlm\n",
	    "t.ini:6: auth: ntlm is not in this version: write basic, and "
	    "allow Basic authentication on the server's EWS\n" },
	{ HQ "auth = anonymous\n",
	    "t.ini:6: auth: anonymous is refused: write basic and give "
	    "username and password_file\n" },
	{ HQ "auth = digest\n", "t.ini:6: auth: must be basic\n" },
	{ HQ "process_email_from = 1.1.2026\n",
	    "t.ini:6: process_email_from: must be a date such as 2026-01-01 "
	    "or a date and time such as 2026-01-01T08:00:00Z\n" },
	{ HQ "tls_pin = sha256:12\n",
	    "t.ini:6: tls_pin: must be sha256: and 64 hex digits; exsync "
	    "--test shows the server's\n" },
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
	    "t.ini:6: password: the password comes from password_env in line "
	    "4 already: remove one of the two\n" },
	/* access, mailboxes, domains */
	{ HQ "access = mailbox\n" BOX,
	    "t.ini:3: username: is not used with access = mailbox: write it "
	    "in each [mailbox NAME]\n"
	    "t.ini:4: password_env: is not used with access = mailbox: write "
	    "it in each [mailbox NAME]\n"
	    "t.ini:7: username: is missing: profile hq has access = mailbox, "
	    "so write username and password_file here\n" },
	{ "[profile hq]\nserver = h\ndomains = a.example\naccess = mailbox\n"
	  "mailboxes = users\n" BOX LOGIN,
	    "t.ini:5: mailboxes: with access = mailbox write listed, and a "
	    "[mailbox NAME] with its own credentials for each\n" },
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
	    "t.ini:6: domain: is missing: write domain = rival.example, "
	    "*.rival.example\n"
	    "t.ini:7: action: must be one of keep|headers|skip\n" },
};

static void
test_bad(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_bad(bad[i].text, bad[i].want);
}

static const struct {
	const char *key, *value, *url; /* url NULL: refused */
} urls[] = {
	{ "server", "mail.contoso.example",
	    "https://mail.contoso.example/EWS/Exchange.asmx" },
	{ "server", "Mail.Contoso.Example.:8443",
	    "https://mail.contoso.example:8443/EWS/Exchange.asmx" },
	{ "server", "m\xc3\xbcnchen.example",
	    "https://xn--mnchen-3ya.example/EWS/Exchange.asmx" },
	{ "server", "10.1.2.3", "https://10.1.2.3/EWS/Exchange.asmx" },
	{ "server", "[2001:DB8::1]:444",
	    "https://[2001:db8::1]:444/EWS/Exchange.asmx" },
	{ "server", "2001:db8::1", NULL },
	{ "server", "[2001:db8::1", NULL },
	{ "server", "[nonsense]", NULL },
	{ "server", "a b", NULL },
	{ "server", "a:0", NULL },
	{ "server", "a:65536", NULL },
	{ "server", "a:", NULL },
	{ "server", "a:12x", NULL },
	{ "server", ":443", NULL },
	{ "server", "https://a", NULL },
	{ "server", "user@a", NULL },
	{ "server", "a..b", NULL },
	{ "url", "https://H.example/ews/Exchange.asmx",
	    "https://h.example/ews/Exchange.asmx" },
	{ "url", "HTTPS://h/", "https://h/" },
	{ "url", "https://h:444/x", "https://h:444/x" },
	{ "url", "http://localhost:8080/x", "http://localhost:8080/x" },
	{ "url", "http://127.0.0.2/x", "http://127.0.0.2/x" },
	{ "url", "http://[::1]:80/x", "http://[::1]:80/x" },
	{ "url", "http://h.example/x", NULL },
	{ "url", "http://127.evil.example/x", NULL },
	{ "url", "http://localhost.evil.example/x", NULL },
	{ "url", "http://[::2]/x", NULL },
	{ "url", "https://h", NULL },
	{ "url", "h.example/x", NULL },
	{ "url", "ftp://h/x", NULL },
	{ "url", "https://u:p@h/x", NULL },
	{ "url", "https://h/x y", NULL },
	{ "url", "https://h/\xc3\xbc", NULL },
	{ "url", "https://h/x?y", NULL },
};

static void
test_urls(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		char *errs,
		    *text = mem_printf(
			"[profile p]\n%s = %s\ndomains = a.example\n" LOGIN,
			urls[i].key, urls[i].value);
		struct conf *c = read_text(text, strlen(text), &errs);

		if ((c == NULL) != (urls[i].url == NULL))
			print_message("%s: %s\n", urls[i].value, errs);
		if (urls[i].url == NULL) {
			assert_null(c);
			assert_memory_equal(errs, "t.ini:2: ", 9);
		} else {
			assert_non_null(c);
			assert_string_equal(c->profile[0].url, urls[i].url);
		}
		conf_free(c);
		free(errs);
		free(text);
	}
}

static void
test_proxy(void **state)
{
	struct conf *c;

	(void)state;
	c = read_good(
	    "[exsync]\nproxy = http://U:p%40w@Proxy.example:3128/\n" HQ);
	assert_string_equal(c->proxy, "http://U:p%40w@proxy.example:3128");
	conf_free(c);
	check_bad("[exsync]\nproxy = https://p:3128\n" HQ,
	    "t.ini:2: proxy: must begin with http://: a proxy that itself "
	    "speaks TLS is not supported\n");
	check_bad("[exsync]\nproxy = p:3128\n" HQ,
	    "t.ini:2: proxy: must be as http://proxy.contoso.example:3128\n");
	check_bad("[exsync]\nproxy = http://p\n" HQ,
	    "t.ini:2: proxy: must be as http://proxy.contoso.example:3128\n");
	check_bad("[exsync]\nproxy = http://u:a/b@p:1\n" HQ,
	    "t.ini:2: proxy: write special characters of user and password "
	    "as %XX\n");
}

static void
test_defaults(void **state)
{
	struct conf *c = read_good(HQ);
	const struct conf_profile *p = &c->profile[0];

	(void)state;
	assert_string_equal(c->path, "t.ini");
	assert_string_equal(c->database, "exsync.db");
	assert_int_equal(c->log_level, LOG_INFO);
	assert_int_equal(c->max_attachment, 100 * 1024 * 1024);
	assert_null(c->ca_file);
	assert_null(c->proxy);
	assert_null(c->users);
	assert_int_equal(c->nprofile, 1);
	assert_ptr_equal(conf_profile(c, "hq"), p);
	assert_null(conf_profile(c, "h"));
	assert_string_equal(p->name, "hq");
	assert_int_equal(p->version, CONF_VERSION_AUTO);
	assert_int_equal(p->auth, CONF_AUTH_BASIC);
	assert_string_equal(p->username, "svc");
	assert_string_equal(p->password, "pass word");
	assert_int_equal(p->access, CONF_ACCESS_IMPERSONATION);
	assert_int_equal(p->domains.n, 1);
	assert_string_equal(p->domains.v[0], "a.example");
	assert_int_equal(p->mailboxes, CONF_MAILBOXES_USERS);
	assert_int_equal(p->match, CONF_MATCH_ANY);
	assert_true(p->process_email_from == TIM_NONE);
	assert_int_equal(p->polling_interval, 5);
	assert_int_equal(p->max_connections, 10);
	assert_false(p->move_failed);
	assert_int_equal(p->approval, CONF_APPROVAL_AUTOMATIC);
	assert_int_equal(p->folders.n, 0);
	assert_null(p->tls_pin);
	conf_free(c);
}

/* Every key with another value than its default. */
static void
test_values(void **state)
{
	static const char text[] =
	    "# a comment\n"
	    "[exsync] ; the first\n"
	    "database = sub.db ; a comment\n"
	    "log_level:debug\n"
	    "max_attachment_mb = 0\n"
	    "[rule r1]\n"
	    "domain = Rival.Example\n"
	    "; between\n"
	    "\n"
	    "   *.rival.example, m\xc3\xbcnchen.example ;c\n"
	    "domain = rival.example, third.example\n"
	    "where = from\n"
	    "action = headers\n"
	    "[mailbox q 1]\n"
	    "address = <Sales@A.example>\n"
	    "profile = hq\n"
	    "type = queue\n"
	    "username = s@a.example\n"
	    "password_env = T_PW\n"
	    "incoming = no\n"
	    "privacy = headers\n"
	    "[profile hq]\n"
	    "  url = https://h.example/x\n"
	    "version = 2010\n"
	    "domains = a.example,\n"
	    "\tB.example\n"
	    "access = mailbox\n"
	    "match = replies\n"
	    "process_email_from = 2026-01-01\n"
	    "polling_interval = 1440\n"
	    "max_connections = 64\n"
	    "approval = manual\n"
	    "folders = Inbox/A=B, @Inbox, Smith\\, John/*\n"
	    "skip_folders = Inbox/C # D\n"
	    "tls_pin = SHA256:E3:b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855";
	struct conf *c = read_good(text);
	const struct conf_profile *p = &c->profile[0];
	const struct conf_mailbox *m = &c->mailbox[0];
	const struct conf_rule *r = &c->rule[0];

	(void)state;
	assert_string_equal(c->database, "sub.db");
	assert_int_equal(c->log_level, LOG_DEBUG);
	assert_int_equal(c->max_attachment, 0);
	assert_string_equal(p->url, "https://h.example/x");
	assert_int_equal(p->version, CONF_VERSION_2010);
	assert_int_equal(p->access, CONF_ACCESS_MAILBOX);
	assert_int_equal(p->mailboxes, CONF_MAILBOXES_LISTED);
	assert_null(p->username);
	assert_null(p->password);
	assert_int_equal(p->domains.n, 2);
	assert_string_equal(p->domains.v[1], "b.example");
	assert_int_equal(p->match, CONF_MATCH_REPLIES);
	assert_true(p->process_email_from == INT64_C(1767225600000));
	assert_int_equal(p->polling_interval, 1440);
	assert_int_equal(p->max_connections, 64);
	assert_int_equal(p->approval, CONF_APPROVAL_MANUAL);
	assert_int_equal(p->folders.n, 3);
	assert_string_equal(p->folders.v[0], "Inbox/A=B");
	assert_string_equal(p->folders.v[1], "@inbox");
	assert_string_equal(p->folders.v[2], "Smith, John/*");
	assert_string_equal(p->skip_folders.v[0], "Inbox/C # D");
	assert_string_equal(p->tls_pin,
	    "sha256:e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855");
	assert_string_equal(m->name, "q 1");
	assert_string_equal(m->address, "sales@a.example");
	assert_ptr_equal(m->profile, p);
	assert_int_equal(m->type, CONF_MAILBOX_QUEUE);
	assert_string_equal(m->username, "s@a.example");
	assert_string_equal(m->password, "pass word");
	assert_false(m->incoming);
	assert_int_equal(m->privacy, CONF_PRIVACY_HEADERS);
	assert_string_equal(r->name, "r1");
	assert_int_equal(r->domain.n, 4);
	assert_string_equal(r->domain.v[0], "rival.example");
	assert_string_equal(r->domain.v[1], "*.rival.example");
	assert_string_equal(r->domain.v[2], "xn--mnchen-3ya.example");
	assert_string_equal(r->domain.v[3], "third.example");
	assert_int_equal(r->where, CONF_WHERE_FROM);
	assert_int_equal(r->action, CONF_ACTION_HEADERS);
	conf_free(c);
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

/* Any beginning of a good file is read without harm. */
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

static void
test_files(void **state)
{
	const char *want;
	char *errs;

	(void)state;
	assert_null(load("none.ini", &errs));
	assert_string_equal(errs,
	    "/none.ini: no such file: copy exsync.ini.example to it and edit "
	    "it, or name another with -c FILE\n");
	free(errs);
	assert_null(load("", &errs));
	assert_string_equal(errs,
	    "/: is a directory: name the file in it, as -c "
	    "DIRECTORY/exsync.ini\n");
	free(errs);
	put_file("dirs.ini", "[directory]\nusers = .\ncontacts = no.csv\n" HQ,
	    strlen("[directory]\nusers = .\ncontacts = no.csv\n" HQ), 0644);
	assert_null(load("dirs.ini", &errs));
	want = "/dirs.ini:2: users: /.: is a directory: write the name of a "
	       "file\n"
	       "/dirs.ini:3: contacts: /no.csv: no such file: create it, or "
	       "write the right name\n";
	assert_string_equal(errs, want);
	free(errs);
}

static const struct {
	const char *content;
	size_t len;
	mode_t mode;
	const char *want; /* the password, or the error after "/pw: " */
	bool good;
} secrets[] = {
#define S(text) text, sizeof(text) - 1
	{ S("hunter2\n"), 0600, "hunter2", true },
	{ S("hunter2"), 0400, "hunter2", true },
	{ S("hunter2\r\n"), 0600, "hunter2", true },
	{ S("\xef\xbb\xbf"
	    "a ;b \xc3\xbc\n"),
	    0600, "a ;b \xc3\xbc", true },
	{ S(" # spaces stay \n"), 0600, " # spaces stay ", true },
	{ S("a\nb\n"), 0600,
	    "holds more than one line: write the password only", false },
	{ S("a\n\n"), 0600, "holds more than one line: write the password only",
	    false },
	{ S(""), 0600, "holds no password: write it there, in one line",
	    false },
	{ S("\n"), 0600, "holds no password: write it there, in one line",
	    false },
	{ S("a\0b"), 0600, "holds a control character: write the password only",
	    false },
	{ S("a\xff"), 0600, "is not UTF-8: save the password as UTF-8", false },
	{ S("hunter2\n"), 0640, "others may read it: run chmod 600 /pw",
	    false },
	{ S("hunter2\n"), 0604, "others may read it: run chmod 600 /pw",
	    false },
};

#define FROM_FILE                                                              \
	"[profile p]\nserver = h\ndomains = a.example\nusername = u\n"         \
	"password_file = pw\n"

static void
test_password_file(void **state)
{
	char *errs, want[256];
	struct conf *c;
	size_t i;

	(void)state;
	put_file("s.ini", FROM_FILE, strlen(FROM_FILE), 0644);
	for (i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		bool chmod_error = strstr(secrets[i].want, "chmod") != NULL;

		put_file(
		    "pw", secrets[i].content, secrets[i].len, secrets[i].mode);
		c = load("s.ini", &errs);
		snprintf(want, sizeof(want), "/s.ini:5: password_file: %s%s\n",
		    chmod_error ? "/pw: " : "", secrets[i].want);
		assert_string_equal(errs, secrets[i].good ? "" : want);
		if (secrets[i].good)
			assert_string_equal(
			    c->profile[0].password, secrets[i].want);
		conf_free(c);
		free(errs);
	}
}

/* The size limit, and things in a file's place. */
static void
test_password_file_odd(void **state)
{
	char *errs, *path = in_tmp("pw"), big[5000];
	struct conf *c;

	(void)state;
	memset(big, 'x', sizeof(big));
	put_file("pw", big, 1024, 0600);
	c = load("s.ini", &errs);
	assert_int_equal(strlen(c->profile[0].password), 1024);
	conf_free(c);
	free(errs);
	put_file("pw", big, sizeof(big), 0600);
	assert_null(load("s.ini", &errs));
	assert_string_equal(errs,
	    "/s.ini:5: password_file: holds more than 1024 bytes: write the "
	    "password only\n");
	free(errs);
	unlink(path);
	assert_null(load("s.ini", &errs));
	assert_string_equal(errs,
	    "/s.ini:5: password_file: /pw: No such file or directory: create "
	    "it with the password in it, then chmod 600\n");
	free(errs);
	mkfifo(path, 0600); /* must not block */
	assert_null(load("s.ini", &errs));
	assert_string_equal(errs,
	    "/s.ini:5: password_file: /pw: is not a regular file: write the "
	    "password into one\n");
	free(errs);
	unlink(path);
	free(path);
}

static void
test_credentials_directory(void **state)
{
	char *errs, *dir = in_tmp("cred");
	struct conf *c;

	(void)state;
	mkdir(dir, 0700);
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	put_file("pw", "beside", 6, 0600);
	c = load("s.ini", &errs);
	assert_string_equal(c->profile[0].password, "beside");
	conf_free(c);
	free(errs);
	put_file("cred/pw", "given", 5, 0440);
	c = load("s.ini", &errs);
	assert_string_equal(errs, "");
	assert_string_equal(c->profile[0].password, "given");
	conf_free(c);
	free(errs);
	unsetenv("CREDENTIALS_DIRECTORY");
	free(dir);
}

/* A secret in the INI: only its owner may read it. */
static void
test_plain(void **state)
{
	static const char text[] = "[exsync]\nproxy = http://u:s3cret@p:1\n"
				   "[profile p]\nserver = h\nusername = u\n"
				   "domains = a.example\n"
				   "password = \"hunter2\"=;x:y # z\n";
	char *errs, *out;
	size_t len;
	struct conf *c;
	FILE *f;

	(void)state;
	put_file("p.ini", text, strlen(text), 0640);
	assert_null(load("p.ini", &errs));
	assert_string_equal(errs,
	    "/p.ini:2: proxy: others may read this file: run chmod 600 /p.ini, "
	    "or use password_file\n");
	free(errs);
	put_file("p.ini", text, strlen(text), 0600);
	c = load("p.ini", &errs);
	assert_string_equal(errs, "");
	assert_string_equal(c->profile[0].password, "\"hunter2\"=;x:y # z");
	free(errs);
	f = open_memstream(&out, &len);
	conf_print(c, f);
	fclose(f);
	assert_null(strstr(out, "hunter2"));
	assert_null(strstr(out, "s3cret"));
	assert_non_null(strstr(out, "password           = (set)\n"));
	assert_non_null(strstr(out, "http://(set)@p:1\n"));
	free(out);
	conf_free(c);
}

/* No error quotes what may be a password in a wrong place. */
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

/* exsync.ini.example is what the table says, loads, and fits a terminal. */
static void
test_example(void **state)
{
	char *text, *errs, *have, *line, *out, *again;
	size_t len, n;
	FILE *f = open_memstream(&text, &len);
	struct conf *c;

	(void)state;
	conf_example(f);
	fclose(f);
	have = mem_alloc(len + 2);
	f = fopen("exsync.ini.example", "r");
	assert_non_null(f); /* tests run in the top directory */
	n = fread(have, 1, len + 1, f);
	fclose(f);
	assert_int_equal(n, len);
	assert_string_equal(have, text);
	put_file("exsync.ini", text, len, 0600);
	put_file("users.csv", "", 0, 0644);
	put_file("contacts.csv", "", 0, 0644);
	put_file("hq.password", "x\n", 2, 0600);
	c = load("exsync.ini", &errs);
	assert_string_equal(errs, "");
	free(errs);
	for (line = strtok(have, "\n"); line != NULL; line = strtok(NULL, "\n"))
		assert_true(strlen(line) <= 80);
	/* what --check prints is itself an INI, but for the secrets */
	f = open_memstream(&out, &len);
	conf_print(c, f);
	fclose(f);
	conf_free(c);
	c = read_good(out);
	f = open_memstream(&again, &len);
	conf_print(c, f);
	fclose(f);
	assert_string_equal(again, out);
	conf_free(c);
	free(again);
	free(out);
	free(have);
	free(text);
}

/* Every row of the table can be taken out of its comment. */
static void
test_example_whole(void **state)
{
	static const char *const not [] = {
		";url =", ";password_env =", ";password =", NULL
	};
	char *text, *p, *errs;
	size_t len, i;
	FILE *f = open_memstream(&text, &len);
	struct conf *c;

	(void)state;
	conf_example(f);
	fclose(f);
	for (p = text; p != NULL; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (*p != ';' || p[1] < 'a' || p[1] > 'z')
			continue;
		for (i = 0; not [i] != NULL; i++)
			if (strncmp(p, not [i], strlen(not [i])) == 0)
				break;
		if (not [i] == NULL)
			*p = ' '; /* the first key of an indented line... */
		if (not [i] == NULL)
			memmove(p, p + 1, strlen(p));
	}
	put_file("whole.ini", text, strlen(text), 0600);
	put_file("company-ca.pem", "", 0, 0644);
	put_file("sales.password", "x", 1, 0600);
	c = load("whole.ini", &errs);
	assert_string_equal(errs, "");
	assert_string_equal(c->mailbox[0].password, "x");
	assert_non_null(c->profile[0].tls_pin);
	conf_free(c);
	free(errs);
	free(text);
}

static int
setup(void **state)
{
	(void)state;
	setenv("T_PW", "pass word", 1);
	unsetenv("T_UNSET");
	unsetenv("CREDENTIALS_DIRECTORY");
	return mkdtemp(tmp) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	static const char *const names[] = { "cred/pw", "dirs.ini", "s.ini",
		"p.ini", "pw", "exsync.ini", "users.csv", "contacts.csv",
		"hq.password", "whole.ini", "company-ca.pem",
		"sales.password" };
	size_t i;
	char *path;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		path = in_tmp(names[i]);
		unlink(path);
		free(path);
	}
	path = in_tmp("cred");
	rmdir(path);
	free(path);
	return rmdir(tmp);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_proxy),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_editors),
		cmocka_unit_test(test_every_prefix),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_password_file),
		cmocka_unit_test(test_password_file_odd),
		cmocka_unit_test(test_credentials_directory),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_no_secret_in_errors),
		cmocka_unit_test(test_many_errors),
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_example_whole),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
