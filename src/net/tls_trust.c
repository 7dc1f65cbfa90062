/*
 * tls_trust.c - CA certificates from a file.
 * 1. A certificate that cannot be used is skipped, and the others are used.
 * 2. Everything an anchor points to lies in the arena.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/enc.h"
#include "base/vec.h"
#include "net/tls_anchors.h"
#include "net/tls_trust.h"

/* A CA bundle is about 200 KB; more than this is some other file. */
#define FILE_MAX (16 << 20)
#define CERT_MAX (64 << 10)
#define RSA_MIN  256 /* bytes */

/* Debian, Red Hat (three generations), SUSE, Alpine, BSD, OpenSSL. */
static const char *const places[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/var/lib/ca-certificates/ca-bundle.pem",
	"/etc/ssl/cert.pem",
	"/usr/local/etc/ssl/cert.pem",
	"/usr/local/share/certs/ca-root-nss.crt",
	"/etc/openssl/certs/ca-certificates.crt",
	"/usr/lib/ssl/cert.pem",
};

static void
append_dn(void *arg, const void *p, size_t n)
{
	buf_add(arg, p, n);
}

static unsigned char *
keep_bytes(struct tls_trust *t, const void *p, size_t n)
{
	unsigned char *to = arena_alloc(&t->arena, n == 0 ? 1 : n);

	memcpy(to, p, n);
	return to;
}

static bool
copy_key(struct tls_trust *t, br_x509_pkey *to, const br_x509_pkey *from)
{
	*to = *from;
	if (from->key_type == BR_KEYTYPE_RSA) {
		if (from->key.rsa.nlen < RSA_MIN)
			return false;
		to->key.rsa.n =
		    keep_bytes(t, from->key.rsa.n, from->key.rsa.nlen);
		to->key.rsa.e =
		    keep_bytes(t, from->key.rsa.e, from->key.rsa.elen);
		return true;
	}
	if (from->key_type == BR_KEYTYPE_EC) {
		to->key.ec.q = keep_bytes(t, from->key.ec.q, from->key.ec.qlen);
		return true;
	}
	return false;
}

/* Adds one DER certificate; false: it is not usable. */
static bool
add_cert(struct tls_trust *t, const struct buf *der)
{
	br_x509_decoder_context dc;
	br_x509_trust_anchor *a;
	struct buf dn;
	bool ok = false;

	buf_init(&dn, CERT_MAX);
	br_x509_decoder_init(&dc, append_dn, &dn);
	br_x509_decoder_push(&dc, der->data, der->len);
	if (!der->over && br_x509_decoder_get_pkey(&dc) != NULL && !dn.over) {
		a = VEC_ADD(t->v, t->n);
		ok = copy_key(t, &a->pkey, br_x509_decoder_get_pkey(&dc));
		if (ok) {
			a->dn.data = keep_bytes(t, buf_str(&dn), dn.len);
			a->dn.len = dn.len;
			a->flags =
			    br_x509_decoder_isCA(&dc) ? BR_X509_TA_CA : 0;
		} else
			t->n--;
	}
	buf_free(&dn);
	return ok;
}

/* Decodes the base64 between BEGIN and END to der; -1: it is not base64. */
static int
decode_pem(struct buf *der, const char *p, size_t n)
{
	struct enc_b64 b64 = { 0 };
	char *to;
	long k;

	buf_reset(der);
	to = buf_room(der, 3 * (n / 4 + 1));
	k = to == NULL ? -1 : enc_b64_feed(&b64, p, n, to);
	if (k <= 0)
		return -1;
	der->len = (size_t)k;
	return 0;
}

/*
 * This runs at every start, so it does not use BearSSL's PEM decoder, which
 * takes 30 ms for a system's bundle.
 */
static void
parse_pem(struct tls_trust *t, const char *p)
{
	static const char begin[] = "-----BEGIN ", end[] = "-----END ";
	struct buf der;

	buf_init(&der, CERT_MAX);
	while ((p = strstr(p, begin)) != NULL) {
		const char *text, *stop;
		bool cert;

		p += sizeof(begin) - 1;
		cert = strncmp(p, "CERTIFICATE-----", 16) == 0 ||
		       strncmp(p, "X509 CERTIFICATE-----", 21) == 0;
		text = strstr(p, "-----");
		stop = text == NULL ? NULL : strstr(text += 5, end);
		if (!cert)
			continue;
		if (stop == NULL ||
		    decode_pem(&der, text, (size_t)(stop - text)) == -1 ||
		    !add_cert(t, &der))
			t->passed_over++;
	}
	buf_free(&der);
}

/* Takes PEM, or DER, in which Windows exports a certificate by default. */
static void
take_file(struct tls_trust *t, const struct buf *b)
{
	parse_pem(t, buf_str(b));
	if (t->n == 0 && b->len > 0 && b->len <= CERT_MAX &&
	    b->data[0] == 0x30 && !add_cert(t, b))
		t->passed_over++;
}

/* 0, or -1 with errno. */
static int
read_file(struct buf *b, const char *path)
{
	FILE *f = fopen(path, "re");
	int no;

	if (f == NULL)
		return -1;
	errno = 0;
	for (;;) {
		char *to = buf_room(b, 65536);
		size_t k;

		if (to == NULL) {
			errno = EFBIG;
			break;
		}
		k = fread(to, 1, 65536, f);
		b->len += k;
		to[k] = '\0';
		if (k == 0)
			break;
	}
	no = ferror(f) && errno == 0 ? EIO : errno;
	fclose(f);
	errno = no;
	return no == 0 ? 0 : -1;
}

const char *
tls_trust_place(size_t i)
{
	const char *env = getenv("SSL_CERT_FILE");

	if (env != NULL && *env != '\0')
		return i == 0 ? env : NULL;
	return i < sizeof(places) / sizeof(places[0]) ? places[i] : NULL;
}

static const char *
system_place(void)
{
	const char *path;
	size_t i;

	if (tls_trust_place(1) == NULL)
		return tls_trust_place(0);
	for (i = 0; (path = tls_trust_place(i)) != NULL; i++) {
		FILE *f = fopen(path, "re");

		if (f != NULL) {
			fclose(f);
			return path;
		}
	}
	return NULL;
}

static uint64_t
next_trust_id(void)
{
	static atomic_uint_fast64_t last;

	return atomic_fetch_add(&last, 1) + 1;
}

struct tls_trust *
tls_trust_load(const char *path, struct err *e)
{
	struct tls_trust *t;
	struct buf b;

	if (path == NULL && (path = system_place()) == NULL) {
		err_set(e, ERR_CONFIG,
		    "this machine has no list of CA "
		    "certificates in any usual place: install the package "
		    "ca-certificates, or set ca_file");
		err_code(e, CAUSE_OTHER, "ca_file", SCOPE_ALL);
		return NULL;
	}
	t = mem_alloc(sizeof(*t));
	t->id = next_trust_id();
	buf_init(&b, FILE_MAX);
	if (read_file(&b, path) == -1)
		err_set(e, ERR_CONFIG,
		    "%s: cannot read the CA certificates: "
		    "%s; set ca_file to a PEM file",
		    path, strerror(errno));
	else {
		take_file(t, &b);
		if (t->n == 0)
			err_set(e, ERR_CONFIG,
			    "%s: holds no usable CA "
			    "certificate%s; ca_file must name a PEM file "
			    "(-----BEGIN CERTIFICATE-----) or one certificate "
			    "as DER, whose keys are RSA of 2048 to 4096 bits "
			    "or EC",
			    path,
			    t->passed_over > 0 ? " (there are some that are "
						 "malformed or too weak)"
					       : "");
	}
	buf_free(&b);
	if (t->n == 0) {
		err_code(e, CAUSE_OTHER, "ca_file", SCOPE_ALL);
		tls_trust_free(t);
		return NULL;
	}
	return t;
}

void
tls_trust_free(struct tls_trust *t)
{
	if (t == NULL)
		return;
	free(t->v);
	arena_free(&t->arena);
	free(t);
}

uint64_t
tls_trust_id(const struct tls_trust *t)
{
	return t == NULL ? 0 : t->id;
}
