/*
 * proxy.h - through an HTTP proxy by CONNECT (RFC 9110 9.3.6).
 * Floor: net.
 * Threads: read-only once chosen; proxy_connect works on the caller's
 * socket.
 */
#ifndef NET_PROXY_H
#define NET_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "net/sock.h"
#include "net/url.h"

struct proxy {
	struct url url; /* host NULL: no proxy */
};

/*
 * Chooses the proxy for target. opt: the INI's value; NULL: the environment's
 * https_proxy or HTTPS_PROXY, unless no_proxy or NO_PROXY excepts the host;
 * "": no proxy. Plain http never goes through a proxy. ERR_CONFIG: not an
 * http:// URL. out must be freed in both cases.
 */
int proxy_choose(
    struct proxy *out, const struct url *target, const char *opt, struct err *);
void proxy_free(struct proxy *);
/*
 * Does a NO_PROXY list cover the host? Its items are separated by commas or
 * blanks: "*", names, which also cover their subdomains, addresses, and
 * networks such as 10.0.0.0/8, each with an optional port.
 */
bool proxy_excepted(const char *list, const char *host, const char *port);
/* Sends CONNECT for target over sock, which is connected to the proxy. */
int proxy_connect(const struct proxy *, struct sock *, const struct url *target,
    int64_t deadline, struct err *);

#endif
