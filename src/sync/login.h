/*
 * login.h - rejected logins, denied mailboxes, and mailboxes and folders with
 * unknown errors (ERR_UNKNOWN), from one pass to the next. They are tried again
 * after an hour, then four, then every 24 hours, so that we never lock an
 * account; unknown errors first after a quarter of an hour. A login is tried at
 * once when its credentials changed. For one account, however many profiles,
 * mailboxes and spellings use it, at most LOGINFILE_WRONG logins in an hour are
 * wrong, those of other processes included (reserve.h).
 * Floor: sync, internal.
 * Threads: login_profile_* and login_mailbox_bind by the thread that runs the
 * pass; the others by the thread that runs the mailbox's job.
 */
#ifndef SYNC_LOGIN_H
#define SYNC_LOGIN_H

#include "sync/work.h"

/* Finds the profile's logins; before login_profile_begin. */
void login_profile_bind(struct profile_work *, struct logins *);
/* Finds the login that the mailbox uses; before its job begins. */
void login_mailbox_bind(struct mailbox_work *);
/* The mailbox's job has begun (1) or ended (-1). */
void login_mailbox_job(struct mailbox_work *, int);

/*
 * Before the first call: stops the gate while the profile's login, or that of
 * the proxy, has to wait.
 */
int login_profile_begin(struct profile_work *, struct err *);
/*
 * The profile's login was rejected: records that at once, since the pass may
 * yet be killed. Any thread.
 */
int login_profile_rejected(
    struct profile_work *, const struct err *why, struct err *);
/* After the last call: forgets earlier rejections of a login that works. */
int login_profile_end(struct profile_work *, struct err *);

/* -1 with CAUSE_LOGIN_WAITS: the mailbox's own login has to wait. */
int login_mailbox_begin(struct mailbox_work *, struct err *);
/*
 * The mailbox failed with fault: records a rejected login, a denied or missing
 * mailbox, or an unknown error. *retry_at: when to try again; TIM_NONE: in the
 * next pass.
 */
int login_mailbox_failed(struct mailbox_work *, const struct err *fault,
    int64_t *retry_at, struct err *);
/*
 * Another command than a pass met this fault: a login that was rejected counts,
 * whoever tried it.
 */
void login_note_failed(struct mailbox_work *, const struct err *fault);
/*
 * Will the fault of a mailbox last until a person changes something, as far as
 * is known? A login's is not meant.
 */
bool login_is_lasting(const struct err *);
/*
 * Has the mailbox a login of its own that was rejected, with other credentials
 * than it has now?
 */
int login_mailbox_changed(struct mailbox_work *, bool *changed, struct err *);
/* The mailbox failed before, and was read well now. */
int login_mailbox_well(struct mailbox_work *, struct err *);

/*
 * Was somebody told why the mailbox was denied? The pass that met the denial
 * may have died before that: then its wait is dropped, so that it is met again.
 * True if the mailbox was not denied.
 */
int login_mailbox_told(struct mailbox_work *, bool *told, struct err *);
/* -1 with CAUSE_WAITS: this folder alone waits, because of an unknown error. */
int login_folder_begin(
    struct mailbox_work *, const struct store_folder *, struct err *);
/* The folder failed with ERR_UNKNOWN. */
int login_folder_failed(struct mailbox_work *, const struct store_folder *,
    const struct err *fault, struct err *);
/* The folder was read. */
int login_folder_well(
    struct mailbox_work *, const struct store_folder *, struct err *);

#endif
