/*
 * walk.c - table sync_folder: how far a folder was read.
 * 1. An item is stamped with the number of the full walk under way in the
 *    transaction that writes the cursor of a page that names it, and nowhere
 *    else. At the walk's end the items of the folder without that stamp are
 *    gone. A walk that starts from the beginning again has a new number: stamps
 *    of the old one may be of items that were deleted since.
 */
#include <string.h>

#include "store/decision.h"
#include "store/stray.h"
#include "store/walk.h"

int
walk_get(
    struct store *st, int64_t folder, struct full_walk *out, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_WALK_GET,
	    "SELECT walk,walking FROM sync_folder WHERE folder=?1 AND "
	    "walking IN(?2,?3)");
	int r;

	memset(out, 0, sizeof(*out));
	db_int(s, 1, folder);
	db_int(s, 2, WALKING_FULL);
	db_int(s, 3, WALKING_ANEW);
	if ((r = db_row(st, s, err)) != 1)
		return r;
	out->number = sqlite3_column_int64(s, 0);
	out->anew = sqlite3_column_int(s, 1) == WALKING_ANEW;
	sqlite3_reset(s);
	return 0;
}

int
walk_begin(struct store *st, int64_t folder, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_WALK_BEGIN,
	    "INSERT INTO sync_folder(folder,walk,walking) VALUES(?1,1,?2) "
	    "ON CONFLICT DO UPDATE SET cursor=NULL,marker=NULL,walk=walk+1,"
	    "walking=iif(walking IN(?3,?4),?4,?2)");

	db_int(s, 1, folder);
	db_int(s, 2, WALKING_FULL);
	db_int(s, 3, WALKING_ASKED);
	db_int(s, 4, WALKING_ANEW);
	return db_run(st, s, err) == -1 ? -1 : stray_asked(st, folder, err);
}

int
walk_saw(struct store *st, const char *mailbox, const struct store_page *p,
    int64_t walk, struct err *err)
{
	size_t i;

	for (i = 0; i < p->nchange; i++) {
		if (p->change[i].op == CHANGE_PUT &&
		    decision_stamp(st,
			&(struct store_place){ mailbox, p->folder },
			p->change[i].id, walk, err) == -1)
			return -1;
	}
	return 0;
}

int
walk_cursor(struct store *st, const struct store_page *p, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_WALK_CURSOR,
	    "INSERT INTO sync_folder(folder,cursor) VALUES(?1,?2) "
	    "ON CONFLICT DO UPDATE SET cursor=?2");

	db_int(s, 1, p->folder);
	db_text(s, 2, p->cursor);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
walk_end(struct store *st, const struct store_page *p, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_WALK_END,
	    "INSERT INTO sync_folder(folder,marker,unsettled) "
	    "VALUES(?1,?2,?3) ON CONFLICT DO UPDATE SET marker=?2,"
	    "unsettled=?3,walking=iif(walking IN(?4,?6),walking,?5)");

	db_int(s, 1, p->folder);
	db_text(s, 2, p->marker);
	db_int(s, 3, p->unsettled);
	db_int(s, 4, WALKING_ASKED);
	db_int(s, 5, WALKING_NONE);
	db_int(s, 6, WALKING_COMPARE);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
walk_forget(struct store *st, int64_t folder, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_FOLDER_FORGET,
	    "UPDATE sync_folder SET cursor=NULL,marker=NULL,walk=walk+1,"
	    "walking=?2 WHERE folder=?1");

	db_int(s, 1, folder);
	db_int(s, 2, WALKING_FULL);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
walk_leave(struct store *st, int64_t folder, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_FOLDER_LEFT,
	    "UPDATE sync_folder SET walking=?2 WHERE folder=?1");

	db_int(s, 1, folder);
	db_int(s, 2, WALKING_NONE);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

/* One that an administrator asked for still decides anew. */
int
walk_compare(struct store *st, int64_t folder, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_WALK_COMPARE,
	    "INSERT INTO sync_folder(folder,walking) VALUES(?1,?2) ON CONFLICT "
	    "DO UPDATE SET walking=iif(walking IN(?3,?4),?3,?2)");

	db_int(s, 1, folder);
	db_int(s, 2, WALKING_COMPARE);
	db_int(s, 3, WALKING_ASKED);
	db_int(s, 4, WALKING_ANEW);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

int
walk_again(struct store *st, int64_t folder, struct err *err)
{
	return db_run_int(st,
	    db_stmt(st, DB_FOLDER_AGAIN,
		"UPDATE sync_folder SET marker=NULL WHERE folder=?"),
	    folder, err);
}
