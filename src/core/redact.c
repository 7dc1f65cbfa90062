/*
 * redact.c - texts without the people to be forgotten.
 * 1. Addresses go before names, so that no name is looked for in them.
 * 2. Tags in the midst of what is replaced stay, and what stands beside it may
 *    be an address once it is gone; therefore addresses are looked for again
 *    until there are none, at most ROUNDS times.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "core/addrscan.h"
#include "core/namescan.h"
#include "core/redact.h"

#define ROUNDS 8
#define TAG    512 /* bytes of a tag, once a tag was not closed */

/* --- what is in a text ------------------------------------------------- */

static bool
find_rows(struct addrscan *a, struct redact_rows *rows)
{
	struct addrscan_hit hit;
	bool any = false;

	for (; addrscan_next(a, &hit); any = true)
		*VEC_ADD(rows->v, rows->n) = hit.row;
	return any;
}

bool
redact_find(const struct forgotten *list, const char *s, size_t n, bool html,
    struct redact_rows *rows)
{
	struct addrscan a;

	addrscan_init(&a, list, s, n, html);
	return find_rows(&a, rows);
}

bool
redact_find_address(
    const struct forgotten *list, const char *s, struct redact_rows *rows)
{
	struct addrscan a;
	size_t row;

	addrscan_init(&a, list, s, strlen(s), false);
	a.whole = true;
	if (find_rows(&a, rows))
		return true;
	if (strchr(s, '"') == NULL ||
	    (row = forgotten_find(list, s)) == FORGOTTEN_NONE)
		return false;
	*VEC_ADD(rows->v, rows->n) = row;
	return true;
}

bool
forgotten_in(const struct forgotten *list, const char *s)
{
	struct addrscan a;
	struct addrscan_hit hit;

	if (s == NULL)
		return false;
	addrscan_init(&a, list, s, strlen(s), false);
	return addrscan_next(&a, &hit);
}

static int
compare_offsets(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return (x > y) - (x < y);
}

/* The names to go: those that r has, and those of the rows that were found. */
static void
gather_names(const struct redact *r, const struct redact_rows *found,
    struct namescan_names *out)
{
	struct redact_rows all = { NULL, 0 };
	size_t i, n = 0;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < r->nname && i < REDACT_NAMES; i++)
		namescan_clear(out, r->name[i]);
	for (i = 0; i < r->nrow; i++)
		*VEC_ADD(all.v, all.n) = r->row[i];
	for (i = 0; i < found->n; i++)
		*VEC_ADD(all.v, all.n) = found->v[i];
	if (all.n > 1)
		qsort(all.v, all.n, sizeof(*all.v), compare_offsets);
	for (i = 0; i < all.n; i++)
		if (n == 0 || all.v[n - 1] != all.v[i])
			all.v[n++] = all.v[i];
	if (n > 0)
		namescan_rows(out, r->list, all.v, n);
	free(all.v);
}

/* --- replacing --------------------------------------------------------- */

/* A text that is redacted step by step. */
struct draft {
	const char *s; /* as it is now: what was given, or of now */
	size_t n;
	bool html;
	struct buf now, next; /* next: the text after this step, so far */
	size_t done;          /* of s, this is in next */
	bool step;            /* this step changes something */
	bool changed;         /* an earlier one did */
};

/* Replaces what lies there; keeps its tags, up to that many bytes long. */
static void
replace_part(struct draft *d, size_t from, size_t to, size_t tag_max)
{
	struct textchar_in in = { d->s, from, to, d->html, false, tag_max };
	uint32_t c;
	size_t n;

	buf_add(&d->next, d->s + d->done, from - d->done);
	buf_adds(&d->next, REDACT_REMOVED);
	for (; tag_max > 0 && from < to; from += n) {
		n = textchar_next(&in, from, &c);
		if (c == TEXTCHAR_INLINE || c == TEXTCHAR_BLOCK)
			buf_add(&d->next, d->s + from, n);
	}
	d->done = to;
	d->step = true;
}

/* Ends a step. True: it changed something. */
static bool
end_step(struct draft *d)
{
	bool step = d->step;
	struct buf b;

	if (step) {
		buf_add(&d->next, d->s + d->done, d->n - d->done);
		b = d->now;
		d->now = d->next;
		d->next = b;
		buf_reset(&d->next);
		d->s = buf_str(&d->now);
		d->n = d->now.len;
		d->changed = true;
	}
	d->done = 0;
	d->step = false;
	return step;
}

static bool
replace_addresses(
    struct draft *d, const struct forgotten *list, struct redact_rows *rows)
{
	struct addrscan a;
	struct addrscan_hit hit;

	addrscan_init(&a, list, d->s, d->n, d->html);
	while (addrscan_next(&a, &hit)) {
		*VEC_ADD(rows->v, rows->n) = hit.row;
		replace_part(d, hit.from, hit.to, d->html ? ADDRSCAN_TAG : 0);
	}
	return end_step(d);
}

/* Replaces names between those offsets, as text or as a quoted value. */
static void
replace_between(struct draft *d, const struct namescan_names *names,
    size_t from, size_t to, size_t tag_max)
{
	struct textchar_in in = { d->s, from, to, d->html, true, tag_max };
	struct namescan s;

	namescan_init(&s, names, &in);
	while (namescan_next(&s, &from, &to))
		replace_part(d, from, to, tag_max);
}

/* Replaces names in the quoted values of a tag that lies there. */
static void
replace_in_tag(
    struct draft *d, const struct namescan_names *names, size_t from, size_t to)
{
	const char *end;
	size_t i, n;

	for (i = from + 2; i < to; i++) {
		if ((d->s[i] != '"' && d->s[i] != '\'') ||
		    (d->s[i - 1] != '=' && !str_is_white(d->s[i - 1])))
			continue;
		end = memchr(d->s + i + 1, d->s[i], to - i - 1);
		if (end == NULL)
			return;
		n = (size_t)(end - d->s);
		replace_between(d, names, i + 1, n, 0);
		i = n;
	}
}

static bool
replace_in_tags(struct draft *d, const struct namescan_names *names)
{
	size_t max = SIZE_MAX, at = 0, n, left;
	const char *p;

	while (at < d->n && (p = memchr(d->s + at, '<', d->n - at)) != NULL) {
		at = (size_t)(p - d->s);
		left = d->n - at;
		n = textchar_tag(p, left < max ? left : max);
		if (n > 0)
			replace_in_tag(d, names, at, at + n);
		else if (max > TAG)
			/* many without an end would each be read to the end */
			max = TAG;
		at += n > 0 ? n : 1;
	}
	return end_step(d);
}

/* True: there were some. */
static bool
replace_names(
    struct draft *d, const struct redact *r, const struct redact_rows *found)
{
	struct namescan_names names;
	bool any = false;

	if (d->n == 0 || r->nname + r->nrow + found->n == 0)
		return false;
	gather_names(r, found, &names);
	if (namescan_any(&names)) {
		if (d->html)
			any = replace_in_tags(d, &names);
		replace_between(d, &names, 0, d->n, d->html ? SIZE_MAX : 0);
		any = end_step(d) || any;
	}
	namescan_free(&names);
	return any;
}

static bool
redact_any(
    const struct redact *r, const char *s, size_t n, bool html, struct buf *out)
{
	struct draft d = { .s = s, .n = n, .html = html };
	struct redact_rows rows = { NULL, 0 };
	int round = 0;

	buf_init(&d.now, REDACT_ROOM(n));
	buf_init(&d.next, REDACT_ROOM(n));
	do {
		while (
		    round++ < ROUNDS && replace_addresses(&d, r->list, &rows))
			;
	} while (replace_names(&d, r, &rows) && round < ROUNDS &&
		 replace_addresses(&d, r->list, &rows));
	if (d.changed)
		buf_add(out, d.s, d.n);
	if (d.now.over || d.next.over)
		out->over = 1;
	buf_free(&d.now);
	buf_free(&d.next);
	free(rows.v);
	return d.changed;
}

bool
redact_text(const struct redact *r, const char *s, size_t n, struct buf *out)
{
	return redact_any(r, s, n, false, out);
}

bool
redact_html(const struct redact *r, const char *s, size_t n, struct buf *out)
{
	return redact_any(r, s, n, true, out);
}

/* --- names of files ---------------------------------------------------- */

/* How long the name is without an ending that files have. */
static size_t
stem_of(const char *s, size_t n)
{
	static const char *const ending[] = { "7z", "asc", "bmp", "cer", "crt",
		"csv", "doc", "docm", "docx", "dotx", "eml", "gif", "gpg", "gz",
		"heic", "htm", "html", "ics", "jpeg", "jpg", "json", "log",
		"mht", "mp3", "mp4", "msg", "odp", "ods", "odt", "p7m", "p7s",
		"pdf", "pgp", "png", "ppt", "pptx", "rar", "rtf", "sig", "svg",
		"tif", "tiff", "txt", "vcf", "wav", "webp", "xls", "xlsm",
		"xlsx", "xml", "zip" };
	const char *dot = n == 0 ? NULL : memrchr(s, '.', n);
	size_t len, i;

	if (dot == NULL)
		return n;
	len = (size_t)(s + n - dot) - 1;
	for (i = 0; i < sizeof(ending) / sizeof(ending[0]); i++) {
		if (strlen(ending[i]) == len &&
		    str_ieqn(dot + 1, ending[i], len))
			return (size_t)(dot - s);
	}
	return n;
}

bool
redact_find_file(
    const struct forgotten *list, const char *s, struct redact_rows *rows)
{
	size_t n = strlen(s), stem = stem_of(s, n);
	bool found = redact_find(list, s, n, false, rows);

	return (stem < n && redact_find(list, s, stem, false, rows)) || found;
}

bool
redact_file(const struct redact *r, const char *s, size_t n, struct buf *out)
{
	size_t stem = stem_of(s, n);

	if (stem == n || !redact_text(r, s, stem, out))
		return redact_text(r, s, n, out);
	buf_add(out, s + stem, n - stem);
	return true;
}

/* --- headers ----------------------------------------------------------- */

/*
 * A field: a line with those after it that begin with white space, or a line
 * that is no field, and has no colon. Offsets in the block. It is searched
 * without unfolding it: a line break is white space like that behind it.
 */
struct field {
	size_t from, value, eol, to;
};

static bool
next_redact_field(const char *s, size_t n, struct field *f)
{
	const char *p;

	f->from = f->to;
	if (f->from == n)
		return false;
	do {
		p = memchr(s + f->to, '\n', n - f->to);
		f->to = p == NULL ? n : (size_t)(p - s) + 1;
	} while (f->to < n && (s[f->to] == ' ' || s[f->to] == '\t'));
	f->eol = f->to;
	if (f->eol > f->from && s[f->eol - 1] == '\n')
		f->eol--;
	if (f->eol > f->from && s[f->eol - 1] == '\r')
		f->eol--;
	p = memchr(s + f->from, ':', f->eol - f->from);
	f->value = p == NULL ? f->from : (size_t)(p - s) + 1;
	return true;
}

static bool
has_name(const struct namescan_names *names, const char *s, size_t n)
{
	struct textchar_in in = { s, 0, n, false, true, 0 };
	struct namescan scan;
	size_t from, to;

	if (!namescan_any(names))
		return false;
	namescan_init(&scan, names, &in);
	return namescan_next(&scan, &from, &to);
}

/* Must it lose its value? Anything in it that may be an encoded word counts. */
static bool
must_go(const struct redact *r, const struct namescan_names *names,
    const char *s, size_t n)
{
	struct addrscan a;
	struct addrscan_hit hit;

	if (memmem(s, n, "=?", 2) != NULL)
		return true;
	addrscan_init(&a, r->list, s, n, false);
	return addrscan_next(&a, &hit) || has_name(names, s, n);
}

/*
 * Adds the field as it is redacted; true: that differs. An address in its name
 * takes the name away, too.
 */
static bool
put_field(const struct redact *r, const struct namescan_names *names,
    const char *s, const struct field *f, struct buf *out)
{
	size_t keep = f->value - f->from;

	if (!must_go(r, names, s + f->from, f->eol - f->from)) {
		buf_add(out, s + f->from, f->to - f->from);
		return false;
	}
	if (keep > 0 && must_go(r, names, s + f->from, keep - 1))
		keep = 0;
	buf_add(out, s + f->from, keep);
	buf_adds(out, keep > 0 ? " " REDACT_REMOVED : REDACT_REMOVED);
	buf_add(out, s + f->eol, f->to - f->eol);
	return true;
}

bool
redact_headers(const struct redact *r, const char *s, size_t n, struct buf *out)
{
	struct redact_rows rows = { NULL, 0 };
	struct namescan_names names;
	struct field f = { 0, 0, 0, 0 };
	bool changed = false;
	struct buf b;

	if (!redact_find(r->list, s, n, false, &rows) &&
	    r->nrow + r->nname == 0)
		return false;
	gather_names(r, &rows, &names);
	buf_init(&b, REDACT_ROOM(n));
	while (next_redact_field(s, n, &f))
		changed = put_field(r, &names, s, &f, &b) || changed;
	if (changed)
		buf_add(out, buf_str(&b), b.len);
	if (b.over)
		out->over = 1;
	buf_free(&b);
	namescan_free(&names);
	free(rows.v);
	return changed;
}
