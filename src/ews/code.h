/*
 * code.h - the one table of what can go wrong on an Exchange server and what
 * is done about it: EWS response codes and HTTP statuses
 * (README.md, Errors). The table is the documentation; everything in ews/
 * asks it.
 * Floor: ews.
 * Threads: read-only.
 */
#ifndef EWS_CODE_H
#define EWS_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* What ews/ itself does before it reports the error. */
enum code_act {
	CODE_REPORT,  /* nothing */
	CODE_BACKOFF, /* the server's own delay, or 60 s */
	CODE_VERSION, /* lower the request version of this mailbox */
	/*
	 * The same, but only for a server older than 2010, or of unknown build.
	 */
	CODE_SCHEMA,
	CODE_REDUCE,  /* ask for that item again, with fewer properties */
	CODE_NORESULT /* ResolveNames: an answer, not a failure */
};

struct code_row {
	const char *code;
	enum err_kind kind;
	enum err_cause cause; /* CAUSE_ANSWERED, or one that says more */
	enum err_scope scope; /* how far it reaches at most */
	/*
	 * Reaches only what was asked for: an item, a folder, or the mailbox.
	 */
	bool narrow;
	int retry_s; /* ERR_RETRY: wait at least; 0: caller's choice */
	enum code_act act;
	const char *todo; /* what is done, or what a person does */
};

struct code_http_row {
	int status;
	enum err_kind kind;
	enum err_cause cause; /* CAUSE_HTTP, or one that says more */
	enum err_scope scope;
	const char *todo;
};

/* Sorted by code; NULL for a code that is not in the table. */
const struct code_row *code_find(const char *code);
/*
 * Is it the server's name for an error that has no row in the table? Our own
 * codes, which begin with a small letter, are not, nor are SOAP's words for a
 * server that failed.
 */
bool code_unknown(const char *code);
const struct code_row *code_rows(size_t *n);
const struct code_http_row *code_http_find(int status);
const struct code_http_row *code_http_rows(size_t *n);

/*
 * Sets err from a response code. where: what was asked for; text: the server's
 * words, or NULL; backoff_ms: BackOffMilliseconds, or -1. A code that is not
 * in the table is that of a busy server if the server says how long to wait:
 * ERR_RETRY of the mailbox with that delay, also when it is said of an item.
 * Otherwise one that code_unknown calls unknown is ERR_UNKNOWN. Always -1.
 */
int code_err(struct err *, const char *code, const char *text,
    int64_t backoff_ms, enum err_scope where);
/*
 * Does err say that the server does not do what was asked for, or not in this
 * form? An unknown fault says so; an error that passes by itself does not.
 */
bool code_refuses(const struct err *);
/* Might the server take the same request with fewer properties? */
bool code_fewer(const struct err *);
/* How long to wait after a code if the server gave no delay. */
int64_t code_retry_ms(const char *code);
/*
 * Sets err from an HTTP status that came without a SOAP body, with code
 * "http-<status>". retry_ms: from Retry-After, -1 none. Statuses that are
 * not in the table: 5xx ERR_RETRY, else ERR_CONFIG. Always -1.
 */
int
code_http_err(struct err *, int status, const char *reason, int64_t retry_ms);

#endif
