/*
 * tim.h - times. Everything inside exsync is milliseconds since 1970 in UTC.
 * Floor: base.
 * Threads: any.
 */
#ifndef BASE_TIM_H
#define BASE_TIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIM_NONE INT64_MIN /* no time known */
#define TIM_TEXT 32        /* room for tim_text */

/* Wall clock. EXSYNC_NOW in the environment fixes it in fault builds. */
int64_t tim_now(void);
/* A clock that never goes back; for deadlines. */
int64_t tim_mono(void);
/*
 * "2026-11-20T08:16:00Z" into out (at least TIM_TEXT bytes); returns out, or
 * NULL for TIM_NONE and for years outside 1..9999. Milliseconds are cut.
 */
char *tim_text(int64_t, char *out);
/*
 * XML Schema dateTime or date (XSD part 2, 3.2.7; fraction and zone
 * optional, no zone is UTC); years 1601..9999. False: it is neither.
 */
bool tim_iso(const char *, int64_t *);
/* RFC 5322 3.3 date-time with the obsolete zones of 4.3; comments allowed. */
bool tim_mail(const char *, int64_t *);
/* HTTP-date, all three forms of RFC 9110 5.6.7, and that of cookies. */
bool tim_http(const char *, int64_t *);
void tim_sleep(int64_t ms);
/*
 * Is it time for something that was put off until at? Nothing is put off for
 * longer than TIM_FAR, so a time that is further ahead was written while the
 * clock was wrong, and counts as due.
 */
#define TIM_FAR (INT64_C(8) * 24 * 3600 * 1000)
bool tim_due(int64_t at);

#endif
