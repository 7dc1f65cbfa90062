/*
 * held.h - what the tables of the store say of each other, whatever happened.
 * tests/fault/scene.py has the same for the fault tests.
 */
#ifndef TESTS_LIB_HELD_H
#define TESTS_LIB_HELD_H

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
	/* the text of HTML is missing, or there is a text of its own */
	("SELECT id,html_text FROM sync_email WHERE (html_text IS NULL)<>(text "
	 "IS NOT NULL OR html IS NULL)"),
	("SELECT n,html_text FROM sync_edition WHERE (html_text IS NULL)<>"
	 "(text IS NOT NULL OR html IS NULL)"),
	/* rows of no edition */
	("SELECT edition FROM (SELECT edition FROM sync_edition_party UNION "
	 "SELECT edition FROM sync_edition_attachment) WHERE edition NOT "
	 "IN(SELECT n FROM sync_edition)"),
	/* an item, or a place in a thread, of a mail that is not there */
	("SELECT mailbox,item FROM decision WHERE email IS NOT NULL AND email "
	 "NOT IN(SELECT n FROM sync_email)"),
	"SELECT email FROM sync_thread WHERE email NOT IN(SELECT n FROM "
	"sync_email)",
	/* a mail shares its key with one that is not there, or not the first */
	("SELECT n,variant_of FROM sync_email WHERE variant_of IS NOT NULL AND "
	 "variant_of NOT IN(SELECT n FROM sync_email WHERE variant_of IS "
	 "NULL)"),
	/* a mail that concerns somebody is marked as one that does not */
	("SELECT n,unlinked_at FROM sync_email WHERE unlinked_at IS NOT NULL "
	 "AND n IN(SELECT email FROM sync_email_link)"),
	"PRAGMA foreign_key_check",
};

#endif
