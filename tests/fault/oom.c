/*
 * oom.c - the Nth allocation of the program fails. A shared object for
 * LD_PRELOAD; glibc only.
 *
 *	OOM_AT=n	the nth call of malloc, calloc, realloc or one of the
 *			aligned ones gives NULL; all others work
 *	OOM_ALL=1	all from the nth on give NULL
 *	OOM_COUNT=file	how many there were, written at exit
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <fcntl.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static atomic_long calls;
static long fail_at;
static bool fail_all;
static int count_fd = -1;

__attribute__((constructor)) static void
begin(void)
{
	const char *at = getenv("OOM_AT"), *count = getenv("OOM_COUNT");

	fail_all = getenv("OOM_ALL") != NULL;
	if (count != NULL)
		count_fd =
		    open(count, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	atomic_store(&calls, 0);
	fail_at = at == NULL ? 0 : atol(at);
}

__attribute__((destructor)) static void
finish(void)
{
	char text[32];
	int n;

	if (count_fd == -1)
		return;
	n = snprintf(text, sizeof(text), "%ld\n", atomic_load(&calls));
	if (write(count_fd, text, (size_t)n) != n)
		_exit(98);
}

static bool
fails(void)
{
	long n = atomic_fetch_add(&calls, 1) + 1;

	if (fail_at == 0 || (n != fail_at && !(fail_all && n > fail_at)))
		return false;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t n)
{
	return fails() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t each)
{
	return fails() ? NULL : __libc_calloc(n, each);
}

void *
realloc(void *p, size_t n)
{
	return fails() ? NULL : __libc_realloc(p, n);
}

void *
aligned_alloc(size_t align, size_t n)
{
	return fails() ? NULL : __libc_memalign(align, n);
}

int
posix_memalign(void **p, size_t align, size_t n)
{
	void *q = fails() ? NULL : __libc_memalign(align, n);

	if (q == NULL)
		return ENOMEM;
	*p = q;
	return 0;
}
