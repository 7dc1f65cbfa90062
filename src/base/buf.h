/*
 * buf.h - the one growable buffer. Each has a hard cap, so that no peer
 * chooses how much memory is used.
 * Floor: base.
 * Threads: a struct buf belongs to one thread at a time.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data; /* NULL while empty; NUL-terminated otherwise */
	size_t len; /* without the NUL */
	size_t cap;
	size_t max;  /* len never exceeds it */
	int over;    /* sticky: something did not fit and was refused */
	bool secret; /* memory is overwritten before it is given back */
};

void buf_init(struct buf *, size_t max);
/*
 * For what holds a secret: neither growing nor buf_free leaves a copy behind.
 */
void buf_init_secret(struct buf *, size_t max);
void buf_free(struct buf *);  /* back to empty, as after its init */
void buf_reset(struct buf *); /* len 0, keeps the memory */
/*
 * 0, or -1 when len would exceed max: then nothing is added, and over is set
 * and stays set, so that several adds may be checked once at their end.
 */
int buf_add(struct buf *, const void *, size_t);
int buf_adds(struct buf *, const char *);
int buf_addc(struct buf *, char);
int buf_addf(struct buf *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Makes room for n more bytes and returns data + len; NULL: over the cap. */
char *buf_room(struct buf *, size_t n);
/* data, or "" when empty. */
const char *buf_str(const struct buf *);
/* The bytes as a malloc'ed string that the caller owns; empties the buffer. */
char *buf_take(struct buf *);
/*
 * Adds XML text or an attribute value: & < > " tabs and line breaks are
 * escaped; characters that XML 1.0 forbids and invalid UTF-8 are dropped.
 */
int buf_addxml(struct buf *, const char *);

#endif
