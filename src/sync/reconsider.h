/*
 * reconsider.h - mail that was left out is decided anew when people or settings
 * change.
 * Floor: sync, internal.
 * Threads: as each function says.
 *
 * What is skipped today may be wanted tomorrow: a contact comes into the CRM, a
 * rule is deleted, process_email_from moves back. The decisions tell by keyed
 * hashes which mail has whose address, so exactly the mail that may be wanted
 * now is fetched, wherever it lies, after all new mail.
 */
#ifndef SYNC_RECONSIDER_H
#define SYNC_RECONSIDER_H

#include "base/fault.h"
#include "core/party.h"
#include "sync/work.h"

/*
 * Compares the people and the INI with what earlier decisions were based on,
 * and notes which items are to be decided anew: those of all mailboxes, though
 * the plan may have some only. doubt: a list of people does not count now, and
 * its last good one is in force; what is left out for that is no mail from
 * before, whatever past_mail says. wider: mail that expired may be kept now,
 * whatever retention_days says. Called once by a pass, before its threads
 * begin. A dry run only says how many they are.
 */
int reconsider_begin(const struct pass *, const struct party_list *,
    const struct plan *, bool doubt, bool wider, struct err *);

/*
 * Fetches and decides items of the mailbox that wait, at most RECONSIDER_MAX
 * in a pass. Called by the thread that runs the mailbox's job. CAUSE_TURN: as
 * turn_check.
 */
int reconsider_mailbox(struct mailbox_work *, struct err *);

/*
 * For struct fetch: mail from before that is not wanted, when people came into
 * the CRM; or TIM_NONE.
 */
int64_t reconsider_past(const struct mailbox_work *);

#define RECONSIDER_MAX fault_int("EXSYNC_RECONSIDER_MAX", 5000)

#endif
