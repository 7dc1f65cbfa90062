/*
 * tls_error.c - BearSSL's codes as sentences.
 * 1. ERR_CONFIG only where trying again cannot help.
 */
#include <stddef.h>
#include <stdio.h>

#include "net/tls_error.h"

#define ALERT BR_ERR_RECV_FATAL_ALERT /* + the alert's number (RFC 5246) */

#define NOT_TLS                                                                \
	"what answers there does not speak TLS: check the port (and http:// "  \
	"or https:// in the URL)"
#define OLD_TLS                                                                \
	"the server offers only TLS 1.0 or 1.1, which are broken: enable TLS " \
	"1.2 on it (README, What the server needs), or put a proxy that "      \
	"speaks it in front"
#define NO_TLS12                                                               \
	"the server refuses TLS 1.2, and exsync speaks no other version: "     \
	"enable TLS 1.2 on it, beside 1.3 if it has only that"
/* GnuTLS, for one, says it of a version, too. */
#define NO_SUITE                                                               \
	"the server and exsync have no TLS version, cipher suite or key type " \
	"in common: enable TLS 1.2 on the server, beside 1.3 if it has only "  \
	"that, with an ECDHE suite with AES"
#define MANGLED                                                                \
	"the TLS data was damaged on its way (a faulty middlebox or an "       \
	"attack)"
#define BROKEN "the server broke the rules of TLS"

static const struct {
	int code;
	enum err_kind kind;
	const char *text;
} table[] = {
	{ BR_ERR_UNSUPPORTED_VERSION, ERR_CONFIG, OLD_TLS },
	{ BR_ERR_BAD_VERSION, ERR_RETRY, NOT_TLS },
	{ BR_ERR_BAD_LENGTH, ERR_RETRY, NOT_TLS },
	{ BR_ERR_TOO_LARGE, ERR_RETRY, NOT_TLS },
	{ BR_ERR_BAD_MAC, ERR_RETRY, MANGLED },
	{ BR_ERR_NO_RANDOM, ERR_RETRY,
	    "this machine has no source of randomness" },
	{ BR_ERR_UNKNOWN_TYPE, ERR_RETRY, NOT_TLS },
	{ BR_ERR_BAD_CIPHER_SUITE, ERR_CONFIG, NO_SUITE },
	{ BR_ERR_BAD_SECRENEG, ERR_CONFIG,
	    "the server renegotiates TLS in the old, insecure way: update "
	    "it" },
	{ BR_ERR_BAD_FINISHED, ERR_RETRY, MANGLED },
	{ BR_ERR_INVALID_ALGORITHM, ERR_CONFIG, NO_SUITE },
	{ BR_ERR_BAD_SIGNATURE, ERR_CONFIG,
	    "the server signs its handshake wrongly, or with SHA-1: allow "
	    "SHA-256 signatures on the server" },
	{ BR_ERR_WRONG_KEY_USAGE, ERR_CONFIG,
	    "the server's certificate may not be used for this key exchange: "
	    "renew it with key usage digitalSignature and "
	    "keyEncipherment" },
	{ BR_ERR_NO_CLIENT_AUTH, ERR_CONFIG,
	    "the server demands a client certificate, which exsync does not "
	    "have: set it to ignore client certificates there" },
	{ ALERT + 10, ERR_RETRY, BROKEN " (alert unexpected_message)" },
	{ ALERT + 20, ERR_RETRY, MANGLED },
	{ ALERT + 22, ERR_RETRY, BROKEN " (alert record_overflow)" },
	{ TLS_ERROR_HANDSHAKE, ERR_CONFIG, NO_SUITE },
	{ ALERT + 42, ERR_CONFIG,
	    "the server demands a client certificate (alert "
	    "bad_certificate): set it to ignore client certificates "
	    "there" },
	{ ALERT + 47, ERR_RETRY,
	    "the server refuses the handshake (alert illegal_parameter)" },
	{ ALERT + 48, ERR_CONFIG,
	    "the server demands a client certificate (alert unknown_ca): set "
	    "it to ignore client certificates there" },
	{ ALERT + 49, ERR_CONFIG,
	    "the server denies access during the TLS handshake (alert "
	    "access_denied): check its rules for this machine" },
	{ ALERT + 50, ERR_RETRY,
	    "the server refuses the handshake (alert decode_error)" },
	{ ALERT + 51, ERR_RETRY, MANGLED },
	{ ALERT + 70, ERR_CONFIG, NO_TLS12 },
	{ ALERT + 71, ERR_CONFIG, NO_SUITE },
	{ ALERT + 80, ERR_RETRY,
	    "the server failed inside (alert internal_error): see its event "
	    "log" },
	{ ALERT + 86, ERR_RETRY,
	    "the server refuses an inappropriate fallback (alert 86)" },
	{ ALERT + 90, ERR_RETRY,
	    "the server cancelled the handshake (alert user_canceled)" },
	{ ALERT + 112, ERR_CONFIG,
	    "the server does not know that host name (alert "
	    "unrecognized_name): check the name in the URL" },
	{ TLS_ERROR_WANTS_CERT, ERR_CONFIG,
	    "the server demands a client certificate: set it to ignore "
	    "client certificates there" },
};

enum err_kind
tls_error_text(int code, char *out, size_t size)
{
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].code == code) {
			snprintf(out, size, "%s", table[i].text);
			return table[i].kind;
		}
	if (code >= BR_ERR_SEND_FATAL_ALERT)
		snprintf(out, size,
		    BROKEN " (exsync ended the connection with TLS alert %d)",
		    code - BR_ERR_SEND_FATAL_ALERT);
	else if (code >= ALERT)
		snprintf(out, size,
		    "the server ended the connection with TLS alert %d",
		    code - ALERT);
	else
		snprintf(out, size, BROKEN " (BearSSL's error %d)", code);
	return ERR_RETRY;
}
