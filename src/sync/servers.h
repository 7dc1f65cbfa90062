/*
 * servers.h - the servers that the INI names, each with who logs in there:
 * opened once, and kept over passes.
 * Floor: sync.
 * Threads: the main thread, while no pass runs; what is in a struct server is
 * shared as its own header says.
 *
 * What belongs to a server and a credential lives here: connections, versions,
 * names that were looked up, tokens, what the server asked for when it was
 * busy. A pass borrows it. Profiles that name the same server with the same
 * credential have the same, whoever of them comes first.
 */
#ifndef SYNC_SERVERS_H
#define SYNC_SERVERS_H

#include "core/provider.h"
#include "sync/gate.h"

struct servers;

struct server {
	const struct provider_ops *ops;
	struct provider *provider;
	struct gate *gate;
};

/* Which kind of server is behind a profile; NULL is not possible. */
typedef const struct provider_ops *(*servers_kind)(const struct conf_profile *);

/* conf outlives it. Nothing is opened yet. */
struct servers *servers_open(const struct conf *, servers_kind);
/* All that were opened, when no pass needs them any more. NULL is fine. */
void servers_close(struct servers *);
/* A pass begins: no server is stopped, and no login known to work. */
void servers_begin(struct servers *);
/*
 * The profile's. Nothing is contacted: what can never work is found here, -1
 * as provider_ops.open. It lives until servers_close.
 */
struct server *
servers_get(struct servers *, const struct conf_profile *, struct err *);

#endif
