/*
 * fault.h - points where the fault tests make a pass die, and limits that
 * they make smaller.
 * Floor: base.
 * Threads: any.
 *
 * Empty in release builds. Built with -DEXSYNC_FAULT:
 *	EXSYNC_CRASH_AT=n	the nth fault_point ends the process at once,
 *				as a crash does (status 99)
 *	EXSYNC_COUNT=file	at exit the number of points passed is
 *				written to file, and the name of each on a line
 *	EXSYNC_CONNECT_MS, EXSYNC_TLS_MS, EXSYNC_FIRST_BYTE_MS,
 *	EXSYNC_SILENCE_MS, EXSYNC_TOTAL_MS, EXSYNC_IDLE_MS, EXSYNC_BODY_MAX
 *				the limits of struct http_opts
 *	EXSYNC_ITEM_MS, EXSYNC_CALL_MS, EXSYNC_SLOW_MS, EXSYNC_LEAST_MS
 *				what one item may cost (sync/patience.h)
 *	EXSYNC_PATIENCE_MS	how long a busy server is waited for (likewise)
 *	EXSYNC_UNDERWAY_MS, EXSYNC_TURN_MS
 *				see sync/underway.c, sync/turn.c
 *	EXSYNC_RESERVE_MS, EXSYNC_LOCK_MS
 *				see sync/reserve.c, os/statedir.c
 *	EXSYNC_VERIFY, EXSYNC_VERIFY_ASK, EXSYNC_VERIFY_OPEN
 *				see store/verify.c, sync/listing.c
 *	EXSYNC_BUSY_MS		how long to wait for a locked database
 *	EXSYNC_WAL_PAGES	pages of the WAL before a checkpoint
 *	EXSYNC_SLICE		bytes of one transaction (store/page.c)
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#ifdef EXSYNC_FAULT
void fault_point(const char *name);
/* The number in the environment variable; standard when it is not set. */
int fault_int(const char *variable, int standard);
#else
#define fault_point(name)             ((void)0)
#define fault_int(variable, standard) (standard)
#endif

#endif
