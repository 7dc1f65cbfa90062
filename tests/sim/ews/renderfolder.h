/*
 * renderfolder.h - folders as XML.
 */
#ifndef SIM_RENDERFOLDER_H
#define SIM_RENDERFOLDER_H

#include "ews/shape.h"

void renderfolder(struct call *, const struct shape *, const struct folder *);
void renderfolder_id(struct sb *, const struct folder *, const char *element);

#endif
