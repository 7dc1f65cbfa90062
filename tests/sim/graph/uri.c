/*
 * uri.c - splits and decodes a target.
 */
#include "graph/uri.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* NULL: no text that way. plus: a plus sign is a space. */
static char *
uri_decode(const char *text, size_t n, bool plus)
{
	struct sb b = { 0 };
	size_t i;
	int high, low;

	sb_str(&b, "");
	for (i = 0; i < n; i++) {
		if (text[i] != '%') {
			sb_ch(&b, plus && text[i] == '+' ? ' ' : text[i]);
			continue;
		}
		high = i + 2 < n ? hex_digit(text[i + 1]) : -1;
		low = high >= 0 ? hex_digit(text[i + 2]) : -1;
		if (low < 0 || high * 16 + low == 0) {
			sb_free(&b);
			return NULL;
		}
		sb_ch(&b, (char)(high * 16 + low));
		i += 2;
	}
	return b.p;
}

static const char *
read_segments(struct uri *u, const char *path, size_t len)
{
	const char *end = path + len;
	char *text;
	size_t n;

	while (path < end) {
		path += *path == '/';
		n = 0;
		while (path + n < end && path[n] != '/')
			n++;
		if (n == 0 && path == end)
			break;
		text = n > 0 ? uri_decode(path, n, false) : NULL;
		if (text == NULL)
			return "Resource not found for the segment ''.";
		path += n;
		if (u->version == NULL) {
			u->version = text;
		} else if (u->n == URI_SEGMENTS) {
			free(text);
			return "The path is too long.";
		} else {
			u->segment[u->n++] = text;
		}
	}
	return u->version != NULL ? NULL : "Invalid version.";
}

/* Graph takes system options with and without their $. */
static const char *
read_option(struct uri *u, const char *text, size_t n)
{
	const char *eq = memchr(text, '=', n);
	size_t len = eq != NULL ? (size_t)(eq - text) : n;
	char *name = uri_decode(text, len, true), *p;
	char *value =
	    eq != NULL ? uri_decode(eq + 1, n - len - 1, true) : sb_xstrdup("");

	if (name != NULL)
		memmove(name, name + (*name == '$'),
		    strlen(name) + 1 - (*name == '$'));
	for (p = name; p != NULL && *p != 0; p++)
		*p = (char)tolower((unsigned char)*p);
	if (name == NULL || value == NULL || u->n_options == URI_OPTIONS ||
	    uri_option(u, name) != NULL) {
		free(name);
		free(value);
		return "The query string is malformed, or an option is given "
		       "more than once.";
	}
	u->option[u->n_options].name = name;
	u->option[u->n_options++].value = value;
	return NULL;
}

const char *
uri_read(struct uri *u, const char *target)
{
	size_t n = strcspn(target, "?");
	const char *wrong = read_segments(u, target, n), *p;

	for (p = target + n; wrong == NULL && *p != 0; p += n) {
		p++;
		n = strcspn(p, "&");
		if (n > 0)
			wrong = read_option(u, p, n);
	}
	return wrong;
}

void
uri_free(struct uri *u)
{
	int i;

	for (i = 0; i < u->n; i++)
		free(u->segment[i]);
	for (i = 0; i < u->n_options; i++) {
		free(u->option[i].name);
		free(u->option[i].value);
	}
	free(u->version);
	*u = (struct uri){ 0 };
}

const char *
uri_option(const struct uri *u, const char *name)
{
	int i;

	for (i = 0; i < u->n_options; i++)
		if (strcmp(u->option[i].name, name) == 0)
			return u->option[i].value;
	return NULL;
}

const char *
uri_unknown(const struct uri *u, const char *names)
{
	const char *p;
	size_t n;
	int i;

	for (i = 0; i < u->n_options; i++) {
		for (p = names; *p != 0; p += n + (p[n] == ' ')) {
			n = strcspn(p, " ");
			if (strlen(u->option[i].name) == n &&
			    strncmp(p, u->option[i].name, n) == 0)
				break;
		}
		if (*p == 0)
			return u->option[i].name;
	}
	return NULL;
}

bool
uri_is(const struct uri *u, int i, const char *word)
{
	return i < u->n && strcasecmp(u->segment[i], word) == 0;
}

void
uri_name(struct sb *b, const char *name)
{
	static const char *const OWN[] = { "changeType",
		"includeHiddenFolders" };
	size_t i;

	for (i = 0; i < sizeof(OWN) / sizeof(OWN[0]); i++)
		if (strcasecmp(OWN[i], name) == 0) {
			sb_fmt(b, "%s=", OWN[i]);
			return;
		}
	sb_fmt(b, "%%24%s=", name);
}

void
uri_code(struct sb *b, const char *text)
{
	for (; *text != 0; text++)
		if (isalnum((unsigned char)*text) || strchr("-._~", *text))
			sb_ch(b, *text);
		else
			sb_fmt(b, "%%%02X", (unsigned char)*text);
}
