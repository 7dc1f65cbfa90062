/*
 * fields.h - which properties of a message are wanted: $select, $expand and
 * the permissions.
 * Floor: graph.
 */
#ifndef SIM_FIELDS_H
#define SIM_FIELDS_H

#include "graph/graph.h"
#include "world/mapi.h"

enum field {
	F_CREATED,
	F_MODIFIED,
	F_KEY,
	F_CATEGORIES,
	F_RECEIVED,
	F_SENT,
	F_HAS_ATTACHMENTS,
	F_MESSAGE_ID,
	F_SUBJECT,
	F_PREVIEW,
	F_IMPORTANCE,
	F_PARENT,
	F_CONVERSATION,
	F_INDEX,
	F_DELIVERY_RECEIPT,
	F_READ_RECEIPT,
	F_READ,
	F_DRAFT,
	F_WEB_LINK,
	F_INFERENCE,
	F_BODY,
	F_SENDER,
	F_FROM,
	F_TO,
	F_CC,
	F_BCC,
	F_REPLY_TO,
	F_FLAG,
	F_HEADERS,
	F_UNIQUE,
	F_MEETING_TYPE,
	N_FIELDS
};

struct property {   /* singleValueExtendedProperties */
	char *text; /* as it was asked for; its own copy */
	char *set, *name;
	struct mapi p; /* points into the above */
	const char *type;
};

struct fields {
	uint64_t set; /* 1 << enum field; id comes always */
	bool chosen;  /* by $select */
	bool attachments;
	struct property *property;
	int n_properties;
};

const char *field_name(enum field);
bool field_wanted(const struct fields *, enum field);

/*
 * Of a message's $select and $expand, each of them or NULL. False: the answer
 * is the error. fields_free either way.
 */
bool fields_read(struct fields *, struct graph_call *, const char *select,
    const char *expand);
void fields_free(struct fields *);

/*
 * $expand of a folder: extended properties only. Likewise for a mail folder's
 * and an attachment's $select: all of its names must be in the list, which
 * spaces separate.
 */
bool fields_expand(struct fields *, struct graph_call *, const char *expand);
bool fields_known(
    struct graph_call *, const char *select, const char *names, const char *of);
/* Is the name in $select, or is there none? */
bool fields_asked(const char *select, const char *name);

/* Does the token permit so much of mail? */
bool fields_may_read(const struct graph_call *);  /* bodies too */
bool fields_may_basic(const struct graph_call *); /* all but those */

#endif
