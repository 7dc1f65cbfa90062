/*
 * bearer.c - looks a token up and says what is wrong with it in the words of
 * x-ms-diagnostics.
 */
#include "login/bearer.h"

#include <string.h>
#include <strings.h>

#include "login/grant.h"
#include "login/loginoption.h"

struct reason {
	int number;
	const char *text, *category, *what; /* what: for the log */
};

static const struct reason SIGNATURE = { 2000000,
	"The token has an invalid signature.", "invalid_signature", "forged" };
static const struct reason TOKEN = { 2000001, "The token is invalid.",
	"invalid_token", "malformed" };
static const struct reason EXPIRED = { 2000002, "The token has expired.",
	"token_expired", "expired" };
static const struct reason AUDIENCE = { 2000003,
	"The audience claim value is invalid 'aud'.", "invalid_resource",
	"audience" };
static const struct reason TENANT = { 2000004,
	"The tenant of the token does not exist.", "invalid_tenant", "tenant" };
static const struct reason USER = { 2000005,
	"The user specified by the user-context in the token does not exist.",
	"invalid_user", "user" };
static const struct reason APP = { 2000006,
	"The application of the token is disabled.", "invalid_client",
	"disabled" };
static const struct reason ROLES = { 2000008,
	"The token contains no permissions, or permissions can not be "
	"understood.",
	"invalid_grant", "roles" };

static bool
graph_audience(const char *aud)
{
	return strcmp(aud, "https://graph.microsoft.com") == 0 ||
	       strcmp(aud, "https://graph.microsoft.com/") == 0 ||
	       strcmp(aud, "00000003-0000-0000-c000-000000000000") == 0;
}

static bool
ews_audience(const char *aud)
{
	const char *own = login_option.audience;
	size_t n = strlen(aud);

	return strcmp(aud, "https://outlook.office365.com") == 0 ||
	       strcmp(aud, "https://outlook.office.com") == 0 ||
	       (own != NULL && strncmp(own, aud, n) == 0 &&
		   strspn(own + n, "/") == strlen(own + n));
}

static bool
may_use_ews(const struct grant *g)
{
	const char *p = g->scope != NULL ? g->scope : "";
	size_t n;

	if (g->user == NULL)
		return app_has_role(g->app, "full_access_as_app") ||
		       app_has_role(g->app, "EWS.AccessAsApp");
	for (; *p != 0; p += n + (p[n] == ' ')) {
		n = strcspn(p, " ");
		if ((n == 20 && strncmp(p, "EWS.AccessAsUser.All", n) == 0) ||
		    (n == 8 && strncmp(p, ".default", n) == 0))
			return true;
	}
	return false;
}

/* What is wrong with it wherever it is used: not with its permissions. */
static const struct reason *
wrong_token(
    const char *text, const struct token *t, bool (*own_audience)(const char *))
{
	const struct tenant *home = app_tenant(world.dns);

	if (t == NULL)
		return strchr(text, '.') != NULL &&
			       strchr(text, '.') != strrchr(text, '.')
			   ? &SIGNATURE
			   : &TOKEN;
	if (t->expires <= world_now())
		return &EXPIRED;
	if (!own_audience(t->grant.audience))
		return &AUDIENCE;
	if (home != NULL && t->grant.tenant != home)
		return &TENANT;
	if (t->grant.app->disabled)
		return &APP;
	if (t->grant.user != NULL && account_find(t->grant.user) == NULL)
		return &USER;
	return NULL;
}

/* Who acts with the token, which is good. */
static void
admit(struct verdict *v, struct token *t)
{
	if (t->grant.user != NULL) {
		v->account = &t->account;
		return;
	}
	t->grant.app->account.impersonate = true;
	v->account = &t->grant.app->account;
	v->app_only = true;
}

static void
name_bearer(struct verdict *v, const struct token *t)
{
	if (t != NULL)
		v->name = sb_xstrdup(
		    t->grant.user != NULL ? t->grant.user : t->grant.app->id);
}

void
bearer_check(const char *text, struct verdict *v)
{
	const struct reason *wrong;
	struct token *t;

	v->what = "empty";
	if (*text == 0)
		return;
	pthread_rwlock_wrlock(&world.lock);
	t = grant_find(text, false);
	wrong = wrong_token(text, t, ews_audience);
	if (wrong == NULL && !may_use_ews(&t->grant))
		wrong = &ROLES;
	name_bearer(v, t);
	if (wrong == NULL)
		admit(v, t);
	pthread_rwlock_unlock(&world.lock);
	v->what = wrong != NULL ? wrong->what : "ok";
	v->bad_token = wrong != NULL;
	if (wrong != NULL)
		sb_fmt(&v->diagnostics,
		    "%d;reason=\"%s\";error_category=\"%s\"", wrong->number,
		    wrong->text, wrong->category);
}

static void
add_permission(struct sb *b, const char *text, size_t n)
{
	if (n == 0)
		return;
	if (b->n > 0)
		sb_ch(b, ' ');
	sb_add(b, text, n);
}

/* Its roles, or its scopes; .default is all that the application has. */
static void
list_permissions(struct sb *b, const struct grant *g)
{
	const char *p = g->user == NULL ? g->app->roles : g->scope;
	size_t n;

	sb_str(b, "");
	for (; p != NULL && *p != 0; p += n + (p[n] != 0)) {
		n = strcspn(p, " ,");
		if (n != 8 || strncmp(p, ".default", n) != 0)
			add_permission(b, p, n);
		else if (g->app->scopes != NULL)
			add_permission(
			    b, g->app->scopes, strlen(g->app->scopes));
	}
	for (; b->n > 0 && (p = strchr(b->p, ',')) != NULL;)
		b->p[p - b->p] = ' ';
}

/* Graph's own words for a 401. */
static const char *
graph_refusal(const struct reason *wrong)
{
	if (wrong == &EXPIRED)
		return "Lifetime validation failed, the token is expired.";
	if (wrong == &AUDIENCE)
		return "Access token validation failure. Invalid audience.";
	if (wrong == &TOKEN)
		return "IDX14100: JWT is not well formed, there are no dots "
		       "(.).";
	return "Access token validation failure.";
}

void
bearer_graph(const char *field, struct verdict *v)
{
	const struct reason *wrong;
	struct token *t;

	*v = (struct verdict){ .scheme = "",
		.what = "none",
		.refusal = "Access token is empty." };
	if (field == NULL)
		return;
	v->scheme = "?";
	v->what = "refused";
	if (strncasecmp(field, "Bearer", 6) != 0 ||
	    (field[6] != ' ' && field[6] != 0))
		return;
	v->scheme = "bearer";
	v->what = "empty";
	field += 6 + strspn(field + 6, " ");
	if (*field == 0)
		return;
	pthread_rwlock_wrlock(&world.lock);
	t = grant_find(field, false);
	wrong = wrong_token(field, t, graph_audience);
	name_bearer(v, t);
	if (wrong == NULL) {
		admit(v, t);
		list_permissions(&v->permissions, &t->grant);
		v->app = t->grant.app->id;
	}
	pthread_rwlock_unlock(&world.lock);
	v->what = wrong != NULL ? wrong->what : "ok";
	v->bad_token = wrong != NULL;
	v->refusal = wrong != NULL ? graph_refusal(wrong) : NULL;
}

void
bearer_challenge(struct sb *b, bool bad_token)
{
	SB_LIT(b, "Bearer client_id=\"00000002-0000-0ff1-ce00-000000000000\", "
		  "trusted_issuers=\"00000001-0000-0000-c000-000000000000@*\", "
		  "token_types=\"app_asserted_user_v1 "
		  "service_asserted_app_v1\", authorization_uri=\"https://"
		  "login.microsoftonline.com/common/oauth2/authorize\"");
	if (bad_token)
		SB_LIT(b, ", error=\"invalid_token\"");
}
