/*
 * str.c - small string helpers.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"

static bool
is_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	       (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff);
}

size_t
str_printable(char *out, size_t size, const char *s, size_t len)
{
	size_t i = 0, o = 0, mark = 0;

	if (size == 0)
		return 0;
	while (i < len) {
		uint32_t c;
		size_t n = utf8_next(s + i, len - i, &c);
		bool bad = n == 0 || is_unsafe(c);
		size_t w = bad ? 1 : n;

		if (o + w >= size) {
			/* cut where "..." still fits */
			o = size > 4 ? mark : 0;
			memcpy(out + o, "...", size > 4 ? 3 : 0);
			o += size > 4 ? 3 : 0;
			break;
		}
		if (bad)
			out[o] = '?';
		else
			memcpy(out + o, s + i, n);
		o += w;
		i += n == 0 ? 1 : n;
		if (o + 4 <= size)
			mark = o;
	}
	out[o] = '\0';
	return o;
}

bool
str_ieqn(const char *a, const char *b, size_t n)
{
	for (; n > 0; a++, b++, n--) {
		if (str_lower_char(*a) != str_lower_char(*b))
			return false;
		if (*a == '\0')
			return true;
	}
	return true;
}

bool
str_ieq(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return str_ieqn(a, b, (size_t)-1);
}

bool
str_eq(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

char *
str_lower(char *s)
{
	char *p;

	for (p = s; *p != '\0'; p++)
		*p = str_lower_char(*p);
	return s;
}

char *
str_trim(char *s)
{
	size_t n;

	s += strspn(s, STR_WHITE);
	for (n = strlen(s); n > 0 && str_is_white(s[n - 1]); n--)
		;
	s[n] = '\0';
	return s;
}

bool
str_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && strcmp(s + n - m, suffix) == 0;
}

bool
str_int(const char *s, int64_t lo, int64_t hi, int64_t *out)
{
	char *end;
	long long v;

	if (*s != '-' && (*s < '0' || *s > '9'))
		return false;
	errno = 0;
	v = strtoll(s, &end, 10);
	if (errno != 0 || *end != '\0' || v < lo || v > hi)
		return false;
	*out = v;
	return true;
}

int
str_which(const char *s, const char *const *list, int n)
{
	int i = 0;

	while (i < n - 1 && !str_eq(s, list[i]))
		i++;
	return i;
}

const char *
str_nn(const char *s)
{
	return s == NULL ? "" : s;
}
