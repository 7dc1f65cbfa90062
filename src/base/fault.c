/*
 * fault.c - points where the fault tests make a pass die, smaller limits.
 */
#include "base/fault.h"

#ifdef EXSYNC_FAULT
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static atomic_long passed;

static void
write_count(void)
{
	FILE *f = fopen(getenv("EXSYNC_COUNT"), "w");

	if (f != NULL) {
		fprintf(f, "%ld\n", atomic_load(&passed));
		fclose(f);
	}
}

void
fault_point(const char *name)
{
	const char *at = getenv("EXSYNC_CRASH_AT");
	long n = atomic_fetch_add(&passed, 1) + 1;

	if (n == 1 && getenv("EXSYNC_COUNT") != NULL)
		atexit(write_count);
	if (at != NULL && atol(at) == n) {
		fprintf(stderr, "crash at %ld: %s\n", n, name);
		_Exit(99);
	}
}

int
fault_int(const char *variable, int standard)
{
	const char *v = getenv(variable);

	return v != NULL ? atoi(v) : standard;
}
#else
/* ISO C wants a declaration in every translation unit */
typedef int fault_is_empty_in_release_builds;
#endif
