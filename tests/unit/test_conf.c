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

#include <cmocka.h>

#include "base/tim.h"
#include "confread.h"
#include "ews/keys.h"
#include "tmpdir.h"

static void
put_file(const char *name, const char *text, size_t len, mode_t mode)
{
	free(put_in_tmp(name, text, len, mode));
}

/* Loads a file of the test directory; *errs: its errors, without the path. */
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

static const struct {
	const char *text;
	int64_t minutes; /* 0: refused */
} durations[] = {
	{ "5m", 5 },
	{ "90m", 90 },
	{ "24h", 1440 },
	{ "2d", 2880 },
	{ "1d12h", 2160 },
	{ "365d", 525600 },
	{ "4m", 0 },
	{ "366d", 0 },
	{ "0", 0 },
	{ "24", 0 },
	{ "h", 0 },
	{ "1d2", 0 },
	{ "12h1d", 0 },
	{ "1hh", 0 },
	{ "-1h", 0 },
	{ "1 h", 0 },
	{ "24 hours", 0 },
	{ "99999999999999999999d", 0 },
};

static void
test_durations(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
		char *errs, *text = mem_printf(
				HQ "stale_after = %s\n", durations[i].text);
		struct conf *c = read_text(text, strlen(text), &errs);

		if ((c == NULL) != (durations[i].minutes == 0))
			fail_msg("%s: %s", durations[i].text, errs);
		if (c != NULL)
			assert_int_equal(c->profile[0].stale_after,
			    durations[i].minutes * 60000);
		else
			assert_memory_equal(errs, "t.ini:6: stale_after: ", 22);
		conf_free(c);
		free(errs);
		free(text);
	}
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
	assert_int_equal(ews_settings(p)->version, EWS_VERSION_AUTO);
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
	assert_false(p->polling_written);
	assert_int_equal(p->stale_after, 0);
	assert_null(c->alert_command);
	assert_int_equal(p->max_connections, 10);
	assert_false(p->move_failed);
	assert_int_equal(p->approval, CONF_APPROVAL_AUTOMATIC);
	assert_int_equal(p->folders.n, 0);
	assert_null(p->tls_pin);
	conf_free(c);
}

/* Who opens a mailbox, and by which name. */
static void
test_access(void **state)
{
	static const char text[] =
	    "[profile hq]\nserver = h\ndomains = a.example\n"
	    "username = u\npassword = p\nimpersonate_by = sid\n"
	    "must_not_reach = <Boss@A.example>, ceo@m\xc3\xbcnchen.example\n"
	    "must_not_reach = boss@a.example\n"
	    "[profile own]\nserver = h\ndomains = b.example\n"
	    "access = mailbox\nsecrets_dir = sub/secrets\n"
	    "[mailbox q]\naddress = q@a.example\nprofile = hq\n"
	    "upn = q.box@corp.local\n"
	    "sid = S-1-5-21-1-0-4294967295-1001\n"
	    "[mailbox b]\naddress = B@b.example\nprofile = own\n"
	    "[mailbox c]\naddress = c@b.example\nprofile = own\n"
	    "username = CORP\\c\n"
	    "[mailbox d]\naddress = d@b.example\nprofile = own\n"
	    "password = pd\n";
	struct conf *c = read_good(text);

	(void)state;
	assert_int_equal(c->profile[0].impersonate_by, CONF_BY_SID);
	assert_int_equal(c->profile[0].must_not_reach.n, 2);
	assert_string_equal(
	    c->profile[0].must_not_reach.v[0], "boss@a.example");
	assert_string_equal(
	    c->profile[0].must_not_reach.v[1], "ceo@xn--mnchen-3ya.example");
	assert_string_equal(c->profile[1].secrets_dir, "sub/secrets");
	assert_int_equal(c->profile[1].mailboxes, CONF_MAILBOXES_USERS);
	assert_string_equal(c->mailbox[0].upn, "q.box@corp.local");
	assert_string_equal(c->mailbox[0].sid, "S-1-5-21-1-0-4294967295-1001");
	assert_string_equal(c->mailbox[1].username, "b@b.example");
	assert_null(c->mailbox[1].password);
	assert_string_equal(c->mailbox[2].username, "CORP\\c");
	assert_string_equal(c->mailbox[3].username, "d@b.example");
	assert_string_equal(c->mailbox[3].password, "pd");
	conf_free(c);
}

/* A file in secrets_dir, as conf_secret answers: the password, or the error. */
static char *
secret_of(const struct conf *c, const char *address)
{
	struct err err = ERR_INIT;
	char *password, *p;

	if (conf_secret(c, &c->profile[0], address, &password, &err) == 0)
		return password;
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_int_equal(err.scope, SCOPE_MAILBOX);
	p = strstr(err.msg, tmp);
	return mem_printf(
	    "%s: %s", err.code, p == NULL ? err.msg : p + strlen(tmp));
}

static void
test_secrets_dir(void **state)
{
	static const char ini[] =
	    "[exsync]\nsecret_key_file = dir.key\n"
	    "[profile own]\nserver = h\ndomains = b.example\n"
	    "access = mailbox\nsecrets_dir = .\n";
	static const char key[] = "0001020304050607"
				  "08090a0b0c0d0e0f"
				  "1011121314151617"
				  "18191a1b1c1d1e1f\n";
	static const struct {
		const char *address, *want;
	} t[] = {
		{ "plain@b.example", "in one line" },
		{ "sealed@b.example", "sealed word" },
		{ "open@b.example", "bad-secret: /./open@b.example: others may "
				    "read it: run chmod 600 " },
		{ "none@b.example", "no-secret: /./none@b.example: No such "
				    "file or directory: create it with the "
				    "password in it, then chmod 600" },
		{ "../plain@b.example", "secret-name: its address cannot" },
		{ "x/plain@b.example", "secret-name: its address cannot" },
		{ "a..plain@b.example", "secret-name: its address cannot" },
		{ ".plain@b.example", "secret-name: its address cannot" },
	};
	struct seal_key k;
	struct conf *c;
	char *errs, *sealed, *got;
	size_t i;

	(void)state;
	put_file("dir.ini", ini, strlen(ini), 0600);
	put_file("dir.key", key, strlen(key), 0600);
	assert_true(seal_key_parse(&k, key, strlen(key)));
	sealed = seal_make(&k, "sealed word", strlen("sealed word"));
	put_file("plain@b.example", "in one line\n", 12, 0600);
	put_file("sealed@b.example", sealed, strlen(sealed), 0600);
	put_file("open@b.example", "x\n", 2, 0640);
	put_file(".plain@b.example", "x\n", 2, 0600);
	put_file("a..plain@b.example", "x\n", 2, 0600);
	free(sealed);
	c = load("dir.ini", &errs);
	assert_string_equal(errs, "");
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		got = secret_of(c, t[i].address);
		got[strlen(got) > strlen(t[i].want) ? strlen(t[i].want)
						    : strlen(got)] = '\0';
		assert_string_equal(got, t[i].want);
		free(got);
	}
	conf_free(c);
	free(errs);
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
	    "alert_command = /bin/tell \"an admin\"\n"
	    "[rule r1]\n"
	    "domain = Rival.Example\n"
	    "; between\n"
	    "\n"
	    "   *.rival.example, m\xc3\xbcnchen.example ;c\n"
	    "domain = rival.example, third.example\n"
	    "where = from\n"
	    "action = headers\n"
	    "category = Not for the CRM, Smith\\, John\n"
	    "  Gesch\xc3\xa4"
	    "ft\n"
	    "sensitivity = private, personal\n"
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
	    "stale_after = 36h\n"
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
	assert_int_equal(ews_settings(p)->version, EWS_VERSION_2010);
	assert_int_equal(p->access, CONF_ACCESS_MAILBOX);
	assert_int_equal(p->mailboxes, CONF_MAILBOXES_LISTED);
	assert_null(p->username);
	assert_null(p->password);
	assert_int_equal(p->domains.n, 2);
	assert_string_equal(p->domains.v[1], "b.example");
	assert_int_equal(p->match, CONF_MATCH_REPLIES);
	assert_true(p->process_email_from == INT64_C(1767225600000));
	assert_int_equal(p->polling_interval, 1440);
	assert_true(p->polling_written);
	assert_int_equal(p->stale_after, 36 * 3600000);
	assert_string_equal(c->alert_command, "/bin/tell \"an admin\"");
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
	assert_int_equal(r->category.n, 3);
	assert_string_equal(r->category.v[0], "Not for the CRM");
	assert_string_equal(r->category.v[1], "Smith, John");
	assert_string_equal(r->category.v[2], "Gesch\xc3\xa4"
					      "ft");
	assert_int_equal(r->sensitivity.n, 2);
	assert_string_equal(r->sensitivity.v[1], "personal");
	conf_free(c);
}

#define PEOPLE "[directory]\nusers = no.csv\n"

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
	/* a list of people may be missing for a while */
	put_file("dirs.ini", "[exsync]\nca_file = .\n" PEOPLE HQ,
	    strlen("[exsync]\nca_file = .\n" PEOPLE HQ), 0644);
	assert_null(load("dirs.ini", &errs));
	want = "/dirs.ini:2: ca_file: /.: is a directory: write the name of a "
	       "file\n";
	assert_string_equal(errs, want);
	free(errs);
	put_file("dirs.ini", "[exsync]\nca_file = no.pem\n" HQ,
	    strlen("[exsync]\nca_file = no.pem\n" HQ), 0644);
	assert_null(load("dirs.ini", &errs));
	want = "/dirs.ini:2: ca_file: /no.pem: no such file: create it, or "
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

/* The size limit, and things that are not regular files. */
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

/* exsync.ini.example is generated from the table, loads, fits a terminal. */
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

/* The example also loads with its commented keys in force, where they agree. */
static void
test_example_whole(void **state)
{
	static const char *const not [] = { ";url =", ";password_env =",
		";password =", ";secrets_dir =",
		/* auth is not oauth there */
		";tenant_id =", ";client_id =", ";client_secret_file =",
		";client_certificate =", ";client_key_file =", ";authority =",
		";scope =", ";secret_expires =",
		/* a group of the machine's */
		";database_group =", NULL };
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
	setenv("T_PW", "pass word", 1);
	unsetenv("T_UNSET");
	unsetenv("CREDENTIALS_DIRECTORY");
	return tmp_make(state);
}

static int
teardown(void **state)
{
	static const char *const names[] = { "cred/pw", "dirs.ini", "s.ini",
		"p.ini", "pw", "exsync.ini", "users.csv", "contacts.csv",
		"hq.password", "whole.ini", "company-ca.pem", "sales.password",
		"dir.ini", "dir.key", "plain@b.example", "sealed@b.example",
		"open@b.example", ".plain@b.example", "a..plain@b.example",
		"cred" };

	(void)state;
	return tmp_remove(names, sizeof(names) / sizeof(names[0]));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_proxy),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_access),
		cmocka_unit_test(test_secrets_dir),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_password_file),
		cmocka_unit_test(test_password_file_odd),
		cmocka_unit_test(test_credentials_directory),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_example_whole),
	};

	confkeys_add(&ews_keys);
	return cmocka_run_group_tests(tests, setup, teardown);
}
