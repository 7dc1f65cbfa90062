/*
 * addrscan.c - where a text has the address of somebody forgotten.
 * 1. At each @ the longest run of characters of an address around it is read,
 *    then parts of it are tried, longer ones first: those that begin or end
 *    where something often borders on an address.
 * 2. Whether a part is an address, and which, address_normalise_to says.
 */
#include <string.h>

#include "base/address.h"
#include "base/utf8.h"
#include "core/addrscan.h"

#define DOMAIN 255  /* characters of a domain */
#define STARTS 10   /* where a local part may begin, at most */
#define ENDS   4    /* where a domain may end, at most */
#define RAW    4096 /* bytes that are looked at on each side of an @ */
#define CUTS   "=/?&{}|`*#!^~$%"
#define MARKS  "'_+" /* they cut only where no word is in front of them */

/* A character of a run. */
struct cell {
	uint32_t c;
	size_t at, end;
	bool tagged; /* a tag lies between it and the next one to the @ */
};

struct run {
	struct textchar_in in;
	struct cell local[ADDRSCAN_LOCAL]; /* the nearest to the @ first */
	struct cell domain[DOMAIN];
	size_t nlocal, ndomain;
	bool local_cut; /* there was no room for all of it */
	bool has_percent;
};

/* --- where an @ is ----------------------------------------------------- */

void
addrscan_init(struct addrscan *a, const struct forgotten *list, const char *s,
    size_t len, bool html)
{
	memset(a, 0, sizeof(*a));
	a->list = list;
	a->s = s;
	a->len = len;
	a->html = html;
}

/* Is an @ there, in whichever form? Its length, or 0. */
static size_t
at_sign(const struct addrscan *a, size_t at, bool *percent)
{
	struct textchar_in in = { a->s, 0, a->len, a->html, true, 0 };
	uint32_t c;
	size_t n = textchar_next(&in, at, &c);

	*percent = a->s[at] == '%';
	return c == '@' ? n : 0;
}

/* The offset of the next of those three, or len. */
static size_t
next_sign(struct addrscan *a)
{
	static const char sign[3] = { '@', '%', '&' };
	size_t i, least = a->len;
	const char *p;

	for (i = 0; i < (a->html ? 3 : 2); i++) {
		if (a->next[i] < a->at || a->at == 0) {
			p = memchr(a->s + a->at, sign[i], a->len - a->at);
			a->next[i] = p == NULL ? a->len : (size_t)(p - a->s);
		}
		if (a->next[i] < least)
			least = a->next[i];
	}
	return least;
}

/* --- the run around it ------------------------------------------------- */

static bool
is_local_char(uint32_t c)
{
	if (c < 0x80)
		return textchar_letter(c) || c == '.' || c == '-' ||
		       (c != 0 && strchr(CUTS MARKS, (int)c) != NULL);
	return c < TEXTCHAR_BAD && !textchar_space(c);
}

static bool
is_domain(uint32_t c)
{
	if (c < 0x80)
		return textchar_letter(c) || c == '.' || c == '-' || c == '_';
	return c < TEXTCHAR_BAD && !textchar_space(c);
}

static void
read_local(struct run *r, size_t end)
{
	size_t stop = end, n;
	bool tagged = false;
	uint32_t c;

	for (; end > r->in.from && stop - end < RAW; end -= n) {
		n = textchar_before(&r->in, end, &c);
		if (c == TEXTCHAR_INLINE)
			tagged = true;
		else if (!textchar_invisible(c)) {
			if (!is_local_char(c))
				return;
			if (r->nlocal == ADDRSCAN_LOCAL)
				break;
			r->local[r->nlocal++] =
			    (struct cell){ c, end - n, end, tagged };
			tagged = false;
			r->has_percent = r->has_percent || c == '%';
		}
	}
	r->local_cut = end > r->in.from;
}

static void
read_domain(struct run *r, size_t at)
{
	size_t start = at, n;
	bool tagged = false;
	uint32_t c;

	for (; at < r->in.to && at - start < RAW; at += n) {
		n = textchar_next(&r->in, at, &c);
		if (c == TEXTCHAR_INLINE)
			tagged = true;
		else if (!textchar_invisible(c)) {
			if (!is_domain(c) || r->ndomain == DOMAIN) {
				r->has_percent = r->has_percent || c == '%';
				return;
			}
			r->domain[r->ndomain++] =
			    (struct cell){ c, at, at + n, tagged };
			tagged = false;
		}
	}
}

/* --- which parts of it are tried --------------------------------------- */

/* Is there no letter in front of the mark that is cell i? */
static bool
is_first_mark(const struct run *r, size_t i)
{
	if (i + 1 == r->nlocal)
		return !r->local_cut;
	return r->local[i + 1].tagged || !textchar_letter(r->local[i + 1].c);
}

/* May a local part begin at cell i, because of the one before it? */
static bool
begins_at(const struct run *r, size_t i)
{
	const struct cell *p = &r->local[i + 1];

	if (p->tagged)
		return true;
	if (p->c < 0x80 && strchr(MARKS, (int)p->c) != NULL)
		return is_first_mark(r, i + 1);
	if (p->c < 0x80)
		return strchr(CUTS, (int)p->c) != NULL;
	return !textchar_letter(p->c) || r->local[i].c < 0x80;
}

/* The cell where a local part that begins at i has neither dot nor hyphen. */
static size_t
skip_dots(const struct run *r, size_t i)
{
	const struct cell *p = &r->local[i];

	for (; i > 0 && (p->c == '.' || p->c == '-'); p--)
		i--;
	return i;
}

/*
 * The cells where local parts may begin, the shortest first: those nearest to
 * the @, then the whole without and with dots at its beginning.
 */
static size_t
list_starts(const struct run *r, bool whole, size_t start[STARTS])
{
	size_t n = 0, i = 0, k;

	if (whole && r->nlocal > 0)
		for (i = r->nlocal - 1; i > 0; i--)
			if (textchar_letter(r->local[i].c))
				break;
	for (; i + 1 < r->nlocal && n < STARTS - 2; i++) {
		if (!begins_at(r, i))
			continue;
		k = skip_dots(r, i);
		if (n == 0 || start[n - 1] < k)
			start[n++] = k;
	}
	if (r->nlocal == 0 || r->local_cut)
		return n;
	k = skip_dots(r, r->nlocal - 1);
	if (n == 0 || start[n - 1] < k)
		start[n++] = k;
	if (k < r->nlocal - 1)
		start[n++] = r->nlocal - 1;
	return n;
}

static bool
is_lower(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/*
 * May a domain end before cell i > 0? Also where a sentence does that has no
 * space behind it: "x.example.Please".
 */
static bool
ends_before(const struct run *r, size_t i)
{
	const struct cell *p = &r->domain[i - 1], *q = &r->domain[i];

	if (q->tagged || q->c == '_')
		return true;
	if (q->c >= 0x80)
		return p->c < 0x80 || !textchar_letter(q->c);
	return q->c >= 'A' && q->c <= 'Z' && p->c == '.' && i > 1 &&
	       is_lower(r->domain[i - 2].c);
}

/* How many of the first n cells are left without what ends no domain. */
static size_t
trim_end(const struct run *r, size_t n)
{
	while (n > 0) {
		uint32_t c = r->domain[n - 1].c;

		if (textchar_letter(c))
			break;
		n--;
	}
	return n;
}

/* How many cells domains may have, the shortest first. */
static size_t
list_ends(const struct run *r, size_t end[ENDS])
{
	size_t n = 0, i, k;

	for (i = 1; i < r->ndomain && n < ENDS - 1; i++) {
		if (!ends_before(r, i))
			continue;
		k = trim_end(r, i);
		if (k > 0 && (n == 0 || end[n - 1] < k))
			end[n++] = k;
	}
	k = trim_end(r, r->ndomain);
	if (k > 0 && (n == 0 || end[n - 1] < k))
		end[n++] = k;
	return n;
}

/* --- trying them ------------------------------------------------------- */

/* What may be an address, with what follows. */
struct trial {
	char s[4 * (ADDRSCAN_LOCAL + DOMAIN) + 2];
	size_t n;
};

/* Adds the cells from the one to the other, in whichever direction. */
static void
put_cells(struct trial *t, const struct cell *from, const struct cell *to)
{
	ptrdiff_t step = from <= to ? 1 : -1;

	for (;; from += step) {
		t->n += utf8_put(t->s + t->n, from->c);
		if (from == to)
			break;
	}
}

static bool
try_candidate(struct addrscan *a, struct trial *t, struct addrscan_hit *hit)
{
	char out[ADDRESS_MAX];
	size_t n;

	t->s[t->n] = '\0';
	n = address_normalise_to(t->s, out, sizeof(out));
	if (n == 0)
		return false;
	a->tries++;
	hit->row = forgotten_row(a->list, out, n);
	return hit->row != FORGOTTEN_NONE;
}

static bool
try_parts(struct addrscan *a, const struct run *r, struct addrscan_hit *hit)
{
	size_t start[STARTS], end[ENDS], ns, ne, i, k;
	struct trial t;

	ns = list_starts(r, a->whole, start);
	ne = list_ends(r, end);
	for (i = ns; i-- > 0;) {
		for (k = ne; k-- > 0;) {
			t.n = 0;
			put_cells(&t, &r->local[start[i]], &r->local[0]);
			t.s[t.n++] = '@';
			put_cells(&t, &r->domain[0], &r->domain[end[k] - 1]);
			if (!try_candidate(a, &t, hit))
				continue;
			hit->from = r->local[start[i]].at;
			hit->to = r->domain[end[k] - 1].end;
			return true;
		}
	}
	return false;
}

/* The first cell from i on that has this character, or nlocal. */
static size_t
find_cell(const struct run *r, size_t i, uint32_t c)
{
	while (i < r->nlocal && r->local[i].c != c)
		i++;
	return i;
}

/* Is what lies between two cells, of which `from` comes first, a domain? */
static bool
is_host(const struct run *r, size_t from, size_t to)
{
	bool dot = false;
	size_t i;

	for (i = from; i + 1 > to; i--) {
		if (!is_domain(r->local[i].c))
			return false;
		dot = dot || r->local[i].c == '.';
		if (i == 0)
			break;
	}
	return dot;
}

/* =TT=x.example=anna@...: eq is the last =, which is anna@x.example. */
static bool
try_forwarder(struct addrscan *a, const struct run *r, size_t eq,
    struct addrscan_hit *hit)
{
	struct trial t = { .n = 0 };
	size_t i = find_cell(r, eq + 1, '=');

	if (eq == 0 || i == eq + 1 || i == r->nlocal ||
	    !is_host(r, i - 1, eq + 1))
		return false;
	put_cells(&t, &r->local[eq - 1], &r->local[0]);
	t.s[t.n++] = '@';
	put_cells(&t, &r->local[i - 1], &r->local[eq + 1]);
	hit->from = r->local[i - 1].at;
	hit->to = r->local[0].end;
	return try_candidate(a, &t, hit);
}

/*
 * bounce-1-anna=x.example@..., or anna_x.example#EXT#@...: cell eq stands for
 * the @ of anna's address, and last is the last one of it.
 */
static bool
try_bounce(struct addrscan *a, const struct run *r, size_t eq, size_t last,
    struct addrscan_hit *hit)
{
	struct trial t;
	size_t i, tries = 0;

	if (eq == last || !is_host(r, eq - 1, last))
		return false;
	for (i = eq + 1; i < r->nlocal && tries < STARTS; i++) {
		/* in bounces hyphen and plus precede an address, too */
		if (i + 1 < r->nlocal && !begins_at(r, i) &&
		    (last > 0 ||
			(r->local[i + 1].c != '-' && r->local[i + 1].c != '+')))
			continue;
		t.n = 0;
		put_cells(&t, &r->local[i], &r->local[eq + 1]);
		t.s[t.n++] = '@';
		put_cells(&t, &r->local[eq - 1], &r->local[last]);
		hit->from = r->local[i].at;
		hit->to = r->local[last].end;
		tries++;
		if (try_candidate(a, &t, hit))
			return true;
	}
	return false;
}

/* Does another address tell one in its local part? */
static bool
try_inside(struct addrscan *a, const struct run *r, struct addrscan_hit *hit)
{
	static const char guest[] = "#txe#"; /* backwards */
	size_t i;

	i = find_cell(r, 0, '=');
	if (i < r->nlocal &&
	    (try_bounce(a, r, i, 0, hit) || try_forwarder(a, r, i, hit)))
		return true;
	for (i = 0; i < 5 && i < r->nlocal; i++)
		if ((r->local[i].c | 0x20) != ((uint32_t)guest[i] | 0x20))
			return false;
	i = find_cell(r, i, '_');
	return i < r->nlocal && try_bounce(a, r, i, 5, hit);
}

/* Reads the run around the @ of n bytes, in one way, and tries it. */
static bool
try_run(struct addrscan *a, struct run *r, size_t at, size_t n,
    struct addrscan_hit *hit)
{
	r->nlocal = r->ndomain = 0;
	r->local_cut = r->has_percent = false;
	read_local(r, at);
	if (r->nlocal == 0)
		return false;
	read_domain(r, at + n);
	return try_parts(a, r, hit) || try_inside(a, r, hit);
}

static bool
try_sign(struct addrscan *a, size_t at, size_t n, bool percent,
    struct addrscan_hit *hit)
{
	struct run r;

	r.in = (struct textchar_in){ a->s, a->floor, a->len, a->html, percent,
		a->html ? ADDRSCAN_TAG : 0 };
	if (try_run(a, &r, at, n, hit))
		return true;
	if (percent || !r.has_percent)
		return false;
	r.in.percent = true;
	return try_run(a, &r, at, n, hit);
}

bool
addrscan_next(struct addrscan *a, struct addrscan_hit *hit)
{
	size_t at, n;
	bool percent;

	if (forgotten_count(a->list) == 0)
		return false;
	while (a->at < a->len && (at = next_sign(a)) < a->len) {
		n = at_sign(a, at, &percent);
		a->at = at + (n > 0 ? n : 1);
		if (n == 0 || !try_sign(a, at, n, percent, hit))
			continue;
		a->floor = hit->to;
		if (a->at < hit->to)
			a->at = hit->to;
		return true;
	}
	return false;
}
