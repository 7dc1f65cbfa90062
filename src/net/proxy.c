/*
 * proxy.c - through an HTTP proxy by CONNECT.
 * 1. User and password of the proxy appear in the Proxy-Authorization
 *    header only.
 * 2. What follows the proxy's answer belongs to the server, which must not
 *    speak first: any byte there is an error.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/enc.h"
#include "base/host.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/challenge.h"
#include "net/head.h"
#include "net/proxy.h"

#define HEAD_MAX 16384

void
proxy_free(struct proxy *p)
{
	url_free(&p->url);
}

/* Is host that address, or an address in that network ("10.0.0.0/8")? */
static bool
in_network(const char *item, size_t n, const char *host)
{
	unsigned char net[16], ip[16];
	char text[64], *slash;
	int64_t bits, i;
	int family;

	if (n >= sizeof(text))
		return false;
	memcpy(text, item, n);
	text[n] = '\0';
	if ((slash = strchr(text, '/')) != NULL)
		*slash++ = '\0';
	family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
	bits = family == AF_INET6 ? 128 : 32;
	if (inet_pton(family, text, net) != 1 ||
	    inet_pton(family, host, ip) != 1 ||
	    (slash != NULL && !str_int(slash, 0, bits, &bits)))
		return false;
	for (i = 0; i < bits; i++)
		if ((net[i / 8] ^ ip[i / 8]) >> (7 - i % 8) & 1)
			return false;
	return true;
}

static bool
covers_host(const char *item, size_t n, const char *host, const char *port)
{
	const char *colon, *close;
	size_t len = strlen(host), k;

	if (n == 1 && *item == '*')
		return true;
	/* "host:port" or "[::1]:port"; an IPv6 address has more colons */
	close = *item == '[' ? memchr(item, ']', n) : NULL;
	k = close == NULL ? 0 : (size_t)(close + 1 - item);
	colon = memchr(item + k, ':', n - k);
	if (colon != NULL &&
	    memchr(colon + 1, ':', n - (size_t)(colon + 1 - item)) == NULL) {
		k = n - (size_t)(colon + 1 - item);
		if (strlen(port) != k || memcmp(colon + 1, port, k) != 0)
			return false;
		n = (size_t)(colon - item);
	}
	if (n > 2 && item[0] == '[' && item[n - 1] == ']')
		item++, n -= 2;
	if (in_network(item, n, host))
		return true;
	if (n > 1 && item[0] == '*' && item[1] == '.')
		item++, n--;
	if (n > 0 && item[0] == '.')
		item++, n--;
	if (n == 0 || n > len || !str_ieqn(host + len - n, item, n))
		return false;
	return n == len || (host[len - n - 1] == '.' && !host_is_ip(host));
}

bool
proxy_excepted(const char *list, const char *host, const char *port)
{
	while (*list != '\0') {
		size_t n = strcspn(list, ", \t");

		if (n > 0 && covers_host(list, n, host, port))
			return true;
		list += n;
		list += strspn(list, ", \t");
	}
	return false;
}

static const char *
read_environment(const char *lower, const char *upper)
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
		opt = read_environment("https_proxy", "HTTPS_PROXY");
		except = read_environment("no_proxy", "NO_PROXY");
		if (opt == NULL ||
		    (except != NULL &&
			proxy_excepted(except, target->host, target->port)))
			return 0;
	}
	if (*opt == '\0')
		return 0;
	if (strstr(opt, "://") == NULL)
		opt = full = mem_printf("http://%s", opt);
	if (str_ieqn(opt, "http://", 7))
		r = url_parse(&out->url, opt, e);
	else
		r = err_set(e, ERR_CONFIG,
		    "write http://host:port: it must be an HTTP proxy, and "
		    "the way to the server is encrypted anyway");
	mem_wipe_str(full);
	if (r == -1) {
		err_prefix(e, "%s", source);
		err_code(e, CAUSE_NETWORK, "proxy", SCOPE_PROFILE);
	}
	return r;
}

static void
build_connect(const struct proxy *p, const char *to, struct buf *b)
{
	struct buf login;

	buf_addf(b, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n", to, to);
	if (p->url.user != NULL) {
		buf_init_secret(&login, 4096);
		buf_addf(&login, "%s:%s", p->url.user, p->url.password);
		buf_adds(b, "Proxy-Authorization: Basic ");
		enc_base64(b, buf_str(&login), login.len);
		buf_adds(b, "\r\n");
		buf_free(&login);
	}
	buf_adds(b, "\r\n");
}

/* Does the answer offer logins, but not Basic? */
static bool
wants_other(const struct buf *head)
{
	struct buf offered;
	bool other;

	buf_init(&offered, HEAD_MAX);
	challenge_collect(head, "Proxy-Authenticate", &offered);
	other =
	    offered.len > 0 && !challenge_offers(buf_str(&offered), "Basic");
	buf_free(&offered);
	return other;
}

static const char *
login_advice(const struct proxy *p, bool other)
{
	if (other)
		return "wants a login, but not by Basic, which is all that "
		       "exsync offers: allow Basic there, or let this "
		       "machine through without a login";
	if (p->url.user != NULL)
		return "rejects the user name or the password that stand in "
		       "its URL: correct them (special characters as %XX)";
	return "wants a user name and a password: write proxy = "
	       "http://user:password@host:port (exsync offers Basic)";
}

/* Is the status, 0 for none, one of a proxy that did not reject the login? */
static bool
clears_login(int status)
{
	return status != 0 && status != 407 && status != 401;
}

/* Sets err for a proxy's refusal. */
static int
proxy_refused(const struct proxy *p, const struct buf *head, const char *where,
    const char *to, int status, struct err *e)
{
	enum err_kind kind = ERR_RETRY;
	const char *what = "refuses the connection";
	bool other = wants_other(head);

	if (status == 407) {
		kind = ERR_CONFIG;
		what = login_advice(p, other);
	} else if (status == 401 || status == 403 || status == 405) {
		what = "does not permit this connection: ask its "
		       "administrator to allow it";
	} else if (status >= 500)
		what = "cannot reach the server";
	err_set(e, kind, "%s: the proxy %s (HTTP %d for CONNECT %s)", where,
	    what, status, to);
	e->spared = clears_login(status);
	if (status == 407 && p->url.user != NULL && !other)
		return err_code(
		    e, CAUSE_PROXY_LOGIN, "proxy-login", SCOPE_PROFILE);
	return err_code(e, CAUSE_NETWORK, "proxy", SCOPE_PROFILE);
}

/* Reads the head of the proxy's answer into lines. */
static int
read_answer(const struct proxy *p, struct sock *s, struct buf *lines,
    const char *to, int64_t deadline, struct err *e)
{
	const char *where = sock_where(s), *why = NULL;
	struct head h;
	char in[2048];
	long n = 0, k = 0;
	int status;

	head_init(&h, lines, HEAD_MAX);
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
	if (n == -1) {
		if (e->cause == CAUSE_STOP)
			return -1;
		err_prefix(e, "CONNECT %s through the proxy", to);
		e->spared = clears_login(status);
		return err_code(e, CAUSE_NETWORK, "proxy", SCOPE_PROFILE);
	}
	if (why == NULL && status / 100 != 2)
		return proxy_refused(p, lines, where, to, status, e);
	if (why == NULL && k < n)
		why = "it sends more than its answer";
	if (why == NULL)
		return 0;
	err_set(e, ERR_RETRY,
	    "%s: the proxy's answer to CONNECT %s is not one: %s; check that "
	    "proxy names an HTTP proxy",
	    where, to, why);
	e->spared = clears_login(status);
	return err_code(e, CAUSE_NETWORK, "proxy", SCOPE_PROFILE);
}

int
proxy_connect(const struct proxy *p, struct sock *s, const struct url *target,
    int64_t deadline, struct err *e)
{
	bool v6 = strchr(target->host, ':') != NULL;
	char *to, *label;
	struct buf b, lines;
	int r;

	to = mem_printf(v6 ? "[%s]:%s" : "%s:%s", target->host, target->port);
	buf_init_secret(&b, HEAD_MAX);
	build_connect(p, to, &b);
	r = sock_write(s, buf_str(&b), b.len, deadline, e);
	buf_free(&b);
	if (r == -1 && e->cause != CAUSE_STOP)
		err_code(e, CAUSE_NETWORK, "proxy", SCOPE_PROFILE);
	buf_init(&lines, HEAD_MAX);
	if (r == 0)
		r = read_answer(p, s, &lines, to, deadline, e);
	buf_free(&lines);
	if (r == 0) {
		label = mem_printf("%s (proxy %s)", to, sock_where(s));
		sock_label(s, label);
		free(label);
	}
	free(to);
	return r;
}
