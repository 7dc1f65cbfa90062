/*
 * webpage.h - a web page instead of the service: what an answer is that came
 * over HTTP, and yet not from what was asked. A proxy, a portal with a login
 * form, or another program may stand at the address, and says so by a
 * redirect (RFC 9110 15.4), by HTML under a status of success, or with
 * nothing at all.
 * Floor: web.
 * Threads: pure.
 *
 * No redirect is followed: a password would go where nobody sent it. Each
 * function sets err with SCOPE_MAILBOX, for what stands at the address may
 * differ by the mailbox that is asked for; the server's words in it are made
 * printable. scratch is overwritten.
 */
#ifndef WEB_WEBPAGE_H
#define WEB_WEBPAGE_H

#include "base/buf.h"
#include "base/err.h"
#include "net/http.h"

/* How the sentences name what was asked for. */
struct webpage_service {
	const char *name;   /* "EWS" */
	const char *path;   /* "/EWS": what a proxy has to publish */
	const char *format; /* "xml": stands in its answers' Content-Type */
	const char *code;   /* "not-ews": of the err */
};

/*
 * A status of 3xx. ERR_CONFIG with CAUSE_NOT_SERVICE: to a login page, or
 * elsewhere; ERR_RETRY with CAUSE_HTTP: to the error page of ASP.NET, which
 * passes. The code is "http-302" of all of them. Always -1.
 */
int webpage_redirect(const struct webpage_service *,
    const struct http_response *, struct buf *scratch, struct err *);
/*
 * A status of 2xx, with a body that is none of the service's. begins: its first
 * bytes without white space in front, as a string; NULL: it has none. -1:
 * ERR_CONFIG with CAUSE_NOT_SERVICE and the service's code, it is HTML, by its
 * type or by its looks, or of another format than the service's; ERR_RETRY
 * with code "empty". 0: it says that it is the service's format, so that it is
 * for who read it to say what is wrong with it; err is as before.
 */
int
webpage_success(const struct webpage_service *, const struct http_response *,
    const char *begins, struct buf *scratch, struct err *);

#endif
