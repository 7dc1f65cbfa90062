/*
 * versions.h - what is remembered of each mailbox while the program runs: the
 * version it is spoken to in, its server's build, its cookies.
 * Floor: ews.
 * Threads: any; struct mboxes has the lock, a struct mbox lives until
 * mboxes_free.
 */
#ifndef EWS_VERSIONS_H
#define EWS_VERSIONS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "ews/version.h"

#define MBOX_SLOTS 1024

struct mbox_cookie;

struct mbox {
	struct mbox *next;
	char *address;
	bool refused; /* its server refused more than version */
	enum version version;
	struct version_build build;
	struct mbox_cookie *cookie;
	size_t ncookie;
};

struct mboxes {
	pthread_mutex_t lock;
	enum version start;  /* as configured */
	enum version common; /* where a mailbox not seen yet begins */
	struct mbox *slot[MBOX_SLOTS];
};

void mbox_init(struct mboxes *, enum version start);
void mbox_free(struct mboxes *);
struct mbox *mbox_get(struct mboxes *, const char *address);

/* The version to use for the next request. */
enum version mbox_version(struct mboxes *, struct mbox *);
/*
 * The server refused used: lowers the mailbox' version, unless somebody else
 * has done so meanwhile. False: there is none lower.
 */
bool mbox_step_down(struct mboxes *, struct mbox *, enum version used);
/* No version was accepted, so the version is not to blame: starts over. */
void mbox_restore(struct mboxes *, struct mbox *);
/* A request went well in that version: others begin there too. */
void mbox_proven(struct mboxes *, struct mbox *, enum version);
/* An answer told its build: never speak more than it understands. */
void mbox_told(struct mboxes *, struct mbox *, const struct version_build *);
struct version_build mbox_build(struct mboxes *, struct mbox *);

/* A Set-Cookie value (RFC 6265 5.2; domain and path are ours). */
void mbox_set_cookie(struct mboxes *, struct mbox *, const char *);
/* The value of the Cookie header; empty: send none. */
void mbox_cookies(struct mboxes *, struct mbox *, struct buf *out);
void mbox_drop_cookies(struct mboxes *, struct mbox *);

#endif
