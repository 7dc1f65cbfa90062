/*
 * scope.h - what an alert, or a login that waits, is about: a kind and a name.
 * Tables alert, sync_news and sync_login hold it as text, and only here does
 * anybody know how that is spelled.
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
	OF_MAILBOX, /* "mailbox ADDRESS"; of a login: its own */
	/* of table sync_login alone */
	OF_PROXY,  /* "proxy of NAME": a profile's login at the proxy */
	OF_ACCESS, /* "access ADDRESS": a mailbox that was denied */
	OF_FOLDER, /* "access ADDRESS folder N": so was a folder of it */
	/* when read: no scope that this version writes; name is the text */
	OF_OTHER
};

struct store_scope {
	enum store_scope_kind kind;
	const char *name; /* borrowed; NULL: none */
	int64_t folder;   /* OF_FOLDER: folder.id */
};

#define STORE_SCOPE_TEXT 640

/* As the tables hold it; returns out, of STORE_SCOPE_TEXT bytes. */
char *store_scope_text(const struct store_scope *, char *out);
/* The name is a part of text. Folders are not read back: OF_OTHER. */
struct store_scope store_scope_read(const char *text);
/* Is it of that kind, and of that name (NULL: of any)? */
bool store_scope_is(
    const struct store_scope *, enum store_scope_kind, const char *name);

#endif
