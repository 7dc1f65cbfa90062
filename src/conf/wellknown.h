/*
 * wellknown.h - the folders that every mailbox has, by names that no language
 * changes: Exchange's distinguished folder ids, in small letters, which
 * Microsoft Graph has as well.
 * Floor: conf.
 * Threads: read-only.
 */
#ifndef CONF_WELLKNOWN_H
#define CONF_WELLKNOWN_H

#include <stdbool.h>
#include <stddef.h>

struct wellknown {
	const char *name;
	bool any_server; /* servers of each version tell it: the INI may name
			  * it, as @name */
	bool skipped;    /* not read unless the INI names it */
};

/* In the order of their names. */
const struct wellknown *wellknown_rows(size_t *n);
/* By its name, exactly; NULL: none of them, or NULL. */
const struct wellknown *wellknown_find(const char *name);

#endif
