/*
 * openby.c - which other programs have a file open.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/str.h"
#include "os/openby.h"

#define SHOWN 5 /* processes */

static bool
has_open(const char *pid, const struct stat *file)
{
	char path[300];
	struct dirent *e;
	struct stat s;
	bool found = false;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
	if ((d = opendir(path)) == NULL)
		return false;
	while (!found && (e = readdir(d)) != NULL)
		found = isdigit((unsigned char)e->d_name[0]) &&
			fstatat(dirfd(d), e->d_name, &s, 0) == 0 &&
			s.st_dev == file->st_dev && s.st_ino == file->st_ino;
	closedir(d);
	return found;
}

/* The name of its program: printable, "" when it is not known. */
static void
name_of_process(const char *pid, char *out, size_t size)
{
	char path[64], raw[64];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	if ((f = fopen(path, "re")) != NULL) {
		n = fread(raw, 1, sizeof(raw), f);
		fclose(f);
	}
	while (n > 0 && raw[n - 1] == '\n')
		n--;
	str_printable(out, size, raw, n);
}

char *
openby_list(const char *path)
{
	struct stat file;
	struct dirent *e;
	struct buf list;
	char self[24], name[200];
	int n = 0;
	DIR *d;

	if (stat(path, &file) == -1 || (d = opendir("/proc")) == NULL)
		return NULL;
	snprintf(self, sizeof(self), "%ld", (long)getpid());
	buf_init(&list, 2000);
	while (n < SHOWN && (e = readdir(d)) != NULL) {
		if (!isdigit((unsigned char)e->d_name[0]) ||
		    strcmp(e->d_name, self) == 0 || !has_open(e->d_name, &file))
			continue;
		name_of_process(e->d_name, name, sizeof(name));
		buf_addf(&list, "%s%s (pid %.20s)", n++ > 0 ? ", " : "", name,
		    e->d_name);
	}
	closedir(d);
	if (list.len == 0) {
		buf_free(&list);
		return NULL;
	}
	return buf_take(&list);
}
