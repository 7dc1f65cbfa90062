/*
 * blob.c - contents of attachments on their way into table blob.
 * 1. No content is held whole in memory when it is over 256 KiB: it goes to
 *    the spool (spool.h).
 * 2. A content is in the table once, and complete: row and bytes are one
 *    transaction, which SQLite cannot divide: other programs cannot write while
 *    the bytes are copied from the spool. Our other threads can read meanwhile.
 * 3. A content is deleted in the transaction that deletes the last row which
 *    refers to it, unless a message on its way holds it. Contents that a crash
 *    left without a row are deleted when the next pass begins.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/enc.h"
#include "base/fault.h"
#include "base/vec.h"
#include "store/blob.h"

#define IN_MEMORY ((size_t)256 * 1024)
#define PIECE     ((size_t)64 * 1024)
#define TURN      (16 * (int64_t)PIECE) /* then other threads may read */
#define PRUNE_MAX ((int64_t)16 << 20)   /* of one transaction: read from disk */

struct store_blob {
	struct stream stream; /* first: it is cast back */
	struct store *st;
	struct crypt_sha256 hash;
	struct buf mem; /* until it is too large */
	bool spooled;   /* then here */
	struct spool_part part;
	int64_t size, max;
};

/* --- the spool --------------------------------------------------------- */

static int
say_spool(struct store *st, struct err *err)
{
	int sys = errno;

	if (sys == ENOSPC || sys == EDQUOT || sys == EFBIG)
		return db_fail(st, SQLITE_FULL, err);
	err_set(err, ERR_FATAL,
	    "%s: no temporary file can be written beside it: %s", st->path,
	    strerror(sys));
	return err_code(err, CAUSE_OTHER, "not_writable", SCOPE_ALL);
}

static int
leave_memory(struct store_blob *b, struct err *err)
{
	struct spool *s = &b->st->spool;

	if (spool_open(s, b->st->path) == -1 ||
	    spool_write(s, &b->part, 0, buf_str(&b->mem), b->mem.len) == -1)
		return say_spool(b->st, err);
	buf_free(&b->mem);
	b->spooled = true;
	return 0;
}

static int
take_piece(struct stream *s, const void *p, size_t n, struct err *err)
{
	struct store_blob *b = (struct store_blob *)s;

	if ((int64_t)n > b->max - b->size) {
		err_set(err, ERR_ITEM, "attachment over %lld bytes",
		    (long long)b->max);
		return err_code(err, CAUSE_TOO_LARGE, "too_large", SCOPE_ITEM);
	}
	crypt_sha256_add(&b->hash, p, n);
	b->size += (int64_t)n;
	if (b->st->read_only)
		return 0;
	if (!b->spooled && n <= IN_MEMORY - b->mem.len)
		return buf_add(&b->mem, p, n);
	if (!b->spooled && leave_memory(b, err) == -1)
		return -1;
	if (spool_write(&b->st->spool, &b->part, b->size - (int64_t)n, p, n) ==
	    -1)
		return say_spool(b->st, err);
	return 0;
}

struct store_blob *
store_blob_begin(struct store *st, int64_t max)
{
	struct store_blob *b = mem_alloc(sizeof(*b));
	int64_t cap = sqlite3_limit(st->h, SQLITE_LIMIT_LENGTH, -1) - 4096;

	b->stream.write = take_piece;
	b->st = st;
	b->max = max < cap ? max : cap;
	buf_init(&b->mem, IN_MEMORY);
	crypt_sha256_init(&b->hash);
	return b;
}

struct stream *
store_blob_stream(struct store_blob *b)
{
	return &b->stream;
}

void
store_blob_drop(struct store_blob *b)
{
	if (b == NULL)
		return;
	spool_drop(&b->st->spool, &b->part);
	buf_free(&b->mem);
	free(b);
}

/* --- into the table ---------------------------------------------------- */

/* 1 it is there, 0 it is not, -1. */
static int
has_blob(struct store *st, const char *hex, struct err *err)
{
	sqlite3_stmt *s =
	    db_stmt(st, DB_BLOB_FIND, "SELECT 1 FROM blob WHERE sha256=?");

	db_text(s, 1, hex);
	return db_one(st, s, NULL, err);
}

/* Copies the spool into the row, a piece at a time. */
static int
pour_blob(struct store_blob *b, sqlite3_blob *to, struct err *err)
{
	char *piece = mem_alloc(PIECE);
	int64_t off = 0;
	int rc = 0;

	while (rc == 0 && off < b->size) {
		/* not more: the block may hold an older content behind it */
		size_t left = (size_t)(b->size - off);
		ssize_t n = spool_read(&b->st->spool, &b->part, off, piece,
		    left < PIECE ? left : PIECE);

		if (n <= 0) {
			errno = n == 0 ? EIO : errno;
			rc = say_spool(b->st, err);
			break;
		}
		rc = sqlite3_blob_write(to, piece, (int)n, (int)off);
		if (rc != SQLITE_OK)
			rc = db_fail(b->st, rc, err);
		off += n;
		if (off % TURN == 0)
			db_let_read(b->st);
	}
	free(piece);
	return rc;
}

/* Notes that no row refers to content n, which was just inserted. */
static int
note_loose(struct store *st, int64_t n, struct err *err)
{
	return db_run_int(st,
	    db_stmt(st, DB_BLOB_LOOSE,
		"INSERT OR IGNORE INTO sync_blob_loose(blob) VALUES(?)"),
	    n, err);
}

static int
insert_blob(struct store_blob *b, const char *hex, struct err *err)
{
	struct store *st = b->st;
	sqlite3_stmt *s = db_stmt(st, DB_BLOB_INSERT,
	    "INSERT INTO blob(sha256,size,data) VALUES(?,?,?)");
	sqlite3_blob *to = NULL;
	int64_t n;
	int rc;

	db_text(s, 1, hex);
	db_int(s, 2, b->size);
	if (!b->spooled)
		sqlite3_bind_blob64(
		    s, 3, buf_str(&b->mem), b->mem.len, SQLITE_STATIC);
	else
		sqlite3_bind_zeroblob64(s, 3, (sqlite3_uint64)b->size);
	if (db_run(st, s, err) == -1)
		return -1;
	n = sqlite3_last_insert_rowid(st->h);
	if (note_loose(st, n, err) == -1)
		return -1;
	if (!b->spooled)
		return 0;
	fault_point("inside blob");
	rc = sqlite3_blob_open(st->h, "main", "blob", "data", n, 1, &to);
	if (rc != SQLITE_OK) {
		db_fail(st, rc, err);
		sqlite3_blob_close(to);
		return -1;
	}
	rc = pour_blob(b, to, err);
	if (sqlite3_blob_close(to) != SQLITE_OK && rc == 0)
		rc = db_fail(st, sqlite3_extended_errcode(st->h), err);
	return rc;
}

struct kept {
	struct store_blob *b;
	const char *hex;
};

/* Checks again: while we waited for the lock another one may have put it. */
static int
insert_missing(struct store *st, void *arg, struct err *err)
{
	const struct kept *k = arg;
	int r = has_blob(st, k->hex, err);

	return r == 0 ? insert_blob(k->b, k->hex, err) : r;
}

static int
keep_blob(struct store_blob *b, const char *hex, struct err *err)
{
	struct kept k = { b, hex };
	int r;

	db_await_txn(b->st); /* it may be pouring the same content */
	if ((r = has_blob(b->st, hex, err)) != 0)
		return r == 1 ? 0 : -1;
	fault_point("before blob");
	return db_txn(b->st, insert_missing, &k, err);
}

int
store_blob_end(struct store_blob *b, unsigned char sha256[32], int64_t *size,
    struct err *err)
{
	char hex[2 * CRYPT_SHA256 + 1];
	int rc = 0;

	crypt_sha256_out(&b->hash, sha256);
	enc_hex(sha256, CRYPT_SHA256, hex);
	*size = b->size;
	if (!b->st->read_only) {
		db_lock(b->st);
		rc = keep_blob(b, hex, err);
		if (rc == 0)
			blob_hold(b->st, sha256);
		db_unlock(b->st);
	}
	store_blob_drop(b);
	return rc;
}

/* --- held by messages on their way ------------------------------------- */

/* A content, and how many messages on their way hold it. */
struct blob_held {
	char sha256[2 * CRYPT_SHA256 + 1];
	int n;       /* 0: none any more */
	bool wanted; /* a row refers to it by now */
};

static struct blob_held *
find_held(const struct store *st, const char *sha256)
{
	size_t i = map_get(&st->held_map, 0, sha256);

	return i == MAP_NONE ? NULL : st->held[i];
}

/* A map has no delete, so it is rebuilt when most entries are not held. */
static void
tidy_held(struct store *st)
{
	size_t i, n = st->nheld;

	if (n < 2 * st->held_now + 1000)
		return;
	map_free(&st->held_map);
	map_init(&st->held_map);
	for (i = st->nheld = 0; i < n; i++) {
		struct blob_held *h = st->held[i];

		if (h->n == 0) {
			free(h);
			continue;
		}
		map_put(&st->held_map, 0, h->sha256, st->nheld);
		st->held[st->nheld++] = h;
	}
}

static struct blob_held *
add_held(struct store *st, const char *sha256)
{
	struct blob_held *h;

	tidy_held(st);
	if (st->held_map.base == 0)
		map_init(&st->held_map);
	h = mem_alloc(sizeof(*h));
	memcpy(h->sha256, sha256, sizeof(h->sha256));
	map_put(&st->held_map, 0, h->sha256, st->nheld);
	return *VEC_ADD(st->held, st->nheld) = h;
}

void
blob_hold(struct store *st, const unsigned char sha256[32])
{
	char hex[2 * CRYPT_SHA256 + 1];
	struct blob_held *h;

	enc_hex(sha256, CRYPT_SHA256, hex);
	if ((h = find_held(st, hex)) == NULL)
		h = add_held(st, hex);
	if (h->n++ == 0) {
		st->held_now++;
		h->wanted = false;
	}
}

void
blob_unhold(struct store *st, const struct message *m)
{
	char hex[2 * CRYPT_SHA256 + 1];
	struct blob_held *h;
	size_t i;

	for (i = 0; i < m->natt; i++) {
		if (!m->att[i].stored)
			continue;
		enc_hex(m->att[i].sha256, CRYPT_SHA256, hex);
		if ((h = find_held(st, hex)) == NULL || h->n == 0 || --h->n > 0)
			continue;
		st->held_now--;
		/* unless a row refers to it, it may have to be deleted */
		st->blob_loose = st->blob_loose || !h->wanted;
	}
}

void
store_item_drop(struct store *st, const struct message *m)
{
	db_lock(st);
	blob_unhold(st, m);
	db_unlock(st);
}

/* --- referred to by rows ----------------------------------------------- */

/* 1 and its n, 0 there is no such content, -1. */
static int
find_blob(struct store *st, const char *sha256, int64_t *n, struct err *err)
{
	sqlite3_stmt *s =
	    db_stmt(st, DB_BLOB_N, "SELECT n FROM blob WHERE sha256=?");

	db_text(s, 1, sha256);
	return db_one(st, s, n, err);
}

int
blob_refer(struct store *st, const char *sha256, struct err *err)
{
	struct blob_held *h;
	int64_t n;
	int r = find_blob(st, sha256, &n, err);

	if (r != 1)
		return r;
	if (db_run_int(st,
		db_stmt(st, DB_BLOB_REFER,
		    "INSERT INTO sync_blob(blob,refs) VALUES(?,1) "
		    "ON CONFLICT DO UPDATE SET refs=refs+1"),
		n, err) == -1 ||
	    db_run_int(st,
		db_stmt(st, DB_BLOB_WANTED,
		    "DELETE FROM sync_blob_loose WHERE blob=?"),
		n, err) == -1)
		return -1;
	if ((h = find_held(st, sha256)) != NULL)
		h->wanted = true;
	return 1;
}

int
blob_release(struct store *st, const char *sha256, struct err *err)
{
	struct blob_held *h;
	int64_t n;
	int r = find_blob(st, sha256, &n, err);

	if (r != 1)
		return r;
	st->blob_loose = true;
	if ((h = find_held(st, sha256)) != NULL)
		h->wanted = false;
	if (db_run_int(st,
		db_stmt(st, DB_BLOB_RELEASE,
		    "UPDATE sync_blob SET refs=refs-1 WHERE blob=?"),
		n, err) == -1)
		return -1;
	return db_run_int(st,
	    db_stmt(st, DB_BLOB_LET_GO,
		"INSERT OR IGNORE INTO sync_blob_loose(blob) SELECT blob FROM "
		"sync_blob WHERE blob=? AND refs=0"),
	    n, err);
}

static bool
is_held(const struct store *st, const char *sha256)
{
	const struct blob_held *h =
	    sha256 != NULL ? find_held(st, sha256) : NULL;

	return h != NULL && h->n > 0;
}

static int
delete_blob(struct store *st, int64_t n, struct err *err)
{
	if (db_run_int(st,
		db_stmt(st, DB_BLOB_WANTED,
		    "DELETE FROM sync_blob_loose WHERE blob=?"),
		n, err) == -1 ||
	    db_run_int(st,
		db_stmt(
		    st, DB_BLOB_UNCOUNT, "DELETE FROM sync_blob WHERE blob=?"),
		n, err) == -1)
		return -1;
	return db_run_int(st,
	    db_stmt(st, DB_BLOB_DELETE, "DELETE FROM blob WHERE n=?"), n, err);
}

int
blob_prune(struct store *st, struct err *err)
{
	int64_t after = 0, bytes = 0;
	sqlite3_stmt *s;
	bool held;
	int r = 0;

	if (!st->blob_loose)
		return 0;
	fault_point("before contents go");
	while (bytes < PRUNE_MAX) {
		s = db_stmt(st, DB_BLOB_UNUSED,
		    "SELECT u.blob,b.sha256,b.size FROM sync_blob_loose u JOIN "
		    "blob b ON b.n=u.blob WHERE u.blob>? ORDER BY u.blob "
		    "LIMIT 1");
		db_int(s, 1, after);
		if ((r = db_row(st, s, err)) != 1)
			break;
		after = sqlite3_column_int64(s, 0);
		held = is_held(st, db_col(s, 1));
		if (!held)
			bytes += sqlite3_column_int64(s, 2) + (int64_t)PIECE;
		sqlite3_reset(s);
		if (!held && delete_blob(st, after, err) == -1)
			return -1;
	}
	if (r == -1)
		return -1;
	st->blob_loose = bytes >= PRUNE_MAX; /* the next call does the rest */
	return 0;
}

static int
prune_some(struct store *st, void *arg, struct err *err)
{
	(void)arg;
	return blob_prune(st, err);
}

int
blob_prune_rest(struct store *st, struct err *err)
{
	int rc = 0;

	while (rc == 0 && st->blob_loose)
		rc = db_txn(st, prune_some, NULL, err);
	return rc;
}

void
blob_free(struct store *st)
{
	size_t i;

	for (i = 0; i < st->nheld; i++)
		free(st->held[i]);
	free(st->held);
	map_free(&st->held_map);
	st->held = NULL;
	st->nheld = st->held_now = 0;
}
