/*
 * webpage.h - a web page instead of the service: judges an answer that came
 * over HTTP, but not from the service. A proxy, a portal with a login form, or
 * another program may be at the address; it answers with a redirect (RFC 9110
 * 15.4), with HTML and a status of success, or with an empty body.
 * Floor: web.
 * Threads: pure.
 *
 * A redirect is never followed: the password would go to an address that
 * nobody configured. Each function sets err with SCOPE_MAILBOX, since the
 * answer at one address may differ from mailbox to mailbox; the server's text
 * in it is made printable. Where a redirect leads stands there as the server
 * wrote it, up to 639 bytes, but without user and password. scratch is
 * overwritten.
 */
#ifndef WEB_WEBPAGE_H
#define WEB_WEBPAGE_H

#include "base/buf.h"
#include "base/err.h"
#include "net/http.h"

/* How messages name the service. */
struct webpage_service {
	const char *name;   /* "EWS" */
	const char *path;   /* "/EWS": what a proxy has to publish */
	const char *format; /* "xml": part of its answers' Content-Type */
	const char *code;   /* "not-ews": the code of err */
};

/*
 * Judges a status of 3xx. ERR_CONFIG with CAUSE_NOT_SERVICE: the redirect leads
 * to a login page or elsewhere; ERR_RETRY with CAUSE_HTTP: it leads to the
 * error page of ASP.NET, and the fault is temporary. The code is always
 * "http-302". Always returns -1.
 */
int webpage_redirect(const struct webpage_service *,
    const struct http_response *, struct buf *scratch, struct err *);
/*
 * Judges a status of 2xx whose body was not the service's. begins: the body's
 * first bytes without leading white space, as a string; NULL: it is empty. -1:
 * ERR_CONFIG with CAUSE_NOT_SERVICE and the service's code: the body is HTML,
 * by its type or its first bytes, or of another format than the service's; or
 * ERR_RETRY with code "empty". 0: its type is the service's format, so the
 * parser must say what is wrong with it; err is unchanged.
 */
int
webpage_success(const struct webpage_service *, const struct http_response *,
    const char *begins, struct buf *scratch, struct err *);

#endif
