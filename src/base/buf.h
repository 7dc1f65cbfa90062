/*
 * buf.h - the one growable buffer. Each has a hard cap, so that no peer
 * chooses how much memory is used.
 * Floor: base.
 * Threads: a struct buf belongs to one thread at a time.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct buf {
	char *data; /* NULL while empty; NUL-terminated otherwise */
	size_t len; /* without the NUL */
	size_t cap;
	size_t max; /* len never exceeds it */
	int over;   /* sticky: something did not fit and was refused */
};

void buf_init(struct buf *, size_t max);
void buf_free(struct buf *);  /* back to empty, keeps max */
void buf_reset(struct buf *); /* len 0, keeps the memory */
/*
 * buf_free of a secret: all it holds or held is overwritten first. What grew
 * left copies behind: begin such a buffer with buf_room of all it will take.
 */
void buf_wipe(struct buf *);
/*
 * 0, or -1 when it would exceed max: then nothing of it is added and over
 * sticks, so a run of adds may be checked once at its end.
 */
int buf_add(struct buf *, const void *, size_t);
int buf_adds(struct buf *, const char *);
int buf_addc(struct buf *, char);
int buf_addf(struct buf *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Room for n more bytes at data + len; NULL when over the cap. */
char *buf_room(struct buf *, size_t n);
/* data, or "" when empty. */
const char *buf_str(const struct buf *);
/* The bytes as a malloc'ed string that the caller owns; buf is empty then. */
char *buf_take(struct buf *);
/* XML text or attribute value: & < > " and line breaks escaped; characters
 * that XML 1.0 forbids and invalid UTF-8 dropped. */
int buf_addxml(struct buf *, const char *);

#endif
