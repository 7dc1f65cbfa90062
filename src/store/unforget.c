/*
 * unforget.c - a person who was forgotten may be known again (forget.h).
 * All mailboxes are read anew: the hashes of addresses of what was left out
 * lack the person's, so that nothing tells which of it names them.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/vec.h"
#include "core/redact.h"
#include "store/admin.h"
#include "store/copy.h"
#include "store/db.h"
#include "store/forget.h"

#define IN(column)    "instr(" column ",'" REDACT_REMOVED "') "
#define IN_PARTY      IN("address") "OR " IN("name")
#define IN_FILE       IN("name") "OR " IN("url") "OR " IN("content_id")
#define IN_TEXT       IN("subject") "OR " IN("text") "OR " IN("html")
#define IN_IDS        IN("message_id") "OR " IN("in_reply_to") "OR " IN("refs")
#define IN_HEADERS    IN("headers")
#define IN_CATEGORIES IN("categories")

/* Of mail in which something was removed, in whatever place. */
static const char unread[] =
    "UPDATE sync_copy SET modified=?1 WHERE removed_at IS NULL AND email IN("
    "SELECT n FROM sync_email WHERE " IN_TEXT "OR " IN_HEADERS "OR " IN_IDS
    "UNION SELECT email FROM sync_party WHERE " IN_PARTY
    "UNION SELECT email FROM sync_attachment WHERE " IN_FILE
    "UNION SELECT email FROM sync_copy WHERE " IN_CATEGORIES
    "UNION SELECT email FROM sync_edition WHERE " IN_TEXT
    "UNION SELECT x.email FROM sync_edition x JOIN sync_edition_party p "
    "ON p.edition=x.n WHERE " IN_PARTY
    "UNION SELECT x.email FROM sync_edition x JOIN sync_edition_attachment a "
    "ON a.edition=x.n WHERE " IN_FILE ")";

struct order {
	char **mailbox;
	size_t n;
};

/* What such a copy says is asked for again when its item is read. */
static int
order_unread(struct store *st, void *arg, struct err *err)
{
	struct order *o = arg;
	sqlite3_stmt *s = db_stmt(st, DB_UNFORGET_UNREAD, unread);
	int r;

	db_int(s, 1, COPY_UNREAD);
	if (db_run(st, s, err) == -1)
		return -1;
	s = db_stmt(st, DB_UNFORGET_MAILBOXES, "SELECT address FROM mailbox");
	while ((r = db_row(st, s, err)) == 1)
		*VEC_ADD(o->mailbox, o->n) = mem_strdup(db_col(s, 0));
	return r;
}

int
store_unforget(struct store *st, int64_t *n, struct err *err)
{
	struct order o = { NULL, 0 };
	size_t i;
	int rc = db_write(st, order_unread, &o, err);

	for (i = 0; i < o.n; i++) {
		if (rc != -1)
			rc = store_mailbox_resync(st, o.mailbox[i], err);
		free(o.mailbox[i]);
	}
	free(o.mailbox);
	*n = (int64_t)o.n;
	return rc == -1 ? -1 : 0;
}
