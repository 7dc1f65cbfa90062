/*
 * main.c - starts and ends the simulator.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gnutls/gnutls.h>
#include <libxml/parser.h>

#include "control.h"
#include "http.h"
#include "log.h"
#include "opts.h"
#include "tlsdir.h"
#include "ews/fault.h"
#include "graph/limit.h"
#include "graph/misdeed.h"
#include "ews/option.h"
#include "ews/valid.h"
#include "ews/version.h"
#include "login/aadsts.h"
#include "login/app.h"
#include "login/assertion.h"
#include "login/auth.h"
#include "login/grant.h"
#include "login/loginoption.h"
#include "login/ntlm.h"
#include "world/account.h"
#include "world/mime.h"
#include "world/world.h"

static int
add_account(const char *spec)
{
	char *copy = sb_xstrdup(spec), *password, *rest = NULL;
	int rc = -1;

	password = strchr(copy, ':');
	if (password != NULL) {
		*password++ = 0;
		rest = strrchr(password, ':');
		if (rest != NULL && strcmp(rest, ":impersonate") == 0)
			*rest = 0;
		else
			rest = NULL;
		account_add(copy, password, rest != NULL);
		rc = 0;
	} else {
		fprintf(stderr, "exsim: --account %s: NAME:PASSWORD\n", spec);
	}
	free(copy);
	return rc;
}

static int
load(const char *path)
{
	struct sb text = { 0 }, answer = { 0 };
	int failed;

	if (sb_file(&text, path) < 0) {
		perror(path);
		sb_free(&text);
		return -1;
	}
	failed = control_run(text.p, text.n, &answer);
	if (failed != 0)
		fprintf(stderr, "exsim: %s:\n%s", path, answer.p);
	sb_free(&text);
	sb_free(&answer);
	return failed ? -1 : 0;
}

static int
open_schema(const struct opts *o)
{
	const char *dir = o->schema;
	struct stat st;

	if (o->no_schema)
		return 0;
	if (dir == NULL)
		dir = getenv("EWS_SCHEMA_DIR");
	if (dir == NULL && stat("../shared/ews-schema/soap.xsd", &st) == 0)
		dir = "../shared/ews-schema";
	return dir != NULL ? valid_open(dir) : 0;
}

static int
prepare_logins(const struct opts *o)
{
	const char *eq = o->domain != NULL ? strchr(o->domain, '=') : NULL;
	char *netbios;

	if (o->domain != NULL && (eq == NULL || eq == o->domain || !eq[1])) {
		fprintf(stderr, "exsim: --domain NETBIOS=DNS\n");
		return -1;
	}
	if (eq != NULL) {
		netbios = strndup(o->domain, (size_t)(eq - o->domain));
		account_domain(netbios, eq + 1);
		free(netbios);
	}
	if (o->lockout < 0 ||
	    (o->auth != NULL && auth_read_schemes(o->auth) < 0)) {
		fprintf(stderr, "exsim: --auth takes bearer, negotiate, ntlm "
				"and basic; --lockout a number\n");
		return -1;
	}
	world.lockout = (unsigned)o->lockout;
	return 0;
}

static int
prepare(const struct opts *o)
{
	int i, product = version_product(o->version);

	if (product < 0) {
		fprintf(stderr, "exsim: --version %s: unknown\n", o->version);
		return -1;
	}
	world_init((enum product)product);
	option_init((enum product)product);
	option.zip = !o->no_gzip;
	if (prepare_logins(o) < 0)
		return -1;
	if (open_schema(o) < 0 || log_open(o->log) < 0)
		return -1;
	for (i = 0; i < o->n_account; i++)
		if (add_account(o->account[i]) < 0)
			return -1;
	for (i = 0; i < o->n_load; i++)
		if (load(o->load[i]) < 0)
			return -1;
	return 0;
}

/* The ready file appears complete or not at all. */
static int
tell(const struct opts *o, int port)
{
	struct sb url = { 0 }, tmp = { 0 };
	FILE *f;
	int rc = 0;

	sb_fmt(&url, "%s://localhost:%d/EWS/Exchange.asmx",
	    o->http ? "http" : "https", port);
	printf("%s\n", url.p);
	fflush(stdout);
	if (o->ready != NULL) {
		sb_fmt(&tmp, "%s.tmp", o->ready);
		f = fopen(tmp.p, "w");
		if (f == NULL || fprintf(f, "%s\n", url.p) < 0 ||
		    fclose(f) != 0 || rename(tmp.p, o->ready) != 0) {
			perror(o->ready);
			rc = -1;
		}
	}
	sb_free(&url);
	sb_free(&tmp);
	return rc;
}

/* NTLM, where it is offered. */
static int
open_ntlm(const struct opts *o, const char *cert)
{
	static const char *const MODE[] = { "off", "allow", "require" };
	const char *mode = o->epa != NULL ? o->epa : "off";
	int i;

	for (i = 0; i < 3 && strcmp(MODE[i], mode) != 0; i++)
		;
	if (i == 3) {
		fprintf(stderr, "exsim: --epa off, allow or require\n");
		return -1;
	}
	if ((auth_schemes & AUTH_NTLM) == 0)
		return 0;
	return ntlm_open(cert, (enum ntlm_epa)i);
}

static int
serve(const struct opts *o)
{
	struct http_opts h = { .port = o->port, .control = o->control };
	struct sb cert = { 0 }, key = { 0 };
	sigset_t stop;
	int port = -1, got;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	pthread_sigmask(SIG_BLOCK, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (o->http || tlsdir_load(o->tls_dir, &cert, &key) == 0) {
		h.cert = cert.p;
		h.key = key.p;
		port = open_ntlm(o, cert.p) < 0 ? -1 : http_start(&h);
	}
	if (port >= 0) {
		if (tell(o, port) == 0)
			sigwait(&stop, &got);
		else
			port = -1;
		http_stop();
	}
	sb_free(&cert);
	sb_free(&key);
	return port >= 0 ? 0 : -1;
}

int
main(int argc, char **argv)
{
	struct opts o;
	unsigned long bad;
	unsigned locked;
	int rc;

	if (opts_read(&o, argc, argv) < 0)
		return 2;
	xmlInitParser();
	mime_init();
	rc = prepare(&o) < 0 ? 2 : 0;
	if (rc == 0 && serve(&o) < 0)
		rc = 2;
	bad = valid_violations();
	if (bad != 0)
		fprintf(stderr, "exsim: %lu violations\n", bad);
	locked = account_locked();
	if (locked != 0)
		fprintf(stderr, "exsim: %u accounts were locked\n", locked);
	fault_clear();
	misdeed_clear();
	limit_free();
	aadsts_clear();
	log_close();
	grant_free();
	app_free();
	assertion_free();
	login_option_free();
	ntlm_close();
	world_free();
	valid_close();
	xmlCleanupParser();
	mime_done();
	return rc != 0 ? rc : bad != 0 ? 1 : locked != 0 ? 3 : 0;
}
