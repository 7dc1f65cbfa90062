/*
 * jwt.c - a client assertion.
 */
#include "auth/jwt.h"
#include "base/enc.h"
#include "fmt/jsonwrite.h"

static void
write_header(struct jsonwrite *w, const struct conf_oauth *o)
{
	bool pss = o->assertion == CONF_ASSERTION_PS256;
	struct buf hash;

	buf_init(&hash, 2 * CRYPT_SHA256);
	if (pss)
		enc_base64url(&hash, o->cert->sha256, CRYPT_SHA256);
	else
		enc_base64url(&hash, o->cert->sha1, CRYPT_SHA1);
	jsonwrite_object(w, NULL);
	jsonwrite_text(w, "alg", pss ? "PS256" : "RS256");
	jsonwrite_text(w, "typ", "JWT");
	jsonwrite_text(w, pss ? "x5t#S256" : "x5t", buf_str(&hash));
	jsonwrite_end(w);
	buf_free(&hash);
}

static void
write_claims(struct jsonwrite *w, const struct jwt_claims *c)
{
	jsonwrite_object(w, NULL);
	jsonwrite_text(w, "aud", c->audience);
	jsonwrite_text(w, "iss", c->client_id);
	jsonwrite_text(w, "sub", c->client_id);
	jsonwrite_int(w, "nbf", c->now);
	jsonwrite_int(w, "iat", c->now);
	jsonwrite_int(w, "exp", c->now + JWT_LASTS);
	jsonwrite_text(w, "jti", c->id);
	jsonwrite_end(w);
}

int
jwt_assertion(
    struct buf *out, const struct conf_oauth *o, const struct jwt_claims *c)
{
	unsigned char sign[CRYPTRSA_MAX];
	struct buf part;
	struct jsonwrite w;
	size_t from = out->len, n;
	bool fits;

	buf_init(&part, JWT_MAX);
	jsonwrite_open(&w, &part);
	write_header(&w, o);
	fits = jsonwrite_close(&w) == 0;
	enc_base64url(out, buf_str(&part), part.len);
	buf_addc(out, '.');
	buf_reset(&part);
	jsonwrite_open(&w, &part);
	write_claims(&w, c);
	fits = jsonwrite_close(&w) == 0 && fits;
	enc_base64url(out, buf_str(&part), part.len);
	n = !fits || out->over
		? 0
		: cryptrsa_sign(o->key,
		      o->assertion == CONF_ASSERTION_PS256 ? CRYPTRSA_PSS
							   : CRYPTRSA_PKCS1,
		      out->data + from, out->len - from, sign);
	buf_free(&part);
	if (n == 0)
		return -1;
	buf_addc(out, '.');
	return enc_base64url(out, sign, n);
}
