/*
 * gjson.h - pieces of JSON answers, and errors. json_t that is returned is the
 * caller's.
 * Floor: graph.
 */
#ifndef SIM_GJSON_H
#define SIM_GJSON_H

#include "graph/graph.h"

/* NULL: null. What is not UTF-8 becomes question marks. */
json_t *gjson_text(const char *);
json_t *gjson_textn(const char *, size_t);
/* An Edm.DateTimeOffset; NO_TIME: null. */
json_t *gjson_time(int64_t);
/* The text of the buffer, which is freed. */
json_t *gjson_sb(struct sb *);
json_t *gjson_base64(const void *, size_t);

/* The answer is that object, which is taken; status 200. */
void gjson_answer(struct graph_call *, json_t *);
/* An object that begins with @odata.context: the base, and that. */
json_t *gjson_context(const struct graph_call *, const char *what);
/* What an answer says of the user's resources: users('…')/ and the rest. */
json_t *gjson_user_context(const struct graph_call *, const char *rest);
/* The answer is that text of that type; both are copied. */
void gjson_bytes(struct graph_call *, const char *type, const void *, size_t);

/* The answer is an error. */
void
refuse(struct graph_call *, int status, const char *code, const char *message);
/* 501: what a real server does, and the simulator does not. */
void refuse_undone(struct graph_call *, const char *what);
/* 400 for an option of the query that is not one of those names. True: done. */
bool refuse_options(struct graph_call *, const char *names);

#endif
