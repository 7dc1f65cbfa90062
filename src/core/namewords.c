/*
 * namewords.c - the words of a text, as names are compared with them.
 * 1. A word is as long as it can be: letters and digits of any script, and
 *    invisible characters between them.
 * 2. "(removed)" is no word.
 * 3. Time is linear, whatever tag is never closed.
 */
#include <string.h>

#include "base/caseless.h"
#include "base/utf8.h"
#include "core/namewords.h"

#define GAP 64  /* characters between two words of a name, at most */
#define TAG 512 /* bytes of a tag, once a tag was not closed */

/* May it stand between two words of a name? */
static bool
joins_words(uint32_t c)
{
	return textchar_space(c) || textchar_invisible(c) ||
	       (c < 0x80 && c != 0 &&
		   strchr(",-'.\"()[]/|_+>", (int)c) != NULL) ||
	       (c >= 0x2010 && c <= 0x2015) || (c >= 0x2018 && c <= 0x201f) ||
	       c == 0xb4 || c == 0xb7 || c == TEXTCHAR_INLINE ||
	       c == TEXTCHAR_BLOCK;
}

/*
 * A tag is read to its end, however far that is; but after one that has none
 * only short ones are, or else many of them would be read to the end.
 */
static size_t
read_name_char(struct namewords *w, size_t at, uint32_t *c)
{
	if (w->in.s[at] == '<' && w->in.tag_max > TAG &&
	    textchar_tag(w->in.s + at, w->in.to - at) == 0)
		w->in.tag_max = TAG;
	return textchar_next(&w->in, at, c);
}

/* Reads what is no letter; sets at to the next one, which c is. */
static bool
skip_gap(struct namewords *w, bool *joined, uint32_t *c)
{
	size_t gap = 0, n;

	for (; w->at < w->in.to; w->at += n) {
		n = read_name_char(w, w->at, c);
		if (textchar_letter(*c))
			return true;
		if (!joins_words(*c) || ++gap > GAP)
			*joined = false;
	}
	return false;
}

/* Reads a word that begins at at, and goes behind it. */
static void
read_word(struct namewords *w, struct nameword *out)
{
	size_t at = w->at, n;
	bool fits = true;
	uint32_t c;

	out->at = out->end = at;
	out->n = 0;
	for (; at < w->in.to; at += n) {
		n = read_name_char(w, at, &c);
		if (textchar_invisible(c))
			continue;
		if (!textchar_letter(c))
			break;
		out->end = at + n;
		fits = fits && out->n + 4 <= NAMEWORDS_LEN;
		if (fits)
			out->n +=
			    utf8_put(out->fold + out->n, caseless_char(c));
	}
	w->at = out->end;
	if (!fits)
		out->n = 0;
}

/* Is it what a redacted text has in place of something? */
static bool
is_removed(const struct namewords *w, const struct nameword *p)
{
	return p->n == 7 && memcmp(p->fold, "removed", 7) == 0 &&
	       p->at > w->in.from && w->in.s[p->at - 1] == '(' &&
	       p->end < w->in.to && w->in.s[p->end] == ')';
}

bool
namewords_next(struct namewords *w, struct nameword *out)
{
	bool joined = w->at > w->in.from;
	uint32_t c;

	while (skip_gap(w, &joined, &c)) {
		read_word(w, out);
		out->joined = joined;
		if (!is_removed(w, out))
			return true;
		joined = false;
	}
	return false;
}

static int
word_order(const struct nameword *a, const struct nameword *b)
{
	int d = memcmp(a->fold, b->fold, a->n < b->n ? a->n : b->n);

	return d != 0 ? d : (a->n > b->n) - (a->n < b->n);
}

size_t
namewords_join(const struct nameword *w, size_t n, char out[NAMEWORDS_TEXT])
{
	const struct nameword *v[NAMEWORDS_MAX];
	size_t i, k, len = 0;

	for (i = 0; i < n; i++) {
		for (k = i; k > 0 && word_order(v[k - 1], &w[i]) > 0; k--)
			v[k] = v[k - 1];
		v[k] = &w[i];
	}
	for (i = 0; i < n; i++) {
		if (i > 0)
			out[len++] = ' ';
		memcpy(out + len, v[i]->fold, v[i]->n);
		len += v[i]->n;
	}
	return len;
}

/* The words of s as one name; false: they are none. */
static bool
read_name_words(const char *s, size_t len, struct namewords_name *out)
{
	struct namewords w = { { s, 0, len, false, false, 0 }, 0 };
	struct nameword v[NAMEWORDS_MAX + 1];

	out->words = 0;
	while (
	    out->words <= NAMEWORDS_MAX && namewords_next(&w, &v[out->words])) {
		if (v[out->words].n == 0)
			return false;
		out->words++;
	}
	if (out->words == 0 || out->words > NAMEWORDS_MAX)
		return false;
	out->len = namewords_join(v, out->words, out->text);
	return out->len >= NAMEWORDS_MIN;
}

size_t
namewords_of(const char *name, struct namewords_name out[2])
{
	size_t len = strlen(name), head = strcspn(name, "([{/|"), n = 0;

	if (memchr(name, '@', len) != NULL)
		return 0;
	if (read_name_words(name, len, &out[0]))
		n++;
	if (head < len && read_name_words(name, head, &out[n]) &&
	    out[n].words > 1)
		n++;
	return n;
}
