/*
 * permitlist.h - what an administrator has said about mailboxes
 * (core/permit.h) as a file of state_dir, for the commands.
 * Floor: cmd.
 * Threads: the main thread, before any sandbox.
 */
#ifndef CMD_PERMITLIST_H
#define CMD_PERMITLIST_H

#include "conf/conf.h"
#include "core/permit.h"
#include "os/statedir.h"
#include "store/store.h"

struct permitlist {
	const struct conf *conf;
	struct statedir dir;
	struct permit_list list;
};

/*
 * Reads the list. Where there is no file yet, the states in table mailbox are
 * taken over: once, since permitlist_save makes the file. Other processes wait
 * for state_dir until permitlist_save or permitlist_close. -1: it cannot be
 * read, or is none (ERR_CONFIG, with what to do). permitlist_close is called
 * all the same.
 */
int permitlist_open(
    struct permitlist *, const struct conf *, struct store *, struct err *);
/*
 * Replaces the file, whole or not at all; makes state_dir. -1 also when another
 * process held state_dir for so long that the list was read without its lock.
 */
int permitlist_save(struct permitlist *, struct err *);
void permitlist_close(struct permitlist *);
/*
 * For a pass; out is the caller's to free (permit_free), also after -1. make:
 * a file is made where there is none. One that may be there and cannot be read
 * is an error: it may disable a mailbox. A state_dir that cannot be made or
 * written is one where a profile has approval = manual; else nobody can have
 * said anything in it, and a warning is logged: what table mailbox says holds.
 */
int permitlist_load(const struct conf *, struct store *, bool make,
    struct permit_list *out, struct err *);
/* Adds to the file what a pass has found (permit_note). */
int permitlist_note(const struct conf *, struct store *, const struct permit *,
    size_t n, struct err *);

#endif
