/*
 * test_store_held.h - what the tables say of each other, whatever happened.
 */
#ifndef TEST_STORE_HELD_H
#define TEST_STORE_HELD_H

#include "../lib/held.h"
#include "test_store.h"

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
