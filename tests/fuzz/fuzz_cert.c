/*
 * fuzz_cert.c - reads a server's certificate, for messages to people and for
 * channel bindings.
 */
#include "fuzz.h"
#include "net/tls_binding.h"
#include "net/tls_cert.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char *der = malloc(size + 1);
	struct tls_binding b;
	struct tls_cert c;

	FUZZ_CHECK(der != NULL);
	/* one byte more is allocated, but at the front: no slack behind */
	memcpy(der + 1, data, size);
	tls_cert_read(der + 1, size, &c);
	fuzz_printable(c.subject);
	fuzz_printable(c.issuer);
	fuzz_printable(c.names);
	tls_binding_make(&b, der + 1, size);
	FUZZ_CHECK(b.len <= sizeof(b.hash));
	FUZZ_CHECK((b.len > 0) == (b.name != NULL));
	free(der);
	return 0;
}
