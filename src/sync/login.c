/*
 * login.c - rejected logins and denied mailboxes, from one pass to the next.
 * 1. While a login has to wait the server is not contacted with it, whoever
 *    asks: only other credentials, or the time, end the wait.
 * 2. A wait that was only reported is not a rejection: it is not counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "net/proxy.h"
#include "store/health.h"
#include "sync/login.h"

#define HOUR INT64_C(3600000)

int64_t
login_wait(int64_t tries)
{
	return tries <= 1 ? HOUR : tries == 2 ? 4 * HOUR : 24 * HOUR;
}

/* What the login depends on; to be wiped. */
static char *
credentials(const struct conf_profile *p, const char *user, const char *pw)
{
	return mem_printf(
	    "%s\n%s\n%s", str_nn(p->url), str_nn(user), str_nn(pw));
}

/* The sentence for as long as the login waits. */
static int
say_waiting(const struct store_login *l, struct err *err)
{
	char first[TIM_TEXT] = "", retry[TIM_TEXT] = "";

	tim_text(l->first_at, first);
	tim_text(l->retry_at, retry);
	err_set(err, ERR_AUTH,
	    "the login is rejected since %s (%lld %s); so that the account is "
	    "not locked it is tried again at %s, or at once when username or "
	    "password change. It was: %s",
	    first, (long long)l->tries, l->tries == 1 ? "pass" : "passes",
	    retry, l->text);
	return err_code(err, "login", SCOPE_PROFILE);
}

/* Has the login to wait? *known: there is a row of it. */
static int
begin(struct store *st, const char *scope, const char *secret, bool *known,
    struct err *err)
{
	enum store_login_is is;
	struct store_login l;

	if (store_login_get(st, scope, secret, &is, &l, err) == -1)
		return -1;
	*known = is != LOGIN_NONE;
	if (is != LOGIN_SAME || tim_due(l.retry_at))
		return 0;
	return say_waiting(&l, err);
}

/* Counts one more rejection; *retry_at: when the next try is due. */
static int
rejected(struct store *st, const char *scope, const char *secret,
    const struct err *why, int64_t *retry_at, struct err *err)
{
	enum store_login_is is;
	struct store_login l;

	if (store_login_get(st, scope, secret, &is, &l, err) == -1)
		return -1;
	l.last_at = tim_now();
	if (is != LOGIN_SAME) {
		l.tries = 0;
		l.first_at = l.last_at;
	}
	l.tries++;
	l.retry_at = *retry_at = l.last_at + login_wait(l.tries);
	snprintf(l.text, sizeof(l.text), "%s", why->msg);
	return store_login_put(st, scope, secret, &l, err);
}

/* --- the proxy's, of a profile ----------------------------------------- */

/* Its account is a person's or the service's, and is locked as easily. */
static int
proxy_begin(struct profile_work *p, struct err *err)
{
	const char *named = proxy_named(p->pass->conf->proxy);
	struct err why = ERR_INIT;
	char *scope;
	int rc;

	if (named == NULL)
		return 0;
	scope = mem_printf("proxy of %s", p->conf->name);
	rc = begin(p->pass->store, scope, named, &p->proxy_known, &why);
	free(scope);
	if (rc == -1 && why.kind == ERR_AUTH) {
		why.kind = ERR_CONFIG; /* stops logins of one's own, too */
		gate_stop(p->gate, &why);
		return 0;
	}
	if (rc == -1)
		*err = why;
	return rc;
}

static int
proxy_end(struct profile_work *p, const struct err *why, struct err *err)
{
	const char *named = proxy_named(p->pass->conf->proxy);
	struct store *st = p->pass->store;
	char *scope = mem_printf("proxy of %s", p->conf->name);
	int64_t retry_at;
	int rc = 0;

	if (why != NULL && strcmp(why->code, "proxy-login") == 0)
		rc = rejected(st, scope, str_nn(named), why, &retry_at, err);
	else if (p->proxy_known &&
		 (gate_accepted(p->gate) || atomic_load(&p->own_accepted)))
		rc = store_login_forget(st, scope, err);
	free(scope);
	return rc;
}

/* --- the profile's ----------------------------------------------------- */

int
login_profile_begin(struct profile_work *p, struct err *err)
{
	struct err why = ERR_INIT;
	char *scope, *secret;
	int rc;

	if (proxy_begin(p, err) == -1)
		return -1;
	if (p->conf->username == NULL)
		return 0;
	scope = mem_printf("profile %s", p->conf->name);
	secret = credentials(p->conf, p->conf->username, p->conf->password);
	rc = begin(p->pass->store, scope, secret, &p->login_known, &why);
	if (rc == -1 && why.kind == ERR_AUTH) {
		gate_stop(p->gate, &why);
		rc = 0;
	} else if (rc == -1)
		*err = why;
	mem_wipe_str(secret);
	free(scope);
	return rc;
}

int
login_profile_rejected(
    struct profile_work *p, const struct err *why, struct err *err)
{
	char *scope, *secret;
	int64_t retry_at;
	int rc;

	if (strcmp(why->code, "login") == 0 ||
	    atomic_exchange(&p->login_kept, true))
		return 0;
	scope = mem_printf("profile %s", p->conf->name);
	secret = credentials(p->conf, p->conf->username, p->conf->password);
	rc = rejected(p->pass->store, scope, secret, why, &retry_at, err);
	mem_wipe_str(secret);
	free(scope);
	return rc;
}

int
login_profile_end(struct profile_work *p, struct err *err)
{
	const struct err *why = gate_stopped(p->gate);
	char *scope;
	int rc = 0;

	if (proxy_end(p, why, err) == -1)
		return -1;
	if (why != NULL && gate_is_login(why))
		return login_profile_rejected(p, why, err);
	if (!p->login_known || !gate_accepted(p->gate))
		return 0;
	scope = mem_printf("profile %s", p->conf->name);
	rc = store_login_forget(p->pass->store, scope, err);
	free(scope);
	return rc;
}

/* --- a mailbox' -------------------------------------------------------- */

int
login_mailbox_begin(struct mailbox_work *w, struct err *err)
{
	char *scope, *secret;
	bool known;
	int rc;

	if (!w->login.own)
		return 0;
	scope = mem_printf("mailbox %s", w->conf.address);
	secret =
	    credentials(w->conf.profile, w->conf.username, w->conf.password);
	rc = begin(w->profile->pass->store, scope, secret, &known, err);
	if (rc == -1 && err->kind == ERR_AUTH)
		err->scope = SCOPE_MAILBOX;
	mem_wipe_str(secret);
	free(scope);
	return rc;
}

/* Will it be so until a person changes something? */
static bool
lasting(const struct err *e)
{
	return e->scope == SCOPE_MAILBOX &&
	       (e->kind == ERR_AUTH || e->kind == ERR_CONFIG) &&
	       (strncmp(e->code, "Error", 5) == 0 ||
		   strcmp(e->code, "http-403") == 0);
}

int
login_mailbox_failed(struct mailbox_work *w, const struct err *fault,
    int64_t *retry_at, struct err *err)
{
	struct store *st = w->profile->pass->store;
	char *scope, *secret;
	int rc;

	*retry_at = TIM_NONE;
	if (w->login.own && gate_is_login(fault)) {
		int64_t later;

		if (strcmp(fault->code, "login") == 0)
			return 0;
		scope = mem_printf("mailbox %s", w->conf.address);
		secret = credentials(
		    w->conf.profile, w->conf.username, w->conf.password);
		/* retry_at of the mailbox would outlive the credentials */
		rc = rejected(st, scope, secret, fault, &later, err);
		mem_wipe_str(secret);
	} else if (lasting(fault)) {
		scope = mem_printf("access %s", w->conf.address);
		rc = rejected(st, scope, NULL, fault, retry_at, err);
	} else
		return 0;
	free(scope);
	return rc;
}

int
login_mailbox_well(struct mailbox_work *w, struct err *err)
{
	struct store *st = w->profile->pass->store;
	const char *const what[] = { "access", "mailbox" };
	size_t i, n = w->login.own ? 2 : 1;
	int rc = 0;

	for (i = 0; rc == 0 && i < n; i++) {
		char *scope = mem_printf("%s %s", what[i], w->conf.address);
		struct store_login l;
		enum store_login_is is;

		rc = store_login_get(st, scope, NULL, &is, &l, err);
		if (rc == 0 && is != LOGIN_NONE)
			rc = store_login_forget(st, scope, err);
		free(scope);
	}
	return rc;
}
