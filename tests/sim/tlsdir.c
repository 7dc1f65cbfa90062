/*
 * tlsdir.c - makes certificates with GnuTLS.
 */
#include "tlsdir.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

struct pair {
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t crt;
};

static int
write_pem(const char *dir, const char *name, const gnutls_datum_t *d, int mode)
{
	struct sb path = { 0 };
	FILE *f;
	int rc = -1;

	sb_fmt(&path, "%s/%s", dir, name);
	f = fopen(path.p, "wb");
	if (f != NULL) {
		fchmod(fileno(f), (mode_t)mode);
		rc = fwrite(d->data, 1, d->size, f) == d->size ? 0 : -1;
		if (fclose(f) != 0)
			rc = -1;
	}
	if (rc < 0)
		perror(path.p);
	sb_free(&path);
	return rc;
}

static void
pair_make(struct pair *p, const char *cn)
{
	unsigned char serial[8];
	int64_t now = (int64_t)time(NULL);
	int i;

	gnutls_x509_privkey_init(&p->key);
	gnutls_x509_privkey_generate(p->key, GNUTLS_PK_RSA, 2048, 0);
	gnutls_x509_crt_init(&p->crt);
	gnutls_x509_crt_set_version(p->crt, 3);
	gnutls_x509_crt_set_key(p->crt, p->key);
	gnutls_x509_crt_set_dn_by_oid(p->crt, GNUTLS_OID_X520_COMMON_NAME, 0,
	    cn, (unsigned)__builtin_strlen(cn));
	for (i = 0; i < 8; i++)
		serial[i] = (unsigned char)(now >> 8 * i);
	serial[0] &= 0x7F;
	serial[7] = (unsigned char)cn[0];
	gnutls_x509_crt_set_serial(p->crt, serial, sizeof(serial));
	gnutls_x509_crt_set_activation_time(p->crt, (time_t)(now - 86400));
	gnutls_x509_crt_set_expiration_time(
	    p->crt, (time_t)(now + 3650 * INT64_C(86400)));
}

static void
pair_free(struct pair *p)
{
	gnutls_x509_crt_deinit(p->crt);
	gnutls_x509_privkey_deinit(p->key);
}

static void
server_names(gnutls_x509_crt_t crt)
{
	static const unsigned char LOOPBACK[] = { 127, 0, 0, 1 };

	gnutls_x509_crt_set_subject_alt_name(
	    crt, GNUTLS_SAN_DNSNAME, "localhost", 9, GNUTLS_FSAN_SET);
	gnutls_x509_crt_set_subject_alt_name(
	    crt, GNUTLS_SAN_DNSNAME, "sim.example", 11, GNUTLS_FSAN_APPEND);
	gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS,
	    LOOPBACK, sizeof(LOOPBACK), GNUTLS_FSAN_APPEND);
	gnutls_x509_crt_set_key_usage(
	    crt, GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_ENCIPHERMENT);
	gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0);
}

static int
make(const char *dir)
{
	struct pair ca, server;
	gnutls_datum_t d = { 0 };
	int rc = -1;

	pair_make(&ca, "exsim test CA");
	gnutls_x509_crt_set_basic_constraints(ca.crt, 1, 0);
	gnutls_x509_crt_set_key_usage(
	    ca.crt, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN);
	gnutls_x509_crt_sign2(ca.crt, ca.crt, ca.key, GNUTLS_DIG_SHA256, 0);
	pair_make(&server, "localhost");
	gnutls_x509_crt_set_basic_constraints(server.crt, 0, -1);
	server_names(server.crt);
	gnutls_x509_crt_sign2(server.crt, ca.crt, ca.key, GNUTLS_DIG_SHA256, 0);
	mkdir(dir, 0755);
	if (gnutls_x509_crt_export2(ca.crt, GNUTLS_X509_FMT_PEM, &d) == 0)
		rc = write_pem(dir, "ca.pem", &d, 0644);
	gnutls_free(d.data);
	d.data = NULL;
	if (gnutls_x509_crt_export2(server.crt, GNUTLS_X509_FMT_PEM, &d) != 0 ||
	    write_pem(dir, "server.pem", &d, 0644) < 0)
		rc = -1;
	gnutls_free(d.data);
	d.data = NULL;
	if (gnutls_x509_privkey_export2(server.key, GNUTLS_X509_FMT_PEM, &d) !=
		0 ||
	    write_pem(dir, "server.key", &d, 0600) < 0)
		rc = -1;
	gnutls_free(d.data);
	pair_free(&ca);
	pair_free(&server);
	return rc;
}

static int
slurp(const char *dir, const char *name, struct sb *b)
{
	struct sb path = { 0 };
	int rc;

	sb_fmt(&path, "%s/%s", dir, name);
	rc = sb_file(b, path.p);
	sb_free(&path);
	return rc == 0 && b->n > 0 ? 0 : -1;
}

int
tlsdir_load(const char *dir, struct sb *cert, struct sb *key)
{
	struct sb ca = { 0 };
	int i, rc = -1;

	for (i = 0; i < 2 && rc < 0; i++) {
		if (i == 1 && make(dir) < 0)
			break;
		sb_reset(cert);
		sb_reset(key);
		sb_reset(&ca);
		if (slurp(dir, "ca.pem", &ca) == 0 &&
		    slurp(dir, "server.pem", cert) == 0 &&
		    slurp(dir, "server.key", key) == 0)
			rc = 0;
	}
	sb_free(&ca);
	if (rc < 0)
		fprintf(stderr, "exsim: %s: no certificate\n", dir);
	return rc;
}
