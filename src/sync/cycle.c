/*
 * cycle.c - does reading a folder's changes make progress?
 */
#include "base/map.h"
#include "base/str.h"
#include "sync/cycle.h"

#define EMPTY_MAX 100 /* pages in a row without a change */
#define SAME_MAX  3   /* pages that repeat the contents of another one */

/* Has this hash occurred before? */
static bool
comes_round(struct cycle_round *r, uint64_t h)
{
	if (r->pages > 0 && h == r->mark)
		return true;
	if (r->pages++ == r->next) {
		r->mark = h;
		r->next = 2 * r->next + 1;
	}
	return false;
}

/* The hash of a text behind what has the hash h. */
static uint64_t
hash_on(const struct cycle *g, uint64_t h, unsigned kind, const char *text)
{
	uint64_t x = map_hash(g->base, kind, text) % MAP_PRIME;

	return map_mul(map_add(h, x), g->base);
}

static bool
cursor_again(struct cycle *g, const char *cursor)
{
	return comes_round(&g->cursors, hash_on(g, 0, 0, cursor));
}

/*
 * Does the page hold what another one held, though its cursor is new? Small
 * pages may rightly be the same once or twice.
 */
static bool
contents_again(struct cycle *g, const struct change_page *c)
{
	uint64_t h = 0;
	size_t i;

	if (c->n == 0)
		return false;
	for (i = 0; i < c->n; i++) {
		const struct change *k = &c->v[i];

		h = hash_on(g, h, (unsigned)k->op, k->id);
		h = hash_on(g, h, k->is_read, str_nn(k->change_key));
	}
	return comes_round(&g->contents, h) && ++g->same > SAME_MAX;
}

int
cycle_check(struct cycle *g, const struct change_page *p, const char *cursor,
    struct err *err)
{
	if (g->base == 0)
		g->base = map_base();
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
