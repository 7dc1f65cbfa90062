/*
 * confseal.h - the key in secret_key_file, and enc: values of the INI.
 * Floor: conf; used by conf*.c only.
 * Threads: a struct conf_file belongs to one thread.
 */
#ifndef CONF_CONFSEAL_H
#define CONF_CONFSEAL_H

#include "conf/conffile.h"

/*
 * What is inside the enc: value that v gives (the caller wipes it), with its
 * length. The key is read once per file. NULL: reported.
 */
char *confseal_open(struct conf_file *, const struct conf_value *v,
    const char *text, size_t len, size_t *out_len);
/*
 * The key (the caller wipes it). When its file does not exist it is made,
 * and *made its name (the caller's), else NULL. Errors of other keys are
 * forgotten. -1: reported.
 */
int confseal_make(struct conf_file *, struct seal_key *, char **made);

#endif
