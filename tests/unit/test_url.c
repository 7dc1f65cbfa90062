/*
 * test_url.c - net/url and the choice of a proxy.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/proxy.h"
#include "net/url.h"

static const struct {
	const char *in;
	int https;
	const char *host, *port, *path, *user, *password;
	const char *error;
} table[] = {
	{ "https://a.example", 1, "a.example", "443", "/", NULL, NULL, NULL },
	{ "HTTPS://A.Example:8443/EWS/Exchange.asmx?x=1#f", 1, "a.example",
	    "8443", "/EWS/Exchange.asmx?x=1", NULL, NULL, NULL },
	{ "http://localhost:1/", 0, "localhost", "1", "/", NULL, NULL, NULL },
	{ "http://[::1]:80/x", 0, "::1", "80", "/x", NULL, NULL, NULL },
	{ "https://[FE80::1]", 1, "fe80::1", "443", "/", NULL, NULL, NULL },
	{ "https://10.0.0.1?q", 1, "10.0.0.1", "443", "/?q", NULL, NULL, NULL },
	{ "https://b\xc3\xbc"
	  "cher.example/",
	    1, "xn--bcher-kva.example", "443", "/", NULL, NULL, NULL },
	{ "https://host:/x", 1, "host", "443", "/x", NULL, NULL, NULL },
	{ "http://us%40er:p%3Aw%25@p.example:3128", 0, "p.example", "3128", "/",
	    "us@er", "p:w%", NULL },
	{ "http://u@p.example", 0, "p.example", "80", "/", "u", "", NULL },
	{ "http://u:a@b@p.example", 0, "p.example", "80", "/", "u", "a@b",
	    NULL },
	{ "https://h/a@b", 1, "h", "443", "/a@b", NULL, NULL, NULL },
	{ "a.example", 0, NULL, NULL, NULL, NULL, NULL, "begin with https" },
	{ "ftp://a", 0, NULL, NULL, NULL, NULL, NULL, "begin with https" },
	{ "", 0, NULL, NULL, NULL, NULL, NULL, "begin with https" },
	{ "https://", 0, NULL, NULL, NULL, NULL, NULL, "host name" },
	{ "https:///x", 0, NULL, NULL, NULL, NULL, NULL, "host name" },
	{ "https://a..b/", 0, NULL, NULL, NULL, NULL, NULL, "host name" },
	{ "https://a,b/", 0, NULL, NULL, NULL, NULL, NULL, "host name" },
	{ "https://a:0/", 0, NULL, NULL, NULL, NULL, NULL, "1 to 65535" },
	{ "https://a:65536/", 0, NULL, NULL, NULL, NULL, NULL, "1 to 65535" },
	{ "https://a:-1/", 0, NULL, NULL, NULL, NULL, NULL, "1 to 65535" },
	{ "https://a:1x/", 0, NULL, NULL, NULL, NULL, NULL, "1 to 65535" },
	{ "https://[::1/", 0, NULL, NULL, NULL, NULL, NULL, "host name" },
	{ "https://[x]/", 0, NULL, NULL, NULL, NULL, NULL, "IPv6" },
	{ "https://[::1]x/", 0, NULL, NULL, NULL, NULL, NULL, "after ]" },
	{ "https://a/b c", 0, NULL, NULL, NULL, NULL, NULL, "space" },
	{ "https://a/\r\nX: y", 0, NULL, NULL, NULL, NULL, NULL, "space" },
	{ "https://a/\xc3\xbc", 0, NULL, NULL, NULL, NULL, NULL, "ASCII" },
	{ "http://u:sec%ret@p/", 0, NULL, NULL, NULL, NULL, NULL, "%25" },
	{ "http://u:secret@p:0/", 0, NULL, NULL, NULL, NULL, NULL, "65535" },
	{ "http://u:sec%00ret@p/", 0, NULL, NULL, NULL, NULL, NULL, "%25" },
};

static void
same(const char *a, const char *b)
{
	if (b == NULL)
		assert_null(a);
	else
		assert_string_equal(a, b);
}

static void
urls(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct err e = ERR_INIT;
		struct url u;
		int r = url_parse(&u, table[i].in, &e);

		if (table[i].error != NULL) {
			assert_int_equal(r, -1);
			assert_int_equal(e.kind, ERR_CONFIG);
			assert_non_null(strstr(e.msg, table[i].error));
			assert_null(strstr(e.msg, "sec"));
		} else {
			assert_int_equal(r, 0);
			assert_int_equal(u.https, table[i].https);
			same(u.host, table[i].host);
			same(u.port, table[i].port);
			same(u.path, table[i].path);
			same(u.user, table[i].user);
			same(u.password, table[i].password);
		}
		url_free(&u);
	}
}

static void
exceptions(void **state)
{
	static const struct {
		const char *list, *host;
		int covered;
	} t[] = {
		{ "", "a.example", 0 },
		{ "*", "a.example", 1 },
		{ "a.example", "a.example", 1 },
		{ "A.EXAMPLE", "a.example", 1 },
		{ "example", "a.example", 1 },
		{ ".example", "a.example", 1 },
		{ "*.example", "a.example", 1 },
		{ "ample", "a.example", 0 },
		{ "b.a.example", "a.example", 0 },
		{ "x, y ,a.example", "a.example", 1 },
		{ "a.example:443", "a.example", 1 },
		{ "a.example:444", "a.example", 0 },
		{ "0.0.1", "10.0.0.1", 0 },
		{ "10.0.0.1", "10.0.0.1", 1 },
		{ "::1", "::1", 1 },
		{ "[::1]", "::1", 1 },
		{ ",,.,", "a.example", 0 },
		{ "[::1]:443", "::1", 1 },
		{ "[::1]:444", "::1", 0 },
		{ "[::1", "::1", 0 },
		{ "0:0:0:0:0:0:0:1", "::1", 1 },
		{ "::1:443", "::1", 0 },
		{ "10.0.0.0/8", "10.9.8.7", 1 },
		{ "10.0.0.0/8:443", "10.9.8.7", 1 },
		{ "10.0.0.0/8:80", "10.9.8.7", 0 },
		{ "10.0.0.0/8", "11.0.0.1", 0 },
		{ "10.0.0.0/8", "10.0.0.1.example", 0 },
		{ "192.168.4.0/22", "192.168.7.255", 1 },
		{ "192.168.4.0/22", "192.168.8.0", 0 },
		{ "10.0.0.1/32", "10.0.0.1", 1 },
		{ "0.0.0.0/0", "10.0.0.1", 1 },
		{ "0.0.0.0/0", "::1", 0 },
		{ "10.0.0.0/33", "10.0.0.1", 0 },
		{ "10.0.0.0/", "10.0.0.1", 0 },
		{ "10.0.0.0/-1", "10.0.0.1", 0 },
		{ "fd00::/8", "fd12::1", 1 },
		{ "[fd00::/8]:443", "fd12::1", 1 },
		{ "fd00::/8", "fe80::1", 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		assert_int_equal(
		    proxy_excepted(t[i].list, t[i].host, "443"), t[i].covered);
}

/* The INI's value goes before the environment's; "" means none. */
static void
choice(void **state)
{
	static const struct {
		const char *opt, *env, *no, *target, *host, *error;
	} t[] = {
		{ NULL, NULL, NULL, "https://a.example", NULL, NULL },
		{ NULL, "http://e:1", NULL, "https://a.example", "e", NULL },
		{ NULL, "e:1", NULL, "https://a.example", "e", NULL },
		{ NULL, "http://e:1", "example", "https://a.example", NULL,
		    NULL },
		{ NULL, "http://e:1", NULL, "http://localhost", NULL, NULL },
		{ "", "http://e:1", NULL, "https://a.example", NULL, NULL },
		{ "http://o:2", "http://e:1", "*", "https://a.example", "o",
		    NULL },
		{ "https://o:2", NULL, NULL, "https://a", NULL,
		    "http://host:port" },
		{ "socks5://o:2", NULL, NULL, "https://a", NULL,
		    "http://host:port" },
		{ NULL, "socks5://u:secret@o:2", NULL, "https://a", NULL,
		    "http://host:port" },
		{ NULL, "http://u:secret@e:0", NULL, "https://a", NULL,
		    "HTTPS_PROXY" },
	};
	size_t i;

	(void)state;
	unsetenv("https_proxy");
	unsetenv("no_proxy");
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct err e = ERR_INIT;
		struct proxy p;
		struct url u;
		int r;

		setenv("HTTPS_PROXY", t[i].env == NULL ? "" : t[i].env, 1);
		setenv("NO_PROXY", t[i].no == NULL ? "" : t[i].no, 1);
		assert_int_equal(url_parse(&u, t[i].target, &e), 0);
		r = proxy_choose(&p, &u, t[i].opt, &e);
		if (t[i].error != NULL) {
			assert_int_equal(r, -1);
			assert_int_equal(e.kind, ERR_CONFIG);
			assert_string_equal(e.code, "proxy");
			assert_non_null(strstr(e.msg, t[i].error));
			assert_null(strstr(e.msg, "secret"));
		} else {
			assert_int_equal(r, 0);
			same(p.url.host, t[i].host);
		}
		proxy_free(&p);
		url_free(&u);
	}
	unsetenv("HTTPS_PROXY");
	unsetenv("NO_PROXY");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urls),
		cmocka_unit_test(exceptions),
		cmocka_unit_test(choice),
	};

	return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}
