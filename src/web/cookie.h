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
	const char *const *routing;
};

/*
 * routing (borrowed, ended by NULL, or NULL: there are none): the names,
 * whatever their case, of the cookies that lead to the mailbox's back end.
 * Others give way to them; there must be fewer than 32.
 */
void cookie_init(struct cookie_jars *, const char *const *routing);
void cookie_free(struct cookie_jars *);
/* The mailbox's jar; the first call for a mailbox makes it. */
struct cookie_jar *cookie_jar(struct cookie_jars *, const char *mailbox);

/*
 * Puts the value of one Set-Cookie header into the jar (RFC 6265 5.2): a
 * cookie replaces the one of the same name (case-sensitive). Max-Age of 0 or
 * less, an Expires in the past, or an empty value removes it; Max-Age wins
 * over Expires (RFC 6265 5.3). Nothing happens when the header is not a cookie
 * or holds a control character, when name and value together are longer than
 * 4096 bytes, or when the jar holds 32 others; but for a routing cookie the
 * oldest other one goes.
 */
void cookie_set(struct cookie_jar *, const char *value);
/*
 * Writes the value of a Cookie header (RFC 6265 5.4) to out, which is reset
 * first: the jar's routing cookies, then the others, the newest first, and of
 * them those that fit. Empty: there are none.
 */
void cookie_header(struct cookie_jar *, struct buf *out);
/* Empties the jar: a server found the request malformed or too large. */
void cookie_drop(struct cookie_jar *);

#endif
