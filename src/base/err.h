/*
 * err.h - the one error type.
 * Floor: base.
 * Threads: a struct err belongs to the thread on whose stack it lies.
 *
 * A fallible function returns 0 or -1 and takes a struct err * last. The
 * kind says what the caller must do, the cause what happened, the scope how
 * far the damage reaches. They are set once, where the error is made (err_set,
 * err_code), and whoever decides anything decides by them alone: code and msg
 * are for people and for the database. Each floor that knows more prefixes
 * what it knows (err_prefix):
 *	profile hq: mailbox a@b.example: SyncFolderItems: HTTP 503
 * Who knows better what an error means for what it asked for says so with
 * err_recast. No password or token ever enters a message.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stdint.h>

enum err_kind {
	ERR_NONE,  /* no error */
	ERR_RETRY, /* try again after retry_ms: network, throttling, 5xx */
	/* the server gives a reason that nobody here knows: try once more,
	 * then leave what was asked for alone, longer each time; an alert */
	ERR_UNKNOWN,
	ERR_AUTH,   /* stop the profile or mailbox, raise an alert */
	ERR_CONFIG, /* a person must edit the INI */
	ERR_ITEM,   /* record the item, go on with the next */
	ERR_GONE,   /* what was asked for no longer exists */
	ERR_RESYNC, /* cursor invalid: start the folder over, reconcile */
	ERR_FATAL   /* stop */
};

/*
 * What happened. The order is how far a request came: err_reached_http and
 * err_answered compare by it.
 */
enum err_cause {
	/* this program itself, or nothing that anybody decides by */
	CAUSE_OTHER,
	CAUSE_STOP,        /* the program is to end */
	CAUSE_TURN,        /* other mailboxes come first */
	CAUSE_WAITS,       /* it failed in an earlier pass, and waits since */
	CAUSE_LOGIN_WAITS, /* the login was rejected before: it was not tried */
	CAUSE_UNDERWAY,    /* it may have been what an earlier pass died of */
	CAUSE_MEMORY,
	CAUSE_TOO_LARGE, /* for what it was to be put into */
	/* the way to the server */
	CAUSE_NETWORK, /* no connection came about: name, address, proxy */
	CAUSE_PROXY_LOGIN,
	CAUSE_TLS,
	CAUSE_CERTIFICATE, /* it is not accepted: name, end, authority, pin */
	CAUSE_TIMEOUT,     /* the connection's own limit */
	CAUSE_PATIENCE,    /* the caller's, which was shorter */
	CAUSE_CUT,         /* the connection ended before the answer did */
	CAUSE_MALFORMED,   /* what came is not proper HTTP */
	/* an HTTP server answered, which need not be the service */
	CAUSE_HTTP,
	CAUSE_BUSY,         /* it has too much to do */
	CAUSE_NOT_SERVICE,  /* something else is at this address */
	CAUSE_FORBIDDEN,    /* this account or address may not come in */
	CAUSE_LOGIN_DENIED, /* these credentials are not accepted */
	CAUSE_LOGIN_LOCKED, /* the account is locked, its password expired */
	/* the service itself answered, behind the login */
	CAUSE_ANSWERED,
	CAUSE_ALIAS /* the mailbox has another address: about */
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
	char about[256];  /* CAUSE_ALIAS: the addresses that the server names,
			   * a space between two; else "" */
	char msg[640];    /* printable, one line */
	/* the login is not what is wrong, whatever is: an answer had begun
	 * that is no rejection, or it was never sent */
	bool spared;
};

#define ERR_INIT                                                               \
	{                                                                      \
		ERR_NONE, CAUSE_OTHER, SCOPE_ITEM, 0, "", "", "", false        \
	}

/*
 * Sets kind and message; CAUSE_OTHER, SCOPE_MAILBOX, no code, no delay. Always
 * -1.
 */
int err_set(struct err *, enum err_kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Sets cause, code (a protocol's own name for it) and scope. Always -1. */
int err_code(struct err *, enum err_cause, const char *code, enum err_scope);
/*
 * The same trouble, but it asks something else of the caller's caller, or
 * reaches elsewhere: a login that was rejected for one mailbox alone is that
 * mailbox's, whatever fails of one item is the item's. Cause, code and text
 * stay. Always -1.
 */
int err_recast(struct err *, enum err_kind, enum err_scope);
/* Puts "text: " before the message. Always -1. */
int err_prefix(struct err *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void err_clear(struct err *);

/* Was a login rejected, or not even tried because it had been? */
bool err_is_login(const struct err *);
/* Did an HTTP server behind all proxies answer, whatever it said? */
bool err_reached_http(const struct err *);
/* Did the service itself answer, behind the login? */
bool err_answered(const struct err *);
/*
 * Is it the same trouble twice, of which a person is told once? Cause and code
 * tell, whatever either was recast to.
 */
bool err_is_same(const struct err *, const struct err *);

/* "retry", "unknown", ... */
const char *err_kind_name(enum err_kind);

#endif
