/*
 * smalljson.c - a recursive reader that goes no deeper than DEPTH.
 */
#include "base/smalljson.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH 8

static const char *value_end(const char *p, int depth);

static const char *
skip_space(const char *p)
{
	return p + strspn(p, " \t\r\n");
}

static const char *
string_end(const char *p)
{
	if (*p != '"')
		return NULL;
	for (p++; *p != '"'; p++) {
		if ((unsigned char)*p < 0x20)
			return NULL;
		if (*p != '\\')
			continue;
		p++;
		if (*p == 'u') {
			if (strspn(p + 1, "0123456789abcdefABCDEF") < 4)
				return NULL;
			p += 4;
		} else if (*p == 0 || strchr("\"\\/bfnrt", *p) == NULL) {
			return NULL;
		}
	}
	return p + 1;
}

static const char *
number_end(const char *p)
{
	size_t n;

	p += *p == '-';
	n = strspn(p, "0123456789");
	if (n == 0 || (n > 1 && *p == '0'))
		return NULL;
	p += n;
	if (*p == '.') {
		n = strspn(p + 1, "0123456789");
		if (n == 0)
			return NULL;
		p += 1 + n;
	}
	if (*p == 'e' || *p == 'E') {
		p += 1 + (p[1] == '+' || p[1] == '-');
		n = strspn(p, "0123456789");
		if (n == 0)
			return NULL;
		p += n;
	}
	return p;
}

/* From the opening bracket to behind the closing one. */
static const char *
group_end(const char *p, int depth)
{
	char close = *p == '{' ? '}' : ']';

	p = skip_space(p + 1);
	if (*p == close)
		return p + 1;
	for (;;) {
		if (close == '}') {
			p = string_end(p);
			if (p == NULL || *(p = skip_space(p)) != ':')
				return NULL;
			p = skip_space(p + 1);
		}
		p = value_end(p, depth + 1);
		if (p == NULL)
			return NULL;
		p = skip_space(p);
		if (*p == close)
			return p + 1;
		if (*p != ',')
			return NULL;
		p = skip_space(p + 1);
	}
}

static const char *
value_end(const char *p, int depth)
{
	if (depth > DEPTH)
		return NULL;
	if (*p == '"')
		return string_end(p);
	if (*p == '{' || *p == '[')
		return group_end(p, depth);
	if (strncmp(p, "true", 4) == 0 || strncmp(p, "null", 4) == 0)
		return p + 4;
	if (strncmp(p, "false", 5) == 0)
		return p + 5;
	return number_end(p);
}

/*
 * Goes on to the next member: where its name and its value begin. False
 * behind the last. *at is the object's text at first.
 */
static bool
next_member(const char **at, const char **name, const char **value)
{
	const char *p = skip_space(*at);

	if (*p == '{' || *p == ',')
		p = skip_space(p + 1);
	if (*p != '"')
		return false;
	*name = p;
	p = string_end(p);
	if (p == NULL)
		return false;
	*value = skip_space(skip_space(p) + 1);
	*at = value_end(*value, 1);
	return *at != NULL;
}

static bool
named(const char *member, const char *name)
{
	size_t n = strlen(name);

	return strncmp(member + 1, name, n) == 0 && member[n + 1] == '"';
}

bool
smalljson_object(const char *text, size_t n)
{
	const char *p = skip_space(text), *name, *value, *other, *at, *from;
	size_t len;

	if (strlen(text) != n || *p != '{' || (p = group_end(p, 1)) == NULL ||
	    *skip_space(p) != 0)
		return false;
	for (at = text; next_member(&at, &name, &value);) {
		len = (size_t)(string_end(name) - name);
		for (from = at; next_member(&from, &other, &value);)
			if (strncmp(name, other, len) == 0)
				return false;
	}
	return true;
}

static const char *
find(const char *text, const char *wanted)
{
	const char *name, *value;

	while (next_member(&text, &name, &value))
		if (named(name, wanted))
			return value;
	return NULL;
}

bool
smalljson_string(const char *text, const char *name, struct sb *out)
{
	const char *p = find(text, name), *end;

	if (p == NULL || *p != '"')
		return false;
	end = string_end(p) - 1;
	for (p++; p < end; p++) {
		if (*p == '\\')
			return false; /* nothing that is read here needs it */
		sb_ch(out, *p);
	}
	if (out->p == NULL)
		sb_str(out, "");
	return true;
}

bool
smalljson_integer(const char *text, const char *name, int64_t *number)
{
	const char *p = find(text, name);
	size_t n = p != NULL ? strspn(p, "-0123456789") : 0;

	if (n == 0 || n > 18 || strchr(".eE", p[n]) != NULL)
		return false;
	*number = strtoll(p, NULL, 10);
	return true;
}

void
smalljson_names(const char *text, struct sb *out)
{
	const char *name, *value, *p = text;
	bool first = true;

	SB_LIT(out, "[");
	while (next_member(&p, &name, &value)) {
		sb_str(out, first ? "" : ",");
		first = false;
		sb_add(out, name, (size_t)(string_end(name) - name));
	}
	SB_LIT(out, "]");
}
