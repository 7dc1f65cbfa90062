/*
 * value.h - the property paths that restrictions and sort orders name, and
 * what an item or a folder has there.
 */
#ifndef SIM_VALUE_H
#define SIM_VALUE_H

#include "ews/shape.h"

enum value_type {
	VALUE_UNUSABLE, /* computed by the server, or not done here */
	VALUE_TEXT,
	VALUE_CHOICE, /* a number with names */
	VALUE_BOOL,
	VALUE_INT,
	VALUE_TIME,
	VALUE_LIST,   /* several strings */
	VALUE_PERSON, /* name and address */
	VALUE_OPAQUE  /* what nothing but Exists, or equal, can be said of */
};

struct path {
	enum value_type type;
	int prop;                  /* enum prop, enum folder_prop; -1: ext */
	const char *const *choice; /* names in their order; NULL at the end */
	bool flag;                 /* one bit of a property of the store */
	struct ext ext;
};

struct value {
	bool there;
	int64_t n;
	struct sb s; /* n_s strings, each with its NUL */
	int n_s;
};

/*
 * Reads t:FieldURI, t:ExtendedFieldURI and the like. NULL, or the response
 * code of what cannot be asked for: the caller says its own when that is
 * ErrorUnsupportedPathForQuery.
 */
const char *
value_path(struct path *, const xmlNode *, bool of_folder, enum level);
void value_path_free(struct path *);
/* The path as it was asked for, for the MessageXml of an error. */
void value_path_xml(struct sb *, const xmlNode *);

/* Of the item, or of the folder when the item is NULL. */
void value_get(struct value *, const struct path *, const struct item *,
    const struct folder *);
/* A constant that is to be compared with the path. -1: it is no such value. */
int value_constant(struct value *, const struct path *, const char *);
void value_free(struct value *);

/*
 * The order of two values that are there, by their first strings when they
 * have several. Text is compared without regard to case.
 */
int value_compare(enum value_type, const struct value *, const struct value *);

/* Normalised text to compare; the caller frees. */
char *value_fold(const char *, bool ignore_case, bool ignore_marks);

/* Are values of this type strings? */
bool value_is_text(enum value_type);

#endif
