/*
 * select.h - items by what a test knows of them.
 */
#ifndef SIM_SELECT_H
#define SIM_SELECT_H

#include "world/world.h"

/* mid:MESSAGE-ID, subject:TEXT, nth:FOLDER:N */
bool select_is(const struct item *, const char *selector);
/* The first one; NULL: there is none. */
struct item *select_item(struct mailbox *, const char *selector);

#endif
