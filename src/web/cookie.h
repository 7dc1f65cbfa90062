/*
 * cookie.h - a jar of cookies for each mailbox, while the program runs
 * (RFC 6265).
 * Floor: web. Knows nothing of what a service uses its cookies for.
 * Threads: any. All jars share the lock of their struct cookie_jars; a jar
 * lives until cookie_free.
 *
 * A jar belongs to one mailbox at one server: a cookie leads to the back end
 * that has the mailbox, and would send another mailbox's requests to the wrong
 * one (ews/README.md, Acting for a mailbox). A cookie's Domain, Path, Secure
 * and HttpOnly are ignored, since a jar's cookies are only sent to the URL that
 * they came from. A cookie lives until the server takes it back or the program
 * ends.
 */
#ifndef WEB_COOKIE_H
#define WEB_COOKIE_H

#include <pthread.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/map.h"

struct cookie_jar;

struct cookie_jars {
	pthread_mutex_t lock;
	struct map index; /* mailbox -> v */
	struct cookie_jar **v;
	size_t n;
};

void cookie_init(struct cookie_jars *);
void cookie_free(struct cookie_jars *);
/* The mailbox's jar; the first call for a mailbox makes it. */
struct cookie_jar *cookie_jar(struct cookie_jars *, const char *mailbox);

/*
 * Puts the value of one Set-Cookie header into the jar (RFC 6265 5.2): a
 * cookie replaces the one of the same name (case-sensitive). Max-Age of 0 or
 * less, an Expires in the past, or an empty value removes it; Max-Age wins
 * over Expires (RFC 6265 5.3). Nothing happens when the header is not a cookie
 * or holds a control character, when name and value together are longer than
 * 4096 bytes, or when the jar holds 32 others.
 */
void cookie_set(struct cookie_jar *, const char *value);
/*
 * Writes the value of a Cookie header (RFC 6265 5.4) with all cookies of the
 * jar, the newest first, to out, which is reset first. Empty: the jar has no
 * cookies, or they do not fit.
 */
void cookie_header(struct cookie_jar *, struct buf *out);
/* Empties the jar: a server found the request malformed or too large. */
void cookie_drop(struct cookie_jar *);

#endif
