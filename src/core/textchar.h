/*
 * textchar.h - the characters of a text or of HTML, forwards and backwards, as
 * a person sees them: entities are what they stand for, soft hyphens and <wbr>
 * are nothing, and %40 may be an @.
 * Floor: core.
 * Threads: pure.
 */
#ifndef CORE_TEXTCHAR_H
#define CORE_TEXTCHAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is read, borrowed; no NUL is needed. Offsets are those of s. */
struct textchar_in {
	const char *s;
	size_t from, to; /* nothing before from, nothing from to on */
	bool html;       /* entities stand for characters */
	/*
	 * Percent-encoded ASCII is read as what it stands for, even if it was
	 * encoded several times: %2540 is %40 is @.
	 */
	bool percent;
	/* tags up to this many bytes are seen as tags; 0: a < is text */
	size_t tag_max;
};

/* What is no character: none of them is a valid one. */
#define TEXTCHAR_BAD    0x110000u /* a byte that is no UTF-8 */
#define TEXTCHAR_INLINE 0x110001u /* a tag within a line */
#define TEXTCHAR_BLOCK  0x110002u /* any other tag */
#define TEXTCHAR_SHY    0xadu     /* a soft hyphen, or <wbr> */

/* The one at that offset, which is before to; how many bytes it has. */
size_t textchar_next(const struct textchar_in *, size_t at, uint32_t *);
/* The one that ends at that offset, which is behind from. */
size_t textchar_before(const struct textchar_in *, size_t end, uint32_t *);
/*
 * How long is the tag that begins here? Quoted values may have < and >. 0: this
 * < is text, or the tag does not end within max bytes.
 */
size_t textchar_tag(const char *, size_t max);

/* Is it one that nobody sees: soft hyphens, joiners, direction marks? */
bool textchar_invisible(uint32_t);
/* White space of any kind. */
bool textchar_space(uint32_t);
/* A letter, a digit or a mark of any script, as far as it can be told. */
bool textchar_letter(uint32_t);

#endif
