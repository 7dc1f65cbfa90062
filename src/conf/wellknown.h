/*
 * wellknown.h - the folders that every mailbox has, by names that do not depend
 * on its language: Exchange's distinguished folder ids, in lower case, which
 * Microsoft Graph has as well. Those of its archive begin with archive.
 * Floor: conf.
 * Threads: read-only.
 */
#ifndef CONF_WELLKNOWN_H
#define CONF_WELLKNOWN_H

#include <stdbool.h>
#include <stddef.h>

struct wellknown {
	const char *name;
	/* servers of every version report it, so the INI may name it: @name */
	bool any_server;
	bool skipped; /* not read unless the INI names it */
};

/* All rows, sorted by name. */
const struct wellknown *wellknown_rows(size_t *n);
/* The row of exactly that name, or NULL; name may be NULL. */
const struct wellknown *wellknown_find(const char *name);

#endif
