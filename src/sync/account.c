/*
 * account.c - the accounts that a pass logs in with.
 * 1. One lock guards all accounts; nobody waits while holding it. Lock order: a
 *    gate's lock first, then this one.
 * 2. At most one call of an account is in progress with a login that is not
 *    accepted. So logins that were wrong from the start never raise denied
 *    above ACCOUNT_WRONG.
 * 3. A second attempt waits only for jobs that run, and none of these jobs
 *    waits for a second attempt of that account: there is always progress.
 * 4. Because of 2 a reservation belongs to the only call of its account.
 */
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"
#include "sync/account.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct account *
account_of(struct account_login *l)
{
	if (l->account != NULL)
		return l->account;
	l->alone.first = l;
	return &l->alone;
}

void
account_add(struct account *a, struct account_login *l)
{
	l->account = a;
	l->next = a->first;
	a->first = l;
}

bool
account_same(const struct account_login *a, const struct account_login *b)
{
	return a == b || (a->user != NULL && str_eq(a->user, b->user) &&
			     str_eq(a->password, b->password));
}

void
account_spend(struct account_login *l, int spent)
{
	struct account *a;

	pthread_mutex_lock(&lock);
	a = account_of(l);
	if (spent - a->denied > a->spent)
		a->spent = spent - a->denied;
	pthread_mutex_unlock(&lock);
}

void
account_job(struct account_login *l, int n)
{
	pthread_mutex_lock(&lock);
	l->jobs += n;
	pthread_mutex_unlock(&lock);
}

static bool
has_spent_all(const struct account *a)
{
	return a->spent + a->denied >= ACCOUNT_WRONG;
}

static bool
is_second_attempt(const struct account_login *l)
{
	return l->second == SECOND_UNDER_WAY &&
	       pthread_equal(l->by, pthread_self());
}

/*
 * May the login be tried once more? A login that worked earlier in this pass
 * has no mistyped password: then the rejections of this pass do not count,
 * since several calls may have been rejected at once.
 */
static bool
has_second(const struct account *a, const struct account_login *l)
{
	return l->worked ? a->spent < ACCOUNT_WRONG : !has_spent_all(a);
}

/* Finds a login of the account that was rejected with the same password. */
static const struct account_login *
rejected_twin(const struct account *a, const struct account_login *l)
{
	const struct account_login *o;

	for (o = a->first; o != NULL; o = o->next) {
		if (account_same(o, l) &&
		    (o->rejected ||
			(o->denied && !o->accepted && has_spent_all(a))))
			return o;
	}
	return NULL;
}

static int
refuse_login(struct account *a, const struct account_login *l, struct err *err)
{
	const struct account_login *twin = l->rejected ? l : NULL;

	if (twin == NULL && !l->accepted && l->second != SECOND_UNDER_WAY)
		twin = rejected_twin(a, l);
	if (twin != NULL) {
		*err = twin->why;
		return -1;
	}
	if (l->accepted || !has_spent_all(a) || l->second == SECOND_UNDER_WAY)
		return 0;
	err_set(err, ERR_AUTH,
	    "this account was rejected as often as is safe in one pass, with "
	    "the password of another profile or mailbox: so that it is not "
	    "locked this one is left to the next pass");
	return err_code(err, CAUSE_LOGIN_WAITS, "login", SCOPE_PROFILE);
}

/* Is another password of the account about to be tried for the first time? */
static bool
others_first(const struct account *a, const struct account_login *l)
{
	const struct account_login *o;

	for (o = a->first; o != NULL; o = o->next) {
		if (o->jobs > 0 && !o->accepted && !o->denied && !o->rejected &&
		    !account_same(o, l))
			return true;
	}
	return false;
}

/*
 * Is an outcome still open? It is while a call is in progress with a login that
 * is not accepted, or while another login with the same password makes its
 * second attempt.
 */
static bool
is_in_doubt(const struct account *a, const struct account_login *l)
{
	const struct account_login *o;

	for (o = a->first; o != NULL; o = o->next) {
		if ((o->inside > 0 && !o->accepted) ||
		    (o != l && o->second == SECOND_UNDER_WAY &&
			account_same(o, l)))
			return true;
	}
	return false;
}

static bool
login_has_room(const struct account *a, const struct account_login *l)
{
	if (l->second == SECOND_UNDER_WAY &&
	    (!is_second_attempt(l) || l->inside > 0 ||
		(!l->worked && others_first(a, l))))
		return false;
	return l->accepted || !is_in_doubt(a, l);
}

/*
 * Gives up this thread's second attempt if it would be one wrong login too
 * many.
 */
static void
drop_second(struct account *a, struct account_login *l)
{
	if (is_second_attempt(l) && !has_second(a, l)) {
		l->second = SECOND_OVER;
		l->rejected = true;
	}
}

int
account_enter(struct account_login *l, struct account_login *proxy, bool room,
    struct err *err)
{
	int rc = 0;

	pthread_mutex_lock(&lock);
	drop_second(account_of(l), l);
	if (refuse_login(account_of(l), l, err) == -1 ||
	    (proxy != NULL &&
		refuse_login(account_of(proxy), proxy, err) == -1))
		rc = -1;
	else if (room && login_has_room(account_of(l), l) &&
		 (proxy == NULL || login_has_room(account_of(proxy), proxy))) {
		l->inside++;
		if (proxy != NULL)
			proxy->inside++;
		rc = 1;
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

/* The account to reserve the call with; NULL: no reservation is needed. */
static struct account *
begin_reservation(struct account_login *l)
{
	struct account *a;

	pthread_mutex_lock(&lock);
	a = account_of(l);
	if (l->accepted || l->proven || a->reserve == NULL)
		a = NULL;
	else
		l->reserved = true;
	pthread_mutex_unlock(&lock);
	return a;
}

/* The account that the call was reserved with; NULL: it was not reserved. */
static struct account *
end_reservation(struct account_login *l, enum account_said said)
{
	struct account *a;

	pthread_mutex_lock(&lock);
	a = l->reserved ? account_of(l) : NULL;
	l->reserved = false;
	if (said == ACCOUNT_ACCEPTED)
		l->proven = true;
	pthread_mutex_unlock(&lock);
	return a;
}

static int
reserve_login(struct account_login *l, struct err *err)
{
	struct account *a = begin_reservation(l);

	if (a == NULL || a->reserve(a->arg, l, err) == 0)
		return 0;
	end_reservation(l, ACCOUNT_NOTHING);
	return -1;
}

/* With the lock held: ends a call that was not sent. */
static void
take_back(struct account_login *l, struct err *err)
{
	l->inside--;
	if (!is_second_attempt(l))
		return;
	l->second = SECOND_OVER;
	l->rejected = true;
	*err = l->why;
}

int
account_reserve(
    struct account_login *l, struct account_login *proxy, struct err *err)
{
	struct err other;

	if (reserve_login(l, err) == 0) {
		if (proxy == NULL || reserve_login(proxy, err) == 0)
			return 0;
		account_answer(l, ACCOUNT_SPARED, NULL);
	}
	pthread_mutex_lock(&lock);
	take_back(l, err);
	if (proxy != NULL)
		take_back(proxy, &other);
	pthread_mutex_unlock(&lock);
	return -1;
}

void
account_answer(
    struct account_login *l, enum account_said said, const struct err *why)
{
	struct account *a = end_reservation(l, said);
	struct account_login *o;

	if (said != ACCOUNT_DENIED && said != ACCOUNT_REFUSED) {
		if (a != NULL)
			a->settled(a->arg, l, said, why);
		return;
	}
	pthread_mutex_lock(&lock);
	a = account_of(l);
	for (o = a->first; o != NULL; o = o->next)
		o->proven = false;
	l->accepted = false;
	l->denied = true;
	l->why = *why;
	a->denied++;
	pthread_mutex_unlock(&lock);
	if (a->wrong != NULL)
		a->wrong(a->arg, l, why);
}

/* With the lock held: decides what follows a wrong login. */
static enum account_then
after_wrong(struct account *a, struct account_login *l, bool again)
{
	if (again && l->second == SECOND_UNDER_WAY)
		return ACCOUNT_WAIT;
	if (again && l->second == SECOND_NONE && has_second(a, l)) {
		l->second = SECOND_UNDER_WAY;
		l->by = pthread_self();
		return ACCOUNT_SECOND;
	}
	l->rejected = true;
	return ACCOUNT_DONE;
}

enum account_then
account_leave(struct account_login *l, enum account_said said, bool again,
    const struct err *why)
{
	enum account_then then = ACCOUNT_DONE;

	pthread_mutex_lock(&lock);
	l->inside--;
	if (is_second_attempt(l))
		l->second = SECOND_OVER;
	if (said == ACCOUNT_ACCEPTED)
		l->accepted = l->worked = true;
	else if (said == ACCOUNT_DENIED && !l->rejected)
		then = after_wrong(account_of(l), l, again);
	else if (said == ACCOUNT_REFUSED)
		l->rejected = true;
	if (said == ACCOUNT_DENIED || said == ACCOUNT_REFUSED)
		l->why = *why;
	pthread_mutex_unlock(&lock);
	return then;
}

void
account_give_up(struct account_login *l)
{
	pthread_mutex_lock(&lock);
	if (is_second_attempt(l))
		l->second = SECOND_OVER;
	pthread_mutex_unlock(&lock);
}

bool
account_proven(struct account_login *l)
{
	bool yes;

	pthread_mutex_lock(&lock);
	yes = l->accepted || (l->proven && !l->rejected);
	pthread_mutex_unlock(&lock);
	return yes;
}

bool
account_accepted(struct account_login *l)
{
	bool yes;

	pthread_mutex_lock(&lock);
	yes = l->accepted;
	pthread_mutex_unlock(&lock);
	return yes;
}

char *
account_fold(const char *name)
{
	size_t len = strlen(name), i, n, k = 0;
	char *out = mem_alloc(4 * len + 1);
	uint32_t c;

	for (i = 0; i < len; i += n) {
		if ((n = utf8_next(name + i, len - i, &c)) == 0) {
			out[k++] = name[i];
			n = 1;
		} else
			k += utf8_put(out + k, enc_lower(c));
	}
	out[k] = '\0';
	return out;
}

char *
account_user(const char *folded)
{
	const char *slash = strrchr(folded, '\\'), *at;

	if (slash == NULL)
		slash = strrchr(folded, '/');
	if (slash != NULL)
		return mem_strdup(slash + 1);
	at = strrchr(folded, '@');
	return at == NULL ? mem_strdup(folded)
			  : mem_strndup(folded, (size_t)(at - folded));
}
