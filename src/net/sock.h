/*
 * sock.h - TCP connections with deadlines.
 * Floor: net.
 * Threads: a struct sock belongs to one thread at a time.
 */
#ifndef NET_SOCK_H
#define NET_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct sock;

/*
 * Resolves the name and tries its addresses in turn (at most eight, IPv6 and
 * IPv4 mixed as getaddrinfo sorts them), all within deadline (tim_mono ms, to
 * which the time of the lookup is added). Each address gets an equal share of
 * the time that is left. While the name servers fail, the addresses that the
 * name had before are used.
 * stop (may be NULL) is polled at least every 250 ms. ERR_RETRY with the
 * host, the port and what to check. Name resolution stays inside the static
 * binary: __nss_configure_lookup.
 */
struct sock *sock_connect(const char *host, const char *port, int64_t deadline,
    bool (*stop)(void *), void *stop_arg, struct err *);
/*
 * The addresses of the name, as sock_connect would try them, for a person:
 * "192.0.2.7, 2001:db8::7". Errors as of sock_connect.
 */
int sock_lookup(
    const char *host, const char *port, char *out, size_t size, struct err *);
/* The peer's address and port, for a person: "192.0.2.7 port 443". */
void sock_address(const struct sock *, char *out, size_t size);
/*
 * Causes of errors from here on: CAUSE_TIMEOUT, _STOP, _CUT (the peer
 * reset the connection); of sock_connect also CAUSE_NETWORK.
 */
/* Returns 1..n bytes; 0 at the end of the stream; -1: ERR_RETRY. */
long sock_read(struct sock *, void *, size_t, int64_t deadline, struct err *);
/* Writes all n bytes, or returns -1. */
int
sock_write(struct sock *, const void *, size_t, int64_t deadline, struct err *);
/*
 * The peer's name for messages: "host:port" at first; it changes once a proxy
 * has connected the socket to the server.
 */
void sock_label(struct sock *, const char *);
const char *sock_where(const struct sock *);
/* Bytes read. */
int64_t sock_received(const struct sock *);
/* -1, with CAUSE_STOP: the program was asked to end. */
int sock_check_stop(const struct sock *, struct err *);
/* Is there something to read, or did the peer close? Does not wait. */
bool sock_readable(const struct sock *);
void sock_close(struct sock *); /* NULL is fine */

#endif
