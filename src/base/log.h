/*
 * log.h - log lines to standard error.
 * Floor: base.
 * Threads: any; a line is written with one write.
 *
 * 2026-11-20T08:16:00Z warning profile hq: mailbox a@b.example: ...
 * On systemd (JOURNAL_STREAM set) a line begins with its priority <4>
 * instead of time and level. Text is made printable. No secret is logged.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

void log_init(enum log_level);
bool log_on(enum log_level);
void log_line(enum log_level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
#define log_error(...)   log_line(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_info(...)    log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...)                                                         \
	do {                                                                   \
		if (log_on(LOG_DEBUG))                                         \
			log_line(LOG_DEBUG, __VA_ARGS__);                      \
	} while (0)
/*
 * Shows text (250 bytes at most) on the terminal below all log lines, until
 * the next log line or the next log_show. NULL: only erases what is shown.
 * To be used only when standard error is a terminal.
 */
void log_show(const char *text);

#endif
