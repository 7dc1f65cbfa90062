/*
 * passscene.h - for tests: a pass that is over, with its mailboxes as they
 * came out, and what its alert command is told.
 */
#ifndef TESTS_UNIT_PASSSCENE_H
#define TESTS_UNIT_PASSSCENE_H

#include "sync/alert.h"
#include "sync/health.h"
#include "test_store.h"

/* Profiles hq and branch. */
struct scene {
	struct kit *k;
	struct conf_profile conf_profile[2];
	struct conf conf;
	struct pass pass;
	struct profile_work profile[2];
	struct mailbox_work box[64];
	struct passed h;
	int64_t stale;        /* what health_pass counted */
	int opened, resolved; /* what pass.alert was told */
	int deaf;             /* so often it will not be told */
	char last[256];       /* the alert that it was told last */
	int first;            /* opened before the mailboxes were asked */
};

static inline int
scene_told(void *arg, const struct alert_text *a)
{
	struct scene *c = arg;
	char scope[STORE_SCOPE_TEXT];

	if (c->deaf > 0 && c->deaf-- > 0)
		return -1;
	c->opened += !a->resolved;
	c->resolved += a->resolved;
	snprintf(c->last, sizeof(c->last), "%s %s",
	    store_scope_text(&a->scope, scope), a->code);
	return 0;
}

/* Without any mailbox. */
static inline void
scene_begin(struct scene *c, struct kit *k)
{
	memset(c, 0, sizeof(*c));
	c->k = k;
	c->conf_profile[0].name = (char *)"hq";
	c->conf_profile[1].name = (char *)"branch";
	c->conf.profile = c->conf_profile;
	c->conf.nprofile = 2;
	c->conf.database = k->path;
	c->pass.conf = &c->conf;
	c->pass.store = k->st;
	c->pass.alert = scene_told;
	c->pass.alert_arg = c;
	c->h.pass = &c->pass;
	c->h.profile = c->profile;
	c->h.mailbox = c->box;
}

/* One more mailbox of that profile; its visit went well. */
static inline void
scene_mailbox(struct scene *c, const char *address, int profile)
{
	struct mailbox_work *w = &c->box[c->h.nmailbox++];

	w->conf = kit_box(address);
	w->conf.profile = &c->conf_profile[profile];
	w->profile = &c->profile[profile];
	w->end = VISIT_OK;
}

#endif
