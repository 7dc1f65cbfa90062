/*
 * confurl.c - the addresses of servers and proxies in the INI file.
 * 1. A result is ASCII without white space and control characters, so that it
 *    cannot inject anything into a request line.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "base/host.h"
#include "base/mem.h"
#include "base/str.h"
#include "conf/confurl.h"

#define URL_MAX 2048

/* Adds the [v6] at s; n bytes, with the brackets. */
static int
add_ipv6(struct buf *out, const char *s, size_t n)
{
	char text[64];
	struct in6_addr a;

	if (n < 4 || n > sizeof(text) || s[n - 1] != ']')
		return -1;
	snprintf(text, sizeof(text), "%.*s", (int)n - 2, s + 1);
	if (inet_pton(AF_INET6, text, &a) != 1)
		return -1;
	return buf_addf(out, "[%s]", str_lower(text));
}

static int
add_host(struct buf *out, const char *s, size_t n)
{
	size_t i, from = out->len;

	if (n > 0 && s[0] == '[')
		return add_ipv6(out, s, n);
	if (n == 0 || enc_domain(out, s, n) != 0 || out->len == from)
		return -1;
	for (i = from; i < out->len; i++)
		if (!host_is_char(out->data[i]))
			return -1;
	return 0;
}

/* Adds host[:port], n bytes at s. -1: not valid, or no port and need_port. */
static int
add_host_port(struct buf *out, const char *s, size_t n, bool need_port)
{
	const char *colon = memrchr(s, ':', n);
	char port[8];
	int64_t num;
	size_t host = n;

	if (colon != NULL && memchr(colon, ']', n - (size_t)(colon - s)))
		colon = NULL; /* inside [v6] */
	if (colon != NULL)
		host = (size_t)(colon - s);
	if ((colon == NULL && need_port) || add_host(out, s, host) != 0)
		return -1;
	if (colon == NULL)
		return 0;
	if (n - host - 1 >= sizeof(port))
		return -1;
	snprintf(port, sizeof(port), "%.*s", (int)(n - host - 1), colon + 1);
	if (!str_int(port, 1, 65535, &num))
		return -1;
	return buf_addf(out, ":%d", (int)num);
}

/* Ends a conversion: *out is the string, or why is the advice. */
static int
finish_url(struct buf *b, bool ok, char **out, char *why, size_t size,
    const char *advice)
{
	if (ok && !b->over) {
		*out = buf_take(b);
		return 0;
	}
	buf_free(b);
	snprintf(why, size, "%s", advice);
	return -1;
}

int
confurl_server(
    const char *s, const char *path, char **out, char *why, size_t size)
{
	struct buf b;
	bool ok = false;
	const char *advice = "must be a host name as mail.contoso.example, "
			     "with :port where it is not 443";

	buf_init(&b, URL_MAX);
	if (strchr(s, '/') != NULL) {
		advice = "must be a host name only; for a whole address write "
			 "url = ... instead";
	} else if (s[0] != '[' && strchr(s, ':') != strrchr(s, ':')) {
		advice = "write an IPv6 address in brackets: [2001:db8::1]";
	} else {
		buf_adds(&b, "https://");
		ok = add_host_port(&b, s, strlen(s), false) == 0 &&
		     buf_adds(&b, path) == 0;
	}
	return finish_url(&b, ok, out, why, size, advice);
}

/* Does "host[:port]" or "[v6][:port]" name this very machine? */
static bool
is_loopback(const char *s)
{
	bool v6 = s[0] == '[';
	size_t n = strcspn(s, v6 ? "]" : ":");
	char host[256];

	snprintf(
	    host, sizeof(host), "%.*s", n > 255 ? 0 : (int)(n - v6), s + v6);
	return host_is_loopback(host);
}

static bool
is_url_path(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~' || strchr("\"<>\\^`{|}#?", *s))
			return false;
	return true;
}

/* Do two hex digits follow each %, and is none of them a NUL? */
static bool
is_escaped(const char *s)
{
	static const char hex[] = "0123456789abcdefABCDEF";

	while ((s = strchr(s, '%')) != NULL) {
		if (strspn(++s, hex) < 2 || strncmp(s, "00", 2) == 0)
			return false;
	}
	return true;
}

int
confurl_service(
    const char *s, const struct conf_key *k, char **out, char *why, size_t size)
{
	struct buf b;
	bool ok = false, plain = str_ieqn(s, "http://", 7);
	size_t head = plain ? 7 : 8, n;
	char advised[200];
	const char *advice = advised;

	snprintf(advised, sizeof(advised), "must be as %s", k->example);
	buf_init(&b, URL_MAX);
	if (!plain && !str_ieqn(s, "https://", 8))
		return finish_url(&b, false, out, why, size, advice);
	n = strcspn(s + head, "/");
	if (memchr(s + head, '@', n) != NULL)
		advice = "must not hold a user name or password: write them "
			 "as username and password_file";
	else if (s[head + n] == '\0')
		snprintf(advised, sizeof(advised),
		    "needs its path: https://HOST%s", k->words);
	else if (strpbrk(s + head + n, "?#") != NULL)
		snprintf(advised, sizeof(advised),
		    "must end with the path, usually %s: remove ? or # and "
		    "what follows",
		    k->words);
	else if (!is_url_path(s + head + n))
		advice = "has a character in its path that an address cannot "
			 "have: write it as %XX";
	else {
		buf_adds(&b, plain ? "http://" : "https://");
		ok = add_host_port(&b, s + head, n, false) == 0;
		if (ok && plain && !is_loopback(b.data + head)) {
			ok = false;
			advice =
			    "must begin with https://: a password is never "
			    "sent unprotected (http:// works to "
			    "localhost only)";
		}
		if (ok)
			buf_adds(&b, s + head + n);
	}
	return finish_url(&b, ok, out, why, size, advice);
}

int
confurl_authority(
    const char *s, const struct conf_key *k, char **out, char *why, size_t size)
{
	size_t n = strlen(s), head = str_ieqn(s, "http://", 7) ? 7 : 8;
	char *whole;
	int rc;

	if (n > 0 && s[n - 1] == '/')
		n--;
	if (n > head && memchr(s + head, '/', n - head) != NULL) {
		snprintf(why, size,
		    "must be the host alone, as %s: the tenant is written as "
		    "tenant_id",
		    k->example);
		return -1;
	}
	whole = mem_printf("%.*s/", (int)n, s);
	rc = confurl_service(whole, k, out, why, size);
	free(whole);
	if (rc == 0)
		(*out)[strlen(*out) - 1] = '\0';
	return rc;
}

int
confurl_proxy(const char *s, char **out, char *why, size_t size)
{
	struct buf b;
	const char *host, *at, *advice;
	size_t n;
	bool ok = false;

	advice = "must be as http://proxy.contoso.example:3128";
	buf_init_secret(&b, URL_MAX);
	if (str_ieqn(s, "https://", 8)) {
		advice = "must begin with http://: a proxy that itself speaks "
			 "TLS is not supported";
	} else if (str_ieqn(s, "http://", 7)) {
		host = s + 7;
		n = strlen(host);
		if (n > 0 && host[n - 1] == '/')
			n--;
		at = memrchr(host, '@', n);
		buf_adds(&b, "http://");
		if (at != NULL) {
			buf_add(&b, host, (size_t)(at - host) + 1);
			n -= (size_t)(at - host) + 1;
			host = at + 1;
		}
		ok = is_url_path(b.data + 7) && is_escaped(b.data) &&
		     strchr(b.data, '/') + 1 == strrchr(b.data, '/');
		if (!ok)
			advice = "write special characters of user and "
				 "password as %XX";
		ok = ok && add_host_port(&b, host, n, true) == 0;
	}
	return finish_url(&b, ok, out, why, size, advice);
}
