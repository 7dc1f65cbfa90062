/*
 * stop.h - a person or the system asked the program to end.
 * Floor: base.
 * Threads: any; stop_request is safe in a signal handler.
 */
#ifndef BASE_STOP_H
#define BASE_STOP_H

#include <stdbool.h>

void stop_request(void);
bool stop_requested(void);
/* The same with the signature of http_opts.stop; arg is ignored. */
bool stop_poll(void *arg);

#endif
