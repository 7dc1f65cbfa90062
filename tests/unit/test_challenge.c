/*
 * test_challenge.c - the schemes that an answer offers, and the token that came
 * with one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/challenge.h"

static const struct {
	const char *challenges, *list;
	const char *token; /* NTLM's; NULL: none */
} rows[] = {
	{ "", "", NULL },
	{ "NTLM\n", "NTLM", NULL },
	{ "NTLM \n", "NTLM", NULL },
	{ "NTLM TlRM\n", "NTLM", "TlRM" },
	{ "ntlm \t TlRM==\n", "ntlm", "TlRM==" },
	{ "Negotiate YII=\nNTLM TlR/+A==\n", "Negotiate, NTLM", "TlR/+A==" },
	{ "Negotiate, NTLM TlRM, Basic realm=\"x\"\n", "Negotiate, NTLM, Basic",
	    "TlRM" },
	/* the first has none, the second has */
	{ "NTLM\nNTLM TlRM\n", "NTLM, NTLM", "TlRM" },
	/* in a quoted text, as a parameter, and in a longer name */
	{ "Basic realm=\"a, NTLM TlRM\"\n", "Basic", NULL },
	{ "Basic NTLM=TlRM\n", "Basic", NULL },
	{ "NTLMv2 TlRM\nXNTLM TlRM\n", "NTLMv2, XNTLM", NULL },
	/* that of the next line is another scheme's */
	{ "NTLM\nTlRM\n", "NTLM, TlRM", NULL },
	{ "NTLM ,TlRM\n", "NTLM, TlRM", NULL },
};

static void
read_challenges(void **state)
{
	char list[100], token[100];
	const char *s;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		challenge_list(rows[i].challenges, list, sizeof(list));
		if (strcmp(list, rows[i].list) != 0)
			fail_msg("%zu: %s", i, list);
		s = challenge_token(rows[i].challenges, "NTLM", &n);
		if (s == NULL) {
			assert_int_equal(n, 0);
			if (rows[i].token != NULL)
				fail_msg("%zu: none", i);
			continue;
		}
		snprintf(token, sizeof(token), "%.*s", (int)n, s);
		if (rows[i].token == NULL || strcmp(token, rows[i].token) != 0)
			fail_msg("%zu: %s", i, token);
	}
}

/* A list that is longer than its room, and names that are long. */
static void
no_room(void **state)
{
	char list[12], name[200], all[60];

	(void)state;
	challenge_list("Negotiate\nNTLM\nBasic\n", list, sizeof(list));
	assert_string_equal(list, "Negotiate, ");
	challenge_list("Negotiate\n", list, 1);
	assert_string_equal(list, "");
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	challenge_list(name, all, sizeof(all));
	assert_int_equal(strlen(all), 40);
}

int
main(void)
{
	static const struct CMUnitTest group[] = {
		cmocka_unit_test(read_challenges),
		cmocka_unit_test(no_room),
	};

	return cmocka_run_group_tests(group, NULL, NULL);
}
