/*
 * giveup.c - items that are not tried again.
 * 1. An item that has left its folder counts as moved: a crash between the move
 *    and the note of it leaves the same state.
 * 2. An item that cannot be moved stays where it is: that is no reason not to
 *    read the mailbox, nor not to move the others.
 */
#include <string.h>

#include "base/fault.h"
#include "sync/giveup.h"
#include "sync/remote.h"
#include "sync/say.h"

#define GIVEUP_MAX 100 /* items of one pass */

/* For remote_call. */
static int
undeliver(struct session *s, void *arg, struct err *err)
{
	const char *item = arg;

	return s->provider->ops->undeliver(s, item, err);
}

static int
move_item(struct mailbox_work *w, const char *item, struct err *err)
{
	struct remote r = { .mailbox = w, .session = w->session };
	int rc = remote_call(&r, undeliver, (void *)(uintptr_t)item, err);

	if (rc == -1 && err->kind == ERR_GONE && err->scope == SCOPE_ITEM) {
		err_clear(err);
		rc = 0;
	}
	return rc;
}

/* Does the error concern only the moving of mail? */
static bool
is_harmless(const struct err *e)
{
	return e->kind != ERR_FATAL && e->scope <= SCOPE_MAILBOX &&
	       (e->kind != ERR_RETRY || e->scope <= SCOPE_FOLDER);
}

/* The item stays where it is; the next pass tries to move it again. */
static void
stays_failed(struct mailbox_work *w, const struct err *why)
{
	struct store_count count;

	say_mailbox(w, LOG_ERROR,
	    ": a mail that could not be stored cannot be moved to the folder "
	    "%s either, and stays where it is: %s",
	    PROVIDER_UNDELIVERABLE, why->msg);
	memset(&count, 0, sizeof(count));
	count.failed = 1;
	tally_add(w->profile->tally, &count, 0);
}

static int
give_up(struct mailbox_work *w, const char *item, struct err *err)
{
	struct store *store = w->profile->pass->store;

	if (store_failure_moving(store, w->conf.address, item, err) == -1 ||
	    move_item(w, item, err) == -1)
		return -1;
	fault_point("after move to Undeliverable");
	if (store_failure_moved(store, w->conf.address, item, err) == -1)
		return -1;
	say_mailbox(w, LOG_WARNING,
	    ": a mail that could not be stored was moved to the folder %s; "
	    "table failure says why",
	    PROVIDER_UNDELIVERABLE);
	return 0;
}

int
giveup_run(struct mailbox_work *w, struct err *err)
{
	struct store_failures v;
	bool wider = false;
	size_t i;
	int rc;

	rc = store_failures_final(
	    w->profile->pass->store, w->conf.address, GIVEUP_MAX, &v, err);
	for (i = 0; rc == 0 && !wider && i < v.n; i++) {
		rc = give_up(w, v.v[i].item_id, err);
		if (rc == -1 && is_harmless(err)) {
			wider = err->scope > SCOPE_ITEM;
			stays_failed(w, err);
			err_clear(err);
			rc = 0;
		}
	}
	arena_free(&v.arena);
	return rc == -1 ? err_prefix(err, "folder %s", PROVIDER_UNDELIVERABLE)
			: 0;
}
