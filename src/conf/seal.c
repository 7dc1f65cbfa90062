/*
 * seal.c - "enc:" values and their key.
 * 1. A value whose tag does not verify is not given out, not even in part.
 * 2. No message holds a part of a value: it might be a plain secret.
 * 3. Every copy is wiped before its memory is given back.
 */
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "base/mem.h"
#include "conf/seal.h"

#define VERSION "enc:1:"
#define HEAD    (sizeof(VERSION) - 1)
#define AROUND  (CRYPT_NONCE + CRYPT_TAG)

_Static_assert(SEAL_TEXT > HEAD + (SEAL_SECRET + AROUND) * 4 / 3 + 4,
    "SEAL_TEXT is too small for the largest secret");

bool
seal_is(const char *text, size_t len)
{
	size_t n = strlen(SEAL_PREFIX);

	return len >= n && memcmp(text, SEAL_PREFIX, n) == 0;
}

char *
seal_make(const struct seal_key *key, const char *secret, size_t len)
{
	unsigned char all[SEAL_SECRET + AROUND];
	struct crypt_seal s = { key->k, all, VERSION, HEAD };
	struct buf out;

	if (len > SEAL_SECRET)
		return NULL;
	crypt_random(all, CRYPT_NONCE);
	memcpy(all + CRYPT_NONCE, secret, len);
	crypt_seal(&s, all + CRYPT_NONCE, len, all + CRYPT_NONCE + len);
	buf_init(&out, SEAL_TEXT);
	buf_adds(&out, VERSION);
	enc_base64url(&out, all, len + AROUND);
	return buf_take(&out);
}

char *
seal_open(const struct seal_key *key, const char *text, size_t len,
    size_t *out_len, struct err *err)
{
	unsigned char all[3 * (SEAL_TEXT / 4 + 1)];
	struct crypt_seal s = { key->k, all, VERSION, HEAD };
	struct enc_b64 b64 = { 0 };
	char *secret = NULL;
	long n = -1;

	if (len < HEAD || memcmp(text, VERSION, HEAD) != 0) {
		err_set(err, ERR_CONFIG,
		    "begins with enc: but is none of this version's values "
		    "(enc:1:...): make it again with exsync --encrypt");
		return NULL;
	}
	if (len <= SEAL_TEXT)
		n = enc_b64_feed(&b64, text + HEAD, len - HEAD, (char *)all);
	if (n < AROUND || n > SEAL_SECRET + AROUND || b64.nbits == 6)
		err_set(err, ERR_CONFIG,
		    "is not a whole enc: value: copy it again as exsync "
		    "--encrypt printed it");
	else if (!crypt_unseal(&s, all + CRYPT_NONCE, (size_t)n - AROUND,
		     all + n - CRYPT_TAG))
		err_set(err, ERR_CONFIG,
		    "does not open with the key in secret_key_file: it was "
		    "made with another key, or changed since: make it again "
		    "with exsync --encrypt");
	else {
		*out_len = (size_t)n - AROUND;
		secret = mem_strndup((char *)all + CRYPT_NONCE, *out_len);
	}
	mem_wipe(all, sizeof(all));
	return secret;
}

bool
seal_key_parse(struct seal_key *key, const char *text, size_t len)
{
	char digits[2 * CRYPT_KEY + 1], bytes[3 * (64 / 4 + 1)];
	struct enc_b64 b64 = { 0 };
	bool ok = false;

	while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
		len--;
	if (len == 2 * CRYPT_KEY) {
		memcpy(digits, text, len);
		digits[len] = '\0';
		ok = enc_unhex(digits, key->k, CRYPT_KEY);
		mem_wipe(digits, sizeof(digits));
	} else if (len <= 64) {
		ok = enc_b64_feed(&b64, text, len, bytes) == CRYPT_KEY &&
		     b64.nbits != 6;
		if (ok)
			memcpy(key->k, bytes, CRYPT_KEY);
		mem_wipe(bytes, sizeof(bytes));
	}
	if (!ok)
		mem_wipe(key, sizeof(*key));
	return ok;
}

void
seal_key_make(struct seal_key *key, char text[SEAL_FILE_TEXT])
{
	crypt_random(key->k, sizeof(key->k));
	enc_hex(key->k, sizeof(key->k), text);
	memcpy(text + 2 * CRYPT_KEY, "\n", 2);
}
