/*
 * login.h - rejected logins, denied mailboxes, and mailboxes and folders of
 * which the server says what nobody knows, from one pass to the next: tried
 * again after an hour, then four, then every 24 hours, so that no account is
 * ever locked by us; the unknown after a quarter of an hour first. A login is
 * tried at once when its credentials changed. Of one account, however many
 * profiles, mailboxes and spellings use it, LOGINFILE_WRONG logins in an hour
 * are wrong at most, also by other processes (reserve.h).
 * Floor: sync, internal.
 * Threads: login_profile_* and login_mailbox_bind by the thread that runs the
 * pass; the others by the thread that runs the mailbox's job.
 */
#ifndef SYNC_LOGIN_H
#define SYNC_LOGIN_H

#include "sync/work.h"

/* Which logins are the profile's; before login_profile_begin. */
void login_profile_bind(struct profile_work *, struct logins *);
/* Which one the mailbox uses; before its job begins. */
void login_mailbox_bind(struct mailbox_work *);
/* Its job has begun (1) or ended (-1). */
void login_mailbox_job(struct mailbox_work *, int);

/* Before the first call: stops the gate while the login, or the one of the
 * proxy, has to wait. */
int login_profile_begin(struct profile_work *, struct err *);
/*
 * Its login was rejected: remembers that at once, for the pass may yet be
 * killed. Any thread.
 */
int login_profile_rejected(
    struct profile_work *, const struct err *why, struct err *);
/* After the last call: forgets what a good login was rejected for before. */
int login_profile_end(struct profile_work *, struct err *);

/* -1 with CAUSE_LOGIN_WAITS: the mailbox's own login has to wait. */
int login_mailbox_begin(struct mailbox_work *, struct err *);
/*
 * The mailbox failed with fault. *retry_at: when to try again, TIM_NONE for
 * the next pass. Remembers a rejected login, a denied or missing mailbox.
 */
int login_mailbox_failed(struct mailbox_work *, const struct err *fault,
    int64_t *retry_at, struct err *);
/* The mailbox failed before, and is well now. */
int login_mailbox_well(struct mailbox_work *, struct err *);

/*
 * Was somebody told why the mailbox was denied? The pass that met it may have
 * died before: then its wait is not kept, so that it is met again. True where
 * it was not denied.
 */
int login_mailbox_told(struct mailbox_work *, bool *told, struct err *);
/*
 * -1 with CAUSE_WAITS: the folder alone is left alone, what is
 * wrong with it nobody knows.
 */
int login_folder_begin(
    struct mailbox_work *, const struct store_folder *, struct err *);
/* It failed with ERR_UNKNOWN. */
int login_folder_failed(struct mailbox_work *, const struct store_folder *,
    const struct err *fault, struct err *);
/* It was read. */
int login_folder_well(
    struct mailbox_work *, const struct store_folder *, struct err *);

#endif
