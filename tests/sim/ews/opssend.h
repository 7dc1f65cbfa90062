/*
 * opssend.h - sending an item that is there.
 */
#ifndef SIM_OPSSEND_H
#define SIM_OPSSEND_H

#include "world/world.h"

/*
 * Delivers the item; then it is moved into the folder, or gone when that is
 * NULL. NULL or a response code.
 */
const char *opssend_item(struct item *, struct folder *);

#endif
