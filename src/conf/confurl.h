/*
 * confurl.h - the addresses of servers and proxies in the INI file.
 * Floor: conf; used by conf*.c only.
 * Threads: pure.
 *
 * Each returns 0 and a string that the caller frees, or -1 and what to
 * write instead. Hosts come out as enc_domain makes them, or as an IPv4
 * address, or as an IPv6 address in [].
 */
#ifndef CONF_CONFURL_H
#define CONF_CONFURL_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/confkeys.h"

/* From host[:port] and path: https://host[:port]/path. */
int confurl_server(
    const char *, const char *path, char **out, char *why, size_t size);
/*
 * https://host[:port]/path; http:// only for a loopback host. The row has the
 * usual path and an example, for the advice.
 */
int confurl_service(
    const char *, const struct conf_key *, char **out, char *why, size_t size);
/* https://host[:port] of who gives tokens; http:// only to loopback. */
int confurl_authority(
    const char *, const struct conf_key *, char **out, char *why, size_t size);
/* http://[user:password@]host:port. The password never stands in why. */
int confurl_proxy(const char *, char **out, char *why, size_t size);

#endif
