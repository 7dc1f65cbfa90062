/*
 * principal.c - the names of an account in Active Directory.
 */
#include <string.h>

#include "base/principal.h"
#include "base/str.h"
#include "base/utf8.h"

#define UPN_MAX     1024
#define SID_PREFIX  "S-1-5-21-"
#define SID_NUMBERS 4

bool
principal_is_upn(const char *s)
{
	const char *at = strchr(s, '@');
	size_t len = strlen(s), i;

	if (at == NULL || at == s || at[1] == '\0' || strchr(at + 1, '@'))
		return false;
	for (i = 0; i < len; i++)
		if ((unsigned char)s[i] <= ' ' || s[i] == 0x7f)
			return false;
	return len <= UPN_MAX && utf8_valid(s, len);
}

/* The digits of a number of 32 bits without leading zeros; 0: it is none. */
static size_t
number_length(const char *s)
{
	size_t n = strspn(s, "0123456789");

	if (n > 10 || (n > 1 && s[0] == '0') ||
	    (n == 10 && strncmp(s, "4294967295", 10) > 0))
		return 0;
	return n;
}

bool
principal_is_sid(const char *s)
{
	size_t n;
	int i;

	if (!str_ieqn(s, SID_PREFIX, strlen(SID_PREFIX)))
		return false;
	s += strlen(SID_PREFIX);
	for (i = 0; i < SID_NUMBERS; i++) {
		if ((n = number_length(s)) == 0)
			return false;
		s += n;
		if (*s++ != (i + 1 < SID_NUMBERS ? '-' : '\0'))
			return false;
	}
	return true;
}
