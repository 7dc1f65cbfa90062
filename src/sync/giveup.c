/*
 * giveup.c - items that are not tried again.
 * 1. An item that has left its folder counts as moved: a crash after the
 *    move and before it was noted looks like that, and so does an answer
 *    that was lost. The store is told before (store_failure_moving).
 */
#include <string.h>

#include "base/fault.h"
#include "base/log.h"
#include "sync/giveup.h"

#define GIVEUP_MAX 100 /* items of one pass */

static int
move(struct mailbox_work *w, const char *item, struct err *err)
{
	const struct profile_work *p = w->profile;
	int tries = 0, rc;

	do {
		if (gate_enter(p->gate, &w->login, err) == -1)
			return -1;
		rc = p->ops->undeliver(w->session, item, err);
	} while (gate_leave(p->gate, &w->login, rc, &tries, err));
	if (rc == -1 && err->kind == ERR_GONE && err->scope == SCOPE_ITEM) {
		err_clear(err);
		rc = 0;
	}
	return rc;
}

int
giveup_run(struct mailbox_work *w, struct err *err)
{
	struct store *store = w->profile->pass->store;
	struct store_failures v;
	size_t i;
	int rc;

	rc = store_failures_final(store, w->conf.address, GIVEUP_MAX, &v, err);
	for (i = 0; rc == 0 && i < v.n; i++) {
		rc = store_failure_moving(
		    store, w->conf.address, v.v[i].item_id, err);
		if (rc == 0)
			rc = move(w, v.v[i].item_id, err);
		fault_point("after move to Undeliverable");
		if (rc == 0)
			rc = store_failure_moved(
			    store, w->conf.address, v.v[i].item_id, err);
		if (rc == 0)
			log_warning("mailbox %s: a mail that could not be "
				    "stored was moved to the folder "
				    "%s; table failure says why",
			    w->conf.address, PROVIDER_UNDELIVERABLE);
	}
	arena_free(&v.arena);
	return rc == -1 ? err_prefix(err, "folder %s", PROVIDER_UNDELIVERABLE)
			: 0;
}
