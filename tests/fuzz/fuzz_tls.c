/*
 * fuzz_tls.c - what a server sends in a TLS handshake, up to its certificates
 * and beyond. The first byte chooses: with a pin, or without any trust.
 * Whatever the server sends, our side must come to an end.
 */
#include "fuzz.h"
#include "memsock.h"
#include "net/tls.h"

static void
run(bool pinned, const struct memsock_answer *v, size_t n, int mode)
{
	static const char pin[] = "sha256:0102030405060708090a0b0c0d0e0f101112"
				  "131415161718191a1b1c1d1e1f20";
	const struct tls_to to = { .host = "mail.contoso.example",
		.port = "443",
		.pin = pinned ? pin : NULL };
	struct err e = ERR_INIT;
	struct fuzz_split split;
	struct sock *s;
	struct tls *t;

	fuzz_split_init(&split, mode, (const uint8_t *)v[0].data, v[0].len);
	memsock_script(v, n, &split);
	s = sock_connect("127.0.0.1", "443", 0, NULL, NULL, &e);
	FUZZ_CHECK(s != NULL);
	t = tls_connect(s, &to, INT64_MAX, NULL, &e);
	fuzz_err(t == NULL ? -1 : 0, &e);
	tls_close(t);
	sock_close(s);
	FUZZ_CHECK(memsock_open_now() == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memsock_answer v[1];
	int mode;

	if (size < 2)
		return 0;
	v[0].data = (const char *)data + 1;
	v[0].len = size - 1;
	v[0].end = data[0] & 2 ? MEMSOCK_FIN : MEMSOCK_RESET;
	for (mode = 0; mode < 3; mode++)
		run(data[0] & 1, v, 1, mode);
	return 0;
}
