/*
 * mailtext.c - the text of mail that has only HTML.
 * 1. html_text is NULL exactly where there is a text, or no HTML either; or
 *    where the row is not above its sync_mark, 'texts' or 'edition texts': an
 *    earlier version wrote it, and it is still to be filled in.
 * 2. Nothing but the two views reads it. What copies of a mail say is compared
 *    by text and html alone.
 * 3. The marks only go down, each in one transaction with the rows above it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/stop.h"
#include "fmt/htmltext.h"
#include "store/mailtext.h"

#define SLICE_ROWS  fault_int("EXSYNC_TEXTS", 500) /* of a transaction */
#define SLICE_BYTES ((int64_t)4 * 1024 * 1024)     /* of HTML, likewise */

/* SQL function text_of_html(html) */
static void
text_of_html(sqlite3_context *context, int n, sqlite3_value **v)
{
	const char *html = (const char *)sqlite3_value_text(v[0]);
	struct buf out;
	size_t len;

	(void)n;
	if (html == NULL) {
		sqlite3_result_null(context);
		return;
	}
	len = (size_t)sqlite3_value_bytes(v[0]);
	/* lines of quotes and lists may be longer than their HTML */
	buf_init(&out, 2 * len + 1000);
	html_text(&out, html, len);
	if (out.len == 0) {
		buf_free(&out);
		sqlite3_result_text(context, "", 0, SQLITE_STATIC);
		return;
	}
	len = out.len;
	sqlite3_result_text64(context, buf_take(&out), len, free, SQLITE_UTF8);
}

int
mailtext_register(struct store *st, struct err *err)
{
	int rc = sqlite3_create_function_v2(st->h, "text_of_html", 1,
	    SQLITE_UTF8 | SQLITE_DIRECTONLY, NULL, text_of_html, NULL, NULL,
	    NULL);

	return rc == SQLITE_OK ? 0 : db_fail(st, rc, err);
}

/* --- mail of earlier versions ------------------------------------------- */

/* Of sync_email, or of sync_edition, whose statements have the next slots. */
#define TEXT_STMT(st, slot, edition, of_mail, of_edition)                      \
	db_stmt(st, (enum db_slot)((slot) + (edition)),                        \
	    (edition) ? (of_edition) : (of_mail))

#define SCAN(table)                                                              \
	"SELECT n,iif(text IS NULL AND html_text IS NULL,html,NULL) FROM " table \
	" WHERE n<=?1 ORDER BY n DESC LIMIT ?2"
#define FILL(table)                                                            \
	"UPDATE " table " SET html_text=text_of_html(html) WHERE n>?1 AND "    \
	"n<=?2 AND html_text IS NULL AND text IS NULL AND html IS NOT NULL"
#define MARK(what)                                                             \
	"SELECT ifnull(max(n),0) FROM sync_mark WHERE what='" what "'"
#define SET(what) "UPDATE sync_mark SET n=?1 WHERE what='" what "'"

struct text_slice {
	bool edition;
	int64_t left; /* rows up to that one are to be filled in */
};

/* The slice reaches from *from, which does not belong to it, to s->left. */
static int
find_slice(struct store *st, const struct text_slice *s, int64_t *from,
    struct err *err)
{
	sqlite3_stmt *q = TEXT_STMT(st, DB_TEXT_SCAN, s->edition,
	    SCAN("sync_email"), SCAN("sync_edition"));
	int64_t bytes = 0, rows = 0;
	int most = SLICE_ROWS, r;

	*from = 0;
	db_int(q, 1, s->left);
	db_int(q, 2, most);
	while ((r = db_row(st, q, err)) == 1) {
		bytes += sqlite3_column_bytes(q, 1);
		if (++rows == most || bytes >= SLICE_BYTES) {
			*from = sqlite3_column_int64(q, 0) - 1;
			break;
		}
	}
	sqlite3_reset(q);
	return r == -1 ? -1 : 0;
}

static int
read_left(struct store *st, struct text_slice *slice, struct err *err)
{
	return db_one(st,
	    TEXT_STMT(st, DB_TEXT_MARK, slice->edition, MARK("texts"),
		MARK("edition texts")),
	    &slice->left, err);
}

/* arg: struct text_slice */
static int
fill_slice(struct store *st, void *arg, struct err *err)
{
	struct text_slice *slice = arg;
	sqlite3_stmt *s;
	int64_t from;

	if (read_left(st, slice, err) == -1 ||
	    find_slice(st, slice, &from, err) == -1)
		return -1;
	s = TEXT_STMT(st, DB_TEXT_FILL, slice->edition, FILL("sync_email"),
	    FILL("sync_edition"));
	db_int(s, 1, from);
	db_int(s, 2, slice->left);
	if (db_run(st, s, err) == -1)
		return -1;
	fault_point("texts filled in");
	slice->left = from;
	return db_run_int(st,
	    TEXT_STMT(st, DB_TEXT_SET, slice->edition, SET("texts"),
		SET("edition texts")),
	    from, err);
}

static int
fill_all(struct store *st, bool edition, struct err *err)
{
	struct text_slice slice = { edition, 0 };
	int rc = read_left(st, &slice, err) == -1 ? -1 : 0;

	while (rc == 0 && slice.left > 0 && !stop_requested())
		rc = db_txn(st, fill_slice, &slice, err);
	return rc;
}

int
mailtext_catch_up(struct store *st, struct err *err)
{
	if (st->read_only)
		return 0;
	return fill_all(st, true, err) == -1 ? -1 : fill_all(st, false, err);
}
