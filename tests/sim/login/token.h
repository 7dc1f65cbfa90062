/*
 * token.h - Entra's token endpoint: one request, one answer.
 * Floor: login.
 * Threads: any; it takes world.lock.
 */
#ifndef SIM_TOKEN_H
#define SIM_TOKEN_H

#include "base/sb.h"

struct token_call {
	/* the request */
	const char *path, *host, *type; /* Host and Content-Type, or NULL */
	bool tls, post;
	const char *body;
	size_t len;

	/* the answer */
	int status;
	struct sb out;
	char *retry_after, *answer_type; /* NULL: application/json */
	long delay_ms;

	struct sb log; /* members of a JSON object, none of them secret */
};

/* Is it a path of this endpoint? */
bool token_path(const char *path);
void token_run(struct token_call *);
void token_call_free(struct token_call *);
/* Answers of the endpoint so far: good and bad ones. */
void token_stats(struct sb *);

#endif
