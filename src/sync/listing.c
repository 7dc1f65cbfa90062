/*
 * listing.c - one folder, as the server lists it, held against the file.
 * 1. Items that the file does not know are kept until there are OPEN_MAX of
 *    them, or the folder is at its end; then it is found out what they are.
 *    Nothing else grows with the folder.
 * 2. The folder's changes since its cursor are asked for after it was listed,
 *    and the file is read after the cursor was: so what came or went meanwhile,
 *    and what a pass did meanwhile, is never taken for a gap.
 * 3. An item is a gap only when the server has just said that it is there; a
 *    row is stale only when it has just said that it is not.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/str.h"
#include "base/tim.h"
#include "base/vec.h"
#include "sync/ask.h"
#include "sync/cycle.h"
#include "sync/listing.h"
#include "sync/remote.h"

/* items of a folder that the file does not know */
#define OPEN_MAX (size_t) fault_int("EXSYNC_VERIFY_OPEN", 2000)
/* items of a mailbox that are asked for by name */
#define ASK_MAX   fault_int("EXSYNC_VERIFY_ASK", 10000)
#define COUNT_MAX 3 /* how often a count that does not fit is asked for */

/* An item that the file does not know, or not rightly. */
struct open_item {
	const char *id;
	enum store_is is;
	bool closed; /* it is known now what it is */
};

/* A folder that is being listed. */
struct listed {
	struct listing *l;
	const struct folder *told;
	const struct store_folder *known; /* or NULL */
	int64_t n;                        /* items that lie in it */
	int64_t changes;                  /* that the last reading brought */
	bool whole;                       /* it was listed to its end */
	char *end;                        /* cursor of that */
	struct arena arena;               /* of open */
	struct open_item *open;
	size_t nopen;
};

struct verified_folder *
listing_trouble(struct listing *l, const char *path)
{
	struct verified_box *b = l->box;
	struct verified_folder *f;
	size_t i;

	for (i = 0; i < b->nfolder; i++) {
		if (str_eq(b->folder[i].path, path))
			return &b->folder[i];
	}
	f = VEC_ADD_IN(&b->arena, b->folder, b->nfolder);
	f->path = arena_strdup(&b->arena, path);
	return f;
}

/* --- asking the server ----------------------------------------------- */

/* For remote_call. */
static int
list_all_folders(struct session *s, void *arg, struct err *err)
{
	struct folder_list *out = arg;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = s->provider->ops->folders(s, true, out, err);
	if (rc == -1)
		arena_free(&out->arena);
	return rc;
}

int
listing_folders(struct listing *l, struct folder_list *out, struct err *err)
{
	struct remote r = { .mailbox = l->mailbox,
		.session = l->mailbox->session };

	memset(out, 0, sizeof(*out));
	return remote_call(&r, list_all_folders, out, err);
}

struct ask_page {
	const char *folder, *cursor;
	struct change_page *out;
};

/* For remote_call. */
static int
ask_page(struct session *s, void *arg, struct err *err)
{
	const struct ask_page *a = arg;
	int rc;

	memset(a->out, 0, sizeof(*a->out));
	rc = s->provider->ops->changes(s, a->folder, a->cursor,
	    s->provider->ops->limits->changes, a->out, err);
	if (rc == -1)
		arena_free(&a->out->arena);
	return rc;
}

typedef int page_fn(void *arg, const struct change_page *, struct err *);

/*
 * Calls each for the pages from that cursor on (NULL: from the start). *end:
 * the last cursor, which the caller frees; or NULL.
 */
static int
read_pages(struct listing *l, struct ask_page a, page_fn *each, void *arg,
    char **end, struct err *err)
{
	struct remote r = { .mailbox = l->mailbox,
		.session = l->mailbox->session };
	struct change_page p;
	struct cycle cycle = { 0 };
	char *cursor = mem_strdup(a.cursor);
	bool more = true;
	int rc = 0;

	a.out = &p;
	while (rc == 0 && more) {
		a.cursor = cursor;
		if ((rc = remote_call(&r, ask_page, &a, err)) == -1)
			break;
		if ((rc = cycle_check(&cycle, &p, cursor, err)) == 0)
			rc = each(arg, &p, err);
		more = p.more;
		free(cursor);
		cursor = mem_strdup(p.cursor);
		arena_free(&p.arena);
	}
	if (rc == 0 && end != NULL) {
		*end = cursor;
		cursor = NULL;
	}
	free(cursor);
	return rc;
}

/* The ids of the page's changes of that kind; the caller frees the array. */
static const char **
ids_of_page(const struct change_page *p, enum change_op op, size_t *n)
{
	const char **id = mem_alloc((p->n + 1) * sizeof(*id));
	size_t i;

	for (i = *n = 0; i < p->n; i++) {
		if (p->v[i].op == op)
			id[(*n)++] = p->v[i].id;
	}
	return id;
}

/*
 * Asks for the headers of n items: out[i] is NULL if it was not answered. The
 * caller drops the messages.
 */
static int
ask_headers(struct listing *l, const struct item_ref *ref, size_t n,
    struct message **out, struct err *err)
{
	int64_t lost[PROVIDER_ITEMS] = { 0 };
	struct ask ask = { l->mailbox, l->mailbox->session, PROVIDER_HEADERS,
		false, NULL, lost };
	size_t max =
	    (size_t)l->mailbox->profile->ops->limits->items[PROVIDER_HEADERS];
	size_t done, k;
	int r;

	memset(out, 0, n * sizeof(*out));
	l->asked += (int64_t)n;
	for (done = 0; done < n; done += (size_t)r) {
		k = n - done < max ? n - done : max;
		r = ask_items(&ask, ref + done, k, out + done, err);
		if (r == -1) {
			message_drop(out, n);
			return -1;
		}
	}
	return 0;
}

/* --- items that the file does not know ------------------------------- */

static int
compare_open(const void *a, const void *b)
{
	return strcmp(((const struct open_item *)a)->id,
	    ((const struct open_item *)b)->id);
}

static void
sort_open(struct listed *f)
{
	size_t i, k = 0;

	if (f->nopen > 1)
		qsort(f->open, f->nopen, sizeof(*f->open), compare_open);
	for (i = 0; i < f->nopen; i++) {
		if (k == 0 || strcmp(f->open[k - 1].id, f->open[i].id) != 0)
			f->open[k++] = f->open[i];
	}
	f->nopen = k;
}

static struct open_item *
find_open(struct listed *f, const char *id)
{
	struct open_item key = { .id = id };

	return f->nopen == 0 ? NULL
			     : bsearch(&key, f->open, f->nopen,
				   sizeof(*f->open), compare_open);
}

static void
forget_open(struct listed *f)
{
	free(f->open);
	f->open = NULL;
	f->nopen = 0;
	arena_free(&f->arena);
}

static void
close_open(struct open_item *o, int64_t *count)
{
	o->closed = true;
	++*count;
}

/*
 * Was the folder never read to its end, or is it being read anew? Then what the
 * file does not know of it is not new, but to come. A folder without cursor
 * that held nothing, as the last pass saw it, was not read because of that.
 */
static bool
is_unread(const struct listed *f)
{
	const struct store_folder *k = f->known;

	if (k == NULL)
		return false;
	if (k->resync || f->l->box->last_ok_at == TIM_NONE)
		return true;
	return k->cursor == NULL ? k->total > 0
				 : k->marker == NULL && f->told->marker != NULL;
}

/* What the open items count as that the next pass learns of by itself. */
static int64_t *
count_of_news(struct listed *f)
{
	return is_unread(f) ? &listing_trouble(f->l, f->told->path)->unread
			    : &f->l->box->fresh;
}

/*
 * A page_fn for the changes since the folder's cursor: the next pass is told
 * the same.
 */
static int
take_news(void *arg, const struct change_page *p, struct err *err)
{
	struct listed *f = arg;
	struct verified_box *b = f->l->box;
	const char **id;
	int64_t known = 0;
	size_t i, n;
	int rc = 0;

	for (i = 0; i < p->n; i++) {
		struct open_item *o =
		    p->v[i].op == CHANGE_PUT ? find_open(f, p->v[i].id) : NULL;

		if (o != NULL && !o->closed)
			close_open(o, count_of_news(f));
	}
	id = ids_of_page(p, CHANGE_DELETE, &n);
	if (f->whole)
		rc = store_verify_left(
		    &f->l->verify, f->known->id, id, n, &known, err);
	free(id);
	b->gone += known;
	return rc;
}

/* The cursor is refused: only the next pass can tell what is new. */
static int
say_refused(const char *path, struct err *err)
{
	struct err why = *err;

	err_set(err, ERR_RETRY,
	    "the server does not take the cursor of the last pass any more "
	    "(%s), so the next pass reads the folder %s anew: verify again "
	    "after it",
	    why.code[0] != '\0' ? why.code : "no code", path);
	return err_code(err, why.cause, why.code, SCOPE_FOLDER);
}

static void
close_all(struct listed *f, int64_t *count)
{
	size_t i;

	for (i = 0; i < f->nopen; i++) {
		if (!f->open[i].closed)
			close_open(&f->open[i], count);
	}
}

/* Which of the open items does the next pass learn of by itself? */
static int
close_by_news(struct listed *f, struct err *err)
{
	struct ask_page a = { .folder = f->told->id };
	char *cursor = NULL;
	int rc;

	if (f->known != NULL && store_verify_cursor(f->l->verify.store,
				    f->known->id, &cursor, err) == -1)
		return -1;
	if (cursor == NULL) {
		if (f->nopen > 0)
			close_all(f, count_of_news(f));
		return 0;
	}
	a.cursor = cursor;
	rc = read_pages(f->l, a, take_news, f, NULL, err);
	free(cursor);
	if (rc == 0 || err->kind != ERR_RESYNC)
		return rc;
	if (f->nopen > 0)
		return say_refused(f->told->path, err);
	err_clear(err);
	return 0;
}

/* A pass may have stored some of them meanwhile. */
static int
close_by_file(struct listed *f, struct err *err)
{
	const char **id = mem_alloc((f->nopen + 1) * sizeof(*id));
	enum store_is *is = mem_alloc((f->nopen + 1) * sizeof(*is));
	size_t *at = mem_alloc((f->nopen + 1) * sizeof(*at)), i, n = 0;
	int rc = 0;

	for (i = 0; i < f->nopen; i++) {
		if (f->open[i].closed)
			continue;
		at[n] = i;
		id[n++] = f->open[i].id;
	}
	if (n > 0)
		rc = store_verify_listed(
		    &f->l->verify, f->known->id, id, n, is, err);
	for (i = 0; rc == 0 && i < n; i++) {
		f->open[at[i]].is = is[i];
		f->open[at[i]].closed = is[i] < STORE_IS_UNKNOWN;
	}
	free(id);
	free(is);
	free(at);
	return rc;
}

static void
note_gap(struct listed *f, const struct open_item *o, const struct message *m)
{
	struct verified_box *b = f->l->box;
	struct verified_gap *g;

	listing_trouble(f->l, f->told->path)->gaps++;
	if (b->ngap == VERIFIED_GAPS)
		return;
	g = VEC_ADD_IN(&b->arena, b->gap, b->ngap);
	g->folder = arena_strdup(&b->arena, f->told->path);
	g->item = arena_strdup(&b->arena, o->id);
	g->received_at = TIM_NONE;
	g->is = o->is;
	if (m == NULL || m->err.kind != ERR_NONE)
		return;
	g->message_id = arena_strdup(&b->arena, m->message_id);
	g->received_at =
	    m->received_at != TIM_NONE ? m->received_at : m->sent_at;
}

/* The items at[0..n) of open are gaps, if they are still there. */
static int
close_by_server(struct listed *f, const size_t *at, size_t n, struct err *err)
{
	struct item_ref ref[PROVIDER_ITEMS] = { 0 };
	struct message *m[PROVIDER_ITEMS];
	const char *broken[PROVIDER_ITEMS];
	size_t i, nbroken = 0, ngap = 0;
	int rc = 0;

	for (i = 0; i < n; i++) {
		ref[i].id = f->open[at[i]].id;
		m[i] = NULL;
	}
	if (f->l->asked < ASK_MAX && ask_headers(f->l, ref, n, m, err) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		struct open_item *o = &f->open[at[i]];

		if (m[i] != NULL && m[i]->err.kind == ERR_GONE) {
			close_open(o, &f->l->box->vanished);
			continue;
		}
		note_gap(f, o, m[i]);
		ngap++;
		if (o->is == STORE_IS_BROKEN)
			broken[nbroken++] = o->id;
	}
	message_drop(m, n);
	if (ngap > 0)
		rc = store_verify_mend(
		    &f->l->verify, f->known->id, broken, nbroken, err);
	return rc;
}

/* Finds out what the open items are, and forgets them. */
static int
settle_open(struct listed *f, struct err *err)
{
	size_t at[PROVIDER_ITEMS], i, n = 0;
	int rc;

	sort_open(f);
	rc = close_by_news(f, err);
	if (rc == 0)
		rc = close_by_file(f, err);
	for (i = 0; rc == 0 && i < f->nopen; i++) {
		if (!f->open[i].closed)
			at[n++] = i;
		if (n == PROVIDER_ITEMS || (n > 0 && i + 1 == f->nopen)) {
			rc = close_by_server(f, at, n, err);
			n = 0;
		}
	}
	forget_open(f);
	return rc;
}

/* --- the folder ------------------------------------------------------ */

static void
add_open(
    struct listed *f, const char *const *id, const enum store_is *is, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (is[i] >= STORE_IS_UNKNOWN)
			*VEC_ADD(f->open, f->nopen) =
			    (struct open_item){ arena_strdup(&f->arena, id[i]),
				    is[i], false };
	}
}

/* A page_fn. */
static int
take_listed(void *arg, const struct change_page *p, struct err *err)
{
	static const struct store_count none;
	struct listed *f = arg;
	size_t n, i;
	const char **id = ids_of_page(p, CHANGE_PUT, &n);
	enum store_is *is = mem_alloc((n + 1) * sizeof(*is));
	int rc = 0;

	f->changes += (int64_t)p->n;
	for (i = 0; i < p->n; i++)
		f->n += p->v[i].op == CHANGE_PUT      ? 1
			: p->v[i].op == CHANGE_DELETE ? -1
						      : 0;
	if (f->known != NULL)
		rc = store_verify_listed(
		    &f->l->verify, f->known->id, id, n, is, err);
	for (i = 0; f->known == NULL && i < n; i++)
		is[i] = STORE_IS_UNKNOWN;
	if (rc == 0)
		add_open(f, id, is, n);
	free(id);
	free(is);
	tally_add(f->l->mailbox->profile->tally, &none, (int64_t)n);
	if (p->nstray > 0 && rc == 0) {
		err_set(err, ERR_RETRY,
		    "the server told of %lld that nothing can be made of, "
		    "among them: %s",
		    (long long)p->nstray, p->stray);
		rc = err_code(err, CAUSE_OTHER, "stray", SCOPE_FOLDER);
	}
	return rc == 0 && f->nopen >= OPEN_MAX ? settle_open(f, err) : rc;
}

static const struct folder *
find_told(const struct folder_list *list, const char *id)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (strcmp(list->v[i].id, id) == 0)
			return &list->v[i];
	}
	return NULL;
}

/*
 * The server counts more items than it lists. Mail may have come or gone
 * between the two: asks for the count again, and then for what has changed
 * since the listing. If nothing has the two do not agree.
 */
static int
check_total(struct listed *f, struct err *err)
{
	struct folder_list now;
	const struct folder *told;
	struct ask_page a = { .folder = f->told->id };
	int64_t total = f->told->total;
	char *end;
	int i;

	for (i = 0; i < COUNT_MAX && f->n < total; i++) {
		if (listing_folders(f->l, &now, err) == -1)
			return -1;
		told = find_told(&now, f->told->id);
		total = told != NULL ? told->total : -1;
		arena_free(&now.arena);
		a.cursor = f->end;
		f->changes = 0;
		if (read_pages(f->l, a, take_listed, f, &end, err) == -1)
			return -1;
		free(f->end);
		f->end = end;
		if (f->changes == 0 && f->n < total) {
			listing_trouble(f->l, f->told->path)->unlisted =
			    total - f->n;
			return 0;
		}
	}
	return 0;
}

/* Did nothing happen in the folder since a pass read it? */
static bool
is_quiet(const struct listed *f)
{
	const struct store_folder *k = f->known;

	return k == NULL ||
	       (f->told->marker != NULL && k->cursor != NULL &&
		   k->unsettled == 0 && str_eq(f->told->marker, k->marker));
}

/*
 * The server says that there is no such folder. That is well if it does not
 * list it any more.
 */
static int
check_vanished(struct listed *f, struct err *err)
{
	struct err why = *err;
	struct folder_list now;
	bool there;

	err_clear(err);
	if (listing_folders(f->l, &now, err) == -1)
		return -1;
	there = find_told(&now, f->told->id) != NULL;
	arena_free(&now.arena);
	if (!there) {
		*err = why;
		return err_recast(err, ERR_GONE, SCOPE_FOLDER);
	}
	err_set(err, ERR_RETRY,
	    "the server lists the folder and says that it does not exist (%s)",
	    why.code);
	return err_code(err, why.cause, why.code, SCOPE_FOLDER);
}

int
listing_folder(struct listing *l, const struct folder *told,
    const struct store_folder *known, struct err *err)
{
	struct listed f = { .l = l, .told = told, .known = known };
	struct ask_page a = { .folder = told->id };
	int rc;

	rc = read_pages(l, a, take_listed, &f, &f.end, err);
	if (rc == 0 && told->total > f.n)
		rc = check_total(&f, err);
	f.whole = true;
	if (rc == 0 && (f.nopen > 0 || !is_quiet(&f)))
		rc = settle_open(&f, err);
	if (rc == -1 && err->kind == ERR_GONE)
		rc = check_vanished(&f, err);
	if (known != NULL)
		store_verify_folder(&l->verify, known->id, rc == 0);
	forget_open(&f);
	free(f.end);
	return rc;
}

/* --- rows that the server may not have any more ---------------------- */

/* Rows that the server has just said not to have, of one folder. */
struct stale {
	struct listing *l;
	const struct store_folder *folder;
	const char **item;
	size_t n;
};

/* A page_fn: forgets those that the next pass is told of. */
static int
drop_told(void *arg, const struct change_page *p, struct err *err)
{
	struct stale *s = arg;
	size_t i, k, left = 0;

	(void)err;
	for (i = 0; i < s->n; i++) {
		for (k = 0; k < p->n; k++) {
			if (p->v[k].op == CHANGE_DELETE &&
			    strcmp(p->v[k].id, s->item[i]) == 0)
				break;
		}
		if (k == p->n)
			s->item[left++] = s->item[i];
	}
	s->l->box->gone += (int64_t)(s->n - left);
	s->n = left;
	return 0;
}

/* Those that are left are stale, unless a pass has seen to them meanwhile. */
static int
note_stale(struct stale *s, struct err *err)
{
	enum store_is is[PROVIDER_ITEMS];
	int64_t n = 0;
	size_t i;

	if (store_verify_listed(
		&s->l->verify, s->folder->id, s->item, s->n, is, err) == -1)
		return -1;
	for (i = 0; i < s->n; i++) {
		s->l->verify.is[is[i]]--;
		n += is[i] != STORE_IS_GONE && is[i] != STORE_IS_ELSEWHERE &&
		     is[i] != STORE_IS_UNKNOWN;
	}
	if (n == 0)
		return 0;
	listing_trouble(s->l, s->folder->path)->stale += n;
	return store_verify_mend(&s->l->verify, s->folder->id, NULL, 0, err);
}

static int
settle_stale(struct stale *s, struct err *err)
{
	struct ask_page a = { .folder = s->folder->folder_id };
	char *cursor;
	int rc;

	if (store_verify_cursor(
		s->l->verify.store, s->folder->id, &cursor, err) == -1)
		return -1;
	/* a walk that comes, or goes on, compares the folder by itself */
	if (cursor == NULL || s->folder->resync) {
		s->l->box->gone += (int64_t)s->n;
		free(cursor);
		return 0;
	}
	a.cursor = cursor;
	rc = read_pages(s->l, a, drop_told, s, NULL, err);
	free(cursor);
	if (rc == -1 && err->kind == ERR_RESYNC)
		return say_refused(s->folder->path, err);
	return rc == 0 && s->n > 0 ? note_stale(s, err) : rc;
}

static const struct store_folder *
find_known(const struct store_folders *known, int64_t id)
{
	size_t i;

	for (i = 0; i < known->n; i++) {
		if (known->v[i].id == id)
			return &known->v[i];
	}
	return NULL;
}

/* The folder's rows could not be judged; the others can. */
static int
blame_folder(struct listing *l, const char *path, struct err *err)
{
	if (err->scope > SCOPE_FOLDER)
		return -1;
	listing_trouble(l, path)->why = arena_strdup(&l->box->arena, err->msg);
	err_clear(err);
	return 0;
}

/* Asks for n rows in doubt, PROVIDER_ITEMS at most. */
static int
settle_doubts(struct listing *l, const struct store_folders *known,
    const struct store_doubt *v, size_t n, struct err *err)
{
	struct item_ref ref[PROVIDER_ITEMS] = { 0 };
	struct message *m[PROVIDER_ITEMS];
	const char *item[PROVIDER_ITEMS];
	struct stale s = { .l = l };
	size_t i, k;
	int rc = 0;

	for (i = 0; i < n; i++)
		ref[i].id = v[i].item;
	if (ask_headers(l, ref, n, m, err) == -1)
		return -1;
	for (i = 0; rc == 0 && i < n; i++) {
		if (m[i] == NULL || m[i]->err.kind != ERR_GONE)
			continue;
		s.folder = find_known(known, v[i].folder);
		s.item = item;
		for (k = i, s.n = 0; k < n; k++) {
			if (v[k].folder != v[i].folder || m[k] == NULL ||
			    m[k]->err.kind != ERR_GONE)
				continue;
			item[s.n++] = v[k].item;
			if (k > i)
				message_drop(&m[k], 1);
		}
		if (s.folder != NULL && settle_stale(&s, err) == -1)
			rc = blame_folder(l, s.folder->path, err);
	}
	message_drop(m, n);
	return rc;
}

int
listing_rows(
    struct listing *l, const struct store_folders *known, struct err *err)
{
	struct store_doubts d;
	size_t i, n, left;
	int rc = 0;

	if (store_verify_compare(&l->verify, err) == -1)
		return -1;
	do {
		if (store_verify_doubts(&l->verify, &d, err) == -1)
			return -1;
		left = d.n;
		for (i = 0; rc == 0 && left > 0; i += n, left -= n) {
			if (l->asked >= ASK_MAX)
				break;
			n = left < PROVIDER_ITEMS ? left : PROVIDER_ITEMS;
			rc = settle_doubts(l, known, d.v + i, n, err);
		}
		n = d.n;
		arena_free(&d.arena);
	} while (rc == 0 && left == 0 && n > 0);
	l->box->much = rc == 0 && left > 0;
	return rc;
}
