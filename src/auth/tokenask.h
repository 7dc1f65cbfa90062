/*
 * tokenask.h - one request to a token service, over a connection of its own:
 * with the proxy and the authorities that the INI names, and with deadlines.
 * Floor: auth, internal.
 * Threads: any; it waits for the network.
 */
#ifndef AUTH_TOKENASK_H
#define AUTH_TOKENASK_H

#include "auth/oauthanswer.h"
#include "conf/conf.h"

/*
 * Posts the body to the URL. 0: an answer came, whatever it says; its body lies
 * in out, which is for secrets. -1: as http_exchange, with SCOPE_PROFILE and a
 * message that says what was asked; the login is spared.
 */
int tokenask_post(const struct conf_oauth *, const char *url,
    const struct buf *body, struct buf *out, struct oauthanswer *,
    struct err *);

#endif
