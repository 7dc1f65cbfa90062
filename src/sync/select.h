/*
 * select.h - which folders of a mailbox are read.
 * Floor: sync.
 * Threads: pure.
 *
 * All mail folders, sent mail included, but not drafts, outbox, junk,
 * deleted items, sync issues, conversation history and what lies below
 * those; no folders of another class, and never search folders. The profile's
 * folders and skip_folders change that: an entry is a path ("Inbox/News"),
 * a path with everything below it ("Inbox/ *" without the space) or a
 * well-known name ("@junkemail"). folders: only what is named, even if it
 * would be skipped. A folder of another class is read if an entry is its own
 * path or name, not if it only lies below one. skip_folders: not these, nor
 * what lies below.
 */
#ifndef SYNC_SELECT_H
#define SYNC_SELECT_H

#include "core/provider.h"
#include "store/store.h"

/*
 * f lies in list (both from the server). known is what the store has of the
 * same mailbox, for well-known names that this answer lacks.
 */
bool select_folder(const struct conf_profile *, const struct folder_list *,
    const struct folder *f, const struct store_folders *known);

/*
 * Is it the folder of sent mail, of drafts, or the outbox, of the mailbox or of
 * its archive? One below is not:
 * folders move, and what was decided of the mail in them must not depend on
 * when.
 */
bool select_is_sent(const struct folder *f, const struct store_folders *known);

/*
 * Does this entry of folders or skip_folders name a folder of the list? Only
 * for messages: a named folder may be left out for another reason.
 */
bool select_names(const char *entry, const struct folder_list *,
    const struct store_folders *known);

#endif
