/*
 * passes.c - the latest passes, and what each was restricted to.
 */
#include <string.h>

#include "base/str.h"
#include "store/db.h"
#include "store/health.h"
#include "store/run.h"

int
store_pass_list(
    struct store *st, size_t max, struct store_passes *out, struct err *err)
{
	sqlite3_stmt *s;
	int r;

	memset(out, 0, sizeof(*out));
	out->v = arena_alloc(&out->arena, (max + 1) * sizeof(*out->v));
	db_lock(st);
	s = db_stmt(st, DB_RUN_LATEST,
	    "SELECT wanted,started,finished,outcome FROM run "
	    "LEFT JOIN sync_run USING(id) ORDER BY id DESC LIMIT ?");
	db_int(s, 1, (int64_t)max);
	while ((r = db_row(st, s, err)) == 1) {
		struct store_pass *p = &out->v[out->n++];

		p->wanted =
		    store_want_read(arena_strdup(&out->arena, db_col(s, 0)));
		p->started = db_col_time(s, 1);
		p->finished = db_col_time(s, 2);
		p->open = str_eq(db_col(s, 3), OUTCOME_RUNNING);
	}
	db_unlock(st);
	if (r == -1)
		arena_free(&out->arena);
	return r;
}
