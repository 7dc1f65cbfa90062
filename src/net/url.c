/*
 * url.c - the part of RFC 3986 that names a server.
 * 1. Nothing of a parsed URL holds a control character, a space or a byte
 *    above 0x7e, so it may go into a request line as it is.
 * 2. An error never shows the text before an '@': it may be a password.
 */
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "base/host.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/url.h"

static int
refuse_url(struct err *e, const char *url, const char *what)
{
	if (strchr(url, '@') != NULL)
		url = "the URL";
	err_set(e, ERR_CONFIG, "%s: %s", url, what);
	return err_code(e, CAUSE_OTHER, "url", SCOPE_PROFILE);
}

/* Percent-decodes; NULL for a malformed escape or an encoded NUL. */
static char *
decode_percent(const char *s, size_t n)
{
	char *out = mem_alloc(n + 1), *o = out;
	size_t i;

	for (i = 0; i < n; i++) {
		int hi, lo;

		if (s[i] != '%') {
			*o++ = s[i];
			continue;
		}
		hi = i + 2 < n ? enc_hex_digit(s[i + 1]) : -1;
		lo = i + 2 < n ? enc_hex_digit(s[i + 2]) : -1;
		if (hi < 0 || lo < 0 || hi + lo == 0) {
			mem_wipe(out, n);
			free(out);
			return NULL;
		}
		*o++ = (char)(hi << 4 | lo);
		i += 2;
	}
	*o = '\0';
	return out;
}

static int
read_userinfo(
    struct url *u, const char *s, size_t n, const char *url, struct err *e)
{
	const char *colon = memchr(s, ':', n);
	size_t len = colon == NULL ? n : (size_t)(colon - s);

	u->user = decode_percent(s, len);
	u->password = colon == NULL ? mem_strdup("")
				    : decode_percent(colon + 1, n - len - 1);
	if (u->user == NULL || u->password == NULL)
		return refuse_url(e, url,
		    "a % in the user name or password must be written %25");
	return 0;
}

/* "name", "1.2.3.4" or "[::1]", n bytes. */
static int
read_host(
    struct url *u, const char *s, size_t n, const char *url, struct err *e)
{
	struct buf b;
	size_t i;
	bool ok;

	if (n >= 2 && s[0] == '[' && s[n - 1] == ']') {
		u->host = str_lower(mem_strndup(s + 1, n - 2));
		if (!host_is_ip(u->host) || strchr(u->host, ':') == NULL)
			return refuse_url(e, url,
			    "what stands in [ ] is not an IPv6 "
			    "address");
		return 0;
	}
	buf_init(&b, 256);
	ok = n > 0 && enc_domain(&b, s, n) == 0;
	for (i = 0; i < b.len; i++)
		ok = ok && host_is_char(b.data[i]);
	if (!ok) {
		buf_free(&b);
		return refuse_url(e, url,
		    "the host name is missing or is not one; "
		    "write https://mail.example.com/...");
	}
	u->host = buf_take(&b);
	return 0;
}

/* "host:port", up to end. */
static int
read_authority(struct url *u, const char *s, const char *end, const char *url,
    struct err *e)
{
	const char *colon = NULL, *p;
	int64_t port = u->https ? 443 : 80;

	for (p = s; p < end && *p != ']'; p++)
		if (*p == ':' && *s != '[')
			break;
	if (p < end && *p == ']')
		p++;
	if (p < end && *p == ':')
		colon = p;
	else if (p < end)
		return refuse_url(
		    e, url, "after ] only a colon and a port may stand");
	if (read_host(u, s, (size_t)(p - s), url, e) == -1)
		return -1;
	if (colon != NULL && colon + 1 < end) {
		char *text = mem_strndup(colon + 1, (size_t)(end - colon - 1));
		bool ok = strspn(text, "0123456789") == strlen(text) &&
			  str_int(text, 1, 65535, &port);

		free(text);
		if (!ok)
			return refuse_url(e, url,
			    "the port must be a number from 1 "
			    "to 65535");
		u->port_given = true;
	}
	u->port = mem_printf("%d", (int)port);
	return 0;
}

int
url_parse(struct url *u, const char *url, struct err *e)
{
	const char *s, *end, *at, *p;

	memset(u, 0, sizeof(*u));
	for (p = url; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return refuse_url(e, url,
			    "holds a space or a control "
			    "character; write it as %20");
	if (str_ieqn(url, "https://", 8)) {
		u->https = true;
		s = url + 8;
	} else if (str_ieqn(url, "http://", 7))
		s = url + 7;
	else
		return refuse_url(e, url, "must begin with https://");
	end = s + strcspn(s, "/?#");
	for (at = end; at > s && at[-1] != '@'; at--)
		;
	if (at > s) {
		if (read_userinfo(u, s, (size_t)(at - 1 - s), url, e) == -1)
			return -1;
		s = at;
	}
	if (read_authority(u, s, end, url, e) == -1)
		return -1;
	for (p = end; *p != '\0'; p++)
		if ((unsigned char)*p > 0x7e)
			return refuse_url(e, url,
			    "only ASCII may stand in the path; "
			    "write other characters as %..");
	u->path = mem_strndup("/", 1);
	if (*end == '/' || *end == '?') {
		size_t n = strcspn(end, "#");

		free(u->path);
		u->path =
		    mem_printf("%s%.*s", *end == '?' ? "/" : "", (int)n, end);
	}
	return 0;
}

void
url_free(struct url *u)
{
	free(u->host);
	free(u->port);
	free(u->path);
	free(u->user);
	mem_wipe_str(u->password);
	memset(u, 0, sizeof(*u));
}
