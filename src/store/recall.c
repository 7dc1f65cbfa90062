/*
 * recall.c - finds the parts of a message that the file has already, so that
 * they need not be fetched again.
 * 1. An attachment is the stored one if the server gives it the same id in the
 *    same item; its content is then held (blob.h).
 * 2. A body is the stored one if neither the time of the item's last change nor
 *    its size has changed. It is fetched again when the server gives no such
 *    time, or when the last change was so recent that another one could have
 *    the same time.
 */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/blob.h"
#include "store/copy.h"
#include "store/edition.h"

/* What the file has of the item's copy. */
struct recalled {
	const char *mailbox, *item;
	struct email_row r; /* its people, links and attachments */
	int64_t modified;   /* s, or -1 */
	int64_t size;       /* or -1 */
	char *attached;     /* or NULL */
	int64_t edition;
	bool found;
};

static int
find_copy(struct store *st, void *arg, struct err *err)
{
	struct recalled *k = arg;
	sqlite3_stmt *s = db_stmt(st, DB_COPY_RECALL,
	    "SELECT c.email,ifnull(c.edition,0),ifnull(c.modified,-1),"
	    "ifnull(c.size,-1),c.attached FROM decision d JOIN sync_copy c ON "
	    "c.email=d.email AND c.item_id=d.item AND c.mailbox=d.mailbox "
	    "WHERE d.mailbox=? AND d.item=? AND c.removed_at IS NULL");
	int64_t email;
	int r;

	db_text(s, 1, k->mailbox);
	db_text(s, 2, k->item);
	if ((r = db_row(st, s, err)) != 1)
		return r;
	k->found = true;
	email = sqlite3_column_int64(s, 0);
	k->edition = sqlite3_column_int64(s, 1);
	k->modified = sqlite3_column_int64(s, 2);
	k->size = sqlite3_column_int64(s, 3);
	k->attached = mem_strdup(db_col(s, 4));
	sqlite3_reset(s);
	if (k->edition != 0)
		return email_load_edition(st, k->edition, false, &k->r, err);
	return email_load(st, email, false, &k->r, err);
}

static void
recall_attachment(struct store *st, struct message *m, struct attachment *a,
    const struct attachment *had)
{
	if (a->kind != had->kind || !had->stored)
		return;
	parts_take_content(a, had, &m->arena);
	blob_hold(st, a->sha256);
}

/* Finds m's attachments among the stored ones by the hashes of their ids. */
static void
take_attachments(struct store *st, struct message *m, const struct recalled *k)
{
	const struct message *had = k->r.m;
	char hash[COPY_ATTACHED + 1];
	struct map map;
	size_t i, at;

	if (k->attached == NULL ||
	    strlen(k->attached) != had->natt * COPY_ATTACHED)
		return;
	map_init(&map);
	for (i = 0; i < had->natt; i++)
		map_put(&map, 0,
		    arena_strndup(&k->r.m->arena,
			k->attached + i * COPY_ATTACHED, COPY_ATTACHED),
		    i);
	for (i = 0; i < m->natt; i++) {
		copy_attached(m->att[i].id, hash);
		if ((at = map_get(&map, 0, hash)) != MAP_NONE)
			recall_attachment(st, m, &m->att[i], &had->att[at]);
	}
	map_free(&map);
}

int
store_item_recall(
    struct store *st, const char *mailbox, struct message *m, struct err *err)
{
	struct recalled k;
	int rc;

	memset(&k, 0, sizeof(k));
	k.mailbox = mailbox;
	k.item = m->item_id;
	m->as_stored = false;
	db_lock(st);
	rc = db_txn_read(st, find_copy, &k, err);
	if (rc == 0 && k.found) {
		take_attachments(st, m, &k);
		m->as_stored = k.modified != -1 && m->modified_at != TIM_NONE &&
			       m->modified_at / 1000 == k.modified &&
			       k.size != -1 && m->size == k.size &&
			       k.r.m->body_state == BODY_FULL;
	}
	db_unlock(st);
	free(k.attached);
	email_free(&k.r);
	return rc;
}
