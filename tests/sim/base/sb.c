/*
 * sb.c - growable byte buffer and text escapes.
 * 1. p[n] is NUL whenever p is not NULL.
 * 2. Allocation failure ends the program.
 */
#include "base/sb.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void *
sb_xrealloc(void *old, size_t n)
{
	void *p = realloc(old, n ? n : 1);

	if (p == NULL) {
		fprintf(stderr, "exsim: out of memory\n");
		exit(70);
	}
	return p;
}

void *
sb_xmalloc(size_t n)
{
	void *p = sb_xrealloc(NULL, n);

	memset(p, 0, n ? n : 1);
	return p;
}

char *
sb_xstrdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *p = sb_xrealloc(NULL, n);

	memcpy(p, s, n);
	return p;
}

void *
sb_grow(void *v, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return v;
	*cap = *cap * 2 + 16;
	return sb_xrealloc(v, *cap * size);
}

void
sb_free(struct sb *b)
{
	free(b->p);
	*b = (struct sb){ 0 };
}

void
sb_reset(struct sb *b)
{
	b->n = 0;
	if (b->p != NULL)
		b->p[0] = 0;
}

void
sb_need(struct sb *b, size_t more)
{
	size_t cap = b->cap ? b->cap : 256;

	if (b->n + more + 1 <= b->cap)
		return;
	while (cap < b->n + more + 1)
		cap += cap / 2 + 64;
	b->p = sb_xrealloc(b->p, cap);
	b->cap = cap;
}

void
sb_add(struct sb *b, const void *p, size_t n)
{
	sb_need(b, n);
	if (n != 0)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = 0;
}

void
sb_str(struct sb *b, const char *s)
{
	sb_add(b, s, strlen(s));
}

void
sb_ch(struct sb *b, char c)
{
	sb_add(b, &c, 1);
}

void
sb_fmt(struct sb *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n <= 0)
		return;
	sb_need(b, (size_t)n);
	va_start(ap, fmt);
	vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

/* Bytes that sb_xml has to look at. */
static bool
xml_special(unsigned char c)
{
	return c < 0x20 ? c != '\t' && c != '\n'
			: c == '<' || c == '>' || c == '&' || c == 0xEF;
}

static void
xml_one(struct sb *b, unsigned char c)
{
	switch (c) {
	case '<':
		SB_LIT(b, "&lt;");
		break;
	case '>':
		SB_LIT(b, "&gt;");
		break;
	case '&':
		SB_LIT(b, "&amp;");
		break;
	case '\r':
		SB_LIT(b, "&#xD;");
		break;
	default:
		if (b->illegal)
			sb_fmt(b, "&#x%X;", c);
		else
			SB_LIT(b, "\xEF\xBF\xBD");
	}
}

void
sb_xmln(struct sb *b, const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s, *end = p + n, *q;

	sb_need(b, n + n / 8);
	while (p < end) {
		for (q = p; q < end && !xml_special(*q); q++)
			;
		sb_add(b, p, (size_t)(q - p));
		if (q == end)
			break;
		p = q + 1;
		if (*q != 0xEF) {
			xml_one(b, *q);
		} else if (end - q >= 3 && q[1] == 0xBF && q[2] >= 0xBE) {
			/* U+FFFE and U+FFFF */
			if (b->illegal)
				sb_fmt(
				    b, "&#xFFF%c;", q[2] == 0xBE ? 'E' : 'F');
			else
				SB_LIT(b, "\xEF\xBF\xBD");
			p = q + 3;
		} else {
			sb_add(b, q, 1);
		}
	}
}

void
sb_xml(struct sb *b, const char *s)
{
	if (s != NULL)
		sb_xmln(b, s, strlen(s));
}

void
sb_attr(struct sb *b, const char *s)
{
	const char *quote;

	if (s == NULL)
		return;
	while ((quote = strchr(s, '"')) != NULL) {
		sb_xmln(b, s, (size_t)(quote - s));
		SB_LIT(b, "&quot;");
		s = quote + 1;
	}
	sb_xml(b, s);
}

void
sb_jsonn(struct sb *b, const char *s, size_t n)
{
	size_t i;

	sb_ch(b, '"');
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '"' || c == '\\') {
			sb_ch(b, '\\');
			sb_ch(b, (char)c);
		} else if (c < 0x20 || c == 0x7F) {
			sb_fmt(b, "\\u%04x", c);
		} else {
			sb_ch(b, (char)c);
		}
	}
	sb_ch(b, '"');
}

void
sb_json(struct sb *b, const char *s)
{
	if (s == NULL)
		SB_LIT(b, "null");
	else
		sb_jsonn(b, s, strlen(s));
}

static const char B64[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
sb_b64(struct sb *b, const void *data, size_t n)
{
	const unsigned char *s = data;
	char *d;
	size_t i;

	sb_need(b, (n + 2) / 3 * 4);
	d = b->p + b->n;
	for (i = 0; i + 2 < n; i += 3, d += 4) {
		unsigned v =
		    (unsigned)s[i] << 16 | (unsigned)s[i + 1] << 8 | s[i + 2];

		d[0] = B64[v >> 18];
		d[1] = B64[v >> 12 & 63];
		d[2] = B64[v >> 6 & 63];
		d[3] = B64[v & 63];
	}
	if (i < n) {
		unsigned v = (unsigned)s[i] << 16;

		if (i + 1 < n)
			v |= (unsigned)s[i + 1] << 8;
		d[0] = B64[v >> 18];
		d[1] = B64[v >> 12 & 63];
		d[2] = i + 1 < n ? B64[v >> 6 & 63] : '=';
		d[3] = '=';
		d += 4;
	}
	*d = 0;
	b->n = (size_t)(d - b->p);
}

static int
b64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int
sb_unb64(struct sb *b, const char *s, size_t n)
{
	unsigned v = 0;
	size_t i, pad = 0;

	if (n % 4 != 0)
		return -1;
	sb_need(b, n / 4 * 3);
	for (i = 0; i < n; i++) {
		int d = b64_value(s[i]);

		if (s[i] == '=' && i + 2 >= n) {
			pad++;
			d = 0;
		} else if (d < 0 || pad != 0) {
			return -1;
		}
		v = v << 6 | (unsigned)d;
		if (i % 4 == 3) {
			char out[3] = { (char)(v >> 16), (char)(v >> 8),
				(char)v };

			sb_add(b, out, 3 - pad);
			v = 0;
		}
	}
	return 0;
}

void
sb_time(struct sb *b, int64_t t)
{
	struct tm tm;
	time_t tt = (time_t)t;

	if (gmtime_r(&tt, &tm) == NULL)
		return;
	sb_fmt(b, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
	    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

int
sb_file(struct sb *b, const char *path)
{
	FILE *f = fopen(path, "rb");
	char buf[65536];
	size_t n;

	sb_str(b, "");
	if (f == NULL)
		return -1;
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		sb_add(b, buf, n);
	fclose(f);
	return 0;
}
