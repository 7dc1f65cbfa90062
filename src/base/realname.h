/*
 * realname.h - where a file really lies.
 * Floor: base.
 * Threads: any.
 */
#ifndef BASE_REALNAME_H
#define BASE_REALNAME_H

#include <stdbool.h>

/*
 * The absolute path behind all links, as realpath gives it, but the file itself
 * need not exist: then it is where it would be created. NULL with errno: its
 * directory does not exist either. The caller frees.
 */
char *realname_of(const char *path);
/* The directory of such a path, in the same way. */
char *realname_dir(const char *path);
/* Is path the directory dir itself, or below it? Both as realname_of has it. */
bool realname_in(const char *path, const char *dir);

#endif
