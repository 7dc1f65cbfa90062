/*
 * tokenfile.c - the file of a person's login.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/tokenfile.h"
#include "base/crypt.h"
#include "base/enc.h"
#include "base/mem.h"
#include "base/str.h"

#define FIRST   "exsync token 1\n"
#define NFIRST  (sizeof(FIRST) - 1)
#define ID_HEX  (TOKENFILE_ID - 1)
#define NHEAD   (NFIRST + ID_HEX + 1) /* both lines */
#define OVERALL (CRYPT_NONCE + CRYPT_TAG)

bool
tokenfile_name(const struct credential *c, char out[TOKENFILE_NAME])
{
	unsigned char hash[CRYPT_SHA256];
	struct crypt_sha256 h;
	char hex[33];
	char *user;

	if (c->oauth == NULL || conf_is_app(c->oauth) || c->username == NULL)
		return false;
	user = str_lower(mem_strdup(c->username));
	crypt_sha256_init(&h);
	crypt_sha256_adds(&h, c->oauth->authority);
	crypt_sha256_adds(&h, c->oauth->tenant);
	crypt_sha256_adds(&h, c->oauth->client_id);
	crypt_sha256_adds(&h, user);
	crypt_sha256_out(&h, hash);
	free(user);
	enc_hex(hash, 16, hex);
	snprintf(out, TOKENFILE_NAME, "token-%s", hex);
	return true;
}

void
tokenfile_new_id(char out[TOKENFILE_ID])
{
	unsigned char raw[ID_HEX / 2];

	crypt_random(raw, sizeof(raw));
	enc_hex(raw, sizeof(raw), out);
}

void
tokenfile_id(const struct buf *file, char out[TOKENFILE_ID])
{
	unsigned char raw[ID_HEX / 2];

	out[0] = '\0';
	if (file->len < NHEAD || memcmp(file->data, FIRST, NFIRST) != 0 ||
	    file->data[NHEAD - 1] != '\n')
		return;
	memcpy(out, file->data + NFIRST, ID_HEX);
	out[ID_HEX] = '\0';
	if (!enc_unhex(out, raw, sizeof(raw)))
		out[0] = '\0';
}

/* The additional data: head and name. */
static void
bind_to(struct buf *aad, const char *head, const char *name)
{
	buf_init(aad, NHEAD + TOKENFILE_NAME);
	buf_add(aad, head, NHEAD);
	buf_adds(aad, name);
}

int
tokenfile_format(struct buf *out, const struct seal_key *key, const char *name,
    const char *id, const struct buf *refresh, struct err *err)
{
	unsigned char nonce[CRYPT_NONCE], tag[CRYPT_TAG];
	struct buf raw, aad;
	struct crypt_seal s = { key->k, nonce, NULL, 0 };

	if (refresh->len > TOKENFILE_SECRET) {
		err_set(err, ERR_CONFIG,
		    "the refresh token is longer than %zu bytes",
		    TOKENFILE_SECRET);
		return err_code(
		    err, CAUSE_TOO_LARGE, "token-file", SCOPE_PROFILE);
	}
	buf_reset(out);
	buf_addf(out, FIRST "%s\n", id);
	bind_to(&aad, buf_str(out), name);
	s.aad = aad.data;
	s.aad_len = aad.len;
	crypt_random(nonce, sizeof(nonce));
	buf_init_secret(&raw, TOKENFILE_SECRET + OVERALL);
	buf_room(&raw, refresh->len + OVERALL); /* no copy by growing */
	buf_add(&raw, nonce, sizeof(nonce));
	buf_add(&raw, buf_str(refresh), refresh->len);
	crypt_seal(&s, raw.data + CRYPT_NONCE, refresh->len, tag);
	buf_add(&raw, tag, sizeof(tag));
	enc_base64url(out, raw.data, raw.len);
	buf_addc(out, '\n');
	buf_free(&raw);
	buf_free(&aad);
	return 0;
}

static int
say_unreadable(const char *name, struct err *err)
{
	err_set(err, ERR_CONFIG,
	    "%s in state_dir cannot be read with the key in secret_key_file: "
	    "bring back the key that it was made with, or log in again with "
	    "exsync --login",
	    name);
	return err_code(err, CAUSE_OTHER, "token-file", SCOPE_PROFILE);
}

/* The sealed bytes. False: it is none. */
static bool
decode_sealed(struct buf *raw, const struct buf *file)
{
	struct enc_b64 b = { 0 };
	size_t n;
	char *room;
	long k;

	if (file->len < NHEAD || file->len > TOKENFILE_MAX)
		return false;
	n = file->len - NHEAD;
	if ((room = buf_room(raw, 3 * (n / 4 + 1))) == NULL ||
	    (k = enc_b64_feed(&b, file->data + NHEAD, n, room)) == -1)
		return false;
	raw->len += (size_t)k;
	return raw->len > OVERALL;
}

int
tokenfile_open(struct buf *out, const struct seal_key *key, const char *name,
    const struct buf *file, struct err *err)
{
	char id[TOKENFILE_ID];
	unsigned char tag[CRYPT_TAG];
	struct buf raw, aad;
	struct crypt_seal s = { key->k, NULL, NULL, 0 };
	size_t n = 0;
	bool ok;

	tokenfile_id(file, id);
	buf_init_secret(&raw, TOKENFILE_MAX);
	ok = id[0] != '\0' && decode_sealed(&raw, file);
	if (ok) {
		bind_to(&aad, file->data, name);
		n = raw.len - OVERALL;
		s.nonce = (const unsigned char *)raw.data;
		s.aad = aad.data;
		s.aad_len = aad.len;
		memcpy(tag, raw.data + CRYPT_NONCE + n, sizeof(tag));
		ok = crypt_unseal(&s, raw.data + CRYPT_NONCE, n, tag) &&
		     memchr(raw.data + CRYPT_NONCE, '\0', n) == NULL;
		buf_free(&aad);
	}
	if (ok) {
		buf_reset(out);
		ok = buf_add(out, raw.data + CRYPT_NONCE, n) == 0;
	}
	buf_free(&raw);
	return ok ? 0 : say_unreadable(name, err);
}
