/*
 * auth.h - who sends a request: Basic, NTLM and Bearer as IIS and Exchange
 * Online judge them.
 * Floor: login.
 * Threads: a struct login is one connection's; auth_check takes world.lock.
 */
#ifndef SIM_AUTH_H
#define SIM_AUTH_H

#include "world/account.h"

enum { AUTH_BASIC = 1, AUTH_NTLM = 2, AUTH_NEGOTIATE = 4, AUTH_BEARER = 8 };

/* What the server offers; AUTH_BASIC at first. */
extern unsigned auth_schemes;

/* From a list with commas; -1: a name in it is unknown. */
int auth_read_schemes(const char *list);

/* What a connection remembers. Zeroed at its start. */
struct login {
	struct ntlm *handshake;
	char *name; /* whose connection it is, by NTLM; or NULL */
	bool bound;
};

void login_free(struct login *);

struct verdict {
	const struct account *account; /* NULL: refused */
	bool app_only;         /* it is an application: it must impersonate */
	char *name;            /* as the client spelled it, or NULL */
	struct sb challenge;   /* a Type 2: the only scheme that is offered */
	struct sb diagnostics; /* x-ms-diagnostics, or empty */
	bool bad_token;
	bool bound;
	const char *scheme; /* of the Authorization field; "" without one */
	const char *what;   /* came of it, for the log */

	/* of a token for Microsoft Graph (bearer_graph) */
	struct sb permissions; /* its roles or scopes, separated by spaces */
	const char *app;       /* the client id; borrowed, or NULL */
	const char *refusal;   /* why there is a 401, in Graph's words */
};

/* authorization: the field's value, or NULL. */
void auth_check(struct login *, const char *authorization, struct verdict *);
void verdict_free(struct verdict *);

/* The fields WWW-Authenticate of a refusal, in IIS's order. */
void auth_challenges(const struct verdict *,
    void (*add)(void *arg, const char *value), void *arg);

#endif
