/*
 * proxy.c - through an HTTP proxy by CONNECT.
 * 1. User and password of the proxy appear in the Proxy-Authorization
 *    header only.
 * 2. What follows the proxy's answer belongs to the server, which must not
 *    speak first: any byte there is an error.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/enc.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/head.h"
#include "net/proxy.h"

#define HEAD_MAX 16384

void
proxy_free(struct proxy *p)
{
	url_free(&p->url);
}

static bool
covers(const char *item, size_t n, const char *host, const char *port)
{
	const char *colon;
	size_t len = strlen(host), k;

	if (n == 1 && *item == '*')
		return true;
	/* "host:port"; more colons are an IPv6 address */
	colon = memchr(item, ':', n);
	if (colon != NULL && *item != '[' &&
	    memchr(colon + 1, ':', n - (size_t)(colon + 1 - item)) == NULL) {
		k = n - (size_t)(colon + 1 - item);
		if (strlen(port) != k || memcmp(colon + 1, port, k) != 0)
			return false;
		n = (size_t)(colon - item);
	}
	if (n > 2 && item[0] == '[' && item[n - 1] == ']')
		item++, n -= 2;
	if (n > 1 && item[0] == '*' && item[1] == '.')
		item++, n--;
	if (n > 0 && item[0] == '.')
		item++, n--;
	if (n == 0 || n > len || !str_ieqn(host + len - n, item, n))
		return false;
	return n == len || (host[len - n - 1] == '.' && !url_is_ip(host));
}

bool
proxy_excepted(const char *list, const char *host, const char *port)
{
	while (*list != '\0') {
		size_t n = strcspn(list, ", \t");

		if (n > 0 && covers(list, n, host, port))
			return true;
		list += n;
		list += strspn(list, ", \t");
	}
	return false;
}

static const char *
environment(const char *lower, const char *upper)
{
	const char *v = getenv(lower);

	if (v == NULL || *v == '\0')
		v = getenv(upper);
	return v == NULL || *v == '\0' ? NULL : v;
}

int
proxy_choose(
    struct proxy *out, const struct url *target, const char *opt, struct err *e)
{
	const char *source = "proxy", *except;
	char *full = NULL;
	int r;

	memset(out, 0, sizeof(*out));
	if (!target->https)
		return 0;
	if (opt == NULL) {
		source = "HTTPS_PROXY (environment)";
		opt = environment("https_proxy", "HTTPS_PROXY");
		except = environment("no_proxy", "NO_PROXY");
		if (opt == NULL ||
		    (except != NULL &&
			proxy_excepted(except, target->host, target->port)))
			return 0;
	}
	if (*opt == '\0')
		return 0;
	if (strstr(opt, "://") == NULL)
		opt = full = mem_printf("http://%s", opt);
	r = url_parse(&out->url, opt, e);
	mem_wipe_str(full);
	if (r == 0 && out->url.https) {
		err_set(e, ERR_CONFIG,
		    "write http://host:port; the way to the server is "
		    "encrypted anyway");
		r = -1;
	}
	if (r == -1) {
		err_prefix(e, "%s", source);
		err_code(e, "proxy", SCOPE_PROFILE);
	}
	return r;
}

static void
request(const struct proxy *p, const char *to, struct buf *b)
{
	struct buf login;

	buf_addf(b, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n", to, to);
	if (p->url.user != NULL) {
		buf_init(&login, 4096);
		buf_room(&login, 4096);
		buf_addf(&login, "%s:%s", p->url.user, p->url.password);
		buf_adds(b, "Proxy-Authorization: Basic ");
		enc_base64(b, buf_str(&login), login.len);
		buf_adds(b, "\r\n");
		buf_wipe(&login);
	}
	buf_adds(b, "\r\n");
}

/* What a refusal means. */
static int
refused(const char *where, const char *to, int status, struct err *e)
{
	enum err_kind kind = ERR_RETRY;
	const char *what = "refuses the connection";

	if (status == 407) {
		kind = ERR_CONFIG;
		what = "wants a user name and a password: write proxy = "
		       "http://user:password@host:port (exsync offers Basic)";
	} else if (status == 401 || status == 403 || status == 405) {
		what = "does not permit this connection: ask its "
		       "administrator to allow it";
	} else if (status >= 500)
		what = "cannot reach the server";
	err_set(e, kind, "%s: the proxy %s (HTTP %d for CONNECT %s)", where,
	    what, status, to);
	return err_code(e, "proxy", SCOPE_PROFILE);
}

static int
answer(struct sock *s, const char *to, int64_t deadline, struct err *e)
{
	const char *where = sock_where(s), *why = NULL;
	struct buf lines;
	struct head h;
	char in[2048];
	long n = 0, k = 0;
	int status;

	buf_init(&lines, HEAD_MAX);
	head_init(&h, &lines, HEAD_MAX);
	while (!h.done && why == NULL) {
		n = sock_read(s, in, sizeof(in), deadline, e);
		if (n == -1)
			break;
		if (n == 0)
			why = "it closes the connection";
		else if ((k = head_feed(&h, in, (size_t)n)) == -1)
			why = h.why;
	}
	status = h.status;
	head_free(&h);
	buf_free(&lines);
	if (n == -1) {
		if (str_eq(e->code, "stop"))
			return -1;
		err_prefix(e, "CONNECT %s through the proxy", to);
		return err_code(e, "proxy", SCOPE_PROFILE);
	}
	if (why == NULL && status / 100 != 2)
		return refused(where, to, status, e);
	if (why == NULL && k < n)
		why = "it sends more than its answer";
	if (why == NULL)
		return 0;
	err_set(e, ERR_RETRY,
	    "%s: the proxy's answer to CONNECT %s is not one: %s; check that "
	    "proxy names an HTTP proxy",
	    where, to, why);
	return err_code(e, "proxy", SCOPE_PROFILE);
}

int
proxy_connect(const struct proxy *p, struct sock *s, const struct url *target,
    int64_t deadline, struct err *e)
{
	bool v6 = strchr(target->host, ':') != NULL;
	char *to, *label;
	struct buf b;
	int r;

	to = mem_printf(v6 ? "[%s]:%s" : "%s:%s", target->host, target->port);
	buf_init(&b, HEAD_MAX);
	buf_room(&b, HEAD_MAX);
	request(p, to, &b);
	r = sock_write(s, buf_str(&b), b.len, deadline, e);
	buf_wipe(&b);
	if (r == -1 && !str_eq(e->code, "stop"))
		err_code(e, "proxy", SCOPE_PROFILE);
	if (r == 0)
		r = answer(s, to, deadline, e);
	if (r == 0) {
		label = mem_printf("%s (proxy %s)", to, sock_where(s));
		sock_label(s, label);
		free(label);
	}
	free(to);
	return r;
}
