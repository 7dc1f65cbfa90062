/*
 * err.c - the one error type.
 * 1. A message is one line of printable UTF-8 whatever was put into it.
 * 2. A message that does not fit is cut at a character and marked "...".
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"

static void put_message(struct err *, const char *fmt, va_list)
    __attribute__((format(printf, 2, 0)));

static void
put_message(struct err *e, const char *fmt, va_list ap)
{
	/* twice the size, so that str_printable sees a cut text and marks it */
	char raw[2 * sizeof(e->msg)];

	vsnprintf(raw, sizeof(raw), fmt, ap);
	err_clear(e); /* only now: e->msg may be among the arguments */
	str_printable(e->msg, sizeof(e->msg), raw, strlen(raw));
}

int
err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_message(e, fmt, ap);
	va_end(ap);
	e->kind = kind;
	e->scope = SCOPE_MAILBOX;
	return -1;
}

int
err_code(
    struct err *e, enum err_cause cause, const char *code, enum err_scope scope)
{
	e->cause = cause;
	str_printable(e->code, sizeof(e->code), code, strlen(code));
	e->scope = scope;
	return -1;
}

int
err_recast(struct err *e, enum err_kind kind, enum err_scope scope)
{
	e->kind = kind;
	e->scope = scope;
	return -1;
}

int
err_join(struct err *e, const struct err *more)
{
	if (e->kind == ERR_NONE ||
	    (more->kind == ERR_FATAL && e->kind != ERR_FATAL))
		*e = *more;
	return -1;
}

int
err_prefix(struct err *e, const char *fmt, ...)
{
	char old[sizeof(e->msg)], head[sizeof(e->msg)];
	char both[2 * sizeof(e->msg) + 2];
	va_list ap;

	memcpy(old, e->msg, sizeof(old));
	va_start(ap, fmt);
	vsnprintf(head, sizeof(head), fmt, ap);
	va_end(ap);
	snprintf(both, sizeof(both), "%s: %s", head, old);
	str_printable(e->msg, sizeof(e->msg), both, strlen(both));
	return -1;
}

void
err_clear(struct err *e)
{
	e->kind = ERR_NONE;
	e->cause = CAUSE_OTHER;
	e->scope = SCOPE_ITEM;
	e->retry_ms = 0;
	e->spared = false;
	e->code[0] = '\0';
	e->about[0] = '\0';
	e->msg[0] = '\0';
}

bool
err_is_login(const struct err *e)
{
	return e->kind == ERR_AUTH && (e->cause == CAUSE_LOGIN_WAITS ||
					  e->cause == CAUSE_NOT_OFFERED ||
					  e->cause == CAUSE_LOGIN_DENIED ||
					  e->cause == CAUSE_LOGIN_LOCKED);
}

bool
err_reached_http(const struct err *e)
{
	return e->cause >= CAUSE_HTTP;
}

bool
err_answered(const struct err *e)
{
	return e->cause >= CAUSE_ANSWERED;
}

bool
err_is_same(const struct err *a, const struct err *b)
{
	return a->cause == b->cause && strcmp(a->code, b->code) == 0;
}

const char *
err_kind_name(enum err_kind kind)
{
	static const char *const name[] = { "none", "retry", "unknown", "auth",
		"config", "item", "gone", "resync", "fatal" };

	return name[kind];
}

const char *
err_cause_name(enum err_cause cause)
{
	static const char *const name[] = {
		[CAUSE_OTHER] = "other",
		[CAUSE_STOP] = "stop",
		[CAUSE_TURN] = "turn",
		[CAUSE_WAITS] = "waits",
		[CAUSE_LOGIN_WAITS] = "login-waits",
		[CAUSE_UNDERWAY] = "underway",
		[CAUSE_AT_WORK] = "at-work",
		[CAUSE_MEMORY] = "memory",
		[CAUSE_TOO_LARGE] = "too-large",
		[CAUSE_NETWORK] = "network",
		[CAUSE_PROXY_LOGIN] = "proxy-login",
		[CAUSE_TLS] = "tls",
		[CAUSE_CERTIFICATE] = "certificate",
		[CAUSE_TIMEOUT] = "timeout",
		[CAUSE_PATIENCE] = "patience",
		[CAUSE_CUT] = "cut",
		[CAUSE_MALFORMED] = "malformed",
		[CAUSE_HTTP] = "http",
		[CAUSE_BUSY] = "busy",
		[CAUSE_NOT_SERVICE] = "not-service",
		[CAUSE_FORBIDDEN] = "forbidden",
		[CAUSE_NOT_OFFERED] = "not-offered",
		[CAUSE_LOGIN_DENIED] = "login-denied",
		[CAUSE_LOGIN_LOCKED] = "login-locked",
		[CAUSE_ANSWERED] = "answered",
		[CAUSE_ALIAS] = "alias",
	};

	return name[cause];
}
