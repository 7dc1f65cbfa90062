/*
 * confread.h - for tests: an INI from memory, and what is said of it. The
 * test includes cmocka.h before.
 */
#ifndef TESTS_UNIT_CONFREAD_H
#define TESTS_UNIT_CONFREAD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"

#define LOGIN "username = svc\npassword_env = T_PW\n"
#define HQ    "[profile hq]\nserver = h.example\n" LOGIN "domains = a.example\n"
#define BOX   "[mailbox s]\naddress = s@a.example\nprofile = hq\n"

/* What reading the text says, in *errs (the caller's). */
static inline struct conf *
read_text(const char *text, size_t len, char **errs)
{
	size_t size;
	FILE *f = open_memstream(errs, &size);
	struct conf *c = conf_read("t.ini", text, len, f);

	fclose(f);
	return c;
}

static inline struct conf *
read_good(const char *text)
{
	char *errs;
	struct conf *c = read_text(text, strlen(text), &errs);

	assert_string_equal(errs, "");
	assert_non_null(c);
	free(errs);
	return c;
}

static inline void
check_bad(const char *text, const char *want)
{
	char *errs;
	struct conf *c = read_text(text, strlen(text), &errs);

	assert_null(c);
	if (strcmp(errs, want) != 0)
		print_message("--- of:\n%s\n", text);
	assert_string_equal(errs, want);
	free(errs);
}

#endif
