/*
 * json.h - pieces of JSON (RFC 8259).
 * Floor: cmd.
 * Threads: the main thread.
 */
#ifndef CMD_JSON_H
#define CMD_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * A string in quotes, or null for NULL. It is valid UTF-8, whatever bytes s
 * holds: bytes that are not UTF-8 become U+FFFD. Control characters, and those
 * that change the direction of text, are escaped: it is safe on a terminal too.
 */
void json_string(FILE *, const char *s);

/* Members of an object: each puts a comma first, unless it is the first. */
void json_name(FILE *, const char *name, bool first);
void json_text(FILE *, const char *name, const char *value);
void json_int(FILE *, const char *name, int64_t value);
void json_bool(FILE *, const char *name, bool value);
void json_time(FILE *, const char *name, int64_t t); /* TIM_NONE: null */

#endif
