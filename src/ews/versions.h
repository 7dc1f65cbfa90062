/*
 * versions.h - the version that each mailbox is spoken to in, and its server's
 * build, while the program runs (README.md, Versions): mailboxes of one profile
 * may lie on servers of several versions.
 * Floor: ews.
 * Threads: any; struct versions has the lock, a struct mailbox_version lives
 * until versions_free.
 */
#ifndef EWS_VERSIONS_H
#define EWS_VERSIONS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"
#include "ews/version.h"

struct mailbox_version {
	char *address;
	bool refused; /* its server refused any version above this one */
	enum version version;
	struct version_build build;
};

struct versions {
	pthread_mutex_t lock;
	enum version start;  /* as configured */
	enum version common; /* where a mailbox not seen yet begins */
	struct map index;    /* address -> v */
	struct mailbox_version **v;
	size_t n;
};

void versions_init(struct versions *, enum version start);
void versions_free(struct versions *);
/* The mailbox with that address; it is added when it is asked for first. */
struct mailbox_version *versions_of(struct versions *, const char *address);

/* The version to use for the mailbox's next request. */
enum version versions_current(struct versions *, struct mailbox_version *);
/*
 * The server refused used: lowers the mailbox's version, unless another thread
 * has done so meanwhile. False: there is no lower one.
 */
bool versions_step_down(
    struct versions *, struct mailbox_version *, enum version used);
/* No version was accepted, so the version is not to blame: starts over. */
void versions_restore(struct versions *, struct mailbox_version *);
/*
 * A request succeeded in that version: if it was lowered others begin there,
 * too.
 */
void versions_proven(struct versions *, struct mailbox_version *, enum version);
/*
 * An answer told the server's build: no later version is above what it
 * understands.
 */
void versions_told(
    struct versions *, struct mailbox_version *, const struct version_build *);
struct version_build
versions_build(struct versions *, struct mailbox_version *);

#endif
