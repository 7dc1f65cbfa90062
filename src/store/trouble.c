/*
 * trouble.c - what somebody was told of although the database took none of it.
 * 1. It is kept in the lock file, behind the pid: those bytes lie in the block
 *    that the pid has already, so that they are written in place when the disk
 *    is full. Where not even that block exists (the first pass of all, a file
 *    system that copies on write) the length of the file alone says that there
 *    is something: a hole needs no room.
 * 2. Best effort: what cannot be kept is told again, and that is no loss.
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
	/* a hole does not say which; it is the usual one */
	snprintf(out->code, sizeof(out->code), "%.31s",
	    text[0] != '\0' ? text : "store");
	return true;
}

/* false: there is no room for anything at all. */
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
