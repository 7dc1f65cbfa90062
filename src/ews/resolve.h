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
 * Finds the SMTP address of a legacyExchangeDN or another name: in the cache,
 * or with one request. *out: the caller frees it; NULL if the address book has
 * none or several. -1: it could not be asked now.
 */
int
resolve_name(struct ews_session *, const char *name, char **out, struct err *);

/* The parser of the answer, exported for the tests. It is ready when zeroed. */
struct resolve_answer {
	struct buf address, routing, best; /* of the current resolution */
	char *found;                       /* the one address, malloc'ed */
	int n;                             /* different ones seen */
	struct err err;                    /* of the response message */
};
extern const struct soap_ops resolve_ops;

#endif
