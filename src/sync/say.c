/*
 * say.c - the log lines about mailboxes.
 * 1. A fault is held back until it is known whether it is the mailbox's or the
 *    profile's: one wrong URL is one line, with a mailbox for an example, and
 *    not one for each mailbox.
 * 2. Every fault is logged once, at the latest when the profile's jobs are
 *    over.
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"
#include "sync/gate.h"
#include "sync/say.h"
#include "sync/work.h"

struct say {
	pthread_mutex_t lock;
	const struct mailbox_work **kept; /* w->fault is held back */
	size_t n;
	size_t stopped; /* mailboxes not read since the gate was stopped */
	const struct mailbox_work *example; /* one of these */
	bool fatal;                         /* the store's trouble was logged */
};

struct say *
say_open(void)
{
	struct say *s = mem_alloc(sizeof(*s));

	pthread_mutex_init(&s->lock, NULL);
	return s;
}

void
say_close(struct say *s)
{
	if (s == NULL)
		return;
	pthread_mutex_destroy(&s->lock);
	free(s->kept);
	free(s);
}

void
say_mailbox(
    const struct mailbox_work *w, enum log_level level, const char *fmt, ...)
{
	char text[1200];
	va_list ap;

	if (!log_on(level))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_line(level, "profile %s: mailbox %s%s", w->profile->conf->name,
	    w->conf.address, text);
}

/* With the lock held. */
static void
keep_said(struct say *s, const struct mailbox_work *w)
{
	*VEC_ADD(s->kept, s->n) = w;
}

/* With the lock held. */
static void
count_stopped(struct say *s, const struct mailbox_work *w)
{
	s->stopped++;
	if (s->example == NULL ||
	    gate_stopped_by(w->profile->gate) == &w->login)
		s->example = w;
}

void
say_fault(const struct mailbox_work *w, const struct err *err)
{
	struct profile_work *p = w->profile;
	bool now = false;

	if (err->cause == CAUSE_STOP)
		return;
	if (err->cause == CAUSE_WAITS) {
		say_mailbox(w, LOG_INFO, ": %s", err->msg);
		return;
	}
	pthread_mutex_lock(&p->say->lock);
	if (err->kind == ERR_FATAL) {
		now = !p->say->fatal || err->scope < SCOPE_PROFILE;
		p->say->fatal = true;
	} else if (w->fault == NULL)
		count_stopped(p->say, w);
	else if (gate_answered(p->gate) || (w->login.own && err_is_login(err)))
		now = true;
	else
		keep_said(p->say, w);
	pthread_mutex_unlock(&p->say->lock);
	if (now)
		say_mailbox(w, LOG_ERROR, ": %s", err->msg);
}

/* By code, then by address. */
static int
by_code(const void *a, const void *b)
{
	const struct mailbox_work *x = *(const struct mailbox_work *const *)a;
	const struct mailbox_work *y = *(const struct mailbox_work *const *)b;
	int c = strcmp(x->fault->code, y->fault->code);

	return c != 0 ? c : strcmp(x->conf.address, y->conf.address);
}

/* Logs that n mailboxes failed with this, w among them. */
static void
say_shared(const struct mailbox_work *w, size_t n, const struct err *err)
{
	if (n == 1)
		say_mailbox(w, LOG_ERROR, ": %s", err->msg);
	else
		log_error("profile %s: %zu mailboxes, such as %s: %s",
		    w->profile->conf->name, n, w->conf.address, err->msg);
}

/*
 * Logs what stopped the profile; shared: as many held back faults are the same.
 */
static void
say_stopped(const struct profile_work *p, size_t shared)
{
	const struct err *why = gate_stopped(p->gate);

	/*
	 * A reason that was known before any mailbox was asked is about none.
	 */
	if (gate_stopped_by(p->gate) == NULL)
		log_error("profile %s: %s", p->conf->name, why->msg);
	else
		say_shared(p->say->example, p->say->stopped + shared, why);
}

void
say_kept(struct profile_work *p, bool over)
{
	struct say *s = p->say;
	const struct err *why = over ? gate_stopped(p->gate) : NULL;
	size_t i, n, shared = 0;

	if (!over && !gate_answered(p->gate))
		return;
	pthread_mutex_lock(&s->lock);
	if (s->n > 0)
		qsort(s->kept, s->n, sizeof(*s->kept), by_code);
	for (i = 0; i < s->n; i += n) {
		const struct mailbox_work *w = s->kept[i];

		for (n = 1; i + n < s->n; n++) {
			if (!err_is_same(s->kept[i + n]->fault, w->fault))
				break;
		}
		if (why != NULL && s->stopped > 0 && err_is_same(why, w->fault))
			shared = n;
		else
			say_shared(w, n, w->fault);
	}
	s->n = 0;
	if (over && s->stopped > 0)
		say_stopped(p, shared);
	pthread_mutex_unlock(&s->lock);
}
