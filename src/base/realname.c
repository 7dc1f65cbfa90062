/*
 * realname.c - where a file really lies.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/realname.h"

#define LINKS_MAX 40 /* as many as Linux follows */

/* The directory part of a path, without resolving it; the caller frees. */
static char *
dir_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return mem_strdup(".");
	return mem_strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* The path of a name in the directory of path; the caller frees. NULL: none. */
static char *
beside_name(const char *path, const char *name)
{
	char *dir = dir_part(path), *real = realpath(dir, NULL), *out = NULL;

	if (real != NULL)
		out = mem_printf(
		    "%s/%s", strcmp(real, "/") == 0 ? "" : real, name);
	free(real);
	free(dir);
	return out;
}

static char *
name_behind(const char *path, int links)
{
	const char *slash = strrchr(path, '/');
	char *real = realpath(path, NULL), *next, to[PATH_MAX];
	ssize_t n;

	if (real != NULL || errno != ENOENT)
		return real;
	/* a link to a file that is not there yet */
	n = readlink(path, to, sizeof(to) - 1);
	if (n <= 0 || links == 0)
		return beside_name(path, slash == NULL ? path : slash + 1);
	to[n] = '\0';
	next = to[0] == '/' ? mem_strdup(to) : beside_name(path, to);
	if (next != NULL)
		real = name_behind(next, links - 1);
	free(next);
	return real;
}

char *
realname_of(const char *path)
{
	return name_behind(path, LINKS_MAX);
}

char *
realname_dir(const char *path)
{
	char *real = realname_of(path), *dir = NULL;

	if (real != NULL)
		dir = dir_part(real);
	free(real);
	return dir;
}

bool
realname_in(const char *path, const char *dir)
{
	size_t n = strcmp(dir, "/") == 0 ? 0 : strlen(dir);

	return strncmp(path, dir, n) == 0 &&
	       (path[n] == '\0' || path[n] == '/');
}
