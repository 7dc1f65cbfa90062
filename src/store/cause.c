/*
 * cause.c - table sync_cause: mailboxes that cannot be read until a person does
 * something, and why.
 */
#include <string.h>

#include "base/vec.h"
#include "store/cause.h"

int
store_cause_list(struct store *st, struct store_causes *out, struct err *err)
{
	sqlite3_stmt *s;
	int r;

	memset(out, 0, sizeof(*out));
	db_lock(st);
	s = db_stmt(st, DB_CAUSE_LIST,
	    "SELECT address,code,cause,text,advice,shared FROM sync_cause "
	    "ORDER BY address");
	while ((r = db_row(st, s, err)) == 1) {
		struct store_cause *c = VEC_ADD_IN(&out->arena, out->v, out->n);

		memset(c, 0, sizeof(*c));
		c->address = arena_strdup(&out->arena, db_col(s, 0));
		c->code = arena_strdup(&out->arena, db_col(s, 1));
		c->cause = arena_strdup(&out->arena, db_col(s, 2));
		c->text = arena_strdup(&out->arena, db_col(s, 3));
		c->advice = arena_strdup(&out->arena, db_col(s, 4));
		c->shared = sqlite3_column_int(s, 5) != 0;
	}
	db_unlock(st);
	if (r == -1)
		arena_free(&out->arena);
	return r;
}

int
store_cause_of(
    struct store *st, const char *address, bool *known, struct err *err)
{
	sqlite3_stmt *s;
	int r;

	db_lock(st);
	s = db_stmt(
	    st, DB_CAUSE_OF, "SELECT 1 FROM sync_cause WHERE address=?");
	db_text(s, 1, address);
	r = db_one(st, s, NULL, err);
	db_unlock(st);
	*known = r == 1;
	return r == -1 ? -1 : 0;
}

int
cause_put(struct store *st, const struct store_cause *c, struct err *err)
{
	sqlite3_stmt *s;

	if (c->over) {
		s = db_stmt(st, DB_CAUSE_OVER,
		    "DELETE FROM sync_cause WHERE address=?");
		db_text(s, 1, c->address);
		return db_run(st, s, err) == -1 ? -1 : 0;
	}
	s = db_stmt(st, DB_CAUSE_PUT,
	    "INSERT OR REPLACE INTO sync_cause(address,code,cause,text,advice,"
	    "shared) VALUES(?,?,?,?,?,?)");
	db_text(s, 1, c->address);
	db_text(s, 2, c->code);
	db_text(s, 3, c->cause);
	db_text(s, 4, c->text);
	db_text(s, 5, c->advice);
	db_int(s, 6, c->shared);
	return db_run(st, s, err) == -1 ? -1 : 0;
}
