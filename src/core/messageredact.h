/*
 * messageredact.h - a mail without the people to be forgotten.
 * Floor: core.
 * Threads: as its message.
 */
#ifndef CORE_MESSAGEREDACT_H
#define CORE_MESSAGEREDACT_H

#include "core/forgotten.h"
#include "core/model.h"

enum redact_level {
	REDACT_NONE,      /* nobody of the list is in it */
	REDACT_MENTIONED, /* only in other places than addr */
	REDACT_NAMED      /* an entry of addr is one of them */
};

/*
 * Removes from the mail whoever of the list is in it: in addr, subject,
 * category, text, html, headers and what attachments are called. An entry of
 * addr whose address or raw has a forgotten address keeps its role only: each
 * of its strings that is not NULL becomes "(removed)". The display names that
 * the mail gives to the address go everywhere, and so do those in the list.
 *
 * message_id, in_reply_to, refs and conversation_id stay as they are, but an
 * address in one of the first three counts, so that such a mail is
 * REDACT_MENTIONED again when it is redacted once more; ask forgotten_in.
 *
 * Never leaves a part as it was for want of room in the arena: a short text
 * becomes "(removed)", a body NULL with BODY_FAILED.
 */
enum redact_level message_redact(const struct forgotten *, struct message *);

#endif
