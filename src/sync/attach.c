/*
 * attach.c - the contents of a mail's attachments, into table blob.
 */
#include <string.h>

#include "base/fault.h"
#include "base/str.h"
#include "base/tim.h"
#include "sync/ask.h"
#include "sync/attach.h"
#include "sync/patience.h"
#include "sync/remote.h"
#include "sync/say.h"

/* A mail whose attachments are fetched. */
struct fetching {
	struct mailbox_work *w;
	struct session *s;
	struct message *m;
	bool suspect;  /* it failed before: it has more time */
	bool broken;   /* one cannot be had though the server works */
	int64_t *lost; /* ms, on the whole mail */
};

/* How long the next attachment may be waited for, in ms. */
static int64_t
silence_allowed(const struct fetching *f, int64_t lost_now)
{
	int64_t left = PATIENCE_ITEM - *f->lost - lost_now;
	int64_t ms = f->suspect ? PATIENCE_ITEM / 2 : PATIENCE_CALL;

	if (left < ms)
		ms = left;
	return ms > PATIENCE_LEAST ? ms : PATIENCE_LEAST;
}

/* An attachment that is being fetched. */
struct coming {
	const struct fetching *f;
	const struct remote *remote;
	const struct attachment *a;
	/* the result */
	char type[64];
	struct store_blob *blob;
};

/* For remote_call. Drops what an earlier try brought. */
static int
fetch_content(struct session *s, void *arg, struct err *err)
{
	struct coming *c = arg;
	const struct pass *p = c->f->w->profile->pass;

	store_blob_drop(c->blob);
	c->blob = store_blob_begin(p->store, p->conf->max_attachment);
	s->patience_ms = silence_allowed(c->f, c->remote->lost);
	return s->provider->ops->attachment(
	    s, c->a, store_blob_stream(c->blob), c->type, err);
}

/* One attachment through the gate. */
static int
attachment_fetch(struct fetching *f, struct coming *c, struct err *err)
{
	struct remote r = { .mailbox = f->w,
		.session = f->s,
		.once = f->broken,
		.hasty = true };
	int rc;

	c->remote = &r;
	rc = remote_call(&r, fetch_content, c, err);
	c->remote = NULL;
	*f->lost += r.lost;
	return rc;
}

/*
 * The state of an attachment that can never be had; NULL for any other fault.
 */
static const char *
attachment_state(const struct err *err)
{
	if (err->cause == CAUSE_TOO_LARGE)
		return "too_large";
	if (err->kind == ERR_ITEM)
		return "failed";
	return NULL;
}

/* Does the server work, so that the attachment itself is broken? */
static bool
attachment_is_broken(struct fetching *f, const struct err *why)
{
	int64_t began = tim_mono();
	bool broken = ask_is_broken(f->w, f->s, why);

	*f->lost += tim_mono() - began;
	return broken;
}

/*
 * Fetches one attachment. 1: it cannot be had now and may be later; err says
 * why. So it is when the server has just listed it and does not have it.
 */
static int
attachment_take(struct fetching *f, struct attachment *a, struct err *err)
{
	struct coming c = { .f = f, .a = a };

	if (attachment_fetch(f, &c, err) == -1) {
		store_blob_drop(c.blob);
		if ((a->state = attachment_state(err)) != NULL) {
			say_mailbox(f->w, LOG_DEBUG, ": attachment %s: %s",
			    str_nn(a->name), err->msg);
			err_clear(err);
			return 0;
		}
		if (err->kind == ERR_GONE) {
			a->state = "gone";
			return 1;
		}
		if (!attachment_is_broken(f, err))
			return -1;
		f->broken = true;
		a->state = "failed";
		return 1;
	}
	fault_point("before store_blob_end");
	if (store_blob_end(c.blob, a->sha256, &a->size, err) == -1)
		return -1;
	a->stored = true;
	a->state = "full";
	if (a->media_type == NULL && c.type[0] != '\0')
		a->media_type = arena_strdup(&f->m->arena, c.type);
	return 0;
}

/*
 * Does not ask for the attachment: the mail has cost enough time in this pass.
 */
static int
attachment_leave(struct attachment *a, struct err *err)
{
	a->state = "failed";
	err_set(err, ERR_ITEM,
	    "not asked for any more in this pass: %d s were lost on this mail",
	    PATIENCE_ITEM / 1000);
	err_code(err, CAUSE_PATIENCE, "patience", SCOPE_ITEM);
	return 1;
}

int
attach_all(struct mailbox_work *w, struct session *s, struct message *m,
    bool suspect, int64_t *lost, struct err *err)
{
	struct fetching f = { w, s, m, suspect, false, NULL };
	int64_t max = w->profile->pass->conf->max_attachment;
	struct err why = ERR_INIT;
	size_t i;
	int rc;

	f.lost = lost;
	for (i = 0; i < m->natt; i++) {
		struct attachment *a = &m->att[i];

		rc = 0;
		if (a->stored)
			continue; /* the store has it */
		if (a->kind == ATT_REFERENCE)
			a->state = "reference";
		else if (max == 0)
			a->state = "skipped";
		else if (a->size > max + max / 2)
			a->state = "too_large"; /* the figure is approximate */
		else if (a->id == NULL)
			a->state = "failed";
		else if (*f.lost >= PATIENCE_ITEM)
			rc = attachment_leave(a, err);
		else
			rc = attachment_take(&f, a, err);
		if (rc != 0)
			err_prefix(err, "attachment \"%s\" of \"%s\"",
			    str_nn(a->name), str_nn(m->subject));
		if (rc == -1)
			return -1;
		if (rc == 1 && (why.kind == ERR_NONE || why.kind == ERR_GONE))
			why = *err;
		err_clear(err);
	}
	*err = why;
	return why.kind == ERR_NONE ? 0 : 1;
}
