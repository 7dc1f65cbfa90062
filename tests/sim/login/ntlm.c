/*
 * ntlm.c - GSSAPI as the acceptor of NTLM logins.
 * 1. The mechanism judges the password and the MIC. The channel binding of a
 *    right login is given to it as well when it is this server's; one that is
 *    another server's is found here, so that it counts as what it is and not
 *    as a wrong password.
 * 2. A handshake's context is used for two messages at most.
 * 3. curl's messages have no version: IIS takes them, the mechanism does not,
 *    and so they are refused with no password judged.
 */
#include "login/ntlm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <glib.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>

#define SIGNATURE  "NTLMSSP"
#define BINDING_ID 10
#define UNICODE    1u

struct ntlm {
	gss_ctx_id_t context;
};

static gss_OID_desc mechanism = { 10,
	(void *)(uintptr_t) "\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a" };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int accounts_file = -1;
static unsigned written; /* the version of the accounts that is in the file */
static gss_cred_id_t credential;
static enum ntlm_epa mode;
static struct sb binding;        /* tls-server-end-point:HASH */
static unsigned char digest[16]; /* as it stands in a Type 3 */

/* RFC 5929 4.1: MD5 and SHA-1 are replaced by SHA-256. */
static int
read_binding(const char *pem)
{
	gnutls_datum_t in = { (void *)(uintptr_t)pem,
		pem != NULL ? (unsigned)strlen(pem) : 0 };
	gnutls_datum_t der = { 0 };
	gnutls_digest_algorithm_t hash;
	gnutls_x509_crt_t crt;
	unsigned char made[64];
	int rc = -1;

	if (pem == NULL)
		return 0;
	gnutls_x509_crt_init(&crt);
	if (gnutls_x509_crt_import(crt, &in, GNUTLS_X509_FMT_PEM) == 0 &&
	    gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, &der) == 0) {
		hash = gnutls_sign_get_hash_algorithm((gnutls_sign_algorithm_t)
			gnutls_x509_crt_get_signature_algorithm(crt));
		if (hash != GNUTLS_DIG_SHA384 && hash != GNUTLS_DIG_SHA512)
			hash = GNUTLS_DIG_SHA256;
		rc = gnutls_hash_fast(hash, der.data, der.size, made);
		SB_LIT(&binding, "tls-server-end-point:");
		sb_add(&binding, made, gnutls_hash_get_len(hash));
	}
	gnutls_free(der.data);
	gnutls_x509_crt_deinit(crt);
	return rc;
}

/* RFC 4121 4.1.1.2: MD5 of the structure, its addresses empty. */
static void
digest_binding(void)
{
	struct sb all = { 0 };
	unsigned i;

	for (i = 0; i < 16; i++)
		sb_ch(&all, 0);
	for (i = 0; i < 32; i += 8)
		sb_ch(&all, (char)(binding.n >> i & 0xFF));
	sb_add(&all, binding.p, binding.n);
	gnutls_hash_fast(GNUTLS_DIG_MD5, all.p, all.n, digest);
	sb_free(&all);
}

int
ntlm_open(const char *cert, enum ntlm_epa epa)
{
	gss_OID_set_desc mechanisms = { 1, &mechanism };
	OM_uint32 major, minor;
	char path[64];

	mode = epa;
	if (read_binding(cert) < 0) {
		fprintf(stderr, "exsim: NTLM: the certificate is unreadable\n");
		return -1;
	}
	if (binding.n > 0)
		digest_binding();
	accounts_file = memfd_create("accounts", 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", accounts_file);
	setenv("NTLM_USER_FILE", path, 1);
	setenv("NETBIOS_COMPUTER_NAME", "EXSIM01", 1);
	setenv("NETBIOS_DOMAIN_NAME", world.netbios, 1);
	major = gss_acquire_cred(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE,
	    &mechanisms, GSS_C_ACCEPT, &credential, NULL, NULL);
	if (accounts_file < 0 || GSS_ERROR(major)) {
		fprintf(stderr, "exsim: NTLM needs the package gss-ntlmssp\n");
		return -1;
	}
	return 0;
}

void
ntlm_close(void)
{
	OM_uint32 minor;

	if (credential != GSS_C_NO_CREDENTIAL)
		gss_release_cred(&minor, &credential);
	if (accounts_file >= 0)
		close(accounts_file);
	sb_free(&binding);
}

/* The lines for one account: each spelling that a client may send. */
static void
account_lines(struct sb *b, const struct account *a)
{
	const char *user = strchr(a->key, '\\');

	if (strpbrk(a->password, ":\r\n") != NULL)
		return; /* the mechanism's file cannot hold it */
	if (user != NULL) {
		sb_fmt(b, "%.*s:%s:%s\n", (int)(user - a->key), a->key,
		    user + 1, a->password);
		return;
	}
	sb_fmt(b, ":%s:%s\n", a->key, a->password);
	if (strchr(a->key, '@') != NULL)
		return;
	sb_fmt(b, "%s:%s:%s\n", world.netbios, a->key, a->password);
	sb_fmt(b, ":%s@%s:%s\n", a->key, world.dns, a->password);
	sb_fmt(b, ":%s@%s:%s\n", a->key, world.netbios, a->password);
}

static void
write_accounts(void)
{
	const struct account *a;
	struct sb b = { 0 };

	if (written == world.accounts_version)
		return;
	for (a = world.accounts; a != NULL; a = a->next)
		account_lines(&b, a);
	if (ftruncate(accounts_file, 0) == 0 &&
	    pwrite(accounts_file, b.p, b.n, 0) == (ssize_t)b.n)
		written = world.accounts_version;
	sb_free(&b);
}

int
ntlm_type(const struct sb *t)
{
	if (t->n < 12 || memcmp(t->p, SIGNATURE, 8) != 0 || t->p[9] != 0 ||
	    t->p[10] != 0 || t->p[11] != 0)
		return 0;
	return t->p[8] == 1 || t->p[8] == 3 ? t->p[8] : 0;
}

static OM_uint32
step(struct ntlm *h, const struct sb *in, bool bind, struct sb *out)
{
	struct gss_channel_bindings_struct channel = {
		.application_data = { binding.n, binding.p }
	};
	gss_buffer_desc token = { in->n, in->p }, answer = { 0, NULL };
	OM_uint32 major, minor;

	major = gss_accept_sec_context(&minor, &h->context, credential, &token,
	    bind ? &channel : GSS_C_NO_CHANNEL_BINDINGS, NULL, NULL, &answer,
	    NULL, NULL, NULL);
	if (out != NULL)
		sb_add(out, answer.value, answer.length);
	gss_release_buffer(&minor, &answer);
	return major;
}

struct ntlm *
ntlm_start(const struct sb *type1, struct sb *out)
{
	struct ntlm *h = sb_xmalloc(sizeof(*h));
	OM_uint32 major;

	h->context = GSS_C_NO_CONTEXT;
	pthread_mutex_lock(&lock);
	write_accounts();
	major = step(h, type1, false, out);
	pthread_mutex_unlock(&lock);
	if (major == GSS_S_CONTINUE_NEEDED && out->n > 0)
		return h;
	ntlm_abandon(h);
	return NULL;
}

/* A field of a message: length, its maximum, offset. False: outside. */
static bool
field(const struct sb *m, size_t at, const unsigned char **p, size_t *n)
{
	const unsigned char *f = (const unsigned char *)m->p + at;
	size_t offset;

	if (at + 8 > m->n)
		return false;
	*n = f[0] | (size_t)f[1] << 8;
	offset =
	    f[4] | (size_t)f[5] << 8 | (size_t)f[6] << 16 | (size_t)f[7] << 24;
	*p = (const unsigned char *)m->p + offset;
	return offset <= m->n && *n <= m->n - offset;
}

/* Adds the text of a field; false when it is none. */
static bool
text_of(const struct sb *m, size_t at, struct sb *out)
{
	const unsigned char *p;
	char *utf8;
	size_t n;

	if (!field(m, at, &p, &n))
		return false;
	if (((unsigned char)m->p[60] & UNICODE) == 0) {
		sb_add(out, p, n);
		return true;
	}
	utf8 = g_convert(
	    (const char *)p, (gssize)n, "UTF-8", "UTF-16LE", NULL, NULL, NULL);
	if (utf8 == NULL)
		return false;
	sb_str(out, utf8);
	g_free(utf8);
	return true;
}

/* DOMAIN\user, or user alone. */
static char *
name_of(const struct sb *m)
{
	struct sb b = { 0 };
	size_t n;

	if (m->n < 64 || !text_of(m, 28, &b))
		goto out;
	n = b.n;
	if (n > 0)
		sb_ch(&b, '\\');
	if (!text_of(m, 36, &b) || b.n == n)
		goto out;
	return b.p;
out:
	sb_free(&b);
	return NULL;
}

/* The mechanism finds no account by the DNS name of a domain. */
static bool
dns_domain(const char *name)
{
	const char *user = strchr(name, '\\');

	return user != NULL && memchr(name, '.', (size_t)(user - name)) != NULL;
}

/*
 * MS-NLMP 2.2.2.7 and 2.2.2.1: the channel binding among the pairs of an
 * NTLMv2 response; NULL: there is none, or it is zero, which says the same.
 */
static const unsigned char *
binding_of(const struct sb *m)
{
	static const unsigned char ZERO[16];
	const unsigned char *p;
	size_t n, at, len;
	unsigned id;

	if (!field(m, 20, &p, &n))
		return NULL;
	for (at = 44; at + 4 <= n; at += 4 + len) {
		id = p[at] | (unsigned)p[at + 1] << 8;
		len = p[at + 2] | (size_t)p[at + 3] << 8;
		if (id == 0 || at + 4 + len > n)
			return NULL;
		if (id == BINDING_ID)
			return len == 16 && memcmp(p + at + 4, ZERO, 16) != 0
				   ? p + at + 4
				   : NULL;
	}
	return NULL;
}

int
ntlm_finish(struct ntlm *h, const struct sb *type3, struct ntlm_result *r)
{
	const unsigned char *sent = NULL;
	OM_uint32 major;

	*r = (struct ntlm_result){ .name = name_of(type3) };
	if (r->name == NULL || dns_domain(r->name)) {
		free(r->name);
		r->name = NULL;
		ntlm_abandon(h);
		return -1;
	}
	sent = binding_of(type3);
	r->bound = sent != NULL && mode != EPA_OFF && binding.n > 0 &&
		   memcmp(sent, digest, 16) == 0;
	r->other = sent != NULL && mode != EPA_OFF && !r->bound;
	pthread_mutex_lock(&lock);
	major = step(h, type3, r->bound, NULL);
	pthread_mutex_unlock(&lock);
	r->right = major == GSS_S_COMPLETE;
	ntlm_abandon(h);
	return 0;
}

bool
ntlm_admits(const struct ntlm_result *r)
{
	return mode == EPA_OFF ||
	       (!r->other && (r->bound || mode == EPA_ALLOW));
}

void
ntlm_abandon(struct ntlm *h)
{
	OM_uint32 minor;

	if (h == NULL)
		return;
	if (h->context != GSS_C_NO_CONTEXT) {
		pthread_mutex_lock(&lock);
		gss_delete_sec_context(&minor, &h->context, NULL);
		pthread_mutex_unlock(&lock);
	}
	free(h);
}
