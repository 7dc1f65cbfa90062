/*
 * access.h - what a pass needs to be let into a mailbox, besides the login of
 * its profile: the name by which it is impersonated (impersonate_by), or a
 * password of its own (secrets_dir).
 * Floor: sync.
 */
#ifndef SYNC_ACCESS_H
#define SYNC_ACCESS_H

#include "sync/work.h"

/*
 * Reads the passwords in secrets_dir, and notes of each mailbox what it lacks.
 * To be called before the sandbox closes. One thread.
 */
void access_plan(const struct conf *, struct plan *);
/*
 * -1: the mailbox lacks something and must not be asked for: ERR_CONFIG that
 * reaches no further, and says what is missing and where. The thread that runs
 * the mailbox's job.
 */
int access_ready(const struct mailbox_work *, struct err *);

#endif
