/*
 * prose.c - words of made-up syllables, used as often as words are.
 * 1. The word of rank r comes with a frequency of 1 / (r + 2.7), as Zipf and
 *    Mandelbrot found it in any language; frequent words are short.
 */
#include "world/prose.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"

#define WORDS 6000
#define SLOTS 65536 /* a power of two: a word has as many as it is frequent */
#define LONG  24

static char word[WORDS][LONG];
static unsigned short slot[SLOTS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

#define PICK(table, r) (table)[(r) % (sizeof(table) / sizeof((table)[0]))]

/* Sounds stand as often in these lists as they are common. */
static void
make_word(char *out, unsigned rank)
{
	static const char *const ONSET[] = { "t", "t", "s", "s", "n", "n", "r",
		"d", "d", "l", "m", "b", "f", "p", "w", "h", "h", "k", "g", "v",
		"st", "st", "th", "th", "pr", "tr", "br", "sch", "ch", "pl",
		"gr", "z", "j", "qu", "sp", "fr" };
	static const char *const VOWEL[] = { "e", "e", "e", "e", "e", "a", "a",
		"a", "o", "o", "i", "i", "i", "u", "u", "ei", "ie", "ea", "ou",
		"ä", "ü", "ö", "é" };
	static const char *const CODA[] = { "", "", "", "", "n", "n", "n", "r",
		"r", "s", "s", "t", "l", "nd", "ng", "st", "m", "ck", "ll",
		"rt", "cht" };
	static const char *const END[] = { "", "", "", "e", "en", "er", "s",
		"ing", "ed", "ly", "ung", "tion", "ment" };
	uint64_t h = hash_mix(rank + 1);
	unsigned syllables = rank < 40    ? 1
			     : rank < 700 ? 1 + (unsigned)(h % 2)
					  : 2 + (unsigned)(h % 2);
	size_t n = 0;

	for (; syllables > 0; syllables--) {
		n += (size_t)snprintf(out + n, LONG - n, "%s%s%s",
		    h % 7 == 0 ? "" : PICK(ONSET, h >> 8), PICK(VOWEL, h >> 24),
		    PICK(CODA, h >> 40));
		h = hash_mix(h);
	}
	snprintf(out + n, LONG - n, "%s", rank < 200 ? "" : PICK(END, h >> 16));
}

static void
make_words(void)
{
	double all = 0, sum = 0;
	unsigned r, at = 0;

	for (r = 0; r < WORDS; r++)
		all += 1 / (r + 2.7);
	for (r = 0; r < WORDS; r++) {
		make_word(word[r], r);
		sum += 1 / (r + 2.7);
		for (; at < SLOTS && at < sum / all * SLOTS; at++)
			slot[at] = (unsigned short)r;
	}
	for (; at < SLOTS; at++)
		slot[at] = WORDS - 1;
}

static void
add_word(struct sb *b, uint64_t h, bool capital)
{
	const char *w = word[slot[h % SLOTS]];
	size_t at = b->n;

	if (h >> 58 == 0) {
		sb_fmt(b, "%u", (unsigned)(h >> 40 & 0x3FFF));
		return;
	}
	sb_str(b, w);
	if (capital && b->p[at] >= 'a' && b->p[at] <= 'z')
		b->p[at] = (char)(b->p[at] - 'a' + 'A');
}

void
prose(struct sb *b, uint64_t *state, size_t bytes)
{
	size_t end = b->n + bytes;
	unsigned left = 0;
	bool first = true;

	pthread_once(&once, make_words);
	while (b->n < end) {
		uint64_t h = hash_next(state);

		if (left == 0)
			left = 5 + (unsigned)(h >> 32) % 16;
		add_word(b, h, first || h >> 60 == 1);
		first = --left == 0;
		if (first)
			SB_LIT(b, ". ");
		else if ((h >> 20) % 11 == 0)
			SB_LIT(b, ", ");
		else
			SB_LIT(b, " ");
	}
	SB_LIT(b, "end.");
}
