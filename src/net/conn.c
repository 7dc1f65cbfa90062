/*
 * conn.c - one byte connection, plain or TLS, with reading in place.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "net/conn.h"

#define PLAIN_SIZE (32 << 10)

struct conn {
	struct sock *sock;
	struct tls *tls;
	char *buf; /* plain only */
	size_t at, len;
	int64_t received;
};

struct conn *
conn_open(struct sock *take, struct tls *take_tls)
{
	struct conn *c = mem_alloc(sizeof(*c));

	c->sock = take;
	c->tls = take_tls;
	if (take_tls == NULL)
		c->buf = mem_alloc(PLAIN_SIZE);
	return c;
}

void
conn_close(struct conn *c)
{
	if (c == NULL)
		return;
	tls_close(c->tls);
	sock_close(c->sock);
	if (c->buf != NULL)
		mem_wipe(c->buf, PLAIN_SIZE); /* an answer may be a secret */
	free(c->buf);
	free(c);
}

const char *
conn_peek(struct conn *c, size_t *n, int64_t deadline, struct err *e)
{
	long k;

	if (c->tls != NULL)
		return (const char *)tls_peek(c->tls, n, deadline, e);
	*n = 0;
	if (c->at == c->len) {
		k = sock_read(c->sock, c->buf, PLAIN_SIZE, deadline, e);
		if (k == 0)
			err_clear(e);
		if (k <= 0)
			return NULL;
		c->at = 0;
		c->len = (size_t)k;
	}
	*n = c->len - c->at;
	return c->buf + c->at;
}

void
conn_eat(struct conn *c, size_t n)
{
	c->received += (int64_t)n;
	if (c->tls != NULL)
		tls_eat(c->tls, n);
	else
		c->at += n;
}

int
conn_write(
    struct conn *c, const void *p, size_t n, int64_t deadline, struct err *e)
{
	if (c->tls != NULL)
		return tls_write(c->tls, p, n, deadline, e);
	return sock_write(c->sock, p, n, deadline, e);
}

bool
conn_pending(const struct conn *c)
{
	return (c->tls != NULL ? tls_pending(c->tls) : c->at < c->len) ||
	       sock_readable(c->sock);
}

const struct tls_binding *
conn_binding(const struct conn *c)
{
	return c->tls == NULL ? NULL : tls_binding(c->tls);
}

bool
conn_resumed(const struct conn *c)
{
	return c->tls != NULL && tls_resumed(c->tls);
}

void
conn_distrust(struct conn *c)
{
	if (c->tls != NULL)
		tls_distrust(c->tls);
}

const char *
conn_where(const struct conn *c)
{
	return sock_where(c->sock);
}

int
conn_check_stop(const struct conn *c, struct err *e)
{
	return sock_check_stop(c->sock, e);
}

int64_t
conn_wire(const struct conn *c)
{
	return sock_received(c->sock);
}

int64_t
conn_received(const struct conn *c)
{
	return c->received;
}
