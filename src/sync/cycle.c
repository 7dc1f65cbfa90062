/*
 * cycle.c - does reading a folder's changes make progress?
 */
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "sync/cycle.h"

#define EMPTY_MAX    100 /* pages in a row without a change */
#define SAME_MAX     3   /* pages that repeat the contents of another one */
#define CONTENTS_MAX ((size_t)64 << 20)

/* Has this hash occurred before? */
static bool
comes_round(struct cycle_round *r, const unsigned char *h)
{
	if (r->pages > 0 && memcmp(h, r->mark, CRYPT_SHA256) == 0)
		return true;
	if (r->pages++ == r->next) {
		memcpy(r->mark, h, CRYPT_SHA256);
		r->next = 2 * r->next + 1;
	}
	return false;
}

static bool
cursor_again(struct cycle *g, const char *cursor)
{
	unsigned char h[CRYPT_SHA256];

	crypt_sha256(cursor, strlen(cursor), h);
	return comes_round(&g->cursors, h);
}

/*
 * Does the page hold what another one held, though its cursor is new? Small
 * pages may rightly be the same once or twice.
 */
static bool
contents_again(struct cycle *g, const struct change_page *c)
{
	unsigned char h[CRYPT_SHA256];
	struct buf b;
	size_t i;

	if (c->n == 0)
		return false;
	buf_init(&b, CONTENTS_MAX);
	for (i = 0; i < c->n; i++)
		buf_addf(&b, "%d %d %s\n%s\n", c->v[i].op, c->v[i].is_read,
		    c->v[i].id, str_nn(c->v[i].change_key));
	crypt_sha256(buf_str(&b), b.len, h);
	buf_free(&b);
	return comes_round(&g->contents, h) && ++g->same > SAME_MAX;
}

int
cycle_check(struct cycle *g, const struct change_page *p, const char *cursor,
    struct err *err)
{
	g->empty = p->n > 0 ? 0 : g->empty + 1;
	if (!p->more ||
	    (!str_eq(p->cursor, cursor) && g->empty < EMPTY_MAX &&
		!cursor_again(g, p->cursor) && !contents_again(g, p)))
		return 0;
	err_set(err, ERR_RETRY,
	    "the server says there is more but does not "
	    "move on; it is tried again in the next pass");
	return err_code(err, CAUSE_OTHER, "no-progress", SCOPE_FOLDER);
}
