/*
 * test_store_held.h - what the tables say of each other, whatever happened.
 */
#ifndef TEST_STORE_HELD_H
#define TEST_STORE_HELD_H

#include "test_store.h"

/* Each finds what must not be. */
static const char *const held_never[] = {
	/* a content is counted wrongly, or not at all */
	("SELECT * FROM (SELECT b.sha256,u.refs,(SELECT count(*) FROM "
	 "sync_attachment a WHERE a.sha256=b.sha256)+(SELECT count(*) FROM "
	 "sync_edition_attachment a WHERE a.sha256=b.sha256) AS rows FROM blob "
	 "b LEFT JOIN sync_blob u ON u.blob=b.n) WHERE ifnull(refs,0)<>rows"),
	("SELECT blob FROM (SELECT blob FROM sync_blob UNION ALL SELECT blob "
	 "FROM sync_blob_loose) WHERE blob NOT IN(SELECT n FROM blob)"),
	/* those that nobody has are a list of their own */
	("SELECT b.n,u.refs FROM blob b LEFT JOIN sync_blob u ON u.blob=b.n "
	 "LEFT JOIN sync_blob_loose l ON l.blob=b.n WHERE (ifnull(u.refs,0)=0)"
	 "<>(l.blob IS NOT NULL)"),
	/* an attachment's content is not there */
	("SELECT sha256 FROM (SELECT sha256 FROM sync_attachment UNION SELECT "
	 "sha256 FROM sync_edition_attachment) WHERE sha256 IS NOT NULL AND "
	 "sha256 NOT IN(SELECT sha256 FROM blob)"),
	/* a copy has an edition of another mail, or none though the mail has */
	("SELECT email,item_id FROM sync_copy c WHERE edition IS NOT NULL AND "
	 "NOT EXISTS(SELECT 1 FROM sync_edition x WHERE x.n=c.edition AND "
	 "x.email=c.email AND c.removed_at IS NULL)"),
	("SELECT email,item_id FROM sync_copy WHERE edition IS NULL AND "
	 "removed_at IS NULL AND email IN(SELECT email FROM sync_edition)"),
	/* an edition that no copy has, or only one */
	("SELECT n FROM sync_edition WHERE n NOT IN(SELECT edition FROM "
	 "sync_copy WHERE edition IS NOT NULL)"),
	"SELECT email FROM sync_edition GROUP BY email HAVING count(*)=1",
	/* the text that the mail shows is no edition's */
	("SELECT email FROM sync_edition WHERE weight>=0 GROUP BY email HAVING "
	 "min(differs)=1"),
	("SELECT n FROM sync_edition WHERE NOT differs AND ifnull(text,html) "
	 "IS NOT NULL"),
	/* rows of no edition */
	("SELECT edition FROM (SELECT edition FROM sync_edition_party UNION "
	 "SELECT edition FROM sync_edition_link UNION SELECT edition FROM "
	 "sync_edition_attachment) WHERE edition NOT IN(SELECT n FROM "
	 "sync_edition)"),
	"PRAGMA foreign_key_check",
};

/* None of them is so in the file that h has open. */
static inline void
holds_in(sqlite3 *h)
{
	sqlite3_stmt *s = NULL;
	size_t i;

	for (i = 0; i < sizeof(held_never) / sizeof(*held_never); i++) {
		if (sqlite3_prepare_v2(h, held_never[i], -1, &s, NULL) !=
		    SQLITE_OK)
			fail_msg("%s: %s", held_never[i], sqlite3_errmsg(h));
		if (sqlite3_step(s) != SQLITE_DONE)
			fail_msg("%s: %s, %s", held_never[i],
			    str_nn((const char *)sqlite3_column_text(s, 0)),
			    str_nn((const char *)sqlite3_column_text(s, 1)));
		sqlite3_finalize(s);
	}
}

/* held: messages are on their way, and their contents wait for them. */
static inline void
holds(struct kit *k, bool held)
{
	sqlite3 *h = NULL;

	assert_int_equal(sqlite3_open(k->path, &h), SQLITE_OK);
	holds_in(h);
	sqlite3_close(h);
	if (!held)
		assert_int_equal(
		    number(k, "SELECT count(*) FROM sync_blob_loose"), 0);
}

#endif
