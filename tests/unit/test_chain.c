/*
 * test_chain.c - certificate chains as servers send them: in order, in another
 * order, with duplicates, and with certificates that do not belong to it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tlsserver.h"

#include "net/tls_x509.h"
#include "net/tls_trust.h"

#define HOST "mail.contoso.example"

/* One letter each: */
enum {
	LEAF,
	INTER,
	ROOT,
	OTHER,
	EXPIRED,
	FORGED,
	FALSE_CA,
	USER, /* for clients */
	BOTH, /* for clients and servers */
	ANY,  /* for clients, and for anything */
	NCERT
};
static const char letters[] = "LIROEFCUBA";
static struct made cert[NCERT];
static gnutls_datum_t der[NCERT];
static struct tls_trust *trust;

/* Makes a certificate of any kind that another one has signed. */
static void
below(int which, const char *cn, const struct made *by, bool is_ca, int to)
{
	struct made *m = &cert[which];
	time_t now = time(NULL);

	m->key = new_key(2048);
	gnutls_x509_crt_init(&m->crt);
	common(m->crt, cn, now - 9 * DAY, now + to * DAY);
	gnutls_x509_crt_set_basic_constraints(m->crt, is_ca, -1);
	gnutls_x509_crt_set_key_usage(m->crt,
	    is_ca ? GNUTLS_KEY_KEY_CERT_SIGN : GNUTLS_KEY_DIGITAL_SIGNATURE);
	if (!is_ca)
		gnutls_x509_crt_set_subject_alt_name(m->crt, GNUTLS_SAN_DNSNAME,
		    HOST, sizeof(HOST) - 1, GNUTLS_FSAN_SET);
	if (which == USER || which == BOTH || which == ANY)
		gnutls_x509_crt_set_key_purpose_oid(
		    m->crt, GNUTLS_KP_TLS_WWW_CLIENT, 0);
	if (which == BOTH)
		gnutls_x509_crt_set_key_purpose_oid(
		    m->crt, GNUTLS_KP_TLS_WWW_SERVER, 0);
	if (which == ANY)
		gnutls_x509_crt_set_key_purpose_oid(m->crt, GNUTLS_KP_ANY, 0);
	gnutls_x509_crt_set_key(m->crt, m->key);
	assert_int_equal(gnutls_x509_crt_sign2(
			     m->crt, by->crt, by->key, GNUTLS_DIG_SHA256, 0),
	    0);
}

/* The verdict on the chain of certificates that the letters name. */
static unsigned
verdict(const char *chain, const struct tls_trust *t, size_t step)
{
	const br_x509_class **c;
	struct tls_x509 x;
	struct err e = ERR_INIT;
	unsigned code, usages;
	char pin[65];
	size_t at, k;

	tls_x509_init(&x, t, HOST, NULL);
	c = &x.vtable;
	(*c)->start_chain(c, HOST);
	for (; *chain != '\0'; chain++) {
		gnutls_datum_t d = der[strchr(letters, *chain) - letters];

		(*c)->start_cert(c, d.size);
		for (at = 0; at < d.size; at += k) {
			k = step < d.size - at ? step : d.size - at;
			(*c)->append(c, d.data + at, k);
		}
		(*c)->end_cert(c);
	}
	code = (*c)->end_chain(c);
	if (code == 0)
		assert_non_null((*c)->get_pkey(c, &usages));
	else {
		/* these leaves are good: a pin is offered, the right one */
		enc_hex(x.sha256, sizeof(x.sha256), pin);
		tls_x509_error(&x, (int)code, "mail:443", &e);
		if (strstr(e.msg, "with tls_pin = sha256:") == NULL ||
		    strstr(e.msg, pin) == NULL)
			fail_msg("%s", e.msg);
	}
	tls_x509_free(&x);
	return code;
}

static void
chains(void **state)
{
	static const struct {
		const char *chain;
		unsigned code;
	} t[] = {
		{ "LI", 0 },
		{ "LIR", 0 },
		{ "LRI", 0 },
		{ "LLI", 0 },
		{ "LOI", 0 },
		{ "LEI", 0 }, /* expired, and nobody's issuer */
		{ "LIO", 0 },
		{ "LOERIIOO", 0 },
		{ "LOOOOOOOOOOOOOOOI", 0 },
		/* not kept any more */
		{ "LOOOOOOOOOOOOOOOOI", BR_ERR_X509_NOT_TRUSTED },
		{ "L", BR_ERR_X509_NOT_TRUSTED },
		{ "LO", BR_ERR_X509_NOT_TRUSTED },
		{ "LR", BR_ERR_X509_NOT_TRUSTED },
		/* the leaf is what comes first, whatever follows */
		{ "IL", BR_ERR_X509_BAD_SERVER_NAME },
		{ "OLI", BR_ERR_X509_BAD_SERVER_NAME },
		/* a name alone is no signature, an end no CA */
		{ "FI", BR_ERR_X509_BAD_SIGNATURE },
		{ "FOI", BR_ERR_X509_BAD_SIGNATURE },
		{ "UI", BR_ERR_X509_FORBIDDEN_KEY_USAGE },
		{ "URI", BR_ERR_X509_FORBIDDEN_KEY_USAGE },
		{ "BI", 0 },
		{ "ARI", 0 },
		{ "CLI", BR_ERR_X509_NOT_CA },
		{ "COLI", BR_ERR_X509_NOT_CA },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		unsigned code = verdict(t[i].chain, trust, 4096);

		if (code != t[i].code)
			fail_msg("%s: %u", t[i].chain, code);
		assert_int_equal(verdict(t[i].chain, trust, 7), code);
		assert_int_not_equal(verdict(t[i].chain, NULL, 256), 0);
	}
}

static int
setup(void **state)
{
	char path[] = "/tmp/exsync-test-chain-XXXXXX";
	struct err e = ERR_INIT;
	gnutls_datum_t pem;
	size_t i;
	FILE *f;

	(void)state;
	make_ca(&cert[ROOT], "Root");
	make_ca(&cert[OTHER], "Other");
	below(INTER, "Inter", &cert[ROOT], true, 9);
	below(LEAF, "leaf", &cert[INTER], false, 9);
	below(USER, "user", &cert[INTER], false, 9);
	below(BOTH, "both", &cert[INTER], false, 9);
	below(ANY, "any", &cert[INTER], false, 9);
	below(EXPIRED, "Expired", &cert[ROOT], true, -2);
	/* below a leaf, as if that were a CA */
	below(FALSE_CA, "false", &cert[LEAF], false, 9);
	/* says that it is below Inter, and was signed by another key */
	make_ca(&ca, "Inter");
	below(FORGED, "forged", &ca, false, 9);
	for (i = 0; i < NCERT; i++)
		gnutls_x509_crt_export2(
		    cert[i].crt, GNUTLS_X509_FMT_DER, &der[i]);
	gnutls_x509_crt_export2(cert[ROOT].crt, GNUTLS_X509_FMT_PEM, &pem);
	f = fdopen(mkstemp(path), "w");
	fwrite(pem.data, 1, pem.size, f);
	fclose(f);
	gnutls_free(pem.data);
	trust = tls_trust_load(path, &e);
	remove(path);
	return trust == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < NCERT; i++) {
		gnutls_free(der[i].data);
		unmake(&cert[i]);
	}
	unmake(&ca);
	tls_trust_free(trust);
	gnutls_global_deinit();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chains),
	};

	return cmocka_run_group_tests_name("chain", tests, setup, teardown);
}
