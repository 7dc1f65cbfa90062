/*
 * xmlcoding.c - finds the encoding of a document and recodes it to UTF-8.
 */
#include <string.h>

#include "base/enc.h"
#include "base/str.h"
#include "base/utf8.h"
#include "fmt/xmlcoding.h"

/* windows-1252, which is also what senders mean by iso-8859-1 */
static uint32_t
latin_point(unsigned char c)
{
	static const uint16_t c1[32] = { 0x20ac, 0xfffd, 0x201a, 0x192, 0x201e,
		0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152,
		0xfffd, 0x17d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d,
		0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153,
		0xfffd, 0x17e, 0x178 };

	return c >= 0x80 && c < 0xa0 ? c1[c - 0x80] : c;
}

/* One code unit of UTF-16 as UTF-8; a surrogate without its partner becomes
 * U+FFFD. Returns the number of bytes, at most 6. */
static size_t
take_unit16(struct xml_filter *f, uint32_t u, char *out)
{
	size_t n = 0;

	if (f->lead != 0 && u >= 0xdc00 && u < 0xe000) {
		u = 0x10000 + ((f->lead - 0xd800) << 10) + (u - 0xdc00);
		f->lead = 0;
		return utf8_put(out, u);
	}
	if (f->lead != 0)
		n = utf8_put(out, 0xfffd);
	f->lead = 0;
	if (u >= 0xd800 && u < 0xdc00) {
		f->lead = u;
		return n;
	}
	if (u >= 0xdc00 && u < 0xe000)
		u = 0xfffd;
	return n + utf8_put(out + n, u);
}

/* One byte of UTF-16. */
static size_t
take_byte16(struct xml_filter *f, unsigned char c, char *out)
{
	uint32_t u;

	f->odd = !f->odd;
	if (f->odd) {
		f->byte = c;
		return 0;
	}
	if (f->coding == XMLCODING_UTF16LE)
		u = f->byte | (uint32_t)c << 8;
	else
		u = (uint32_t)f->byte << 8 | c;
	return take_unit16(f, u, out);
}

size_t
xmlcoding_utf8(struct xml_filter *f, const unsigned char **in,
    const unsigned char *end, char *out, size_t size)
{
	const unsigned char *p;
	size_t n = 0;

	for (p = *in; p < end && n + 6 <= size; p++) {
		if (f->coding == XMLCODING_LATIN)
			n += utf8_put(out + n, latin_point(*p));
		else
			n += take_byte16(f, *p, out + n);
	}
	*in = p;
	return n;
}

bool
xmlcoding_cut(struct xml_filter *f)
{
	bool cut = f->lead != 0 || f->odd;

	f->lead = 0;
	f->odd = false;
	return cut;
}

/* Does the XML declaration in head name an encoding that we recode? */
static bool
declares_latin(const char *head, size_t n)
{
	static const char *const names[] = { "iso-8859-1", "iso8859-1",
		"latin1", "windows-1252", "cp1252" };
	char decl[sizeof(((struct xml_filter *)0)->head) + 1];
	char *p, *end;
	size_t i;

	memcpy(decl, head, n);
	decl[n] = '\0';
	if ((p = strstr(decl, "encoding")) == NULL)
		return false;
	p += strcspn(p, "\"'?");
	if (*p != '"' && *p != '\'')
		return false;
	if ((end = strchr(p + 1, *p)) == NULL)
		return false;
	*end = '\0';
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_ieq(p + 1, names[i]))
			return true;
	return false;
}

bool
xmlcoding_known(struct xml_filter *f)
{
	static const char xml[] = "<?xml";
	const unsigned char *h = f->head;
	size_t n = f->nhead;

	if (n == 1 && str_is_white((char)h[0])) {
		f->nhead = 0;
		return false;
	}
	if (n == 2 && ((h[0] == 0xff && h[1] == 0xfe) ||
			  (h[0] == 0xfe && h[1] == 0xff))) {
		f->coding =
		    h[0] == 0xff ? XMLCODING_UTF16LE : XMLCODING_UTF16BE;
		f->nhead = 0;
		return true;
	}
	if (n == 2 &&
	    ((h[0] == '<' && h[1] == 0) || (h[0] == 0 && h[1] == '<'))) {
		f->coding = h[0] == '<' ? XMLCODING_UTF16LE : XMLCODING_UTF16BE;
		return true;
	}
	if (n == 3 && memcmp(h, "\xef\xbb\xbf", 3) == 0) {
		f->nhead = 0;
		return false;
	}
	if (n < 3 && (h[0] == 0xef || h[0] >= 0xfe || h[0] == 0 || n == 1))
		return false;
	if (memcmp(h, xml, n < 5 ? n : 5) != 0 || n == sizeof(f->head))
		return true;
	if (n < 6 || (str_is_white((char)h[5]) && h[n - 1] != '>'))
		return false;
	if (str_is_white((char)h[5]) && declares_latin((const char *)h, n))
		f->coding = XMLCODING_LATIN;
	return true;
}
