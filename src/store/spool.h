/*
 * spool.h - room on the disk for what is too large for memory: one file
 * without a name beside the database, shared by all contents on their way.
 * Floor: store; nobody else includes it.
 * Threads: any.
 *
 * One file and not one for each content, because it has to be open before the
 * sandbox closes, and a pass that meets nothing large pays for no more.
 */
#ifndef STORE_SPOOL_H
#define STORE_SPOOL_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SPOOL_BLOCK (1 << 20) /* bytes that a content is given at a time */

struct spool {
	pthread_mutex_t lock;
	int fd;  /* -1: not opened yet */
	int sys; /* errno, when it could not be */
	/* numbers of blocks: n are in the file, of which these are free */
	uint32_t n, *free;
	size_t nfree;
};

/* The blocks of one content, in its order; all zero is none. */
struct spool_part {
	uint32_t *block;
	size_t n;
};

void spool_init(struct spool *);
void spool_free(struct spool *); /* after all its parts are dropped */
/*
 * Opens the file, unless it is; path: the database. 0, or -1 with errno: that
 * of a former call when this one is told no more than that it may not.
 */
int spool_open(struct spool *, const char *path);
/* Writes at offset off, where the part ends so far. 0, or -1 with errno. */
int spool_write(
    struct spool *, struct spool_part *, int64_t off, const void *, size_t);
/* What is at off, at most size bytes, perhaps fewer. As pread. */
ssize_t spool_read(const struct spool *, const struct spool_part *, int64_t off,
    void *, size_t size);
void spool_drop(struct spool *, struct spool_part *);

#endif
