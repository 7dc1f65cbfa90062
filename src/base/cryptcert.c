/*
 * cryptcert.c - a certificate of our own, through BearSSL's decoder.
 */
#include <bearssl.h>
#include <string.h>

#include "base/cryptcert.h"
#include "base/cryptpem.h"

#define DAY_MS INT64_C(86400000)
/* BearSSL counts days from the year 0. */
#define DAYS_TO_1970 719528

static int64_t
cert_time(uint32_t days, uint32_t seconds)
{
	return ((int64_t)days - DAYS_TO_1970) * DAY_MS +
	       (int64_t)seconds * 1000;
}

static void
hash_cert(struct cryptcert *c, const void *der, size_t len)
{
	br_sha1_context h;

	crypt_sha256(der, len, c->sha256);
	br_sha1_init(&h);
	br_sha1_update(&h, der, len);
	br_sha1_out(&h, c->sha1);
}

/* NULL: fine; else what is wrong. */
static const char *
decode_cert(struct cryptcert *c, const void *der, size_t len)
{
	br_x509_decoder_context d;
	const br_x509_pkey *k;

	br_x509_decoder_init(&d, NULL, NULL);
	br_x509_decoder_push(&d, der, len);
	if (br_x509_decoder_last_error(&d) != 0)
		return "is not a certificate that can be read: write it in PEM "
		       "(-----BEGIN CERTIFICATE-----); from a .pfx: openssl "
		       "pkcs12 -in FILE.pfx -nokeys -clcerts -out NEW";
	k = br_x509_decoder_get_pkey(&d);
	if (k == NULL || k->key_type != BR_KEYTYPE_RSA)
		return "is not the certificate of an RSA key, and Entra takes "
		       "no other for this";
	if (k->key.rsa.nlen > sizeof(c->n) || k->key.rsa.elen > sizeof(c->e))
		return "has an RSA key longer than 4096 bits: make one of "
		       "2048, 3072 or 4096 bits";
	memcpy(c->n, k->key.rsa.n, c->nlen = k->key.rsa.nlen);
	memcpy(c->e, k->key.rsa.e, c->elen = k->key.rsa.elen);
	c->not_before = cert_time(d.notbefore_days, d.notbefore_seconds);
	c->not_after = cert_time(d.notafter_days, d.notafter_seconds);
	hash_cert(c, der, len);
	return NULL;
}

int
cryptcert_read(
    struct cryptcert *c, const char *text, size_t len, const char **why)
{
	static const char *const labels[] = { "CERTIFICATE", "X509 CERTIFICATE",
		NULL };
	struct buf der;

	memset(c, 0, sizeof(*c));
	buf_init(&der, CRYPTPEM_MAX);
	if (len > 0 && text[0] == 0x30)
		*why = decode_cert(c, text, len);
	else if (cryptpem_first(&der, text, len, labels) == -1)
		*why = "holds no certificate in PEM "
		       "(-----BEGIN CERTIFICATE-----): name the file that "
		       "was uploaded to Entra";
	else
		*why = decode_cert(c, buf_str(&der), der.len);
	buf_free(&der);
	return *why == NULL ? 0 : -1;
}

bool
cryptcert_fits(const struct cryptcert *c, const struct cryptrsa *k)
{
	return cryptrsa_fits(k, c->n, c->nlen, c->e, c->elen);
}
