/*
 * folder.h - folder trees, what lies in a folder, and its journal.
 *
 * Every change of a folder's content appends to its journal; the number of
 * entries is the folder's sequence, which sync states refer to.
 */
#ifndef SIM_FOLDER_H
#define SIM_FOLDER_H

#include "world/world.h"

/* The tree that the played product makes for a new mailbox. */
void folder_standard(struct mailbox *);
struct folder *folder_add(struct mailbox *, struct folder *parent,
    const char *name, const char *class);
void folder_rename(struct folder *, const char *name);
void folder_move(struct folder *, struct folder *parent);
void folder_remove(struct folder *); /* with all below and in it */
void folder_free(struct folder *);

/*
 * "Inbox/Projects" below msgfolderroot, "/…" below root, "@inbox" by
 * well-known name. create: missing parts are made as mail folders.
 */
struct folder *folder_find(struct mailbox *, const char *path, bool create);
struct folder *folder_well_known(struct mailbox *, const char *id);
struct folder *folder_child(struct folder *, const char *name);
bool folder_below(const struct folder *, const struct folder *ancestor);
int folder_children(const struct folder *);
/* The path below msgfolderroot (or with a leading / below root). */
void folder_path(struct sb *, const struct folder *);
/* Is it the folder of removed items, or below it? */
bool folder_recoverable(const struct folder *);
/*
 * Where an item goes when DeleteItem removes it from its folder in this way
 * (HardDelete, SoftDelete, MoveToDeletedItems). NULL: nowhere.
 */
struct folder *folder_of_deleted(const struct folder *, const char *how);
/* The class of a new folder that a t:Folder, … without one asks for. */
const char *folder_class_of(const char *element);
/* t:Folder, t:CalendarFolder, … */
const char *folder_element(const struct folder *);

void folder_insert(struct folder *, struct item *);   /* journals it */
void folder_take_out(struct folder *, struct item *); /* journals it */
void folder_changed(struct folder *, struct item *, bool read_flag_only);

/* What FindFolder shows as the tree below f: next in walk order or NULL. */
struct folder *folder_next(const struct mailbox *, size_t *at);

#endif
