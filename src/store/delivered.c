/*
 * delivered.c - links of role MATCH_DELIVERED.
 */
#include "base/fault.h"
#include "store/delivered.h"

/* A link of a header for the same person as row x of the same mail. */
#define NAMED(type, id)                                                          \
	"EXISTS(SELECT 1 FROM sync_link o WHERE o.email=?1 AND o.crm_type=" type \
	" AND o.crm_id=" id " AND o.role<>'" MATCH_DELIVERED "')"

static int
drop_links(struct store *st, int64_t email, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_DELIVERED_DROP,
	    "DELETE FROM sync_link WHERE email=?1 AND role='" MATCH_DELIVERED
	    "' AND EXISTS(SELECT 1 FROM sync_copy WHERE email=?1 AND "
	    "removed_at IS NULL) AND (NOT EXISTS(SELECT 1 FROM sync_copy c "
	    "WHERE c.email=?1 AND c.removed_at IS NULL AND "
	    "c.delivered_type=sync_link.crm_type AND "
	    "c.delivered_id=sync_link.crm_id) OR " NAMED(
		"sync_link.crm_type", "sync_link.crm_id") ")");

	db_int(s, 1, email);
	return db_run(st, s, err);
}

static int
add_links(struct store *st, int64_t email, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_DELIVERED_ADD,
	    "INSERT INTO sync_link(email,crm_type,crm_id,role) SELECT DISTINCT "
	    "?1,c.delivered_type,c.delivered_id,'" MATCH_DELIVERED
	    "' FROM sync_copy c WHERE c.email=?1 AND c.removed_at IS NULL AND "
	    "c.delivered_id IS NOT NULL AND NOT " NAMED(
		"c.delivered_type", "c.delivered_id") " ON CONFLICT DO "
						      "NOTHING");

	db_int(s, 1, email);
	return db_run(st, s, err);
}

int
delivered_settle(struct store *st, int64_t email, struct err *err)
{
	int a, b;

	if ((a = drop_links(st, email, err)) == -1)
		return -1;
	fault_point("between delivered links");
	if ((b = add_links(st, email, err)) == -1)
		return -1;
	return a + b > 0;
}
