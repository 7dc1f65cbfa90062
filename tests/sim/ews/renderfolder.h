/*
 * renderfolder.h - folders as XML.
 */
#ifndef SIM_RENDERFOLDER_H
#define SIM_RENDERFOLDER_H

#include "ews/shape.h"

void renderfolder(struct call *, const struct shape *, const struct folder *);
void renderfolder_id(struct sb *, const struct folder *, const char *element);
/* Folder, CalendarFolder, … */
const char *renderfolder_element(const struct folder *);
/* The class of a new folder that such an element without one asks for. */
const char *renderfolder_class(const char *element);

#endif
