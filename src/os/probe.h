/*
 * probe.h - what the sandbox refuses, tried from the inside.
 * Floor: os.
 * Threads: the main thread.
 *
 * Empty in release builds. Built with -DEXSYNC_FAULT and with
 * EXSYNC_SANDBOX_PROBE=FILE in the environment: tries what an intruder would
 * try, also on FILE, and prints "probe: WHAT: RESULT" lines to standard error.
 * With EXSYNC_SANDBOX_BESIDE=NAME:NAME it also tries to change these files in
 * the database's directory, and the database's own: "probe: NAME WHAT: RESULT".
 */
#ifndef OS_PROBE_H
#define OS_PROBE_H

#ifdef EXSYNC_FAULT
void probe_run(const char *database);
#else
#define probe_run(database) ((void)(database))
#endif

#endif
