/*
 * rawsearch.c - is a text in the bytes of the database?
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cmd/rawsearch.h"

#define CHUNK ((size_t)1 << 20)

static void
lower_all(char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (s[i] >= 'A' && s[i] <= 'Z')
			s[i] = (char)(s[i] - 'A' + 'a');
	}
}

static enum rawsearch
search_open(int fd, const char *text)
{
	size_t len = strlen(text), keep = 0;
	char *room = mem_alloc(CHUNK + len);
	enum rawsearch found = RAWSEARCH_NONE;
	ssize_t n;

	while (found == RAWSEARCH_NONE &&
	       (n = read(fd, room + keep, CHUNK)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			found = RAWSEARCH_FAILED;
			break;
		}
		lower_all(room + keep, (size_t)n);
		keep += (size_t)n;
		if (memmem(room, keep, text, len) != NULL)
			found = RAWSEARCH_FOUND;
		/* it may lie across two chunks */
		if (keep >= len) {
			memmove(room, room + keep - (len - 1), len - 1);
			keep = len - 1;
		}
	}
	free(room);
	return found;
}

enum rawsearch
rawsearch_database(const char *path, const char *text)
{
	static const char *const end[] = { "", "-wal", "-shm" };
	enum rawsearch all = RAWSEARCH_NONE, one;
	size_t i;

	for (i = 0; i < 3; i++) {
		char *name = mem_printf("%s%s", path, end[i]);
		int fd = open(name, O_RDONLY | O_CLOEXEC);

		free(name);
		if (fd == -1 && errno == ENOENT && i > 0)
			continue;
		one = fd == -1 ? RAWSEARCH_FAILED : search_open(fd, text);
		if (fd != -1)
			close(fd);
		if (one == RAWSEARCH_FOUND || all == RAWSEARCH_NONE)
			all = one;
	}
	return all;
}
