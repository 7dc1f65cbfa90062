/*
 * interrupted.c - passes in a row that were interrupted, read from table run,
 * and table sync_run, which says what a pass was restricted to.
 * 1. Looked at are the latest passes first; what came before a pass without
 *    any restriction that came to its end says nothing any more.
 * 2. Whoever deletes rows of table run makes their ids be used again: a new row
 *    has nothing of an old one in sync_run.
 */
#include <string.h>

#include "base/str.h"
#include "store/db.h"
#include "store/health.h"
#include "store/run.h"

/* How little a pass was meant to read. */
enum breadth { WHOLE, PROFILE, MAILBOXES, NOTHING };

/* The passes with one restriction. */
struct kind {
	struct store_interrupted row;
	bool over; /* one of them came to its end after those that count */
};

struct scan {
	struct arena arena;
	struct kind *v;
	size_t n, cap;
	enum breadth over; /* so are all that read no more than this */
};

static enum breadth
breadth_of(const char *wanted)
{
	if (wanted == NULL)
		return WHOLE;
	return strncmp(wanted, "--mailbox ", 10) == 0 ? MAILBOXES : PROFILE;
}

static struct kind *
find_kind(struct scan *c, const char *wanted)
{
	struct kind *v = c->v;
	size_t i;

	for (i = 0; i < c->n; i++) {
		if (str_eq(v[i].row.wanted, wanted))
			return &v[i];
	}
	if (c->n == c->cap) {
		c->cap = c->cap == 0 ? 8 : 2 * c->cap;
		c->v = arena_alloc(&c->arena, c->cap * sizeof(*c->v));
		if (v != NULL)
			memcpy(c->v, v, c->n * sizeof(*v));
	}
	v = &c->v[c->n++];
	memset(v, 0, sizeof(*v));
	v->row.wanted = arena_strdup(&c->arena, wanted);
	v->row.since = TIM_NONE;
	return v;
}

static void
add_run(struct scan *c, const char *wanted, const char *outcome, int64_t began)
{
	struct kind *k = find_kind(c, wanted);
	enum breadth b = breadth_of(wanted);

	if (strcmp(outcome, OUTCOME_INTERRUPTED) != 0 &&
	    strcmp(outcome, OUTCOME_RUNNING) != 0) {
		k->over = true;
		/* two profiles have nothing to do with each other */
		if (b + 1 < c->over)
			c->over = b + 1;
	} else if (!k->over && b < c->over) {
		k->row.n++;
		k->row.since = began;
	}
}

/* dead: the one that says that it is running has died. */
static int
scan_runs(struct store *st, bool dead, struct scan *c, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_RUN_ROWS,
	    "SELECT wanted,outcome,started FROM run LEFT JOIN sync_run "
	    "USING(id) ORDER BY id DESC");
	const char *outcome;
	int r = 0;

	memset(c, 0, sizeof(*c));
	c->over = NOTHING;
	while (c->over > PROFILE && (r = db_row(st, s, err)) == 1) {
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
	int rc = scan_runs(st, true, &c, err);

	if (rc == 0) {
		k = find_kind(&c, run->wanted);
		run->interrupted = k->row.n;
		run->interrupted_since = k->row.since;
	}
	arena_free(&c.arena);
	return rc;
}

int
interrupted_note(struct store *st, const struct store_run *run, struct err *err)
{
	sqlite3_stmt *s =
	    db_stmt(st, DB_RUN_UNWANTED, "DELETE FROM sync_run WHERE id>=?");

	db_int(s, 1, run->id);
	if (db_run(st, s, err) == -1)
		return -1;
	if (run->wanted == NULL)
		return 0;
	s = db_stmt(
	    st, DB_RUN_WANTED, "INSERT INTO sync_run(id,wanted) VALUES(?,?)");
	db_int(s, 1, run->id);
	db_text(s, 2, run->wanted);
	return db_run(st, s, err) == -1 ? -1 : 0;
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
