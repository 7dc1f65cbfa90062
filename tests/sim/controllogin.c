/*
 * controllogin.c - what an administrator of the directory does, and a user
 * with a device code.
 */
#include "controllogin.h"

#include <stdlib.h>
#include <string.h>

#include "login/aadsts.h"
#include "login/grant.h"
#include "world/account.h"

void
controllogin_tenant(struct cmd *c, struct sb *out)
{
	if (c->n < 2)
		SB_LIT(out, "error: tenant NAME [id=GUID]");
	else
		app_add_tenant(c->w[1], control_key(c, "id"));
}

/* NULL: not given; "": taken away. */
static void
set_key(struct cmd *c, const char *key, char **where)
{
	const char *v = control_key(c, key);

	if (v != NULL)
		app_set(where, *v != 0 ? v : NULL);
}

static void
set_flag(struct cmd *c, const char *key, bool *where)
{
	const char *v = control_key(c, key);

	if (v != NULL)
		*where = strcmp(v, "1") == 0;
}

void
controllogin_app(struct cmd *c, struct sb *out)
{
	static const char *const KEY[] = { "tenant=", "secret=",
		"expired_secret=", "cert=", "roles=", "scopes=", "public=",
		"disabled=" };
	const char *tenant = control_key(c, "tenant");
	const char *cert = control_key(c, "cert");
	struct app *a = c->n > 1 ? app_find(c->w[1]) : NULL;
	size_t k, keys = sizeof(KEY) / sizeof(KEY[0]);
	int i;

	for (i = 2; i < c->n; i++) {
		for (k = 0;
		     k < keys && strncmp(c->w[i], KEY[k], strlen(KEY[k])) != 0;
		     k++)
			;
		if (k == keys) {
			sb_fmt(out, "error: app: what is %s?", c->w[i]);
			return;
		}
	}
	if (c->n < 2) {
		SB_LIT(out, "error: app CLIENT_ID [KEY=VALUE]...");
		return;
	}
	if (a == NULL)
		a = app_add(c->w[1],
		    app_add_tenant(tenant != NULL ? tenant : world.dns, NULL));
	else if (tenant != NULL)
		a->tenant = app_add_tenant(tenant, NULL);
	set_key(c, "secret", &a->secret);
	set_key(c, "expired_secret", &a->expired_secret);
	set_key(c, "roles", &a->roles);
	set_key(c, "scopes", &a->scopes);
	set_flag(c, "public", &a->is_public);
	set_flag(c, "disabled", &a->disabled);
	if (cert != NULL && app_add_cert(a, cert) < 0)
		sb_fmt(out, "error: %s: no certificate, or too many", cert);
}

/* The code that the command names, if it still waits. */
static struct device *
waiting_device(struct cmd *c, struct sb *out)
{
	struct device *d = c->n > 1 ? grant_user_code(c->w[1]) : NULL;

	if (d != NULL && d->state == DEVICE_PENDING && d->expires > world_now())
		return d;
	SB_LIT(out, "error: no such code is waiting");
	return NULL;
}

void
controllogin_approve(struct cmd *c, struct sb *out)
{
	struct device *d = waiting_device(c, out);

	if (d == NULL)
		return;
	if (c->n < 3 || account_find(c->w[2]) == NULL) {
		SB_LIT(out, "error: approve USER_CODE ACCOUNT");
		return;
	}
	d->user = sb_xstrdup(c->w[2]);
	d->state = DEVICE_APPROVED;
}

void
controllogin_decline(struct cmd *c, struct sb *out)
{
	struct device *d = waiting_device(c, out);

	if (d != NULL)
		d->state = DEVICE_DECLINED;
}

void
controllogin_codes(struct cmd *c, struct sb *out)
{
	(void)c;
	SB_LIT(out, "ok ");
	grant_pending(out);
}

void
controllogin_tokens(struct cmd *c, struct sb *out)
{
	(void)c;
	SB_LIT(out, "ok ");
	grant_secrets(out);
}

void
controllogin_revoke(struct cmd *c, struct sb *out)
{
	if (c->n < 2)
		SB_LIT(out, "error: revoke ACCOUNT");
	else
		sb_fmt(out, "ok %u", grant_revoke(c->w[1]));
}

void
controllogin_fault(struct cmd *c, struct sb *out)
{
	const char *wrong = aadsts_add(c->w + 1, c->n - 1);

	if (wrong != NULL)
		sb_fmt(out, "error: %s", wrong);
}
