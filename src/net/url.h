/*
 * url.h - the part of RFC 3986 that names a server.
 * Floor: net.
 * Threads: pure.
 */
#ifndef NET_URL_H
#define NET_URL_H

#include <stdbool.h>

#include "base/err.h"

struct url {
	bool https;
	char *host; /* lower case, xn-- where needed, no [] around IPv6 */
	char *port; /* decimal, never empty */
	char *path; /* with the query, begins with '/'; the fragment is cut */
	char *user, *password; /* percent-decoded, or NULL */
	bool port_given;
};

/*
 * Parses http:// and https:// only. ERR_CONFIG says what to write instead, and
 * never shows user or password. out must be freed in both cases.
 */
int url_parse(struct url *out, const char *, struct err *);
void url_free(struct url *);

#endif
