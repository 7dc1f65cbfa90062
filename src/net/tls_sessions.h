/*
 * tls_sessions.h - TLS sessions that can be resumed by their id (RFC 5246
 * F.1.4), kept with what was verified when each was made.
 * Floor: net. Knows nothing of BearSSL.
 * Threads: any; connections of several threads share a table.
 *
 * A resumed handshake saves a round trip and the asymmetric cryptography of
 * both ends, and shows no certificate: whoever knows the master secret is the
 * one whose certificate was verified. So a session is for nothing but the
 * same host, port, trust and pin, and ends with the certificate.
 *
 * A session is never written to a file nor given to another process: whoever
 * could plant one there would be taken for the server without any certificate.
 *
 * Channel binding. BearSSL has no extended master secret (RFC 7627), so a
 * server in the middle, with a certificate of its own that is trusted, can
 * make two connections have the same master secret, and after resumption also
 * the same Finished messages. A binding to those (tls-unique) would be worth
 * nothing. tls-server-end-point (RFC 5929 4) does not depend on them: it is
 * the hash of the certificate that was verified when the session was made,
 * which is that of the one in the middle, and the server behind it, which
 * compares it with its own, refuses the login as in a full handshake. What
 * would be left is a renegotiation after a resumption that brings the other
 * certificate, and with it the other binding; it is refused (tls_x509.h).
 * A server that got another certificate and still resumes the sessions of
 * before refuses a bound login once; then the session is forgotten
 * (tls_distrust), and the next login is bound to the new certificate.
 *
 * A proxy (CONNECT) makes no difference: TLS is with whoever holds the
 * certificate, also where that is the proxy itself, and another end than the
 * session's does not know it and makes a full handshake.
 */
#ifndef NET_TLS_SESSIONS_H
#define NET_TLS_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/tls_binding.h"

#define TLS_SESSIONS 16 /* in a table; then the oldest goes */
/*
 * Never used for longer, in ms, so that the server must show a certificate
 * that often: 10 hours, for which Windows keeps its side by default (RFC 5246
 * F.1.4 suggests at most 24). How often it was resumed does not count.
 */
#define TLS_SESSIONS_AGE (INT64_C(10) * 3600 * 1000)

#define TLS_SESSION_ID     32
#define TLS_SESSION_MASTER 48
#define TLS_PIN            32 /* SHA-256 of a certificate */

/* What a session was verified for; borrowed. */
struct tls_session_for {
	const char *host, *port;
	uint64_t trust;           /* tls_trust_id; 0: none */
	const unsigned char *pin; /* TLS_PIN bytes, or NULL */
};

/* A secret: the caller wipes its own. */
struct tls_session {
	size_t id_len; /* 0: no session */
	unsigned char id[TLS_SESSION_ID];
	uint16_t version, suite;
	unsigned char master[TLS_SESSION_MASTER];
	/* of the certificate that the server showed */
	struct tls_binding binding;
	unsigned char leaf[TLS_PIN];
	int64_t not_after; /* not used after this (tim_now), or TIM_NONE */
};

struct tls_sessions;

struct tls_sessions *tls_sessions_open(void);
/* When no connection uses it any more. Wipes. NULL is fine. */
void tls_sessions_close(struct tls_sessions *);
/* Copies the session for exactly this, if there is one, to out. */
bool tls_sessions_find(struct tls_sessions *, const struct tls_session_for *,
    struct tls_session *out);
/* Keeps the session of a full handshake, in place of the one before. */
void tls_sessions_keep(struct tls_sessions *, const struct tls_session_for *,
    const struct tls_session *);
/* Forgets this session; another one that replaced it stays. */
void tls_sessions_forget(struct tls_sessions *, const struct tls_session *);

#endif
