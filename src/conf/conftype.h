/*
 * conftype.h - converts the text of a value to its field, and back.
 * Floor: conf; used by conf*.c only.
 * Threads: pure.
 */
#ifndef CONF_CONFTYPE_H
#define CONF_CONFTYPE_H

#include <stdio.h>

#include "conf/conffile.h"

/*
 * Puts text into the field of base (the section's struct) that key names;
 * list fields grow. Errors go to the file at line. CONF_REF and CONF_SECRET
 * are left to confload.c and confsecret.c. False: reported.
 */
bool conftype_set(struct conf_file *, unsigned line, const struct conf_key *,
    void *base, const char *text);
/* Frees what conftype_set made. */
void conftype_free(const struct conf_key *, void *base);
/*
 * Prints the field as "key = value" lines from which it can be read again;
 * nothing when it is not set, a secret as (set).
 */
void conftype_print(const struct conf_key *, const void *base, FILE *);

#endif
