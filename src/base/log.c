/*
 * log.c - log lines to standard error.
 * 1. A line is written with one write(2) and is at most 1,500 bytes.
 * 2. The line of log_show is erased before anything else is written. Its state
 *    and the terminal change under one lock.
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "base/tim.h"

static enum log_level level = LOG_INFO;
static bool journal;
static pthread_mutex_t terminal = PTHREAD_MUTEX_INITIALIZER;
static bool shown; /* the line of log_show is there */

#define ERASE "\r\033[K"

void
log_init(enum log_level l)
{
	level = l;
	journal = getenv("JOURNAL_STREAM") != NULL;
}

bool
log_on(enum log_level l)
{
	return l <= level;
}

static void
put_text(const char *s, size_t n)
{
	if (write(STDERR_FILENO, s, n) < 0)
		return; /* there is nobody left to tell */
}

void
log_show(const char *text)
{
	char line[256];
	size_t n;

	snprintf(line, sizeof(line), ERASE "%s", str_nn(text));
	n = strlen(line);
	pthread_mutex_lock(&terminal);
	if (text != NULL || shown)
		put_text(line, n);
	shown = text != NULL;
	pthread_mutex_unlock(&terminal);
}

void
log_line(enum log_level l, const char *fmt, ...)
{
	static const char *const name[] = { "error", "warning", "info",
		"debug" };
	static const int prio[] = { 3, 4, 6, 7 };
	char raw[3000], line[1500], when[TIM_TEXT];
	size_t n;
	va_list ap;

	if (!log_on(l))
		return;
	if (journal)
		n = (size_t)snprintf(line, sizeof(line), "<%d>", prio[l]);
	else
		n = (size_t)snprintf(line, sizeof(line), "%s %s ",
		    tim_text(tim_now(), when), name[l]);
	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	n += str_printable(line + n, sizeof(line) - n - 1, raw, strlen(raw));
	line[n++] = '\n';
	pthread_mutex_lock(&terminal);
	if (shown)
		put_text(ERASE, strlen(ERASE));
	shown = false;
	put_text(line, n);
	pthread_mutex_unlock(&terminal);
}
