/*
 * folder.h - folder trees, what lies in a folder, and its journal.
 *
 * Every change of a folder's content appends to its journal; the number of
 * entries is the folder's sequence, which positions (walk.h) refer to.
 */
#ifndef SIM_FOLDER_H
#define SIM_FOLDER_H

#include "world/world.h"

/* The tree that the played product makes for a new mailbox. */
void folder_standard(struct mailbox *);
/* The tree of an archive, beside that of the mailbox, which has none yet. */
void folder_archive(struct mailbox *);
struct folder *folder_add(struct mailbox *, struct folder *parent,
    const char *name, const char *class);
void folder_rename(struct folder *, const char *name);
void folder_move(struct folder *, struct folder *parent);
void folder_remove(struct folder *); /* with all below and in it */
void folder_free(struct folder *);

/*
 * "Inbox/Projects" below the top, "/…" below the root, "@inbox/…" below a
 * folder of that role. create: missing parts are made as mail folders.
 */
struct folder *folder_find(struct mailbox *, const char *path, bool create);
struct folder *folder_of_role(const struct mailbox *, enum role);
struct folder *folder_child(struct folder *, const char *name);
bool folder_below(const struct folder *, const struct folder *ancestor);
int folder_children(const struct folder *);
/* The path below the top (or with a leading / below the root). */
void folder_path(struct sb *, const struct folder *);
/* Is it the folder of removed items, or below it? */
bool folder_recoverable(const struct folder *);

enum deletion { DELETE_HARD, DELETE_SOFT, DELETE_MOVE };

/* Where an item goes when a client deletes it so. NULL: nowhere. */
struct folder *folder_of_deleted(const struct folder *, enum deletion);

enum folder_kind {
	FOLDER_MAIL, /* and whatever else */
	FOLDER_CALENDAR,
	FOLDER_CONTACTS,
	FOLDER_TASKS,
	FOLDER_SEARCH
};

enum folder_kind folder_kind(const struct folder *);
/* The class of a folder that is made as one of these; NULL: none. */
const char *folder_class_of(enum folder_kind);

void folder_insert(struct folder *, struct item *);   /* journals it */
void folder_take_out(struct folder *, struct item *); /* journals it */
void folder_changed(struct folder *, struct item *, bool read_flag_only);

/* The mailbox's folders one by one, from *at = 0 on; NULL: no more. */
struct folder *folder_next(const struct mailbox *, size_t *at);

#endif
