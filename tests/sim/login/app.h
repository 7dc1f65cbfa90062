/*
 * app.h - the directory's tenants and the applications registered there.
 * Floor: login.
 * Threads: guarded by world.lock.
 */
#ifndef SIM_APP_H
#define SIM_APP_H

#include <gnutls/abstract.h>

#include "world/world.h"

#define APP_CERTS 4

struct tenant {
	struct tenant *next;
	char *name, *id;
};

struct app_cert {
	gnutls_pubkey_t key;
	char *x5t, *x5t256; /* base64url of SHA-1 and SHA-256 of its DER */
};

struct app {
	struct app *next;
	struct tenant *tenant;
	char *id;
	char *secret, *expired_secret; /* or NULL */
	struct app_cert cert[APP_CERTS];
	int n_certs;
	char *roles;  /* application permissions, separated by commas */
	char *scopes; /* delegated ones; NULL: all that are asked for */
	bool is_public, disabled;
	struct account account; /* who acts with its own tokens */
};

/* By name or id; NULL: unknown. */
struct tenant *app_tenant(const char *name);
/* Makes it when it is new; id: NULL for one that is made of the name. */
struct tenant *app_add_tenant(const char *name, const char *id);

struct app *app_find(const char *id);
struct app *app_add(const char *id, struct tenant *);
void app_set(char **where, const char *value);
/* One more certificate, from a PEM file. -1: unreadable, or too many. */
int app_add_cert(struct app *, const char *path);
bool app_has_role(const struct app *, const char *role);
/* Is the text one of the list's, which commas separate? */
bool app_listed(const char *list, const char *text, size_t n);
void app_free(void);

/* base64url without padding (RFC 4648 5); the latter -1: it is none. */
void app_b64url(struct sb *, const void *, size_t);
int app_unb64url(struct sb *, const char *, size_t);
/* A GUID of random bytes, or of the text given. */
void app_guid(struct sb *, const char *of);

#endif
