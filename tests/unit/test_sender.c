/*
 * test_sender.c - the sender's address from a header block.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "ews/sender.h"

static const struct {
	const char *block, *address; /* of From; NULL: none */
} blocks[] = {
	{ "From: olga@x.example\r\n", "olga@x.example" },
	{ "from : olga@x.example", "olga@x.example" },
	{ "To: a@x.example\r\nFROM:Olga <olga@x.example>\r\nX: y\r\n",
	    "olga@x.example" },
	{ "From: \"Old, Olga <x@y.example>\" <olga@x.example>\r\n",
	    "olga@x.example" },
	{ "From: \"a \\\" b\" <olga@x.example>\n", "olga@x.example" },
	{ "From: olga@x.example (Olga, (of) Sales\\))\r\n", "olga@x.example" },
	{ "From: =?utf-8?Q?Olga?=\r\n <olga@x.example>\r\n", "olga@x.example" },
	{ "From: Olga\r\n\t<olga@x.example>", "olga@x.example" },
	{ "From: \"o l\"@x.example\r\n", "\"o l\"@x.example" },
	{ "From: Sales: olga@x.example;\r\n", "olga@x.example" },
	{ "From: , Olga <olga@x.example>,\r\n", "olga@x.example" },
	/* not clear, or none */
	{ "From: olga@x.example, otto@x.example\r\n", NULL },
	{ "From: Olga <olga@x.example>, Otto\r\n", NULL },
	{ "From: olga@x.example\r\nFrom: otto@x.example\r\n", NULL },
	{ "From: Olga\r\n", NULL },
	{ "From: <>\r\n", NULL },
	{ "From:\r\n", NULL },
	{ "From: undisclosed:;\r\n", NULL },
	{ "From: Olga <olga@x.example\r\n", "olga@x.example" },
	{ "From: \"Olga <olga@x.example>\r\n", NULL },
	{ "From: (olga@x.example\r\n", NULL },
	{ "From: IMCEAEX-_O=ORG_OU=A_CN=OLGA@x.example\r\n", NULL },
	{ "From: /o=Org/ou=A/cn=olga\r\n", NULL },
	{ "X-From: olga@x.example\r\nFrom\r\nFromage: b@x.example\r\n", NULL },
	{ "Subject: a\r\n From: olga@x.example\r\n", NULL },
	/* the block ends at an empty line */
	{ "Subject: a\r\n\r\nFrom: olga@x.example\r\n", NULL },
	{ "Subject: a\n\nFrom: olga@x.example\n", NULL },
	{ "", NULL },
	{ NULL, NULL },
};

static void
addresses(void **state)
{
	char out[768], *own;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		/* its end is where a reader that goes on is found out */
		own = mem_strdup(blocks[i].block);
		if (sender_address(own, "From", out, sizeof(out)) !=
			(blocks[i].address != NULL) ||
		    (blocks[i].address != NULL &&
			strcmp(out, blocks[i].address) != 0))
			fail_msg("%s: %s", blocks[i].block, out);
		free(own);
	}
}

static void
too_long(void **state)
{
	char *block = malloc(100000), out[768];

	(void)state;
	memset(block, 'x', 99999);
	memcpy(block, "From: ", 6);
	strcpy(block + 99980, "<a@x.example>");
	assert_false(sender_address(block, "From", out, sizeof(out)));
	memcpy(block + 2000, "<a@x.example>\n", 15);
	assert_true(sender_address(block, "From", out, sizeof(out)));
	memset(block + 6, 'y', 1000);
	strcpy(block + 1006, "@x.example");
	assert_false(sender_address(block, "From", out, sizeof(out)));
	free(block);
}

static void
add(struct message *m, enum role role, const char *raw)
{
	struct address *a = message_address(m);

	a->role = role;
	a->raw = raw;
}

/* Addresses in their order, "-" for none. */
static void
filled(const char *block, const char *sender, const char *want)
{
	struct message *m = message_new(0);
	char got[200] = "";
	size_t i;

	add(m, ROLE_FROM, "/o=Org/cn=Olga");
	add(m, ROLE_SENDER, sender);
	add(m, ROLE_TO, "/o=Org/cn=Otto");
	add(m, ROLE_CC, "/O=ORG/CN=OLGA");
	add(m, ROLE_REPLY_TO, "+49 1");
	sender_from_block(m, block);
	for (i = 0; i < m->naddr; i++) {
		strcat(got, i > 0 ? " " : "");
		strcat(
		    got, m->addr[i].address != NULL ? m->addr[i].address : "-");
	}
	assert_string_equal(got, want);
	message_free(m);
}

static void
people(void **state)
{
	(void)state;
	filled("From: o@x.example\n", "/o=Org/cn=Olga",
	    "o@x.example o@x.example - o@x.example -");
	filled("From: o@x.example\n", "/o=Org/cn=Olaf",
	    "o@x.example - - o@x.example -");
	filled("From: o@x.example\nSender: f@x.example\n", "/o=Org/cn=Olaf",
	    "o@x.example f@x.example - o@x.example -");
	filled(
	    "Sender: f@x.example\n", "/o=Org/cn=Olaf", "- f@x.example - - -");
	filled(NULL, "/o=Org/cn=Olaf", "- - - - -");
}

int
main(void)
{
	static const struct CMUnitTest group[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(too_long),
		cmocka_unit_test(people),
	};

	return cmocka_run_group_tests(group, NULL, NULL);
}
