/*
 * sandbox.h - after start-up exsync keeps only what it needs.
 * Floor: cmd.
 * Threads: the main thread, before any other exists; later ones inherit it.
 *
 * no_new_privs, no core file, Landlock for files (landlock.h) and a filter of
 * system calls (seccomp.h). What may still be opened: the database's
 * directory (read, write, create, remove), and to read only the CSV files,
 * the CA certificates, and what the resolver reads in /etc. No other program
 * can be started: runner_start goes before.
 */
#ifndef CMD_SANDBOX_H
#define CMD_SANDBOX_H

#include <stdbool.h>

#include "core/conf.h"

/*
 * After conf_load and store_open. lasting: this process outlives the files it
 * reads (a daemon), so their directories may be read too, and the INI's: a
 * file that another takes the place of is another file. What the kernel lacks
 * is left out, and log_level = debug tells; nothing happens with
 * sandbox = no, nor in sanitizer builds, which need more than is left.
 */
void sandbox_enter(const struct conf *, bool lasting);

#endif
