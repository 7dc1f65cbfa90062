/*
 * htmlurl.c - the URL of a link.
 */
#include <stdio.h>
#include <string.h>

#include "base/entity.h"
#include "base/str.h"
#include "base/utf8.h"
#include "fmt/htmlchar.h"
#include "fmt/htmlurl.h"

/* begin has no capitals; url is as long, or ends with NUL. */
static bool
begins_url(const char *url, const char *begin)
{
	for (; *begin != '\0'; begin++, url++) {
		if (str_lower_char(*url) != *begin)
			return false;
	}
	return true;
}

/* What a reader can do nothing with, or what the text says anyway. */
static bool
is_silent(const char *url)
{
	static const char *const begins[] = { "#",
		"javascript:", "data:", "cid:", "about:", "blob:", "tel:" };
	size_t i;

	if (url[0] == '\0')
		return true;
	for (i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		if (begins_url(url, begins[i]))
			return true;
	}
	return false;
}

/* Decodes the URL into out, in one line without < and >; false: too long. */
static bool
decode_url(const struct html_value *v, char *out)
{
	size_t i, n, len = 0;
	uint32_t c;

	for (i = 0; i < v->n; i += n) {
		if (len + 4 >= HTML_URL_MAX)
			return false;
		if (html_is(v->s[i], HTML_IN_URL)) {
			out[len++] = v->s[i];
			n = 1;
			continue;
		}
		if (v->s[i] == '&')
			n = entity_decode(v->s + i, v->n - i, &c);
		else if ((n = utf8_next(v->s + i, v->n - i, &c)) == 0) {
			c = 0xfffd;
			n = 1;
		}
		if (c == '<' || c == '>' || (c == ' ' && len > 0))
			len += (size_t)sprintf(out + len, "%%%02X", (int)c);
		else if (!html_special(c))
			len += utf8_put(out + len, c);
	}
	out[len] = '\0';
	while (len >= 3 && strcmp(out + len - 3, "%20") == 0)
		out[len -= 3] = '\0';
	return true;
}

/* What is left of a URL when what people leave out is left out. */
static size_t
bare_url(const char **s, size_t n)
{
	static const char *const begins[] = { "http://", "https://",
		"mailto:" };
	size_t i, k;

	for (i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		k = strlen(begins[i]);
		if (n >= k && begins_url(*s, begins[i])) {
			*s += k;
			n -= k;
			break;
		}
	}
	return n > 0 && (*s)[n - 1] == '/' ? n - 1 : n;
}

bool
html_url(const struct html_value *v, char out[HTML_URL_MAX])
{
	char *q;

	if (!decode_url(v, out) || is_silent(out))
		return false;
	if (begins_url(out, "mailto:")) {
		memmove(out, out + 7, strlen(out + 7) + 1);
		if ((q = strchr(out, '?')) != NULL)
			*q = '\0';
	}
	return out[0] != '\0';
}

bool
html_url_said(const char *url, const char *text, size_t n)
{
	size_t a = bare_url(&text, n), b = bare_url(&url, strlen(url));

	return a == b && str_ieqn(text, url, a);
}
