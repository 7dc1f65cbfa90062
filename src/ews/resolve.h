/*
 * resolve.h - addresses that are not SMTP, looked up in the address book
 * (README.md, Addresses).
 * Floor: ews.
 * Threads: any, each with its session.
 */
#ifndef EWS_RESOLVE_H
#define EWS_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/map.h"
#include "ews/soap.h"

struct ews_session;

/*
 * The SMTP address of a legacyExchangeDN or another name: from the cache, or
 * with one request. *out: the caller's, or NULL where the address book has
 * none or several. -1: it could not be asked now.
 */
int
resolve_name(struct ews_session *, const char *name, char **out, struct err *);

/* The parser of the answer, for the tests. Zeroed is ready. */
struct resolve_answer {
	struct buf address, routing, best; /* of the resolution at hand */
	char *found;                       /* the one address, malloc'ed */
	int n;                             /* different ones seen */
	struct err err;                    /* the message's own */
};
extern const struct soap_ops resolve_ops;

#endif
