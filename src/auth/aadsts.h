/*
 * aadsts.h - the numbers of Microsoft Entra's errors (AADSTS...) that a login
 * of this kind meets, and what to do about them.
 * Floor: auth, internal.
 * Threads: read-only.
 *
 * Source: Microsoft Learn, Microsoft Entra authentication and authorization
 * error codes.
 */
#ifndef AUTH_AADSTS_H
#define AUTH_AADSTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct aadsts {
	int32_t number;
	/* ERR_AUTH: the login is rejected; ERR_CONFIG: something is set up
	 * wrong; ERR_RETRY: it passes by itself */
	enum err_kind kind;
	const char *sentence; /* what happened: what to do */
};

/* NULL: a number that is not known. */
const struct aadsts *aadsts_find(int64_t number);
/* The i-th row, by number; NULL after the last. */
const struct aadsts *aadsts_at(size_t i);

#endif
