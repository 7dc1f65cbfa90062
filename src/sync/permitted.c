/*
 * permitted.c - which mailboxes of a plan may be read.
 * 1. What the table says permits nothing.
 */
#include <stdlib.h>

#include "base/log.h"
#include "base/str.h"
#include "base/tim.h"
#include "base/vec.h"
#include "store/health.h"
#include "store/lasting.h"
#include "sync/permitted.h"

struct permitting {
	const struct pass *pass;
	struct store_boxes boxes;
	struct permit *note; /* what is to be noted; addresses are borrowed */
	size_t nnote;
	struct store_state *show; /* rows that show something else */
	size_t nshow;
};

/* What table mailbox should show; NULL: what it shows is right. */
static const char *
other_state(const struct store_box *b, enum permit_is permit)
{
	bool waits = str_eq(b->state, "waiting");
	bool off = str_eq(b->state, "disabled");

	if (permit == PERMIT_WAITS)
		return waits ? NULL : "waiting";
	if (permit == PERMIT_OFF)
		return off && !b->off ? NULL : "disabled";
	return waits || (off && !b->off) ? "testing" : NULL;
}

static void
note_mailbox(
    struct permitting *x, const char *address, bool approved, bool disabled)
{
	*VEC_ADD(x->note, x->nnote) =
	    (struct permit){ (char *)(uintptr_t)address, approved, disabled,
		    tim_now() };
}

static void
permit_entry(struct permitting *x, struct plan_entry *e)
{
	const struct permit_list *list = x->pass->permits;
	char *address = e->mailbox.address;
	bool manual = e->mailbox.profile->approval == CONF_APPROVAL_MANUAL;
	const struct store_box *b = store_box_find(&x->boxes, address);
	const struct permit *said =
	    list != NULL ? permit_find(list, address) : NULL;
	const char *state;

	e->permit = permit_of(list, address, manual);
	if (said == NULL && b != NULL && !b->off &&
	    str_eq(b->state, "disabled")) {
		e->permit = PERMIT_OFF;
		note_mailbox(x, address, !manual, true);
	} else if (!manual && (said == NULL || !said->approved))
		note_mailbox(x, address, true, said != NULL && said->disabled);
	if (b != NULL && (state = other_state(b, e->permit)) != NULL)
		*VEC_ADD(x->show, x->nshow) =
		    (struct store_state){ address, state };
}

/* Nobody loses a mail when it cannot be noted: the next pass tries again. */
static void
note_permits(const struct permitting *x)
{
	struct err err = ERR_INIT;

	if (x->nnote > 0 && x->pass->note != NULL &&
	    x->pass->note(x->pass->note_arg, x->note, x->nnote, &err) == -1)
		log_warning("%s", err.msg);
}

int
permitted_plan(const struct pass *p, struct plan *plan, struct err *err)
{
	struct permitting x = { .pass = p };
	size_t i;
	int rc;

	if (store_box_states(p->store, &x.boxes, err) == -1)
		return -1;
	for (i = 0; i < plan->n; i++)
		permit_entry(&x, &plan->v[i]);
	rc =
	    p->dry_run ? 0 : store_mailbox_show(p->store, x.show, x.nshow, err);
	if (rc == 0 && !p->dry_run)
		note_permits(&x);
	store_box_free(&x.boxes);
	free(x.note);
	free(x.show);
	return rc;
}
