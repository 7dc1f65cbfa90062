/*
 * fuzz_ini.c - the INI file from memory: every error is a line "NAME:LINE:
 * what"; an accepted INI can be printed, and the print is accepted and prints
 * the same.
 */
#include "base/buf.h"
#include "base/utf8.h"
#include "conf/conf.h"
#include "ews/keys.h"
#include "conf/confkeys.h"
#include "fuzz.h"

#define NAME "/tmp/exsync-fuzz/f.ini"

/* Has it a key that would open a file of this machine, or wait for one? */
static bool
touches_files(const char *s)
{
	static const char *const keys[] = { "users", "contacts", "ca_file",
		"password_file", "database" };
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcasestr(s, keys[i]) != NULL && strstr(s, "/") != NULL)
			return true;
	return false;
}

static void
errors(const char *s, size_t n)
{
	const char *lf, *end = s + n;
	char *line;

	for (; s < end; s = lf + 1) {
		lf = memchr(s, '\n', (size_t)(end - s));
		FUZZ_CHECK(lf != NULL);
		line = fuzz_string((const uint8_t *)s, (size_t)(lf - s));
		FUZZ_CHECK(strncmp(line, NAME ":", sizeof(NAME)) == 0);
		fuzz_printable(line);
		free(line);
	}
}

static char *
printed(const struct conf *c, size_t *n)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, n);

	FUZZ_CHECK(f != NULL);
	conf_print(c, f);
	fclose(f);
	return text;
}

static struct conf *
load(const char *data, size_t size)
{
	char *errs = NULL;
	size_t n;
	FILE *f = open_memstream(&errs, &n);
	struct conf *c;

	FUZZ_CHECK(f != NULL);
	confkeys_add(&ews_keys);
	c = conf_read(NAME, data, size, f);
	fclose(f);
	FUZZ_CHECK((c == NULL) == (n > 0));
	errors(errs, n);
	free(errs);
	return c;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = fuzz_string(data, size), *one, *two;
	struct conf *c, *d;
	size_t n, k;

	if (touches_files(copy) || (c = load(copy, size)) == NULL) {
		free(copy);
		return 0;
	}
	one = printed(c, &n);
	FUZZ_CHECK(utf8_valid(one, n));
	/* "(set)" stands for secrets, so only what has none comes back */
	if (strstr(one, "(set)") == NULL) {
		d = load(one, n);
		FUZZ_CHECK(d != NULL);
		two = printed(d, &k);
		FUZZ_CHECK(k == n && memcmp(one, two, n) == 0);
		free(two);
		conf_free(d);
	}
	free(one);
	conf_free(c);
	free(copy);
	return 0;
}
