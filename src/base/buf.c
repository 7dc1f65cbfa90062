/*
 * buf.c - the one growable buffer.
 * 1. len <= max always; data[len] is NUL when data is not NULL.
 * 2. A refused add changes nothing but over.
 * 3. Memory that held a secret is overwritten before it is given back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

void
buf_init(struct buf *b, size_t max)
{
	memset(b, 0, sizeof(*b));
	b->max = max;
}

void
buf_init_secret(struct buf *b, size_t max)
{
	buf_init(b, max);
	b->secret = true;
}

/* The buffer without its memory, which has another owner now. */
static void
empty_buf(struct buf *b)
{
	bool secret = b->secret;

	buf_init(b, b->max);
	b->secret = secret;
}

void
buf_free(struct buf *b)
{
	if (b->secret)
		mem_wipe(b->data, b->cap);
	free(b->data);
	empty_buf(b);
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
	b->over = 0;
	if (b->data != NULL)
		b->data[0] = '\0';
}

/* Moves the bytes: realloc might leave a copy of them in the old place. */
static void
grow_secret(struct buf *b, size_t cap)
{
	char *data = mem_alloc(cap);

	if (b->len > 0)
		memcpy(data, b->data, b->len);
	mem_wipe(b->data, b->cap);
	free(b->data);
	b->data = data;
}

char *
buf_room(struct buf *b, size_t n)
{
	size_t want, cap;

	if (n > b->max - b->len) {
		b->over = 1;
		return NULL;
	}
	want = b->len + n + 1;
	if (want > b->cap) {
		cap = b->cap < 256 ? 256 : b->cap + b->cap / 2;
		if (cap > b->max)
			cap = b->max + 1;
		if (cap < want)
			cap = want;
		if (b->secret)
			grow_secret(b, cap);
		else
			b->data = mem_grow(b->data, cap, 1);
		b->data[b->len] = '\0'; /* the caller may add nothing */
		b->cap = cap;
	}
	return b->data + b->len;
}

int
buf_add(struct buf *b, const void *p, size_t n)
{
	char *to = buf_room(b, n);

	if (to == NULL)
		return -1;
	if (n > 0)
		memcpy(to, p, n);
	b->len += n;
	b->data[b->len] = '\0';
	return 0;
}

int
buf_adds(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

int
buf_addc(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

int
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	char *to;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || (to = buf_room(b, (size_t)n)) == NULL)
		return -1;
	va_start(ap, fmt);
	vsnprintf(to, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
	return 0;
}

const char *
buf_str(const struct buf *b)
{
	return b->data == NULL ? "" : b->data;
}

char *
buf_take(struct buf *b)
{
	char *p = b->data == NULL ? mem_strdup("") : b->data;

	empty_buf(b);
	return p;
}

/* The replacement for the character of n bytes at s; NULL: it stays. */
static const char *
xml_escape(const char *s, size_t n, uint32_t c)
{
	switch (*s) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	/* a parser turns these into blanks in attributes (XML 1.0 3.3.3) */
	case '\t':
		return "&#9;";
	case '\n':
		return "&#10;";
	case '\r':
		return "&#13;";
	}
	return n == 0 || c < 0x20 || c == 0xfffe || c == 0xffff ? "" : NULL;
}

int
buf_addxml(struct buf *b, const char *s)
{
	const char *run = s, *end = s + strlen(s), *rep;
	uint32_t c;
	size_t n;

	for (; s < end; s += n) {
		n = utf8_next(s, (size_t)(end - s), &c);
		rep = xml_escape(s, n, c);
		if (n == 0)
			n = 1;
		if (rep != NULL) {
			buf_add(b, run, (size_t)(s - run));
			buf_adds(b, rep);
			run = s + n;
		}
	}
	buf_add(b, run, (size_t)(s - run));
	return b->over ? -1 : 0;
}
