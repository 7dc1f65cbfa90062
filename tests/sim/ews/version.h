/*
 * version.h - what each version of the request schema lacks, and how the
 * products introduce themselves. Source: src/ews/README.md, Versions.
 */
#ifndef SIM_VERSION_H
#define SIM_VERSION_H

#include <libxml/tree.h>

#include "world/world.h"

/* Request versions in order; also the highest that a product knows. */
enum level {
	V2007,
	V2007_SP1,
	V2010,
	V2010_SP1,
	V2010_SP2,
	V2013,
	V2013_SP1,
	V2015,
	V2016,
	V_NONE /* never */
};

/* The newest version that the played product knows. */
enum level version_top(void);

/* -1: no product knows that value. */
int version_level(const char *request_version);

/* "2007", "2016", "online"; -1 when unknown. */
int version_product(const char *);

/* The element ServerVersionInfo's attributes. */
void version_info(struct sb *);

/* Version in which an operation first existed, the simulator's or not. */
enum level version_operation(const char *name);
/* Version in which a FieldURI first existed. */
enum level version_field(const char *uri);
/* Version in which a distinguished folder id first existed. */
enum level version_folder_id(const char *id);
/* The distinguished id of such folders, or NULL. */
const char *version_role_id(enum role);

/*
 * Finds what the request uses and its version lacks. Returns the first such
 * node and writes a Violation text, or NULL.
 */
xmlNode *version_check(xmlNode *body, enum level requested, struct sb *text);

#endif
