/*
 * bearer.c - what a server says about tokens.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "auth/bearer.h"
#include "base/str.h"
#include "net/challenge.h"

/* The end of the line, outside of quotes, or of the string. */
static const char *
end_of_line(const char *s)
{
	return s + strcspn(s, "\n");
}

/* The parameters of the first Bearer challenge; NULL: there is none. */
static const char *
find_bearer(const char *challenge)
{
	const char *p = challenge, *scheme;
	size_t n;

	while ((n = challenge_next(&p, &scheme)) > 0)
		if (n == 6 && strncasecmp(scheme, "Bearer", 6) == 0)
			return scheme + 6;
	return NULL;
}

/* The parameter's name stands at s, and is a name of its own. */
static bool
is_param_name(const char *from, const char *s, const char *name, size_t n)
{
	return strncasecmp(s, name, n) == 0 &&
	       (s == from || strchr(", \t", s[-1]) != NULL) &&
	       s[n + strspn(s + n, " \t")] == '=';
}

bool
bearer_param(const char *challenge, const char *name, char *out, size_t size)
{
	const char *s = find_bearer(challenge), *end, *from = s;
	size_t n = strlen(name), len;

	out[0] = '\0';
	if (s == NULL)
		return false;
	for (end = end_of_line(s); s < end; s++) {
		if (*s == '"') { /* a value: nothing in it is a name */
			for (s++; s < end && *s != '"'; s++)
				if (*s == '\\' && s + 1 < end)
					s++;
			continue;
		}
		if (!is_param_name(from, s, name, n))
			continue;
		s += n + strspn(s + n, " \t") + 1;
		s += strspn(s, " \t");
		len = *s == '"' ? strcspn(++s, "\"\n") : strcspn(s, ", \t\n");
		str_printable(out, size, s, len);
		return true;
	}
	return false;
}

bool
bearer_is_modern(const char *challenge)
{
	char uri[16];

	return bearer_param(challenge, "authorization_uri", uri, sizeof(uri)) &&
	       uri[0] != '\0';
}

const char *
bearer_hint(const char *challenge)
{
	return bearer_is_modern(challenge)
		   ? "; the server has modern authentication (OAuth 2.0): "
		     "write auth = oauth"
		   : "";
}

void
bearer_diagnose(const char *value, struct err *e)
{
	static const struct {
		const char *number, *what;
	} known[] = {
		{ "2000000", "its signature is not valid: the server does not "
			     "know the token service's keys (Get-AuthServer)" },
		{ "2000001", "the server cannot read it" },
		{ "2000002", "it has expired: set the clocks right" },
		{ "2000003", "it is for another server: scope must name this "
			     "one as it knows itself, https:// too where TLS "
			     "ends in front of it" },
		{ "2000004", "it is of another tenant: check tenant_id" },
		{ "2000005", "its user has no mailbox here: log in with "
			     "another account" },
		{ "2000006", "the server does not know the application: check "
			     "client_id and its permission full_access_as_app "
			     "(or EWS.AccessAsUser.All)" },
		{ "2000007", "the server has a fault of its own" },
		{ "2000008", "what it grants is not enough: check the "
			     "permissions of the app registration" },
	};
	size_t i, at = strlen(e->msg);
	char text[200];

	str_printable(text, sizeof(text), value, strlen(value));
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strncmp(value, known[i].number, 7) == 0)
			break;
	if (i < sizeof(known) / sizeof(known[0]))
		snprintf(e->msg + at, sizeof(e->msg) - at,
		    "; of the token the server says: %s (%s)", known[i].what,
		    text);
	else
		snprintf(e->msg + at, sizeof(e->msg) - at,
		    "; of the token the server says: %s", text);
}
