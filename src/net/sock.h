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
 * Resolves and connects: every address of the name in turn (eight at most),
 * IPv6 and IPv4 mixed as getaddrinfo sorts them, all within deadline
 * (tim_mono ms; the time for the lookup is added); a later address is tried
 * when one has not answered within a fair share. While the name servers fail
 * a name leads where it led before.
 * stop (may be NULL) is polled at least every 250 ms. ERR_RETRY with the
 * host, the port and what to check. Name resolution stays inside the static
 * binary: __nss_configure_lookup.
 */
struct sock *sock_connect(const char *host, const char *port, int64_t deadline,
    bool (*stop)(void *), void *stop_arg, struct err *);
/*
 * Causes of errors from here on: CAUSE_TIMEOUT, _STOP, _CUT (the peer
 * reset the connection); of sock_connect also CAUSE_NETWORK.
 */
/* 1..n bytes; 0 at the end of the stream; -1: error (deadline: ERR_RETRY,
 * "no answer within ..."). */
long sock_read(struct sock *, void *, size_t, int64_t deadline, struct err *);
/* All n bytes or -1. */
int
sock_write(struct sock *, const void *, size_t, int64_t deadline, struct err *);
/*
 * Where it leads, for messages: "host:port" at first, changed once a proxy
 * has connected it further.
 */
void sock_label(struct sock *, const char *);
const char *sock_where(const struct sock *);
/* Bytes read. */
int64_t sock_received(const struct sock *);
/* Is there something to read (or a close) right now? */
bool sock_readable(const struct sock *);
void sock_close(struct sock *); /* NULL is fine */

#endif
