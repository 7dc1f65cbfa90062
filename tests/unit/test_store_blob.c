/*
 * test_store_blob.c - contents of all sizes, none of them held in memory whole.
 */
#include <dirent.h>
#include <sys/resource.h>

#include "base/crypt.h"
#include "test_store.h"

/* Stores n bytes in pieces of odd sizes; want: their hash. */
static int
pour(struct kit *k, int64_t n, int64_t max, unsigned char *want,
    unsigned char *got)
{
	struct store_blob *b = store_blob_begin(k->st, max);
	struct stream *s = store_blob_stream(b);
	struct crypt_sha256 h;
	static char piece[70001];
	int64_t off, size;
	size_t i, take;

	for (i = 0; i < sizeof(piece); i++)
		piece[i] = (char)(i * 7 + (size_t)n);
	crypt_sha256_init(&h);
	for (off = 0; off < n; off += (int64_t)take) {
		take = (int64_t)sizeof(piece) < n - off ? sizeof(piece)
							: (size_t)(n - off);
		crypt_sha256_add(&h, piece, take);
		if (s->write(s, piece, take, &k->err) == -1) {
			store_blob_drop(b);
			return -1;
		}
	}
	crypt_sha256_out(&h, want);
	if (store_blob_end(b, got, &size, &k->err) == -1)
		return -1;
	assert_int_equal(size, n);
	return 0;
}

static void
test_blob_sizes(void **state)
{
	static const int64_t size[] = { 0, 1, 70001, 262144, 262145, 1000000,
		5000000 };
	struct kit *k = *state;
	unsigned char want[32], got[32];
	struct crypt_sha256 h;
	sqlite3 *db;
	sqlite3_stmt *s;
	size_t i;
	DIR *dir;
	int files = 0;

	for (i = 0; i < sizeof(size) / sizeof(*size); i++) {
		OK(k, pour(k, size[i], size[i], want, got));
		assert_memory_equal(want, got, 32);
		OK(k, pour(k, size[i], 1 << 30, want, got)); /* again: once */
	}
	assert_int_equal(number(k, "SELECT count(*) FROM blob"),
	    sizeof(size) / sizeof(*size));
	sqlite3_open(k->path, &db);
	sqlite3_prepare_v2(
	    db, "SELECT data,lower(sha256),size FROM blob", -1, &s, NULL);
	while (sqlite3_step(s) == SQLITE_ROW) {
		char hex[65];

		crypt_sha256_init(&h);
		crypt_sha256_add(&h, sqlite3_column_blob(s, 0),
		    (size_t)sqlite3_column_bytes(s, 0));
		crypt_sha256_out(&h, got);
		for (i = 0; i < 32; i++)
			snprintf(hex + 2 * i, 3, "%02x", got[i]);
		assert_string_equal(
		    hex, (const char *)sqlite3_column_text(s, 1));
		assert_int_equal(
		    sqlite3_column_bytes(s, 0), sqlite3_column_int(s, 2));
	}
	sqlite3_finalize(s);
	sqlite3_close(db);
	/* too large: an error of that item, nothing stored */
	assert_int_equal(pour(k, 300000, 299999, want, got), -1);
	assert_int_equal(k->err.kind, ERR_ITEM);
	assert_string_equal(k->err.code, "too_large");
	assert_int_equal(number(k, "SELECT count(*) FROM blob"),
	    sizeof(size) / sizeof(*size));
	/* no spool file has a name: the database and its companions */
	dir = opendir(k->dir);
	while (readdir(dir) != NULL)
		files++;
	closedir(dir);
	assert_int_equal(files, 2 + 3);
}

static int
large(struct kit *k)
{
	unsigned char want[32], got[32];
	struct rusage before, after;

	k->st = store_open(k->path, 0, &k->err);
	if (k->st == NULL || pour(k, 1000, 1000, want, got) == -1)
		return 2;
	getrusage(RUSAGE_SELF, &before);
	if (pour(k, 100 << 20, INT64_MAX, want, got) == -1) {
		fprintf(stderr, "%s\n", k->err.msg);
		return 3;
	}
	store_close(k->st);
	getrusage(RUSAGE_SELF, &after);
	if (memcmp(want, got, 32) != 0)
		return 4;
	return after.ru_maxrss - before.ru_maxrss < 12 * 1024 ? 0 : 5;
}

/* 100 MB are stored without being held in memory. */
static void
test_blob_large(void **state)
{
	struct kit *k = *state;

	assert_int_equal(in_child(large, k), 0);
	assert_int_equal(
	    number(k, "SELECT length(data) FROM blob WHERE size>5000"),
	    100 << 20);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
#define BARE(f) cmocka_unit_test_setup_teardown(f, kit_bare, kit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_blob_sizes),
		BARE(test_blob_large),
	};

	return cmocka_run_group_tests_name("store_blob", tests, NULL, NULL);
}
