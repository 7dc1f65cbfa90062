/*
 * trouble.c - remembers that somebody was told of a trouble which the database
 * could not store.
 * 1. The record is in the lock file, behind the pid: these bytes lie in a block
 *    that the pid has already, so they can be written when the disk is full.
 *    Where that block does not exist (in the very first pass, or on a
 *    copy-on-write file system), the file is only extended: a hole needs no
 *    disk space, and the length alone says that there is a trouble.
 * 2. Best effort: what cannot be written is told again, which does no harm.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/db.h"
#include "store/health.h"
#include "store/lock.h"

#define RECORD 64 /* bytes: code, a blank, time, blanks, a line's end */

bool
store_trouble_get(const char *path, struct store_trouble *out)
{
	char text[RECORD + 1] = "", *blank;
	int fd = lock_open(path, O_RDONLY);
	ssize_t n = fd == -1 ? -1 : pread(fd, text, RECORD, LOCK_PID);

	if (fd != -1)
		close(fd);
	memset(out, 0, sizeof(*out));
	out->since = TIM_NONE;
	if (n != RECORD)
		return false;
	if ((blank = strchr(text, ' ')) != NULL) {
		*blank++ = '\0';
		blank[strcspn(blank, " \n")] = '\0';
		if (!tim_iso(blank, &out->since))
			out->since = TIM_NONE;
	}
	/* a hole does not say which trouble: take the usual one */
	snprintf(out->code, sizeof(out->code), "%.31s",
	    text[0] != '\0' ? text : "store");
	return true;
}

/* false: not even the length of the file could be changed. */
static bool
keep_record(int fd, const struct store_trouble *t)
{
	char text[RECORD + 1], since[TIM_TEXT] = "-";

	tim_text(t->since, since);
	snprintf(text, sizeof(text), "%.31s %-*.*s\n", t->code,
	    RECORD - 2 - (int)strnlen(t->code, 31), TIM_TEXT - 1, since);
	return pwrite(fd, text, RECORD, LOCK_PID) == RECORD ||
	       ftruncate(fd, LOCK_PID + RECORD) == 0;
}

bool
store_trouble_set(const char *path, const struct store_trouble *t)
{
	int fd = lock_open(path, O_RDWR | O_CREAT);
	bool kept;

	if (fd == -1)
		return false;
	kept = t == NULL ? ftruncate(fd, LOCK_PID) == 0 : keep_record(fd, t);
	close(fd);
	return kept;
}
