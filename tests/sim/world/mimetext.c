/*
 * mimetext.c - charset conversion with replacement.
 */
#include "world/mimetext.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include <gmime/gmime.h>

#include "base/sb.h"

static void
clean_into(struct sb *b, const char *s, size_t n)
{
	const char *bad;

	while (n > 0) {
		size_t ok;

		if (*s == 0) { /* glib takes NUL for invalid */
			sb_ch(b, 0);
			s++;
			n--;
			continue;
		}
		g_utf8_validate(s, (gssize)n, &bad);
		ok = (size_t)(bad - s);
		sb_add(b, s, ok);
		s += ok;
		n -= ok;
		if (n > 0 && *s != 0) {
			SB_LIT(b, "\xEF\xBF\xBD");
			s++;
			n--;
		}
	}
}

const char *
mimetext_clean(struct arena *a, const char *s)
{
	struct sb b = { 0 };

	if (s == NULL)
		return NULL;
	sb_need(&b, 1);
	clean_into(&b, s, strlen(s));
	s = arena_strn(a, b.p, b.n);
	sb_free(&b);
	return s;
}

static void
convert(struct sb *b, iconv_t cd, const char *text, size_t len)
{
	char *in = (char *)(uintptr_t)text, out[4096], *o;
	size_t left = len, room;

	while (left > 0) {
		o = out;
		room = sizeof(out);
		if (iconv(cd, &in, &left, &o, &room) == (size_t)-1 &&
		    errno != E2BIG && left > 0) {
			sb_add(b, out, sizeof(out) - room);
			SB_LIT(b, "\xEF\xBF\xBD");
			in++;
			left--;
			continue;
		}
		sb_add(b, out, sizeof(out) - room);
	}
	o = out;
	room = sizeof(out);
	iconv(cd, NULL, NULL, &o, &room);
	sb_add(b, out, sizeof(out) - room);
}

const char *
mimetext_utf8(
    struct arena *a, const char *charset, const char *text, size_t *len)
{
	struct sb b = { 0 }, ok = { 0 };
	iconv_t cd = (iconv_t)-1;
	const char *p;

	sb_need(&b, *len + 1);
	sb_need(&ok, *len + 1);
	if (charset == NULL || strcasecmp(charset, "us-ascii") == 0)
		charset = g_utf8_validate(text, (gssize)*len, NULL)
			      ? "utf-8"
			      : "windows-1252";
	if (strcasecmp(charset, "utf-8") != 0)
		cd = iconv_open("UTF-8", g_mime_charset_iconv_name(charset));
	if (cd == (iconv_t)-1 && strcasecmp(charset, "utf-8") != 0 &&
	    !g_utf8_validate(text, (gssize)*len, NULL))
		cd = iconv_open("UTF-8", "CP1252");
	if (cd == (iconv_t)-1) {
		clean_into(&b, text, *len);
	} else {
		convert(&b, cd, text, *len);
		iconv_close(cd);
	}
	clean_into(&ok, b.p, b.n);
	p = arena_strn(a, ok.p, ok.n);
	*len = ok.n;
	sb_free(&ok);
	sb_free(&b);
	return p;
}
