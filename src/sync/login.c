/*
 * login.c - rejected logins, and what else waits from one pass to the next.
 * 1. While a login has to wait the server is not contacted with it, whoever
 *    asks: only other credentials, or the time, end the wait.
 * 2. A wait that was only reported is not a rejection: it is not counted.
 * 3. It is counted in the store before anything else is done about it: a pass
 *    that is killed right then makes no wait shorter.
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
login_wait(enum err_kind kind, int64_t tries)
{
	static const int64_t wait[] = { HOUR / 4, HOUR, 4 * HOUR, 24 * HOUR };
	int64_t i = tries - 1 + (kind != ERR_UNKNOWN);

	return wait[i < 0 ? 0 : i > 3 ? 3 : i];
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
	l.retry_at = *retry_at = l.last_at + login_wait(why->kind, l.tries);
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

/* Will it be so until a person changes something, as far as anybody knows? */
static bool
lasting(const struct err *e)
{
	if (e->scope != SCOPE_MAILBOX)
		return false;
	return e->kind == ERR_UNKNOWN ||
	       ((e->kind == ERR_AUTH || e->kind == ERR_CONFIG) &&
		   (strncmp(e->code, "Error", 5) == 0 ||
		       strcmp(e->code, "http-403") == 0));
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

/* Forgets what is known of a scope; writes nothing where that is nothing. */
static int
forget_known(struct store *st, const char *scope, struct err *err)
{
	enum store_login_is is;
	struct store_login l;

	if (store_login_get(st, scope, NULL, &is, &l, err) == -1)
		return -1;
	return is != LOGIN_NONE ? store_login_forget(st, scope, err) : 0;
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

		rc = forget_known(st, scope, err);
		free(scope);
	}
	if (rc == 0) {
		char *folders =
		    mem_printf("access %s folder ", w->conf.address);

		rc = store_login_forget_all(st, folders, err);
		free(folders);
	}
	return rc;
}

/* --- a folder's -------------------------------------------------------- */

static char *
folder_scope(const struct mailbox_work *w, const struct store_folder *f)
{
	return mem_printf(
	    "access %s folder %lld", w->conf.address, (long long)f->id);
}

int
login_folder_begin(
    struct mailbox_work *w, const struct store_folder *f, struct err *err)
{
	const struct pass *p = w->profile->pass;
	enum store_login_is is;
	struct store_login l;
	char retry[TIM_TEXT] = "", *scope;
	int rc;

	/* a mailbox whose folder waits is one that failed */
	if (!w->failing || p->want.nmailbox > 0)
		return 0;
	scope = folder_scope(w, f);
	rc = store_login_get(p->store, scope, NULL, &is, &l, err);
	free(scope);
	if (rc == -1 || is == LOGIN_NONE || tim_due(l.retry_at))
		return rc;
	tim_text(l.retry_at, retry);
	err_set(err, ERR_RETRY, "%s; it is left alone until %s", l.text, retry);
	return err_code(err, "waits", SCOPE_FOLDER);
}

int
login_folder_failed(struct mailbox_work *w, const struct store_folder *f,
    const struct err *fault, struct err *err)
{
	char *scope = folder_scope(w, f);
	int64_t retry_at;
	int rc;

	rc = rejected(
	    w->profile->pass->store, scope, NULL, fault, &retry_at, err);
	free(scope);
	return rc;
}

int
login_folder_well(
    struct mailbox_work *w, const struct store_folder *f, struct err *err)
{
	char *scope;
	int rc;

	if (!w->failing)
		return 0;
	scope = folder_scope(w, f);
	rc = forget_known(w->profile->pass->store, scope, err);
	free(scope);
	return rc;
}
