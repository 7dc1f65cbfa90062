/*
 * smalljson.h - reads one small JSON object (RFC 8259): what a signed token
 * holds. Its names are none of jansson's, which reads everything of graph/.
 */
#ifndef SIM_SMALLJSON_H
#define SIM_SMALLJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sb.h"

/* Is the whole of it one object, well-formed, no name in it twice? */
bool smalljson_object(const char *text, size_t n);

/*
 * A member of an object that smalljson_object has approved: false when it is
 * not there or of another type. A string is added to out, a number must be
 * an integer.
 */
bool smalljson_string(const char *text, const char *name, struct sb *out);
bool smalljson_integer(const char *text, const char *name, int64_t *);
/* The names of all members, as a JSON array in the order of the text. */
void smalljson_names(const char *text, struct sb *out);

#endif
