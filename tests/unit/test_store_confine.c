/*
 * test_store_confine.c - a store that may neither create nor remove files: what
 * is open by then, what is left behind, and what other programs put into it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "store/admin.h"
#include "store/db.h"
#include "store/health.h"
#include "test_store.h"

/* Counts fsync of directories; this function takes precedence over libc's. */
static int directories_synced;

int
fsync(int fd)
{
	struct stat s;

	if (fstat(fd, &s) == 0 && S_ISDIR(s.st_mode))
		directories_synced++;
	return (int)syscall(SYS_fsync, fd);
}

static const char *
beside(const struct kit *k, const char *end)
{
	static char name[4][128];
	static int turn;

	turn = (turn + 1) % 4;
	snprintf(name[turn], sizeof(name[turn]), "%s%s", k->path, end);
	return name[turn];
}

static ino_t
inode(const char *path, off_t *size)
{
	struct stat s;

	if (stat(path, &s) == -1)
		return 0;
	if (size != NULL)
		*size = s.st_size;
	return s.st_ino;
}

static unsigned
mode(const char *path)
{
	struct stat s;

	assert_int_equal(stat(path, &s), 0);
	return s.st_mode & 0777;
}

static gid_t
group(const char *path)
{
	struct stat s;

	assert_int_equal(stat(path, &s), 0);
	return s.st_gid;
}

static int
files_in(const char *dir)
{
	DIR *d = opendir(dir);
	int n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2;
}

static void
copy_file(const char *from, const char *to)
{
	static char bytes[1 << 20];
	FILE *in = fopen(from, "r"), *out = fopen(to, "w");
	size_t n;

	assert_non_null(in);
	assert_non_null(out);
	n = fread(bytes, 1, sizeof(bytes), in);
	assert_in_range(n, 1, sizeof(bytes) - 1);
	assert_int_equal(fwrite(bytes, 1, n, out), n);
	fclose(in);
	assert_int_equal(fclose(out), 0);
}

static void
close_store(struct kit *k)
{
	store_close(k->st);
	k->st = NULL;
}

/* --- what stays behind -------------------------------------------------- */

/* The database alone is complete; its WAL exists and is empty. */
static void
test_left_behind(void **state)
{
	struct kit *k = *state;
	char copy[sizeof(k->path)];
	off_t size = -1;

	store(k, BOX_A, "i1", "k", mail("<1@x>", "One", "x"));
	close_store(k);
	assert_int_not_equal(inode(beside(k, "-wal"), &size), 0);
	assert_int_equal(size, 0);
	assert_int_not_equal(inode(beside(k, "-shm"), NULL), 0);
	snprintf(copy, sizeof(copy), "%s/copy.db", k->dir);
	copy_file(k->path, copy);
	assert_int_equal(number(k, "SELECT count(*) FROM email"), 1);
	/* ask was the last to close: SQLite removes them, as ever */
	assert_int_equal(inode(beside(k, "-wal"), NULL), 0);
	snprintf(k->path, sizeof(k->path), "%s", copy);
	assert_int_equal(number(k, "SELECT count(*) FROM email"), 1);
	kit_open(k, 0);
	close_store(k);
	assert_int_not_equal(inode(beside(k, "-wal"), NULL), 0);
}

/* Others come, empty the WAL and go: ours is the same file as before. */
static void
test_others_go(void **state)
{
	struct kit *k = *state;
	ino_t wal = inode(beside(k, "-wal"), NULL);
	ino_t shm = inode(beside(k, "-shm"), NULL);

	assert_int_not_equal(wal, 0);
	assert_int_not_equal(shm, 0);
	store(k, BOX_A, "i1", "k", mail("<1@x>", "One", "x"));
	ask(k, "PRAGMA wal_checkpoint(TRUNCATE)");
	store(k, BOX_A, "i2", "k", mail("<2@x>", "Two", "x"));
	ask(k, "PRAGMA journal_mode=DELETE"); /* is refused */
	ask(k, "VACUUM");
	store(k, BOX_A, "i3", "k", mail("<3@x>", "Three", "x"));
	assert_string_equal(ask(k, "PRAGMA journal_mode"), "wal");
	assert_int_equal(number(k, "SELECT count(*) FROM email"), 3);
	assert_int_equal(inode(beside(k, "-wal"), NULL), wal);
	assert_int_equal(inode(beside(k, "-shm"), NULL), shm);
}

/*
 * Whoever widens the mode of the database gets -wal and -shm with that mode;
 * since they are not removed, they would keep the old one. They are left alone
 * while another program has them open.
 */
static void
test_widened(void **state)
{
	struct kit *k = *state;
	sqlite3 *crm = NULL;
	ino_t wal;

	store(k, BOX_A, "i1", "k", mail("<1@x>", "One", "x"));
	close_store(k);
	assert_int_equal(chmod(k->path, 0640), 0);
	kit_open(k, 0);
	assert_int_equal(mode(beside(k, "-wal")), 0640);
	assert_int_equal(mode(beside(k, "-shm")), 0640);
	wal = inode(beside(k, "-wal"), NULL);
	close_store(k);
	kit_open(k, 0);
	assert_int_equal(inode(beside(k, "-wal"), NULL), wal);

	assert_int_equal(sqlite3_open(k->path, &crm), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(crm, "SELECT * FROM email", NULL, NULL, NULL),
	    SQLITE_OK);
	close_store(k);
	assert_int_equal(chmod(k->path, 0600), 0);
	kit_open(k, 0);
	assert_int_equal(inode(beside(k, "-wal"), NULL), wal);
	sqlite3_close(crm);
	assert_int_equal(number(k, "SELECT count(*) FROM email"), 1);
	if (geteuid() == 0) {
		close_store(k);
		assert_int_equal(chown(k->path, 0, 12345), 0);
		kit_open(k, 0);
		assert_int_equal(group(beside(k, "-wal")), 12345);
		assert_int_equal(group(beside(k, "-shm")), 12345);
	}
}

/* The directory entry of the WAL is on disk before anything is in the WAL. */
static void
test_directory_synced(void **state)
{
	struct kit *k = *state;

	directories_synced = 0;
	kit_open(k, 0);
	assert_in_range(directories_synced, 1, 1000);
	close_store(k);
	assert_int_equal(unlink(beside(k, "-wal")), 0);
	directories_synced = 0;
	kit_open(k, 0);
	assert_in_range(directories_synced, 1, 1000);
}

/* --- confined ----------------------------------------------------------- */

/* From now on this process can open no file at all. */
static int
open_nothing_more(void)
{
	const struct rlimit none = { 0, 0 };

	return setrlimit(RLIMIT_NOFILE, &none) == 0 &&
		       open("/dev/null", O_RDONLY) == -1 && errno == EMFILE
		   ? 0
		   : -1;
}

/* Writes two contents at once, their blocks interleaved. */
static int
two_contents(struct kit *k, size_t n, char fill)
{
	struct store_blob *a = store_blob_begin(k->st, 16 << 20);
	struct store_blob *b = store_blob_begin(k->st, 16 << 20);
	struct stream *to_a = store_blob_stream(a),
		      *to_b = store_blob_stream(b);
	unsigned char sha[32];
	static char piece[100000];
	int64_t size;
	size_t i;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i++) {
		memset(piece, fill + (char)(i % 5), sizeof(piece));
		rc |= to_a->write(to_a, piece, sizeof(piece), &k->err);
		memset(piece, fill + 5 + (char)(i % 7), sizeof(piece));
		rc |= to_b->write(to_b, piece, sizeof(piece), &k->err);
	}
	rc |= store_blob_end(a, sha, &size, &k->err);
	if (fill == 'A')
		rc |= store_blob_end(b, sha, &size, &k->err);
	else
		store_blob_drop(b);
	return rc;
}

static int
work_confined(struct kit *k)
{
	static char text[60000];

	memset(text, 't', sizeof(text) - 1);
	k->st = store_open(k->path, 0, &k->err);
	if (k->st == NULL || store_lock(k->st, &k->err) == -1)
		return 1;
	store_confine(k->st);
	if (open_nothing_more() == -1)
		return 2;
	/* more than a WAL takes before it is emptied */
	if (store_many(k, 400, text) != 0 || two_contents(k, 33, 'A') != 0 ||
	    two_contents(k, 33, 'a') != 0) {
		fprintf(stderr, "confined: %s\n", k->err.msg);
		return 3;
	}
	store_close(k->st);
	return 0;
}

/* All the work of a pass opens no file once the store is confined. */
static void
test_opens_nothing(void **state)
{
	struct kit *k = *state;

	close_store(k);
	assert_int_equal(in_child(work_confined, k), 0);
	assert_int_equal(number(k, "SELECT count(*) FROM email"), 400);
	assert_int_equal(number(k, "SELECT count(*) FROM blob"), 3);
	/* as it went in: 100,000 of the same, the next, ... */
	assert_int_equal(
	    number(k, "SELECT count(*) FROM blob WHERE size=3300000 AND "
		      "CAST(substr(data,1,100000) AS TEXT) IN "
		      "(replace(hex(zeroblob(50000)),'0','A'),"
		      "replace(hex(zeroblob(50000)),'0','F'),"
		      "replace(hex(zeroblob(50000)),'0','a')) AND "
		      "CAST(substr(data,3200001) AS TEXT) IN "
		      "(replace(hex(zeroblob(50000)),'0','C'),"
		      "replace(hex(zeroblob(50000)),'0','J'),"
		      "replace(hex(zeroblob(50000)),'0','c'))"),
	    3);
	assert_int_equal(files_in(k->dir), 2); /* and the lock */
}

/* What could not be opened is told as what it is, and what to do. */
static int
read_confined(struct kit *k)
{
	struct store_last_run run;
	struct err err = ERR_INIT;
	sqlite3 *crm = NULL;

	k->st = store_open(k->path, STORE_READ_ONLY, &k->err);
	if (k->st == NULL)
		return 1;
	store_confine(k->st);
	/* somebody makes it a WAL database again meanwhile */
	if (sqlite3_open(k->path, &crm) != SQLITE_OK ||
	    sqlite3_exec(crm, "PRAGMA journal_mode=WAL; DELETE FROM run", NULL,
		NULL, NULL) != SQLITE_OK ||
	    open_nothing_more() == -1)
		return 2;
	if (store_last_run(k->st, &run, &err) == 0)
		return 3;
	fprintf(stderr, "# %s\n", err.msg);
	if (strcmp(err.code, "not_writable") != 0 ||
	    strstr(err.msg, "run again, or write sandbox = no") == NULL)
		return 4;
	return 0;
}

static void
test_says_why(void **state)
{
	struct kit *k = *state;

	close_store(k);
	assert_string_equal(ask(k, "PRAGMA journal_mode=DELETE"), "delete");
	assert_int_equal(in_child(read_confined, k), 0);
}

/* The spool gives its room back. */
static void
test_spool(void **state)
{
	struct kit *k = *state;
	struct spool *s = &k->st->spool;
	struct stat st;

	assert_int_equal(s->fd, -1); /* nothing large, no file */
	store_confine(k->st);
	assert_int_not_equal(s->fd, -1);
	if (two_contents(k, 33, 'A') != 0)
		fail_msg("%s", k->err.msg);
	assert_int_equal(fstat(s->fd, &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(st.st_nlink, 0);
	assert_int_equal(s->n, 0);
	if (two_contents(k, 33, 'a') != 0)
		fail_msg("%s", k->err.msg);
	assert_int_equal(s->n, 0);
}

/* A block that one content gave back is the next one's. */
static void
test_spool_again(void **state)
{
	static char piece[3 * SPOOL_BLOCK], back[sizeof(piece)];
	struct kit *k = *state;
	struct spool *s = &k->st->spool;
	struct spool_part a = { 0 }, b = { 0 };
	int64_t at;
	ssize_t n;

	store_confine(k->st);
	memset(piece, 'a', sizeof(piece));
	assert_int_equal(spool_write(s, &a, 0, piece, sizeof(piece)), 0);
	memset(piece, 'b', sizeof(piece));
	assert_int_equal(spool_write(s, &b, 0, piece, SPOOL_BLOCK), 0);
	assert_int_equal(s->n, 4);
	spool_drop(s, &a);
	assert_int_equal(s->nfree, 3);
	assert_int_equal(spool_write(s, &b, SPOOL_BLOCK, piece + SPOOL_BLOCK,
			     sizeof(piece) - SPOOL_BLOCK),
	    0);
	assert_int_equal(s->n, 4);
	assert_int_equal(s->nfree, 1);
	for (at = 0; at < (int64_t)sizeof(back); at += n) {
		n = spool_read(s, &b, at, back + at, sizeof(back) - (size_t)at);
		assert_in_range(n, 1, sizeof(back));
	}
	assert_memory_equal(back, piece, sizeof(back));
	spool_drop(s, &b);
	assert_int_equal(s->n, 0);
}

/* --- what others put into it -------------------------------------------- */

static void
test_triggers(void **state)
{
	struct kit *k = *state;

	ask(k, "CREATE TRIGGER no BEFORE INSERT ON change BEGIN "
	       "SELECT raise(ABORT,'not with me'); END");
	ask(k, "CREATE TRIGGER spy AFTER INSERT ON sync_email BEGIN "
	       "DELETE FROM party; UPDATE consumer SET acked_seq=1; END");
	ask(k, "CREATE TRIGGER v INSTEAD OF UPDATE ON email_copy BEGIN "
	       "SELECT raise(ABORT,'not with me'); END");
	ask(k, "INSERT INTO consumer(name,acked_seq) VALUES('crm',0)");
	ask(k, "INSERT INTO party(crm_type,crm_id,address) "
	       "VALUES('user','1','a@x.example')");
	store(k, BOX_A, "i1", "k", mail("<1@x>", "One", "x"));
	store(k, BOX_A, "i1", "k2", mail("<1@x>", "One", "changed"));
	assert_int_equal(number(k, "SELECT count(*) FROM party"), 1);
	assert_int_equal(number(k, "SELECT acked_seq FROM consumer"), 0);
	/* they are the writer's own business still */
	assert_string_equal(ask(k, "INSERT INTO change(entity,entity_id,op,at) "
				   "VALUES('email','x','insert','')"),
	    "(none)");
	assert_int_equal(
	    number(k, "SELECT count(*) FROM change WHERE entity_id='x'"), 0);
}

static void
note_foreign(void *arg, const char *type, const char *name, const char *table)
{
	char *to = arg;

	snprintf(
	    to + strlen(to), 300 - strlen(to), "%s %s %s;", type, name, table);
}

static const char *
foreign(struct kit *k, const char *path)
{
	static char said[300];

	said[0] = '\0';
	OK(k, store_foreign(path, note_foreign, said, &k->err));
	return said;
}

static void
test_foreign(void **state)
{
	struct kit *k = *state;
	char other[128];
	int n;

	assert_string_equal(foreign(k, beside(k, "-none")), "");
	assert_string_equal(foreign(k, k->path), "");
	ask(k, "CREATE TRIGGER spy AFTER INSERT ON change BEGIN "
	       "SELECT 1; END");
	/* only in the WAL so far */
	assert_string_equal(foreign(k, k->path), "trigger spy change;");
	ask(k, "CREATE UNIQUE INDEX mine ON run(started)");
	/* one under our name */
	ask(k, "DROP INDEX folder_mailbox");
	ask(k, "CREATE INDEX folder_mailbox ON folder(path)");
	close_store(k);
	assert_string_equal(foreign(k, k->path),
	    "trigger spy change;index folder_mailbox folder;index mine run;");

	/* names that a URI reads otherwise, a link, and nothing is written */
	snprintf(other, sizeof(other), "%s/a?b#c%%20d", k->dir);
	assert_int_equal(rename(k->path, other), 0);
	unlink(beside(k, "-wal"));
	unlink(beside(k, "-shm"));
	assert_int_equal(symlink(other, k->path), 0);
	n = files_in(k->dir);
	assert_non_null(strstr(foreign(k, other), "index mine run;"));
	assert_non_null(strstr(foreign(k, k->path), "index mine run;"));
	assert_int_equal(files_in(k->dir), n);

	/* another program's are its own */
	unlink(k->path);
	ask(k, "CREATE TABLE t(x)");
	ask(k, "CREATE INDEX i ON t(x)");
	assert_string_equal(foreign(k, k->path), "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
#define BARE(f) cmocka_unit_test_setup_teardown(f, kit_bare, kit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_left_behind),
		TEST(test_others_go),
		TEST(test_widened),
		BARE(test_directory_synced),
		TEST(test_opens_nothing),
		TEST(test_says_why),
		TEST(test_spool),
		TEST(test_spool_again),
		TEST(test_triggers),
		TEST(test_foreign),
	};

	return cmocka_run_group_tests_name("store_confine", tests, NULL, NULL);
}
