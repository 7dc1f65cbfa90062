/*
 * http.h - the web server in front of the simulator.
 */
#ifndef SIM_HTTP_H
#define SIM_HTTP_H

#include <stdbool.h>

struct http_opts {
	int port;               /* 0: any */
	const char *cert, *key; /* PEM; NULL: plain HTTP */
	bool control;
};

int http_start(const struct http_opts *); /* the port, or -1 */
void http_stop(void);

#endif
