/*
 * interrupted.c - passes in a row that were interrupted, read from table run,
 * and table sync_run, which says what a pass was restricted to.
 * 1. The latest passes are looked at first. Those before an unrestricted pass
 *    that came to its end do not count any more.
 * 2. If somebody deletes rows of table run, SQLite uses their ids again. So the
 *    begin of a pass deletes rows of sync_run with its id or a higher one.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "store/db.h"
#include "store/health.h"
#include "store/run.h"

/* The passes with one restriction. */
struct kind {
	struct store_interrupted row;
	bool over; /* one of them came to its end after those that count */
};

struct scan {
	struct arena arena;
	struct kind *v;
	size_t n;
	enum store_want_kind over; /* so are all that read no more than this */
};

static struct kind *
find_kind(struct scan *c, const char *text)
{
	struct kind *k;
	size_t i;

	for (i = 0; i < c->n; i++) {
		if (str_eq(c->v[i].row.wanted.text, text))
			return &c->v[i];
	}
	k = VEC_ADD_IN(&c->arena, c->v, c->n);
	k->row.wanted = store_want_read(arena_strdup(&c->arena, text));
	k->row.since = TIM_NONE;
	return k;
}

static void
add_run(struct scan *c, const char *text, const char *outcome, int64_t began)
{
	struct kind *k = find_kind(c, text);
	enum store_want_kind as = k->row.wanted.kind;

	if (strcmp(outcome, OUTCOME_INTERRUPTED) != 0 &&
	    strcmp(outcome, OUTCOME_RUNNING) != 0) {
		k->over = true;
		/* not passes over another profile: hence + 1 */
		if (as + 1 < c->over)
			c->over = as + 1;
	} else if (!k->over && as < c->over) {
		k->row.n++;
		k->row.since = began;
	}
}

/* dead: a pass whose outcome is "running" has died. */
static int
scan_runs(struct store *st, bool dead, struct scan *c, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_RUN_ROWS,
	    "SELECT wanted,outcome,started FROM run LEFT JOIN sync_run "
	    "USING(id) ORDER BY id DESC");
	const char *outcome;
	int r = 0;

	memset(c, 0, sizeof(*c));
	c->over = WANT_KINDS;
	while (c->over > WANT_PROFILE && (r = db_row(st, s, err)) == 1) {
		outcome = str_nn(db_col(s, 1));
		if (dead || strcmp(outcome, OUTCOME_RUNNING) != 0)
			add_run(c, db_col(s, 0), outcome, db_col_time(s, 2));
	}
	sqlite3_reset(s);
	return r == -1 ? -1 : 0;
}

int
interrupted_before(struct store *st, struct store_run *run, struct err *err)
{
	const struct kind *k;
	struct scan c;
	char *text = store_want_text(&run->want);
	int rc = scan_runs(st, true, &c, err);

	if (rc == 0) {
		k = find_kind(&c, text);
		run->interrupted = k->row.n;
		run->interrupted_since = k->row.since;
	}
	arena_free(&c.arena);
	free(text);
	return rc;
}

int
interrupted_note(struct store *st, const struct store_run *run, struct err *err)
{
	char *text = store_want_text(&run->want);
	int rc = db_run_int(st,
	    db_stmt(st, DB_RUN_UNWANTED, "DELETE FROM sync_run WHERE id>=?"),
	    run->id, err);

	if (rc == 0 && text != NULL) {
		sqlite3_stmt *s = db_stmt(st, DB_RUN_WANTED,
		    "INSERT INTO sync_run(id,wanted) VALUES(?,?)");

		db_int(s, 1, run->id);
		db_text(s, 2, text);
		rc = db_run(st, s, err) == -1 ? -1 : 0;
	}
	free(text);
	return rc;
}

int
store_interrupted_list(struct store *st, bool cut_off,
    struct store_interrupteds *out, struct err *err)
{
	struct scan c;
	size_t i;
	int rc;

	memset(out, 0, sizeof(*out));
	db_lock(st);
	rc = scan_runs(st, cut_off, &c, err);
	db_unlock(st);
	if (rc == -1) {
		arena_free(&c.arena);
		return -1;
	}
	out->v = arena_alloc(&c.arena, (c.n + 1) * sizeof(*out->v));
	for (i = 0; i < c.n; i++) {
		if (c.v[i].row.n > 0)
			out->v[out->n++] = c.v[i].row;
	}
	out->arena = c.arena;
	return 0;
}
