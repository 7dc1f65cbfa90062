/*
 * stop.c - a person or the system asked the program to end.
 */
#include <stdatomic.h>

#include "base/stop.h"

static atomic_bool requested;

void
stop_request(void)
{
	atomic_store(&requested, true);
}

bool
stop_requested(void)
{
	return atomic_load(&requested);
}

bool
stop_poll(void *arg)
{
	(void)arg;
	return stop_requested();
}
