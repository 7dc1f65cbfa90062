/*
 * entity.h - the entities of HTML (HTML 4.01, 24; HTML Living Standard,
 * 13.2.5.72 and 13.5).
 * Floor: base.
 * Threads: pure.
 */
#ifndef BASE_ENTITY_H
#define BASE_ENTITY_H

#include <stddef.h>
#include <stdint.h>

/*
 * s begins with &. A name with its semicolon: how long it is in all, and the
 * character that it stands for; 1 and '&' when there is none of that name.
 */
size_t entity_named(const char *s, size_t len, uint32_t *c);
/*
 * The same, and &#N; and &#xN;, also without the semicolon. A number that is no
 * character stands for U+FFFD. The work is bounded by what is returned, or by
 * ten bytes.
 */
size_t entity_decode(const char *s, size_t len, uint32_t *c);

#endif
