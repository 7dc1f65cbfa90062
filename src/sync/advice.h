/*
 * advice.h - what a person does about an error, by its cause: the one table of
 * that. The error's own message says what happened; this says what to type.
 * Floor: sync.
 * Threads: pure.
 *
 * The commands are those of the Exchange Management Shell: Microsoft Learn,
 * New-ManagementRoleAssignment, Add-MailboxPermission, Get-Recipient,
 * Get-CASMailbox, Set-WebServicesVirtualDirectory.
 */
#ifndef SYNC_ADVICE_H
#define SYNC_ADVICE_H

#include "base/err.h"
#include "conf/conf.h"

#define ADVICE_TEXT 768

/* Whom the advice is for. */
struct advice_case {
	const struct conf_profile *profile;
	const char *address; /* of the mailbox, or of one of many; or NULL */
	bool many;           /* it is about the profile, or several of them */
};

/*
 * Writes what to do about the error to out, which has ADVICE_TEXT bytes: one
 * printable line. Returns out; NULL: nothing is known that fits this cause, and
 * alert_advice says what does for its kind. The same error and case always give
 * the same text.
 */
char *advice_find(const struct advice_case *, const struct err *, char *out);

/* Is the profile's url that of Exchange Online? */
bool advice_is_online(const struct conf_profile *);

#endif
