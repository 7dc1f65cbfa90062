/*
 * test_select.c - which folders are read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sync/select.h"

#define MAIL(i, up, where, known)                                              \
	{                                                                      \
		.id = (i), .parent_id = (up), .path = (where),                 \
		.well_known = (known), .kind = FOLDER_MAIL, .total = 1         \
	}

static struct folder folders[] = {
	MAIL("1", "0", "Inbox", "inbox"),
	MAIL("2", "1", "Inbox/News", NULL),
	MAIL("3", "2", "Inbox/News/Old", NULL),
	MAIL("4", "0", "Gesendet", "sentitems"),
	MAIL("5", "0", "Papierkorb", "deleteditems"),
	MAIL("6", "5", "Papierkorb/Alt", NULL),
	{ .id = "7",
	    .parent_id = "0",
	    .path = "Kalender",
	    .well_known = "calendar",
	    .kind = FOLDER_OTHER,
	    .total = 1 },
	{ .id = "8",
	    .parent_id = "0",
	    .path = "Suche",
	    .kind = FOLDER_SEARCH,
	    .total = 1 },
	MAIL("9", "0", "Entwürfe", NULL),
	MAIL("10", "0", "Junk", "junkemail"),
	{ .id = "11",
	    .parent_id = "1",
	    .path = "Inbox/Scans",
	    .kind = FOLDER_OTHER,
	    .total = 1 },
	MAIL("12", "11", "Inbox/Scans/Old", NULL),
};

/* Drafts are known from an earlier pass only. */
static struct store_folder known_folder = {
	.id = 1, .folder_id = "9", .path = "Entwürfe", .well_known = "drafts"
};

static void
check(const char *folders_key, const char *skip_key, const char *want)
{
	struct folder_list list = { { NULL, 0, 0 }, folders,
		sizeof(folders) / sizeof(folders[0]) };
	struct store_folders known = { { NULL, 0, 0 }, &known_folder, 1 };
	struct conf_profile p;
	char text[2][32], *key[] = { text[0], text[1] };
	char got[64] = "";
	size_t i;

	memset(&p, 0, sizeof(p));
	if (folders_key != NULL) {
		snprintf(text[0], sizeof(text[0]), "%s", folders_key);
		p.folders.v = &key[0];
		p.folders.n = 1;
	}
	if (skip_key != NULL) {
		snprintf(text[1], sizeof(text[1]), "%s", skip_key);
		p.skip_folders.v = &key[1];
		p.skip_folders.n = 1;
	}
	for (i = 0; i < list.n; i++) {
		if (!select_folder(&p, &list, &list.v[i], &known))
			continue;
		strcat(got, list.v[i].id);
		strcat(got, " ");
	}
	assert_string_equal(got, want);
}

static void
test_default(void **state)
{
	(void)state;
	check(NULL, NULL, "1 2 3 4 12 ");
}

static void
test_skip(void **state)
{
	(void)state;
	check(NULL, "inbox/news", "1 4 12 ");
	check(NULL, "Inbox/News/*", "1 4 12 ");
	check(NULL, "@sentitems", "1 2 3 12 ");
	check(NULL, "Inbox/Ne", "1 2 3 4 12 ");
}

static void
test_folders(void **state)
{
	(void)state;
	check("@junkemail", NULL, "10 ");
	check("Inbox/*", NULL, "1 2 3 12 ");
	check("Inbox", NULL, "1 ");
	check("Inbox/*", "Inbox/News", "1 12 ");
}

/* A folder of another class: by its own name alone. */
static void
test_other_classes(void **state)
{
	(void)state;
	check("Kalender", NULL, "7 ");
	check("@calendar", NULL, "7 ");
	check("inbox/scans", NULL, "11 ");
	check("Inbox/Scans/*", NULL, "11 12 ");
	check("Inbox/Scan/*", NULL, "");
	check("Inbox/Scans", "Inbox/Scans", "");
	check("Inbox/Scans", "Inbox/*", "");
	check("Suche", NULL, "");
	check("Suche/*", NULL, "");
}

static void
test_names(void **state)
{
	struct folder_list list = { { NULL, 0, 0 }, folders,
		sizeof(folders) / sizeof(folders[0]) };
	struct store_folders known = { { NULL, 0, 0 }, &known_folder, 1 };

	(void)state;
	assert_true(select_names("@drafts", &list, &known));
	assert_true(select_names("inbox/news", &list, &known));
	assert_true(select_names("Kalender", &list, &known));
	assert_false(select_names("Inbx", &list, &known));
	assert_false(select_names("Inbox\\News", &list, &known));
	assert_false(select_names("Feeds/News/*", &list, &known));
	assert_false(select_names("@outbox", &list, &known));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default),
		cmocka_unit_test(test_skip),
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_other_classes),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("select", tests, NULL, NULL);
}
