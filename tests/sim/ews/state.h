/*
 * state.h - sync states: opaque to clients, a position in a journal to us.
 *
 * A first sync walks the folder from one end (phase 1, the cursor is the
 * last item given) and then goes on with the journal from the sequence at
 * which the walk began. A round of the journal goes from `from` to its end;
 * pos is how far it got. told: the walk has dealt with what was deleted up to
 * there.
 */
#ifndef SIM_STATE_H
#define SIM_STATE_H

#include "world/world.h"

enum state_kind { STATE_ITEMS = 1, STATE_HIERARCHY = 2 };

struct state {
	uint8_t kind;
	bool walking;    /* phase 1 */
	bool newest;     /* direction of the walk */
	bool begun;      /* the cursor is set */
	uint32_t folder; /* number; of the mailbox's root for hierarchies */
	uint32_t epoch;
	uint64_t from, pos, told;
	int64_t received; /* cursor */
	uint32_t num;
};

void state_encode(struct sb *, const struct state *);
/* -1: not one of ours, altered, or for something else. */
int state_decode(const char *text, struct state *);

#endif
