/*
 * secretfile.h - files that hold a secret for the INI.
 * Floor: conf; used by conf*.c only.
 * Threads: pure.
 */
#ifndef CONF_SECRETFILE_H
#define CONF_SECRETFILE_H

#include "conf/conffile.h"

/*
 * Reads the file that v names, which holds a secret, into out, which the caller
 * wipes: at most size bytes; returns how many. The name is tried as a
 * credential of systemd (CREDENTIALS_DIRECTORY) first, then relative to the
 * INI. A file that others may read is an error. none: what to do when there is
 * no such file. -1: reported.
 */
long secretfile_read(struct conf_file *, const struct conf_value *v,
    const char *none, char *out, size_t size);

#endif
