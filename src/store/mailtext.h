/*
 * mailtext.h - the text of mail that has only HTML: column html_text of
 * sync_email and sync_edition, which the views email_body and email_copy_text
 * show in place of a text.
 * Floor: store.
 * Threads: with the store's lock held, or while the store is being opened.
 */
#ifndef STORE_MAILTEXT_H
#define STORE_MAILTEXT_H

#include "store/db.h"

/*
 * Gives a new connection the SQL function text_of_html(html), for the
 * statements that write a body; of NULL it is NULL. No view may use it, since
 * other programs read them.
 */
int mailtext_register(struct store *, struct err *);
/*
 * Outside of a write transaction: gives mail of earlier versions its text, the
 * newest first, in transactions of its own. Ends early when the pass is to.
 */
int mailtext_catch_up(struct store *, struct err *);

#endif
