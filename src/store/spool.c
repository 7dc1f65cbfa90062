/*
 * spool.c - disk space for contents that are too large for memory.
 * 1. A block belongs to one content or is free; the file has no name and
 *    ends with the process.
 * 2. When no content is on its way the file is empty, and its disk space free.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/vec.h"
#include "store/spool.h"

void
spool_init(struct spool *s)
{
	memset(s, 0, sizeof(*s));
	pthread_mutex_init(&s->lock, NULL);
	s->fd = -1;
}

void
spool_free(struct spool *s)
{
	if (s->fd != -1)
		close(s->fd);
	free(s->free);
	pthread_mutex_destroy(&s->lock);
}

static int
open_nameless(const char *path)
{
	char *name = mem_printf("%s.spool-XXXXXX", path);
	char *slash = strrchr(path, '/');
	char *dir = slash == NULL
			? mem_strdup(".")
			: mem_strndup(path, (size_t)(slash - path) + 1);
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	int sys;

	if (fd == -1 && (fd = mkostemp(name, O_CLOEXEC)) != -1)
		unlink(name);
	sys = errno;
	free(dir);
	free(name);
	errno = sys;
	return fd;
}

int
spool_open(struct spool *s, const char *path)
{
	int fd, sys;

	pthread_mutex_lock(&s->lock);
	if (s->fd == -1 && (s->fd = open_nameless(path)) == -1 &&
	    (s->sys == 0 || (errno != EACCES && errno != EPERM)))
		s->sys = errno;
	fd = s->fd;
	sys = s->sys;
	pthread_mutex_unlock(&s->lock);
	errno = sys;
	return fd == -1 ? -1 : 0;
}

/* One more block for the part. */
static void
add_block(struct spool *s, struct spool_part *p)
{
	uint32_t *b = VEC_ADD(p->block, p->n);

	pthread_mutex_lock(&s->lock);
	*b = s->nfree > 0 ? s->free[--s->nfree] : s->n++;
	pthread_mutex_unlock(&s->lock);
}

/*
 * The offset in the file of an offset in the part. *size is limited to what is
 * left of the block.
 */
static off_t
place_of_part(const struct spool_part *p, int64_t off, size_t *size)
{
	int64_t in = off % SPOOL_BLOCK;

	if (*size > (size_t)(SPOOL_BLOCK - in))
		*size = (size_t)(SPOOL_BLOCK - in);
	return (off_t)p->block[off / SPOOL_BLOCK] * SPOOL_BLOCK + in;
}

int
spool_write(struct spool *s, struct spool_part *p, int64_t off,
    const void *data, size_t size)
{
	const char *from = data;
	size_t n;
	ssize_t w;
	off_t at;

	while (size > 0) {
		if (off / SPOOL_BLOCK == (int64_t)p->n)
			add_block(s, p);
		n = size;
		at = place_of_part(p, off, &n);
		w = pwrite(s->fd, from, n, at);
		if (w == -1 && errno == EINTR)
			continue;
		if (w == -1)
			return -1;
		from += w;
		off += w;
		size -= (size_t)w;
	}
	return 0;
}

ssize_t
spool_read(const struct spool *s, const struct spool_part *p, int64_t off,
    void *out, size_t size)
{
	off_t at = place_of_part(p, off, &size);
	ssize_t n;

	do
		n = pread(s->fd, out, size, at);
	while (n == -1 && errno == EINTR);
	return n;
}

void
spool_drop(struct spool *s, struct spool_part *p)
{
	size_t i;

	if (p->n == 0)
		return;
	pthread_mutex_lock(&s->lock);
	for (i = 0; i < p->n; i++)
		*VEC_ADD(s->free, s->nfree) = p->block[i];
	/* no block is in use: if truncating fails, only space is wasted */
	if (s->nfree == s->n && ftruncate(s->fd, 0) == 0)
		s->n = (uint32_t)(s->nfree = 0);
	pthread_mutex_unlock(&s->lock);
	free(p->block);
	memset(p, 0, sizeof(*p));
}
