/*
 * opts.c - reads the command line.
 */
#include "opts.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	O_PORT = 1,
	O_READY,
	O_TLS,
	O_HTTP,
	O_VERSION,
	O_ACCOUNT,
	O_LOG,
	O_SCHEMA,
	O_NO_SCHEMA,
	O_LOAD,
	O_CONTROL,
	O_AUTH,
	O_EPA,
	O_DOMAIN,
	O_LOCKOUT,
	O_NO_GZIP
};

static const struct option LONG[] = {
	{ "port", required_argument, NULL, O_PORT },
	{ "ready", required_argument, NULL, O_READY },
	{ "tls-dir", required_argument, NULL, O_TLS },
	{ "http", no_argument, NULL, O_HTTP },
	{ "version", required_argument, NULL, O_VERSION },
	{ "account", required_argument, NULL, O_ACCOUNT },
	{ "log", required_argument, NULL, O_LOG },
	{ "schema", required_argument, NULL, O_SCHEMA },
	{ "no-schema", no_argument, NULL, O_NO_SCHEMA },
	{ "load", required_argument, NULL, O_LOAD },
	{ "control", no_argument, NULL, O_CONTROL },
	{ "auth", required_argument, NULL, O_AUTH },
	{ "epa", required_argument, NULL, O_EPA },
	{ "domain", required_argument, NULL, O_DOMAIN },
	{ "lockout", required_argument, NULL, O_LOCKOUT },
	{ "no-gzip", no_argument, NULL, O_NO_GZIP },
	{ NULL, 0, NULL, 0 },
};

static void
usage(void)
{
	fprintf(stderr,
	    "usage: exsim [--port N] [--ready FILE] [--tls-dir DIR | --http] "
	    "[--version V]\n"
	    "    [--account NAME:PASSWORD[:impersonate]]... [--log FILE]\n"
	    "    [--schema DIR | --no-schema] [--load FILE]... [--control]\n"
	    "    [--auth SCHEME,...] [--epa off|allow|require] "
	    "[--domain NETBIOS=DNS] [--lockout N]\n"
	    "    [--no-gzip]\n");
}

static int
one(struct opts *o, int opt)
{
	switch (opt) {
	case O_PORT:
		o->port = atoi(optarg);
		break;
	case O_READY:
		o->ready = optarg;
		break;
	case O_TLS:
		o->tls_dir = optarg;
		break;
	case O_HTTP:
		o->http = true;
		break;
	case O_VERSION:
		o->version = optarg;
		break;
	case O_LOG:
		o->log = optarg;
		break;
	case O_SCHEMA:
		o->schema = optarg;
		break;
	case O_NO_SCHEMA:
		o->no_schema = true;
		break;
	case O_AUTH:
		o->auth = optarg;
		break;
	case O_EPA:
		o->epa = optarg;
		break;
	case O_DOMAIN:
		o->domain = optarg;
		break;
	case O_LOCKOUT:
		o->lockout = atoi(optarg);
		break;
	case O_NO_GZIP:
		o->no_gzip = true;
		break;
	case O_CONTROL:
		o->control = true;
		break;
	case O_ACCOUNT:
		if (o->n_account == OPTS_MANY)
			return -1;
		o->account[o->n_account++] = optarg;
		break;
	case O_LOAD:
		if (o->n_load == OPTS_MANY)
			return -1;
		o->load[o->n_load++] = optarg;
		break;
	default:
		return -1;
	}
	return 0;
}

int
opts_read(struct opts *o, int argc, char **argv)
{
	int opt;

	*o = (struct opts){ .version = "2016" };
	while ((opt = getopt_long(argc, argv, "", LONG, NULL)) != -1)
		if (one(o, opt) < 0) {
			usage();
			return -1;
		}
	if (optind != argc || (!o->http && o->tls_dir == NULL)) {
		usage();
		return -1;
	}
	return 0;
}
