/*
 * namescan.c - where a text has one of some names.
 * 1. At each word the longest name that begins there is found.
 * 2. For each word at most NAMEWORDS_MAX hashes are made, and none for a number
 *    of words that no name of the rows has.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"
#include "core/namescan.h"

#define NEAR 64 /* characters between a name and an @ beside it */

/* --- which names ------------------------------------------------------- */

void
namescan_clear(struct namescan_names *t, const char *name)
{
	struct namewords_name form[2];
	size_t n = namewords_of(name, form), i;

	for (i = 0; i < n; i++) {
		*VEC_ADD(t->clear, t->nclear) = form[i];
		t->clear_words |= 1u << form[i].words;
	}
}

static int
compare_names(const void *a, const void *b)
{
	return forgotten_order(a, b);
}

void
namescan_rows(struct namescan_names *t, const struct forgotten *list,
    const size_t *row, size_t n)
{
	const struct forgotten_row *r;
	size_t i, k;

	t->list = list;
	for (i = 0; i < n; i++) {
		r = &list->v[row[i]];
		for (k = 0; k < r->nname; k++) {
			*VEC_ADD(t->hash, t->nhash) = r->name[k];
			t->hash_words |= 1u << r->name[k].words;
		}
	}
	if (t->nhash > 1)
		qsort(t->hash, t->nhash, sizeof(*t->hash), compare_names);
}

void
namescan_free(struct namescan_names *t)
{
	free(t->clear);
	free(t->hash);
	memset(t, 0, sizeof(*t));
}

bool
namescan_any(const struct namescan_names *t)
{
	return t->nclear + t->nhash > 0;
}

/* --- where they are ---------------------------------------------------- */

void
namescan_init(struct namescan *s, const struct namescan_names *names,
    const struct textchar_in *in)
{
	memset(s, 0, sizeof(*s));
	s->names = names;
	s->in = *in;
	s->words.in = *in;
	s->words.at = in->from;
}

static bool
is_name(const struct namescan_names *t, const char *text, size_t len, size_t k)
{
	struct forgotten_name one;
	size_t i;

	for (i = 0; i < t->nclear; i++)
		if (t->clear[i].words == k && t->clear[i].len == len &&
		    memcmp(t->clear[i].text, text, len) == 0)
			return true;
	if ((t->hash_words >> k & 1) == 0)
		return false;
	one.words = (unsigned char)k;
	forgotten_name(t->list, text, len, one.hash);
	return bsearch(&one, t->hash, t->nhash, sizeof(one), compare_names) !=
	       NULL;
}

/* May it stand beside a name within the local part or the domain? */
static bool
in_part(uint32_t c, const char *more)
{
	return textchar_letter(c) || textchar_invisible(c) ||
	       (c < 0x80 && c != 0 && strchr(more, (int)c) != NULL);
}

/* Is what ends there the local part of the address of somebody else? */
static bool
is_before_at(const struct textchar_in *in, size_t to)
{
	size_t i, n;
	uint32_t c;

	for (i = 0; i < NEAR && to < in->to; i++, to += n) {
		n = textchar_next(in, to, &c);
		if (!in_part(c, ".-_+"))
			return c == '@';
	}
	return false;
}

/* Is what begins there its domain, and not a mention like "@Carl Miller"? */
static bool
is_behind_at(const struct textchar_in *in, size_t from)
{
	size_t i, n;
	uint32_t c;

	for (i = 0; i < NEAR && from > in->from; i++) {
		n = textchar_before(in, from, &c);
		from -= n;
		if (in_part(c, ".-_"))
			continue;
		if (c != '@' || from == in->from)
			return false;
		textchar_before(in, from, &c);
		return in_part(c, ".-_+");
	}
	return false;
}

/* Is what lies there part of the address of somebody else? */
static bool
in_address(const struct namescan *s, size_t from, size_t to)
{
	struct textchar_in in = s->in;

	if (in.tag_max > 0)
		in.tag_max = NEAR;
	return is_before_at(&in, to) || is_behind_at(&in, from);
}

/* How many words of the ones read are a name, from the first one on; 0: none */
static size_t
longest_name(const struct namescan *s)
{
	unsigned any = s->names->clear_words | s->names->hash_words;
	char text[NAMEWORDS_TEXT];
	size_t most = 0, k;

	while (
	    most < s->n && s->v[most].n > 0 && (most == 0 || s->v[most].joined))
		most++;
	for (k = most; k > 0; k--) {
		if ((any >> k & 1) != 0 &&
		    is_name(s->names, text, namewords_join(s->v, k, text), k) &&
		    !in_address(s, s->v[0].at, s->v[k - 1].end))
			return k;
	}
	return 0;
}

static void
drop_words(struct namescan *s, size_t k)
{
	s->n -= k;
	memmove(&s->v[0], &s->v[k], s->n * sizeof(s->v[0]));
}

bool
namescan_next(struct namescan *s, size_t *from, size_t *to)
{
	size_t k;

	for (;;) {
		while (!s->end && s->n < NAMEWORDS_MAX) {
			if (namewords_next(&s->words, &s->v[s->n]))
				s->n++;
			else
				s->end = true;
		}
		if (s->n == 0)
			return false;
		if ((k = longest_name(s)) > 0) {
			*from = s->v[0].at;
			*to = s->v[k - 1].end;
			drop_words(s, k);
			return true;
		}
		drop_words(s, 1);
	}
}
