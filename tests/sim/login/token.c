/*
 * token.c - the grants of Entra's token endpoint (v2.0).
 * 1. An error is an AADSTS number; its status and words are the table's.
 * 2. The log names the fields that were sent, and of their values only those
 *    that are no secret.
 */
#include "login/token.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "login/aadsts.h"
#include "login/assertion.h"
#include "login/form.h"
#include "login/grant.h"
#include "login/loginoption.h"
#include "login/scope.h"
#include "base/smalljson.h"

#define JWT_BEARER "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define DEVICE     "urn:ietf:params:oauth:grant-type:device_code"

/* What a request means so far. */
struct asked {
	struct token_call *c;
	struct form form;
	const char *grant;
	struct app *app;
	const struct tenant *tenant; /* NULL: common or organizations */
	const char *why;             /* more than the table says, or NULL */
	struct sb header, claims;    /* of the assertion */
	int code;                    /* the AADSTS number; 0: none */
	const char *slow;            /* an error without a number of its own */
};

static unsigned long good, bad;

bool
token_path(const char *path)
{
	const char *slash = *path == '/' ? strchr(path + 1, '/') : NULL;

	return slash != NULL &&
	       (strcmp(slash, "/oauth2/v2.0/token") == 0 ||
		   strcmp(slash, "/oauth2/v2.0/devicecode") == 0 ||
		   strcmp(slash, "/v2.0/.well-known/openid-configuration") ==
		       0);
}

static int
tenant_of(struct asked *a)
{
	const char *path = a->c->path + 1;
	char *name = strndup(path, strcspn(path, "/"));
	int code = 0;

	if (strcasecmp(name, "common") != 0 &&
	    strcasecmp(name, "organizations") != 0) {
		a->tenant = app_tenant(name);
		code = a->tenant == NULL ? 90002 : 0;
	}
	free(name);
	return code;
}

static void
base_url(struct sb *b, const struct token_call *c)
{
	sb_fmt(b, "%s://%s/%.*s", c->tls ? "https" : "http",
	    c->host != NULL ? c->host : "localhost",
	    (int)strcspn(c->path + 1, "/"), c->path + 1);
}

/* Trace ids and the time, as in each of Entra's errors. */
static void
write_error(struct asked *a, const struct aadsts *e)
{
	const char *error = a->slow != NULL ? a->slow : e->error;
	struct sb trace = { 0 }, correlation = { 0 }, text = { 0 };
	struct sb *o = &a->c->out;
	char when[32];
	time_t now = (time_t)world_now();
	struct tm tm;

	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%SZ", gmtime_r(&now, &tm));
	app_guid(&trace, NULL);
	app_guid(&correlation, NULL);
	sb_fmt(&text,
	    "AADSTS%d: %s%s%s Trace ID: %s Correlation ID: %s "
	    "Timestamp: %s",
	    e->code, e->text, a->why != NULL ? " Simulator: " : "",
	    a->why != NULL ? a->why : "", trace.p, correlation.p, when);
	SB_LIT(o, "{\"error\":");
	sb_json(o, error);
	SB_LIT(o, ",\"error_description\":");
	sb_json(o, text.p);
	sb_fmt(o, ",\"error_codes\":[%d],\"timestamp\":\"%s\"", e->code, when);
	sb_fmt(o, ",\"trace_id\":\"%s\",\"correlation_id\":\"%s\"", trace.p,
	    correlation.p);
	sb_fmt(o,
	    ",\"error_uri\":\"https://login.microsoftonline.com/error"
	    "?code=%d\"",
	    e->code);
	if (e->suberror != NULL)
		sb_fmt(o, ",\"suberror\":\"%s\"", e->suberror);
	SB_LIT(o, "}");
	a->c->status = e->status;
	sb_free(&trace);
	sb_free(&correlation);
	sb_free(&text);
}

/* The client's proof; public: none is needed of a public client. */
static int
check_client(struct asked *a, bool public)
{
	const char *secret = form_get(&a->form, "client_secret");
	const char *jwt = form_get(&a->form, "client_assertion");
	const char *type = form_get(&a->form, "client_assertion_type");
	struct sb url = { 0 };
	int code;

	if (secret != NULL && jwt != NULL)
		return 90023;
	if (jwt != NULL) {
		a->why = "client_assertion_type";
		if (type == NULL || strcmp(type, JWT_BEARER) != 0)
			return 90023;
		base_url(&url, a->c);
		SB_LIT(&url, "/oauth2/v2.0/token");
		code = assertion_check(
		    jwt, a->app, url.p, &a->header, &a->claims, &a->why);
		sb_free(&url);
		return code;
	}
	if (secret == NULL)
		return public && a->app->is_public ? 0
		       : public                    ? 7000218
						   : 7000216;
	if (a->app->expired_secret != NULL &&
	    strcmp(a->app->expired_secret, secret) == 0)
		return 7000222;
	return a->app->secret != NULL && strcmp(a->app->secret, secret) == 0
		   ? 0
		   : 7000215;
}

/* With openid: who it was. Nobody checks a signature that comes by TLS. */
static void
write_id_token(struct asked *a, const struct grant *g)
{
	static const char HEADER[] = "{\"typ\":\"JWT\",\"alg\":\"RS256\"}";
	struct sb j = { 0 }, oid = { 0 }, info = { 0 }, *o = &a->c->out;
	const char *wants = form_get(&a->form, "client_info");

	app_guid(&oid, g->user);
	SB_LIT(&j, "{\"ver\":\"2.0\",\"aud\":");
	sb_json(&j, g->app->id);
	sb_fmt(&j,
	    ",\"iss\":\"https://login.microsoftonline.com/%s/v2.0\","
	    "\"iat\":%lld,\"nbf\":%lld,\"exp\":%lld,\"oid\":\"%s\","
	    "\"sub\":\"%s\",\"tid\":\"%s\",\"preferred_username\":",
	    g->tenant->id, (long long)world_now(), (long long)world_now(),
	    (long long)world_now() + 3600, oid.p, oid.p, g->tenant->id);
	sb_json(&j, g->user);
	SB_LIT(&j, "}");
	SB_LIT(o, ",\"id_token\":\"");
	app_b64url(o, HEADER, strlen(HEADER));
	sb_ch(o, '.');
	app_b64url(o, j.p, j.n);
	SB_LIT(o, ".c2ln\"");
	if (wants != NULL && strcmp(wants, "1") == 0) {
		sb_fmt(&info, "{\"uid\":\"%s\",\"utid\":\"%s\"}", oid.p,
		    g->tenant->id);
		SB_LIT(o, ",\"client_info\":\"");
		app_b64url(o, info.p, info.n);
		SB_LIT(o, "\"");
	}
	sb_free(&j);
	sb_free(&oid);
	sb_free(&info);
}

static void
write_tokens(struct asked *a, const struct grant *g, const struct scope *s)
{
	struct sb *o = &a->c->out;

	sb_fmt(o,
	    "{\"token_type\":\"Bearer\",\"expires_in\":%ld,"
	    "\"ext_expires_in\":%ld",
	    login_option.token_seconds, login_option.token_seconds);
	if (g->user != NULL) {
		SB_LIT(o, ",\"scope\":");
		sb_json(o, s->granted.p != NULL ? s->granted.p : "");
	}
	SB_LIT(o, ",\"access_token\":");
	sb_json(o, grant_token(g, false)->text);
	if (g->user != NULL && s->offline) {
		SB_LIT(o, ",\"refresh_token\":");
		sb_json(o, grant_token(g, true)->text);
	}
	if (g->user != NULL && s->openid)
		write_id_token(a, g);
	SB_LIT(o, "}");
}

static int
run_client(struct asked *a)
{
	const char *scope = form_get(&a->form, "scope");
	struct grant g = { .app = a->app, .tenant = a->tenant };
	struct scope s = { 0 };
	int code = check_client(a, false);

	if (code == 0 && a->tenant == NULL)
		code = 50059;
	if (code == 0 && scope == NULL)
		code = 900144;
	if (code == 0)
		code = scope_read_default(&s, scope);
	g.audience = s.resource.p;
	if (code == 0)
		write_tokens(a, &g, &s);
	scope_free(&s);
	return code;
}

/* Tokens of a user, for a scope that was asked for. */
static int
user_tokens(struct asked *a, const char *user, const char *scope)
{
	struct grant g = { .app = a->app, .user = user, .asked = scope };
	struct scope s = { 0 };
	int code = scope_read(&s, scope);

	g.tenant = a->tenant != NULL ? a->tenant : a->app->tenant;
	g.audience = s.resource.p;
	g.scope = s.names.p;
	if (code == 0 && !scope_consented(&s, a->app->scopes))
		code = 65001;
	if (code == 0)
		write_tokens(a, &g, &s);
	scope_free(&s);
	return code;
}

/* RFC 8628 3.5: who asks too soon waits five seconds longer from then on. */
static bool
too_soon(struct device *d)
{
	int64_t now = grant_now_ms(), last = d->polled_ms;

	d->polled_ms = now;
	if (last == 0 || d->interval == 0 || now - last >= d->interval * 1000)
		return false;
	d->interval += 5;
	return true;
}

static int
run_device(struct asked *a)
{
	const char *code = form_get(&a->form, "device_code");
	struct device *d;
	int rc = check_client(a, true);

	if (rc != 0)
		return rc;
	if (code == NULL)
		return 900144;
	d = grant_device_code(code);
	if (d == NULL || d->app != a->app)
		return 70018;
	if (d->expires <= world_now())
		return 70019;
	if (too_soon(d)) {
		a->slow = "slow_down";
		return 70016;
	}
	if (d->state == DEVICE_PENDING)
		return 70016;
	if (d->state == DEVICE_DECLINED)
		return 65004;
	rc = user_tokens(a, d->user, d->scope);
	d->expires = 0; /* it is good for once */
	return rc;
}

static int
run_refresh(struct asked *a)
{
	const char *text = form_get(&a->form, "refresh_token");
	const char *scope = form_get(&a->form, "scope");
	struct sb all = { 0 };
	struct token *t;
	int code = check_client(a, true);

	if (code != 0)
		return code;
	if (text == NULL)
		return 900144;
	t = grant_find(text, true);
	if (t == NULL || t->grant.app != a->app)
		return 70000;
	if (t->revoked)
		return 50173;
	if (t->expires <= world_now())
		return 700082;
	a->why = "that refresh token was replaced by a new one";
	if (t->used != 0 && world_now() - t->used >= login_option.old_refresh)
		return 70000;
	a->why = NULL;
	/* a new refresh token comes whether or not it is asked for again */
	sb_fmt(
	    &all, "%s offline_access", scope != NULL ? scope : t->grant.asked);
	code = user_tokens(a, t->grant.user, all.p);
	sb_free(&all);
	if (code == 0 && t->used == 0)
		t->used = world_now();
	return code;
}

static int
run_devicecode(struct asked *a)
{
	const char *scope = form_get(&a->form, "scope");
	struct sb *o = &a->c->out;
	struct scope s = { 0 };
	struct device *d;
	int code;

	if (!a->app->is_public)
		return 7000218;
	if (scope == NULL)
		return 900144;
	code = scope_read(&s, scope);
	scope_free(&s);
	if (code != 0)
		return code;
	d = grant_device(
	    a->app, a->tenant != NULL ? a->tenant : a->app->tenant, scope);
	sb_fmt(o,
	    "{\"user_code\":\"%s\",\"device_code\":\"%s\","
	    "\"verification_uri\":\"https://microsoft.com/devicelogin\","
	    "\"expires_in\":%ld,\"interval\":%ld,"
	    "\"message\":\"To sign in, open the page "
	    "https://microsoft.com/devicelogin and enter the code %s.\"}",
	    d->user_code, d->code, login_option.device_seconds, d->interval,
	    d->user_code);
	return 0;
}

/* What must be right before the grant is looked at. */
static int
read_request(struct asked *a)
{
	const char *client, *type = a->c->type;
	bool device = strstr(a->c->path, "/devicecode") != NULL;
	int code;

	a->grant = device ? "devicecode" : "";
	if (!a->c->post)
		return 900561;
	a->why = "Content-Type must be application/x-www-form-urlencoded";
	if (type == NULL ||
	    strncasecmp(type, "application/x-www-form-urlencoded", 33) != 0)
		return 90023;
	a->why = "the form cannot be read, or a field is there twice";
	if (!form_read(&a->form, a->c->body, a->c->len) ||
	    a->form.twice != NULL)
		return 90023;
	a->why = NULL;
	client = form_get(&a->form, "client_id");
	if (!device && form_get(&a->form, "grant_type") != NULL)
		a->grant = form_get(&a->form, "grant_type");
	code = tenant_of(a);
	if (code != 0)
		return code;
	if (client == NULL || *a->grant == 0) {
		a->why = client == NULL ? "client_id" : "grant_type";
		return 900144;
	}
	a->app = app_find(client);
	if (a->app == NULL ||
	    (a->tenant != NULL && a->app->tenant != a->tenant))
		return 700016;
	return a->app->disabled ? 7000112 : 0;
}

static int
run_grant(struct asked *a)
{
	if (strcmp(a->grant, "devicecode") == 0)
		return run_devicecode(a);
	if (strcmp(a->grant, "client_credentials") == 0)
		return run_client(a);
	if (strcmp(a->grant, DEVICE) == 0 ||
	    strcmp(a->grant, "device_code") == 0)
		return run_device(a);
	if (strcmp(a->grant, "refresh_token") == 0)
		return run_refresh(a);
	return 70003;
}

/* True when a fault has written the answer. */
static bool
run_fault(struct asked *a)
{
	const struct aadsts_fault *f = aadsts_meets(
	    strcmp(a->grant, DEVICE) == 0 ? "device_code" : a->grant,
	    form_get(&a->form, "client_id"));

	if (f == NULL)
		return false;
	a->c->delay_ms = f->ms;
	if (f->retry_after != NULL)
		a->c->retry_after = sb_xstrdup(f->retry_after);
	if (f->status != 0 && f->code == 0) {
		a->c->status = f->status;
		sb_str(&a->c->out, f->body != NULL ? f->body : "");
		a->c->answer_type =
		    sb_xstrdup(f->type != NULL ? f->type : "text/html");
		return true;
	}
	if (f->code == 0 && f->error == NULL)
		return false; /* late, and otherwise as always */
	a->slow = f->error;
	a->code = f->code != 0 ? f->code : 70016;
	write_error(a, aadsts_find(a->code));
	if (f->status != 0)
		a->c->status = f->status;
	return true;
}

static void
write_metadata(struct token_call *c)
{
	struct sb url = { 0 };

	base_url(&url, c);
	sb_fmt(&c->out,
	    "{\"issuer\":\"%s/v2.0\","
	    "\"token_endpoint\":\"%s/oauth2/v2.0/token\","
	    "\"authorization_endpoint\":\"%s/oauth2/v2.0/authorize\","
	    "\"device_authorization_endpoint\":\"%s/oauth2/v2.0/devicecode\","
	    "\"jwks_uri\":\"%s/discovery/v2.0/keys\"}",
	    url.p, url.p, url.p, url.p, url.p);
	c->status = 200;
	sb_free(&url);
}

/* Values that may be shown: those of no secret. */
static bool
may_show(const char *name)
{
	static const char *const SHOWN[] = { "client_id", "scope", "grant_type",
		"client_assertion_type", "client_info" };
	size_t i;

	for (i = 0; i < sizeof(SHOWN) / sizeof(SHOWN[0]); i++)
		if (strcmp(SHOWN[i], name) == 0)
			return true;
	return false;
}

static void
note(struct asked *a)
{
	struct sb *b = &a->c->log;
	int i;

	sb_fmt(b, "\"op\":\"%s\",\"path\":",
	    strcmp(a->grant, "devicecode") == 0 ? "devicecode" : "token");
	sb_json(b, a->c->path);
	SB_LIT(b, ",\"grant\":");
	sb_json(b, a->grant);
	sb_fmt(b, ",\"status\":%d,\"aadsts\":%d,\"error\":", a->c->status,
	    a->code);
	sb_json(b, a->slow);
	SB_LIT(b, ",\"fields\":{");
	for (i = 0; i < a->form.n; i++) {
		sb_str(b, i ? "," : "");
		sb_json(b, a->form.field[i].name);
		SB_LIT(b, ":");
		sb_json(b, may_show(a->form.field[i].name)
			       ? a->form.field[i].value
			       : NULL);
	}
	sb_fmt(b, "},\"assertion_header\":%s,\"assertion_claims\":%s",
	    a->header.n > 0 ? a->header.p : "null",
	    a->claims.n > 0 ? a->claims.p : "null");
}

void
token_run(struct token_call *c)
{
	struct asked a = { .c = c };

	if (strstr(c->path, "/.well-known/") != NULL && !c->post) {
		write_metadata(c);
		return;
	}
	pthread_rwlock_wrlock(&world.lock);
	c->status = 200;
	a.code = read_request(&a);
	if (!run_fault(&a)) {
		if (a.code == 0)
			a.code = run_grant(&a);
		if (a.code != 0) {
			sb_reset(&c->out);
			write_error(&a, aadsts_find(a.code));
		}
	}
	good += c->status == 200;
	bad += c->status != 200;
	note(&a);
	pthread_rwlock_unlock(&world.lock);
	form_free(&a.form);
	sb_free(&a.header);
	sb_free(&a.claims);
}

void
token_call_free(struct token_call *c)
{
	sb_free(&c->out);
	sb_free(&c->log);
	free(c->retry_after);
	free(c->answer_type);
}

void
token_stats(struct sb *b)
{
	sb_fmt(b,
	    "\"token_answers\":%lu,\"token_errors\":%lu,\"access_tokens\":%lu",
	    good, bad, grant_issued());
}
