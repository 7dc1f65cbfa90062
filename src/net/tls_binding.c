/*
 * tls_binding.c - the channel binding tls-server-end-point.
 */
#include <string.h>

#include <bearssl.h>

#include "net/tls_binding.h"
#include "net/tls_cert.h"

void
tls_binding_make(struct tls_binding *out, const void *der, size_t len)
{
	static const struct {
		const char *name;
		const br_hash_class *hash;
	} table[] = {
		[TLS_HASH_OTHER] = { NULL, NULL },
		[TLS_HASH_MD5] = { "SHA-256", &br_sha256_vtable },
		[TLS_HASH_SHA1] = { "SHA-256", &br_sha256_vtable },
		[TLS_HASH_SHA224] = { "SHA-224", &br_sha224_vtable },
		[TLS_HASH_SHA256] = { "SHA-256", &br_sha256_vtable },
		[TLS_HASH_SHA384] = { "SHA-384", &br_sha384_vtable },
		[TLS_HASH_SHA512] = { "SHA-512", &br_sha512_vtable },
	};
	const br_hash_class *h;
	br_hash_compat_context c;
	struct tls_cert cert;

	memset(out, 0, sizeof(*out));
	if (tls_cert_read(der, len, &cert) == -1 ||
	    (h = table[cert.hash].hash) == NULL)
		return;
	h->init(&c.vtable);
	h->update(&c.vtable, der, len);
	h->out(&c.vtable, out->hash);
	out->name = table[cert.hash].name;
	out->len = (h->desc >> BR_HASHDESC_OUT_OFF) & BR_HASHDESC_OUT_MASK;
}
