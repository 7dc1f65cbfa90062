/*
 * attach.c - the contents of a mail's attachments, into table blob.
 */
#include <string.h>

#include "base/fault.h"
#include "base/str.h"
#include "sync/ask.h"
#include "sync/attach.h"

/* One attachment through the gate into *blob. */
static int
fetch_one(struct mailbox_work *w, struct session *s, const struct attachment *a,
    char *type, struct store_blob **blob, struct err *err)
{
	const struct profile_work *p = w->profile;
	int64_t max = p->pass->conf->max_attachment;
	int tries = 0, rc;

	do {
		store_blob_drop(*blob);
		*blob = store_blob_begin(p->pass->store, max, err);
		if (*blob == NULL)
			return -1;
		if (gate_enter(p->gate, &w->login, err) == -1)
			return -1;
		rc = p->ops->attachment(
		    s, a, store_blob_stream(*blob), type, err);
	} while (gate_leave(p->gate, &w->login, rc, &tries, err));
	return rc;
}

/* An attachment that cannot be had: its state, or NULL for a real fault. */
static const char *
state_of(const struct err *err)
{
	if (strcmp(err->code, "too_large") == 0)
		return "too_large";
	if (err->kind == ERR_GONE)
		return "gone";
	if (err->kind == ERR_ITEM)
		return "failed";
	return NULL;
}

/*
 * 1: this one cannot be had now and may be later, err says why.
 */
static int
attach_one(struct mailbox_work *w, struct session *s, struct message *m,
    struct attachment *a, struct err *err)
{
	struct store_blob *blob = NULL;
	char type[64] = "";

	if (fetch_one(w, s, a, type, &blob, err) == -1) {
		store_blob_drop(blob);
		if ((a->state = state_of(err)) != NULL) {
			say_mailbox(w, LOG_DEBUG, ": attachment %s: %s",
			    str_nn(a->name), err->msg);
			err_clear(err);
			return 0;
		}
		if (!ask_is_broken(w, s, err))
			return -1;
		a->state = "failed";
		return 1;
	}
	fault_point("before store_blob_end");
	if (store_blob_end(blob, a->sha256, &a->size, err) == -1)
		return -1;
	a->stored = true;
	a->state = "full";
	if (a->media_type == NULL && type[0] != '\0')
		a->media_type = arena_strdup(&m->arena, type);
	return 0;
}

int
attach_all(struct mailbox_work *w, struct session *s, struct message *m,
    struct err *err)
{
	int64_t max = w->profile->pass->conf->max_attachment;
	struct err why = ERR_INIT;
	size_t i;
	int rc;

	for (i = 0; i < m->natt; i++) {
		struct attachment *a = &m->att[i];

		rc = 0;
		if (a->stored)
			continue; /* as before */
		if (a->kind == ATT_REFERENCE)
			a->state = "reference";
		else if (max == 0)
			a->state = "skipped";
		else if (a->size > max + max / 2)
			a->state = "too_large"; /* the figure is approximate */
		else if (a->id == NULL)
			a->state = "failed";
		else
			rc = attach_one(w, s, m, a, err);
		if (rc != 0)
			err_prefix(err, "attachment \"%s\" of \"%s\"",
			    str_nn(a->name), str_nn(m->subject));
		if (rc == -1)
			return -1;
		if (rc == 1)
			why = *err;
	}
	*err = why;
	return why.kind == ERR_NONE ? 0 : 1;
}
