/*
 * want.h - what a pass is restricted to: some mailboxes, or a profile. Table
 * sync_run holds it as text, and only here does anybody know how that is
 * spelled.
 * Floor: store.
 * Threads: pure.
 */
#ifndef STORE_WANT_H
#define STORE_WANT_H

#include <stdbool.h>
#include <stddef.h>

/* All NULL and 0: it is not restricted. What it points to is borrowed. */
struct store_want {
	const char *const *mailbox; /* these, normalised */
	size_t nmailbox;            /* 0: all */
	const char *profile;        /* this one; NULL: all */
};

/* How much such a pass reads, the most first. */
enum store_want_kind { WANT_ALL, WANT_PROFILE, WANT_MAILBOXES, WANT_KINDS };

/* What the table says of a restriction. */
struct store_wanted {
	enum store_want_kind kind;
	const char *profile; /* WANT_PROFILE: which, a part of text; or NULL */
	/* For people, in the words of the command line; NULL: WANT_ALL. The
	 * same restriction has the same text. */
	const char *text;
};

/* As the table holds it; the caller frees. NULL: it is not restricted. */
char *store_want_text(const struct store_want *);
/* text, which may be NULL, is borrowed. */
struct store_wanted store_want_read(const char *text);
/* Is it restricted to some mailboxes, and is this one of them? */
bool store_want_names(const struct store_wanted *, const char *mailbox);

#endif
