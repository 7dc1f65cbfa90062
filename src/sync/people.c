/*
 * people.c - the people whom the CRM knows, as a pass takes them.
 * 1. A list is compared with the last good one of its source, and not with what
 *    the pass before saw: a list that shrinks step by step is noticed, too.
 * 2. After exsync --accept-directory one pass takes all lists as they are.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "core/partycsv.h"
#include "store/people.h"
#include "store/reconsider.h"
#include "sync/forgetting.h"
#include "sync/people.h"

#define LOST_LEAST  20 /* rows: fewer are never taken for an accident */
#define TROUBLE_MAX 2000
#define KEEP_TRIES  3

/* What is loaded. */
struct people {
	const struct conf *conf;
	struct store *store;
	bool dry_run;
	const struct forgotten *forgotten; /* or NULL */
	size_t ignored;                    /* rows that name one of them */
	struct party_list csv; /* the lists of the files that are in force */
	struct buf trouble;
	bool accept;   /* the lists count as they are */
	bool crm_last; /* the CRM's rows are taken from its last good list */
};

static const char accept_hint[] =
    "if it is right as it is run exsync --accept-directory";

/* The list in force stays the one before; hint: or NULL. */
static void
note_trouble(struct people *p, const char *what, int64_t had, const char *hint)
{
	buf_addf(&p->trouble,
	    "%s%s: the last good list (%lld rows) stays in force%s%s",
	    p->trouble.len > 0 ? "; " : "", what, (long long)had,
	    hint != NULL ? "; " : "", hint != NULL ? hint : "");
}

/* Is the new list of the source to be doubted? Then the trouble says so. */
static bool
is_doubtful(
    struct people *p, const char *name, const struct store_people_diff *d)
{
	char *what;

	if (p->accept || d->had == 0)
		return false;
	if (d->now == 0)
		what = mem_printf("%s: is empty", name);
	else if (d->lost >= LOST_LEAST &&
		 d->lost * 100 > p->conf->shrink_limit * d->had)
		what = mem_printf("%s: has lost %lld of %lld rows", name,
		    (long long)d->lost, (long long)d->had);
	else
		return false;
	note_trouble(p, what, d->had, accept_hint);
	free(what);
	return true;
}

static void
append_list(struct party_list *to, const struct party_list *from)
{
	size_t i;

	for (i = 0; i < from->n; i++)
		party_list_copy(to, &from->v[i]);
}

/* Part of the basis: the file was empty once, and that was right. */
static const char *
empty_key(enum store_people which)
{
	return which == STORE_PEOPLE_USERS ? "empty users" : "empty contacts";
}

/* 1: the file was empty once, and that was right; 0; -1. */
static int
was_empty(struct people *p, enum store_people which, struct err *err)
{
	void *value;
	size_t len;
	int r = store_basis_get(p->store, empty_key(which), &value, &len, err);

	free(value);
	return r;
}

/* Of an empty list that counts table party keeps nothing. */
static int
note_empty(struct people *p, enum store_people which, struct err *err)
{
	int r = p->dry_run ? 1 : was_empty(p, which, err);

	if (r != 0)
		return r == -1 ? -1 : 0;
	return store_basis_put(p->store,
	    &(struct store_basis){ empty_key(which), "1", 1 }, 1, err);
}

/* Takes the last good list of a file that cannot be read, as err says. */
static int
take_last(struct people *p, enum store_people which, struct err *err)
{
	struct err why = *err;
	size_t before = p->csv.n;
	int r;

	err_clear(err);
	if (store_people_last(p->store, which, &p->csv, err) == -1)
		return -1;
	if (p->csv.n == before && (r = was_empty(p, which, err)) != 1) {
		if (r == 0)
			*err = why;
		return -1;
	}
	/* it is only being written: the next pass will read it */
	if (why.kind == ERR_RETRY)
		log_warning(
		    "%s; the list of the pass before stays in force", why.msg);
	else
		note_trouble(p, why.msg, (int64_t)(p->csv.n - before), NULL);
	return 0;
}

static int
load_file(struct people *p, enum store_people which, const char *path,
    struct err *err)
{
	const char *type = which == STORE_PEOPLE_USERS ? "user" : "contact";
	struct party_list now = { 0 };
	struct store_people_diff d;
	int rc;

	if (path == NULL)
		return 0;
	if (partycsv_load(&now, path, type, err) == -1) {
		party_list_free(&now);
		return take_last(p, which, err);
	}
	rc = store_people_compare(p->store, which, &now, &d, err);
	if (rc == 0 && is_doubtful(p, path, &d))
		rc = store_people_last(p->store, which, &p->csv, err);
	else if (rc == 0 && now.n == 0)
		rc = note_empty(p, which, err);
	else if (rc == 0) {
		/* a file that names only forgotten people is not empty */
		p->ignored += forgetting_filter(p->forgotten, &now);
		append_list(&p->csv, &now);
	}
	party_list_free(&now);
	return rc;
}

/*
 * The rows of the CRM itself: is its last good list taken instead? judged: how
 * they differ from that.
 */
static int
judge_crm(struct people *p, struct store_people_diff *judged, struct err *err)
{
	if (store_people_compare(
		p->store, STORE_PEOPLE_CRM, NULL, judged, err) == -1)
		return -1;
	p->crm_last = is_doubtful(p, "table party", judged);
	return 0;
}

/* The same, and keeps the rows if they count. */
static int
keep_crm(struct people *p, struct err *err)
{
	struct store_people_diff judged;
	int i, r = 0;

	/* the CRM may write meanwhile; then the next pass keeps them */
	for (i = 0; r == 0 && i < KEEP_TRIES; i++) {
		if (judge_crm(p, &judged, err) == -1)
			return -1;
		if (p->crm_last || p->dry_run)
			return 0;
		r = store_people_keep(p->store, &judged, err);
	}
	return r == -1 ? -1 : 0;
}

/* The list in force. */
static int
fill_list(struct people *p, struct party_list *out, struct err *err)
{
	if (p->crm_last)
		append_list(out, &p->csv);
	/* freed here: a million people take their memory once, not twice */
	party_list_free(&p->csv);
	if (p->crm_last
		? store_people_last(p->store, STORE_PEOPLE_CRM, out, err) == -1
		: store_party_list(p->store, out, err) == -1)
		return -1;
	p->ignored += forgetting_filter(p->forgotten, out);
	return 0;
}

/* Somebody who is forgotten stands in the CRM, or in a file. */
static int
note_ignored(struct people *p, struct err *err)
{
	if (p->ignored > 0)
		log_info("%zu %s somebody who is forgotten, and %s ignored",
		    p->ignored,
		    p->ignored == 1 ? "row of the users and contacts names"
				    : "rows of the users and contacts name",
		    p->ignored == 1 ? "is" : "are");
	return p->dry_run ? 0 : forgetting_ignored(p->store, p->ignored, err);
}

/* Did somebody say that all lists are right? */
static int
read_accept(struct people *p, struct err *err)
{
	void *value;
	size_t len;
	int r = store_basis_get(p->store, "accept", &value, &len, err);

	p->accept = len > 0;
	free(value);
	return r == -1 ? -1 : 0;
}

static int
load_all(struct people *p, struct party_list *out, struct err *err)
{
	const struct conf *c = p->conf;

	/* in a dry run table party is a copy of its own */
	if (read_accept(p, err) == -1 ||
	    load_file(p, STORE_PEOPLE_USERS, c->users, err) == -1 ||
	    load_file(p, STORE_PEOPLE_CONTACTS, c->contacts, err) == -1 ||
	    store_party_sync(p->store, &p->csv, err) == -1 ||
	    keep_crm(p, err) == -1 || fill_list(p, out, err) == -1 ||
	    note_ignored(p, err) == -1)
		return -1;
	if (!p->accept || p->dry_run)
		return 0;
	return store_basis_put(
	    p->store, &(struct store_basis){ "accept", NULL, 0 }, 1, err);
}

int
people_known(const struct conf *conf, struct store *store,
    struct party_list *out, struct err *err)
{
	struct people p = { .conf = conf, .store = store };
	struct store_people_diff judged;
	int rc = 0;

	buf_init(&p.trouble, TROUBLE_MAX);
	if (read_accept(&p, err) == -1 || judge_crm(&p, &judged, err) == -1)
		rc = -1;
	if (rc == 0 && p.crm_last &&
	    (store_people_last(store, STORE_PEOPLE_USERS, &p.csv, err) == -1 ||
		store_people_last(store, STORE_PEOPLE_CONTACTS, &p.csv, err) ==
		    -1))
		rc = -1;
	if (rc == 0)
		rc = fill_list(&p, out, err);
	buf_free(&p.trouble);
	party_list_free(&p.csv);
	return rc;
}

int
people_load(const struct pass *pass, struct party_list *out, char **trouble,
    struct err *err)
{
	struct people p = { .conf = pass->conf,
		.store = pass->store,
		.dry_run = pass->dry_run,
		.forgotten = pass->forgotten };
	int rc;

	*trouble = NULL;
	buf_init(&p.trouble, TROUBLE_MAX);
	rc = load_all(&p, out, err);
	if (rc == -1) /* it keeps any pass from beginning */
		err_recast(err, err->kind, SCOPE_ALL);
	if (rc == 0 && p.trouble.len > 0) {
		log_error("%s", buf_str(&p.trouble));
		*trouble = mem_strdup(buf_str(&p.trouble));
	}
	buf_free(&p.trouble);
	party_list_free(&p.csv);
	return rc;
}
