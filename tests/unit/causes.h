/*
 * causes.h - what a code of the tests stands for: the cause that the product
 * must have set where it makes such an error. A second opinion, written from
 * the meaning of the codes and not from the product's tables.
 */
#ifndef TESTS_CAUSES_H
#define TESTS_CAUSES_H

#include <string.h>

#include "base/err.h"

static inline enum err_cause
cause_of_code(const char *code)
{
	static const struct {
		const char *code;
		enum err_cause cause;
	} row[] = { { "stop", CAUSE_STOP }, { "patience", CAUSE_PATIENCE },
		{ "timeout", CAUSE_TIMEOUT }, { "truncated", CAUSE_CUT },
		{ "malformed", CAUSE_MALFORMED }, { "connect", CAUSE_NETWORK },
		{ "dns", CAUSE_NETWORK }, { "proxy", CAUSE_NETWORK },
		{ "tls", CAUSE_TLS }, { "certificate", CAUSE_CERTIFICATE },
		{ "memory", CAUSE_MEMORY }, { "too_large", CAUSE_TOO_LARGE },
		{ "login", CAUSE_LOGIN_WAITS }, { "waits", CAUSE_WAITS },
		{ "turn", CAUSE_TURN }, { "proxy-login", CAUSE_PROXY_LOGIN },
		{ "not-ews", CAUSE_NOT_SERVICE },
		{ "http-302", CAUSE_NOT_SERVICE },
		{ "http-401", CAUSE_LOGIN_DENIED },
		{ "http-403", CAUSE_FORBIDDEN },
		{ "http-404", CAUSE_NOT_SERVICE },
		{ "http-405", CAUSE_NOT_SERVICE },
		{ "http-440", CAUSE_NOT_SERVICE },
		{ "http-456", CAUSE_LOGIN_LOCKED },
		{ "http-457", CAUSE_LOGIN_LOCKED }, { "http-429", CAUSE_BUSY },
		{ "http-503", CAUSE_BUSY },
		{ "ErrorPasswordChangeRequired", CAUSE_LOGIN_LOCKED },
		{ "ErrorPasswordExpired", CAUSE_LOGIN_LOCKED },
		{ "ErrorNonPrimarySmtpAddress", CAUSE_ALIAS } };
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		if (strcmp(row[i].code, code) == 0)
			return row[i].cause;
	}
	if (strncmp(code, "Error", 5) == 0)
		return CAUSE_ANSWERED;
	return strncmp(code, "http-", 5) == 0 ? CAUSE_HTTP : CAUSE_OTHER;
}

#endif
