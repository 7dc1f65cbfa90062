/*
 * cryptrsa.c - an RSA private key and its signatures, through BearSSL.
 * 1. BearSSL has no PSS signer: the encoding (RFC 8017 9.1.1) is made here, and
 *    its private operation, which takes constant time, is all that sees the
 *    key.
 * 2. Every copy of the key is wiped before its memory is given back.
 */
#include <bearssl.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypt.h"
#include "base/cryptpem.h"
#include "base/cryptrsa.h"
#include "base/mem.h"

#define BITS_MIN 2048
#define BITS_MAX (8 * CRYPTRSA_MAX)
#define SALT     CRYPT_SHA256

struct cryptrsa {
	br_skey_decoder_context decoder; /* it holds the key's parts */
	const br_rsa_private_key *key;
};

/* DER of one of the three kinds, by its place in the list of labels. */
enum kind { KIND_PKCS8, KIND_PKCS1, KIND_ENCRYPTED, KIND_EC };
static const char *const labels[] = { "PRIVATE KEY", "RSA PRIVATE KEY",
	"ENCRYPTED PRIVATE KEY", "EC PRIVATE KEY", NULL };

static const char no_rsa[] =
    "is not an RSA key, and Entra takes no other for this: make one with "
    "openssl req -x509 -newkey rsa:2048 -nodes -keyout FILE -out FILE";

static bool
text_holds(const char *text, size_t len, const char *word)
{
	return memmem(text, len, word, strlen(word)) != NULL;
}

/* Why there is no key in the file. */
static const char *
why_none(const char *pem, size_t len, int kind)
{
	if (kind == KIND_ENCRYPTED ||
	    text_holds(pem, len, "Proc-Type: 4,ENCRYPTED"))
		return "is encrypted with a passphrase: decrypt it with "
		       "openssl pkey -in FILE -out NEW, then chmod 600 NEW";
	if (kind == KIND_EC)
		return no_rsa;
	if (text_holds(pem, len, "-----BEGIN CERTIFICATE"))
		return "holds a certificate and no key: name the file with the "
		       "private key";
	return "holds no private key in PEM (-----BEGIN PRIVATE KEY-----); "
	       "from a .pfx: openssl pkcs12 -in FILE.pfx -nodes -nocerts -out "
	       "NEW, then chmod 600 NEW";
}

/* Decodes DER. NULL: fine; else what is wrong. */
static const char *
decode_key(struct cryptrsa *k, const struct buf *der)
{
	br_skey_decoder_init(&k->decoder);
	br_skey_decoder_push(&k->decoder, buf_str(der), der->len);
	if (br_skey_decoder_last_error(&k->decoder) != 0)
		return "holds a private key that cannot be read";
	if (br_skey_decoder_key_type(&k->decoder) != BR_KEYTYPE_RSA)
		return no_rsa;
	k->key = br_skey_decoder_get_rsa(&k->decoder);
	if (k->key->n_bitlen < BITS_MIN || k->key->n_bitlen > BITS_MAX)
		return "has an RSA key that is shorter than 2048 or longer "
		       "than 4096 bits: make one of 2048, 3072 or 4096 bits";
	return NULL;
}

struct cryptrsa *
cryptrsa_read(const char *pem, size_t len, const char **why)
{
	struct cryptrsa *k = mem_alloc(sizeof(*k));
	struct buf der;
	int kind;

	buf_init_secret(&der, CRYPTPEM_MAX);
	kind = cryptpem_first(&der, pem, len, labels);
	if (kind == KIND_PKCS8 || kind == KIND_PKCS1)
		*why = decode_key(k, &der);
	else
		*why = why_none(pem, len, kind);
	buf_free(&der);
	if (*why == NULL)
		return k;
	cryptrsa_free(k);
	return NULL;
}

void
cryptrsa_free(struct cryptrsa *k)
{
	if (k == NULL)
		return;
	mem_wipe(k, sizeof(*k));
	free(k);
}

/* MGF1 (RFC 8017 B.2.1): n bytes of p are masked with what seed makes. */
static void
mask_with(unsigned char *p, size_t n, const unsigned char seed[CRYPT_SHA256])
{
	unsigned char mask[CRYPT_SHA256], counter[4] = { 0, 0, 0, 0 };
	struct crypt_sha256 h;
	size_t i;

	for (i = 0; i < n; i++) {
		if (i % CRYPT_SHA256 == 0) {
			counter[3] = (unsigned char)(i / CRYPT_SHA256);
			crypt_sha256_init(&h);
			crypt_sha256_add(&h, seed, CRYPT_SHA256);
			crypt_sha256_add(&h, counter, sizeof(counter));
			crypt_sha256_out(&h, mask);
		}
		p[i] ^= mask[i % CRYPT_SHA256];
	}
}

/* EMSA-PSS-ENCODE (RFC 8017 9.1.1) of bits bits, in (bits + 7) / 8 bytes. */
static void
encode_pss(unsigned char *em, size_t bits, const void *data, size_t len)
{
	static const unsigned char zero[8];
	size_t n = (bits + 7) / 8, db = n - CRYPT_SHA256 - 1;
	unsigned char hash[CRYPT_SHA256], *h = em + db;
	struct crypt_sha256 c;

	memset(em, 0, n);
	em[db - SALT - 1] = 1;
	crypt_random(em + db - SALT, SALT);
	crypt_sha256(data, len, hash);
	crypt_sha256_init(&c);
	crypt_sha256_add(&c, zero, sizeof(zero));
	crypt_sha256_add(&c, hash, sizeof(hash));
	crypt_sha256_add(&c, em + db - SALT, SALT);
	crypt_sha256_out(&c, h);
	mask_with(em, db, h);
	em[0] &= (unsigned char)(0xff >> (8 * n - bits));
	em[n - 1] = 0xbc;
}

static size_t
sign_pss(
    const struct cryptrsa *k, const void *data, size_t len, unsigned char *out)
{
	size_t size = (k->key->n_bitlen + 7) / 8, bits = k->key->n_bitlen - 1;

	/* a modulus of 8k + 1 bits: the encoding is a byte shorter */
	out[0] = 0;
	encode_pss(out + size - (bits + 7) / 8, bits, data, len);
	return br_rsa_private_get_default()(out, k->key) == 1 ? size : 0;
}

size_t
cryptrsa_sign(const struct cryptrsa *k, enum cryptrsa_scheme scheme,
    const void *data, size_t len, unsigned char *out)
{
	size_t size = (k->key->n_bitlen + 7) / 8;
	unsigned char hash[CRYPT_SHA256];

	if (scheme == CRYPTRSA_PSS)
		return sign_pss(k, data, len, out);
	crypt_sha256(data, len, hash);
	return br_rsa_pkcs1_sign_get_default()(
		   BR_HASH_OID_SHA256, hash, sizeof(hash), k->key, out) == 1
		   ? size
		   : 0;
}

bool
cryptrsa_fits(const struct cryptrsa *k, const unsigned char *n, size_t nlen,
    const unsigned char *e, size_t elen)
{
	br_rsa_public_key pub = { (unsigned char *)(uintptr_t)n, nlen,
		(unsigned char *)(uintptr_t)e, elen };
	unsigned char sign[CRYPTRSA_MAX], want[CRYPT_SHA256], got[CRYPT_SHA256];
	static const char text[] = "exsync";
	size_t size = cryptrsa_sign(k, CRYPTRSA_PKCS1, text, 6, sign);

	crypt_sha256(text, 6, want);
	return size > 0 &&
	       br_rsa_pkcs1_vrfy_get_default()(sign, size, BR_HASH_OID_SHA256,
		   sizeof(got), &pub, got) == 1 &&
	       memcmp(want, got, sizeof(want)) == 0;
}
