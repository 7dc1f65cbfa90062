/*
 * scope.h - what an alert, or a login that waits, is about: a kind and a name.
 * Tables alert, sync_news and sync_login store it as text, and only this file
 * knows the spelling.
 * Floor: store.
 * Threads: pure.
 */
#ifndef STORE_SCOPE_H
#define STORE_SCOPE_H

#include <stdbool.h>
#include <stdint.h>

enum store_scope_kind {
	OF_EXSYNC,  /* "exsync": the program as a whole; no name */
	OF_PROFILE, /* "profile NAME" */
	OF_MAILBOX, /* "mailbox ADDRESS"; in sync_login: its own login */
	/* only in table sync_login */
	OF_PROXY,  /* "proxy of NAME": a profile's login at the proxy */
	OF_ACCESS, /* "access ADDRESS": access to the mailbox was denied */
	OF_FOLDER, /* "access ADDRESS folder N": that to a folder was */
	/* only from store_scope_read: any other text, which name points to */
	OF_OTHER
};

struct store_scope {
	enum store_scope_kind kind;
	const char *name; /* borrowed; NULL: none */
	int64_t folder;   /* OF_FOLDER: folder.id */
};

#define STORE_SCOPE_TEXT 640

/* The text of the tables. Returns out, which has STORE_SCOPE_TEXT bytes. */
char *store_scope_text(const struct store_scope *, char *out);
/* The name points into text. OF_ACCESS and OF_FOLDER become OF_OTHER. */
struct store_scope store_scope_read(const char *text);
/* Does the scope have that kind and that name (NULL: any name)? */
bool store_scope_is(
    const struct store_scope *, enum store_scope_kind, const char *name);

#endif
