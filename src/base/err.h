/*
 * err.h - the one error type.
 * Floor: base.
 * Threads: a struct err belongs to the thread on whose stack it lies.
 *
 * A fallible function returns 0 or -1 and takes a struct err * last. The
 * kind says what the caller must do, the scope how far the damage reaches.
 * It is set once, at the bottom (err_set); each floor that knows more
 * prefixes what it knows (err_prefix):
 *	profile hq: mailbox a@b.example: SyncFolderItems: HTTP 503
 * No password or token ever enters a message.
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

enum err_scope {
	SCOPE_ITEM,
	SCOPE_FOLDER,
	SCOPE_MAILBOX,
	SCOPE_PROFILE,
	SCOPE_ALL
};

struct err {
	enum err_kind kind;
	enum err_scope scope;
	int64_t retry_ms; /* ERR_RETRY: 0 = caller's own choice */
	char code[64];    /* "ErrorServerBusy", "http-503", "" */
	char msg[640];    /* printable, one line */
	/* an answer had begun that is no rejection: the login is not what is
	 * wrong */
	bool answered;
};

#define ERR_INIT                                                               \
	{                                                                      \
		ERR_NONE, SCOPE_ITEM, 0, "", "", false                         \
	}

/* Sets kind and message; scope SCOPE_MAILBOX, no code, no delay. Always -1. */
int err_set(struct err *, enum err_kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Sets the code (a protocol's own name for it). Always -1. */
int err_code(struct err *, const char *code, enum err_scope);
/* Puts "text: " before the message. Always -1. */
int err_prefix(struct err *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void err_clear(struct err *);
/* "retry", "unknown", ...; "item", "folder", ... */
const char *err_kind_name(enum err_kind);
const char *err_scope_name(enum err_scope);

#endif
