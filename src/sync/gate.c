/*
 * gate.c - the throttle gate of one server.
 * 1. Until one call has come back with anything but a rejected login or an
 *    unreachable server, at most one call is in progress.
 * 2. A stopped gate never opens again in the same pass.
 * 3. A call is repeated at most GATE_TRIES times; after delays that the server
 *    asks for as often as they fit into PATIENCE_BUSY, each at most GATE_WAIT.
 * 4. The account decides for all gates whether a login may be tried, and tried
 *    again (account.h): no call is made without asking it. Asking may wait for
 *    other processes, so no lock is held then.
 * 5. No call for a mailbox begins while the server's own delay for it lasts.
 * 6. Nobody waits for the lock of an inquiry while holding the gate's.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/crypt.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/stop.h"
#include "base/str.h"
#include "base/tim.h"
#include "sync/gate.h"
#include "sync/patience.h"

#define WAIT_STEP   20000000 /* ns */
#define UNREACHABLE 3        /* failures in a row that stop the profile */
#define LEAST_WAIT  1000     /* ms; before each try after GATE_TRIES */
#define RECOVER     50       /* good calls until one more may run at once */
#define LONG_ANSWER 10000000 /* us; so long may an answer to one call take */
#define FEW_ITEMS   5        /* are asked for however long they take */

struct gate {
	pthread_mutex_t lock;
	pthread_cond_t free;
	pthread_mutex_t inquiry;
	int max, limit, inside;
	int items; /* of one request, at most */
	/* the shortest call, and how much longer one takes for each item;
	 * -1: not measured yet */
	int64_t least_us, item_us;
	int good;      /* calls since the limit was last changed */
	bool proven;   /* calls may run in parallel: the login works */
	bool accepted; /* the profile's login worked */
	bool answered; /* a call went well */
	struct account_login *login, *proxy;
	struct account_login alone; /* used when gate_logins names no login */
	int unreachable;
	const struct gate_login *late; /* the last that is_late or is_lost */
	int64_t not_before;            /* tim_mono */
	struct err stopped;
	const struct gate_login *stopped_by;
};

struct gate *
gate_open(int max_calls)
{
	struct gate *g = mem_alloc(sizeof(*g));
	pthread_condattr_t attr;

	pthread_mutex_init(&g->lock, NULL);
	pthread_mutex_init(&g->inquiry, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&g->free, &attr);
	pthread_condattr_destroy(&attr);
	g->max = g->limit = max_calls;
	g->items = GATE_ITEMS;
	g->least_us = g->item_us = -1;
	g->login = &g->alone;
	return g;
}

void
gate_logins(
    struct gate *g, struct account_login *login, struct account_login *proxy)
{
	if (login != NULL)
		g->login = login;
	g->proxy = proxy;
}

void
gate_close(struct gate *g)
{
	if (g == NULL)
		return;
	pthread_cond_destroy(&g->free);
	pthread_mutex_destroy(&g->lock);
	pthread_mutex_destroy(&g->inquiry);
	free(g);
}

void
gate_begin(struct gate *g)
{
	pthread_mutex_lock(&g->lock);
	g->proven = g->accepted = g->answered = false;
	g->unreachable = 0;
	g->late = NULL;
	g->stopped_by = NULL;
	err_clear(&g->stopped);
	g->proxy = NULL;
	memset(&g->alone, 0, sizeof(g->alone));
	g->login = &g->alone;
	pthread_mutex_unlock(&g->lock);
}

void
gate_stop(struct gate *g, const struct err *why)
{
	pthread_mutex_lock(&g->lock);
	if (g->stopped.kind == ERR_NONE)
		g->stopped = *why;
	pthread_mutex_unlock(&g->lock);
}

const struct err *
gate_stopped(struct gate *g)
{
	bool yes;

	pthread_mutex_lock(&g->lock);
	yes = g->stopped.kind != ERR_NONE;
	pthread_mutex_unlock(&g->lock);
	return yes ? &g->stopped : NULL; /* it does not change any more */
}

const struct gate_login *
gate_stopped_by(struct gate *g)
{
	const struct gate_login *by;

	pthread_mutex_lock(&g->lock);
	by = g->stopped_by;
	pthread_mutex_unlock(&g->lock);
	return by;
}

bool
gate_accepted(struct gate *g)
{
	bool yes;

	pthread_mutex_lock(&g->lock);
	yes = g->accepted;
	pthread_mutex_unlock(&g->lock);
	return yes;
}

bool
gate_answered(struct gate *g)
{
	bool yes;

	pthread_mutex_lock(&g->lock);
	yes = g->answered;
	pthread_mutex_unlock(&g->lock);
	return yes;
}

/*
 * With the lock held: waits for a change, but only a moment, since another gate
 * does not signal when an account changes.
 */
static void
wait_a_little(struct gate *g)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_nsec += WAIT_STEP;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	pthread_cond_timedwait(&g->free, &g->lock, &t);
}

/* Must the server be left alone for longer than a pass waits? */
static int
put_off(const struct gate_login *l, struct err *err)
{
	int64_t left = l->not_before - tim_mono();

	if (left <= GATE_WAIT)
		return 0;
	err_set(err, ERR_RETRY,
	    "%s: the server asked to be left alone; later calls wait as well",
	    l->code);
	err->retry_ms = left;
	return err_code(err, l->cause, l->code, SCOPE_MAILBOX);
}

static int
refuse_call(struct gate *g, struct gate_login *l, struct err *err)
{
	if (stop_requested()) {
		err_set(err, ERR_RETRY,
		    "interrupted; what was read so far is "
		    "stored, the next pass goes on from there");
		return err_code(err, CAUSE_STOP, "stop", SCOPE_ALL);
	}
	/*
	 * A rejected login of the profile says nothing about a mailbox's own.
	 */
	if (g->stopped.kind != ERR_NONE &&
	    !(l->own && (g->proven || g->stopped.kind == ERR_AUTH))) {
		*err = g->stopped;
		return -1;
	}
	if (l->left != NULL) {
		*err = *l->left;
		return -1;
	}
	return put_off(l, err);
}

/* The login that this call uses. */
static struct account_login *
login_of(struct gate *g, struct gate_login *l)
{
	if (!l->own)
		return g->login;
	return l->account != NULL ? l->account : &l->alone;
}

/* With the lock held: may a call begin now? */
static bool
has_room(const struct gate *g, const struct gate_login *l)
{
	int64_t now = tim_mono();

	return g->inside < (g->proven ? g->limit : 1) && now >= g->not_before &&
	       now >= l->not_before;
}

/*
 * With the lock held: the account has been rejected as often as is allowed in a
 * pass, whoever used it.
 */
static void
stop_for_account(struct gate *g, const struct gate_login *l, struct err *err)
{
	if (l->own && (err->kind == ERR_AUTH || err->kind == ERR_RETRY)) {
		err_recast(err, err->kind, SCOPE_MAILBOX);
		return;
	}
	err_recast(err, err->kind, SCOPE_PROFILE);
	if (g->stopped.kind == ERR_NONE)
		g->stopped = *err;
}

int
gate_enter(struct gate *g, struct gate_login *l, struct err *err)
{
	struct account_login *a = login_of(g, l);
	int rc;

	pthread_mutex_lock(&g->lock);
	for (;;) {
		if ((rc = refuse_call(g, l, err)) == -1) {
			account_give_up(a);
			break;
		}
		rc = account_enter(a, g->proxy, has_room(g, l), err);
		if (rc == -1)
			stop_for_account(g, l, err);
		if (rc != 0)
			break;
		wait_a_little(g);
	}
	g->inside += rc == 1;
	pthread_mutex_unlock(&g->lock);
	if (rc == -1 || account_reserve(a, g->proxy, err) == 0)
		return rc == 1 ? 0 : -1;
	pthread_mutex_lock(&g->lock);
	g->inside--;
	/* The call has waited: first of all the pass may have to end. */
	if (!stop_requested() || refuse_call(g, l, err) == 0)
		stop_for_account(g, l, err);
	pthread_cond_broadcast(&g->free);
	pthread_mutex_unlock(&g->lock);
	return -1;
}

bool
gate_proving(struct gate *g)
{
	bool yes;

	pthread_mutex_lock(&g->lock);
	yes = g->inside > 0 && !g->proven && g->stopped.kind == ERR_NONE;
	pthread_mutex_unlock(&g->lock);
	return yes;
}

/*
 * With the lock held: does this timeout say something about the server? It does
 * when it happened in TLS, or for another mailbox than the last one. A mailbox
 * that is slow by itself stops no other.
 */
static bool
is_late(struct gate *g, const struct gate_login *l, const struct err *e)
{
	const struct gate_login *last = g->late;

	if (e->cause != CAUSE_TIMEOUT)
		return false;
	g->late = l;
	return e->scope >= SCOPE_PROFILE || l != last;
}

/*
 * With the lock held: is the answer from something other than the service,
 * before the service has answered anybody? Then a login page or another site
 * has taken its place. When others get answers it is one mailbox's trouble,
 * since perhaps only its back end is affected.
 */
static bool
is_other_service(
    const struct gate *g, const struct gate_login *l, const struct err *e)
{
	return e->kind == ERR_CONFIG && e->cause == CAUSE_NOT_SERVICE &&
	       !l->own && !g->accepted;
}

/* Is it the same for another mailbox than the last one? */
static bool
is_lost(struct gate *g, const struct gate_login *l, const struct err *e)
{
	const struct gate_login *last = g->late;

	if (!is_other_service(g, l, e))
		return false;
	g->late = l;
	return l != last;
}

/* Does the server complain about the load? */
static bool
is_throttled(const struct err *e)
{
	return e->kind == ERR_RETRY &&
	       (e->retry_ms > 0 || e->cause == CAUSE_BUSY);
}

/* With the lock held: no call begins before the server's own delay is over. */
static void
wait_for_server(struct gate *g, struct gate_login *l, const struct err *e)
{
	int64_t now = tim_mono();

	if (e->scope >= SCOPE_PROFILE)
		g->not_before =
		    now + (e->retry_ms < GATE_WAIT ? e->retry_ms : GATE_WAIT);
	else if (e->scope == SCOPE_MAILBOX &&
		 now + e->retry_ms > l->not_before) {
		l->not_before = now + e->retry_ms;
		l->cause = e->cause;
		memcpy(l->code, e->code, sizeof(l->code));
	}
}

/* With the lock held: stops the profile because of this call's outcome. */
static void
stop_profile(struct gate *g, const struct gate_login *l, const struct err *why)
{
	if (g->stopped.kind != ERR_NONE)
		return;
	g->stopped = *why;
	if (why->scope < SCOPE_PROFILE)
		err_recast(&g->stopped, why->kind, SCOPE_PROFILE);
	g->stopped_by = l;
}

/* With the lock held: applies what this outcome means for all other calls. */
static void
learn_limits(struct gate *g, struct gate_login *l, const struct err *e)
{
	if (l->own && err_is_login(e))
		; /* the account remembers it */
	else if ((e->kind == ERR_AUTH || e->kind == ERR_CONFIG) &&
		 (e->scope == SCOPE_PROFILE || e->scope == SCOPE_ALL)) {
		stop_profile(g, l, e);
	} else if ((e->kind == ERR_RETRY &&
		       (e->cause == CAUSE_NETWORK || e->cause == CAUSE_TLS ||
			   is_late(g, l, e))) ||
		   is_lost(g, l, e)) {
		if (++g->unreachable >= UNREACHABLE)
			stop_profile(g, l, e);
	} else if (e->cause != CAUSE_TIMEOUT && e->cause != CAUSE_PATIENCE &&
		   !is_other_service(g, l, e)) {
		g->unreachable = 0;
		g->late = NULL;
		g->proven = true;
	}
	if (!l->own &&
	    (e->kind == ERR_NONE || (err_answered(e) && !err_is_login(e))))
		g->accepted = true;
	if (e->kind == ERR_NONE) {
		g->answered = true;
		if ((g->limit < g->max || g->items < GATE_ITEMS) &&
		    ++g->good >= RECOVER) {
			g->limit += g->limit < g->max;
			g->items += g->items / 2 + 1;
			if (g->items > GATE_ITEMS)
				g->items = GATE_ITEMS;
			g->good = 0;
		}
	} else if (is_throttled(e)) {
		g->limit = g->limit > 1 ? g->limit / 2 : 1;
		g->items = g->items > 1 ? g->items / 2 : 1;
		g->good = 0;
		wait_for_server(g, l, e);
	}
}

/*
 * The server asks for a delay: how long to wait, or -1. One that names next to
 * nothing again and again is not asked as often as it says.
 */
static int64_t
asked_delay(const struct err *e, const struct gate_tries *t)
{
	int64_t ms = e->retry_ms;

	if (ms > GATE_WAIT)
		return -1;
	if (t->n >= GATE_TRIES && ms < LEAST_WAIT)
		ms = LEAST_WAIT;
	return t->waited + ms > PATIENCE_BUSY ? -1 : ms;
}

/* How long to wait before another try, in ms; -1: there is no other try. */
static int64_t
retry_delay(const struct err *e, const struct gate_tries *t)
{
	/* A timeout costs minutes, and an unknown error may never pass. */
	bool once = e->kind == ERR_UNKNOWN || e->cause == CAUSE_TIMEOUT;
	unsigned char r;

	if ((e->kind != ERR_RETRY && e->kind != ERR_UNKNOWN) ||
	    e->cause == CAUSE_STOP || e->cause == CAUSE_PATIENCE)
		return -1;
	if (e->retry_ms > 0 && !once)
		return asked_delay(e, t);
	if (t->n >= (once ? 1 : GATE_TRIES) || e->retry_ms > GATE_WAIT)
		return -1;
	if (e->retry_ms > 0)
		return e->retry_ms;
	crypt_random(&r, 1);
	return (500 << (2 * t->n)) + 4 * r;
}

static void
wait_until(int64_t t)
{
	int64_t left;

	while ((left = t - tim_mono()) > 0 && !stop_requested())
		tim_sleep(left < 100 ? left : 100);
}

/* "profile hq: mailbox a@b.example: " */
static void
say_who(const struct gate_login *l, char *out, size_t size)
{
	*out = '\0';
	if (l->address != NULL)
		snprintf(out, size, "profile %s: mailbox %s: ", l->profile,
		    l->address);
}

/* Waits ms before another try; false: there is no other try. */
static bool
wait_and_go(const struct gate_login *l, int64_t ms, struct gate_tries *t,
    struct err *err)
{
	char who[256];

	if (ms < 0)
		return false;
	say_who(l, who, sizeof(who));
	log_debug(
	    "%s%s; trying again in %lld ms", who, err->msg, (long long)ms);
	wait_until(tim_mono() + ms);
	t->n++;
	t->waited += err->retry_ms > 0 ? ms : 0;
	err_clear(err);
	return true;
}

/*
 * The answer says nothing about the login: may the login have been sent and
 * judged all the same? Not when no connection was made, nor when the answer is
 * about something else.
 */
static enum account_said
said_nothing(const struct err *e)
{
	if (e->spared)
		return ACCOUNT_SPARED;
	switch (e->cause) {
	case CAUSE_TIMEOUT:
		return e->scope < SCOPE_PROFILE ? ACCOUNT_NOTHING
						: ACCOUNT_SPARED;
	case CAUSE_PATIENCE:
	case CAUSE_CUT:
	case CAUSE_MALFORMED:
	case CAUSE_STOP:
		return ACCOUNT_NOTHING;
	default:
		return ACCOUNT_SPARED;
	}
}

/* What an outcome says about the login at the server. */
static enum account_said
said_of_login(const struct err *e)
{
	if (e->kind == ERR_NONE)
		return ACCOUNT_ACCEPTED;
	if (err_is_login(e))
		return e->cause == CAUSE_LOGIN_DENIED ||
			       e->cause == CAUSE_NOT_OFFERED
			   ? ACCOUNT_DENIED
			   : ACCOUNT_REFUSED;
	return err_answered(e) ? ACCOUNT_ACCEPTED : said_nothing(e);
}

/*
 * What it says about the login at the proxy: every answer of the server came
 * through the proxy.
 */
static enum account_said
said_of_proxy(const struct err *e)
{
	if (e->cause == CAUSE_PROXY_LOGIN)
		return ACCOUNT_REFUSED;
	if (e->cause == CAUSE_NETWORK && !e->spared)
		return ACCOUNT_NOTHING; /* the proxy got it and is silent */
	return e->kind == ERR_NONE || err_reached_http(e) ? ACCOUNT_ACCEPTED
							  : said_nothing(e);
}

/*
 * With the lock held: tells the logins how the call ended. True: the caller may
 * call again, for the second attempt or to wait for somebody else's.
 */
static bool
may_retry(struct gate *g, struct gate_login *l, const struct err *e)
{
	bool may = !stop_requested() && (l->own || g->stopped.kind == ERR_NONE);
	enum account_then then =
	    account_leave(login_of(g, l), said_of_login(e), may, e);
	char who[256];

	if (g->proxy != NULL)
		account_leave(g->proxy, said_of_proxy(e), false, e);
	if (then == ACCOUNT_SECOND) {
		say_who(l, who, sizeof(who));
		log_debug(
		    "%s%s; tried once more on a new connection", who, e->msg);
	}
	return then != ACCOUNT_DONE;
}

bool
gate_leave(struct gate *g, struct gate_login *l, int rc, struct gate_tries *t,
    struct err *err)
{
	struct err none = ERR_INIT;
	const struct err *e = rc == 0 ? &none : err;
	int64_t ms = rc == 0 ? -1 : retry_delay(err, t);

	account_answer(login_of(g, l), said_of_login(e), e);
	if (g->proxy != NULL)
		account_answer(g->proxy, said_of_proxy(e), e);
	pthread_mutex_lock(&g->lock);
	g->inside--;
	if (may_retry(g, l, e)) {
		pthread_cond_broadcast(&g->free);
		pthread_mutex_unlock(&g->lock);
		err_clear(err);
		return true;
	}
	learn_limits(g, l, e);
	if (ms >= 0 && g->stopped.kind != ERR_NONE)
		ms = -1;
	pthread_cond_broadcast(&g->free);
	pthread_mutex_unlock(&g->lock);
	return wait_and_go(l, ms, t, err);
}

bool
gate_pause(
    struct gate *g, struct gate_login *l, struct gate_tries *t, struct err *err)
{
	pthread_mutex_lock(&g->lock);
	learn_limits(g, l, err);
	pthread_mutex_unlock(&g->lock);
	return wait_and_go(l, retry_delay(err, t), t, err);
}

void
gate_leave_alone(struct gate *g, struct gate_login *l, const struct err *why)
{
	pthread_mutex_lock(&g->lock);
	if (l->left == NULL) {
		l->left = mem_alloc(sizeof(*l->left));
		*l->left = *why;
	}
	pthread_cond_broadcast(&g->free);
	pthread_mutex_unlock(&g->lock);
}

void
gate_inquiry_begin(struct gate *g)
{
	pthread_mutex_lock(&g->inquiry);
}

void
gate_inquiry_end(struct gate *g)
{
	pthread_mutex_unlock(&g->inquiry);
}

int
gate_items(struct gate *g)
{
	int n;

	pthread_mutex_lock(&g->lock);
	n = g->items;
	if (g->item_us > 0 && n > LONG_ANSWER / g->item_us) {
		int64_t few = LONG_ANSWER / g->item_us;

		/* a server that delays every call says nothing of its items */
		few = few < FEW_ITEMS ? FEW_ITEMS : few;
		n = few < n ? (int)few : n;
	}
	pthread_mutex_unlock(&g->lock);
	return n;
}

void
gate_took(struct gate *g, size_t n, int64_t ms)
{
	int64_t us = ms * 1000, each;

	pthread_mutex_lock(&g->lock);
	if (g->least_us == -1 || us < g->least_us)
		g->least_us = us;
	if (n > 0) {
		each = (us - g->least_us) / (int64_t)n;
		/* one slow answer says little, many say it all */
		g->item_us =
		    g->item_us == -1 ? each : (3 * g->item_us + each) / 4;
	}
	pthread_mutex_unlock(&g->lock);
}

void
gate_short(struct gate *g, int came)
{
	pthread_mutex_lock(&g->lock);
	if (came < g->items)
		g->items = came > 1 ? came : 1;
	g->good = 0;
	pthread_mutex_unlock(&g->lock);
}
