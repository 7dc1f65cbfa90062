/*
 * seal.h - secrets that may stand in a file others can read: "enc:" values,
 * and the key they are made with.
 * Floor: conf.
 * Threads: pure.
 *
 *	enc:1:BASE64URL(nonce || ChaCha20-Poly1305(secret) || tag)
 *
 * 1 is the version of this format; RFC 8439, nonce of 12 random bytes, tag of
 * 16, "enc:1:" as the additional data. A value is bound to the key and to
 * nothing else: it may be moved to another section or file. A key file holds
 * one line: 32 bytes as 64 hex digits or as base64.
 */
#ifndef CONF_SEAL_H
#define CONF_SEAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/crypt.h"
#include "base/err.h"

#define SEAL_PREFIX    "enc:"
#define SEAL_SECRET    1024 /* bytes of a secret, at most */
#define SEAL_TEXT      1536 /* room for the value of the largest secret */
#define SEAL_FILE_TEXT (2 * CRYPT_KEY + 2)

struct seal_key {
	unsigned char k[CRYPT_KEY]; /* to be wiped */
};

bool seal_is(const char *text, size_t len); /* begins with enc:? */
/* The value for secret (at most SEAL_SECRET bytes); the caller frees. */
char *seal_make(const struct seal_key *, const char *secret, size_t len);
/*
 * Decrypts a value: *out_len bytes and a NUL, which the caller wipes and frees.
 * NULL: ERR_CONFIG, with a message that begins with a verb and names no file.
 */
char *seal_open(const struct seal_key *, const char *text, size_t len,
    size_t *out_len, struct err *);
/* Parses the content of a key file; false: it holds no key. */
bool seal_key_parse(struct seal_key *, const char *text, size_t len);
/* Makes a new key and the content of its file; the caller wipes both. */
void seal_key_make(struct seal_key *, char text[SEAL_FILE_TEXT]);

#endif
