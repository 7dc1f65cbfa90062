/*
 * opts.h - the command line.
 */
#ifndef SIM_OPTS_H
#define SIM_OPTS_H

#include <stdbool.h>

#define OPTS_MANY 64

struct opts {
	int port;
	const char *ready, *tls_dir, *version, *log, *schema;
	bool http, no_schema, control, no_gzip;
	const char *auth, *epa, *domain; /* NULL: as always */
	int lockout;
	const char *account[OPTS_MANY], *load[OPTS_MANY];
	int n_account, n_load;
};

/* 0, or -1 after printing what is wrong. */
int opts_read(struct opts *, int argc, char **argv);

#endif
