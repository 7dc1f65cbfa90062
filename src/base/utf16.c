/*
 * utf16.c - text as Windows protocols have it: UTF-16, little endian.
 */
#include <stdint.h>

#include "base/caseless.h"
#include "base/utf16.h"
#include "base/utf8.h"

static void
put_unit(struct buf *out, uint32_t unit)
{
	buf_addc(out, (char)(unit & 0xff));
	buf_addc(out, (char)(unit >> 8));
}

static int
add_mapped(
    struct buf *out, const char *s, size_t len, uint32_t (*map)(uint32_t))
{
	uint32_t c;
	size_t n;

	for (; len > 0; s += n, len -= n) {
		if ((n = utf8_next(s, len, &c)) == 0)
			return -1;
		if (map != NULL)
			c = map(c);
		if (c >= 0x10000) {
			c -= 0x10000;
			put_unit(out, 0xd800 | c >> 10);
			c = 0xdc00 | (c & 0x3ff);
		}
		put_unit(out, c);
	}
	return out->over ? -1 : 0;
}

int
utf16_add(struct buf *out, const char *s, size_t len)
{
	return add_mapped(out, s, len, NULL);
}

int
utf16_upper(struct buf *out, const char *s, size_t len)
{
	return add_mapped(out, s, len, caseless_upper);
}
