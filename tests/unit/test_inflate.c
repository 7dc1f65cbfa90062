/*
 * test_inflate.c - base/inflate and base/gunzip: what zlib makes of text, of
 * noise and of nothing, in each of its ways; data made bit by bit, right and
 * wrong; heads and ends of gzip. Everything whole, byte by byte and cut at
 * random, and zlib must be of the same opinion.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/gunzip.h"
#include "base/mem.h"

#define MOST ((size_t)1 << 20) /* of bytes in each of these */

struct bytes {
	struct stream stream;
	uint8_t *p;
	size_t n, max;
};

static uint8_t text[300000], noise[70000];
static struct bytes in, out;

static unsigned
next_random(void)
{
	static uint32_t x = 88172645;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

static int
take_bytes(struct stream *s, const void *p, size_t n, struct err *e)
{
	struct bytes *b = (struct bytes *)s;

	assert_in_range(n, 1, INFLATE_WINDOW + INFLATE_SLACK);
	if (n > b->max - b->n)
		return err_set(e, ERR_ITEM, "not wanted");
	memcpy(b->p + b->n, p, n);
	b->n += n;
	return 0;
}

static int
make_fixtures(void **state)
{
	static const char *const word[] = { "mail ", "offer ", "Anna ", "of ",
		"the ", "<t:Name>", "</t:Name>", "Re: ", "\r\n", "AAMkAGI2" };
	size_t n = 0, i;

	(void)state;
	while (n < sizeof(text) - 20) {
		n += (size_t)sprintf(
		    (char *)text + n, "%s", word[next_random() % 10]);
		if (next_random() % 4 == 0)
			text[n++] = (uint8_t)next_random();
		if (next_random() % 900 == 0) /* an attachment */
			for (i = next_random() % 3000;
			     i > 0 && n < sizeof(text) - 20; i--)
				text[n++] = 'A' + next_random() % 26;
	}
	for (i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)next_random();
	in.p = mem_alloc(MOST);
	out.p = mem_alloc(MOST);
	out.stream.write = take_bytes;
	return 0;
}

static int
free_fixtures(void **state)
{
	(void)state;
	free(in.p);
	free(out.p);
	return 0;
}

static size_t
cut_at(int mode, size_t left)
{
	size_t n = mode == 0 ? left : mode == 1 ? 1 : 1 + next_random() % 700;

	return n < left ? n : left;
}

/*
 * in, as one member or several: NULL, or what is wrong; the result in out.
 * Each piece has a place of its own, so that reading past it is seen.
 */
static const char *
unzip(int mode)
{
	struct gunzip *g = mem_alloc(sizeof(*g));
	const char *why = NULL;
	struct err e = ERR_INIT;
	size_t at = 0, n;
	int rc = 0;

	out.n = 0;
	out.max = MOST;
	gunzip_init(g, &out.stream);
	for (; at < in.n && rc == 0; at += n) {
		uint8_t *piece;

		n = cut_at(mode, in.n - at);
		piece = mem_alloc(n);
		memcpy(piece, in.p + at, n);
		rc = gunzip_feed(g, piece, n, &e);
		free(piece);
	}
	if (rc == 0)
		rc = gunzip_end(g);
	assert_true((rc == -1) == (g->why != NULL));
	why = g->why;
	free(g);
	return why;
}

/* As unzip, for DEFLATE data alone; "more" when it has no end. */
static const char *
unpack(int mode)
{
	struct inflate *z = mem_alloc(sizeof(*z));
	const char *why;
	struct err e = ERR_INIT;
	size_t at = 0;
	long k = 0;

	out.n = 0;
	out.max = MOST;
	inflate_init(z, &out.stream);
	while (at < in.n && !z->done && k != -1) {
		size_t n = cut_at(mode, in.n - at);
		uint8_t *piece = mem_alloc(n);

		memcpy(piece, in.p + at, n);
		k = inflate_feed(z, piece, n, &e);
		assert_true(k == -1 || k == (long)n || z->done);
		at += k == -1 ? 0 : (size_t)k;
		free(piece);
	}
	why = k == -1 ? z->why : z->done ? NULL : "more";
	if (z->done)
		assert_int_equal(at, in.n);
	free(z);
	return why;
}

/* What zlib says of in, after the same bytes of output. */
static int
ask_zlib(int window)
{
	uint8_t *plain = mem_alloc(MOST);
	z_stream z;
	int rc;

	memset(&z, 0, sizeof(z));
	assert_int_equal(inflateInit2(&z, window), Z_OK);
	z.next_in = in.p;
	z.avail_in = (uInt)in.n;
	z.next_out = plain;
	z.avail_out = MOST;
	rc = inflate(&z, Z_NO_FLUSH);
	assert_int_equal(MOST - z.avail_out, out.n);
	assert_memory_equal(plain, out.p, out.n);
	inflateEnd(&z);
	free(plain);
	return rc;
}

/* Compresses into in, behind what is there. */
static void
zip(const void *p, size_t n, int level, int window, int memory, int strategy)
{
	z_stream z;

	memset(&z, 0, sizeof(z));
	assert_int_equal(
	    deflateInit2(&z, level, Z_DEFLATED, window, memory, strategy),
	    Z_OK);
	z.next_in = (Bytef *)(uintptr_t)p;
	z.avail_in = (uInt)n;
	z.next_out = in.p + in.n;
	z.avail_out = (uInt)(MOST - in.n);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	in.n = MOST - z.avail_out;
	deflateEnd(&z);
}

static void
zip_plainly(const void *p, size_t n)
{
	zip(p, n, 6, 31, 8, Z_DEFAULT_STRATEGY);
}

static void
back_again(const void *p, size_t n)
{
	int mode;

	for (mode = 0; mode < 3; mode++) {
		assert_null(unzip(mode));
		assert_int_equal(out.n, n);
		assert_memory_equal(out.p, p, n);
	}
}

static void
test_zlib(void **state)
{
	int level, strategy, window, memory;

	(void)state;
	for (level = 0; level <= 9; level++)
		for (strategy = 0; strategy <= Z_FIXED; strategy++) {
			in.n = 0;
			zip(text, sizeof(text), level, 31, 8, strategy);
			back_again(text, sizeof(text));
			in.n = 0;
			zip(noise, sizeof(noise), level, 31, 8, strategy);
			back_again(noise, sizeof(noise));
		}
	for (window = 9; window <= 15; window++)
		for (memory = 1; memory <= 9; memory++) {
			in.n = 0;
			zip(text, 100000, memory, 16 + window, memory,
			    strategy % Z_FIXED);
			back_again(text, 100000);
		}
}

/* Text of very unequal letters has the longest codes. */
static void
test_long_codes(void **state)
{
	uint8_t *p = mem_alloc(MOST / 2);
	size_t n = 0, i, few = 1, many = 1, next;
	int letter;

	(void)state;
	for (letter = 0; letter < 24 && n + many < MOST / 2; letter++) {
		memset(p + n, 'a' + letter, many);
		n += many;
		next = few + many;
		few = many;
		many = next;
	}
	for (i = n - 1; i > 0; i--) {
		size_t k = next_random() % (i + 1);
		uint8_t c = p[i];

		p[i] = p[k];
		p[k] = c;
	}
	in.n = 0;
	zip(p, n, 9, 31, 9, Z_HUFFMAN_ONLY);
	back_again(p, n);
	free(p);
}

static void
test_small(void **state)
{
	static const char *const t[] = { "", "a", "aa", "aaaaaaaa", "ab",
		"abababababababab", "abcabcabcabcabcabcabcabc" };
	uint8_t zeros[5000] = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		in.n = 0;
		zip_plainly(t[i], strlen(t[i]));
		back_again(t[i], strlen(t[i]));
	}
	in.n = 0;
	zip_plainly(zeros, sizeof(zeros));
	assert_true(in.n < 50);
	back_again(zeros, sizeof(zeros));
	/* no answer is whole, too */
	in.n = 0;
	back_again("", 0);
}

static size_t bit_at;

static void
put_bit(unsigned bit)
{
	if (bit_at % 8 == 0)
		in.p[bit_at / 8] = 0;
	in.p[bit_at / 8] |= (uint8_t)(bit << bit_at % 8);
	bit_at++;
	in.n = (bit_at + 7) / 8;
}

/*
 * Words like "5/3", a number of so many bits (0/0: up to a byte's end), and
 * "c011", a code.
 */
static void
put_bits(const char *s)
{
	unsigned v, n, i;

	for (; *s != '\0'; s += strcspn(s, " "), s += strspn(s, " ")) {
		if (*s == 'c') {
			for (i = 1; s[i] != ' ' && s[i] != '\0'; i++)
				put_bit(s[i] == '1');
			continue;
		}
		assert_int_equal(sscanf(s, "%u/%u", &v, &n), 2);
		while (n == 0 && bit_at % 8 != 0)
			put_bit(0);
		for (i = 0; i < n; i++)
			put_bit(v >> i & 1);
	}
}

/* Lengths of codes in two bits each: 0, 1, 2 and (18) many times 0. */
#define DYNAMIC(distances)                                                     \
	"1/1 2/2 0/5 " distances "/5 14/4 0/3 0/3 2/3 2/3 0/3 0/3 0/3 0/3 "    \
	"0/3 0/3 0/3 0/3 0/3 0/3 0/3 2/3 0/3 2/3 "
#define NONE  "c00 "
#define ONE   "c01 "
#define TWO   "c10 "
#define NO253 "c11 127/7 c11 104/7 "
#define NO254 "c11 127/7 c11 105/7 "
#define NO256 "c11 127/7 c11 107/7 "
#define A     "c10010001 " /* of the fixed codes */
#define END   "c0000000 "

static const struct {
	const char *bits, *plain; /* "-": a byte that is not looked at */
	const char *why;          /* NULL: nothing is wrong */
} handmade[] = {
	{ "1/1 0/2 0/0 3/16 65532/16 97/8 98/8 99/8", "abc", NULL },
	{ "0/1 0/2 0/0 0/16 65535/16 1/1 0/2 0/0 1/16 65534/16 97/8", "a",
	    NULL },
	{ "1/1 0/2 0/0 3/16 65532/16 97/8 98/8", "ab", "more" },
	{ "1/1 0/2 0/0 3/16 65533/16 97/8 98/8 99/8", "", "size of a stored" },
	{ "1/1 0/2 0/0 3/16 3/16 97/8 98/8 99/8", "", "size of a stored" },
	{ "1/1 3/2", "", "unknown type" },
	{ "1/1 1/2 " A END, "a", NULL },
	{ "0/1 1/2 " A END "1/1 1/2 " A END, "aa", NULL },
	{ "1/1 1/2 " A, "a", "more" },
	{ "1/1 1/2 " A "c0000001 c00000 " END, "aaaa", NULL },
	{ "1/1 1/2 " A A "c0000001 c00001 " END, "aaaaa", NULL },
	{ "1/1 1/2 " A "c0000001 c00001 " END, "a", "before its start" },
	{ "1/1 1/2 c0000001 c00000 " END, "", "before its start" },
	{ "1/1 1/2 " A "c11000110 c00000 " END, "a", "no code" }, /* 286 */
	{ "1/1 1/2 " A "c11000111 c00000 " END, "a", "no code" },
	{ "1/1 1/2 " A "c0000001 c11110 0/16 " END, "a", "no code" },
	{ "1/1 1/2 " A "c0000001 c11111 0/16 " END, "a", "no code" },
	{ "1/1 2/2 30/5 0/5 0/4", "", "too many codes" },
	{ "1/1 2/2 29/5 30/5 0/4", "", "too many codes" },
	{ "1/1 2/2 0/5 0/5 0/4 1/3 1/3 1/3 0/3", "", "lengths of codes" },
	{ "1/1 2/2 0/5 0/5 0/4 1/3 0/3 0/3 0/3", "", "lengths of codes" },
	{ "1/1 2/2 0/5 0/5 0/4 2/3 2/3 0/3 0/3", "", "lengths of codes" },
	/* all lengths are 0 */
	{ "1/1 2/2 0/5 0/5 0/4 0/3 0/3 0/3 0/3 0/32 0/32 0/32 0/32 0/32 0/32 "
	  "0/32 0/32 0/2",
	    "", "no code for its end" },
	{ "1/1 2/2 0/5 0/5 0/4 1/3 0/3 0/3 1/3 c1 0/2", "",
	    "before the first" },
	{ "1/1 2/2 0/5 0/5 0/4 0/3 0/3 1/3 1/3 c1 127/7 c1 127/7", "",
	    "too many lengths" },
	{ "1/1 2/2 0/5 0/5 0/4 0/3 0/3 1/3 1/3 c1 127/7 c1 109/7", "",
	    "no code for its end" },
	/* a code of one bit, or of none, for what there is once or never */
	{ DYNAMIC("0") NO256 ONE NONE "c0", "", NULL },
	{ DYNAMIC("0") NO256 ONE NONE "c1 0/8", "", "no code" },
	{ DYNAMIC("0") NO256 ONE ONE "c0", "", NULL },
	{ DYNAMIC("1") NO256 ONE TWO NONE "c0", "", "distances" },
	{ DYNAMIC("1") NO256 ONE TWO TWO "c0", "", "distances" },
	{ DYNAMIC("2") NO256 ONE ONE ONE ONE "c0", "", "distances" },
	{ DYNAMIC("0") TWO "c11 127/7 c11 106/7 " TWO NONE, "", "literals" },
	{ DYNAMIC("0") ONE ONE NO254 ONE NONE, "", "literals" },
	{ DYNAMIC("0") TWO TWO TWO NO253 TWO NONE "c00 c01 c10 c11", "-\1\2",
	    NULL },
};

static void
test_handmade(void **state)
{
	size_t i;
	int mode;

	(void)state;
	for (i = 0; i < sizeof(handmade) / sizeof(handmade[0]); i++) {
		const char *why = handmade[i].why;
		size_t n = strlen(handmade[i].plain);

		in.n = bit_at = 0;
		put_bits(handmade[i].bits);
		for (mode = 0; mode < 3; mode++) {
			const char *got = unpack(mode);
			int zlib;

			if ((got == NULL) != (why == NULL) ||
			    (got != NULL && strstr(got, why) == NULL))
				fail_msg("%s: %s", handmade[i].bits, got);
			assert_int_equal(out.n, n);
			if (n > 0 && handmade[i].plain[0] == '-')
				assert_memory_equal(
				    out.p + 1, handmade[i].plain + 1, n - 1);
			else
				assert_memory_equal(
				    out.p, handmade[i].plain, n);
			zlib = ask_zlib(-15);
			assert_int_equal(zlib, why == NULL ? Z_STREAM_END
					       : strcmp(why, "more") == 0
						   ? Z_OK
						   : Z_DATA_ERROR);
		}
	}
}

static void
put_stored(const uint8_t *p, size_t n)
{
	char size[32];

	snprintf(
	    size, sizeof(size), "0/1 0/2 0/0 %zu/16 %zu/16", n, n ^ 0xffff);
	put_bits(size);
	memcpy(in.p + in.n, p, n);
	in.n += n;
	bit_at = 8 * in.n;
}

/* A match of 258 bytes, from the longest distance; one of 3, from 96. */
#define FARTHEST "c11000101 c11101 8191/13 "
#define NEAR     "c0000001 c01100 31/5 "

/* Matches from as far back as can be, wherever the window is just then. */
static void
test_farthest(void **state)
{
	size_t before, i, n;
	int mode;

	(void)state;
	for (before = 32764; before <= 36900;
	     before += before < 36800 ? 401 : 1) {
		in.n = bit_at = 0;
		put_stored(noise, before);
		put_bits("1/1 1/2");
		for (i = 0; i < 40; i++)
			put_bits(NEAR FARTHEST);
		put_bits(END "0/0 0/8 0/8 0/8 0/8 0/8 0/8 0/8");
		in.n -= 7;
		for (mode = 0; mode < 3; mode++) {
			const char *why = unpack(mode);

			/* with the three bytes of the first match */
			if (before < 32765) {
				assert_non_null(why);
				assert_int_equal(out.n, before + 3);
				assert_int_equal(ask_zlib(-15), Z_DATA_ERROR);
				continue;
			}
			assert_null(why);
			n = before + (size_t)40 * (3 + 258);
			assert_int_equal(out.n, n);
			for (i = before; i < n; i++)
				assert_int_equal(
				    out.p[i], out.p[i - ((i - before) % 261 < 3
								? 96
								: 32768)]);
			assert_int_equal(ask_zlib(-15), Z_STREAM_END);
		}
	}
}

static void
put_number(uint32_t v, int n)
{
	for (; n > 0; n--, v >>= 8)
		in.p[in.n++] = (uint8_t)v;
}

/* A member with what flags say in its head. */
static void
put_member(unsigned flags, const char *plain)
{
	size_t start = in.n, n = strlen(plain);

	put_number(0x00088b1f | flags << 24, 4);
	put_number(next_random(), 4);
	put_number(0xff02, 2);
	if (flags & 4) {
		put_number(300, 2);
		memset(in.p + in.n, 0x1f, 300);
		in.n += 300;
	}
	if (flags & 8) {
		memcpy(in.p + in.n, "a name", 7);
		in.n += 7;
	}
	if (flags & 16) {
		memcpy(in.p + in.n, "", 1);
		in.n += 1;
	}
	if (flags & 2)
		put_number(
		    (uint32_t)crc32(0, in.p + start, (uInt)(in.n - start)), 2);
	zip(plain, n, 6, -15, 8, Z_DEFAULT_STRATEGY);
	put_number((uint32_t)crc32(0, (const Bytef *)plain, (uInt)n), 4);
	put_number((uint32_t)n, 4);
}

static void
test_heads(void **state)
{
	static const char plain[] = "what is inside";
	unsigned flags;
	size_t whole;

	(void)state;
	for (flags = 0; flags < 32; flags++) {
		in.n = 0;
		put_member(flags, plain);
		back_again(plain, strlen(plain));
		/* wherever it is cut off, that is seen */
		for (whole = in.n--; in.n > 0; in.n--) {
			assert_string_equal(unzip(0), "it ends too early");
			assert_string_equal(unzip(1), "it ends too early");
		}
		in.n = whole;
		put_member(flags ^ 31, "");
		put_member(0, plain);
		back_again("what is insidewhat is inside", 28);
		in.n -= 1;
		assert_string_equal(unzip(2), "it ends too early");
	}
}

/* Which byte is changed: from the start, or (negative) from the end. */
static const struct {
	int at;
	const char *why;
} changed[] = {
	{ 0, "not gzip" },
	{ 1, "not gzip" },
	{ 2, "method" },
	{ 3, "flags" },
	{ 4, "sum of its head" },
	{ 12, "sum of its head" },
	{ 320, "sum of its head" },
	{ -8, "its check sum" },
	{ -5, "its check sum" },
	{ -4, "size" },
	{ -1, "size" },
};

static void
test_changed(void **state)
{
	size_t i, whole;
	int mode;

	(void)state;
	in.n = 0;
	put_member(31, "what is inside");
	whole = in.n;
	for (i = 0; i < sizeof(changed) / sizeof(changed[0]); i++) {
		uint8_t *p = in.p + changed[i].at;

		if (changed[i].at < 0)
			p += in.n;
		*p ^= 0x80;
		for (mode = 0; mode < 3; mode++) {
			const char *why = unzip(mode);

			if (why == NULL || strstr(why, changed[i].why) == NULL)
				fail_msg("%d: %s", changed[i].at, why);
		}
		assert_int_equal(ask_zlib(31), Z_DATA_ERROR);
		*p ^= 0x80;
	}
	for (i = 0; i < 256; i++) {
		in.n = whole;
		put_number((uint32_t)i, 1);
		put_number(0, 3);
		assert_string_equal(unzip(0), "something else follows it");
		assert_string_equal(unzip(1), "something else follows it");
	}
}

/* The stream's error is passed on, whenever it comes. */
static void
test_refused(void **state)
{
	struct gunzip *g = mem_alloc(sizeof(*g));
	size_t max;

	(void)state;
	in.n = 0;
	zip_plainly(text, 200000);
	for (max = 0; max < 200000; max += 9000) {
		struct err e = ERR_INIT;

		out.n = 0;
		out.max = max;
		gunzip_init(g, &out.stream);
		assert_int_equal(gunzip_feed(g, in.p, in.n, &e), -1);
		assert_null(g->why);
		assert_string_equal(e.msg, "not wanted");
	}
	free(g);
}

static void
test_crc(void **state)
{
	size_t i;

	(void)state;
	assert_int_equal(gunzip_crc(0, "123456789", 9), 0xcbf43926);
	for (i = 0; i < 300; i++)
		assert_int_equal(
		    gunzip_crc(gunzip_crc(0, noise, i), noise + i, 999 - i),
		    crc32(0, noise, 999));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zlib),
		cmocka_unit_test(test_long_codes),
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_handmade),
		cmocka_unit_test(test_farthest),
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_crc),
	};

	return cmocka_run_group_tests_name(
	    "inflate", tests, make_fixtures, free_fixtures);
}
