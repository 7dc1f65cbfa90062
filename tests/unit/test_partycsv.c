/*
 * test_partycsv.c - CSV files of users and contacts.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/tim.h"
#include "core/partycsv.h"

static const struct timespec long_ago[2] = { { 1700000000, 0 },
	{ 1700000000, 0 } };
static char path[] = "/tmp/exsync-test-partycsv-XXXXXX";

static int
load(struct party_list *l, const char *text, size_t len, const char *type,
    struct err *err)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	fclose(f);
	/* it rests since long, or each of them would be waited for */
	assert_int_equal(utimensat(AT_FDCWD, path, long_ago, 0), 0);
	err_clear(err);
	return partycsv_load(l, path, type, err);
}

static void
test_csv(void **state)
{
	static const char text[] =
	    "\xef\xbb\xbf"
	    "Phone; NAME ;crm_ID;Address;CRM_TYPE\r\n"
	    "1;\"Jane \"\"J\"\" Doe\";7; Jane@B.Example ;lead\r\n"
	    ";;;;\r\n"
	    "\r\n"
	    ";;8;joe@b.example\r\n"
	    "3;Jack;9; ;lead\r\n"
	    "3;Jack\r\n"
	    ";Jane;7;<jane@c.example>;lead\r\n"
	    ";Jane;7;<jane@c.example>;lead\r\n";
	struct party_list l = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(load(&l, text, strlen(text), "contact", &err), 0);
	assert_int_equal(l.n, 4);
	assert_string_equal(l.v[0].crm_type, "lead");
	assert_string_equal(l.v[0].crm_id, "7");
	assert_string_equal(l.v[0].address, "jane@b.example");
	assert_string_equal(l.v[0].name, "Jane \"J\" Doe");
	assert_string_equal(l.v[1].crm_type, "contact");
	assert_null(l.v[1].name);
	assert_string_equal(l.v[2].address, "jane@c.example");
	party_list_free(&l);
	assert_int_equal(l.n, 0);
}

/* Who a user is in Active Directory; of a contact that means nothing. */
static void
test_csv_accounts(void **state)
{
	static const char text[] =
	    "SID,crm_id,UPN,address\n"
	    " S-1-5-21-1-2-3-4 ,1, Jane@corp.local ,jane@b.example\n"
	    ",2,,joe@b.example\n"
	    "no sid,3,,jim@b.example\n";
	struct party_list l = { 0 }, copy = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(load(&l, text, strlen(text), "user", &err), 0);
	assert_int_equal(l.n, 3);
	assert_string_equal(l.v[0].account->upn, "Jane@corp.local");
	assert_string_equal(l.v[0].account->sid, "S-1-5-21-1-2-3-4");
	assert_null(l.v[1].account);
	assert_string_equal(l.v[2].account->sid, "no sid");
	assert_null(l.v[2].account->upn);
	assert_true(party_same_account(l.v[1].account, NULL));
	assert_false(party_same_account(l.v[0].account, l.v[1].account));
	party_list_copy(&copy, &l.v[0]);
	party_list_copy(&copy, &l.v[1]);
	assert_true(party_same_account(copy.v[0].account, l.v[0].account));
	assert_null(copy.v[1].account);
	party_list_free(&copy);
	party_list_free(&l);
	assert_int_equal(load(&l, text, strlen(text), "contact", &err), 0);
	assert_null(l.v[0].account);
	party_list_free(&l);
}

static const struct {
	const char *type, *text, *error;
} bad[] = {
	{ "user", "",
	    ":1: is empty: the first line must be crm_id,address,name" },
	{ "user", "id,address\n",
	    ":1: column crm_id is missing: the first line must be "
	    "crm_id,address,name" },
	{ "user", "\n\ncrm_id,mail\n",
	    ":3: column address is missing: the first line must be "
	    "crm_id,address,name" },
	{ "user", "crm_id,address,Address\n",
	    ":1: column address is there twice: remove one" },
	{ "user", "crm_id,address\n,b@b.example\n",
	    ":2: crm_id is empty: fill it in" },
	{ "user", "crm_id,address\n1,\"\n\"\n2\n",
	    ": no row has an address: is column address the right one?" },
	{ "user", "crm_id,address\n1,a@b.example;c@d.example\n",
	    ":2: a@b.example;c@d.example is not an e-mail address: one row "
	    "for each address, as name@domain" },
	{ "user", "crm_id,address,name\n1,a@b.example,Doe, Jane\n",
	    ":2: more fields than the header line has: put quotes around a "
	    "field that holds the separator" },
	{ "user", "crm_id,address,crm_type\n1,a@b.example,lead\n",
	    ":2: crm_type lead in the file of users: move the row to the "
	    "contacts" },
	{ "contact", "crm_id,address,crm_type\n1,a@b.example,user\n",
	    ":2: crm_type user in the file of contacts: move the row to the "
	    "users" },
	{ "contact", "crm_id,address,crm_type\n1,a@b.example,queue\n",
	    ":2: crm_type queue in the file of contacts: give the queue a "
	    "[mailbox NAME]" },
	{ "contact", "crm_id,address\n1,\"a@b.example\n",
	    ":2: a quote opens here and never closes" },
	{ "contact", "crm_id,address\n1,a@b.example\n2,\xe4@b.example\n",
	    ":3: not UTF-8: save the file as CSV UTF-8" },
};

/* An error names file and line and changes nothing. */
static void
test_csv_bad(void **state)
{
	struct party_list l = { 0 };
	struct err err = ERR_INIT;
	char want[512];
	size_t i;

	(void)state;
	party_list_add(&l, "user", "1", "a@b.example", NULL);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(load(&l, bad[i].text, strlen(bad[i].text),
				     bad[i].type, &err),
		    -1);
		snprintf(want, sizeof(want), "%s%s", path, bad[i].error);
		assert_string_equal(err.msg, want);
		assert_int_equal(err.kind, ERR_CONFIG);
		assert_int_equal(l.n, 1);
	}
	assert_int_equal(partycsv_load(&l, "/nowhere/x.csv", "user", &err), -1);
	assert_string_equal(err.msg,
	    "/nowhere/x.csv: No such file or directory: create it, or write "
	    "the right name in [directory]");
	assert_int_equal(partycsv_load(&l, "/", "user", &err), -1);
	assert_string_equal(err.msg, "/: is not a regular file");
	party_list_free(&l);
}

/* A row that is wrong is passed over, whatever is wrong with it. */
static void
test_csv_bad_rows(void **state)
{
	static const char text[] = "crm_id,address,crm_type\n"
				   "1,a@b.example\n"
				   ",b@b.example\n"
				   "3,no address\n"
				   "4,c@b.example,user\n"
				   "5,d@b.example,lead,more\n"
				   "6,e@b.example,lead\n";
	struct party_list l = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(load(&l, text, strlen(text), "contact", &err), 0);
	assert_int_equal(l.n, 2);
	assert_string_equal(l.v[0].address, "a@b.example");
	assert_string_equal(l.v[1].address, "e@b.example");
	party_list_free(&l);
}

/*
 * What somebody writes while the list is read: pieces, and a pause between.
 * No other time goes by than that for which the reader sleeps.
 */
static struct {
	FILE *file;           /* NULL: the machine's own time */
	int64_t pause, since; /* ms, since the last piece */
	int pieces;
} writer;

int64_t __real_tim_now(void);
void __real_tim_sleep(int64_t ms);
int64_t __wrap_tim_now(void);
void __wrap_tim_sleep(int64_t ms);

/* Each piece but the last ends within a line. */
static void
write_piece(void)
{
	int i = writer.pieces++;

	if (i > 0)
		fprintf(writer.file, "b%d@b.example\"\n", i - 1);
	if (i < 5)
		fprintf(writer.file, "%d,a%d@b.example\n%d,\"", 2 * i, i,
		    2 * i + 1);
	fflush(writer.file);
	writer.since = 0;
}

int64_t
__wrap_tim_now(void)
{
	struct stat s;

	if (writer.file == NULL)
		return __real_tim_now();
	assert_int_equal(fstat(fileno(writer.file), &s), 0);
	return (int64_t)s.st_mtim.tv_sec * 1000 + s.st_mtim.tv_nsec / 1000000 +
	       writer.since;
}

void
__wrap_tim_sleep(int64_t ms)
{
	if (writer.file == NULL) {
		__real_tim_sleep(ms);
		return;
	}
	while (writer.pieces <= 5 && writer.since + ms >= writer.pause) {
		ms -= writer.pause - writer.since;
		write_piece();
	}
	writer.since += ms;
}

/* Half a list would lose the mail of those whom its other half names. */
static void
test_csv_written(void **state)
{
	int64_t pause[] = { 20, 150 };
	struct err err = ERR_INIT;
	struct party_list list;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pause) / sizeof(pause[0]); i++) {
		memset(&list, 0, sizeof(list));
		writer.file = fopen(path, "w");
		assert_non_null(writer.file);
		writer.pause = pause[i];
		writer.pieces = 0;
		fputs("crm_id,address\n", writer.file);
		write_piece();
		if (partycsv_load(&list, path, "contact", &err) != 0)
			fail_msg("%s", err.msg);
		assert_int_equal(list.n, 10);
		fclose(writer.file);
		writer.file = NULL;
		party_list_free(&list);
	}
}

static int
setup(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int
teardown(void **state)
{
	(void)state;
	return unlink(path);
}

int
main(void)
{
	static const struct CMUnitTest group[] = {
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_csv_accounts),
		cmocka_unit_test(test_csv_bad),
		cmocka_unit_test(test_csv_bad_rows),
		cmocka_unit_test(test_csv_written),
	};

	return cmocka_run_group_tests(group, setup, teardown);
}
