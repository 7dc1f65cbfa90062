/*
 * aadsts.c - the table of errors, and the list of faults.
 */
#include "login/aadsts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define GRANT  "invalid_grant"
#define CLIENT "invalid_client"
#define ASKED  "invalid_request"
#define SCOPE  "invalid_scope"

static const struct aadsts TABLE[] = {
	{ 28000, 400, SCOPE, NULL,
	    "The scopes are of more than one resource." },
	{ 50034, 400, GRANT, NULL, "The user account does not exist here." },
	{ 50053, 400, GRANT, NULL, "The account is locked." },
	{ 50057, 400, GRANT, NULL, "The user account is disabled." },
	{ 50059, 400, ASKED, NULL, "No tenant is named." },
	{ 50076, 400, GRANT, "basic_action",
	    "Due to a configuration change made by your administrator, you "
	    "must use multi-factor authentication." },
	{ 50079, 400, GRANT, "basic_action",
	    "You must enroll in multi-factor authentication." },
	{ 50105, 400, GRANT, NULL,
	    "The user is not assigned to a role for the application." },
	{ 50126, 400, GRANT, NULL, "Invalid username or password." },
	{ 50173, 400, GRANT, "bad_token",
	    "The grant was revoked; a fresh one is needed." },
	{ 53000, 400, GRANT, "message_only",
	    "Device is not in required device state: compliant." },
	{ 53003, 400, GRANT, "message_only",
	    "Access has been blocked by Conditional Access policies." },
	{ 65001, 400, GRANT, "consent_required",
	    "The user or administrator has not consented to use the "
	    "application." },
	{ 65004, 400, "authorization_declined", NULL, "The user declined." },
	{ 70000, 400, GRANT, NULL, "The provided grant is invalid." },
	{ 70002, 401, CLIENT, NULL, "Error validating credentials." },
	{ 70003, 400, "unsupported_grant_type", NULL,
	    "The grant type is not supported." },
	{ 70008, 400, GRANT, NULL, "The provided refresh token has expired." },
	{ 70011, 400, SCOPE, NULL, "The scope is not valid." },
	{ 70016, 400, "authorization_pending", NULL,
	    "OAuth 2.0 device flow error. Authorization is pending. Continue "
	    "polling." },
	{ 70018, 400, "bad_verification_code", NULL,
	    "Invalid verification code." },
	{ 70019, 400, "expired_token", NULL, "Verification code expired." },
	{ 70043, 400, GRANT, "bad_token",
	    "The refresh token has expired or is invalid due to sign-in "
	    "frequency checks by Conditional Access." },
	{ 90002, 400, ASKED, NULL, "Tenant not found." },
	{ 90023, 400, ASKED, NULL, "The request is not valid." },
	{ 90033, 503, "temporarily_unavailable", NULL,
	    "A transient error has occurred. Please try again." },
	{ 500011, 400, "invalid_resource", NULL,
	    "The resource principal was not found in the tenant." },
	{ 700016, 400, "unauthorized_client", NULL,
	    "The application was not found in the directory." },
	{ 700021, 401, CLIENT, NULL,
	    "Client assertion application identifier doesn't match "
	    "'client_id' parameter." },
	{ 700023, 401, CLIENT, NULL,
	    "Client assertion audience claim does not match Realm issuer." },
	{ 700024, 401, CLIENT, NULL,
	    "Client assertion is not within its valid time range." },
	{ 700027, 401, CLIENT, NULL,
	    "The certificate with identifier used to sign the client "
	    "assertion is not registered on application, or the signature "
	    "is wrong." },
	{ 700082, 400, GRANT, "bad_token",
	    "The refresh token has expired due to inactivity." },
	{ 900144, 400, ASKED, NULL,
	    "The request body must contain a parameter that is missing." },
	{ 900561, 405, ASKED, NULL,
	    "The endpoint only accepts POST requests." },
	{ 1002012, 400, SCOPE, NULL,
	    "Client credential flows must have a scope value with /.default "
	    "suffixed to the resource identifier." },
	{ 7000112, 400, "unauthorized_client", NULL,
	    "The application is disabled." },
	{ 7000215, 401, CLIENT, NULL,
	    "Invalid client secret provided. Ensure the secret being sent in "
	    "the request is the client secret value, not the client secret "
	    "ID." },
	{ 7000216, 401, CLIENT, NULL,
	    "'client_assertion', 'client_secret' or 'request' is required for "
	    "the 'client_credentials' grant type." },
	{ 7000218, 401, CLIENT, NULL,
	    "The request body must contain the following parameter: "
	    "'client_assertion' or 'client_secret'." },
	{ 7000222, 401, CLIENT, NULL,
	    "The provided client secret keys are expired." },
	{ 7000229, 400, "unauthorized_client", NULL,
	    "The client application is missing service principal in the "
	    "tenant." },
};

static struct aadsts_fault *faults;

const struct aadsts *
aadsts_find(int code)
{
	size_t i;

	for (i = 0; i < sizeof(TABLE) / sizeof(TABLE[0]); i++)
		if (TABLE[i].code == code)
			return &TABLE[i];
	return NULL;
}

static void
fault_free(struct aadsts_fault *f)
{
	free(f->grant);
	free(f->client);
	free(f->error);
	free(f->retry_after);
	free(f->type);
	free(f->body);
	free(f);
}

static bool
fault_word(struct aadsts_fault *f, const char *key, const char *v)
{
	char **text = strcmp(key, "grant") == 0         ? &f->grant
		      : strcmp(key, "client") == 0      ? &f->client
		      : strcmp(key, "error") == 0       ? &f->error
		      : strcmp(key, "retry_after") == 0 ? &f->retry_after
		      : strcmp(key, "type") == 0        ? &f->type
		      : strcmp(key, "body") == 0        ? &f->body
							: NULL;

	if (text != NULL) {
		free(*text);
		*text = sb_xstrdup(v);
	} else if (strcmp(key, "after") == 0) {
		f->after = atol(v);
	} else if (strcmp(key, "times") == 0) {
		f->times = strcmp(v, "always") == 0 ? -1 : atol(v);
	} else if (strcmp(key, "code") == 0) {
		f->code = atoi(v);
		return aadsts_find(f->code) != NULL;
	} else if (strcmp(key, "status") == 0) {
		f->status = atoi(v);
	} else if (strcmp(key, "ms") == 0) {
		f->ms = atol(v);
	} else {
		return false;
	}
	return true;
}

const char *
aadsts_add(char **word, int n)
{
	struct aadsts_fault *f = sb_xmalloc(sizeof(*f)), **end;
	const char *wrong = NULL;
	char *eq;
	int i;

	f->times = 1;
	for (i = 0; i < n && wrong == NULL; i++) {
		eq = strchr(word[i], '=');
		if (eq != NULL)
			*eq = 0;
		if (eq == NULL || !fault_word(f, word[i], eq + 1))
			wrong = "tokenfault: bad word, or unknown code";
	}
	if (f->code == 0 && f->status == 0 && f->error == NULL && f->ms == 0)
		wrong = "tokenfault: code=, status=, error= or ms= is missing";
	if (wrong != NULL) {
		fault_free(f);
		return wrong;
	}
	for (end = &faults; *end != NULL; end = &(*end)->next)
		;
	*end = f;
	return NULL;
}

const struct aadsts_fault *
aadsts_meets(const char *grant, const char *client)
{
	struct aadsts_fault *f;

	for (f = faults; f != NULL; f = f->next) {
		if (f->times == 0 ||
		    (f->grant != NULL && strcmp(f->grant, grant) != 0) ||
		    (f->client != NULL &&
			(client == NULL || strcasecmp(f->client, client) != 0)))
			continue;
		if (f->after > 0) {
			f->after--;
			continue;
		}
		if (f->times > 0)
			f->times--;
		return f;
	}
	return NULL;
}

void
aadsts_clear(void)
{
	struct aadsts_fault *f;

	while ((f = faults) != NULL) {
		faults = f->next;
		fault_free(f);
	}
}
