/*
 * test_store_mails.h - what the tests of mails with several copies ask the
 * file, besides test_store_held.h.
 */
#ifndef TEST_STORE_MAILS_H
#define TEST_STORE_MAILS_H

#include "test_store_held.h"

/* Parts that texts are made of. */
#define BANNER "CAUTION: This email originated from outside.\n\n"
#define OFFER  "We offer 12 pallets of steel for 4711,50 EUR.\n"
#define LEGAL  "\nThis e-mail is confidential.\n"
#define ORDER  "We order 24 pallets of timber, at once.\n"

/* The mail that the copy is of. */
static inline const char *
id_of(struct kit *k, const char *item_id)
{
	char sql[200];

	snprintf(sql, sizeof(sql),
	    "SELECT email_id FROM email_copy WHERE item_id='%s' AND "
	    "removed_at IS NULL",
	    item_id);
	return ask(k, sql);
}

static inline long
mails(struct kit *k)
{
	return number(k, "SELECT count(*) FROM email");
}

/* Those that lie somewhere. */
static inline long
live_mails(struct kit *k)
{
	return number(k, "SELECT count(DISTINCT email_id) FROM email_copy "
			 "WHERE removed_at IS NULL");
}

static inline long
editions(struct kit *k)
{
	return number(k, "SELECT count(*) FROM sync_edition");
}

static inline void
gone(struct kit *k, const char *box, const char *id)
{
	struct change c = { .op = CHANGE_DELETE, .id = id };
	struct store_page p = { .folder = strcmp(box, BOX_A) == 0 ? k->inbox_a
								  : k->inbox_b,
		.cursor = id,
		.change = &c,
		.nchange = 1 };

	page(k, box, &p);
	holds(k, false);
}

#endif
