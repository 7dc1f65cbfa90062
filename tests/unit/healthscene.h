/*
 * healthscene.h - for tests: a pass over ann and bob that is over, and which
 * alerts are open then.
 */
#ifndef TESTS_UNIT_HEALTHSCENE_H
#define TESTS_UNIT_HEALTHSCENE_H

#include "causes.h"
#include "passscene.h"
#include "store/health.h"

/* A pass over ann and bob. */
static inline void
begin(struct scene *c, struct kit *k)
{
	scene_begin(c, k);
	c->conf_profile[1].mailboxes = CONF_MAILBOXES_LISTED;
	c->profile[0].pass = &c->pass;
	c->profile[0].conf = &c->conf_profile[0];
	c->profile[0].gate = gate_open(2);
	scene_mailbox(c, BOX_A, 0);
	scene_mailbox(c, BOX_B, 0);
}

static inline void
end(struct scene *c)
{
	size_t i;

	for (i = 0; i < c->h.nmailbox; i++)
		free(c->box[i].fault);
	gate_close(c->profile[0].gate);
}

static inline void
accept_login(struct scene *c)
{
	struct gate_login l = { .own = false };
	struct err err = ERR_INIT;
	struct gate_tries tries = { 0, 0 };

	assert_int_equal(gate_enter(c->profile[0].gate, &l, &err), 0);
	assert_false(gate_leave(c->profile[0].gate, &l, 0, &tries, &err));
}

static inline void
fails(struct mailbox_work *w, enum err_kind kind, const char *code,
    enum err_scope scope)
{
	w->end = VISIT_FAILED;
	free(w->fault);
	w->fault = calloc(1, sizeof(*w->fault));
	err_set(w->fault, kind, "%s, as the scene says", code);
	err_code(w->fault, cause_of_code(code), code, scope);
}

static inline void
stop_profile(struct scene *c, enum err_kind kind, const char *code)
{
	struct err e = ERR_INIT;

	err_set(&e, kind, "stopped");
	err_code(&e, cause_of_code(code), code, SCOPE_PROFILE);
	gate_stop(c->profile[0].gate, &e);
	c->box[0].end = c->box[1].end = VISIT_NONE;
}

static inline const char *
open_alerts(struct scene *c)
{
	return ask(c->k, "SELECT group_concat(scope||':'||code,' ') FROM "
			 "(SELECT * FROM alert WHERE resolved_at IS NULL "
			 "ORDER BY scope,code)");
}

/* The pass ends; returns what is open then. */
static inline const char *
pass(struct scene *c)
{
	c->opened = c->resolved = 0;
	OK(c->k, health_pass(&c->h, &c->stale, &c->k->err));
	return open_alerts(c);
}

#endif
