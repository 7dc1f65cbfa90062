/*
 * tls.h - TLS 1.2 client over BearSSL.
 * Floor: net. With base/crypt and auth/ the only place that knows BearSSL.
 * Threads: trust anchors are read-only once loaded and may be shared; a
 * struct tls belongs to one thread at a time.
 *
 * TLS 1.2 only, no SHA-1 leaf signature, RSA of 2048 bits or more. A close
 * without close_notify is a truncation: an error.
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "net/sock.h"
#include "net/tls_binding.h"

struct tls_sessions; /* tls_sessions.h */
struct tls_trust;    /* tls_trust.h */
struct tls;

/* Whom to speak to, and how to know them; all borrowed for tls_connect. */
struct tls_to {
	const char *host, *port;
	const struct tls_trust *trust; /* borrowed until tls_close */
	/* "sha256:<hex SHA-256 of the leaf certificate's DER>" replaces chain
	 * and name checks; NULL: they decide */
	const char *pin;
	/* where sessions are kept and found, borrowed until tls_close; NULL:
	 * nowhere */
	struct tls_sessions *sessions;
	bool in_full; /* resume none; the new one is kept */
};

/*
 * Handshake over sock (borrowed) until deadline (tim_mono). Errors: ERR_RETRY
 * for the network; ERR_CONFIG for the certificate, with what to do, and with
 * the leaf's pin where that helps. Causes, here and below: CAUSE_CERTIFICATE
 * (ERR_CONFIG), _TLS, _TIMEOUT, _STOP, _CUT.
 * A server that does not resume the session that it is offered makes a full
 * handshake, and its certificate is verified as always. again (may be NULL) is
 * set when the handshake failed and that may be the session's fault: it is
 * forgotten, and in_full on another connection may do better.
 */
struct tls *tls_connect(struct sock *, const struct tls_to *, int64_t deadline,
    bool *again, struct err *);
/* Did the connection begin with a session of before? */
bool tls_resumed(const struct tls *);
/*
 * The session is not to be used for another connection: something that depends
 * on its certificate was refused.
 */
void tls_distrust(struct tls *);
/*
 * The channel binding of the certificate that the server showed last, in the
 * handshake of the session if it was resumed; len 0: none. The pointer is
 * valid until tls_close; a handshake that the server asks for changes what it
 * points to.
 */
const struct tls_binding *tls_binding(const struct tls *);
/*
 * The DER of the server's own certificate; valid until tls_close. len 0: the
 * session was resumed.
 */
const unsigned char *tls_leaf(const struct tls *, size_t *len);
/* All n bytes or -1, like sock_write. */
int
tls_write(struct tls *, const void *, size_t, int64_t deadline, struct err *);
/*
 * Zero-copy reading: returns decrypted bytes that are ready, *n of them; waits
 * for at least one until deadline. NULL: clean close (err kind NONE) or error.
 * The bytes stay valid until tls_eat, which consumes k of them.
 */
const unsigned char *
tls_peek(struct tls *, size_t *n, int64_t deadline, struct err *);
void tls_eat(struct tls *, size_t k);
/* Is there anything from the peer that was read and not consumed yet? */
bool tls_pending(const struct tls *);
/* Sends close_notify without waiting and frees; the socket stays open. */
void tls_close(struct tls *);

#endif
