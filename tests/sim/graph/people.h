/*
 * people.h - users/{id}: whose mailbox is meant, and the user as such.
 * Floor: graph.
 */
#ifndef SIM_PEOPLE_H
#define SIM_PEOPLE_H

#include "graph/graph.h"

/*
 * Sets g->mailbox from users/{id or name} or me, when the token may open it.
 * False: the answer is the error.
 */
bool people_mailbox(struct graph_call *);
/* The user as the directory has it; g->mailbox is of no interest. */
void people_answer_one(struct graph_call *);

#endif
