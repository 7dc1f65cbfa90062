/*
 * early.c - files of the first days, when the text of versions 1 and 2 was
 * still edited in place: what such a file lacks, and how it gets it.
 * 1. user_version does not tell: programs that did not know of this have
 *    brought such files to later versions, and then could not write to them.
 *    So the file is asked for its columns, whatever version it has.
 * 2. A mend leads to the frozen form of the file's own version, and a file
 *    that has this form is left alone.
 * 3. No further mend is added: from now on a change is a step of schemasteps.c.
 */
#include "base/fault.h"
#include "store/db.h"
#include "store/schema.h"

#define HAS(table, column)                                                     \
	"(SELECT count(*) FROM pragma_table_info('" table                      \
	"') WHERE name='" column "')"

struct mend {
	/* a query: 1 when the file has the early form */
	const char *early;
	/* what is done then: these two around a statement of that version */
	const char *before, *after; /* or NULL */
	int version, statement;     /* version 0: there is none */
};

static const struct mend mends[] = {
	/* before mail could be moved to the folder Undeliverable */
	{ "SELECT " HAS("failure", "item") ">" HAS("failure", "moved_at"),
	    "ALTER TABLE failure ADD COLUMN moved_at TEXT"
	    " /* moved to the mailbox' folder Undeliverable, UTC */",
	    NULL, 0, 0 },
	/* version 2 without one of its tables */
	{ "SELECT " HAS("sync_mailbox", "address") ">" HAS(
	      "sync_ahead", "item"),
	    NULL, NULL, 2, 0 },
	/* version 2 with a column that nothing reads */
	{ "SELECT " HAS("sync_mailbox", "alias_of"),
	    "CREATE TEMP TABLE early AS SELECT address,first_at FROM "
	    "sync_mailbox; DROP TABLE sync_mailbox",
	    "INSERT INTO sync_mailbox(address,first_at) SELECT * FROM "
	    "temp.early;"
	    "DROP TABLE temp.early",
	    2, 1 },
};
#define NMENDS (sizeof(mends) / sizeof(mends[0]))

static int
needs_mend(struct store *st, const struct mend *m, struct err *err)
{
	int64_t early;

	if (schema_number(st, m->early, &early, err) == -1)
		return -1;
	return early == 1;
}

int
early_form(struct store *st, struct err *err)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < NMENDS; i++)
		r = needs_mend(st, &mends[i], err);
	return r;
}

static int
run_mend(struct store *st, const struct mend *m, struct err *err)
{
	if (m->before != NULL && db_exec(st, m->before, err) == -1)
		return -1;
	if (m->version > 0 &&
	    db_exec(st, schema_steps[m->version - 1].sql[m->statement], err) ==
		-1)
		return -1;
	return m->after != NULL ? db_exec(st, m->after, err) : 0;
}

int
early_mend(struct store *st, struct err *err)
{
	size_t i;
	int r;

	for (i = 0; i < NMENDS; i++) {
		r = needs_mend(st, &mends[i], err);
		if (r == 1) {
			r = run_mend(st, &mends[i], err);
			fault_point("inside migration");
		}
		if (r == -1)
			return -1;
	}
	return 0;
}
