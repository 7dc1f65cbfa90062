/*
 * defer.h - connections that wait: suspended now, resumed later by a timer
 * thread, so that a slow answer holds no worker.
 */
#ifndef SIM_DEFER_H
#define SIM_DEFER_H

#include <microhttpd.h>

void defer_start(void);
/* Suspends the connection and resumes it after so many milliseconds. */
void defer_wait(struct MHD_Connection *, long ms);
/* Resumes everything at once and ends the thread. */
void defer_stop(void);

#endif
