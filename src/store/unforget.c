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

/* Mail in which something was removed, in whatever place. */
#define REDACTED_MAILS                                                         \
	"SELECT n FROM sync_email WHERE instr(subject,'" REDACT_REMOVED        \
	"') OR instr(text,'" REDACT_REMOVED                                    \
	"') OR instr(html,'" REDACT_REMOVED                                    \
	"') OR instr(headers,'" REDACT_REMOVED                                 \
	"') OR instr(message_id,'" REDACT_REMOVED                              \
	"') UNION SELECT email FROM sync_party WHERE address='" REDACT_REMOVED \
	"'"

struct order {
	char **mailbox;
	size_t n;
};

/* What such a copy says is asked for again when its item is read. */
static int
order_unread(struct store *st, void *arg, struct err *err)
{
	struct order *o = arg;
	sqlite3_stmt *s = db_stmt(st, DB_UNFORGET_UNREAD,
	    "UPDATE sync_copy SET modified=?1 WHERE removed_at IS NULL AND "
	    "email IN(" REDACTED_MAILS ")");
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
