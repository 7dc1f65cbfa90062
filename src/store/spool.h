/*
 * spool.h - disk space for contents that are too large for memory: an unnamed
 * file beside the database, shared by all contents on their way.
 * Floor: store; nobody else includes it.
 * Threads: any.
 *
 * It is one file and not one for each content, because it has to be opened
 * before the sandbox closes; and a pass without large contents pays for no more
 * than an empty file.
 */
#ifndef STORE_SPOOL_H
#define STORE_SPOOL_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SPOOL_BLOCK (1 << 20) /* bytes; contents get whole blocks */

struct spool {
	pthread_mutex_t lock;
	int fd;  /* -1: not opened yet */
	int sys; /* errno, when it could not be opened */
	/* n: blocks in the file; free[nfree]: the numbers of the free ones */
	uint32_t n, *free;
	size_t nfree;
};

/* The blocks of one content, in their order; all zero: it has none. */
struct spool_part {
	uint32_t *block;
	size_t n;
};

void spool_init(struct spool *);
void spool_free(struct spool *); /* after all its parts are dropped */
/*
 * Opens the file unless it is open; path: the database. 0, or -1 with errno. If
 * this call only fails with EACCES or EPERM (the sandbox), errno is that of an
 * earlier failed call, which tells more.
 */
int spool_open(struct spool *, const char *path);
/* Writes at offset off, the current end of the part. 0, or -1 with errno. */
int spool_write(
    struct spool *, struct spool_part *, int64_t off, const void *, size_t);
/* Reads at most size bytes at off, perhaps fewer. Returns as pread does. */
ssize_t spool_read(const struct spool *, const struct spool_part *, int64_t off,
    void *, size_t size);
void spool_drop(struct spool *, struct spool_part *);

#endif
