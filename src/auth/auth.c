/*
 * auth.c - opens the authentication of a credential's scheme.
 */
#include "auth/auth.h"
#include "auth/autoauth.h"
#include "auth/basic.h"
#include "auth/ntlmauth.h"
#include "auth/oauthauth.h"

struct http_auth *
auth_open(const struct credential *c, const char *place, struct err *e)
{
	switch (c->scheme) {
	case CONF_AUTH_NTLM:
		return ntlmauth_open(c, place);
	case CONF_AUTH_AUTO:
		return autoauth_open(c, place);
	case CONF_AUTH_OAUTH:
		return oauthauth_open(c, place);
	case CONF_AUTH_BASIC:
		break;
	}
	return basic_open(c, place, e);
}
