/*
 * test_sock.c - net/sock: names with several addresses, some of them dead or
 * silent, and lookups that are slow or fail.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>

#include "causes.h"
#include "netserver.h"

#include "base/tim.h"
#include "net/sock.h"

/* The answer of the name lookup, in place of the C library's. */
static struct {
	int rc, slow_ms;
	int n;
	struct addrinfo a[8];
	struct sockaddr_in6 sa[8]; /* room for either family */
} dns;

int
getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
    struct addrinfo **out)
{
	(void)host, (void)port, (void)hints;
	usleep((useconds_t)dns.slow_ms * 1000);
	*out = dns.a;
	return dns.rc;
}

void
freeaddrinfo(struct addrinfo *list)
{
	assert_ptr_equal(list, dns.a);
}

/*
 * Makes reads and writes of this thread fail although poll says that the socket
 * is ready. A million such calls mean a busy loop.
 */
static __thread struct {
	int no; /* the errno; 0: the system's own */
	int calls;
} vain;

static ssize_t
in_vain(void)
{
	if (++vain.calls > 1000000) {
		print_error("no deadline\n");
		_exit(1);
	}
	errno = vain.no;
	return -1;
}

ssize_t
recv(int fd, void *p, size_t n, int flags)
{
	return vain.no != 0 ? in_vain() : recvfrom(fd, p, n, flags, NULL, NULL);
}

ssize_t
send(int fd, const void *p, size_t n, int flags)
{
	return vain.no != 0 ? in_vain() : sendto(fd, p, n, flags, NULL, 0);
}

static void
forget(void)
{
	memset(&dns, 0, sizeof(dns));
}

static void
add(const char *ip, int port)
{
	struct addrinfo *a = &dns.a[dns.n];
	struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)&dns.sa[dns.n];
	struct sockaddr_in6 *v6 = &dns.sa[dns.n];

	if (strchr(ip, ':') == NULL) {
		v4->sin_port = htons((uint16_t)port);
		inet_pton(AF_INET, ip, &v4->sin_addr);
	} else {
		v6->sin6_port = htons((uint16_t)port);
		inet_pton(AF_INET6, ip, &v6->sin6_addr);
	}
	a->ai_family = strchr(ip, ':') == NULL ? AF_INET : AF_INET6;
	v6->sin6_family = (sa_family_t)a->ai_family;
	a->ai_addr = (struct sockaddr *)(void *)v6;
	a->ai_addrlen = a->ai_family == AF_INET ? sizeof(*v4) : sizeof(*v6);
	if (dns.n++ > 0)
		a[-1].ai_next = a;
}

/* A port that never answers a connect, since its queue is full. */
struct silent {
	int fd, port, in[8];
};

static void
silent_start(struct silent *s)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	size_t i;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(s->fd, 0), 0);
	assert_int_equal(getsockname(s->fd, (struct sockaddr *)&a, &len), 0);
	s->port = ntohs(a.sin_port);
	for (i = 0; i < sizeof(s->in) / sizeof(s->in[0]); i++) {
		s->in[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(s->in[i], (struct sockaddr *)&a, len);
	}
	usleep(50000);
}

static void
silent_stop(struct silent *s)
{
	size_t i;

	for (i = 0; i < sizeof(s->in) / sizeof(s->in[0]); i++)
		close(s->in[i]);
	close(s->fd);
}

static const struct step none[] = { { "", CLOSE, 0, 0 }, { NULL, KEEP, 0, 0 } };

/* When an address refuses, is unreachable or silent, the next is tried. */
static void
addresses(void **state)
{
	struct server sv = { .step = none };
	struct silent quiet;
	int i;

	(void)state;
	server_start(&sv);
	silent_start(&quiet);
	for (i = 0; i < 4; i++) {
		struct err e = ERR_INIT;
		int64_t t = tim_mono();
		struct sock *k;

		forget();
		if (i == 0)
			add("127.0.0.1", 1);
		else if (i == 1)
			add("::1", 1);
		else if (i == 2)
			add("ff02::1", 443); /* no TCP there */
		else
			add("127.0.0.1", quiet.port);
		add("127.0.0.1", sv.port);
		add("127.0.0.1", 1);
		k = sock_connect(
		    "mail.example", "443", t + 3000, NULL, NULL, &e);
		if (k == NULL)
			fail_msg("%d: %s", i, e.msg);
		assert_int_equal(e.kind, ERR_NONE);
		assert_string_equal(sock_where(k), "mail.example:443");
		assert_in_range(tim_mono() - t, i < 3 ? 0 : 1000, HANG_MS);
		sock_close(k);
	}
	silent_stop(&quiet);
	server_stop(&sv);
}

/* No address answers: the deadline holds, however many there are. */
static void
all_silent(void **state)
{
	struct err e = ERR_INIT;
	struct silent quiet;
	int64_t t;
	int i;

	(void)state;
	silent_start(&quiet);
	forget();
	for (i = 0; i < 8; i++)
		add("127.0.0.1", quiet.port);
	t = tim_mono();
	assert_null(
	    sock_connect("mail.example", "443", t + 2000, NULL, NULL, &e));
	/* were it the deadline of each it would be 16 s */
	assert_in_range(tim_mono() - t, 2000, 12000);
	assert_int_equal(e.kind, ERR_RETRY);
	assert_string_equal(e.code, "connect");
	assert_int_equal(e.cause, cause_of_code("connect"));
	assert_non_null(strstr(e.msg, " connection timed out, 127.0.0.1:"));
	assert_non_null(strstr(e.msg, "firewall"));
	silent_stop(&quiet);
}

/* The error names each address with its reason, and the advice fits them. */
static void
each_named(void **state)
{
	struct err e = ERR_INIT;
	char *end;
	int i;

	(void)state;
	forget();
	add("ff02::1", 1); /* no TCP there */
	add("127.0.0.1", 1);
	add("127.0.0.2", 2);
	assert_null(sock_connect(
	    "mail.example", "443", tim_mono() + HANG_MS, NULL, NULL, &e));
	if (strstr(e.msg, "mail.example:443: cannot connect: [ff02::1]:1 ") !=
		e.msg ||
	    strstr(e.msg,
		", 127.0.0.1:1 connection refused, 127.0.0.2:2 connection "
		"refused; nothing accepts connections there") == NULL)
		fail_msg("%s", e.msg);
	/* an address is not said twice */
	err_clear(&e);
	forget();
	add("127.0.0.1", 1);
	assert_null(sock_connect(
	    "127.0.0.1", "1", tim_mono() + HANG_MS, NULL, NULL, &e));
	if (strstr(e.msg, "127.0.0.1:1: cannot connect: connection refused; "
			  "nothing") != e.msg)
		fail_msg("%s", e.msg);
	/* however many there are, what to do is not cut off */
	err_clear(&e);
	forget();
	for (i = 0; i < 8; i++)
		add("fd00:1111:2222:3333:4444:5555:6666:7777", 50443);
	assert_null(sock_connect("a-rather-long-name-of-a-mail-server.example",
	    "50443", tim_mono() + 500, NULL, NULL, &e));
	assert_non_null(strstr(e.msg, " more; "));
	end = e.msg + strlen(e.msg) - 3;
	assert_string_not_equal(end, "...");
}

/* A lookup that takes all its time leaves as much for connecting. */
static void
slow_lookup(void **state)
{
	struct err e = ERR_INIT;
	struct silent quiet;
	int64_t t;

	(void)state;
	silent_start(&quiet);
	forget();
	dns.slow_ms = 300;
	add("127.0.0.1", quiet.port);
	t = tim_mono();
	assert_null(
	    sock_connect("mail.example", "443", t + 300, NULL, NULL, &e));
	assert_in_range(tim_mono() - t, 600, HANG_MS);
	assert_string_equal(e.code, "connect");
	assert_int_equal(e.cause, cause_of_code("connect"));
	silent_stop(&quiet);
}

static void
failed_lookup(void **state)
{
	static const struct {
		int rc, no;
		const char *text;
	} t[] = {
		{ EAI_NONAME, 0, "has no address: check its spelling" },
		{ EAI_NODATA, 0, "has no address: check its spelling" },
		{ EAI_AGAIN, 0, "check the name servers" },
		{ EAI_FAIL, 0, "check the name servers" },
		{ EAI_SYSTEM, EMFILE, "Too many open files" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct err e = ERR_INIT;

		forget();
		dns.rc = t[i].rc;
		errno = t[i].no;
		assert_null(sock_connect("lost.example", "443",
		    tim_mono() + HANG_MS, NULL, NULL, &e));
		assert_int_equal(e.kind, ERR_RETRY);
		assert_string_equal(e.code, "dns");
		assert_int_equal(e.cause, cause_of_code("dns"));
		if (strstr(e.msg, t[i].text) == NULL ||
		    strstr(e.msg, "lost.example:443: ") != e.msg)
			fail_msg("%s", e.msg);
	}
}

/* While a lookup fails the last addresses are used; a missing name fails. */
static void
remembered(void **state)
{
	static const struct step steps[] = { { "", CLOSE, 0, 0 },
		{ "", CLOSE, 0, 0 }, { "", CLOSE, 0, 0 },
		{ NULL, KEEP, 0, 0 } };
	static const int rc[] = { 0, EAI_AGAIN, EAI_SYSTEM, EAI_NONAME };
	struct server sv = { .step = steps };
	size_t i;

	(void)state;
	server_start(&sv);
	forget();
	add("127.0.0.1", 1);
	add("127.0.0.1", sv.port);
	for (i = 0; i < sizeof(rc) / sizeof(rc[0]); i++) {
		struct err e = ERR_INIT;
		struct sock *k;

		dns.rc = rc[i];
		k = sock_connect("seen.example", "443", tim_mono() + HANG_MS,
		    NULL, NULL, &e);
		if ((k != NULL) != (i < 3))
			fail_msg("%zu: %s", i, e.msg);
		sock_close(k);
		/* of another name, or port, nothing is known */
		if (i == 0)
			continue;
		assert_null(sock_connect("unseen.example", "443",
		    tim_mono() + HANG_MS, NULL, NULL, &e));
		assert_string_equal(e.code, "dns");
		assert_int_equal(e.cause, cause_of_code("dns"));
		assert_null(sock_connect("seen.example", "444",
		    tim_mono() + HANG_MS, NULL, NULL, &e));
		assert_string_equal(e.code, "dns");
		assert_int_equal(e.cause, cause_of_code("dns"));
	}
	server_stop(&sv);
}

static bool
in_time(void *arg)
{
	++*(int *)arg;
	return false;
}

static bool
at_once(void *arg)
{
	return ++*(int *)arg > 3;
}

/* A socket that is ready without data: the deadline holds, no busy loop. */
static void
ready_in_vain(void **state)
{
	static const struct {
		int no;
		bool read;
		bool (*stop)(void *);
		int ms;
		const char *code;
	} row[] = {
		{ EAGAIN, true, in_time, 300, "timeout" },
		{ EAGAIN, false, in_time, 300, "timeout" },
		{ EINTR, true, in_time, 300, "timeout" },
		{ EINTR, false, in_time, 300, "timeout" },
		{ EAGAIN, true, at_once, 3600000, "stop" },
		{ EAGAIN, false, at_once, 3600000, "stop" },
		{ EAGAIN, true, in_time, -1, "timeout" },
		{ EAGAIN, false, in_time, -1, "timeout" },
	};
	struct step steps[9];
	struct server sv = { .step = steps };
	size_t i;

	(void)state;
	for (i = 0; i < 8; i++)
		steps[i] = (struct step){ NULL, CLOSE, 0, 0 };
	steps[8] = (struct step){ NULL, KEEP, 0, 0 };
	server_start(&sv);
	for (i = 0; i < 8; i++) {
		struct err e = ERR_INIT;
		struct sock *k;
		int64_t from;
		char c = 'x';
		int asked = 0;

		forget();
		add("127.0.0.1", sv.port);
		k = sock_connect("mail.example", "443", tim_mono() + HANG_MS,
		    row[i].stop, &asked, &e);
		assert_non_null(k);
		while (!sock_readable(k)) /* it is closed over there */
			usleep(1000);
		asked = vain.calls = 0;
		vain.no = row[i].no;
		from = tim_mono();
		assert_int_equal(
		    row[i].read ? (int)sock_read(k, &c, 1, from + row[i].ms, &e)
				: sock_write(k, &c, 1, from + row[i].ms, &e),
		    -1);
		vain.no = 0;
		assert_string_equal(e.code, row[i].code);
		assert_true(
		    tim_mono() - from >= row[i].ms || row[i].stop == at_once);
		/* each time it is left alone for a while longer */
		assert_in_range(vain.calls, 1, 60);
		sock_close(k);
	}
	server_stop(&sv);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(all_silent),
		cmocka_unit_test(each_named),
		cmocka_unit_test(slow_lookup),
		cmocka_unit_test(failed_lookup),
		cmocka_unit_test(remembered),
		cmocka_unit_test(ready_in_vain),
	};

	return cmocka_run_group_tests_name("sock", tests, NULL, NULL);
}
