/*
 * sb.h - growable byte buffer, and the escapes of XML, JSON and base64.
 * Memory: a failed allocation ends the program; it is a test tool.
 */
#ifndef SIM_SB_H
#define SIM_SB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sb {
	char *p; /* always NUL-terminated once anything was added */
	size_t n, cap;
	bool illegal; /* sb_xml emits what XML forbids as Exchange does */
};

void sb_free(struct sb *);
void sb_reset(struct sb *);
void sb_need(struct sb *, size_t more);
void sb_add(struct sb *, const void *, size_t);
void sb_str(struct sb *, const char *);
void sb_ch(struct sb *, char);
void
sb_fmt(struct sb *, const char *, ...) __attribute__((format(printf, 2, 3)));

/* A literal, its length known to the compiler. */
#define SB_LIT(b, s) sb_add((b), "" s, sizeof(s) - 1)

/*
 * Element text; sb_attr is the same for attribute values. CR becomes &#xD;
 * as the .NET writer does. What XML 1.0 forbids becomes U+FFFD,
 * or, when illegal is set, the numeric reference that Exchange sends. The
 * text must be valid UTF-8 otherwise.
 */
void sb_xml(struct sb *, const char *);
void sb_attr(struct sb *, const char *);
void sb_xmln(struct sb *, const char *, size_t);

/* A JSON string with its quotes. */
void sb_json(struct sb *, const char *);
void sb_jsonn(struct sb *, const char *, size_t);

void sb_b64(struct sb *, const void *, size_t);
/* Decodes strictly; -1 when the text is not base64. */
int sb_unb64(struct sb *, const char *, size_t);

/* seconds since 1970 as 2026-11-20T08:16:00Z */
void sb_time(struct sb *, int64_t);

/* Adds what the file holds; -1, with errno: it cannot be opened. */
int sb_file(struct sb *, const char *path);

/*
 * An array of n elements of that size, with room for one more: where it is
 * now. cap: the elements that there is room for.
 */
void *sb_grow(void *v, size_t n, size_t *cap, size_t size);

void *sb_xmalloc(size_t);
void *sb_xrealloc(void *, size_t);
char *sb_xstrdup(const char *);

#endif
