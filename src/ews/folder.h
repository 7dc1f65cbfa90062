/*
 * folder.h - the folders of a mailbox (README.md, Folders).
 * Floor: ews.
 * Threads: as the session.
 */
#ifndef EWS_FOLDER_H
#define EWS_FOLDER_H

#include <stdbool.h>

#include "ews/session.h"

/* The folder at the top of which those of an archive lie, in their paths. */
#define FOLDER_ARCHIVE "In-Place Archive"

/* With archive = yes those of the archive follow. */
int folder_list(
    struct ews_session *, bool well_known, struct folder_list *, struct err *);
/* The display name of the mailbox's top folder, "" where it has none. */
int folder_top(struct ews_session *, char *name, size_t size, struct err *);

/*
 * Makes paths from names and parents, once all folders are there. A folder
 * whose parent is not in the list lies at the top.
 */
void folder_paths(struct folder_list *);

#endif
