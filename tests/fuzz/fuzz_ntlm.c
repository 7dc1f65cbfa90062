/*
 * fuzz_ntlm.c - the server's NTLM challenge: what is read of it lies inside of
 * it, and each one that can be read is answered by a message that is whole.
 */
#include "auth/ntlm.h"
#include "base/buf.h"
#include "fuzz.h"

static size_t
get16(const unsigned char *p)
{
	return (size_t)p[0] | (size_t)p[1] << 8;
}

/* The field lies behind the head and inside of the message. */
static const unsigned char *
field(const struct buf *b, size_t place, size_t *n)
{
	const unsigned char *p = (const unsigned char *)b->data + place;
	size_t at = get16(p + 4) | get16(p + 6) << 16;

	*n = get16(p);
	FUZZ_CHECK(get16(p + 2) == *n);
	FUZZ_CHECK(at >= 88 && at + *n <= b->len);
	return (const unsigned char *)b->data + at;
}

/* The pairs of the response, each of ours once at most, and their end. */
static void
check_pairs(const unsigned char *p, size_t n, const struct ntlm_challenge *c)
{
	size_t id, len, flags = 0, binding = 0, target = 0;

	for (;;) {
		FUZZ_CHECK(n >= 4);
		id = get16(p);
		len = get16(p + 2);
		FUZZ_CHECK(len <= n - 4);
		if (id == 6) {
			flags++;
			FUZZ_CHECK(len == 4);
			FUZZ_CHECK(c->time == NULL || (p[4] & 2) != 0);
		}
		binding += id == 10;
		target += id == 9;
		p += 4 + len;
		n -= 4 + len;
		if (id == 0)
			break;
	}
	FUZZ_CHECK(n == 4);
	FUZZ_CHECK(flags <= 1 && binding == 1 && target == 1);
	FUZZ_CHECK(flags == 1 || c->time == NULL);
}

static void
check_answer(const struct buf *b, const struct ntlm_challenge *c)
{
	static const unsigned char zero[16];
	const unsigned char *p;
	size_t n;

	FUZZ_CHECK(b->len >= 88);
	FUZZ_CHECK((memcmp(b->data + 72, zero, 16) != 0) == (c->time != NULL));
	field(b, 12, &n);
	FUZZ_CHECK(n == 24);
	field(b, 28, &n);
	FUZZ_CHECK(n == 12);
	field(b, 36, &n);
	FUZZ_CHECK(n == 8);
	field(b, 44, &n);
	FUZZ_CHECK(n == 4);
	field(b, 52, &n);
	FUZZ_CHECK(n == 0);
	p = field(b, 20, &n);
	FUZZ_CHECK(n >= 16 + 28 + 8);
	check_pairs(p + 16 + 28, n - 16 - 28, c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char binding[16] = { 1 };
	const struct ntlm_login l = { "Domain\\User", "Password", "PC",
		"HTTP/mail.example.com", binding, { 1, 2, 3 }, 1 };
	struct ntlm_challenge c;
	const char *why = NULL, *again = NULL;
	struct buf out;
	int r = ntlm_read(&c, data, size, &why);

	FUZZ_CHECK((r == -1) == (why != NULL));
	buf_init_secret(&out, 1 << 17);
	FUZZ_CHECK(ntlm_answer(&out, &l, data, size, &again) == r);
	FUZZ_CHECK(why == again);
	if (r == 0) {
		FUZZ_CHECK(c.info_len == 0 ||
			   (c.info >= data && c.info_len <= size &&
			       (size_t)(c.info - data) + c.info_len <= size));
		check_answer(&out, &c);
	}
	buf_free(&out);
	return 0;
}
