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
/* RFC 2104 with SHA-256. */
void crypt_hmac(const void *key, size_t klen, const void *, size_t,
    unsigned char[CRYPT_SHA256]);
/*
 * RFC 8439: ChaCha20-Poly1305. data is sealed in place and tag is made; a
 * nonce is never used twice with one key. aad is proved, but not hidden.
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
/* False: another key or nonce, or changed; data is all zero then. */
bool crypt_unseal(const struct crypt_seal *, void *data, size_t,
    const unsigned char tag[CRYPT_TAG]);
/* From the kernel (getrandom); never fails, works in an empty chroot. */
void crypt_random(void *, size_t);
/* A random UUID (RFC 9562 version 4) in lower case; out has 37 bytes. */
void crypt_uuid(char *out);

#endif
