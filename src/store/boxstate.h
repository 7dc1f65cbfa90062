/*
 * boxstate.h - the words in the columns of table mailbox.
 * Floor: store.
 * Threads: none; constants.
 */
#ifndef STORE_BOXSTATE_H
#define STORE_BOXSTATE_H

/* mailbox.state: what a person wants, or how the last pass over it went */
#define STATE_ENABLED  "enabled"
#define STATE_FAILING  "failing" /* the last pass over it ended in an error */
#define STATE_TESTING  "testing"
#define STATE_WAITING  "waiting" /* for a person's approval */
#define STATE_DISABLED "disabled"

/* mailbox.incoming: how reading mail from the server went */
#define INCOMING_NOT_RUN  "not_run"
#define INCOMING_SUCCESS  "success"
#define INCOMING_FAILURE  "failure"
#define INCOMING_DISABLED "disabled"

#endif
