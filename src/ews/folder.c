/*
 * folder.c - the folders of a mailbox.
 * 1. One FindFolder brings all of them with their change markers; a mailbox
 *    with more than PAGE folders takes a request per page.
 * 2. Paging ends: each page must move the offset forward, and no mailbox has
 *    more than FOLDERS folders.
 * 3. Folders are told apart by distinguished id, never by display name:
 *    names are localised.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "ews/call.h"
#include "ews/folder.h"
#include "ews/folderxml.h"

#define PAGE      1000
#define FOLDERS   1000000
#define DEPTH     300
#define ARENA_MAX ((size_t)128 << 20)

static int
by_id(const void *a, const void *b)
{
	return strcmp(
	    (*(struct folder *const *)a)->id, (*(struct folder *const *)b)->id);
}

static struct folder *
find(struct folder **v, size_t n, const char *id)
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
sorted(const struct folder_list *l)
{
	struct folder **v = mem_grow(NULL, l->n + 1, sizeof(*v));
	size_t i;

	for (i = 0; i < l->n; i++)
		v[i] = &l->v[i];
	qsort(v, l->n, sizeof(*v), by_id);
	return v;
}

static const char *
join(struct arena *a, const char *top, const char *name)
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
parent(const struct paths *p, const struct folder *f)
{
	return f->parent_id == NULL ? NULL
				    : find(p->v, p->list->n, f->parent_id);
}

/* Its path, after those of the folders above that have none yet. */
static void
path_of(struct paths *p, struct folder *f)
{
	struct folder *up[DEPTH], *above;
	size_t n = 0, i;

	while (f != NULL && n < DEPTH && !p->done[f - p->list->v]) {
		for (i = 0; i < n && up[i] != f; i++)
			;
		if (i < n)
			break; /* a server that made a ring of folders */
		up[n++] = f;
		f = parent(p, f);
	}
	while (n-- > 0) {
		above = parent(p, up[n]);
		if (above != NULL && p->done[above - p->list->v])
			up[n]->path =
			    join(&p->list->arena, above->path, up[n]->path);
		p->done[up[n] - p->list->v] = true;
	}
}

void
folder_paths(struct folder_list *l)
{
	struct paths p = { l, sorted(l), mem_alloc(l->n + 1) };
	size_t i;

	for (i = 0; i < l->n; i++)
		path_of(&p, &l->v[i]);
	free(p.v);
	free(p.done);
}

static int
stuck(struct err *err)
{
	err_set(err, ERR_RETRY,
	    "the server gives the same page of folders "
	    "again and again");
	return err_code(err, "no-progress", SCOPE_MAILBOX);
}

static int
find_all(struct ews_session *s, struct folder_list *l, struct err *err)
{
	struct build_find_folder what = { 0, PAGE };
	struct folderxml p;
	struct call c = { &folderxml_find, &p, build_find_folder, &what,
		SCOPE_MAILBOX };
	size_t before, cap = 0;

	do {
		memset(&p, 0, sizeof(p));
		p.list = l;
		p.find = true;
		p.cap = cap;
		p.next = -1;
		before = l->n;
		if (call_run(s, &c, err) == -1)
			return -1;
		if (p.err.kind != ERR_NONE) {
			*err = p.err;
			return err_prefix(err, "FindFolder");
		}
		cap = p.cap;
		/* without a word of more, an empty page is the last */
		if (p.last || (!p.last_known && l->n == before))
			return 0;
		if (l->n == before || l->n > FOLDERS)
			return stuck(err);
		if (p.next < 0)
			p.next = what.offset + (int64_t)(l->n - before);
		if (p.next <= what.offset || p.next > FOLDERS)
			return stuck(err);
		what.offset = (int)p.next;
	} while (1);
}

static const char *const known_2007[] = { "inbox", "sentitems", "drafts",
	"outbox", "junkemail", "deleteditems" };
static const char *const known_2013[] = { "inbox", "sentitems", "drafts",
	"outbox", "junkemail", "deleteditems", "conversationhistory",
	"syncissues", "conflicts", "localfailures", "serverfailures" };

/* Did FindFolder tell which is which? Then it told of the inbox. */
static bool
told(const struct folder_list *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (str_eq(l->v[i].well_known, "inbox"))
			return true;
	return false;
}

/* GetFolder by distinguished ids: which folder is which. */
static int
which(struct ews_session *s, struct folder_list *l, struct err *err)
{
	struct build_get_folder what = { known_2007,
		sizeof(known_2007) / sizeof(known_2007[0]), false };
	struct folder_list got;
	struct folderxml p;
	struct call c = { &folderxml_get, &p, build_get_folder, &what,
		SCOPE_FOLDER };
	struct folder **v, *f;
	size_t i;
	int rc;

	memset(&got, 0, sizeof(got));
	memset(&p, 0, sizeof(p));
	if (mbox_version(&s->ews->mboxes, s->mbox) >= VERSION_2013) {
		what.name = known_2013;
		what.n = sizeof(known_2013) / sizeof(known_2013[0]);
	}
	p.list = &got;
	p.name = what.name;
	p.nname = what.n;
	rc = call_run(s, &c, err);
	v = sorted(l);
	for (i = 0; rc == 0 && i < got.n; i++)
		if (got.v[i].well_known != NULL &&
		    (f = find(v, l->n, got.v[i].id)) != NULL)
			f->well_known =
			    arena_strdup(&l->arena, got.v[i].well_known);
	free(v);
	if (rc == 0 && p.err.kind != ERR_NONE) {
		*err = p.err;
		rc = err_prefix(err, "GetFolder");
	}
	arena_free(&got.arena);
	return rc;
}

int
folder_list(struct ews_session *s, bool well_known, struct folder_list *out,
    struct err *err)
{
	memset(out, 0, sizeof(*out));
	out->arena.max = ARENA_MAX;
	if (find_all(s, out, err) == -1 ||
	    (well_known && !told(out) && which(s, out, err) == -1)) {
		arena_free(&out->arena);
		memset(out, 0, sizeof(*out));
		return -1;
	}
	folder_paths(out);
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
	if (rc == 0)
		str_printable(name, size, got.v[0].path, strlen(got.v[0].path));
	arena_free(&got.arena);
	return rc;
}
