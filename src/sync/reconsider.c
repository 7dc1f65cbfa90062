/*
 * reconsider.c - when people or settings change, links of stored mail follow,
 * and mail that was left out is decided anew.
 * 1. The basis is written when all items that it concerns are noted: a crash in
 *    between costs another scan.
 * 2. A setting of which nothing is known (a file of an earlier version) has not
 *    changed; people of whom nothing is known are new.
 * 3. Only what may widen the mail that is kept counts: mail that is stored
 *    stays.
 * 4. With past_mail = no mail is wanted all the same that was left out while
 *    the list did not count in which its people were.
 * 5. The items of a mailbox were decided by the settings of the profile that it
 *    had in its last pass, whose part of the basis stays when the INI has that
 *    profile no more.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/str.h"
#include "base/tim.h"
#include "base/vec.h"
#include "store/health.h"
#include "store/reconsider.h"
#include "sync/fetch.h"
#include "sync/marks.h"
#include "store/forget.h"
#include "sync/reconsider.h"
#include "sync/renew.h"
#include "sync/turn.h"

#define DAY_MS INT64_C(86400000)

/* What has changed in a profile. */
struct profile_change {
	bool match, from, past;
};

/* A mailbox that has another profile, or type, than in its last pass. */
struct moved_mailbox {
	const char *address;                /* borrowed from the plan */
	const struct conf_profile *profile; /* that it has now */
	struct profile_change changed;      /* since its last pass */
};

/* What has changed since the decisions in the file were taken. */
struct basis_change {
	const struct conf *conf;
	struct profile_change *profile; /* as many as conf has */
	struct moved_mailbox *moved;    /* in the order of their addresses */
	size_t nmoved;
	bool rules, privacy, past;
	bool retention; /* what expired may be kept now */
	struct mark
	    *newcomer;    /* who has at least the MARK_KINDS that are new */
	struct mark *own; /* the same, unless the basis has it */
	size_t nnewcomer;
	struct mark *renamed; /* addresses that somebody else has now */
	size_t nrenamed;
	bool all_renamed; /* it is not known which */
	/* since when (as decision.at) a list did not count that does now */
	char *doubt; /* or NULL */
};

/* --- which mail may be wanted now --------------------------------------- */

/* The kinds of people whose mail the profile keeps. */
static uint64_t
kinds_of(const struct conf_profile *p)
{
	static const uint64_t kinds[] = { [CONF_MATCH_ANY] = MARK_KINDS,
		[CONF_MATCH_CONTACT] = MARK_OTHERS,
		[CONF_MATCH_REPLIES] = 0 };

	return p != NULL ? kinds[p->match] : MARK_KINDS;
}

static bool
names_newcomer(const struct basis_change *c, const struct conf_profile *p,
    const char *parties)
{
	char *end;
	uint64_t kinds = kinds_of(p), hash;
	const struct mark *m;

	if (c->nnewcomer == 0 || kinds == 0 || parties == NULL)
		return false;
	for (; *parties != '\0'; parties = *end == ' ' ? end + 1 : end) {
		hash = strtoull(parties, &end, 16);
		if (end == parties)
			return false;
		m = marks_find(c->newcomer, c->nnewcomer, hash);
		if (m != NULL && (m->who & kinds) != 0)
			return true;
	}
	return false;
}

static int
compare_address(const void *a, const void *b)
{
	const struct moved_mailbox *x = a, *y = b;

	return strcmp(x->address, y->address);
}

/* *changed: what has changed for the mailbox; NULL: its profile is gone. */
static const struct conf_profile *
find_profile(const struct basis_change *c, const struct store_left_out *row,
    const struct profile_change **changed)
{
	struct moved_mailbox key = { .address = row->mailbox };
	const struct moved_mailbox *m = NULL;
	const struct conf_profile *p = NULL;

	if (c->nmoved > 0)
		m = bsearch(
		    &key, c->moved, c->nmoved, sizeof(key), compare_address);
	if (m != NULL) {
		*changed = &m->changed;
		return m->profile;
	}
	if (row->profile != NULL)
		p = conf_profile(c->conf, row->profile);
	*changed = p != NULL ? &c->profile[p - c->conf->profile] : NULL;
	return p;
}

/* Does a setting that has changed explain why the mail was left out? */
static bool
is_by_setting(const struct basis_change *c, const struct conf_profile *p,
    const struct profile_change *changed, const char *rule)
{
	if (strncmp(rule, "rule ", 5) == 0)
		return c->rules;
	if (strcmp(rule, "privacy") == 0)
		return c->privacy;
	if (strcmp(rule, MATCH_RETENTION) == 0)
		return c->retention;
	if (changed == NULL)
		return false;
	if (strcmp(rule, "match") == 0)
		return changed->match;
	/* any asks for users, too, and they were in the CRM before */
	if (strcmp(rule, FETCH_PAST) == 0)
		return changed->match && p->match == CONF_MATCH_ANY;
	if (strcmp(rule, "process_email_from") == 0)
		return changed->from;
	return false;
}

static enum store_anew
judge_left_out(void *arg, const struct store_left_out *row)
{
	const struct basis_change *c = arg;
	const struct profile_change *changed;
	const struct conf_profile *p = find_profile(c, row, &changed);
	const char *rule = str_nn(row->rule);

	if (is_by_setting(c, p, changed, rule))
		return STORE_ANEW_SETTINGS;
	if ((strcmp(rule, "match") != 0 && strcmp(rule, FETCH_PAST) != 0 &&
		strcmp(rule, STORE_FORGOTTEN) != 0) ||
	    !names_newcomer(c, p, row->parties))
		return STORE_ANEW_NOT;
	/* who was in a list that did not count is none who came later */
	if (c->doubt != NULL && strcmp(str_nn(row->at), c->doubt) >= 0)
		return STORE_ANEW_SETTINGS;
	return p != NULL && p->past_mail == 0 ? STORE_ANEW_NOT
					      : STORE_ANEW_PEOPLE;
}

/* --- the basis ---------------------------------------------------------- */

/* The parts of the basis as they are now; all is the struct's own. */
struct basis {
	struct store *store;
	struct store_basis *v;
	size_t n;
	bool differs; /* from the file */
};

/*
 * Adds a part. value is taken. *was: what the file has, or NULL; the caller
 * frees it.
 */
static int
add_part(struct basis *b, char *what, void *value, size_t len, void **was,
    struct err *err)
{
	size_t n;

	*VEC_ADD(b->v, b->n) = (struct store_basis){ what, value, len };
	if (store_basis_get(b->store, what, was, &n, err) == -1)
		return -1;
	if (*was == NULL || n != len || memcmp(*was, value, len) != 0)
		b->differs = true;
	else {
		free(*was);
		*was = NULL;
	}
	return 0;
}

/* The same of a number. */
static int
add_number(struct basis *b, const char *key, const struct conf_profile *p,
    int64_t value, struct err *err)
{
	char *text = mem_printf("%lld", (long long)value);
	void *was;
	int rc = add_part(b, mem_printf("%s %s", key, p->name), text,
	    strlen(text), &was, err);

	free(was);
	return rc;
}

/* 1: *out is what the profile of that name had; 0: nothing is known; -1. */
static int
read_number(struct store *st, const char *key, const char *name, int64_t *out,
    struct err *err)
{
	char *what = mem_printf("%s %s", key, name);
	void *text;
	size_t len;
	int r = store_basis_get(st, what, &text, &len, err);

	if (r == 1)
		*out = strtoll(text, NULL, 10);
	free(text);
	free(what);
	return r;
}

/* Days of past mail, so that more is wider. */
static int64_t
past_days(int64_t days)
{
	return days == CONF_DAYS_ALL ? INT64_MAX : days;
}

/* The same of retention_days. */
static int64_t
retain_days(int64_t days)
{
	return days == 0 ? INT64_MAX : past_days(days);
}

static bool
is_earlier(int64_t from, int64_t was)
{
	return was != TIM_NONE && (from == TIM_NONE || from < was);
}

#define KEY_MATCH "match"
#define KEY_FROM  "process_email_from"
#define KEY_PAST  "past_mail"

/* What is wider in p than in the basis of the profile of that name. */
static int
compare_numbers(struct store *st, const char *name,
    const struct conf_profile *p, struct profile_change *out, struct err *err)
{
	int64_t match = 0, from = 0, past = 0;
	int m, f, d;

	if ((m = read_number(st, KEY_MATCH, name, &match, err)) == -1 ||
	    (f = read_number(st, KEY_FROM, name, &from, err)) == -1 ||
	    (d = read_number(st, KEY_PAST, name, &past, err)) == -1)
		return -1;
	out->match = m == 1 && match != (int64_t)p->match;
	out->from = f == 1 && is_earlier(p->process_email_from, from);
	out->past = d == 1 && past_days(p->past_mail) > past_days(past);
	return 0;
}

static int
compare_profile(struct basis *b, const struct conf_profile *p,
    struct profile_change *out, struct err *err)
{
	if (compare_numbers(b->store, p->name, p, out, err) == -1 ||
	    add_number(b, KEY_MATCH, p, (int64_t)p->match, err) == -1 ||
	    add_number(b, KEY_FROM, p, p->process_email_from, err) == -1)
		return -1;
	return add_number(b, KEY_PAST, p, p->past_mail, err);
}

/* The hash of some sections as conf_print shows them. */
static int
hash_sections(void (*print)(const struct conf *, FILE *),
    const struct conf *conf, unsigned char *sum, struct err *err)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	bool whole;

	if (f != NULL)
		print(conf, f);
	whole = f != NULL && fclose(f) == 0 && text != NULL;
	if (whole)
		crypt_sha256(text, len, sum);
	free(text);
	if (whole)
		return 0;
	err_set(err, ERR_FATAL, "out of memory");
	return err_code(err, CAUSE_MEMORY, "memory", SCOPE_ALL);
}

static int
add_sections(struct basis *b, const char *what,
    void (*print)(const struct conf *, FILE *), const struct conf *conf,
    bool *changed, struct err *err)
{
	unsigned char *sum = mem_alloc(CRYPT_SHA256);
	void *was;

	if (hash_sections(print, conf, sum, err) == -1) {
		free(sum);
		return -1;
	}
	if (add_part(b, mem_strdup(what), sum, CRYPT_SHA256, &was, err) == -1)
		return -1;
	*changed = was != NULL;
	free(was);
	return 0;
}

/* More days, or all again, are wider. Nothing known: nothing has expired. */
static int
compare_retention(struct basis *b, struct basis_change *c, struct err *err)
{
	int days = c->conf->retention_days;
	char *text = mem_printf("%d", days);
	void *was;
	int64_t before;

	if (add_part(b, mem_strdup(MATCH_RETENTION), text, strlen(text), &was,
		err) == -1)
		return -1;
	if (was != NULL) {
		before = strtoll(was, NULL, 10);
		c->retention =
		    c->retention || retain_days(days) > retain_days(before);
	}
	free(was);
	b->differs = b->differs || c->retention;
	return 0;
}

static int
compare_settings(struct basis *b, struct basis_change *c, struct err *err)
{
	size_t i;

	for (i = 0; i < c->conf->nprofile; i++) {
		if (compare_profile(
			b, &c->conf->profile[i], &c->profile[i], err) == -1)
			return -1;
		c->past = c->past || c->profile[i].past;
	}
	if (compare_retention(b, c, err) == -1)
		return -1;
	if (add_sections(
		b, "rules", conf_print_rules, c->conf, &c->rules, err) == -1)
		return -1;
	return add_sections(
	    b, "privacy", conf_print_privacy, c->conf, &c->privacy, err);
}

/* Notes the mailbox if it has another profile, or type, than the file says. */
static int
compare_mailbox(struct basis *b, struct basis_change *c,
    const struct plan_entry *e, const struct store_box *was, struct err *err)
{
	const struct conf_profile *p = e->mailbox.profile;
	bool queue = e->mailbox.type == CONF_MAILBOX_QUEUE;
	struct moved_mailbox *m;

	if (was == NULL || (str_eq(was->profile, p->name) &&
			       str_eq(was->type, queue ? "queue" : "user")))
		return 0;
	m = VEC_ADD(c->moved, c->nmoved);
	*m = (struct moved_mailbox){ e->mailbox.address, p, { 0 } };
	if (compare_numbers(
		b->store, str_nn(was->profile), p, &m->changed, err) == -1)
		return -1;
	/* match asks in a queue what it does not ask for a user */
	m->changed.match =
	    m->changed.match || str_eq(was->type, "queue") != queue;
	c->past = c->past || m->changed.past;
	b->differs = true;
	return 0;
}

/* Which mailboxes of the plan have another profile, or type, than before. */
static int
compare_mailboxes(struct basis *b, struct basis_change *c,
    const struct plan *plan, struct err *err)
{
	struct store_boxes boxes;
	size_t i;
	int rc = 0;

	if (store_box_list(b->store, &boxes, err) == -1)
		return -1;
	for (i = 0; rc == 0 && i < plan->n; i++)
		rc = compare_mailbox(b, c, &plan->v[i],
		    store_box_find(&boxes, plan->v[i].mailbox.address), err);
	store_box_free(&boxes);
	if (c->nmoved > 1)
		qsort(c->moved, c->nmoved, sizeof(*c->moved), compare_address);
	return rc;
}

/* Notes since when a list does not count, or that all do again. */
static int
compare_doubt(struct basis *b, struct basis_change *c, bool doubt, bool dry_run,
    struct err *err)
{
	char now[TIM_TEXT];
	void *was;
	size_t n;

	if (!doubt) {
		if (add_part(b, mem_strdup("doubt"), mem_strdup(""), 0, &was,
			err) == -1)
			return -1;
		c->doubt = was;
		if (c->doubt != NULL && c->doubt[0] == '\0') {
			free(c->doubt);
			c->doubt = NULL;
		}
		return 0;
	}
	if (store_basis_get(b->store, "doubt", &was, &n, err) == -1)
		return -1;
	free(was);
	if (n > 0 || dry_run)
		return 0;
	tim_text(tim_now(), now);
	return store_basis_put(b->store,
	    &(struct store_basis){ "doubt", now, strlen(now) }, 1, err);
}

/* A part that stands for the links of all mails; emaillink_outdate drops it. */
static int
look_for_links(struct basis *b, struct basis_change *c, struct err *err)
{
	bool before = b->differs;
	void *was;

	b->differs = false;
	if (add_part(b, mem_strdup("links"), mem_strdup("1"), 1, &was, err) ==
	    -1)
		return -1;
	free(was);
	c->all_renamed = b->differs;
	b->differs = b->differs || before;
	return 0;
}

/* Who is new, when the hash of all people has changed. */
static int
compare_directory(struct basis *b, const struct party_list *list,
    struct basis_change *c, struct err *err)
{
	unsigned char *sum = mem_alloc(CRYPT_SHA256);
	struct mark *now, *copy;
	void *was;
	size_t n, nwas;

	marks_digest(list, sum);
	if (add_part(b, mem_strdup("people"), sum, CRYPT_SHA256, &was, err) ==
	    -1)
		return -1;
	free(was);
	if (look_for_links(b, c, err) == -1)
		return -1;
	if (!b->differs)
		return 0;
	now = marks_make(b->store, list, &n);
	if (store_basis_get(b->store, "addresses", &was, &nwas, err) == -1) {
		free(now);
		return -1;
	}
	/* nobody was known: the basis itself lists the newcomers */
	copy = now;
	if (was != NULL) {
		copy = mem_alloc((n + 1) * sizeof(*copy));
		memcpy(copy, now, n * sizeof(*copy));
		c->own = now;
	}
	*VEC_ADD(b->v, b->n) = (struct store_basis){ mem_strdup("addresses"),
		copy, n * sizeof(*copy) };
	c->newcomer = now;
	c->nnewcomer = n;
	nwas /= sizeof(struct mark);
	c->all_renamed = c->all_renamed || was == NULL;
	if (!c->all_renamed)
		c->renamed = marks_changed(now, n, was, nwas, &c->nrenamed);
	/* with more of the past wanted, who came before counts as new */
	if (was != NULL)
		c->nnewcomer =
		    marks_keep_newcomers(now, n, was, c->past ? 0 : nwas);
	free(was);
	return 0;
}

static void
free_basis(struct basis *b)
{
	size_t i;

	for (i = 0; i < b->n; i++) {
		free((void *)(uintptr_t)b->v[i].what);
		free((void *)(uintptr_t)b->v[i].value);
	}
	free(b->v);
}

static int
note_wanted(
    struct basis *b, struct basis_change *c, bool dry_run, struct err *err)
{
	int64_t n = 0;

	if (!dry_run && (c->all_renamed || c->nrenamed > 0) &&
	    renew_links(b->store, c->all_renamed ? NULL : c->renamed,
		c->nrenamed, err) == -1)
		return -1;
	if (store_reconsider(b->store, judge_left_out, c, &n, err) == -1)
		return -1;
	if (n > 0)
		log_info("%lld items that were left out %s decided anew, since "
			 "people of the CRM or settings have changed",
		    (long long)n, dry_run ? "would be" : "are");
	if (dry_run)
		return 0;
	fault_point("before basis");
	return store_basis_put(b->store, b->v, b->n, err);
}

int
reconsider_begin(const struct pass *p, const struct party_list *list,
    const struct plan *plan, bool doubt, bool wider, struct err *err)
{
	struct basis b = { .store = p->store };
	struct basis_change c = { .conf = p->conf, .retention = wider };
	int rc;

	c.profile = mem_alloc((p->conf->nprofile + 1) * sizeof(*c.profile));
	rc = compare_settings(&b, &c, err);
	if (rc == 0)
		rc = compare_mailboxes(&b, &c, plan, err);
	if (rc == 0)
		rc = compare_doubt(&b, &c, doubt, p->dry_run, err);
	if (rc == 0)
		rc = compare_directory(&b, list, &c, err);
	if (rc == 0 && b.differs)
		rc = note_wanted(&b, &c, p->dry_run, err);
	free_basis(&b);
	free(c.profile);
	free(c.moved);
	free(c.doubt);
	free(c.own);
	free(c.renamed);
	return rc;
}

/* --- a mailbox ---------------------------------------------------------- */

int64_t
reconsider_past(const struct mailbox_work *w)
{
	int days = w->profile->conf->past_mail;

	return days == CONF_DAYS_ALL ? TIM_NONE : tim_now() - days * DAY_MS;
}

/* The next of the items that wait, from *i on, that are asked for together. */
static void
fill_fetch(struct fetch *f, struct mailbox_work *w,
    const struct store_anew_items *v, struct item_ref *ref, size_t *i)
{
	const struct store_anew_item *first = &v->v[*i];

	memset(f, 0, sizeof(*f));
	f->mailbox = w;
	f->ref = ref;
	f->folder = first->folder;
	f->headers_first = true;
	f->past_from =
	    first->why == STORE_ANEW_PEOPLE ? reconsider_past(w) : TIM_NONE;
	for (; *i < v->n && f->n < fetch_items(w->profile); (*i)++) {
		const struct store_anew_item *next = &v->v[*i];

		if (next->folder != first->folder || next->why != first->why)
			break;
		ref[f->n++] = (struct item_ref){ next->item_id,
			next->change_key, 0, false };
	}
}

static int
run_batch(struct mailbox_work *w, const struct store_anew_items *v, size_t *i,
    struct err *err)
{
	struct item_ref ref[PROVIDER_ITEMS];
	struct fetch f;
	struct err later = ERR_INIT;
	int rc;

	/* new mail of the others comes first */
	if (!w->turn_last && turn_others_wait(w)) {
		w->turn_last = true;
		return turn_end(w, err);
	}
	fill_fetch(&f, w, v, ref, i);
	w->reconsidered += (int)f.n;
	rc = fetch_run(&f, w->session, err);
	/* what came is written though the rest did not */
	if (fetch_store(&f, NULL, rc == 0 ? err : &later) == -1)
		rc = -1;
	return rc;
}

int
reconsider_mailbox(struct mailbox_work *w, struct err *err)
{
	int most = RECONSIDER_MAX - w->reconsidered;
	struct store_anew_items v;
	size_t i = 0;
	int rc = 0;

	if (w->profile->pass->dry_run || most <= 0)
		return 0;
	if (store_anew_list(w->profile->pass->store, w->conf.address,
		(size_t)most, &v, err) == -1)
		return -1;
	while (rc == 0 && i < v.n)
		rc = run_batch(w, &v, &i, err);
	arena_free(&v.arena);
	if (rc == -1 && !turn_is_over(err))
		err_prefix(err, "mail that is decided anew");
	return rc;
}
