/*
 * test_party.c - addresses, CSV files of people, the directory.
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

#include "base/address.h"
#include "base/str.h"
#include "base/tim.h"
#include "core/party.h"

static const struct timespec long_ago[2] = { { 1700000000, 0 },
	{ 1700000000, 0 } };
static char path[] = "/tmp/exsync-test-party-XXXXXX";

static const struct {
	const char *in, *out;
} addresses[] = {
	{ "a@b.example", "a@b.example" },
	{ "A.B+c@B.Example", "a.b+c@b.example" },
	{ " \t<a@b.example> \r\n", "a@b.example" },
	{ "< a@b.example >", "a@b.example" },
	{ "a@b.example.", "a@b.example" },
	{ "a@localhost", "a@localhost" },
	{ "a@sub_domain.example", "a@sub_domain.example" },
	{ "\xc3\x84@m\xc3\x9cnchen.example",
	    "\xc3\xa4@xn--mnchen-3ya.example" },
	{ "a@XN--MNCHEN-3YA.example", "a@xn--mnchen-3ya.example" },
	{ "\"A b@c\"@d.example", "\"a b@c\"@d.example" },
	{ "o'brien@b.example", "o'brien@b.example" },
	/* quotes that are needed, and others */
	{ "\"Jane.Doe\"@b.example", "jane.doe@b.example" },
	{ "\"\xc3\x84\"@b.example", "\xc3\xa4@b.example" },
	{ "\"jane\\doe\"@b.example", "\"jane\\doe\"@b.example" },
	{ "\"\"@b.example", NULL },
	{ "\"a\"b@c.example", NULL },
	/* as it is copied from elsewhere */
	{ "mailto:A@b.example", "a@b.example" },
	{ " <MailTo: a@b.example>", "a@b.example" },
	{ "\xc2\xa0"
	  "a@b.example\xc2\xa0 \xe2\x80\x8b",
	    "a@b.example" },
	{ "\xef\xbb\xbf<\xe2\x80\xaa"
	  "a@b.example\xe2\x80\xac>",
	    "a@b.example" },
	{ "\xc3\xa4@b.example", "\xc3\xa4@b.example" },
	{ "a\xe2\x80\x8b@b.example", NULL },
	{ "\xc2\xa0", NULL },
	{ "\xa0@b.example", NULL },
	{ "mailto:", NULL },
	{ "SRS0=x=y/z=a@b.example", "srs0=x=y/z=a@b.example" },
	{ "", NULL },
	{ "a", NULL },
	{ "@b.example", NULL },
	{ "a@", NULL },
	{ "a@.", NULL },
	{ "a@b..example", NULL },
	{ "a@.b", NULL },
	{ "a@b@c.example", NULL },
	{ "a b@c.example", NULL },
	{ "a@b c.example", NULL },
	{ "a@b.example, c@d.example", NULL },
	{ "a@b.example;c@d.example", NULL },
	{ "Jane <a@b.example>", NULL },
	{ "a\n@b.example", NULL },
	{ "a@b\x01.example", NULL },
	{ "a\x7f@b.example", NULL },
	{ "a\xff@b.example", NULL },
	{ "a@b\xff.example", NULL },
	{ "a@[192.0.2.1]", NULL },
	{ "/o=Org/ou=Exchange/cn=jane", NULL },
	{ "<>", NULL },
};

static void
test_normalise(void **state)
{
	char out[ADDRESS_MAX], *s;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		s = address_normalise(addresses[i].in);
		if (!str_eq(s, addresses[i].out))
			print_message("of %s\n", addresses[i].in);
		if (addresses[i].out == NULL)
			assert_null(s);
		else
			assert_string_equal(s, addresses[i].out);
		if (s != NULL) {
			/* once more changes nothing */
			n = address_normalise_to(s, out, sizeof(out));
			assert_int_equal(n, strlen(s));
			assert_string_equal(out, s);
			/* and it needs its room, no more */
			n = address_normalise_to(s, out, strlen(s));
			assert_int_equal(n, 0);
		}
		free(s);
	}
	assert_string_equal(address_domain("\"a@b\"@c.example"), "c.example");
	assert_string_equal(address_domain("nothing"), "");
}

static void
test_normalise_bounds(void **state)
{
	char in[2000], out[ADDRESS_MAX];
	size_t i, n;

	(void)state;
	for (i = 1; i < 1200; i++) {
		memset(in, 'A', i);
		strcpy(in + i, "@b.example");
		n = address_normalise_to(in, out, sizeof(out));
		assert_int_equal(n, i <= 480 ? i + 10 : 0);
	}
	for (i = 1; i < 300; i++) {
		memcpy(in, "a@", 2);
		for (n = 0; n < i; n++)
			in[2 + n] = n % 64 == 63 ? '.' : 'X';
		in[2 + i] = '\0';
		n = address_normalise_to(in, out, sizeof(out));
		if (i > 254 || (i == 254 && in[2 + 253] != '.'))
			assert_int_equal(n, 0);
		else
			assert_int_equal(n, in[1 + i] == '.' ? i + 1 : i + 2);
	}
	/* the longest of all fits ADDRESS_MAX */
	memset(in, 'a', 480);
	in[480] = '@';
	for (n = 0; n < 253; n++)
		in[481 + n] = n % 64 == 63 ? '.' : 'x';
	in[481 + 253] = '\0';
	assert_int_equal(address_normalise_to(in, out, sizeof(out)), 480 + 254);
}

/*
 * What is compared is what is measured: an address that is longer in lower
 * case, or shorter, is valid exactly when its lower case is.
 */
static void
test_normalise_cases(void **state)
{
	static const struct {
		const char *upper, *lower;
	} t[] = {
		{ "\xc8\xba", "\xe2\xb1\xa5" }, /* U+023A: 2 and 3 bytes */
		{ "\xe1\xba\x9e", "\xc3\x9f" }, /* U+1E9E: 3 and 2 */
		{ "\xc3\x84", "\xc3\xa4" },
	};
	char up[2000], low[2000], one[ADDRESS_MAX], two[ADDRESS_MAX];
	char domain[254];
	size_t i, n, k, out;

	(void)state;
	for (n = 0; n < 253; n++)
		domain[n] = n % 64 == 63 ? '.' : 'x';
	domain[n] = '\0';
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		for (n = 1; n <= 500; n++) {
			for (up[0] = low[0] = '\0', k = 0; k < n; k++) {
				strcpy(up + k * strlen(t[i].upper), t[i].upper);
				strcpy(
				    low + k * strlen(t[i].lower), t[i].lower);
			}
			out = strlen(low);
			out = out <= 480 ? out + 1 + 253 : 0;
			snprintf(up + strlen(up), 300, "@%s", domain);
			snprintf(low + strlen(low), 300, "@%s", domain);
			k = address_normalise_to(up, one, sizeof(one));
			assert_int_equal(k, out);
			k = address_normalise_to(low, two, sizeof(two));
			assert_int_equal(k, out);
			if (out > 0)
				assert_string_equal(one, two);
		}
}

static int
load(struct party_list *l, const char *text, size_t len, const char *type,
    struct err *err)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	fclose(f);
	/* an old time, or the reader would wait for each of them */
	assert_int_equal(utimensat(AT_FDCWD, path, long_ago, 0), 0);
	err_clear(err);
	return party_csv(l, path, type, err);
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
	{ "user", "crm_id,address\n1,a@b.example\n,b@b.example\n",
	    ":3: crm_id is empty: fill it in" },
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
	assert_int_equal(party_csv(&l, "/nowhere/x.csv", "user", &err), -1);
	assert_string_equal(err.msg, "/nowhere/x.csv: No such file or "
				     "directory");
	assert_int_equal(party_csv(&l, "/", "user", &err), -1);
	assert_string_equal(err.msg, "/: is not a regular file");
	party_list_free(&l);
}

/*
 * What somebody writes while the list is read: pieces, with pauses between. The
 * clock moves only while the reader sleeps.
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

/* Half a list would lose the mail of the people in its other half. */
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
		if (party_csv(&list, path, "contact", &err) != 0)
			fail_msg("%s", err.msg);
		assert_int_equal(list.n, 10);
		fclose(writer.file);
		writer.file = NULL;
		party_list_free(&list);
	}
}

static void
test_dir(void **state)
{
	struct party_list l = { 0 };
	struct party_dir *d = party_dir_build(&l);
	const struct party *const *p;
	size_t n = 9;

	(void)state;
	assert_null(party_dir_find(d, "a@b.example", &n));
	assert_int_equal(n, 0);
	party_dir_free(d);
	party_dir_free(NULL);
	party_list_add(&l, "lead", "2", "a@b.example", "A");
	party_list_add(&l, "user", "9", "a@b.example", NULL);
	party_list_add(&l, "lead", "10", "a@b.example", NULL);
	party_list_add(&l, "account", "3", "a@b.example", NULL);
	party_list_add(&l, "lead", "2", "a@b.example", "A");
	party_list_add(&l, "lead", "2", "b@b.example", NULL);
	d = party_dir_build(&l);
	p = party_dir_find(d, "a@b.example", &n);
	assert_non_null(p);
	assert_int_equal(n, 4); /* the very same row counts once */
	assert_string_equal(p[0]->crm_type, "user");
	assert_string_equal(p[1]->crm_type, "account");
	assert_string_equal(p[2]->crm_id, "10");
	assert_string_equal(p[3]->crm_id, "2");
	assert_non_null(party_dir_find(d, "b@b.example", &n));
	assert_int_equal(n, 1);
	assert_null(party_dir_find(d, "A@b.example", &n));
	assert_null(party_dir_find(d, "", &n));
	party_dir_free(d);
	party_list_free(&l);
}

/* 200,000 contacts: every one found, and no other. */
static void
test_dir_large(void **state)
{
	enum { MANY = 200000 };
	struct party_list l = { 0 };
	struct party_dir *d;
	char id[16], address[64];
	int64_t t0, t1, t2;
	size_t n;
	int i;

	(void)state;
	t0 = tim_mono();
	for (i = 0; i < MANY; i++) {
		snprintf(id, sizeof(id), "%d", i);
		snprintf(
		    address, sizeof(address), "c%d@d%d.example", i, i % 977);
		party_list_add(&l, "contact", id, address, NULL);
	}
	d = party_dir_build(&l);
	t1 = tim_mono();
	for (i = 0; i < MANY; i++) {
		const struct party *const *p;

		snprintf(
		    address, sizeof(address), "c%d@d%d.example", i, i % 977);
		p = party_dir_find(d, address, &n);
		assert_non_null(p);
		assert_true(n == 1 && atoi(p[0]->crm_id) == i);
		address[0] = 'x';
		assert_null(party_dir_find(d, address, &n));
	}
	t2 = tim_mono();
	print_message("200,000 contacts: built in %lld ms, 400,000 lookups in "
		      "%lld ms\n",
	    (long long)(t1 - t0), (long long)(t2 - t1));
	party_dir_free(d);
	party_list_free(&l);
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
		cmocka_unit_test(test_normalise),
		cmocka_unit_test(test_normalise_bounds),
		cmocka_unit_test(test_normalise_cases),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_csv_bad),
		cmocka_unit_test(test_csv_written),
		cmocka_unit_test(test_dir),
		cmocka_unit_test(test_dir_large),
	};

	return cmocka_run_group_tests(group, setup, teardown);
}
