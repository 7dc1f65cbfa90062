/*
 * test_confoauth.c - auth = oauth in the INI: defaults by cloud, which keys go
 * together, and the files of secrets, certificates and keys.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "base/tim.h"
#include "conf/confkeys.h"
#include "core/credential.h"
#include "ews/keys.h"
#include "tmpdir.h"
#include "shell.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define ID       "3f2504e0-4f89-11d3-9a0c-0305e82c3301"
#define SEAL     "[exsync]\nsecret_key_file = exsync.key\n"
#define HEAD     "[profile hq]\ndomains = a.example\nauth = oauth\n"
#define ONLINE   "server = outlook.office365.com\n"
#define APP      "tenant_id = t.example\nclient_id = " ID "\n"
#define SECRET   "client_secret_file = secret\n"
#define CERT     "client_certificate = cert\nclient_key_file = key\n"
#define PERSON   "client_id = " ID "\nusername = svc@a.example\n"
#define OWN      "access = mailbox\nclient_id = " ID "\n"
#define BOX      "[mailbox s]\naddress = s@a.example\nprofile = hq\n"

static const char *const made[] = { "secret", "open", "key", "cert", "other",
	"othercert", "exsync.key", "t.ini", "out" };

static int
make_files(void **state)
{
	static const char hex[] =
	    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	    "\n";

	if (tmp_make(state) != 0)
		return -1;
	confkeys_add(&ews_keys);
	free(put_in_tmp("secret", "s3cret~\n", 8, 0600));
	free(put_in_tmp("open", "s3cret~\n", 8, 0644));
	free(put_in_tmp("exsync.key", hex, sizeof(hex) - 1, 0600));
	shell("umask 077\n"
	      "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=a -days 90 "
	      "-keyout key -out cert\n"
	      "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=b -days 90 "
	      "-keyout other -out othercert\n");
	return 0;
}

static int
remove_files(void **state)
{
	(void)state;
	return tmp_remove(made, COUNT(made));
}

/* Reads the text as a file of the directory; *errs without its path. */
static struct conf *
load_ini(const char *text, bool offline, char **errs)
{
	char *path = put_in_tmp("t.ini", text, strlen(text), 0600), *p, *q;
	size_t size, n = strlen(tmp) + 1;
	FILE *f = open_memstream(errs, &size);
	struct conf *c =
	    offline ? conf_load_offline(path, f) : conf_load(path, f);

	fclose(f);
	for (p = q = *errs; *p != '\0';)
		if (strncmp(p, tmp, n - 1) == 0)
			p += n;
		else
			*q++ = *p++;
	*q = '\0';
	free(path);
	return c;
}

static struct conf *
load_good(const char *text)
{
	char *errs;
	struct conf *c = load_ini(text, false, &errs);

	if (c == NULL)
		fail_msg("%s", errs);
	assert_string_equal(errs, "");
	free(errs);
	return c;
}

/* Who gives tokens for what, by the server's cloud. */
static void
clouds(void **state)
{
	static const struct {
		const char *server, *authority, *scope, *own;
	} rows[] = {
		{ "outlook.office365.com", "https://login.microsoftonline.com",
		    "https://outlook.office365.com", "" },
		{ "outlook.office365.us", "https://login.microsoftonline.us",
		    "https://outlook.office365.us", "" },
		{ "outlook-dod.office365.us",
		    "https://login.microsoftonline.us",
		    "https://outlook-dod.office365.us", "" },
		{ "partner.outlook.cn",
		    "https://login.partner.microsoftonline.cn",
		    "https://partner.outlook.cn", "" },
		{ "outlook.svc.sovcloud.fr",
		    "https://login.sovcloud-identity.fr",
		    "https://outlook.svc.sovcloud.fr", "" },
		{ "mail.a.example:8443", "https://login.microsoftonline.com",
		    "https://mail.a.example:8443", "" },
		{ "evil-office365.us", "https://login.microsoftonline.com",
		    "https://evil-office365.us", "" },
		{ "outlook.office365.com", "https://login.a.example:8443",
		    "https://outlook.office365.com",
		    "authority = https://Login.A.example:8443/\n" },
		{ "outlook.office365.com", "http://127.0.0.1:81",
		    "https://outlook.office365.com",
		    "authority = http://127.0.0.1:81\n" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < 2 * COUNT(rows); i++) {
		bool app = i % 2 == 0;
		char *ini = mem_printf(SEAL HEAD "server = %s\n%s%s",
		    rows[i / 2].server, app ? APP SECRET : PERSON,
		    rows[i / 2].own);
		char *scope = mem_printf("%s%s", rows[i / 2].scope,
		    app ? "/.default" : "/EWS.AccessAsUser.All");
		struct conf *c = load_good(ini);
		const struct conf_oauth *o = &c->profile[0].oauth;

		assert_string_equal(o->authority, rows[i / 2].authority);
		assert_string_equal(o->scope, scope);
		assert_string_equal(o->tenant, app ? "t.example" : "common");
		conf_free(c);
		free(scope);
		free(ini);
	}
}

/* What a login is known by: other secrets are other credentials. */
static void
credentials(void **state)
{
	struct conf *c = load_good(HEAD ONLINE APP SECRET), *d;
	struct credential who = credential_of_profile(&c->profile[0]), other;

	(void)state;
	assert_int_equal(who.scheme, CONF_AUTH_OAUTH);
	assert_string_equal(who.username, ID);
	assert_string_equal(who.password, "s3cret~");
	assert_string_equal(c->profile[0].oauth.secret, "s3cret~");
	assert_null(c->seal);
	d = load_good(HEAD ONLINE APP CERT "assertion = rs256\n"
					   "secret_expires = 2027-06-30\n");
	other = credential_of_profile(&d->profile[0]);
	assert_string_equal(other.username, ID);
	assert_int_equal(strlen(other.password), 64);
	assert_false(credential_same(&who, &other));
	assert_non_null(d->profile[0].oauth.key);
	assert_non_null(d->profile[0].oauth.cert);
	assert_int_equal(d->profile[0].oauth.assertion, CONF_ASSERTION_RS256);
	assert_true(d->profile[0].oauth.secret_expires != TIM_NONE);
	conf_free(c);
	conf_free(d);
	c = load_good(SEAL HEAD ONLINE PERSON BOX);
	who = credential_of_profile(&c->profile[0]);
	assert_string_equal(who.username, "svc@a.example");
	assert_null(who.password);
	assert_non_null(c->seal);
	assert_ptr_equal(c->profile[0].oauth.seal, c->seal);
	other = credential_of_mailbox(&c->mailbox[0]);
	assert_true(credential_same(&who, &other));
	conf_free(c);
	c = load_good(SEAL HEAD ONLINE OWN BOX);
	who = credential_of_mailbox(&c->mailbox[0]);
	assert_string_equal(who.username, "s@a.example");
	assert_ptr_equal(who.oauth, &c->profile[0].oauth);
	conf_free(c);
}

static const struct {
	const char *ini, *errs;
} bad[] = {
	{ HEAD ONLINE APP SECRET CERT,
	    "t.ini:8: client_certificate: client_secret_file is there too: "
	    "remove one of them\n" },
	{ HEAD ONLINE APP "client_certificate = cert\n",
	    "t.ini:7: client_certificate: needs its private key: write "
	    "client_key_file = FILE\n" },
	{ HEAD ONLINE APP "client_key_file = key\n",
	    "t.ini:7: client_key_file: needs its certificate: write "
	    "client_certificate = FILE\n" },
	{ HEAD ONLINE APP
	    "client_certificate = cert\nclient_key_file = other\n",
	    "t.ini:8: client_key_file: is not the key of the certificate in "
	    "client_certificate: write the one that it was made with\n" },
	{ HEAD ONLINE APP "client_certificate = cert\nclient_key_file = cert\n",
	    "t.ini:8: client_key_file: cert: holds a certificate and no key: "
	    "name the file with the private key\n" },
	{ HEAD ONLINE APP "client_certificate = none\nclient_key_file = key\n",
	    "t.ini:7: client_certificate: none: No such file or directory: "
	    "write the name of the certificate's file\n" },
	{ HEAD ONLINE APP "client_secret_file = open\n",
	    "t.ini:7: client_secret_file: open: others may read it: run chmod "
	    "600 open\n" },
	{ HEAD ONLINE APP "client_secret_file = none\n",
	    "t.ini:7: client_secret_file: none: No such file or directory: "
	    "create it with the client secret in it (its value, not its id), "
	    "then chmod 600\n" },
	{ HEAD ONLINE "client_id = " ID "\n" SECRET,
	    "t.ini:1: tenant_id: is missing: write the directory's id, or a "
	    "domain of it as contoso.onmicrosoft.com\n" },
	{ HEAD ONLINE "client_id = " ID "\ntenant_id = Common\n" SECRET,
	    "t.ini:6: tenant_id: must be one directory with a client secret or "
	    "certificate: write the directory's id, or a domain of it as "
	    "contoso.onmicrosoft.com\n" },
	{ HEAD ONLINE APP SECRET "access = delegate\n",
	    "t.ini:8: access: must be impersonation with a client secret or "
	    "certificate: no user is there to be a delegate or to own a "
	    "mailbox\n" },
	{ HEAD ONLINE APP SECRET "username = u\npassword_file = secret\n",
	    "t.ini:8: username: is not used with a client secret or "
	    "certificate: remove the line\n"
	    "t.ini:9: password_file: is not used with auth = oauth: remove the "
	    "line\n" },
	{ HEAD ONLINE "tenant_id = t.example\n" SECRET,
	    "t.ini:1: client_id: is missing: write the application (client) "
	    "id of exsync's app registration, which Entra shows under "
	    "Overview\n" },
	{ HEAD ONLINE "tenant_id = t/x\nclient_id = a\"b\nscope = x|y\n" SECRET,
	    "t.ini:5: tenant_id: is not a directory: write its id, or a "
	    "domain of it as contoso.onmicrosoft.com\n"
	    "t.ini:6: client_id: is not an application id: it is as " ID "\n"
	    "t.ini:7: scope: has a character that a scope cannot have: it is "
	    "as https://outlook.office365.com/.default\n" },
	{ HEAD ONLINE APP SECRET "authority = https://a.example/t\n",
	    "t.ini:8: authority: must be the host alone, as "
	    "https://login.microsoftonline.com: the tenant is written as "
	    "tenant_id\n" },
	{ HEAD ONLINE APP SECRET "authority = http://a.example\n",
	    "t.ini:8: authority: must begin with https://: a password is never "
	    "sent unprotected (http:// works to localhost only)\n" },
	{ SEAL HEAD ONLINE "client_id = " ID "\n",
	    "t.ini:3: username: is missing: write the address of the account "
	    "that opens the mailboxes (it logs in with exsync --login hq), or "
	    "a client_secret_file or client_certificate\n" },
	{ HEAD ONLINE PERSON,
	    "t.ini:3: auth: a person's login is kept in state_dir, sealed "
	    "with a key: write secret_key_file = exsync.key in [exsync]; "
	    "exsync --login makes the file\n" },
	{ SEAL HEAD ONLINE PERSON "password_file = secret\n",
	    "t.ini:9: password_file: is not used with auth = oauth: write "
	    "client_secret_file, or run exsync --login and remove the line\n" },
	{ SEAL HEAD ONLINE OWN BOX "password_file = secret\n",
	    "t.ini:12: password_file: is not used with auth = oauth: its owner "
	    "logs in with exsync --login ADDRESS; remove the line\n" },
	{ SEAL HEAD ONLINE PERSON BOX "username = s@a.example\n",
	    "t.ini:12: username: needs access = mailbox in the profile, where "
	    "auth = oauth: write it there, or remove the line\n" },
	{ "[profile hq]\ndomains = a.example\n" ONLINE
	  "username = u\npassword_file = secret\ntenant_id = "
	  "t.example\nsecret_expires = 2027-01-01\n",
	    "t.ini:6: tenant_id: is used with auth = oauth only: write auth = "
	    "oauth, or remove the line\n"
	    "t.ini:7: secret_expires: is used with auth = oauth only: write "
	    "auth = oauth, or remove the line\n" },
	{ HEAD ONLINE APP SECRET "tenant = t\n",
	    "t.ini:8: tenant: unknown key; did you mean tenant_id?\n" },
};

static void
refused(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		char *errs;
		struct conf *c = load_ini(bad[i].ini, false, &errs);

		assert_null(c);
		if (strcmp(errs, bad[i].errs) != 0)
			print_message("--- of:\n%s\n", bad[i].ini);
		assert_string_equal(errs, bad[i].errs);
		free(errs);
	}
}

/* Commands that need the database alone read no secret. */
static void
offline(void **state)
{
	static const char *const inis[] = {
		HEAD ONLINE APP "client_secret_file = none\n",
		HEAD ONLINE APP
		"client_certificate = none\nclient_key_file = none\n",
		HEAD ONLINE PERSON,
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(inis); i++) {
		char *errs;
		struct conf *c = load_ini(inis[i], true, &errs);

		assert_string_equal(errs, "");
		assert_non_null(c);
		assert_null(c->profile[0].oauth.secret);
		assert_null(c->profile[0].oauth.key);
		assert_null(c->seal);
		conf_free(c);
		free(errs);
	}
}

/* The settings are printed so that they can be read again; no secret is. */
static void
printed(void **state)
{
	static const char *const inis[] = { HEAD ONLINE APP SECRET,
		HEAD ONLINE APP CERT "assertion = rs256\n",
		SEAL HEAD ONLINE PERSON };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(inis); i++) {
		struct conf *c = load_good(inis[i]), *again;
		char *one, *two;
		size_t size;
		FILE *f = open_memstream(&one, &size);

		conf_print(c, f);
		fclose(f);
		assert_null(strstr(one, "s3cret"));
		assert_non_null(strstr(one, "tenant_id"));
		again = load_good(one);
		f = open_memstream(&two, &size);
		conf_print(again, f);
		fclose(f);
		assert_string_equal(one, two);
		conf_free(c);
		conf_free(again);
		free(one);
		free(two);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clouds),
		cmocka_unit_test(credentials),
		cmocka_unit_test(refused),
		cmocka_unit_test(offline),
		cmocka_unit_test(printed),
	};

	unsetenv("CREDENTIALS_DIRECTORY");
	return cmocka_run_group_tests(tests, make_files, remove_files);
}
