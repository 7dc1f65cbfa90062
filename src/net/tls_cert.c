/*
 * tls_cert.c - reads fields of an X.509 certificate.
 * 1. No byte outside of the given DER is read; every length is checked
 *    against what encloses it.
 * 2. Text taken from a certificate is made printable.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/tim.h"
#include "net/tls_cert.h"

/* A piece of DER that is still to be read. */
struct der {
	const unsigned char *p, *end;
};

/* Takes one element off d. Returns its tag, or -1 when it is malformed. */
static int
next_element(struct der *d, struct der *content)
{
	size_t n, left = (size_t)(d->end - d->p);
	int tag, k;

	if (left < 2 || (d->p[0] & 0x1f) == 0x1f)
		return -1;
	tag = d->p[0];
	n = d->p[1];
	d->p += 2;
	left -= 2;
	if (n >= 0x80) {
		k = (int)(n & 0x7f);
		if (k < 1 || k > 3 || left < (size_t)k)
			return -1;
		left -= (size_t)k;
		for (n = 0; k > 0; k--)
			n = n << 8 | *d->p++;
	}
	if (n > left)
		return -1;
	content->p = d->p;
	content->end = d->p + n;
	d->p += n;
	return tag;
}

static bool
der_equals(const struct der *d, const char *bytes, size_t n)
{
	return (size_t)(d->end - d->p) == n && memcmp(d->p, bytes, n) == 0;
}

/* The most telling part of a distinguished name. */
static void
read_name(struct der dn, char *out, size_t size)
{
	struct der set, pair, oid, text;
	int best = 0;

	while (next_element(&dn, &set) == 0x31)
		while (next_element(&set, &pair) == 0x30) {
			int rank = 0;

			if (next_element(&pair, &oid) != 0x06 ||
			    next_element(&pair, &text) < 0)
				return;
			if (der_equals(&oid, "\x55\x04\x03", 3))
				rank = 3;
			else if (der_equals(&oid, "\x55\x04\x0a", 3))
				rank = 2;
			else if (der_equals(&oid, "\x55\x04\x0b", 3))
				rank = 1;
			if (rank <= best)
				continue;
			best = rank;
			str_printable(out, size, (const char *)text.p,
			    (size_t)(text.end - text.p));
		}
}

/* HashAlgorithm (RFC 4055 2.1): an AlgorithmIdentifier. */
static enum tls_hash
hash_algorithm(struct der d)
{
	static const struct {
		const char *oid;
		size_t len;
		enum tls_hash hash;
	} known[] = {
		/* 1.3.14.3.2.26; 2.16.840.1.101.3.4.2.N */
		{ "\x2b\x0e\x03\x02\x1a", 5, TLS_HASH_SHA1 },
		{ "\x60\x86\x48\x01\x65\x03\x04\x02\x04", 9, TLS_HASH_SHA224 },
		{ "\x60\x86\x48\x01\x65\x03\x04\x02\x01", 9, TLS_HASH_SHA256 },
		{ "\x60\x86\x48\x01\x65\x03\x04\x02\x02", 9, TLS_HASH_SHA384 },
		{ "\x60\x86\x48\x01\x65\x03\x04\x02\x03", 9, TLS_HASH_SHA512 },
	};
	struct der alg, oid;
	size_t i;

	if (next_element(&d, &alg) != 0x30 || next_element(&alg, &oid) != 0x06)
		return TLS_HASH_OTHER;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (der_equals(&oid, known[i].oid, known[i].len))
			return known[i].hash;
	return TLS_HASH_OTHER;
}

/*
 * RSASSA-PSS-params (RFC 4055 3.1), which a certificate must have; when the
 * hash is left out of them it is SHA-1.
 */
static enum tls_hash
pss_hash(struct der params)
{
	struct der list, x;

	if (next_element(&params, &list) != 0x30)
		return TLS_HASH_OTHER;
	if (list.p == list.end || *list.p != 0xa0)
		return TLS_HASH_SHA1;
	return next_element(&list, &x) == 0xa0 ? hash_algorithm(x)
					       : TLS_HASH_OTHER;
}

/* signatureAlgorithm: its OID, and the parameters that follow it. */
static void
read_signature(const struct der *oid, struct der params, struct tls_cert *out)
{
	static const struct {
		const char *oid;
		size_t len;
		enum tls_sig sig;
		enum tls_hash hash;
	} known[] = {
#define RSA(n, sig, hash)                                                      \
	{                                                                      \
		"\x2a\x86\x48\x86\xf7\x0d\x01\x01" n, 9, sig, hash             \
	}
#define ECDSA(n, hash)                                                         \
	{                                                                      \
		"\x2a\x86\x48\xce\x3d\x04\x03" n, 8, TLS_SIG_GOOD, hash        \
	}
		/* 1.2.840.113549.1.1.N; 1.3.14.3.2.29; 1.2.840.10045.4.1 */
		RSA("\x02", TLS_SIG_WEAK, TLS_HASH_OTHER), /* MD2 */
		RSA("\x04", TLS_SIG_WEAK, TLS_HASH_MD5),
		RSA("\x05", TLS_SIG_WEAK, TLS_HASH_SHA1),
		{ "\x2b\x0e\x03\x02\x1d", 5, TLS_SIG_WEAK, TLS_HASH_SHA1 },
		{ "\x2a\x86\x48\xce\x3d\x04\x01", 7, TLS_SIG_WEAK,
		    TLS_HASH_SHA1 },
		RSA("\x0a", TLS_SIG_PSS, TLS_HASH_OTHER),
		RSA("\x0b", TLS_SIG_GOOD, TLS_HASH_SHA256),
		RSA("\x0c", TLS_SIG_GOOD, TLS_HASH_SHA384),
		RSA("\x0d", TLS_SIG_GOOD, TLS_HASH_SHA512),
		RSA("\x0e", TLS_SIG_OTHER, TLS_HASH_SHA224),
		/* 1.2.840.10045.4.3.N */
		ECDSA("\x02", TLS_HASH_SHA256),
		ECDSA("\x03", TLS_HASH_SHA384),
		ECDSA("\x04", TLS_HASH_SHA512),
		{ "\x2a\x86\x48\xce\x3d\x04\x03\x01", 8, TLS_SIG_OTHER,
		    TLS_HASH_SHA224 },
#undef RSA
#undef ECDSA
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!der_equals(oid, known[i].oid, known[i].len))
			continue;
		out->sig = known[i].sig;
		out->hash = known[i].hash;
	}
	if (out->sig == TLS_SIG_PSS)
		out->hash = pss_hash(params);
}

/* UTCTime or GeneralizedTime (RFC 5280 4.1.2.5). */
static int64_t
read_date(int tag, const struct der *d)
{
	size_t n = (size_t)(d->end - d->p);
	const char *p = (const char *)d->p, *century = "";
	char iso[32];
	int64_t ms;

	if (tag == 0x17 && n == 13)
		century = p[0] >= '5' ? "19" : "20";
	else if (tag != 0x18 || n != 15)
		return TIM_NONE;
	else {
		century = NULL;
	}
	snprintf(iso, sizeof(iso), "%.2s%.2s-%.2s-%.2sT%.2s:%.2s:%.2sZ",
	    century == NULL ? p : century, p + (century == NULL ? 2 : 0),
	    p + n - 11, p + n - 9, p + n - 7, p + n - 5, p + n - 3);
	return tim_iso(iso, &ms) ? ms : TIM_NONE;
}

/* Adds one name to out->names; a list that does not fit ends in "...". */
static void
add_name(struct tls_cert *out, const char *s, size_t n)
{
	size_t len = strlen(out->names), left = sizeof(out->names) - len;

	if (left < n + 7) {
		if (left >= 6 && !str_ends(out->names, "..."))
			strcpy(out->names + len, ", ...");
		return;
	}
	if (len > 0) {
		strcpy(out->names + len, ", ");
		len += 2;
	}
	str_printable(out->names + len, sizeof(out->names) - len, s, n);
}

/* SubjectAltName: dNSName [2], iPAddress [7]. */
static void
alt_names(struct der ext, struct tls_cert *out)
{
	struct der list, x;
	char ip[64];
	int tag;

	if (next_element(&ext, &list) != 0x30)
		return;
	while ((tag = next_element(&list, &x)) >= 0) {
		size_t n = (size_t)(x.end - x.p);

		if (tag == 0x82)
			add_name(out, (const char *)x.p, n);
		else if (tag == 0x87 && (n == 4 || n == 16) &&
			 inet_ntop(n == 4 ? AF_INET : AF_INET6, x.p, ip,
			     sizeof(ip)) != NULL)
			add_name(out, ip, strlen(ip));
	}
}

/* ExtKeyUsageSyntax (RFC 5280 4.2.1.12) */
static void
read_purposes(struct der ext, struct tls_cert *out)
{
	struct der list, oid;

	if (next_element(&ext, &list) != 0x30)
		return;
	out->not_for_servers = true;
	while (next_element(&list, &oid) == 0x06)
		/* serverAuth, anyExtendedKeyUsage */
		if (der_equals(&oid, "\x2b\x06\x01\x05\x05\x07\x03\x01", 8) ||
		    der_equals(&oid, "\x55\x1d\x25\x00", 4))
			out->not_for_servers = false;
}

/* [3] Extensions */
static void
read_extensions(struct der d, struct tls_cert *out)
{
	struct der list, ext, oid, value;
	int tag;

	if (next_element(&d, &list) != 0x30)
		return;
	while (next_element(&list, &ext) == 0x30) {
		if (next_element(&ext, &oid) != 0x06)
			return;
		tag = next_element(&ext, &value);
		if (tag == 0x01) /* critical */
			tag = next_element(&ext, &value);
		if (tag == 0x04 && der_equals(&oid, "\x55\x1d\x11", 3))
			alt_names(value, out);
		else if (tag == 0x04 && der_equals(&oid, "\x55\x1d\x25", 3))
			read_purposes(value, out);
	}
}

/* The dates of a Validity. */
static void
read_validity(struct der d, struct tls_cert *out)
{
	struct der x;
	int tag;

	tag = next_element(&d, &x);
	if (tag >= 0)
		out->not_before = read_date(tag, &x);
	tag = next_element(&d, &x);
	if (tag >= 0)
		out->not_after = read_date(tag, &x);
}

int
tls_cert_read(const unsigned char *der, size_t len, struct tls_cert *out)
{
	struct der d = { der, der + len }, cert, tbs, x, alg, issuer, subject;
	int tag;

	memset(out, 0, sizeof(*out));
	out->not_before = out->not_after = TIM_NONE;
	strcpy(out->subject, "without a name");
	strcpy(out->issuer, "nobody named");
	if (next_element(&d, &cert) != 0x30 ||
	    next_element(&cert, &tbs) != 0x30)
		return -1;
	/* BearSSL verifies with the algorithm outside of the signed part */
	if (next_element(&cert, &x) != 0x30 || next_element(&x, &alg) != 0x06)
		return -1;
	read_signature(&alg, x, out);
	tag = next_element(&tbs, &x);
	if (tag == 0xa0) /* version */
		tag = next_element(&tbs, &x);
	if (tag != 0x02 ||
	    next_element(&tbs, &x) != 0x30) /* serial, algorithm */
		return -1;
	if (next_element(&tbs, &issuer) != 0x30)
		return -1;
	read_name(issuer, out->issuer, sizeof(out->issuer));
	out->issuer_dn = issuer.p;
	out->issuer_len = (size_t)(issuer.end - issuer.p);
	if (next_element(&tbs, &x) != 0x30)
		return -1;
	read_validity(x, out);
	if (next_element(&tbs, &subject) != 0x30)
		return -1;
	read_name(subject, out->subject, sizeof(out->subject));
	out->subject_dn = subject.p;
	out->subject_len = (size_t)(subject.end - subject.p);
	out->self_issued = der_equals(&issuer, (const char *)subject.p,
	    (size_t)(subject.end - subject.p));
	while ((tag = next_element(&tbs, &x)) >= 0)
		if (tag == 0xa3)
			read_extensions(x, out);
	if (out->names[0] == '\0')
		add_name(out, out->subject, strlen(out->subject));
	return 0;
}
