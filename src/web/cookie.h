/*
 * cookie.h - a jar of cookies for each mailbox, while the program runs
 * (RFC 6265).
 * Floor: web. Knows nothing of what a service uses its cookies for.
 * Threads: any. All jars share the lock of their struct cookie_jars; a jar
 * lives until cookie_free.
 *
 * A jar belongs to one mailbox at one server: a cookie leads to the back end
 * that has the mailbox, and would lead the requests of another one astray
 * (ews/README.md, Acting for a mailbox). Domain, Path, Secure and HttpOnly
 * of a cookie are not looked at, for a jar's cookies are only sent to the URL
 * that they came from. The jar forgets them with the program: they have no
 * lifetime of their own but that a server can take them back.
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
/* The mailbox's jar, which is made when it is asked for first. */
struct cookie_jar *cookie_jar(struct cookie_jars *, const char *mailbox);

/*
 * Puts the value of one Set-Cookie header into the jar (RFC 6265 5.2): a
 * cookie replaces the one of the same name, to the letter of it. Max-Age of 0
 * or less, an Expires that has passed, or an empty value takes it out; where
 * both attributes stand Max-Age counts (RFC 6265 5.3). Nothing happens where
 * the header is no cookie or has a control character in it, where name and
 * value are longer than 4096 bytes, and when the jar holds 32 others.
 */
void cookie_set(struct cookie_jar *, const char *value);
/*
 * The value of a Cookie header (RFC 6265 5.4) with all of the jar, the newest
 * first, into out, which is reset before. Empty: there is none to send, or it
 * does not fit.
 */
void cookie_header(struct cookie_jar *, struct buf *out);
/* Empties the jar: a server found the request malformed or too large. */
void cookie_drop(struct cookie_jar *);

#endif
