/*
 * mailbox.h - table mailbox: the words that it knows.
 * Floor: store.
 */
#ifndef STORE_MAILBOX_H
#define STORE_MAILBOX_H

/* mailbox.state: what a person wants, or how it goes */
#define STATE_ENABLED  "enabled"
#define STATE_FAILING  "failing" /* the last pass over it ended in an error */
#define STATE_TESTING  "testing"
#define STATE_WAITING  "waiting" /* for a person's approval */
#define STATE_DISABLED "disabled"

/* mailbox.incoming: its way from the server to the file */
#define INCOMING_NOT_RUN  "not_run"
#define INCOMING_SUCCESS  "success"
#define INCOMING_FAILURE  "failure"
#define INCOMING_DISABLED "disabled"

#endif
