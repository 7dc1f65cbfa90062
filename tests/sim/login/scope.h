/*
 * scope.h - the scope parameter: a resource, and permissions of it.
 * Floor: login.
 */
#ifndef SIM_SCOPE_H
#define SIM_SCOPE_H

#include "base/sb.h"

struct scope {
	struct sb resource; /* https://outlook.office365.com */
	struct sb names;    /* EWS.AccessAsUser.All …: without the resource */
	struct sb granted;  /* as the answer tells them */
	bool offline, openid;
};

/* Delegated permissions. 0 or an AADSTS number; scope_free either way. */
int scope_read(struct scope *, const char *text);
/* RESOURCE/.default and nothing else, as an application asks. */
int scope_read_default(struct scope *, const char *text);
/* Is each of them in the list, which commas separate? NULL: all are. */
bool scope_consented(const struct scope *, const char *list);
void scope_free(struct scope *);

#endif
