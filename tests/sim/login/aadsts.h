/*
 * aadsts.h - the errors of Entra's token endpoint by their numbers, and those
 * that a test asks for.
 * Floor: login.
 * Threads: guarded by world.lock.
 */
#ifndef SIM_AADSTS_H
#define SIM_AADSTS_H

#include "base/sb.h"

struct aadsts {
	int code, status;
	const char *error, *suberror; /* the latter may be NULL */
	const char *text;
};

/* NULL: the simulator does not know the number. */
const struct aadsts *aadsts_find(int code);

/* What a fault makes of a request; members that are not set are NULL or 0. */
struct aadsts_fault {
	struct aadsts_fault *next;
	char *grant, *client; /* NULL: any */
	long after, times;    /* matches to let pass; left (-1: always) */
	int code, status;
	char *error, *retry_after, *type, *body;
	long ms;
};

/* From the words of the command; NULL or what is wrong with it. */
const char *aadsts_add(char **word, int n);
/* The fault whose turn it is, or NULL; it stays valid until aadsts_clear. */
const struct aadsts_fault *aadsts_meets(const char *grant, const char *client);
void aadsts_clear(void);

#endif
