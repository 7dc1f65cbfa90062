/*
 * conn.h - one byte connection, plain or TLS, with reading in place.
 * Floor: net.
 * Threads: a struct conn belongs to one thread at a time.
 */
#ifndef NET_CONN_H
#define NET_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "net/sock.h"
#include "net/tls.h"

struct conn;

/* Takes ownership of both; take_tls NULL: a plain connection. */
struct conn *conn_open(struct sock *take, struct tls *take_tls);
void conn_close(struct conn *); /* NULL is fine */
/* As tls_peek and tls_eat. */
const char *conn_peek(struct conn *, size_t *n, int64_t deadline, struct err *);
void conn_eat(struct conn *, size_t);
int
conn_write(struct conn *, const void *, size_t, int64_t deadline, struct err *);
/* Did anything come that was not consumed, or did the peer close? */
bool conn_pending(const struct conn *);
/* As tls_binding; NULL: plain. */
const struct tls_binding *conn_binding(const struct conn *);
/* As tls_resumed and tls_distrust; plain: false, and nothing. */
bool conn_resumed(const struct conn *);
void conn_distrust(struct conn *);
const char *conn_where(const struct conn *);
/* As sock_check_stop. */
int conn_check_stop(const struct conn *, struct err *);
/* Bytes read from the socket, including those of an incomplete TLS record. */
int64_t conn_wire(const struct conn *);
/* Bytes consumed with conn_eat. */
int64_t conn_received(const struct conn *);

#endif
