/*
 * token.h - the access token of a login (RFC 6749), shared by all connections
 * that use it; it outlives them, and lasts until the program ends.
 * Floor: auth.
 * Threads: any, but for token_keep_in and token_forget_all. The lock is not
 * held while a thread waits for the network: one thread asks, the others wait
 * for its answer, and stop ends the wait.
 */
#ifndef AUTH_TOKEN_H
#define AUTH_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/oauthanswer.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/credential.h"

/* Where persons' logins (tokenfile.h) are kept, by the names of their files. */
struct token_store {
	/*
	 * Reads the file into out, which stays empty when there is none. Other
	 * processes cannot read it until write or done, or until this process
	 * ends. *busy: another process has it; nothing was read. -1: ERR_RETRY.
	 */
	int (*read)(void *arg, const char *name, struct buf *out, bool *busy,
	    struct err *);
	/* Replaces it, whole or not at all; it is on disk when this returns. */
	int (*write)(
	    void *arg, const char *name, const struct buf *, struct err *);
	void (*done)(void *arg, const char *name);
	void *arg;
};
/*
 * What there is from now on; NULL: nothing. To be called before any thread
 * asks, and before the store is gone.
 */
void token_keep_in(const struct token_store *);

struct token;

/*
 * The token of a credential with CONF_AUTH_OAUTH. The first caller makes it;
 * nothing is asked yet. The conf must outlive it.
 */
struct token *token_of(const struct credential *);
void token_put(struct token *); /* the caller is done with it */
/* Wipes those that nobody uses. */
void token_forget_all(void);

/*
 * Adds the access token to out, which is for secrets. One that ends within five
 * minutes is renewed; when that fails and it is still valid, it does. *serial
 * is its number; not: the number of one that a server has refused (0: none), so
 * that it is renewed once, whoever noticed first. -1: as oauthanswer.h and
 * tokenask.h say, with the same error for all who ask within a minute; or
 * ERR_CONFIG with code "login-first": the person has not logged in yet.
 */
int token_take(struct token *, uint64_t not, uint64_t *serial, struct buf *out,
    struct err *);

/*
 * Can a new login be kept, as far as it is known before? For exsync --login,
 * so that nobody logs in in vain. -1: as token_login.
 */
int token_may_login(const struct credential *, struct err *);
/*
 * Keeps a new login: its refresh token, and what it is known by. For exsync
 * --login. -1: it cannot be kept.
 */
int token_login(
    const struct credential *, const struct oauthanswer_token *, struct err *);

#endif
