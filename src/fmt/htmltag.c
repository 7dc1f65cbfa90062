/*
 * htmltag.c - tags, comments and attributes of HTML.
 * 1. No byte is searched twice for the same thing: a search that fails ends the
 *    reading, or cannot come again, and one that does not is the length of what
 *    is returned.
 */
#include <string.h>

#include "base/str.h"
#include "fmt/htmltag.h"

static bool
is_letter(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static bool
ends_name(char c)
{
	return str_is_white(c) || c == '\f' || c == '/' || c == '>';
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

/* The offset after the > of the tag whose name ends at that offset. */
static size_t
tag_end(struct html_scan *x, size_t at)
{
	bool value = false; /* a = came last */
	size_t after;
	char c;

	while (at < x->len) {
		c = x->s[at];
		if (c == '>')
			return at + 1;
		if (value && (c == '"' || c == '\'') &&
		    (after = skip_quoted(x, at)) != 0) {
			at = after;
			value = false;
			continue;
		}
		if (!str_is_white(c))
			value = c == '=';
		at++;
	}
	return at;
}

size_t
html_markup(struct html_scan *x, size_t at, struct html_tag *tag)
{
	const char *s = x->s + at;
	size_t len = x->len - at, i, n = 0;

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
		for (; i < len && !ends_name(s[i]); i++) {
			if (n + 1 < sizeof(tag->name))
				tag->name[n] = str_lower_char(s[i]);
			n++;
		}
		tag->name[n < sizeof(tag->name) ? n : 0] = '\0';
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
		    str_ieqn(p + 2, name, n) && ends_name(p[n + 2])) {
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

/* The value at i, after =; returns the offset after it. */
static size_t
read_value(const char *s, size_t i, size_t len, struct html_value *v)
{
	const char *end;

	while (i < len && str_is_white(s[i]))
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
	while (i < len && !str_is_white(s[i]))
		i++;
	v->n = (size_t)(s + i - v->s);
	return i;
}

bool
html_attr(struct html_scan *x, const struct html_tag *tag, const char *name,
    struct html_value *v)
{
	const char *s = tag->s;
	/* without its > */
	size_t len = tag->len - (s[tag->len - 1] == '>'), i = 1, n, from;

	x->work += len;
	while (i < len && !ends_name(s[i]))
		i++;
	while (i < len) {
		while (i < len && (ends_name(s[i]) || s[i] == '='))
			i++;
		for (from = i; i < len && !ends_name(s[i]) && s[i] != '=';)
			i++;
		n = i - from;
		while (i < len && str_is_white(s[i]))
			i++;
		v->s = s + i;
		v->n = 0;
		if (i < len && s[i] == '=')
			i = read_value(s, i + 1, len, v);
		if (n == strlen(name) && str_ieqn(s + from, name, n))
			return true;
	}
	return false;
}

bool
html_style(const struct html_value *v, const char *declaration)
{
	size_t i, j, k;

	for (i = 0; i < v->n; i++) {
		for (j = i, k = 0; j < v->n && declaration[k] != '\0'; j++) {
			/* white space begins no match, so this is linear */
			if (str_is_white(v->s[j]) && k > 0)
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
