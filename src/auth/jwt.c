/*
 * jwt.c - a client assertion.
 */
#include "auth/jwt.h"
#include "base/enc.h"

/* Adds a JSON string (RFC 8259 7). */
static void
add_json_string(struct buf *out, const char *s)
{
	buf_addc(out, '"');
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			buf_addc(out, '\\');
		if (c < 0x20)
			buf_addf(out, "\\u%04x", c);
		else
			buf_addc(out, *s);
	}
	buf_addc(out, '"');
}

static void
write_header(struct buf *out, const struct conf_oauth *o)
{
	bool pss = o->assertion == CONF_ASSERTION_PS256;

	buf_addf(out, "{\"alg\":\"%s\",\"typ\":\"JWT\",\"%s\":\"",
	    pss ? "PS256" : "RS256", pss ? "x5t#S256" : "x5t");
	if (pss)
		enc_base64url(out, o->cert->sha256, CRYPT_SHA256);
	else
		enc_base64url(out, o->cert->sha1, CRYPT_SHA1);
	buf_adds(out, "\"}");
}

static void
write_claims(struct buf *out, const struct jwt_claims *c)
{
	int64_t exp = c->now + JWT_LASTS;

	buf_adds(out, "{\"aud\":");
	add_json_string(out, c->audience);
	buf_adds(out, ",\"iss\":");
	add_json_string(out, c->client_id);
	buf_adds(out, ",\"sub\":");
	add_json_string(out, c->client_id);
	buf_addf(out, ",\"nbf\":%lld,\"iat\":%lld,\"exp\":%lld,\"jti\":",
	    (long long)c->now, (long long)c->now, (long long)exp);
	add_json_string(out, c->id);
	buf_addc(out, '}');
}

int
jwt_assertion(
    struct buf *out, const struct conf_oauth *o, const struct jwt_claims *c)
{
	unsigned char sign[CRYPTRSA_MAX];
	struct buf part;
	size_t from = out->len, n;

	buf_init(&part, JWT_MAX);
	write_header(&part, o);
	enc_base64url(out, buf_str(&part), part.len);
	buf_addc(out, '.');
	buf_reset(&part);
	write_claims(&part, c);
	enc_base64url(out, buf_str(&part), part.len);
	n = part.over || out->over
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
