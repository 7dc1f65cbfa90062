/*
 * reach.h - the way to a server, step by step, for a person who looks for what
 * is wrong: the name, a connection, the proxy, TLS. Sends no request.
 * Floor: net.
 * Threads: any; one call at a time for a struct reach.
 */
#ifndef NET_REACH_H
#define NET_REACH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "net/http.h"

enum reach_is {
	REACH_NAME,  /* of the server, or of the proxy */
	REACH_TCP,   /* likewise */
	REACH_PROXY, /* CONNECT; only with a proxy */
	REACH_TLS,   /* only with https */
	REACH_NSTEP
};

/* A step that went well, or is not needed (no text). */
struct reach_step {
	int64_t ms;
	char text[400]; /* what was found, for a person; printable */
};

struct reach {
	struct reach_step step[REACH_NSTEP];
	enum reach_is failed; /* REACH_NSTEP: none */
	int64_t failed_ms;    /* how long that took */
	/* of the certificate, once it was accepted */
	int64_t not_after; /* ms, or TIM_NONE */
	char pin[72];      /* "sha256:hex", as tls_pin has it; or "" */
};

/* The name of a step: "name", "connect", "proxy", "TLS". */
const char *reach_name(enum reach_is);
/*
 * Takes url, proxy, trust, tls_pin, stop, connect_ms and tls_ms of opts. -1:
 * the step failed fails as err says (sock.h, proxy.h, tls.h; ERR_CONFIG for a
 * url or proxy that is none).
 */
int reach_server(const struct http_opts *, struct reach *out, struct err *err);

#endif
