/*
 * crypt.c - hashes, sealing and randomness, through BearSSL.
 * 1. Randomness comes from the kernel alone; without it the program ends.
 * 2. Sealing and unsealing take constant time, and only authenticated data is
 *    given out.
 */
#include <bearssl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/crypt.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

_Static_assert(
    sizeof(br_sha256_context) <= sizeof(((struct crypt_sha256 *)0)->ctx),
    "struct crypt_sha256 is too small for BearSSL's context");
_Static_assert(_Alignof(br_sha256_context) <= 8,
    "struct crypt_sha256 is not aligned enough");

_Static_assert(
    sizeof(br_hmac_key_context) <= sizeof(((struct crypt_hmac_key *)0)->ctx),
    "struct crypt_hmac_key is too small for BearSSL's context");
_Static_assert(_Alignof(br_hmac_key_context) <= 8,
    "struct crypt_hmac_key is not aligned enough");

#define INSIDE(c) ((br_sha256_context *)(void *)(c)->ctx)

void
crypt_sha256_init(struct crypt_sha256 *c)
{
	br_sha256_init(INSIDE(c));
}

void
crypt_sha256_add(struct crypt_sha256 *c, const void *p, size_t n)
{
	if (n > 0)
		br_sha256_update(INSIDE(c), p, n);
}

void
crypt_sha256_adds(struct crypt_sha256 *h, const char *s)
{
	crypt_sha256_add(h, str_nn(s), strlen(str_nn(s)) + 1);
}

void
crypt_sha256_out(const struct crypt_sha256 *c, unsigned char out[CRYPT_SHA256])
{
	br_sha256_out((const br_sha256_context *)(const void *)c->ctx, out);
}

void
crypt_sha256(const void *p, size_t n, unsigned char out[CRYPT_SHA256])
{
	struct crypt_sha256 c;

	crypt_sha256_init(&c);
	crypt_sha256_add(&c, p, n);
	crypt_sha256_out(&c, out);
}

void
crypt_hmac(const void *key, size_t klen, const void *p, size_t n,
    unsigned char out[CRYPT_SHA256])
{
	crypt_hmac_slow(key, klen, p, n, 0, out);
}

void
crypt_hmac_key(struct crypt_hmac_key *k, const void *key, size_t klen)
{
	br_hmac_key_init((br_hmac_key_context *)(void *)k->ctx,
	    &br_sha256_vtable, klen > 0 ? key : "", klen);
}

void
crypt_hmac_with(const struct crypt_hmac_key *k, const void *p, size_t n,
    unsigned char out[CRYPT_SHA256])
{
	br_hmac_context h;

	br_hmac_init(&h, (const br_hmac_key_context *)(const void *)k->ctx, 0);
	if (n > 0)
		br_hmac_update(&h, p, n);
	br_hmac_out(&h, out);
}

void
crypt_hmac_slow(const void *key, size_t klen, const void *p, size_t n,
    int rounds, unsigned char out[CRYPT_SHA256])
{
	br_hmac_key_context k;
	br_hmac_context h;

	/* once for all rounds: it is half the work of one */
	br_hmac_key_init(&k, &br_sha256_vtable, klen > 0 ? key : "", klen);
	br_hmac_init(&h, &k, 0);
	if (n > 0)
		br_hmac_update(&h, p, n);
	br_hmac_out(&h, out);
	while (rounds-- > 0) {
		br_hmac_init(&h, &k, 0);
		br_hmac_update(&h, out, CRYPT_SHA256);
		br_hmac_out(&h, out);
	}
}

void
crypt_md5(const void *p, size_t n, unsigned char out[CRYPT_MD5])
{
	br_md5_context c;

	br_md5_init(&c);
	if (n > 0)
		br_md5_update(&c, p, n);
	br_md5_out(&c, out);
}

void
crypt_hmac_md5(const void *key, size_t klen, const void *p, size_t n,
    unsigned char out[CRYPT_MD5])
{
	br_hmac_key_context k;
	br_hmac_context h;

	br_hmac_key_init(&k, &br_md5_vtable, klen > 0 ? key : "", klen);
	br_hmac_init(&h, &k, 0);
	if (n > 0)
		br_hmac_update(&h, p, n);
	br_hmac_out(&h, out);
	mem_wipe(&k, sizeof(k));
	mem_wipe(&h, sizeof(h));
}

static void
run_seal(
    const struct crypt_seal *s, void *data, size_t n, void *tag, int encrypt)
{
	/* BearSSL's only implementations that run on every processor */
	br_poly1305_ctmul_run(s->key, s->nonce, data, n, s->aad, s->aad_len,
	    tag, br_chacha20_ct_run, encrypt);
}

void
crypt_seal(const struct crypt_seal *s, void *data, size_t n,
    unsigned char tag[CRYPT_TAG])
{
	run_seal(s, data, n, tag, 1);
}

bool
crypt_unseal(const struct crypt_seal *s, void *data, size_t n,
    const unsigned char tag[CRYPT_TAG])
{
	unsigned char made[CRYPT_TAG], differ = 0;
	size_t i;

	run_seal(s, data, n, made, 0);
	for (i = 0; i < CRYPT_TAG; i++)
		differ |= (unsigned char)(made[i] ^ tag[i]);
	mem_wipe(made, sizeof(made));
	if (differ != 0)
		mem_wipe(data, n);
	return differ == 0;
}

void
crypt_random(void *out, size_t n)
{
	unsigned char *p = out;
	ssize_t got;

	while (n > 0) {
		got = getrandom(p, n, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			/* a predictable key would be worse than no pass */
			log_error("the kernel gives no random numbers: %s",
			    strerror(errno));
			_Exit(3);
		}
		p += got;
		n -= (size_t)got;
	}
}

void
crypt_uuid(char *out)
{
	static const int group[] = { 4, 2, 2, 2, 6 };
	unsigned char r[16];
	size_t i, at = 0;

	crypt_random(r, sizeof(r));
	r[6] = (unsigned char)((r[6] & 0x0f) | 0x40); /* version 4 */
	r[8] = (unsigned char)((r[8] & 0x3f) | 0x80); /* variant */
	for (i = 0; i < 5; i++) {
		enc_hex(r + at, (size_t)group[i], out);
		at += (size_t)group[i];
		out += 2 * group[i];
		*out++ = i < 4 ? '-' : '\0';
	}
}
