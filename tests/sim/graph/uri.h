/*
 * uri.h - the target of a request: path segments and query options, decoded
 * (RFC 3986 2.1; OData URL conventions 2).
 * Floor: graph.
 */
#ifndef SIM_URI_H
#define SIM_URI_H

#include "base/sb.h"

#define URI_SEGMENTS 10
#define URI_OPTIONS  16

struct uri {
	char *segment[URI_SEGMENTS]; /* behind the version */
	int n;
	struct {
		char *name, *value; /* name: without its $, small letters */
	} option[URI_OPTIONS];
	int n_options;
	char *version; /* "v1.0" */
};

/* NULL, or what is wrong with it. uri_free either way. */
const char *uri_read(struct uri *, const char *target);
void uri_free(struct uri *);

/* The option's value, or NULL. */
const char *uri_option(const struct uri *, const char *name);
/* The first option that is none of those names, separated by spaces; NULL. */
const char *uri_unknown(const struct uri *, const char *names);
/* Is segment i that word, in any case? */
bool uri_is(const struct uri *, int i, const char *word);

/* The option's name as a client writes it, and "=". */
void uri_name(struct sb *, const char *name);
/* Percent coding: all but unreserved characters. */
void uri_code(struct sb *, const char *);

#endif
