/*
 * tls_x509.c - validation of the server's certificate.
 * 1. Without a pin BearSSL's verdict stands: this file can only refuse more
 *    (a weak signature of the leaf, a leaf that is not for servers), never
 *    less.
 * 2. The name that is checked is the one given to tls_connect, never one that
 *    came over the wire, and it is never NULL (NULL would check nothing).
 * 3. A chain that is out of order, or has other certificates in between, is
 *    sorted and validated once more, from the leaf on. So nothing is accepted
 *    that BearSSL would not accept from a server that sends it in order.
 * 4. With a pin the leaf's DER decides alone; its RSA key still needs 2048
 *    bits.
 */
#include <stdio.h>
#include <string.h>

#include "base/crypt.h"
#include "base/enc.h"
#include "base/host.h"
#include "base/tim.h"
#include "net/tls_cert.h"
#include "net/tls_anchors.h"
#include "net/tls_sessions.h"
#include "net/tls_x509.h"

#define LEAF_MAX  (64 << 10)
#define REST_MAX  (64 << 10)
#define RSA_MIN   256    /* bytes */
#define DAYS_1970 719528 /* BearSSL counts from 1 January of the year 0 */
#define DAY       86400000
#define HASH_MIN  32 /* SHA-256 */

uint32_t
tls_x509_rsa(const unsigned char *sig, size_t sig_len, const unsigned char *oid,
    size_t hash_len, const br_rsa_public_key *pk, unsigned char *hash_out)
{
	if (hash_len < HASH_MIN || pk->nlen < RSA_MIN)
		return 0;
	return br_rsa_pkcs1_vrfy_get_default()(
	    sig, sig_len, oid, hash_len, pk, hash_out);
}

uint32_t
tls_x509_ecdsa(const br_ec_impl *ec, const void *hash, size_t hash_len,
    const br_ec_public_key *pk, const void *sig, size_t sig_len)
{
	if (hash_len < HASH_MIN)
		return 0;
	return br_ecdsa_vrfy_asn1_get_default()(
	    ec, hash, hash_len, pk, sig, sig_len);
}

static struct tls_x509 *
x509_self(const br_x509_class **ctx)
{
	return (struct tls_x509 *)(void *)ctx;
}

static void
start_chain(const br_x509_class **ctx, const char *server_name)
{
	struct tls_x509 *x = x509_self(ctx);

	(void)server_name; /* invariant 2 */
	buf_reset(&x->leaf);
	buf_reset(&x->rest);
	x->ncert = x->nrest = 0;
	memset(x->sha256, 0, sizeof(x->sha256));
	memset(&x->binding, 0, sizeof(x->binding));
	if (x->pinned)
		br_x509_decoder_init(&x->key, NULL, NULL);
	else
		x->minimal.vtable->start_chain(&x->minimal.vtable, x->host);
}

static void
start_cert(const br_x509_class **ctx, uint32_t length)
{
	struct tls_x509 *x = x509_self(ctx);

	x->ncert++;
	if (!x->pinned)
		x->minimal.vtable->start_cert(&x->minimal.vtable, length);
}

static void
append_cert(const br_x509_class **ctx, const unsigned char *p, size_t n)
{
	struct tls_x509 *x = x509_self(ctx);

	if (x->ncert == 1)
		buf_add(&x->leaf, p, n);
	else if (!x->pinned && x->nrest < TLS_X509_REST)
		buf_add(&x->rest, p, n);
	if (!x->pinned)
		x->minimal.vtable->append(&x->minimal.vtable, p, n);
	else if (x->ncert == 1 && x->key.err == 0 && !x->key.decoded)
		/* BearSSL's decoder overruns its stack if it is fed again
		 * after an error */
		br_x509_decoder_push(&x->key, p, n);
}

static void
end_cert(const br_x509_class **ctx)
{
	struct tls_x509 *x = x509_self(ctx);

	if (x->ncert == 1)
		crypt_sha256(buf_str(&x->leaf), x->leaf.len, x->sha256);
	else if (x->nrest < TLS_X509_REST && !x->rest.over)
		x->rest_end[x->nrest++] = x->rest.len;
	if (!x->pinned)
		x->minimal.vtable->end_cert(&x->minimal.vtable);
}

static unsigned
end_pinned(struct tls_x509 *x)
{
	const br_x509_pkey *pk;

	if (memcmp(x->sha256, x->pin, sizeof(x->pin)) != 0)
		return BR_ERR_X509_NOT_TRUSTED;
	pk = br_x509_decoder_get_pkey(&x->key);
	if (pk == NULL)
		return (unsigned)br_x509_decoder_last_error(&x->key);
	if (pk->key_type == BR_KEYTYPE_RSA && pk->key.rsa.nlen < RSA_MIN)
		return BR_ERR_X509_WEAK_PUBLIC_KEY;
	return 0;
}

/* The i-th certificate after the leaf. */
static const unsigned char *
chain_cert(const struct tls_x509 *x, size_t i, size_t *len)
{
	size_t from = i == 0 ? 0 : x->rest_end[i - 1];

	*len = x->rest_end[i] - from;
	return (const unsigned char *)buf_str(&x->rest) + from;
}

static void
feed_cert(struct tls_x509 *x, const void *der, size_t len)
{
	const br_x509_class **m = &x->minimal.vtable;

	(*m)->start_cert(m, (uint32_t)len);
	(*m)->append(m, der, len);
	(*m)->end_cert(m);
}

/* Feeds the issuer of c, which c becomes then; false: it is not there. */
static bool
feed_issuer(struct tls_x509 *x, struct tls_cert *c, bool *used)
{
	struct tls_cert above;
	size_t i, len;

	for (i = 0; i < x->nrest; i++) {
		const unsigned char *der = chain_cert(x, i, &len);

		if (used[i] || tls_cert_read(der, len, &above) == -1 ||
		    above.subject_len != c->issuer_len ||
		    memcmp(above.subject_dn, c->issuer_dn, c->issuer_len) != 0)
			continue;
		used[i] = true;
		*c = above;
		feed_cert(x, der, len);
		return true;
	}
	return false;
}

/*
 * Validates once more after the verdict r: the leaf, its issuer, the issuer's
 * issuer and so on, and nothing else, so that an error is about one of these.
 */
static unsigned
in_order(struct tls_x509 *x, unsigned r)
{
	const br_x509_class **m = &x->minimal.vtable;
	const unsigned char *der = (const unsigned char *)buf_str(&x->leaf);
	bool used[TLS_X509_REST] = { false };
	struct tls_cert c;

	if (tls_cert_read(der, x->leaf.len, &c) == -1)
		return r;
	(*m)->start_chain(m, x->host);
	feed_cert(x, der, x->leaf.len);
	while (feed_issuer(x, &c, used))
		;
	return (*m)->end_chain(m);
}

static unsigned
judge_chain(struct tls_x509 *x)
{
	struct tls_cert cert;
	unsigned r;

	if (x->ncert == 0)
		return BR_ERR_X509_EMPTY_CHAIN;
	if (x->leaf.over)
		return BR_ERR_X509_LIMIT_EXCEEDED;
	if (x->pinned)
		return end_pinned(x);
	r = x->minimal.vtable->end_chain(&x->minimal.vtable);
	if (r != 0 && x->nrest > 0)
		r = in_order(x, r);
	buf_free(&x->rest);
	x->nrest = 0;
	if (r != 0)
		return r;
	/* BearSSL does not verify a leaf that is itself an anchor */
	if (tls_cert_read((const unsigned char *)buf_str(&x->leaf), x->leaf.len,
		&cert) == -1 ||
	    cert.sig == TLS_SIG_WEAK)
		return BR_ERR_X509_UNSUPPORTED;
	/* BearSSL does not look at extendedKeyUsage */
	return cert.not_for_servers ? BR_ERR_X509_FORBIDDEN_KEY_USAGE : 0;
}

static unsigned
end_chain(const br_x509_class **ctx)
{
	struct tls_x509 *x = x509_self(ctx);
	unsigned r = judge_chain(x);

	if (r == 0 && x->resumed &&
	    memcmp(x->sha256, x->first, sizeof(x->first)) != 0) {
		x->changed = true;
		r = BR_ERR_X509_NOT_TRUSTED;
	}
	if (r == 0)
		tls_binding_make(&x->binding, buf_str(&x->leaf), x->leaf.len);
	return r;
}

static const br_x509_pkey *
get_pkey(const br_x509_class *const *ctx, unsigned *usages)
{
	const struct tls_x509 *x = (const struct tls_x509 *)(const void *)ctx;

	if (!x->pinned)
		return x->minimal.vtable->get_pkey(&x->minimal.vtable, usages);
	if (usages != NULL)
		*usages = BR_KEYTYPE_KEYX | BR_KEYTYPE_SIGN;
	return x->key.decoded && x->key.err == 0 ? &x->key.pkey : NULL;
}

static const br_x509_class class = { sizeof(struct tls_x509), start_chain,
	start_cert, append_cert, end_cert, end_chain, get_pkey };

void
tls_x509_init(struct tls_x509 *x, const struct tls_trust *trust,
    const char *host, const unsigned char *pin)
{
	br_x509_minimal_context *m = &x->minimal;
	int64_t now = tim_now();

	memset(x, 0, sizeof(*x));
	x->vtable = &class;
	x->host = host;
	buf_init(&x->leaf, LEAF_MAX);
	buf_init(&x->rest, REST_MAX);
	if (pin != NULL) {
		x->pinned = true;
		memcpy(x->pin, pin, sizeof(x->pin));
		return;
	}
	br_x509_minimal_init(m, &br_sha256_vtable,
	    trust == NULL ? NULL : trust->v, trust == NULL ? 0 : trust->n);
	br_x509_minimal_set_hash(m, br_sha256_ID, &br_sha256_vtable);
	br_x509_minimal_set_hash(m, br_sha384_ID, &br_sha384_vtable);
	br_x509_minimal_set_hash(m, br_sha512_ID, &br_sha512_vtable);
	br_x509_minimal_set_rsa(m, tls_x509_rsa);
	br_x509_minimal_set_ecdsa(m, br_ec_get_default(), tls_x509_ecdsa);
	br_x509_minimal_set_minrsa(m, RSA_MIN);
	br_x509_minimal_set_time(
	    m, (uint32_t)(now / DAY + DAYS_1970), (uint32_t)(now % DAY / 1000));
}

void
tls_x509_free(struct tls_x509 *x)
{
	buf_free(&x->leaf);
	buf_free(&x->rest);
}

void
tls_x509_resume(struct tls_x509 *x, const struct tls_session *s)
{
	x->binding = s->binding;
	x->resumed = true;
	memcpy(x->first, s->leaf, sizeof(x->first));
}

/* Sets err for a certificate that is expired or not valid yet. */
static int
say_expired(const struct tls_cert *c, const char *where, struct err *e)
{
	char at[TIM_TEXT], now[TIM_TEXT];
	int64_t t = tim_now();

	if (tim_text(t, now) == NULL)
		strcpy(now, "?");
	if (c->not_after != TIM_NONE && t > c->not_after &&
	    tim_text(c->not_after, at) != NULL)
		return err_set(e, ERR_CONFIG,
		    "%s: the server's certificate (%s) expired on %s: renew "
		    "it on the server (the clock here says %s)",
		    where, c->subject, at, now);
	if (c->not_before != TIM_NONE && t < c->not_before &&
	    tim_text(c->not_before, at) != NULL)
		return err_set(e, ERR_CONFIG,
		    "%s: the server's certificate (%s) is valid only from %s "
		    "on, and the clock here says %s: set the clock, or renew "
		    "the certificate",
		    where, c->subject, at, now);
	return err_set(e, ERR_CONFIG,
	    "%s: a CA certificate above the server's (%s, issued by %s) has "
	    "expired or is not valid yet: renew the chain on the server (the "
	    "clock here says %s)",
	    where, c->subject, c->issuer, now);
}

static int
wrong_name(const struct tls_x509 *x, const struct tls_cert *c,
    const char *where, const char *pin, struct err *e)
{
	if (host_is_ip(x->host))
		return err_set(e, ERR_CONFIG,
		    "%s: a certificate cannot be checked against an IP "
		    "address: write a host name instead (this certificate is "
		    "for %s), or trust exactly this certificate with tls_pin "
		    "= sha256:%s",
		    where, c->names, pin);
	return err_set(e, ERR_CONFIG,
	    "%s: the server's certificate is not for %s but for %s: use that "
	    "name, give the server a certificate for this one, or trust "
	    "exactly this certificate with tls_pin = sha256:%s",
	    where, x->host, c->names, pin);
}

static int
not_trusted(const struct tls_x509 *x, const struct tls_cert *c,
    const char *where, const char *pin, struct err *e)
{
	char want[65];

	if (x->pinned) {
		enc_hex(x->pin, sizeof(x->pin), want);
		return err_set(e, ERR_CONFIG,
		    "%s: the server's certificate (%s) is not the one of "
		    "tls_pin. If it was renewed on the server, set tls_pin = "
		    "sha256:%s; if nobody did that, somebody may be listening "
		    "in (the pin is %.16s...)",
		    where, c->subject, pin, want);
	}
	if (c->self_issued)
		return err_set(e, ERR_CONFIG,
		    "%s: the server's certificate (%s) is self-signed: to "
		    "trust exactly this one set tls_pin = sha256:%s, or give "
		    "the server a certificate of a CA",
		    where, c->subject, pin);
	return err_set(e, ERR_CONFIG,
	    "%s: the server's certificate (%s) was issued by %s, which this "
	    "machine does not trust (or the server does not send the "
	    "certificates in between): set ca_file to that CA's certificate "
	    "as PEM, or trust exactly this certificate with tls_pin = "
	    "sha256:%s",
	    where, c->subject, c->issuer, pin);
}

static int
weak_signature(
    const struct tls_cert *c, const char *where, const char *pin, struct err *e)
{
	return err_set(e, ERR_CONFIG,
	    "%s: the server's certificate (%s) is signed with %s: %s, or trust "
	    "exactly this certificate with tls_pin = sha256:%s",
	    where, c->subject,
	    c->sig == TLS_SIG_PSS ? "RSASSA-PSS, which exsync cannot verify"
				  : "SHA-1 or MD5, which can be forged",
	    c->sig == TLS_SIG_PSS
		? "let the CA sign it with RSA PKCS#1 or ECDSA"
		: "renew it with SHA-256",
	    pin);
}

static const char *
code_sentence(int code)
{
	switch (code) {
	case BR_ERR_X509_EMPTY_CHAIN:
		return "the server sent no certificate: check its TLS "
		       "configuration";
	case BR_ERR_X509_WEAK_PUBLIC_KEY:
		return "the key of the server's certificate, or of a CA above "
		       "it, is too weak: RSA needs 2048 bits or more";
	case BR_ERR_X509_LIMIT_EXCEEDED:
		return "the server's certificate or its key is too large "
		       "(RSA: at most 4096 bits)";
	case BR_ERR_X509_UNSUPPORTED:
		return "the server's certificate, or one above it, uses a key "
		       "or signature that exsync does not know: let the CA "
		       "use RSA PKCS#1 or ECDSA, with SHA-256, 384 or 512";
	case BR_ERR_X509_WRONG_KEY_TYPE:
	case BR_ERR_X509_FORBIDDEN_KEY_USAGE:
		return "the server's certificate, or one above it, may not be "
		       "used for this (key usage): renew it for server "
		       "authentication";
	case BR_ERR_X509_BAD_SIGNATURE:
		return "a signature in the server's chain of certificates is "
		       "wrong, or made with SHA-1: renew the chain";
	case BR_ERR_X509_DN_MISMATCH:
		return "the server sends its chain of certificates in the "
		       "wrong order or with others between: correct the chain "
		       "on the server";
	case BR_ERR_X509_CRITICAL_EXTENSION:
		return "a certificate of the server's chain has a critical "
		       "extension that exsync does not know (name "
		       "constraints?): use another CA";
	case BR_ERR_X509_NOT_CA:
		return "a certificate in the server's chain signs others but "
		       "is not a CA: correct the chain on the server";
	case BR_ERR_X509_TIME_UNKNOWN:
		return "the clock of this machine is not set";
	default:
		return "the server's certificate is malformed";
	}
}

/* Is the chain at fault and the leaf usable, so that a pin would help? */
static bool
pin_helps(const struct tls_x509 *x, int code)
{
	br_x509_decoder_context d;

	if (x->pinned ||
	    (code != BR_ERR_X509_CRITICAL_EXTENSION &&
		code != BR_ERR_X509_NOT_CA && code != BR_ERR_X509_DN_MISMATCH &&
		code != BR_ERR_X509_BAD_SIGNATURE &&
		code != BR_ERR_X509_FORBIDDEN_KEY_USAGE &&
		code != BR_ERR_X509_UNSUPPORTED))
		return false;
	br_x509_decoder_init(&d, NULL, NULL);
	br_x509_decoder_push(&d, buf_str(&x->leaf), x->leaf.len);
	return br_x509_decoder_get_pkey(&d) != NULL;
}

static int
changed_midway(const char *where, struct err *e)
{
	err_set(e, ERR_RETRY,
	    "%s: TLS: the server showed another certificate in the middle of "
	    "a connection: if that happens again and again, all servers "
	    "behind this address need the same one",
	    where);
	return err_code(e, CAUSE_TLS, "tls", SCOPE_PROFILE);
}

int
tls_x509_error(
    const struct tls_x509 *x, int code, const char *where, struct err *e)
{
	struct tls_cert c;
	char pin[65];
	bool sig;

	if (x->changed)
		return changed_midway(where, e);
	tls_cert_read(
	    (const unsigned char *)buf_str(&x->leaf), x->leaf.len, &c);
	enc_hex(x->sha256, sizeof(x->sha256), pin);
	sig = !x->pinned && (c.sig == TLS_SIG_WEAK || c.sig == TLS_SIG_PSS) &&
	      !c.self_issued;
	if (code == BR_ERR_X509_EXPIRED)
		say_expired(&c, where, e);
	else if (code == BR_ERR_X509_BAD_SERVER_NAME)
		wrong_name(x, &c, where, pin, e);
	else if (sig && (code == BR_ERR_X509_NOT_TRUSTED ||
			    code == BR_ERR_X509_UNSUPPORTED ||
			    code == BR_ERR_X509_BAD_SIGNATURE))
		weak_signature(&c, where, pin, e);
	else if (code == BR_ERR_X509_NOT_TRUSTED)
		not_trusted(x, &c, where, pin, e);
	else if (code == BR_ERR_X509_UNSUPPORTED && c.sig == TLS_SIG_WEAK)
		weak_signature(&c, where, pin, e);
	else if (x->ncert > 0)
		err_set(e, ERR_CONFIG,
		    "%s: %s%s%s (its certificate: %s, issued "
		    "by %s)",
		    where, code_sentence(code),
		    pin_helps(x, code) ? ", or trust exactly this certificate "
					 "with tls_pin = sha256:"
				       : "",
		    pin_helps(x, code) ? pin : "", c.subject, c.issuer);
	else
		err_set(e, ERR_CONFIG, "%s: %s", where, code_sentence(code));
	snprintf(e->about, sizeof(e->about), "%s",
	    code == BR_ERR_X509_EXPIRED           ? "end"
	    : code == BR_ERR_X509_BAD_SERVER_NAME ? "name"
	    : code != BR_ERR_X509_NOT_TRUSTED     ? ""
	    : x->pinned                           ? "pin"
						  : "authority");
	return err_code(e, CAUSE_CERTIFICATE, "certificate", SCOPE_PROFILE);
}
