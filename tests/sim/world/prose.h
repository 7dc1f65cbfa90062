/*
 * prose.h - made-up sentences that compress as those of people do.
 * Threads: any.
 */
#ifndef SIM_PROSE_H
#define SIM_PROSE_H

#include "base/sb.h"

/*
 * Appends sentences of about so many bytes, the same for the same state,
 * which moves on. Letters (UTF-8), digits, blanks, commas and full stops:
 * nothing that XML or JSON would write differently.
 */
void prose(struct sb *, uint64_t *state, size_t bytes);

#endif
