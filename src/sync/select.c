/*
 * select.c - which folders of a mailbox are read.
 */
#include <string.h>

#include "base/str.h"
#include "conf/wellknown.h"
#include "sync/select.h"

/* The folder as the store knows it, or NULL. */
static const struct store_folder *
known_as(const struct store_folders *known, const char *id)
{
	size_t i;

	for (i = 0; i < known->n; i++) {
		if (strcmp(known->v[i].folder_id, id) == 0)
			return &known->v[i];
	}
	return NULL;
}

static const char *
well_known(const struct folder *f, const struct store_folders *known)
{
	const struct store_folder *s;

	if (f->well_known != NULL)
		return f->well_known;
	s = known_as(known, f->id);
	return s == NULL ? NULL : s->well_known;
}

static const struct folder *
parent_of(const struct folder_list *list, const struct folder *f)
{
	size_t i;

	if (f->parent_id == NULL)
		return NULL;
	for (i = 0; i < list->n; i++) {
		if (strcmp(list->v[i].id, f->parent_id) == 0)
			return &list->v[i];
	}
	return NULL;
}

/* Does path lie below top (or is it top, when itself is set)? */
static bool
is_below(const char *path, const char *top, size_t len, bool itself)
{
	if (!str_ieqn(path, top, len))
		return false;
	return (itself && path[len] == '\0') || path[len] == '/';
}

/* Does the entry mean a folder and all below it? */
static bool
is_pattern(const char *entry, size_t len)
{
	return entry[0] != '@' && len > 2 && strcmp(entry + len - 2, "/*") == 0;
}

/* Is this very folder one of those that an entry stands for? */
static bool
names_folder(const char *entry, const struct folder *f, const char *wk)
{
	size_t len = strlen(entry);

	if (entry[0] == '@')
		return wk != NULL && str_ieq(entry + 1, wk);
	if (is_pattern(entry, len))
		return is_below(f->path, entry, len - 2, true);
	return str_ieq(entry, f->path);
}

static bool
is_listed(const struct conf_list *l, const struct folder *f, const char *wk)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		if (names_folder(l->v[i], f, wk))
			return true;
	}
	return false;
}

/*
 * Does folders say this very folder's name? One that a pattern reaches only
 * because it lies below was named by nobody.
 */
static bool
is_spelled_out(
    const struct conf_list *l, const struct folder *f, const char *wk)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		size_t len = strlen(l->v[i]);

		if (names_folder(l->v[i], f, wk) &&
		    !(is_pattern(l->v[i], len) && f->path[len - 2] == '/'))
			return true;
	}
	return false;
}

/* Does the folder hold mail, or does the INI say to look for some in it? */
static bool
may_hold_mail(const struct conf_list *l, const struct folder *f, const char *wk)
{
	return f->kind == FOLDER_MAIL ||
	       (f->kind == FOLDER_OTHER && is_spelled_out(l, f, wk));
}

static bool
is_skipped_by_default(const char *wk)
{
	const struct wellknown *row = wellknown_find(wk);

	return row != NULL && row->skipped;
}

bool
select_is_sent(const struct folder *f, const struct store_folders *known)
{
	const char *wk = well_known(f, known);

	if (wk == NULL)
		return false;
	if (strncmp(wk, "archive", 7) == 0)
		wk += 7;
	return str_eq(wk, "sentitems") || str_eq(wk, "drafts") ||
	       str_eq(wk, "outbox");
}

bool
select_names(const char *entry, const struct folder_list *list,
    const struct store_folders *known)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (names_folder(
			entry, &list->v[i], well_known(&list->v[i], known)))
			return true;
	}
	return false;
}

bool
select_folder(const struct conf_profile *p, const struct folder_list *list,
    const struct folder *f, const struct store_folders *known)
{
	const struct folder *up = f;
	size_t depth;

	if (!may_hold_mail(&p->folders, f, well_known(f, known)) ||
	    (p->move_failed && str_ieq(f->path, PROVIDER_UNDELIVERABLE)))
		return false;
	for (depth = 0; up != NULL && depth < 100; depth++) {
		const char *wk = well_known(up, known);

		if (is_listed(&p->skip_folders, up, wk))
			return false;
		if (p->folders.n == 0 && is_skipped_by_default(wk))
			return false;
		up = parent_of(list, up);
	}
	return p->folders.n == 0 ||
	       is_listed(&p->folders, f, well_known(f, known));
}
