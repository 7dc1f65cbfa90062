/*
 * fuzz_x509.c - a file of CA certificates, then the chain that a server
 * sends: PEM up to the first "\n~~~\n", then DER certificates, each up to the
 * next one. The verdict does not depend on the pieces in which they come.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "memsock.h"
#include "net/tls.h"
#include "net/tls_trust.h"
#include "net/tls_error.h"
#include "net/tls_x509.h"

#define CERTS 6

/* The PEM text as a file; NULL: refused. */
static struct tls_trust *
load(const char *pem, size_t n)
{
	struct err e = ERR_INIT;
	struct tls_trust *t;
	char path[64];
	int fd = memfd_create("pem", MFD_CLOEXEC);

	FUZZ_CHECK(fd != -1);
	FUZZ_CHECK(write(fd, pem, n) == (ssize_t)n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	t = tls_trust_load(path, &e);
	fuzz_err(t == NULL ? -1 : 0, &e);
	close(fd);
	return t;
}

static unsigned
chain(struct tls_x509 *x, int mode, const struct memsock_answer *v, size_t n)
{
	const br_x509_class **c = &x->vtable;
	struct fuzz_split split;
	size_t i, at, k;
	unsigned usages, code;

	(*c)->start_chain(c, "mail.contoso.example");
	for (i = 0; i < n; i++) {
		const unsigned char *der = (const unsigned char *)v[i].data;

		(*c)->start_cert(c, (uint32_t)v[i].len);
		fuzz_split_init(&split, mode, der, v[i].len);
		for (at = 0; at < v[i].len; at += k) {
			k = fuzz_piece(&split, v[i].len - at);
			(*c)->append(c, der + at, k);
		}
		(*c)->end_cert(c);
	}
	code = (*c)->end_chain(c);
	(*c)->get_pkey(c, &usages);
	return code;
}

static void
judge(const struct tls_trust *t, const unsigned char *pin,
    const struct memsock_answer *v, size_t n)
{
	struct tls_binding first = { NULL, 0, { 0 } };
	struct err e[3];
	struct tls_x509 x;
	unsigned code[3];
	char *clock;
	int i;

	for (i = 0; i < 3; i++) {
		memset(&e[i], 0, sizeof(e[i]));
		tls_x509_init(&x, t, "mail.contoso.example", pin);
		code[i] = chain(&x, i, v, n);
		tls_x509_error(&x, (int)code[i], "mail:443", &e[i]);
		fuzz_err(-1, &e[i]);
		if (i == 0)
			first = x.binding;
		FUZZ_CHECK(code[i] == 0 || x.binding.len == 0);
		FUZZ_CHECK(x.binding.len == first.len);
		FUZZ_CHECK(memcmp(x.binding.hash, first.hash,
			       sizeof(first.hash)) == 0);
		tls_x509_free(&x);
		/* the clock may have moved on between two */
		if ((clock = strstr(e[i].msg, "the clock here")) != NULL)
			*clock = '\0';
		FUZZ_CHECK(code[i] == code[0]);
		FUZZ_SAME(e[i].msg, e[0].msg);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memsock_answer v[CERTS];
	unsigned char pin[32] = { 1, 2, 3 };
	struct tls_trust *t;
	size_t n = memsock_parse((const char *)data, size, v, CERTS);

	if (n == 0)
		return 0;
	t = load(v[0].data, v[0].len);
	judge(NULL, pin, v + 1, n - 1);
	if (t != NULL)
		judge(t, NULL, v + 1, n - 1);
	tls_trust_free(t);
	return 0;
}
