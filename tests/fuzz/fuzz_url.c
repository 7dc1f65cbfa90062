/*
 * fuzz_url.c - URLs of servers and proxies: the parts put together give the URL
 * again, and no error holds a password.
 */
#include <ctype.h>

#include "base/buf.h"
#include "base/host.h"
#include "conf/confurl.h"
#include "fuzz.h"
#include "net/proxy.h"
#include "net/url.h"

static void
parts(const struct url *u)
{
	const char *p;

	FUZZ_CHECK(u->host[0] != '\0' && u->port[0] != '\0');
	for (p = u->host; *p != '\0'; p++)
		FUZZ_CHECK(
		    isalnum((unsigned char)*p) || strchr("-._:", *p) != NULL);
	for (p = u->port; *p != '\0'; p++)
		FUZZ_CHECK(isdigit((unsigned char)*p));
	FUZZ_CHECK(strtoul(u->port, NULL, 10) <= 65535);
	FUZZ_CHECK(u->path[0] == '/');
	for (p = u->path; *p != '\0'; p++)
		FUZZ_CHECK((unsigned char)*p > ' ' && *p != 0x7f && *p != '#');
	host_is_loopback(u->host);
}

static void
again(const struct url *u)
{
	struct err e = ERR_INIT;
	struct url v;
	struct buf b;
	bool v6 = strchr(u->host, ':') != NULL;

	buf_init(&b, (size_t)1 << 20);
	buf_addf(&b, v6 ? "%s://[%s]:%s%s" : "%s://%s:%s%s",
	    u->https ? "https" : "http", u->host, u->port, u->path);
	FUZZ_CHECK(url_parse(&v, buf_str(&b), &e) == 0);
	FUZZ_CHECK(v.https == u->https && strcmp(v.host, u->host) == 0);
	FUZZ_CHECK(strcmp(v.port, u->port) == 0);
	FUZZ_CHECK(strcmp(v.path, u->path) == 0);
	url_free(&v);
	buf_free(&b);
}

static void
config(const char *s, int (*f)(const char *, char **, char *, size_t))
{
	char *out = NULL, why[256] = "";
	struct err e = ERR_INIT;
	struct url u;

	if (f(s, &out, why, sizeof(why)) == -1) {
		FUZZ_CHECK(why[0] != '\0');
		fuzz_printable(why);
		FUZZ_CHECK(strstr(s, "hunter2@") == NULL ||
			   strstr(why, "hunter2") == NULL);
		return;
	}
	FUZZ_CHECK(out != NULL);
	FUZZ_CHECK(url_parse(&u, out, &e) == 0);
	url_free(&u);
	free(out);
}

static int
server(const char *s, char **out, char *why, size_t size)
{
	return confurl_server(s, "/EWS/Exchange.asmx", out, why, size);
}

static int
service(const char *s, char **out, char *why, size_t size)
{
	static const struct conf_key row = { .words = "/EWS/Exchange.asmx",
		.example = "https://mail.contoso.example/EWS/Exchange.asmx" };

	return confurl_service(s, &row, out, why, size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = fuzz_string(data, size);
	struct err e = ERR_INIT;
	struct url u;
	int rc = url_parse(&u, s, &e);

	fuzz_err(rc, &e);
	FUZZ_CHECK(
	    strstr(s, "hunter2@") == NULL || strstr(e.msg, "hunter2") == NULL);
	if (rc == 0) {
		if (u.user != NULL)
			FUZZ_CHECK(strstr(s, "%00") == NULL ||
				   strstr(s, "%00") > strchr(s, '@'));
		parts(&u);
		again(&u);
	}
	url_free(&u);
	config(s, server);
	config(s, service);
	config(s, confurl_proxy);
	proxy_excepted(s, "mail.contoso.example", "443");
	proxy_excepted(s, "::1", "80");
	free(s);
	return 0;
}
