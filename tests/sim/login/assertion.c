/*
 * assertion.c - one JWT after the other, each jti once.
 */
#include "login/assertion.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/smalljson.h"

#define LIFETIME 86400 /* at most; Entra's own bound is not documented */

static char **seen; /* jtis */
static size_t n_seen, cap_seen;

static bool
text_is(const char *json, const char *name, const char *wanted)
{
	struct sb b = { 0 };
	bool same =
	    smalljson_string(json, name, &b) && strcmp(b.p, wanted) == 0;

	sb_free(&b);
	return same;
}

static const struct app_cert *
cert_of(const struct app *app, const char *header)
{
	int i;

	for (i = 0; i < app->n_certs; i++)
		if (text_is(header, "x5t#S256", app->cert[i].x5t256) ||
		    text_is(header, "x5t", app->cert[i].x5t))
			return &app->cert[i];
	return NULL;
}

static bool
signed_by(const struct app_cert *c, const char *header, const char *jwt,
    const char *signature)
{
	gnutls_datum_t data = { (void *)(uintptr_t)jwt,
		(unsigned)(signature - jwt - 1) };
	gnutls_sign_algorithm_t how = GNUTLS_SIGN_RSA_SHA256;
	struct sb raw = { 0 };
	gnutls_datum_t sig;
	bool ok = false;

	if (text_is(header, "alg", "PS256"))
		how = GNUTLS_SIGN_RSA_PSS_RSAE_SHA256;
	if (app_unb64url(&raw, signature, strlen(signature)) == 0 &&
	    raw.n > 0) {
		sig =
		    (gnutls_datum_t){ (unsigned char *)raw.p, (unsigned)raw.n };
		ok = gnutls_pubkey_verify_data2(c->key, how, 0, &data, &sig) >=
		     0;
	}
	sb_free(&raw);
	return ok;
}

/* True when that jti comes for the first time. */
static bool
fresh(const char *claims)
{
	struct sb b = { 0 };
	size_t i;
	bool ok = smalljson_string(claims, "jti", &b) && b.n > 0;

	for (i = 0; i < n_seen && ok; i++)
		ok = strcmp(seen[i], b.p) != 0;
	if (ok) {
		seen = sb_grow(seen, n_seen, &cap_seen, sizeof(*seen));
		seen[n_seen++] = b.p;
		return true;
	}
	sb_free(&b);
	return false;
}

/* The header alone; NULL or what is wrong. */
static const char *
wrong_header(const char *header)
{
	struct sb b = { 0 };
	bool typ =
	    !smalljson_string(header, "typ", &b) || strcmp(b.p, "JWT") == 0;

	sb_free(&b);
	if (!typ)
		return "typ is not JWT";
	if (!text_is(header, "alg", "PS256") &&
	    !text_is(header, "alg", "RS256"))
		return "alg is neither PS256 nor RS256";
	return NULL;
}

static int
check_claims(const char *claims, const struct app *app, const char *url,
    const char **why)
{
	int64_t nbf = 0, exp = 0, now = world_now();

	*why = "iss and sub must be the client id";
	if (!text_is(claims, "iss", app->id) ||
	    !text_is(claims, "sub", app->id))
		return 700021;
	*why = "aud must be the URL of the token endpoint";
	if (!text_is(claims, "aud", url))
		return 700023;
	*why = "nbf, exp";
	if (!smalljson_integer(claims, "exp", &exp) ||
	    !smalljson_integer(claims, "nbf", &nbf) || exp <= now ||
	    nbf > now + 1 || exp - nbf > LIFETIME)
		return 700024;
	*why = "jti is missing, or was used before";
	if (!fresh(claims))
		return 700027;
	*why = NULL;
	return 0;
}

int
assertion_check(const char *jwt, const struct app *app, const char *url,
    struct sb *header, struct sb *claims, const char **why)
{
	const char *dot = strchr(jwt, '.');
	const char *signature = dot != NULL ? strchr(dot + 1, '.') : NULL;
	const struct app_cert *cert;

	*why =
	    "not three parts of base64url with JSON objects in the first two";
	if (signature == NULL || strchr(++signature, '.') != NULL ||
	    app_unb64url(header, jwt, (size_t)(dot - jwt)) < 0 ||
	    app_unb64url(claims, dot + 1, (size_t)(signature - dot - 2)) < 0 ||
	    !smalljson_object(header->p, header->n) ||
	    !smalljson_object(claims->p, claims->n)) {
		sb_reset(header);
		sb_reset(claims);
		return 700027;
	}
	*why = wrong_header(header->p);
	if (*why != NULL)
		return 700027;
	cert = cert_of(app, header->p);
	*why = "no certificate with that x5t#S256 or x5t is registered";
	if (cert == NULL)
		return 700027;
	*why = "the signature is wrong";
	if (!signed_by(cert, header->p, jwt, signature))
		return 700027;
	return check_claims(claims->p, app, url, why);
}

void
assertion_free(void)
{
	while (n_seen > 0)
		free(seen[--n_seen]);
	free(seen);
}
