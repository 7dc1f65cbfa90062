/*
 * crypt.h - hashes, sealing and randomness, through BearSSL.
 * Floor: base; with net/tls and auth/ the only place that includes bearssl.h.
 * Threads: any; a context belongs to one thread.
 */
#ifndef BASE_CRYPT_H
#define BASE_CRYPT_H

#include <stdbool.h>
#include <stddef.h>

#define CRYPT_SHA256 32

struct crypt_sha256 {
	_Alignas(8) unsigned char ctx[256];
};
void crypt_sha256_init(struct crypt_sha256 *);
void crypt_sha256_add(struct crypt_sha256 *, const void *, size_t);
/* A string with its NUL; NULL is "". */
void crypt_sha256_adds(struct crypt_sha256 *, const char *);
/* May be called while more is still to be added. */
void crypt_sha256_out(const struct crypt_sha256 *, unsigned char[CRYPT_SHA256]);
void crypt_sha256(const void *, size_t, unsigned char[CRYPT_SHA256]);
/* HMAC (RFC 2104) with SHA-256. */
void crypt_hmac(const void *key, size_t klen, const void *, size_t,
    unsigned char[CRYPT_SHA256]);
/*
 * The same for one key and many short texts: half the work of each is to take
 * up the key. The context holds what the key is worth.
 */
struct crypt_hmac_key {
	_Alignas(8) unsigned char ctx[160];
};
void crypt_hmac_key(struct crypt_hmac_key *, const void *key, size_t klen);
void crypt_hmac_with(const struct crypt_hmac_key *, const void *, size_t,
    unsigned char[CRYPT_SHA256]);
/* As crypt_hmac, and rounds times more of each result under the same key. */
void crypt_hmac_slow(const void *key, size_t klen, const void *, size_t,
    int rounds, unsigned char[CRYPT_SHA256]);
/*
 * MD5 (RFC 1321) and HMAC with it: broken as hashes, and for protocols that
 * know nothing else (NTLM).
 */
#define CRYPT_MD5 16
void crypt_md5(const void *, size_t, unsigned char[CRYPT_MD5]);
void crypt_hmac_md5(const void *key, size_t klen, const void *, size_t,
    unsigned char[CRYPT_MD5]);
/*
 * ChaCha20-Poly1305 (RFC 8439). Encrypts data in place and makes the tag. The
 * caller must never use a nonce twice with one key. aad is authenticated, but
 * not encrypted.
 */
#define CRYPT_KEY   32
#define CRYPT_NONCE 12
#define CRYPT_TAG   16
struct crypt_seal {
	const unsigned char *key;   /* CRYPT_KEY bytes */
	const unsigned char *nonce; /* CRYPT_NONCE bytes */
	const void *aad;
	size_t aad_len;
};
void crypt_seal(const struct crypt_seal *, void *data, size_t,
    unsigned char tag[CRYPT_TAG]);
/*
 * False: wrong key or nonce, or data, aad or tag was changed; then data is
 * overwritten with zeros.
 */
bool crypt_unseal(const struct crypt_seal *, void *data, size_t,
    const unsigned char tag[CRYPT_TAG]);
/*
 * Random bytes from the kernel (getrandom), also in an empty chroot. Never
 * fails: when the kernel gives none, logs one line and exits with 3.
 */
void crypt_random(void *, size_t);
/* A random UUID (RFC 9562 version 4) in lower case; out has 37 bytes. */
void crypt_uuid(char *out);

#endif
