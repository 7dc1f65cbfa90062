/*
 * loginoption.c - the options about logins.
 */
#include "login/loginoption.h"

#include <stdlib.h>
#include <string.h>

struct login_option login_option = { .token_seconds = 3599,
	.refresh_seconds = 90 * 86400L,
	.device_seconds = 900,
	.device_interval = 5,
	.old_refresh = 86400 };

static bool
set_text(const char *name, size_t n, const char *value)
{
	static const char *const POLICY[] = { "none", "disabled", "blocked" };
	int i;

	if (strncmp(name, "audience", n) == 0) {
		free(login_option.audience);
		login_option.audience = *value != 0 ? sb_xstrdup(value) : NULL;
		return true;
	}
	for (i = 0; strncmp(name, "ews_policy", n) == 0 && i < 3; i++)
		if (strcmp(POLICY[i], value) == 0) {
			login_option.policy = (enum ews_policy)i;
			return true;
		}
	return false;
}

bool
login_option_set(const char *word)
{
	const struct {
		const char *name;
		long *value;
	} number[] = {
		{ "token_seconds", &login_option.token_seconds },
		{ "refresh_seconds", &login_option.refresh_seconds },
		{ "device_seconds", &login_option.device_seconds },
		{ "device_interval", &login_option.device_interval },
		{ "old_refresh", &login_option.old_refresh },
	};
	const char *value = strchr(word, '=');
	char *end;
	size_t i, n;
	long v;

	if (value == NULL)
		return false;
	n = (size_t)(value++ - word);
	v = strtol(value, &end, 10);
	if (strncmp(word, "lockout=", n + 1) == 0 && *end == 0 && v >= 0) {
		world.lockout = (unsigned)v;
		return true;
	}
	if (strncmp(word, "lockout_seconds=", n + 1) == 0 && *end == 0) {
		world.lockout_seconds = v;
		return true;
	}
	for (i = 0; i < sizeof(number) / sizeof(number[0]); i++)
		if (strlen(number[i].name) == n &&
		    strncmp(word, number[i].name, n) == 0 && end != value &&
		    *end == 0) {
			*number[i].value = v;
			return true;
		}
	return (n == 8 || n == 10) && set_text(word, n, value);
}

void
login_option_free(void)
{
	free(login_option.audience);
	login_option.audience = NULL;
}
