/*
 * state.h - sync states: opaque to clients, a position to us.
 */
#ifndef SIM_STATE_H
#define SIM_STATE_H

#include "world/walk.h"

enum state_kind { STATE_ITEMS = 1, STATE_HIERARCHY = 2 };

struct state {
	uint8_t kind;
	struct walk at; /* of a hierarchy: folder (its root), epoch and pos */
};

void state_encode(struct sb *, const struct state *);
/* -1: not one of ours, altered, or for something else. */
int state_decode(const char *text, struct state *);

#endif
