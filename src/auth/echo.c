/*
 * echo.c - does a service say again what it was told in confidence?
 */
#include <stddef.h>
#include <string.h>

#include "auth/echo.h"
#include "base/enc.h"
#include "base/mem.h"

/* Characters of a secret that are looked for: a text may be cut behind them. */
#define LEAST 4
#define MOST  8

static const char *const secrets[] = {
	"client_secret=", "client_assertion=", "refresh_token=", "device_code="
};

/* The value of a field of the form; NULL: it has none. */
static const char *
find_echo_field(const char *form, const char *name)
{
	size_t n = strlen(name);

	while (form != NULL && strncmp(form, name, n) != 0)
		if ((form = strchr(form, '&')) != NULL)
			form++;
	return form == NULL ? NULL : form + n;
}

/* The beginning of the secret, encoded and not; false: it is too short. */
static bool
begin_of(const char *value, char coded[3 * MOST + 1], char plain[MOST + 1])
{
	size_t n = 0, k = 0, len;

	while (n < MOST && value[k] != '\0' && value[k] != '&') {
		len = 1;
		plain[n] = value[k];
		if (value[k] == '%' && enc_hex_digit(value[k + 1]) != -1 &&
		    enc_hex_digit(value[k + 2]) != -1) {
			plain[n] = (char)(enc_hex_digit(value[k + 1]) << 4 |
					  enc_hex_digit(value[k + 2]));
			len = 3;
		}
		memcpy(coded + k, value + k, len);
		k += len;
		n++;
	}
	coded[k] = plain[n] = '\0';
	return n >= LEAST;
}

bool
echo_has_secret(const char *text, const char *form)
{
	char coded[3 * MOST + 1], plain[MOST + 1];
	const char *value;
	bool found = false;
	size_t i;

	for (i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		value = find_echo_field(form, secrets[i]);
		if (value != NULL && begin_of(value, coded, plain))
			found = found || strstr(text, coded) != NULL ||
				strstr(text, plain) != NULL;
	}
	mem_wipe(coded, sizeof(coded));
	mem_wipe(plain, sizeof(plain));
	return found;
}
