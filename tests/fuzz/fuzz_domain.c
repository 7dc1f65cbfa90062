/*
 * fuzz_domain.c - the normal form of a domain is idempotent and bounded; other
 * encodings decode to what was encoded.
 */
#include <ctype.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/utf8.h"
#include "fuzz.h"

static void
domain(const char *s, size_t n)
{
	struct buf one, two;
	const char *got;
	size_t len, i;

	buf_init(&one, 1024);
	buf_init(&two, 1024);
	buf_adds(&one, "x");
	if (enc_domain(&one, s, n) == -1)
		FUZZ_CHECK(strcmp(buf_str(&one), "x") == 0 && !one.over);
	else {
		FUZZ_CHECK(one.len > 1 && one.len <= 256);
		FUZZ_CHECK(one.data[0] == 'x');
		got = one.data + 1;
		len = one.len - 1;
		for (i = 0; i < len; i++)
			FUZZ_CHECK((unsigned char)got[i] > ' ' &&
				   (unsigned char)got[i] < 0x7f &&
				   !isupper((unsigned char)got[i]));
		FUZZ_CHECK(enc_domain(&two, got, len) == 0);
		FUZZ_CHECK(strcmp(got, two.data) == 0);
	}
	buf_free(&one);
	buf_free(&two);
}

static void
base64(const char *s, size_t n)
{
	char *out = malloc(3 * (n / 4 + 1)), *in = malloc(n + 1);
	struct enc_b64 d, e;
	struct fuzz_split split;
	size_t at, k, got = 0;
	long whole, one = 0;
	struct buf b;

	FUZZ_CHECK(out != NULL && in != NULL);
	memset(&d, 0, sizeof(d));
	memset(&e, 0, sizeof(e));
	whole = enc_b64_feed(&d, s, n, out);
	/* the same in pieces, in place */
	memcpy(in, s, n);
	fuzz_split_init(&split, 2, (const uint8_t *)s, n);
	for (at = 0; at < n && one != -1; at += k) {
		char piece[3 * (412 / 4 + 1)];

		k = fuzz_piece(&split, n - at);
		if ((one = enc_b64_feed(&e, in + at, k, piece)) == -1)
			break;
		FUZZ_CHECK(
		    whole == -1 || memcmp(out + got, piece, (size_t)one) == 0);
		got += (size_t)one;
	}
	FUZZ_CHECK((whole == -1) == (one == -1));
	FUZZ_CHECK(whole == -1 || (size_t)whole == got);
	/* encode, decode */
	buf_init(&b, 2 * n + 16);
	FUZZ_CHECK(enc_base64(&b, s, n) == 0);
	memset(&d, 0, sizeof(d));
	free(out);
	out = malloc(3 * (b.len / 4 + 1));
	FUZZ_CHECK(out != NULL);
	whole = enc_b64_feed(&d, buf_str(&b), b.len, out);
	FUZZ_CHECK(whole == (long)n && memcmp(out, s, n) == 0);
	buf_free(&b);
	free(out);
	free(in);
}

static void
printable(const char *s, size_t n)
{
	static const size_t sizes[] = { 1, 2, 3, 4, 5, 8, 64, 4096 };
	char out[4096];
	size_t i, k;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		k = str_printable(out, sizes[i], s, n);
		FUZZ_CHECK(k < sizes[i] && strlen(out) == k);
		fuzz_printable(out);
	}
}

/* utf8_valid passes over eight letters at a time; here it is one by one. */
static bool
valid_by_one(const char *s, size_t n)
{
	uint32_t c;
	size_t k;

	for (; n > 0; s += k, n -= k)
		if ((k = utf8_next(s, n, &c)) == 0)
			return false;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = fuzz_string(data, size);
	struct buf b;

	domain(s, size);
	base64(s, size);
	printable(s, size);
	FUZZ_CHECK(valid_by_one(s, size) == utf8_valid(s, size));
	buf_init(&b, size * 8 + 8);
	FUZZ_CHECK(buf_addxml(&b, s) == 0);
	FUZZ_CHECK(utf8_valid(buf_str(&b), b.len));
	FUZZ_CHECK(strpbrk(buf_str(&b), "<>\"") == NULL);
	buf_reset(&b);
	FUZZ_CHECK(enc_percent(&b, s) == 0);
	buf_free(&b);
	free(s);
	return 0;
}
