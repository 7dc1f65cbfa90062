/*
 * folders.c - the folders that a mailbox has now, and which of them are read.
 * 1. What is in fs->list and what is known of it belong together: no folder is
 *    judged by an older list.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/tim.h"
#include "base/vec.h"
#include "sync/folders.h"
#include "sync/forgetting.h"
#include "sync/patience.h"
#include "sync/remote.h"
#include "sync/say.h"
#include "sync/select.h"

struct ask_folders {
	bool well_known, hurry;
	struct folder_list *out;
};

/* For remote_call. */
static int
fetch_folders(struct session *s, void *arg, struct err *err)
{
	const struct ask_folders *a = arg;
	int rc;

	if (a->hurry)
		s->patience_ms = PATIENCE_CALL;
	memset(a->out, 0, sizeof(*a->out));
	rc = s->provider->ops->folders(s, a->well_known, a->out, err);
	if (rc == -1)
		arena_free(&a->out->arena);
	return rc;
}

static int
ask_folders(
    struct mailbox_work *w, const struct ask_folders *how, struct err *err)
{
	struct remote r = { .mailbox = w, .session = w->session };
	struct ask_folders a = *how;

	memset(a.out, 0, sizeof(*a.out)); /* the gate may let no call through */
	return remote_call(&r, fetch_folders, &a, err);
}

int
folders_ask(struct mailbox_work *w, bool hurry, struct folder_list *out,
    struct err *err)
{
	return ask_folders(w, &(struct ask_folders){ false, hurry, out }, err);
}

const struct store_folder *
folders_stored(const struct folders *fs, const struct folder *f)
{
	size_t i;

	for (i = 0; i < fs->known.n; i++) {
		if (strcmp(fs->known.v[i].folder_id, f->id) == 0)
			return &fs->known.v[i];
	}
	return NULL;
}

bool
folders_selects(const struct folders *fs, const struct folder *f)
{
	const struct profile_work *p = fs->mailbox->profile;

	return (p->ops->limits->kinds & (1u << f->kind)) != 0 &&
	       select_folder(p->conf, &fs->list, f, &fs->known);
}

bool
folders_selects_any(const struct folders *fs)
{
	size_t i;

	for (i = 0; i < fs->list.n; i++) {
		if (folders_selects(fs, &fs->list.v[i]))
			return true;
	}
	return false;
}

/* A server without markers may just not count. */
bool
folders_empty(const struct store_folder *s, const struct folder *f)
{
	return f->marker != NULL && f->total == 0 && s->cursor == NULL &&
	       !s->resync;
}

bool
folders_idle(const struct store_folder *s, const struct folder *f)
{
	return f->marker != NULL && s->cursor != NULL && !s->resync &&
	       s->unsettled == 0 && str_eq(f->marker, s->marker);
}

/*
 * Would a folder be read for the first time though the server did not say which
 * folder is which?
 */
static bool
is_unnamed(const struct folders *fs)
{
	bool first = false;
	size_t i;

	for (i = 0; i < fs->list.n; i++) {
		const struct folder *f = &fs->list.v[i];
		const struct store_folder *s = folders_stored(fs, f);

		if (f->well_known != NULL)
			return false;
		first = first ||
			(s != NULL && s->cursor == NULL && !s->resync &&
			    !folders_empty(s, f) && folders_selects(fs, f));
	}
	return first;
}

static int
merge_folders(struct folders *fs, struct err *err)
{
	const struct pass *pass = fs->mailbox->profile->pass;
	struct folder_list shown;
	int rc;

	forgetting_folders(pass->forgotten, &fs->list, &shown);
	rc = store_folders_merge(
	    pass->store, fs->mailbox->conf.address, &shown, &fs->known, err);
	free(shown.v);
	return rc;
}

int
folders_load(struct folders *fs, struct mailbox_work *w, bool well_known,
    bool hurry, struct err *err)
{
	struct ask_folders a = { well_known, hurry, &fs->list };

	memset(fs, 0, sizeof(*fs));
	fs->mailbox = w;
	if (ask_folders(w, &a, err) == -1)
		return -1;
	w->told_at = tim_now();
	if (merge_folders(fs, err) == -1)
		return -1;
	if (well_known || !is_unnamed(fs))
		return 0;
	folders_free(fs);
	return folders_load(fs, w, true, hurry, err);
}

void
folders_free(struct folders *fs)
{
	arena_free(&fs->known.arena);
	arena_free(&fs->list.arena);
}

/* In a dry run: logs the names in the INI that this mailbox does not have. */
static void
say_missing(
    const struct folders *fs, const char *key, const struct conf_list *l)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		if (!select_names(l->v[i], &fs->list, &fs->known))
			say_mailbox(fs->mailbox, LOG_INFO,
			    " has no folder %s, which %s names", l->v[i], key);
	}
}

/*
 * Notes whether any named folder exists: a name that no mailbox has must not
 * look like a folder without mail.
 */
static void
note_named(const struct folders *fs)
{
	struct profile_work *p = fs->mailbox->profile;
	const struct conf_profile *c = p->conf;

	if (p->pass->dry_run) {
		say_missing(fs, "folders", &c->folders);
		say_missing(fs, "skip_folders", &c->skip_folders);
	}
	if (c->folders.n == 0 || atomic_load(&p->reads))
		return;
	if (folders_selects_any(fs))
		atomic_store(&p->reads, true);
	atomic_store(&p->looked, true);
}

/* Notes in which folders nothing arrives. */
static void
note_sent(const struct folders *fs)
{
	struct mailbox_work *w = fs->mailbox;
	size_t i;

	w->nsent = 0;
	for (i = 0; i < fs->list.n; i++) {
		const struct folder *f = &fs->list.v[i];
		const struct store_folder *s = folders_stored(fs, f);

		if (s != NULL && select_is_sent(f, &fs->known))
			*VEC_ADD(w->sent, w->nsent) = s->id;
	}
}

void
folders_note(const struct folders *fs)
{
	note_named(fs);
	note_sent(fs);
}
