/*
 * app.c - tenants, applications and their certificates.
 */
#include "login/app.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <gnutls/crypto.h>
#include <gnutls/x509.h>

static struct tenant *tenants;
static struct app *apps;

void
app_b64url(struct sb *b, const void *p, size_t n)
{
	size_t i, start = b->n;

	sb_b64(b, p, n);
	for (i = start; i < b->n; i++) {
		if (b->p[i] == '+')
			b->p[i] = '-';
		else if (b->p[i] == '/')
			b->p[i] = '_';
	}
	while (b->n > start && b->p[b->n - 1] == '=')
		b->p[--b->n] = 0;
}

int
app_unb64url(struct sb *out, const char *p, size_t n)
{
	struct sb plain = { 0 };
	size_t i;
	int rc = -1;

	for (i = 0; i < n; i++) {
		if (strchr("+/=", p[i]) != NULL)
			goto out;
		sb_ch(&plain, (char)(p[i] == '-'   ? '+'
				     : p[i] == '_' ? '/'
						   : p[i]));
	}
	while (plain.n % 4 != 0)
		sb_ch(&plain, '=');
	rc = plain.n > 0 ? sb_unb64(out, plain.p, plain.n) : 0;
	if (rc == 0) { /* what is NUL-terminated can be read as text */
		sb_ch(out, 0);
		out->n--;
	}
out:
	sb_free(&plain);
	return rc;
}

void
app_guid(struct sb *b, const char *of)
{
	unsigned char r[32];

	if (of != NULL)
		gnutls_hash_fast(GNUTLS_DIG_SHA256, of, strlen(of), r);
	else
		gnutls_rnd(GNUTLS_RND_NONCE, r, sizeof(r));
	sb_fmt(b,
	    "%02x%02x%02x%02x-%02x%02x-4%01x%02x-a%01x%02x-"
	    "%02x%02x%02x%02x%02x%02x",
	    r[0], r[1], r[2], r[3], r[4], r[5], r[6] & 15u, r[7], r[8] & 15u,
	    r[9], r[10], r[11], r[12], r[13], r[14], r[15]);
}

struct tenant *
app_tenant(const char *name)
{
	struct tenant *t;

	for (t = tenants; t != NULL; t = t->next)
		if (strcasecmp(t->name, name) == 0 ||
		    strcasecmp(t->id, name) == 0)
			return t;
	return NULL;
}

struct tenant *
app_add_tenant(const char *name, const char *id)
{
	struct tenant *t = app_tenant(name);
	struct sb b = { 0 };

	if (t != NULL)
		return t;
	t = sb_xmalloc(sizeof(*t));
	t->name = sb_xstrdup(name);
	if (id == NULL) {
		app_guid(&b, name);
		id = b.p;
	}
	t->id = sb_xstrdup(id);
	sb_free(&b);
	t->next = tenants;
	tenants = t;
	return t;
}

struct app *
app_find(const char *id)
{
	struct app *a;

	for (a = apps; a != NULL; a = a->next)
		if (strcasecmp(a->id, id) == 0)
			return a;
	return NULL;
}

struct app *
app_add(const char *id, struct tenant *t)
{
	struct app *a = sb_xmalloc(sizeof(*a));

	a->id = sb_xstrdup(id);
	a->tenant = t;
	a->roles = sb_xstrdup("full_access_as_app");
	a->account.name = a->account.key = a->id;
	a->next = apps;
	apps = a;
	return a;
}

void
app_set(char **where, const char *value)
{
	free(*where);
	*where = value != NULL ? sb_xstrdup(value) : NULL;
}

static char *
thumbprint(gnutls_digest_algorithm_t hash, const gnutls_datum_t *der)
{
	unsigned char d[64];
	struct sb b = { 0 };

	gnutls_hash_fast(hash, der->data, der->size, d);
	app_b64url(&b, d, gnutls_hash_get_len(hash));
	return b.p;
}

int
app_add_cert(struct app *a, const char *path)
{
	struct app_cert *c = &a->cert[a->n_certs];
	gnutls_datum_t in, der = { 0 };
	gnutls_x509_crt_t crt;
	struct sb pem = { 0 };
	int rc = -1;

	if (a->n_certs == APP_CERTS || sb_file(&pem, path) < 0)
		return -1;
	in = (gnutls_datum_t){ (unsigned char *)pem.p, (unsigned)pem.n };
	gnutls_x509_crt_init(&crt);
	gnutls_pubkey_init(&c->key);
	if (gnutls_x509_crt_import(crt, &in, GNUTLS_X509_FMT_PEM) == 0 &&
	    gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, &der) == 0 &&
	    gnutls_pubkey_import_x509(c->key, crt, 0) == 0) {
		c->x5t = thumbprint(GNUTLS_DIG_SHA1, &der);
		c->x5t256 = thumbprint(GNUTLS_DIG_SHA256, &der);
		a->n_certs++;
		rc = 0;
	} else {
		gnutls_pubkey_deinit(c->key);
	}
	gnutls_free(der.data);
	gnutls_x509_crt_deinit(crt);
	sb_free(&pem);
	return rc;
}

bool
app_listed(const char *list, const char *text, size_t n)
{
	size_t len;

	for (; list != NULL && *list != 0; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		if (len == n && strncasecmp(list, text, n) == 0)
			return true;
	}
	return false;
}

bool
app_has_role(const struct app *a, const char *role)
{
	return app_listed(a->roles, role, strlen(role));
}

void
app_free(void)
{
	struct tenant *t;
	struct app *a;
	int i;

	while ((t = tenants) != NULL) {
		tenants = t->next;
		free(t->name);
		free(t->id);
		free(t);
	}
	while ((a = apps) != NULL) {
		apps = a->next;
		for (i = 0; i < a->n_certs; i++) {
			gnutls_pubkey_deinit(a->cert[i].key);
			free(a->cert[i].x5t);
			free(a->cert[i].x5t256);
		}
		free(a->id);
		free(a->secret);
		free(a->expired_secret);
		free(a->roles);
		free(a->scopes);
		free(a);
	}
}
