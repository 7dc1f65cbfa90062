/*
 * ntlm.h - one NTLM handshake (MS-NLMP), judged by GSSAPI's mechanism
 * gss-ntlmssp; the binding to the TLS channel (RFC 5929) besides.
 * Floor: login.
 * Threads: a handshake is one connection's; all else is locked inside.
 */
#ifndef SIM_NTLM_H
#define SIM_NTLM_H

#include "world/account.h"

struct ntlm; /* a handshake under way: a Type 1 was answered */

enum ntlm_epa { EPA_OFF, EPA_ALLOW, EPA_REQUIRE };

/*
 * To be called before there is any thread, since the mechanism is told by the
 * environment where the accounts lie. cert: the server's certificate in PEM,
 * or NULL for plain HTTP. -1 after printing what is missing.
 */
int ntlm_open(const char *cert, enum ntlm_epa);
void ntlm_close(void);

/* 1 or 3; 0: it is no such message. */
int ntlm_type(const struct sb *token);

/*
 * Answers a Type 1 with a Type 2 (added to out). NULL: it cannot be read. The
 * caller holds world.lock, shared at least.
 */
struct ntlm *ntlm_start(const struct sb *type1, struct sb *out);

struct ntlm_result {
	char *name; /* as the client spelled it, DOMAIN\user or user; freed */
	bool right; /* name and password are right */
	bool bound; /* to this server's certificate */
	bool other; /* bound to another certificate */
};

/*
 * Judges a Type 3. -1: it cannot be read, or names its domain by the DNS name,
 * which the mechanism cannot look up; no password was judged then. The
 * handshake is over either way.
 */
int ntlm_finish(struct ntlm *, const struct sb *type3, struct ntlm_result *);
void ntlm_abandon(struct ntlm *); /* NULL is allowed */

/* May this login come in, as far as its binding goes? */
bool ntlm_admits(const struct ntlm_result *);

#endif
