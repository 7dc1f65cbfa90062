/*
 * forgetmail.h - erases a person from one mail (forgetscan.c).
 * Floor: store, internal.
 * Threads: inside a write transaction, with the store's lock held, after
 * forgetrows_begin.
 */
#ifndef STORE_FORGETMAIL_H
#define STORE_FORGETMAIL_H

#include "core/messageredact.h"
#include "store/forget.h"
#include "store/mailrow.h"

/* A mail that may mention the person. */
struct forgetmail {
	struct email_row was; /* as it is stored */
	struct message *m;    /* the same, without the person */
	char thread[CONTENT_ID];
	enum redact_level how;
	bool others; /* it concerns somebody else than our own people */
};

/* forgetmail_free is called also after -1. */
int forgetmail_load(struct store *, const struct forgotten *, int64_t n,
    struct forgetmail *, struct err *);
void forgetmail_free(struct forgetmail *);
/*
 * Leaves out the copies that concern only the person, where copies differ (only
 * the sender's names the Bcc). *goes: none is left, or all say the same and
 * concern only the person: forgetmail_remove; else forgetmail_redact.
 */
int forgetmail_withdraw(struct store *, const struct forgotten *,
    const struct forgetmail *, bool *goes, struct err *);
/*
 * The mail goes, and its items are left out from now on. If it has the id of a
 * key that others share one of those gets it.
 */
int forgetmail_remove(struct store *, const struct forgetmail *, struct err *);
/* The mail stays, without the person. Tells of its attachments. */
int forgetmail_redact(struct store *, const struct store_forget *,
    const struct forgetmail *, struct store_forget_count *, struct err *);

#endif
