/*
 * fault.c - points where the fault tests make a pass die, smaller limits.
 */
#include "base/fault.h"

#ifdef EXSYNC_FAULT
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES 100

static atomic_long passed;
static _Atomic(const char *) met[NAMES];

static void
write_count(void)
{
	FILE *f = fopen(getenv("EXSYNC_COUNT"), "w");
	size_t i;

	if (f == NULL)
		return;
	fprintf(f, "%ld\n", atomic_load(&passed));
	for (i = 0; i < NAMES && met[i] != NULL; i++)
		fprintf(f, "%s\n", met[i]);
	fclose(f);
}

/* Adds a point to met, unless it is there already. */
static void
meet_point(const char *name)
{
	const char *was;
	size_t i;

	for (i = 0; i < NAMES; i++) {
		was = NULL;
		if (atomic_compare_exchange_strong(&met[i], &was, name) ||
		    strcmp(was, name) == 0)
			return;
	}
}

void
fault_point(const char *name)
{
	const char *at = getenv("EXSYNC_CRASH_AT");
	long n = atomic_fetch_add(&passed, 1) + 1;

	if (getenv("EXSYNC_COUNT") != NULL) {
		if (n == 1)
			atexit(write_count);
		meet_point(name);
	}
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
