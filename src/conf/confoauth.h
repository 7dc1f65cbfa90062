/*
 * confoauth.h - the keys of auth = oauth: how they go together, their defaults
 * by cloud, and the files that they name.
 * Floor: conf; used by conf*.c only.
 * Threads: a struct conf_file belongs to one thread.
 */
#ifndef CONF_CONFOAUTH_H
#define CONF_CONFOAUTH_H

#include "conf/conf.h"
#include "conf/conffile.h"

/*
 * Completes the profile, whose keys were set: defaults, secret, certificate and
 * key, and where tokens are kept the key that they are sealed with (c->seal).
 * Errors go to the file.
 */
void confoauth_profile(struct conf_file *, struct conf *c,
    const struct conf_part *, struct conf_profile *);
/* The same of a mailbox whose profile has auth = oauth. */
void confoauth_mailbox(
    struct conf_file *, const struct conf_part *, struct conf_mailbox *);
/* Wipes and frees what confoauth_profile read. */
void confoauth_free(struct conf_oauth *);

#endif
