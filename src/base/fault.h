/*
 * fault.h - points where the fault tests make a pass die or fail.
 * Floor: base.
 * Threads: any.
 *
 * Empty in release builds. Built with -DEXSYNC_FAULT:
 *	EXSYNC_CRASH_AT=n	the nth fault_point ends the process at once,
 *				as a crash does (status 99)
 *	EXSYNC_COUNT=file	at exit the number of points passed is
 *				written to file
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#ifdef EXSYNC_FAULT
void fault_point(const char *name);
#else
#define fault_point(name) ((void)0)
#endif

#endif
