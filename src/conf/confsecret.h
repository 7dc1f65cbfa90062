/*
 * confsecret.h - where passwords come from.
 * Floor: conf; used by conf*.c only.
 * Threads: pure.
 *
 * A new kind of source is a key in confkeys.c and a row in confsecret.c. No
 * error ever holds a secret or a part of one.
 */
#ifndef CONF_CONFSECRET_H
#define CONF_CONFSECRET_H

#include "conf/conffile.h"

/*
 * The password of a section: 1 and *out (the caller's, to be wiped), 0 when
 * no key gives one or the file is read offline, -1 when it was reported to
 * the file's errors.
 */
int confsecret_read(struct conf_file *, const struct conf_part *, char **out);
/*
 * Something secret stands in the INI itself at that line: reports it when
 * others than its owner may read the INI (once per file). -1: reported.
 */
int confsecret_in_file(struct conf_file *, unsigned line, const char *key);
/*
 * Reads the file that v names, which holds a secret, into out (the caller
 * wipes it): at most size bytes; returns how many. It is looked for among
 * systemd's credentials (CREDENTIALS_DIRECTORY) first, then relative to the
 * INI; others may not read it. none says what to do when there is no such
 * file. -1: reported.
 */
long confsecret_slurp(struct conf_file *, const struct conf_value *v,
    const char *none, char *out, size_t size);

#endif
