/*
 * oauthask.c - what is asked of a token service.
 */
#include <string.h>

#include "auth/jwt.h"
#include "auth/oauthask.h"
#include "base/crypt.h"
#include "base/enc.h"
#include "base/mem.h"
#include "base/tim.h"

/* What a person's login needs besides: who it is, and a refresh token. */
static const char *const always[] = { "openid", "profile", "offline_access" };

char *
oauthask_token_url(const struct conf_oauth *o)
{
	return mem_printf("%s/%s/oauth2/v2.0/token", o->authority, o->tenant);
}

char *
oauthask_device_url(const struct conf_oauth *o)
{
	return mem_printf(
	    "%s/%s/oauth2/v2.0/devicecode", o->authority, o->tenant);
}

static void
add_form_field(struct buf *out, const char *name, const char *value)
{
	if (out->len > 0)
		buf_addc(out, '&');
	buf_adds(out, name);
	buf_addc(out, '=');
	enc_percent(out, value);
}

/* Is it one of the scopes of the list, which are separated by spaces? */
static bool
has_scope(const char *list, const char *scope)
{
	size_t n = strlen(scope);

	while (*list != '\0') {
		list += strspn(list, " ");
		if (strncmp(list, scope, n) == 0 &&
		    (list[n] == ' ' || list[n] == '\0'))
			return true;
		list += strcspn(list, " ");
	}
	return false;
}

static void
add_person_scope(struct buf *out, const struct conf_oauth *o)
{
	size_t i;

	add_form_field(out, "scope", o->scope);
	for (i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		if (!has_scope(o->scope, always[i])) {
			enc_percent(out, " ");
			enc_percent(out, always[i]);
		}
}

static int
add_assertion(struct buf *out, const struct conf_oauth *o, const char *url)
{
	char id[37];
	struct jwt_claims c = { url, o->client_id, tim_now() / 1000, id };

	crypt_uuid(id);
	add_form_field(out, "client_assertion_type",
	    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
	/* its characters need no encoding */
	buf_adds(out, "&client_assertion=");
	return jwt_assertion(out, o, &c);
}

int
oauthask_app(struct buf *out, const struct conf_oauth *o, const char *url)
{
	add_form_field(out, "client_id", o->client_id);
	add_form_field(out, "scope", o->scope);
	add_form_field(out, "grant_type", "client_credentials");
	if (o->secret == NULL)
		return add_assertion(out, o, url) == -1 || out->over ? -1 : 0;
	add_form_field(out, "client_secret", o->secret);
	return out->over ? -1 : 0;
}

int
oauthask_refresh(
    struct buf *out, const struct conf_oauth *o, const char *refresh)
{
	add_form_field(out, "client_id", o->client_id);
	add_person_scope(out, o);
	add_form_field(out, "grant_type", "refresh_token");
	add_form_field(out, "refresh_token", refresh);
	return out->over ? -1 : 0;
}

int
oauthask_device(struct buf *out, const struct conf_oauth *o)
{
	add_form_field(out, "client_id", o->client_id);
	add_person_scope(out, o);
	return out->over ? -1 : 0;
}

int
oauthask_poll(
    struct buf *out, const struct conf_oauth *o, const char *device_code)
{
	add_form_field(out, "client_id", o->client_id);
	add_person_scope(out, o);
	add_form_field(
	    out, "grant_type", "urn:ietf:params:oauth:grant-type:device_code");
	add_form_field(out, "device_code", device_code);
	return out->over ? -1 : 0;
}
