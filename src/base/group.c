/*
 * group.c - reads /etc/group.
 * 1. A line may be of any length (a group may have thousands of members); its
 *    first LINE_HEAD bytes have the name and the number.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/group.h"
#include "base/mem.h"
#include "base/str.h"

#define LINE_HEAD 512

/* The beginning of the next line into out; its rest is read. False: the end. */
static bool
read_line_head(FILE *f, char *out)
{
	size_t n = 0;
	int c;

	while ((c = getc(f)) != EOF && c != '\n')
		if (n < LINE_HEAD - 1)
			out[n++] = (char)c;
	out[n] = '\0';
	return c != EOF || n > 0;
}

static bool
gid_of(const char *text, gid_t *out)
{
	int64_t n;

	/* the highest number means "none" to chown */
	if (!str_int(text, 0, UINT32_MAX - 1, &n))
		return false;
	*out = (gid_t)n;
	return true;
}

/* name:password:number:members */
static bool
is_line_of(char *line, const char *name, gid_t *out)
{
	char *rest = line, *field = strsep(&rest, ":");

	if (rest == NULL || strcmp(field, name) != 0)
		return false;
	strsep(&rest, ":");
	field = strsep(&rest, ":");
	return field != NULL && gid_of(field, out);
}

bool
group_find(const char *file, const char *text, gid_t *out)
{
	char line[LINE_HEAD];
	bool found = false;
	FILE *f;

	if (gid_of(text, out))
		return true;
	if (*text == '\0' || (f = fopen(file, "re")) == NULL)
		return false;
	while (!found && read_line_head(f, line))
		found = is_line_of(line, text, out);
	fclose(f);
	return found;
}

bool
group_has_me(gid_t gid)
{
	gid_t *list;
	int i, n;
	bool in;

	if (geteuid() == 0 || getegid() == gid)
		return true;
	n = getgroups(0, NULL);
	if (n <= 0)
		return false;
	list = mem_alloc((size_t)n * sizeof(*list));
	n = getgroups(n, list);
	for (i = 0, in = false; i < n && !in; i++)
		in = list[i] == gid;
	free(list);
	return in;
}
