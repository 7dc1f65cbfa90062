/*
 * admit.c - is a mailbox to be visited in this pass?
 * 1. What is not permitted is not visited, whatever the database says; what the
 *    database says is disabled is not visited either.
 * 2. --mailbox tries at once what only has to wait.
 */
#include <string.h>

#include "base/str.h"
#include "base/tim.h"
#include "sync/admit.h"
#include "sync/lasting.h"
#include "sync/login.h"
#include "sync/say.h"

static bool
is_named(const struct mailbox_work *w)
{
	return w->profile->pass->want.nmailbox > 0;
}

/* Drops a wait that nobody was told of. */
static int
forget_untold(struct mailbox_work *w, struct store_mailbox *m, struct err *err)
{
	bool told;

	if (login_mailbox_told(w, &told, err) == -1)
		return -1;
	if (!told)
		m->retry_at = TIM_NONE;
	return 0;
}

/* Approval, --disable. */
static bool
is_admitted(struct mailbox_work *w, const struct store_mailbox *m)
{
	if (w->permit == PERMIT_WAITS) {
		say_mailbox(w, LOG_INFO,
		    " waits for approval: exsync --approve %s",
		    w->conf.address);
		return false;
	}
	if (w->permit == PERMIT_READ &&
	    (m->given_up || !str_eq(m->state, "disabled")))
		return true;
	if (is_named(w))
		say_mailbox(w, LOG_WARNING,
		    " is disabled and is not read; exsync --enable %s changes "
		    "that",
		    w->conf.address);
	return false;
}

/* Must it still wait, after what went wrong before? */
static bool
has_to_wait(struct mailbox_work *w, const struct store_mailbox *m)
{
	char when[TIM_TEXT];

	if (m->retry_at == TIM_NONE || tim_due(m->retry_at) || is_named(w))
		return false;
	say_mailbox(w, LOG_INFO,
	    " is left alone until %s, after what went wrong before (exsync "
	    "--status tells; --once --mailbox %s tries it now)",
	    tim_text(m->retry_at, when), w->conf.address);
	return true;
}

/* It was given up: has what it failed with changed? */
static int
admit_given_up(struct mailbox_work *w, struct store_mailbox *m, bool *visit,
    struct err *err)
{
	if (lasting_again(w, visit, err) == -1)
		return -1;
	if (*visit) {
		say_mailbox(w, LOG_INFO,
		    " was given up; it is tried again, since the settings that "
		    "it failed with have changed");
		m->retry_at = TIM_NONE;
		return 0;
	}
	w->end = VISIT_GIVEN_UP;
	say_mailbox(w, is_named(w) ? LOG_WARNING : LOG_INFO,
	    " is disabled, for it failed for %d days for the same reason; once "
	    "that is repaired exsync --test %s enables it again",
	    LASTING_DAYS, w->conf.address);
	return 0;
}

int
admit_mailbox(struct mailbox_work *w, struct store_mailbox *m, bool *visit,
    enum tally_as *as, struct err *err)
{
	*visit = false;
	*as = TALLY_OK;
	if (store_mailbox_get(w->profile->pass->store, &w->conf, w->crm_id,
		w->permit, m, err) == -1)
		return -1;
	/* testing: it may have failed before somebody enabled it */
	w->failing = !str_eq(m->state, "enabled");
	if (m->retry_at != TIM_NONE && forget_untold(w, m, err) == -1)
		return -1;
	w->end = VISIT_OFF;
	if (!is_admitted(w, m))
		return 0;
	*as = TALLY_FAILED;
	if (m->given_up)
		return admit_given_up(w, m, visit, err);
	w->end = VISIT_LATER;
	*visit = !has_to_wait(w, m);
	return 0;
}
