/*
 * htmltag.c - tags, comments and attributes of HTML.
 * 1. No byte is searched twice for the same thing: a search that fails ends the
 *    reading, or cannot come again, and one that does not is the length of what
 *    is returned.
 */
#include <string.h>

#include "base/str.h"
#include "fmt/htmlchar.h"
#include "fmt/htmltag.h"

static bool
is_letter(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

/* From s on to after the n bytes of end; all when they do not come. */
static size_t
length_until(const char *s, size_t len, const char *end, size_t n)
{
	const char *p = memmem(s, len, end, n);

	return p != NULL ? (size_t)(p - s) + n : len;
}

/*
 * The value of an attribute ends with that quote: after it, or 0. It fails once
 * for each of the two quotes, since any later one would have been found.
 */
static size_t
skip_quoted(struct html_scan *x, size_t at)
{
	const char *end = memchr(x->s + at + 1, x->s[at], x->len - at - 1);

	if (end == NULL) {
		x->work += x->len - at;
		return 0;
	}
	return (size_t)(end - x->s) + 1;
}

/*
 * The offset after the > of the tag whose name ends at that offset. A quote
 * begins a value where a = came last, white space aside.
 */
static size_t
tag_end(struct html_scan *x, size_t at)
{
	const char *s = x->s;
	size_t after;

	for (;;) {
		while (at < x->len && !html_is(s[at], HTML_TAG_STOP))
			at++;
		if (at == x->len)
			return at;
		if (s[at++] == '>')
			return at;
		while (
		    at < x->len && (html_is(s[at], HTML_WHITE) || s[at] == '='))
			at++;
		if (at < x->len && (s[at] == '"' || s[at] == '\'') &&
		    (after = skip_quoted(x, at)) != 0)
			at = after;
	}
}

/* The name that begins at s[i]; returns where it ends. */
static size_t
read_name(const char *s, size_t i, size_t len, struct html_tag *tag)
{
	char *to = tag->name, *last = tag->name + sizeof(tag->name) - 1;

	memset(tag->name, 0, sizeof(tag->name));
	for (; i < len && !html_is(s[i], HTML_NAME_END); i++) {
		if (to == last) {
			/* too long: none that counts, whatever follows */
			tag->name[0] = '\0';
			continue;
		}
		*to++ = str_lower_char(s[i]);
	}
	return i;
}

size_t
html_markup(struct html_scan *x, size_t at, struct html_tag *tag)
{
	const char *s = x->s + at;
	size_t len = x->len - at, i;

	tag->s = s;
	tag->name[0] = '\0';
	tag->close = len > 1 && s[1] == '/';
	i = 1 + tag->close;
	if (i >= len)
		return 0;
	if (!is_letter(s[i])) {
		if (s[1] != '!' && s[1] != '?' && s[1] != '/')
			return 0;
		/* <!--> is a whole comment, too */
		if (len >= 4 && memcmp(s, "<!--", 4) == 0)
			tag->len = 2 + length_until(s + 2, len - 2, "-->", 3);
		else
			tag->len = length_until(s, len, ">", 1);
	} else {
		tag->attrs = i = read_name(s, i, len, tag);
		if (i < len && s[i] == '>') /* most have no attributes */
			tag->len = i + 1;
		else
			tag->len = tag_end(x, at + i) - at;
	}
	x->work += tag->len;
	return tag->len;
}

size_t
html_raw(struct html_scan *x, size_t at, const char *name)
{
	const char *s = x->s + at, *p = s, *end = x->s + x->len;
	size_t n = strlen(name), len = x->len - at;

	while ((p = memchr(p, '<', (size_t)(end - p))) != NULL) {
		if ((size_t)(end - p) > n + 2 && p[1] == '/' &&
		    str_ieqn(p + 2, name, n) &&
		    html_is(p[n + 2], HTML_NAME_END)) {
			len = (size_t)(p - s);
			len += length_until(p, (size_t)(end - p), ">", 1);
			break;
		}
		p++;
	}
	x->work += len;
	return len;
}

/* --- attributes --------------------------------------------------------- */

/* Between names of attributes; = and > are both of them. */
#define BETWEEN (HTML_NAME_END | HTML_TAG_STOP)

/* The value at i, after =; returns the offset after it. */
static size_t
read_value(const char *s, size_t i, size_t len, struct html_value *v)
{
	const char *end;

	while (i < len && html_is(s[i], HTML_WHITE))
		i++;
	if (i < len && (s[i] == '"' || s[i] == '\'')) {
		end = memchr(s + i + 1, s[i], len - i - 1);
		i++;
		if (end != NULL) {
			v->s = s + i;
			v->n = (size_t)(end - v->s);
			return i + v->n + 1;
		}
	}
	v->s = s + i;
	while (i < len && !html_is(s[i], HTML_WHITE))
		i++;
	v->n = (size_t)(s + i - v->s);
	return i;
}

/* Is the name of n bytes at s that one, which has small letters only? */
static bool
is_named(const char *s, size_t n, const char *name)
{
	for (; n > 0 && (*s | 32) == *name; n--) {
		s++;
		name++;
	}
	return n == 0 && *name == '\0';
}

bool
html_attr(struct html_scan *x, const struct html_tag *tag, const char *name,
    struct html_value *v)
{
	const char *s = tag->s;
	/* without its > */
	size_t len = tag->len - (s[tag->len - 1] == '>'), i = tag->attrs, from,
	       n;

	if (i >= len)
		return false;
	x->work += len;
	while (i < len) {
		while (i < len && html_is(s[i], BETWEEN))
			i++;
		for (from = i; i < len && !html_is(s[i], BETWEEN);)
			i++;
		n = i - from;
		while (i < len && html_is(s[i], HTML_WHITE))
			i++;
		v->s = s + i;
		v->n = 0;
		if (i < len && s[i] == '=')
			i = read_value(s, i + 1, len, v);
		if (is_named(s + from, n, name))
			return true;
	}
	return false;
}

bool
html_style(const struct html_value *v, const char *declaration)
{
	size_t i, j, k;

	for (i = 0; i < v->n; i++) {
		/* white space begins no match, so this is linear */
		if ((v->s[i] | 32) != declaration[0])
			continue;
		for (j = i + 1, k = 1; j < v->n && declaration[k] != '\0';
		     j++) {
			if (str_is_white(v->s[j]))
				continue;
			if (str_lower_char(v->s[j]) != declaration[k])
				break;
			k++;
		}
		if (declaration[k] == '\0')
			return true;
	}
	return false;
}
