/*
 * confseal.h - the key in secret_key_file, and enc: values of the INI.
 * Floor: conf; used by conf*.c only.
 * Threads: a struct conf_file belongs to one thread.
 */
#ifndef CONF_CONFSEAL_H
#define CONF_CONFSEAL_H

#include "conf/conffile.h"

/*
 * Decrypts text, the enc: value that v gives: *out_len bytes and a NUL, which
 * the caller wipes and frees. The key is read once per file. NULL: reported.
 */
char *confseal_open(struct conf_file *, const struct conf_value *v,
    const char *text, size_t len, size_t *out_len);
/*
 * The key, which stays the file's; for what is called so in v's line. NULL:
 * reported.
 */
const struct seal_key *
confseal_key(struct conf_file *, const struct conf_value *v);
/*
 * Gives the key; the caller wipes it. A key file that does not exist is
 * created, and *made is its name, which the caller frees; else *made is NULL.
 * Errors of other keys are forgotten. -1: reported; a file may have been made.
 */
int confseal_make(struct conf_file *, struct seal_key *, char **made);

#endif
