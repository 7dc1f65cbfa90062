/*
 * folders.h - the folders that a mailbox has now, and which of them are read.
 * Floor: sync, internal.
 * Threads: folders_load, folders_ask and folders_note by the thread that runs
 * the mailbox's job; what was loaded is read-only, for any thread.
 */
#ifndef SYNC_FOLDERS_H
#define SYNC_FOLDERS_H

#include "store/store.h"
#include "sync/work.h"

struct folders {
	struct mailbox_work *mailbox;
	struct folder_list list;    /* as the server says */
	struct store_folders known; /* what the store has of them */
};

/*
 * Asks the server for its folders, notes them in the store, and loads what is
 * known of them. well_known: as in provider.h; also asked for where a folder
 * would be read for the first time without it. hurry: CAUSE_PATIENCE when the
 * server does not answer within PATIENCE_CALL. folders_free frees, also after
 * -1.
 */
int folders_load(struct folders *, struct mailbox_work *, bool well_known,
    bool hurry, struct err *);
void folders_free(struct folders *);
/* Asks once more, and notes nothing. arena_free(&out->arena) frees. */
int folders_ask(
    struct mailbox_work *, bool hurry, struct folder_list *out, struct err *);
/* What the store has of a folder of the list, or NULL. */
const struct store_folder *
folders_stored(const struct folders *, const struct folder *);
/* Does the provider read what the folder holds, and does the INI want it? */
bool folders_selects(const struct folders *, const struct folder *);
bool folders_selects_any(const struct folders *);
/* Nothing was read of it yet, and nothing is in it. */
bool folders_empty(const struct store_folder *, const struct folder *);
/* It was read to its end, and has not changed since (marker.h). */
bool folders_idle(const struct store_folder *, const struct folder *);
/*
 * Notes in which of them nothing arrives, and whether the folders exist that
 * the INI names; in a dry run logs those that do not.
 */
void folders_note(const struct folders *);

#endif
