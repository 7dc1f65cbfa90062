/*
 * forgetlist.h - the list of the forgotten (core/forgotten.h) as a file of
 * state_dir, for the commands.
 * Floor: cmd.
 * Threads: the main thread, before any sandbox.
 */
#ifndef CMD_FORGETLIST_H
#define CMD_FORGETLIST_H

#include "conf/conf.h"
#include "core/forgotten.h"
#include "os/statedir.h"

struct forgetlist {
	const struct conf *conf;
	struct statedir dir;
	struct forgotten list;
};

/*
 * Reads the list; without a file it is empty, with a new key. Other processes
 * wait for state_dir until forgetlist_save or forgetlist_close. -1: it cannot
 * be read, or is none (ERR_CONFIG, with what to do). forgetlist_close is called
 * all the same.
 */
int forgetlist_open(struct forgetlist *, const struct conf *, struct err *);
/* Replaces the file, whole or not at all; makes state_dir. */
int forgetlist_save(struct forgetlist *, struct err *);
void forgetlist_close(struct forgetlist *);
/*
 * For a command that only reads the list; out is the caller's to free
 * (forgotten_free), also after -1. A state_dir that cannot be opened has none:
 * the database knows whether somebody is missing (sync/forgetting.h). Without a
 * database nobody knows: -1 when it may not be entered.
 */
int forgetlist_read(const struct conf *, struct forgotten *out, struct err *);

#endif
