/*
 * challenge.c - which logins an answer offers.
 */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "net/challenge.h"
#include "net/head.h"

void
challenge_collect(const struct buf *head, const char *name, struct buf *out)
{
	const char *v;
	size_t len;
	int nth;

	buf_reset(out);
	for (nth = 0; (v = head_find(head, name, nth, &len)) != NULL; nth++) {
		buf_add(out, v, len);
		buf_addc(out, '\n');
	}
}

/* A token that is followed by = is a parameter. */
size_t
challenge_next(const char **p, const char **scheme)
{
	const char *s = *p;
	bool found = false, quoted;
	size_t n = 0;

	while (!found && *(s += strspn(s, ", \t\n")) != '\0') {
		*scheme = s;
		n = strcspn(s, ", \t\n=\"");
		found = n > 0 && s[n + strspn(s + n, " \t")] != '=';
		for (quoted = false; *s != '\0' && *s != '\n'; s++) {
			if (*s == ',' && !quoted)
				break;
			if (*s == '\\' && s[1] != '\0' && s[1] != '\n')
				s++;
			else if (*s == '"')
				quoted = !quoted;
		}
	}
	*p = s;
	return found ? n : 0;
}

void
challenge_list(const char *challenges, char *out, size_t size)
{
	size_t at = 0, n;
	const char *s;

	out[0] = '\0';
	while (at + 1 < size && (n = challenge_next(&challenges, &s)) > 0)
		at += (size_t)snprintf(out + at, size - at, "%s%.*s",
		    at > 0 ? ", " : "", n > 40 ? 40 : (int)n, s);
}

const char *
challenge_token(const char *challenges, const char *scheme, size_t *len)
{
	size_t n, want = strlen(scheme);
	const char *s;

	while ((n = challenge_next(&challenges, &s)) > 0) {
		if (n != want || !str_ieqn(s, scheme, n))
			continue;
		s += n;
		s += strspn(s, " \t");
		*len = strcspn(s, ", \t\n\"");
		if (*len > 0)
			return s;
	}
	*len = 0;
	return NULL;
}

bool
challenge_offers(const char *challenges, const char *scheme)
{
	size_t n, len = strlen(scheme);
	const char *s;

	while ((n = challenge_next(&challenges, &s)) > 0)
		if (n == len && str_ieqn(s, scheme, len))
			return true;
	return false;
}
