/*
 * folder.c - the folders of a mailbox.
 * 1. One FindFolder brings all of them with their change markers; a mailbox
 *    with more than PAGE folders takes a request per page.
 * 2. Paging ends: each page must move the offset forward and bring folders that
 *    are new, and no mailbox has more than FOLDERS folders.
 * 3. Folders are told apart by distinguished id, never by display name: names
 *    are localised. A server that does not answer a request for all ids the way
 *    Exchange does is asked for one after the other.
 * 4. A folder is in the list once.
 * 5. An archive that cannot be listed is an error of the mailbox, unless there
 *    is none: folders that are missing count as deleted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "ews/call.h"
#include "ews/code.h"
#include "ews/folder.h"
#include "ews/folderxml.h"

#define PAGE      1000
#define FOLDERS   1000000
#define DEPTH     300
#define ARCHIVE   "archive" /* begins the distinguished ids of an archive */
#define ARENA_MAX ((size_t)128 << 20)

static int
by_folder_id(const void *a, const void *b)
{
	const struct folder *f = *(struct folder *const *)a;
	const struct folder *g = *(struct folder *const *)b;
	int c = strcmp(f->id, g->id);

	return c != 0 ? c : (f > g) - (f < g); /* equal ids in their order */
}

static struct folder *
find_folder(struct folder **v, size_t n, const char *id)
{
	size_t lo = 0, hi = n, mid;
	int c;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		c = strcmp(v[mid]->id, id);
		if (c == 0)
			return v[mid];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static struct folder **
sort_folders(const struct folder_list *l)
{
	struct folder **v = mem_grow(NULL, l->n + 1, sizeof(*v));
	size_t i;

	for (i = 0; i < l->n; i++)
		v[i] = &l->v[i];
	qsort(v, l->n, sizeof(*v), by_folder_id);
	return v;
}

static const char *
join_path(struct arena *a, const char *top, const char *name)
{
	size_t n = strlen(top), k = strlen(name);
	char *p = arena_alloc(a, n + k + 2);

	if (p == NULL)
		return name;
	memcpy(p, top, n);
	p[n] = '/';
	memcpy(p + n + 1, name, k + 1);
	return p;
}

struct paths {
	struct folder_list *list;
	struct folder **v; /* by id */
	bool *done;        /* by place in the list */
};

static struct folder *
parent_folder(const struct paths *p, const struct folder *f)
{
	return f->parent_id == NULL
		   ? NULL
		   : find_folder(p->v, p->list->n, f->parent_id);
}

/*
 * Makes a folder's path, after those of the folders above that have none yet.
 */
static void
path_of(struct paths *p, struct folder *f)
{
	struct folder *up[DEPTH], *above;
	size_t n = 0, i;

	while (f != NULL && n < DEPTH && !p->done[f - p->list->v]) {
		for (i = 0; i < n && up[i] != f; i++)
			;
		if (i < n)
			break; /* the server made a cycle of folders */
		up[n++] = f;
		f = parent_folder(p, f);
	}
	while (n-- > 0) {
		above = parent_folder(p, up[n]);
		if (above != NULL && p->done[above - p->list->v])
			up[n]->path = join_path(
			    &p->list->arena, above->path, up[n]->path);
		p->done[up[n] - p->list->v] = true;
	}
}

void
folder_paths(struct folder_list *l)
{
	struct paths p = { l, sort_folders(l), mem_alloc(l->n + 1) };
	size_t i;

	for (i = 0; i < l->n; i++)
		path_of(&p, &l->v[i]);
	free(p.v);
	free(p.done);
}

/* Keeps the first of the folders with the same id. */
static void
unique_folders(struct folder_list *l)
{
	struct folder **v = sort_folders(l);
	bool *again = mem_alloc(l->n + 1);
	size_t i, n = 0;

	for (i = 1; i < l->n; i++)
		again[v[i] - l->v] = strcmp(v[i]->id, v[i - 1]->id) == 0;
	for (i = 0; i < l->n; i++) {
		if (!again[i])
			l->v[n++] = l->v[i];
	}
	l->n = n;
	free(v);
	free(again);
}

static bool
has_folder(const struct folder_list *l, size_t n, const char *id)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (strcmp(l->v[i].id, id) == 0)
			return true;
	}
	return false;
}

/* Does the page that begins at before bring nothing new? */
static bool
page_repeats(const struct folder_list *l, size_t before)
{
	return l->n == before || (has_folder(l, before, l->v[before].id) &&
				     has_folder(l, before, l->v[l->n - 1].id));
}

static int
paging_stuck(struct err *err)
{
	err_set(err, ERR_RETRY,
	    "the server gives the same page of folders "
	    "again and again");
	return err_code(err, CAUSE_OTHER, "no-progress", SCOPE_MAILBOX);
}

static int
find_pages(struct ews_session *s, const char *top, int less,
    struct folder_list *l, struct err *err)
{
	struct build_find_folder what = { 0, PAGE, less, top };
	struct folderxml p;
	struct call c = { &folderxml_find, &p, build_find_folder, &what,
		SCOPE_MAILBOX };
	size_t before;

	do {
		memset(&p, 0, sizeof(p));
		p.list = l;
		p.find = true;
		p.next = -1;
		before = l->n;
		if (call_run(s, &c, err) == -1)
			return -1;
		if (p.err.kind != ERR_NONE) {
			*err = p.err;
			return err_prefix(err, "FindFolder");
		}
		/*
		 * If nothing says that it is the last page, one without news
		 * is.
		 */
		if (p.last || (!p.last_known && page_repeats(l, before)))
			return 0;
		if (page_repeats(l, before) || l->n > FOLDERS)
			return paging_stuck(err);
		if (p.next < 0)
			p.next = what.offset + (int64_t)(l->n - before);
		if (p.next <= what.offset || p.next > FOLDERS)
			return paging_stuck(err);
		what.offset = (int)p.next;
	} while (1);
}

/*
 * May the server object to a property? An unknown code is about something else
 * if all properties were accepted before, or if fewer did not help.
 */
static bool
minds_folder_property(const struct ews_session *s, const struct err *err)
{
	if (err->kind == ERR_UNKNOWN &&
	    (s->find_in_vain || atomic_load(&s->ews->find_whole)))
		return false;
	return code_fewer(err);
}

/*
 * Appends all folders below top, with as many properties as the server accepts.
 */
static int
find_all(struct ews_session *s, const char *top, struct folder_list *l,
    struct err *err)
{
	size_t before = l->n;
	int less = 0;

	while (find_pages(s, top, less, l, err) == -1) {
		if (less == BUILD_LESS || !minds_folder_property(s, err)) {
			s->find_in_vain |= less == BUILD_LESS;
			return -1;
		}
		log_debug(
		    "profile %s: mailbox %s: %s; asked for fewer properties",
		    s->profile->name, s->mailbox->address, err->msg);
		err_clear(err);
		l->n = before;
		less++;
	}
	if (less == 0)
		atomic_store(&s->ews->find_whole, true);
	return 0;
}

static const char *const known_2007[] = { "inbox", "sentitems", "drafts",
	"outbox", "junkemail", "deleteditems" };
static const char *const known_2013[] = { "inbox", "sentitems", "drafts",
	"outbox", "junkemail", "deleteditems", "conversationhistory",
	"syncissues", "conflicts", "localfailures", "serverfailures" };

/* Did FindFolder say which folder is which? Then it named the inbox. */
static bool
told_well_known(const struct folder_list *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (str_eq(l->v[i].well_known, "inbox"))
			return true;
	return false;
}

/* An answer to GetFolder by names. */
struct named {
	struct folder_list got;
	struct folderxml p;
};

/* GetFolder by distinguished ids. The caller frees out->got.arena. */
static int
ask_names(struct ews_session *s, const char *const *name, size_t n,
    struct named *out, struct err *err)
{
	struct build_get_folder what = { name, n, false };
	struct call c = { &folderxml_get, &out->p, build_get_folder, &what,
		SCOPE_FOLDER };

	memset(out, 0, sizeof(*out));
	out->p.list = &out->got;
	out->p.name = name;
	out->p.nname = n;
	return call_run(s, &c, err);
}

/* A folder keeps the first name that it gets. */
static void
give_name(struct folder_list *l, struct folder **v, const struct folder *got)
{
	struct folder *f = find_folder(v, l->n, got->id);

	if (f != NULL && f->well_known == NULL)
		f->well_known = arena_strdup(&l->arena, got->well_known);
}

/* Is it that the server does not understand such a request? */
static bool
question_refused(const struct err *e)
{
	return code_refuses(e) || strcmp(e->code, "answer-mismatch") == 0;
}

/* Asks for one name alone. ERR_GONE: there is no such folder, or not for us. */
static int
ask_well_known_name(struct ews_session *s, const char *const *name,
    struct folder_list *l, struct folder **v, struct err *err)
{
	struct named one;
	int rc = ask_names(s, name, 1, &one, err);

	if (rc == 0 && one.p.err.kind != ERR_NONE) {
		*err = one.p.err;
		rc = err_prefix(err, "GetFolder");
	} else if (rc == 0 && one.got.n == 1)
		give_name(l, v, &one.got.v[0]);
	arena_free(&one.got.arena);
	if (rc == -1 && err->kind == ERR_AUTH && err->scope == SCOPE_FOLDER)
		err_recast(err, ERR_GONE, SCOPE_FOLDER);
	return rc;
}

/*
 * Asks for one name after the other. A name that the server does not know has
 * no folder; a server that refuses to tell the inbox cannot tell any.
 */
static int
each_name(struct ews_session *s, const struct build_get_folder *what,
    struct folder_list *l, struct folder **v, struct err *err)
{
	size_t i;

	for (i = 0; i < what->n; i++) {
		if (ask_well_known_name(s, &what->name[i], l, v, err) == 0)
			continue;
		if (err->kind != ERR_GONE && !question_refused(err))
			return -1;
		if (err->kind != ERR_GONE && i == 0) {
			log_info(
			    "profile %s: mailbox %s: the server does not tell "
			    "which folders are drafts, junk and deleted items "
			    "(%s): name in skip_folders what is not to be read",
			    s->profile->name, s->mailbox->address, err->msg);
			err_clear(err);
			return 0;
		}
		err_clear(err);
	}
	return 0;
}

/* Asks which folder is which. */
static int
ask_well_known(struct ews_session *s, struct folder_list *l, struct err *err)
{
	struct build_get_folder what = { known_2007,
		sizeof(known_2007) / sizeof(known_2007[0]), false };
	struct folder **v = sort_folders(l);
	struct named all;
	size_t i;
	int rc;

	if (versions_current(&s->ews->versions, s->version) >= VERSION_2013) {
		what.name = known_2013;
		what.n = sizeof(known_2013) / sizeof(known_2013[0]);
	}
	rc = ask_names(s, what.name, what.n, &all, err);
	if (rc == 0 && all.p.err.kind != ERR_NONE) {
		*err = all.p.err;
		rc = err_prefix(err, "GetFolder");
	}
	if (rc == 0 ? all.p.crowded || all.p.message != what.n
		    : question_refused(err)) {
		err_clear(err);
		rc = each_name(s, &what, l, v, err);
	} else {
		for (i = 0; rc == 0 && i < all.got.n; i++)
			give_name(l, v, &all.got.v[i]);
	}
	arena_free(&all.got.arena);
	free(v);
	return rc;
}

/* --- the archive ------------------------------------------------------- */

/* Does the server have archives? It is said once if it is too old for that. */
static bool
may_have_archive(struct ews_session *s)
{
	enum version v = versions_current(&s->ews->versions, s->version);

	if (v >= VERSION_2010_SP1)
		return true;
	if (!atomic_exchange(&s->ews->archive_told, true))
		log_info("profile %s: mailbox %s: archive = yes needs Exchange "
			 "2010 SP1 or later, and this server speaks %s: no "
			 "archive is read there",
		    s->profile->name, s->mailbox->address, version_name(v));
	return false;
}

/*
 * The well-known name of a folder at the top of the archive. Servers tell few
 * of them, so one that is called like a folder of the mailbox is meant for the
 * same: retention policies make folders by their names.
 */
static const char *
archive_name(struct folder_list *l, size_t narchive, const struct folder *f)
{
	const char *name = f->well_known, *out;
	char *made;
	size_t i;

	for (i = 0; name == NULL && i < narchive; i++) {
		if (l->v[i].well_known != NULL &&
		    str_ieq(l->v[i].path, f->path))
			name = l->v[i].well_known;
	}
	if (name == NULL || str_ieqn(name, ARCHIVE, strlen(ARCHIVE)))
		return name;
	made = mem_printf(ARCHIVE "%s", name);
	out = arena_strdup(&l->arena, made);
	free(made);
	return out;
}

/* Asks for the archive's deleted items, which have a name of their own. */
static int
ask_archive_deleted(
    struct ews_session *s, struct folder_list *l, struct err *err)
{
	static const char *const deleted[] = { ARCHIVE "deleteditems" };
	struct folder **v = sort_folders(l);
	int rc = ask_well_known_name(s, deleted, l, v, err);

	free(v);
	if (rc == 0 || (err->kind != ERR_GONE && !question_refused(err)))
		return rc;
	err_clear(err);
	return 0;
}

/*
 * Appends the folders of the archive, as bare names. No archive is no error.
 */
static int
find_archive(struct ews_session *s, bool well_known, struct folder_list *l,
    struct err *err)
{
	size_t before = l->n;

	if (!may_have_archive(s))
		return 0;
	if (find_all(s, ARCHIVE "msgfolderroot", l, err) == -1) {
		if (err->kind != ERR_GONE)
			return -1;
		err_clear(err);
		l->n = before;
		return 0;
	}
	unique_folders(l);
	return well_known && l->n > before ? ask_archive_deleted(s, l, err) : 0;
}

/* Names and paths of the archive's folders, which begin at narchive. */
static void
place_archive(struct folder_list *l, size_t narchive)
{
	size_t i;

	for (i = narchive; i < l->n; i++) {
		struct folder *f = &l->v[i];

		if (strchr(f->path, '/') == NULL)
			f->well_known = archive_name(l, narchive, f);
		f->path = join_path(&l->arena, FOLDER_ARCHIVE, f->path);
	}
}

int
folder_list(struct ews_session *s, bool well_known, struct folder_list *out,
    struct err *err)
{
	size_t narchive;
	int rc;

	memset(out, 0, sizeof(*out));
	out->arena.max = ARENA_MAX;
	if ((rc = find_all(s, "msgfolderroot", out, err)) == 0)
		unique_folders(out);
	if (rc == 0 && well_known && !told_well_known(out))
		rc = ask_well_known(s, out, err);
	narchive = out->n;
	if (rc == 0 && ews_settings(s->profile)->archive)
		rc = find_archive(s, well_known, out, err);
	if (rc == -1) {
		arena_free(&out->arena);
		memset(out, 0, sizeof(*out));
		return -1;
	}
	folder_paths(out);
	place_archive(out, narchive);
	return 0;
}

int
folder_top(struct ews_session *s, char *name, size_t size, struct err *err)
{
	static const char *const top[] = { "msgfolderroot" };
	struct build_get_folder what = { top, 1, true };
	struct folder_list got;
	struct folderxml p;
	struct call c = { &folderxml_get, &p, build_get_folder, &what,
		SCOPE_MAILBOX };
	int rc;

	memset(&got, 0, sizeof(got));
	memset(&p, 0, sizeof(p));
	p.list = &got;
	p.name = top;
	p.nname = 1;
	name[0] = '\0';
	rc = call_run(s, &c, err);
	if (rc == 0 && got.n == 0) {
		if (p.err.kind == ERR_NONE)
			err_set(
			    &p.err, ERR_RETRY, "the answer names no folder");
		*err = p.err;
		rc = err_prefix(err, "GetFolder");
	}
	if (rc == 0 && got.n > 0)
		str_printable(name, size, got.v[0].path, strlen(got.v[0].path));
	arena_free(&got.arena);
	return rc;
}
