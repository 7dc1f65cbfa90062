/*
 * servers.h - the servers that the INI names, each with its credential: opened
 * once, and kept over passes.
 * Floor: sync.
 * Threads: the main thread, while no pass runs; what is in a struct server is
 * shared as its own header says.
 *
 * What belongs to a server and a credential lives here: connections, versions,
 * names that were looked up, tokens, and the delays that the server asked for
 * when it was busy. A pass borrows it. Profiles that name the same server with
 * the same credential share one, whichever of them comes first.
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

/* conf must outlive it. Nothing is opened yet. */
struct servers *servers_open(const struct conf *, servers_kind);
/* Closes all opened servers, when no pass needs them any more. NULL is fine. */
void servers_close(struct servers *);
/* A pass begins: no server is stopped, and no login is known to work. */
void servers_begin(struct servers *);
/*
 * The profile's server, which lives until servers_close. Nothing is contacted,
 * but settings that can never work are found here: NULL, with err as from
 * provider_ops.open.
 */
struct server *
servers_get(struct servers *, const struct conf_profile *, struct err *);

#endif
