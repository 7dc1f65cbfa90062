/*
 * err.h - the one error type.
 * Floor: base.
 * Threads: a struct err belongs to the thread on whose stack it lies.
 *
 * A fallible function returns 0 or -1 and takes a struct err * last. The
 * kind says what the caller must do, the cause what happened, the scope how
 * far the damage reaches. They are set once, where the error is made (err_set,
 * err_code), and every decision depends on them alone: code and msg are for
 * people and for the database. Each floor puts what it knows in front of the
 * message (err_prefix):
 *	profile hq: mailbox a@b.example: SyncFolderItems: HTTP 503
 * A caller that knows better what an error means for its own request changes
 * kind and scope with err_recast. No password or token ever enters a message.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stdint.h>

enum err_kind {
	ERR_NONE,  /* no error */
	ERR_RETRY, /* try again after retry_ms: network, throttling, 5xx */
	/* the server gives a reason that exsync does not know: retry once,
	 * then back off, longer each time, and raise an alert */
	ERR_UNKNOWN,
	ERR_AUTH,   /* stop the profile or mailbox, raise an alert */
	ERR_CONFIG, /* a person must edit the INI */
	ERR_ITEM,   /* record the item, go on with the next */
	ERR_GONE,   /* what was asked for no longer exists */
	ERR_RESYNC, /* cursor invalid: start the folder over, reconcile */
	ERR_FATAL   /* stop */
};

/*
 * What happened, in the order of how far the request came: err_reached_http
 * and err_answered depend on this order.
 */
enum err_cause {
	/* the program itself, or a cause that no decision depends on */
	CAUSE_OTHER,
	CAUSE_STOP,        /* the program was asked to end */
	CAUSE_TURN,        /* the mailbox's turn is over, others come first */
	CAUSE_WAITS,       /* failed in an earlier pass, retry is not due yet */
	CAUSE_LOGIN_WAITS, /* not tried: the account was rejected before */
	CAUSE_UNDERWAY,    /* an earlier pass ended while asking for it */
	CAUSE_AT_WORK,     /* another exsync is at work on the database */
	CAUSE_MEMORY,
	CAUSE_TOO_LARGE, /* larger than exsync's own limit for it */
	/* on the way to the server */
	CAUSE_NETWORK, /* no connection: name, address, proxy */
	CAUSE_PROXY_LOGIN,
	CAUSE_TLS,
	CAUSE_CERTIFICATE, /* not accepted: name, expiry, authority, pin */
	CAUSE_TIMEOUT,     /* the connection's own time limit */
	CAUSE_PATIENCE,    /* the caller's time limit, which was shorter */
	CAUSE_CUT,         /* the connection ended before the answer did */
	CAUSE_MALFORMED,   /* the answer is not proper HTTP */
	/* an HTTP server answered, which need not be the service */
	CAUSE_HTTP,
	CAUSE_BUSY,        /* it is overloaded */
	CAUSE_NOT_SERVICE, /* something else is at this address */
	CAUSE_FORBIDDEN,   /* this account or address is denied access */
	/* the server offers other kinds of logins than the chosen one */
	CAUSE_NOT_OFFERED,
	CAUSE_LOGIN_DENIED, /* these credentials are not accepted */
	CAUSE_LOGIN_LOCKED, /* the account is locked, its password expired */
	/* the service itself answered, behind the login */
	CAUSE_ANSWERED,
	CAUSE_ALIAS /* the mailbox has another address, see about */
};

enum err_scope {
	SCOPE_ITEM,
	SCOPE_FOLDER,
	SCOPE_MAILBOX,
	SCOPE_PROFILE,
	SCOPE_ALL
};

struct err {
	enum err_kind kind;
	enum err_cause cause;
	enum err_scope scope;
	int64_t retry_ms; /* ERR_RETRY: 0 = caller's own choice */
	char code[64];    /* "ErrorServerBusy", "http-503", "" */
	/* CAUSE_ALIAS: the addresses that the server names, separated by
	 * spaces; CAUSE_NOT_OFFERED: the kinds of logins that it offers;
	 * CAUSE_CERTIFICATE: name, end, authority, pin; else "" */
	char about[256];
	char msg[1024]; /* printable, one line */
	/* the login is not at fault: it was never sent, or an answer had begun
	 * that is not a rejection */
	bool spared;
};

#define ERR_INIT                                                               \
	{                                                                      \
		ERR_NONE, CAUSE_OTHER, SCOPE_ITEM, 0, "", "", "", false        \
	}

/*
 * Sets kind and message and resets the rest: CAUSE_OTHER, SCOPE_MAILBOX, no
 * code, no delay. Always returns -1.
 */
int err_set(struct err *, enum err_kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Sets cause, code (the protocol's own name) and scope. Always returns -1. */
int err_code(struct err *, enum err_cause, const char *code, enum err_scope);
/*
 * Changes what the error asks of the caller, or how far it reaches: a login
 * that one mailbox alone uses concerns only that mailbox, a failure of one
 * item only that item. Cause, code and message stay. Always returns -1.
 */
int err_recast(struct err *, enum err_kind, enum err_scope);
/*
 * Something else failed, too: the error stays, but one that says to stop, as of
 * a full disk, takes the place of any other. Always returns -1.
 */
int err_join(struct err *, const struct err *more);
/* Puts "text: " before the message. Always returns -1. */
int err_prefix(struct err *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void err_clear(struct err *);

/* Was a login rejected, or not even tried after an earlier rejection? */
bool err_is_login(const struct err *);
/* Did an HTTP server behind all proxies answer, whatever it said? */
bool err_reached_http(const struct err *);
/* Did the service itself answer, behind the login? */
bool err_answered(const struct err *);
/*
 * Are both the same problem, so that a person is told once? Cause and code
 * decide; err_recast does not matter.
 */
bool err_is_same(const struct err *, const struct err *);

/* "retry", "unknown", ... */
const char *err_kind_name(enum err_kind);
/* "network", "busy", ...: of one meaning in all versions of exsync. */
const char *err_cause_name(enum err_cause);

#endif
