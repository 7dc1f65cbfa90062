/*
 * login.c - rejected logins, and other waits that last from pass to pass.
 * 1. While a login has to wait the server is not contacted with it, whoever
 *    asks. Only other credentials, or the time, end the wait.
 * 2. Reporting that a login waits is not a rejection: it is not counted.
 * 3. A rejection is counted in the store before anything else is done about it:
 *    a pass that is killed right then shortens no wait.
 * 4. Times and texts are in the store, where --status finds them. Only the file
 *    of verifiers (logins.h), which the CRM cannot read, tells whether the
 *    credentials are those that were rejected. If it does not know, they wait.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "core/credential.h"
#include "store/health.h"
#include "sync/alert.h"
#include "sync/backoff.h"
#include "sync/login.h"
#include "sync/logins.h"

/* Where a login is used: its row in the store, and the login itself. */
struct place {
	struct store *st;
	struct store_scope scope;
	struct logins *logins;
	struct login *login;
};

/* What ends the wait before its time. */
static const char *
what_ends(const struct login *l)
{
	return l->token ? "the client secret or certificate changes, or the "
			  "person logs in anew (exsync --login)"
			: "username or password change";
}

static const char *
passes_of(int64_t n)
{
	return n == 1 ? "pass" : "passes";
}

/* The error while the login has to wait. */
static int
say_waiting(
    const struct login *login, const struct store_login *l, struct err *err)
{
	char first[TIM_TEXT] = "", retry[TIM_TEXT] = "";

	tim_text(l->first_at, first);
	tim_text(l->retry_at, retry);
	err_set(err, ERR_AUTH,
	    "the login is rejected since %s (%lld %s); so that %s it is tried "
	    "again at %s, or at once when %s. It was: %s",
	    first, (long long)l->tries, passes_of(l->tries),
	    login->token ? "the service is not asked in vain"
			 : "the account is not locked",
	    retry, what_ends(login), l->text);
	return err_code(err, CAUSE_LOGIN_WAITS, "login", SCOPE_PROFILE);
}

/* The same when it is unknown whether the credentials have changed. */
static int
say_unknown(const struct store_scope *scope, const struct store_login *l,
    struct err *err)
{
	char first[TIM_TEXT] = "", retry[TIM_TEXT] = "";
	char text[STORE_SCOPE_TEXT];

	tim_text(l->first_at, first);
	tim_text(l->retry_at, retry);
	err_set(err, ERR_AUTH,
	    "the login is rejected since %s (%lld %s); so that the account is "
	    "not locked it is tried again at %s. state_dir does not tell "
	    "whether username and password are still the same; to try them at "
	    "once: DELETE FROM sync_login WHERE scope='%s'. It was: %s",
	    first, (long long)l->tries, passes_of(l->tries), retry,
	    store_scope_text(scope, text), l->text);
	return err_code(err, CAUSE_LOGIN_WAITS, "login", SCOPE_PROFILE);
}

static int
say_hour(const struct login *l, struct err *err)
{
	char retry[TIM_TEXT] = "";

	tim_text(l->not_before, retry);
	err_set(err, ERR_AUTH,
	    "the account was rejected %d times within an hour, by whichever "
	    "profile or mailbox; so that it is not locked it is not tried "
	    "before %s, with whatever password",
	    LOGINFILE_WRONG, retry);
	return err_code(err, CAUSE_LOGIN_WAITS, "login", SCOPE_PROFILE);
}

/*
 * These credentials have no row here, but they failed for another profile or
 * mailbox, or in a pass that was killed: fills l with that.
 */
static void
from_elsewhere(const struct login *login, struct store_login *l)
{
	l->tries = login->passes;
	l->first_at = login->first_at;
	l->last_at = login->last_at;
	l->retry_at = login->retry_at;
	if (l->text[0] == '\0')
		snprintf(l->text, sizeof(l->text),
		    "rejected for another profile or mailbox with this "
		    "account, or in a pass that was killed");
}

/* Does the login have to wait? *known: the store has a row for it. */
static int
begin_login(const struct place *p, bool *known, struct err *err)
{
	struct login *login = p->login;
	struct store_login l;

	if (store_login_get(p->st, &p->scope, known, &l, err) == -1)
		return -1;
	if (login->not_before != TIM_NONE && !tim_due(login->not_before))
		return say_hour(login, err);
	if (login->passes > 0) {
		/* Also when another place has tried it since. */
		if (!*known || l.last_at / 1000 < login->last_at / 1000) {
			from_elsewhere(login, &l);
			*known = true;
			if (store_login_put(p->st, &p->scope, &l, err) == -1)
				return -1;
		}
		return tim_due(l.retry_at) ? 0 : say_waiting(login, &l, err);
	}
	if (!*known || tim_due(l.retry_at))
		return 0;
	/* Is the row about other credentials? */
	if (logins_would_know(p->logins, l.last_at) &&
	    logins_announce(p->logins, login))
		return 0;
	return say_unknown(&p->scope, &l, err);
}

/* Counts one more rejection; *retry_at: when the next try is due. */
static int
count_rejection(const struct place *p, struct store_login *l,
    const struct err *why, int64_t *retry_at, struct err *err)
{
	bool token = p->login != NULL && p->login->token;

	l->last_at = tim_now();
	if (l->tries++ == 0)
		l->first_at = l->last_at;
	l->retry_at = *retry_at =
	    l->last_at +
	    (token ? backoff_token : backoff_login)(why->kind, l->tries);
	snprintf(l->text, sizeof(l->text), "%s", why->msg);
	return store_login_put(p->st, &p->scope, l, err);
}

/* Counts a failure that has nothing to do with the credentials. */
static int
login_denied(const struct place *p, const struct err *why, int64_t *retry_at,
    struct err *err)
{
	struct store_login l;
	bool known;

	if (store_login_get(p->st, &p->scope, &known, &l, err) == -1)
		return -1;
	return count_rejection(p, &l, why, retry_at, err);
}

static int
login_rejected(const struct place *p, const struct err *why, struct err *err)
{
	struct login *login = p->login;
	struct store_login l;
	int64_t retry_at;
	bool known;

	logins_rejected(p->logins, login, why->kind);
	if (store_login_get(p->st, &p->scope, &known, &l, err) == -1)
		return -1;
	if (login->passes == 0 && known &&
	    logins_would_know(p->logins, l.last_at))
		l.tries = 0; /* the row is about others */
	if (login->passes > l.tries) {
		l.tries = login->passes;
		l.first_at = login->first_at;
	}
	return count_rejection(p, &l, why, &retry_at, err);
}

/* --- which login belongs to whom --------------------------------------- */

void
login_profile_bind(struct profile_work *p, struct logins *s)
{
	const struct conf_profile *c = p->conf;
	struct credential who = credential_of_profile(c);

	p->logins = s;
	p->login = logins_find(s, c->url, &who);
	p->proxy = logins_find_proxy(s, c->url);
	gate_logins(p->gate, p->login != NULL ? &p->login->at : NULL,
	    p->proxy != NULL ? &p->proxy->at : NULL);
}

void
login_mailbox_bind(struct mailbox_work *w)
{
	struct credential who = credential_of_mailbox(&w->conf);
	struct login *l = w->login.own ? logins_find(w->profile->logins,
					     w->conf.profile->url, &who)
				       : NULL;

	w->login.account = l != NULL ? &l->at : NULL;
}

void
login_mailbox_job(struct mailbox_work *w, int n)
{
	struct login *l = w->profile->login;

	if (w->login.own && w->login.account != NULL)
		account_job(w->login.account, n);
	else if (!w->login.own && l != NULL)
		account_job(&l->at, n);
}

static struct place
place_of_login(struct profile_work *p, struct login *login,
    enum store_scope_kind kind, const char *name)
{
	struct place at = { p->pass->store, { kind, name, 0 }, p->logins,
		login };

	return at;
}

/* --- the proxy's, of a profile ----------------------------------------- */

/* The proxy's account can be locked like any other. */
static int
proxy_begin(struct profile_work *p, struct err *err)
{
	struct err why = ERR_INIT;
	struct place at;
	int rc;

	if (p->proxy == NULL)
		return 0;
	at = place_of_login(p, p->proxy, OF_PROXY, p->conf->name);
	rc = begin_login(&at, &p->proxy_known, &why);
	if (rc == -1 && why.kind == ERR_AUTH) {
		/* This also stops mailboxes with a login of their own. */
		err_recast(&why, ERR_CONFIG, SCOPE_PROFILE);
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
	struct place at;
	int rc = 0;

	if (p->proxy == NULL)
		return 0;
	at = place_of_login(p, p->proxy, OF_PROXY, p->conf->name);
	if (why != NULL && why->cause == CAUSE_PROXY_LOGIN)
		rc = login_rejected(&at, why, err);
	else if (p->proxy_known &&
		 (gate_accepted(p->gate) || atomic_load(&p->own_accepted)))
		rc = store_login_forget(at.st, &at.scope, err);
	return rc;
}

/* --- the profile's ----------------------------------------------------- */

int
login_profile_begin(struct profile_work *p, struct err *err)
{
	struct err why = ERR_INIT;
	struct place at;
	int rc;

	if (proxy_begin(p, err) == -1)
		return -1;
	if (p->login == NULL)
		return 0;
	at = place_of_login(p, p->login, OF_PROFILE, p->conf->name);
	rc = begin_login(&at, &p->login_known, &why);
	if (rc == -1 && why.kind == ERR_AUTH) {
		gate_stop(p->gate, &why);
		rc = 0;
	} else if (rc == -1)
		*err = why;
	return rc;
}

int
login_profile_rejected(
    struct profile_work *p, const struct err *why, struct err *err)
{
	struct place at;
	int rc;

	if (why->cause == CAUSE_LOGIN_WAITS || p->login == NULL ||
	    atomic_exchange(&p->login_kept, true))
		return 0;
	at = place_of_login(p, p->login, OF_PROFILE, p->conf->name);
	rc = login_rejected(&at, why, err);
	return rc;
}

int
login_profile_end(struct profile_work *p, struct err *err)
{
	const struct err *why = gate_stopped(p->gate);
	struct place at;

	if (proxy_end(p, why, err) == -1)
		return -1;
	if (why != NULL && err_is_login(why))
		return login_profile_rejected(p, why, err);
	if (!p->login_known || !gate_accepted(p->gate))
		return 0;
	at = place_of_login(p, p->login, OF_PROFILE, p->conf->name);
	return store_login_forget(at.st, &at.scope, err);
}

/* --- a mailbox's -------------------------------------------------------- */

/* The mailbox's own login; NULL: it has none. */
static struct login *
own_login(const struct mailbox_work *w)
{
	return w->login.own ? (struct login *)w->login.account : NULL;
}

int
login_mailbox_begin(struct mailbox_work *w, struct err *err)
{
	struct place at;
	bool known;
	int rc;

	if (own_login(w) == NULL)
		return 0;
	at = place_of_login(
	    w->profile, own_login(w), OF_MAILBOX, w->conf.address);
	rc = begin_login(&at, &known, err);
	if (rc == -1 && err->kind == ERR_AUTH)
		err_recast(err, ERR_AUTH, SCOPE_MAILBOX);
	return rc;
}

bool
login_is_lasting(const struct err *e)
{
	if (e->scope != SCOPE_MAILBOX)
		return false;
	return e->kind == ERR_UNKNOWN ||
	       ((e->kind == ERR_AUTH || e->kind == ERR_CONFIG) &&
		   (err_answered(e) || e->cause == CAUSE_FORBIDDEN));
}

int
login_mailbox_failed(struct mailbox_work *w, const struct err *fault,
    int64_t *retry_at, struct err *err)
{
	struct place at;

	*retry_at = TIM_NONE;
	if (own_login(w) != NULL && err_is_login(fault)) {
		if (fault->cause == CAUSE_LOGIN_WAITS)
			return 0;
		at = place_of_login(
		    w->profile, own_login(w), OF_MAILBOX, w->conf.address);
		/* A retry_at of the mailbox would outlive the credentials. */
		return login_rejected(&at, fault, err);
	}
	if (!login_is_lasting(fault))
		return 0;
	at = place_of_login(w->profile, NULL, OF_ACCESS, w->conf.address);
	return login_denied(&at, fault, retry_at, err);
}

void
login_note_failed(struct mailbox_work *w, const struct err *fault)
{
	struct err err = ERR_INIT;
	int64_t at;

	if (!err_is_login(fault))
		return;
	if (fault->scope >= SCOPE_PROFILE)
		login_profile_rejected(w->profile, fault, &err);
	else if (w->login.own)
		login_mailbox_failed(w, fault, &at, &err);
}

/* Forgets what is stored about a scope; writes nothing if there is nothing. */
static int
forget_known(struct store *st, const struct store_scope *scope, struct err *err)
{
	struct store_login l;
	bool known;

	if (store_login_get(st, scope, &known, &l, err) == -1)
		return -1;
	return known ? store_login_forget(st, scope, err) : 0;
}

int
login_mailbox_well(struct mailbox_work *w, struct err *err)
{
	struct store *st = w->profile->pass->store;
	const char *address = w->conf.address;
	struct store_scope denied = { OF_ACCESS, address, 0 };
	struct store_scope own = { OF_MAILBOX, address, 0 };

	if (forget_known(st, &denied, err) == -1 ||
	    (w->login.own && forget_known(st, &own, err) == -1))
		return -1;
	return store_login_forget_folders(st, address, err);
}

int
login_mailbox_changed(struct mailbox_work *w, bool *changed, struct err *err)
{
	struct store_scope own = { OF_MAILBOX, w->conf.address, 0 };
	struct store_login l;
	bool known;

	*changed = false;
	if (own_login(w) == NULL)
		return 0;
	if (store_login_get(w->profile->pass->store, &own, &known, &l, err) ==
	    -1)
		return -1;
	*changed = known && own_login(w)->passes == 0 &&
		   logins_would_know(w->profile->logins, l.last_at);
	return 0;
}

int
login_mailbox_told(struct mailbox_work *w, bool *told, struct err *err)
{
	struct store *st = w->profile->pass->store;
	struct store_scope denied = { OF_ACCESS, w->conf.address, 0 };
	struct store_login l;
	bool known;

	if (store_login_get(st, &denied, &known, &l, err) == -1)
		return -1;
	*told = !known;
	return known ? store_cause_of(st, w->conf.address, told, err) : 0;
}

/* --- a folder's -------------------------------------------------------- */

static struct store_scope
folder_scope(const struct mailbox_work *w, const struct store_folder *f)
{
	struct store_scope s = { OF_FOLDER, w->conf.address, f->id };

	return s;
}

int
login_folder_begin(
    struct mailbox_work *w, const struct store_folder *f, struct err *err)
{
	const struct pass *p = w->profile->pass;
	struct store_scope scope = folder_scope(w, f);
	struct store_login l;
	char retry[TIM_TEXT] = "";
	bool known;
	int rc;

	/* A mailbox with a folder that waits has failed. */
	if (!w->failing || p->want.nmailbox > 0)
		return 0;
	rc = store_login_get(p->store, &scope, &known, &l, err);
	if (rc == -1 || !known || tim_due(l.retry_at))
		return rc;
	tim_text(l.retry_at, retry);
	err_set(err, ERR_RETRY, "%s; it is left alone until %s", l.text, retry);
	return err_code(err, CAUSE_WAITS, "waits", SCOPE_FOLDER);
}

int
login_folder_failed(struct mailbox_work *w, const struct store_folder *f,
    const struct err *fault, struct err *err)
{
	const struct place at = { w->profile->pass->store, folder_scope(w, f),
		NULL, NULL };
	int64_t retry_at;

	return login_denied(&at, fault, &retry_at, err);
}

int
login_folder_well(
    struct mailbox_work *w, const struct store_folder *f, struct err *err)
{
	struct store_scope scope = folder_scope(w, f);

	if (!w->failing)
		return 0;
	return forget_known(w->profile->pass->store, &scope, err);
}
