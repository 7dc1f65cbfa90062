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
 * Reads the password of a section. 1: it is in *out, which the caller wipes
 * and frees. 0: no key gives one, or the file is read offline. -1: reported to
 * the file's errors.
 */
int confsecret_read(struct conf_file *, const struct conf_part *, char **out);
/* The secret in the file that v names; NULL: reported. As above. */
char *confsecret_from_file(struct conf_file *, const struct conf_value *v);
/*
 * For a secret that is written in the INI itself, at that line. -1: others
 * than its owner may read the INI, which is reported once per file.
 */
int confsecret_in_file(struct conf_file *, unsigned line, const char *key);

#endif
