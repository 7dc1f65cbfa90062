/*
 * fuzz_filter.c - the byte filter before expat: its output is UTF-8 that XML
 * allows, does not depend on how the input is cut, and passes unchanged when
 * filtered again.
 */
#include <ctype.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "fmt/xml.h"
#include "fuzz.h"

static int
emit(void *arg, const char *p, size_t n)
{
	FUZZ_CHECK(n > 0);
	return buf_add(arg, p, n);
}

static void
run(struct buf *out, int mode, const char *data, size_t size)
{
	struct xml_filter f;
	struct fuzz_split s;
	size_t at, n;
	char *piece;

	memset(&f, 0, sizeof(f));
	buf_init(out, size * 8 + 64);
	fuzz_split_init(&s, mode, (const uint8_t *)data, size);
	for (at = 0; at < size; at += n) {
		n = fuzz_piece(&s, size - at);
		/* exactly as large: nothing behind it may be read */
		FUZZ_CHECK(n > 0);
		piece = malloc(n);
		FUZZ_CHECK(piece != NULL);
		memcpy(piece, data + at, n);
		FUZZ_CHECK(xml_filter_feed(&f, piece, n, 0, emit, out) == 0);
		free(piece);
	}
	FUZZ_CHECK(xml_filter_feed(&f, "", 0, 1, emit, out) == 0);
}

/*
 * Checks the numeric reference at s: it is whole and names a character that XML
 * allows. Returns its length.
 */
static size_t
reference(const char *s, size_t n, unsigned long *v)
{
	size_t i = 2;
	int base = 10, d;

	*v = 0;
	FUZZ_CHECK(n > 3);
	if (s[i] == 'x') {
		base = 16;
		i++;
	}
	for (; i < n && s[i] != ';'; i++) {
		FUZZ_CHECK(isxdigit((unsigned char)s[i]));
		d = isdigit((unsigned char)s[i]) ? s[i] - '0'
						 : (s[i] | 32) - 'a' + 10;
		FUZZ_CHECK(d < base);
		*v = *v * (unsigned)base + (unsigned)d;
		FUZZ_CHECK(*v <= 0x10ffff);
	}
	FUZZ_CHECK(i < n && i > (base == 16 ? 3 : 2));
	FUZZ_CHECK(*v >= 0x20 || *v == 9 || *v == 10 || *v == 13);
	FUZZ_CHECK(!(*v >= 0xd800 && *v < 0xe000));
	FUZZ_CHECK(*v != 0xfffe && *v != 0xffff);
	return i + 1;
}

/* Checks the output; to: the output with references in one notation. */
static void
clean(const struct buf *b, struct buf *to)
{
	const char *s = buf_str(b);
	unsigned long v;
	size_t i, n;
	uint32_t c;

	buf_init(to, b->len * 4 + 64);
	for (i = 0; i < b->len; i += n) {
		n = utf8_next(s + i, b->len - i, &c);
		FUZZ_CHECK(n > 0);
		FUZZ_CHECK(c >= 0x20 || c == '\t' || c == '\n' || c == '\r');
		FUZZ_CHECK(c != 0xfffe && c != 0xffff);
		if (c == '&' && i + 1 < b->len && s[i + 1] == '#') {
			n = reference(s + i, b->len - i, &v);
			buf_addf(to, "&#%lu;", v);
		} else
			buf_add(to, s + i, n);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf raw, out[3], twice;
	int i;

	for (i = 0; i < 3; i++) {
		run(&raw, i, (const char *)data, size);
		clean(&raw, &out[i]);
		if (i < 2)
			buf_free(&raw);
	}
	for (i = 1; i < 3; i++) {
		FUZZ_CHECK(out[i].len == out[0].len);
		FUZZ_CHECK(memcmp(buf_str(&out[i]), buf_str(&out[0]),
			       out[0].len) == 0);
	}
	/* what declares another encoding would be recoded once more */
	if (memmem(buf_str(&raw), raw.len, "<?xml", 5) == NULL &&
	    strncmp(buf_str(&raw), "\xef\xbb\xbf", 3) != 0 && raw.len > 0 &&
	    strchr(" \t\r\n", raw.data[0]) == NULL) {
		buf_free(&out[1]);
		run(&twice, 2, buf_str(&raw), raw.len);
		clean(&twice, &out[1]);
		FUZZ_CHECK(out[1].len == out[0].len);
		FUZZ_CHECK(memcmp(buf_str(&out[1]), buf_str(&out[0]),
			       out[0].len) == 0);
		buf_free(&twice);
	}
	buf_free(&raw);
	for (i = 0; i < 3; i++)
		buf_free(&out[i]);
	return 0;
}
