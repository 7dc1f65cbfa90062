/*
 * oauthanswer.h - what a token service answers (RFC 6749 5, RFC 8628 3.2 and
 * 3.5), and what its errors mean: Microsoft Entra's have numbers (AADSTS), for
 * which there are sentences that say what to do.
 * Floor: auth.
 * Threads: pure.
 */
#ifndef AUTH_OAUTHANSWER_H
#define AUTH_OAUTHANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* An answer, and a token in it, at most; Entra's have 2 to 8 KiB. */
#define OAUTHANSWER_MAX   ((size_t)256 << 10)
#define OAUTHANSWER_TOKEN ((size_t)64 << 10)

/* In about of an error that is the token service's own. */
#define OAUTHANSWER_ABOUT "token-service"

enum oauthanswer_said {
	OAUTHANSWER_GIVEN,    /* what was asked for */
	OAUTHANSWER_PENDING,  /* the person has not logged in yet */
	OAUTHANSWER_SLOWER,   /* asked too often: five seconds more */
	OAUTHANSWER_DECLINED, /* the person said no; err is set, as below */
	OAUTHANSWER_EXPIRED,  /* the person took too long */
	OAUTHANSWER_FAILED
};

struct oauthanswer {
	int status;      /* HTTP's */
	int64_t wait_ms; /* Retry-After; -1: none */
	const char *body;
	size_t len;
	/*
	 * The form that it answers, or NULL: what repeats a secret of it is not
	 * shown.
	 */
	const char *asked;
};

/* All bufs are for secrets; refresh and id may be empty. */
struct oauthanswer_token {
	struct buf access, refresh, id;
	int64_t expires_in; /* seconds, from a minute to a year */
};
void oauthanswer_token_init(struct oauthanswer_token *);
void oauthanswer_token_free(struct oauthanswer_token *);

/*
 * Reads the answer of the token endpoint. FAILED:
 * - ERR_AUTH with CAUSE_LOGIN_DENIED: these credentials, or this refresh token,
 *   are not accepted; asking again does not help before a person acts;
 * - ERR_CONFIG: the INI or the app registration is wrong;
 * - ERR_RETRY with CAUSE_BUSY and its delay, or CAUSE_MALFORMED.
 * The code is "AADSTS..." or the protocol's own name of the error; the message
 * never holds a token.
 */
enum oauthanswer_said oauthanswer_read_token(
    struct oauthanswer_token *out, const struct oauthanswer *, struct err *);

/* An answer of the device endpoint. */
struct oauthanswer_device {
	struct buf device_code; /* for secrets */
	/* printable, for a person */
	char user_code[64], url[512], message[1024];
	int64_t interval, expires_in; /* seconds; 1..300, 1..3600 */
};
void oauthanswer_device_free(struct oauthanswer_device *);
/* -1: as above. out is to be freed in both cases. */
int oauthanswer_read_device(
    struct oauthanswer_device *out, const struct oauthanswer *, struct err *);

/*
 * Who logged in, as an ID token (OpenID Connect Core 2) says it in
 * preferred_username, else upn or email: into out, "" when it does not. The
 * token came straight from the service, so its signature is not looked at
 * (3.1.3.7 there).
 */
void oauthanswer_who(const struct buf *id_token, char *out, size_t size);

#endif
