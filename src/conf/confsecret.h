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

#endif
