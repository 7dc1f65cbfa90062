/*
 * message.h - a message as a JSON object.
 * Floor: graph.
 */
#ifndef SIM_MESSAGE_H
#define SIM_MESSAGE_H

#include "graph/fields.h"

/* Complete, with id, ETag and what is wanted. */
json_t *
message_json(struct graph_call *, const struct fields *, const struct item *);
/* Only what a change of the read flag tells; without an ETag. */
json_t *message_sparse(struct graph_call *, const struct item *);
/* One that is attached; it has no id of its own. */
json_t *message_attached(
    struct graph_call *, const struct item *in, const struct mail *);
/* "id" and, where it is no plain message, @odata.type. */
void message_name(struct graph_call *, json_t *, const struct item *);
/* @odata.type: without the leading #microsoft.graph. */
const char *message_type(const struct mail *);
/* Its body went out: for the log. */
void message_log(struct graph_call *, const struct item *, const struct mail *);

/* singleValueExtendedProperties into the object. */
void property_add(
    json_t *, const struct fields *, const struct item *, const struct mail *);

#endif
