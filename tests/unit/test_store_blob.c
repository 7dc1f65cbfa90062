/*
 * test_store_blob.c - contents of all sizes, none of them held in memory whole,
 * and none of them in the way of our other threads.
 */
#include <dirent.h>
#include <stdatomic.h>
#include <sys/resource.h>

#include "base/crypt.h"
#include "store/db.h"
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

struct pourer {
	pthread_t thread;
	struct kit kit;
	atomic_bool done;
	int rc;
};

/* A thread that stores a content of 40 MB. */
static void *
pour_large(void *arg)
{
	struct pourer *p = arg;
	struct store_blob *b = store_blob_begin(p->kit.st, INT64_MAX);
	struct stream *s = store_blob_stream(b);
	static const char piece[1 << 20];
	unsigned char sha256[32];
	int64_t size;
	int i;

	for (i = 0; i < 40 && p->rc == 0; i++)
		p->rc = s->write(s, piece, sizeof(piece), &p->kit.err);
	if (p->rc == 0)
		p->rc = store_blob_end(b, sha256, &size, &p->kit.err);
	p->done = true;
	return NULL;
}

/* Is a thread in the middle of its write transaction, and we may read? */
static bool
is_lent(struct store *st)
{
	bool lent;

	db_lock(st);
	lent = st->lent;
	db_unlock(st);
	return lent;
}

/*
 * While two threads store the same large content, another reads, with a
 * transaction and without one. What a third one wants to write comes after a
 * content, whole.
 */
static void
test_reading_while_pouring(void **state)
{
	struct kit *k = *state;
	struct pourer p[2] = { 0 };
	int i, n = 0;

	for (i = 0; i < 2; i++) {
		p[i].kit.st = k->st;
		assert_int_equal(
		    pthread_create(&p[i].thread, NULL, pour_large, &p[i]), 0);
	}
	while (!p[0].done || !p[1].done) {
		struct store_place at = { BOX_A, k->inbox_a };
		struct item_ref ref = { "i2", "k", 0, false };
		enum store_known known;

		if (!is_lent(k->st))
			continue;
		assert_false(store_has_message_id(k->st, "<2@x>"));
		OK(k, store_items_known(k->st, &at, &ref, 1, &known, &k->err));
		assert_int_equal(known, STORE_NEW);
		if (n++ == 0)
			store(k, BOX_A, "i1", "k", mail("<1@x>", "One", "x"));
	}
	for (i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(p[i].thread, NULL), 0);
		OK(&p[i].kit, p[i].rc);
	}
	assert_true(n > 0);
	assert_int_equal(number(k, "SELECT count(*) FROM email"), 1);
	assert_int_equal(number(k, "SELECT count(*) FROM blob"), 1);
	assert_int_equal(number(k, "SELECT length(data) FROM blob"), 40 << 20);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
#define BARE(f) cmocka_unit_test_setup_teardown(f, kit_bare, kit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_blob_sizes),
		BARE(test_blob_large),
		TEST(test_reading_while_pouring),
	};

	return cmocka_run_group_tests_name("store_blob", tests, NULL, NULL);
}
