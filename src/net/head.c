/*
 * head.c - status line and headers of an HTTP/1.x answer.
 * 1. The verdict does not depend on how the bytes are cut into pieces.
 * 2. At most max bytes are consumed, at most max bytes are kept.
 * 3. out holds no NUL and no CR; every line of it is "token: value\n".
 * 4. An answer that can be read in two ways (two lengths that differ, or a
 *    length and chunks) is refused, against response smuggling.
 */
#include <string.h>

#include "base/str.h"
#include "net/head.h"

static int
bad_head(struct head *h, const char *why)
{
	h->why = why;
	return -1;
}

void
head_init(struct head *h, struct buf *out, size_t max)
{
	memset(h, 0, sizeof(*h));
	h->out = out;
	h->left = max;
	buf_reset(out);
	buf_init(&h->line, max);
}

void
head_free(struct head *h)
{
	buf_free(&h->line);
}

static bool
is_ascii_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* RFC 9110 5.6.2 */
static bool
is_token(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		char c = s[i], l = (char)(c | 0x20);

		if (!is_ascii_digit(c) && !(l >= 'a' && l <= 'z') &&
		    (c == '\0' || strchr("!#$%&'*+-.^_`|~", c) == NULL))
			return false;
	}
	return n > 0;
}

static int
status_line(struct head *h, const char *s, size_t n)
{
	int status;

	/* HTTP/1.1 200[ reason] */
	if (n < 12 || memcmp(s, "HTTP/1.", 7) != 0 || !is_ascii_digit(s[7]) ||
	    s[8] != ' ' || !is_ascii_digit(s[9]) || !is_ascii_digit(s[10]) ||
	    !is_ascii_digit(s[11]) || (n > 12 && s[12] != ' '))
		return bad_head(
		    h, "it does not begin with an HTTP/1.1 status line");
	h->minor = s[7] - '0';
	status = (s[9] - '0') * 100 + (s[10] - '0') * 10 + s[11] - '0';
	if (status < 100 || status > 599)
		return bad_head(h, "its status is not between 100 and 599");
	h->status = status;
	h->have_status = true;
	return 0;
}

/* Cuts blanks at both ends. */
static const char *
trim_blanks(const char *s, size_t *n)
{
	while (*n > 0 && (*s == ' ' || *s == '\t'))
		s++, (*n)--;
	while (*n > 0 && (s[*n - 1] == ' ' || s[*n - 1] == '\t'))
		(*n)--;
	return s;
}

static const char too_long[] = "its headers are too long";

/* A line is kept whole, or not at all. */
static bool
has_header_room(const struct head *h, size_t n)
{
	return n <= h->out->max - h->out->len;
}

static int
header_line(struct head *h, const char *s, size_t n)
{
	const char *colon, *value;
	size_t len;

	if (memchr(s, '\0', n) != NULL || memchr(s, '\r', n) != NULL)
		return bad_head(h, "a header holds a NUL or a bare CR");
	if (*s == ' ' || *s == '\t') {
		if (h->out->len == 0)
			return bad_head(
			    h, "its first header is a continuation");
		s = trim_blanks(s, &n);
		if (!has_header_room(h, n + 1))
			return bad_head(h, too_long);
		h->out->len--; /* the \n */
		buf_addc(h->out, ' ');
		buf_add(h->out, s, n);
		buf_addc(h->out, '\n');
		return 0;
	}
	colon = memchr(s, ':', n);
	if (colon == NULL || !is_token(s, (size_t)(colon - s)))
		return bad_head(h, "a header line is not 'Name: value'");
	len = n - (size_t)(colon + 1 - s);
	value = trim_blanks(colon + 1, &len);
	if (!has_header_room(h, (size_t)(colon - s) + 2 + len + 1))
		return bad_head(h, too_long);
	buf_add(h->out, s, (size_t)(colon - s));
	buf_adds(h->out, ": ");
	buf_add(h->out, value, len);
	buf_addc(h->out, '\n');
	return 0;
}

/* One whole line without its LF. */
static int
take_header_line(struct head *h, const char *s, size_t n)
{
	if (n > 0 && s[n - 1] == '\r')
		n--;
	if (!h->have_status)
		return status_line(h, s, n);
	if (n == 0) {
		h->done = true;
		return 0;
	}
	return header_line(h, s, n);
}

long
head_feed(struct head *h, const char *in, size_t n)
{
	size_t at = 0;

	while (at < n && !h->done) {
		const char *lf = memchr(in + at, '\n', n - at);
		size_t k = lf == NULL ? n - at : (size_t)(lf - in) - at + 1;

		if (k > h->left)
			return bad_head(h, too_long);
		h->left -= k;
		buf_add(&h->line, in + at, k);
		at += k;
		/* a peer that does not speak HTTP may never send an LF */
		if (!h->have_status &&
		    memcmp(h->line.data, "HTTP/1.",
			h->line.len < 7 ? h->line.len : 7) != 0)
			return status_line(h, "", 0);
		if (lf == NULL)
			break;
		if (take_header_line(h, h->line.data, h->line.len - 1) == -1)
			return -1;
		buf_reset(&h->line);
	}
	return (long)at;
}

const char *
head_find(const struct buf *out, const char *name, int nth, size_t *len)
{
	const char *s = buf_str(out), *end = s + out->len;
	size_t n = strlen(name);

	while (s < end) {
		const char *lf = memchr(s, '\n', (size_t)(end - s));

		if ((size_t)(lf - s) > n + 1 && s[n] == ':' &&
		    str_ieqn(s, name, n) && nth-- == 0) {
			*len = (size_t)(lf - s) - n - 2;
			return s + n + 2;
		}
		s = lf + 1;
	}
	return NULL;
}

bool
head_token(const struct buf *out, const char *name, const char *token)
{
	size_t len, n = strlen(token);
	const char *v;
	int nth;

	for (nth = 0; (v = head_find(out, name, nth, &len)) != NULL; nth++) {
		const char *end = v + len;

		while (v < end) {
			const char *c = memchr(v, ',', (size_t)(end - v));
			size_t k = (size_t)((c == NULL ? end : c) - v);
			const char *t = trim_blanks(v, &k);

			if (k == n && str_ieqn(t, token, n))
				return true;
			if (c == NULL)
				break;
			v = c + 1;
		}
	}
	return false;
}

/*
 * One Content-Length header of n bytes into b, whose length is -1 before the
 * first. A proxy may have joined several to a list; as long as they agree that
 * is one length (RFC 9112 6.3).
 */
static int
length_header(struct head *h, const char *v, size_t n, struct head_body *b)
{
	const char *end = v + n, *next;

	do {
		const char *comma = memchr(v, ',', (size_t)(end - v));
		size_t len = (size_t)((comma == NULL ? end : comma) - v), i;
		int64_t x = 0;

		next = comma == NULL ? NULL : comma + 1;
		v = trim_blanks(v, &len);
		for (i = 0;
		     i < len && is_ascii_digit(v[i]) && x < INT64_MAX / 100;
		     i++)
			x = x * 10 + (v[i] - '0');
		if (len == 0 || i < len)
			return bad_head(
			    h, "its Content-Length is not a length");
		if (b->length != -1 && x != b->length)
			return bad_head(
			    h, "it has two different Content-Lengths");
		b->length = x;
	} while ((v = next) != NULL);
	return 0;
}

/* Content-Length into b. 1: there is one, 0: there is none, -1: it is wrong. */
static int
body_length(struct head *h, struct head_body *b)
{
	const char *v;
	size_t len;
	int nth;

	b->length = -1;
	for (nth = 0;
	     (v = head_find(h->out, "Content-Length", nth, &len)) != NULL;
	     nth++) {
		if (length_header(h, v, len, b) == -1)
			return -1;
	}
	if (nth == 0)
		b->length = 0;
	return nth > 0;
}

static bool
is_word(const char *v, size_t n, const char *word)
{
	return n == strlen(word) && str_ieqn(v, word, n);
}

/* One Content-Encoding header of n bytes, which may be a list. */
static void
content_encoding(const char *v, size_t n, struct head_body *b)
{
	const char *end = v + n, *next;

	do {
		const char *comma = memchr(v, ',', (size_t)(end - v));
		size_t len = (size_t)((comma == NULL ? end : comma) - v);

		next = comma == NULL ? NULL : comma + 1;
		v = trim_blanks(v, &len);
		if (is_word(v, len, "gzip") || is_word(v, len, "x-gzip")) {
			b->coded = b->coded || b->gzip;
			b->gzip = true;
		} else if (len > 0 && !is_word(v, len, "identity"))
			b->coded = true;
	} while ((v = next) != NULL);
}

int
head_body(struct head *h, bool to_head, struct head_body *b)
{
	const char *te, *v;
	size_t len, n;
	int have, nth;

	memset(b, 0, sizeof(*b));
	if ((have = body_length(h, b)) == -1)
		return -1;
	te = head_find(h->out, "Transfer-Encoding", 0, &len);
	if (te != NULL && have)
		return bad_head(
		    h, "it has both Content-Length and Transfer-Encoding");
	if (te != NULL && h->minor == 0)
		return bad_head(h, "it has Transfer-Encoding in HTTP/1.0");
	for (nth = 0;
	     (v = head_find(h->out, "Content-Encoding", nth, &n)) != NULL;
	     nth++)
		content_encoding(v, n, b);
	if (te != NULL && !is_word(te, len, "chunked"))
		b->coded = true;
	if (te != NULL &&
	    head_find(h->out, "Transfer-Encoding", 1, &len) != NULL)
		return bad_head(h, "it has two Transfer-Encodings");
	b->keep = h->minor > 0 && !head_token(h->out, "Connection", "close");
	if (to_head || h->status / 100 == 1 || h->status == 204 ||
	    h->status == 304)
		b->framing = HEAD_EMPTY;
	else if (te != NULL)
		b->framing = HEAD_CHUNKED;
	else if (have)
		b->framing = b->length > 0 ? HEAD_LENGTH : HEAD_EMPTY;
	else
		b->framing = HEAD_CLOSE;
	if (b->framing == HEAD_CLOSE)
		b->keep = false;
	return 0;
}
