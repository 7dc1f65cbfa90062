/*
 * bycause.c - mailboxes that cannot be read, by what they have in common.
 * 1. Alerts are made of the rows alone, after those of this pass were brought
 *    up to date: the same rows always make the same alerts and texts.
 * 2. Each row belongs to one alert, or to none when no profile has its mailbox.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "sync/advice.h"
#include "sync/bycause.h"

#define NAMES     5   /* so many addresses of a cause are in a text */
#define CAUSES    3   /* so many causes */
#define NAMES_MAX 256 /* bytes of these addresses */
#define SAID_MAX  400 /* bytes of what happened */
#define SAID_EACH 200 /* the same, of one cause among others */
#define TEXT      (CAUSES * (NAMES_MAX + SAID_MAX + 512) + 256)

static int
by_cause_address(const void *key, const void *row)
{
	return strcmp(key, ((const struct bycause_box *)row)->is.address);
}

int
bycause_load(struct bycause *b, struct store *st,
    const struct store_boxes *boxes, struct err *err)
{
	size_t i;

	memset(b, 0, sizeof(*b));
	if (store_cause_list(st, &b->stored, err) == -1)
		return -1;
	b->boxes = boxes;
	for (i = 0; i < b->stored.n; i++) {
		const struct store_box *box =
		    store_box_find(boxes, b->stored.v[i].address);
		struct bycause_box *v = VEC_ADD(b->v, b->n);

		memset(v, 0, sizeof(*v));
		v->is = b->stored.v[i];
		if (box != NULL) {
			v->profile = box->profile;
			v->owner = box->crm_id;
		}
	}
	b->nstored = b->n;
	return 0;
}

void
bycause_free(struct bycause *b)
{
	arena_free(&b->stored.arena);
	arena_free(&b->arena);
	free(b->v);
	free(b->write);
}

static struct bycause_box *
find_cause_box(const struct bycause *b, const char *address)
{
	return b->nstored == 0 ? NULL
			       : bsearch(address, b->v, b->nstored,
				     sizeof(*b->v), by_cause_address);
}

/* The row of what the mailbox failed with now. */
static struct store_cause
cause_of_fault(
    struct bycause *b, const struct mailbox_work *w, const char *code)
{
	const struct err *e = w->fault;
	const struct advice_case of = { w->conf.profile, w->conf.address,
		false };
	char cause[128], advice[ADVICE_TEXT];

	snprintf(
	    cause, sizeof(cause), "%s %s", err_cause_name(e->cause), e->code);
	return (struct store_cause){
		.address = w->conf.address,
		.code = code,
		.cause = arena_strdup(&b->arena, cause),
		.text = e->msg,
		.advice = arena_strdup(&b->arena, advice_find(&of, e, advice)),
	};
}

void
bycause_met(struct bycause *b, const struct mailbox_work *w, const char *code,
    bool shared)
{
	struct store_cause now = cause_of_fault(b, w, code);
	struct bycause_box *v = find_cause_box(b, w->conf.address);
	const struct store_cause *was = v != NULL ? &v->is : NULL;

	now.shared = shared;
	if (was != NULL && strcmp(was->code, code) == 0 &&
	    (*was->cause == '\0' || strcmp(was->cause, now.cause) == 0))
		now.shared = shared || was->shared;
	if (v == NULL) {
		v = VEC_ADD(b->v, b->n);
		memset(v, 0, sizeof(*v));
		v->changed = true;
	} else
		v->changed =
		    strcmp(was->code, code) != 0 ||
		    strcmp(was->cause, now.cause) != 0 ||
		    strcmp(was->text, now.text) != 0 ||
		    strcmp(str_nn(was->advice), str_nn(now.advice)) != 0 ||
		    was->shared != now.shared;
	v->is = now;
	v->met = true;
	v->profile = w->conf.profile->name;
	v->owner = w->crm_id;
}

void
bycause_over(struct bycause *b, const char *address)
{
	struct bycause_box *v = find_cause_box(b, address);

	if (v == NULL)
		return;
	v->is.over = true;
	v->changed = true;
}

/* --- judging ----------------------------------------------------------- */

/* By profile, code and cause, then by address; those that are over last. */
static int
by_cause(const void *a, const void *b)
{
	const struct bycause_box *x = *(struct bycause_box *const *)a;
	const struct bycause_box *y = *(struct bycause_box *const *)b;
	int c = (int)x->is.over - (int)y->is.over;

	if (c == 0)
		c = strcmp(str_nn(x->profile), str_nn(y->profile));
	if (c == 0)
		c = strcmp(x->is.code, y->is.code);
	if (c == 0)
		c = strcmp(x->is.cause, y->is.cause);
	return c != 0 ? c : strcmp(x->is.address, y->is.address);
}

/* The rows that are not over, sorted; *n of them. The caller frees. */
static struct bycause_box **
sort_causes(const struct bycause *b, size_t *n)
{
	struct bycause_box **v = mem_alloc((b->n + 1) * sizeof(*v));
	size_t i;

	*n = 0;
	for (i = 0; i < b->n; i++) {
		if (!b->v[i].is.over && b->v[i].profile != NULL)
			v[(*n)++] = &b->v[i];
	}
	if (*n > 0)
		qsort(v, *n, sizeof(*v), by_cause);
	return v;
}

/* Are both of one alert of the profile, if they are shared? */
static bool
has_same_code(const struct bycause_box *x, const struct bycause_box *y)
{
	return strcmp(x->profile, y->profile) == 0 &&
	       strcmp(x->is.code, y->is.code) == 0;
}

static bool
has_same_cause(const struct bycause_box *x, const struct bycause_box *y)
{
	return has_same_code(x, y) && strcmp(x->is.cause, y->is.cause) == 0;
}

/* How many of the first n have the first one's cause? */
static size_t
count_same(struct bycause_box *const *v, size_t n)
{
	size_t i;

	for (i = 1; i < n && has_same_cause(v[0], v[i]); i++)
		;
	return i;
}

/* These have one cause: if they are several, or were, they are shared. */
static void
share_group(struct bycause_box **v, size_t n)
{
	bool shared = n > 1;
	size_t i;

	for (i = 0; i < n; i++)
		shared = shared || v[i]->is.shared;
	for (i = 0; i < n; i++) {
		v[i]->changed = v[i]->changed || v[i]->is.shared != shared;
		v[i]->is.shared = shared;
	}
}

void
bycause_judge(struct bycause *b)
{
	struct bycause_box **v;
	size_t i, n, many;

	v = sort_causes(b, &n);
	for (i = 0; i < n; i += many) {
		many = count_same(v + i, n - i);
		share_group(v + i, many);
	}
	free(v);
	b->write = mem_alloc((b->n + 1) * sizeof(*b->write));
	for (i = 0; i < b->n; i++) {
		if (b->v[i].changed)
			b->write[b->nwrite++] = b->v[i].is;
	}
}

/* --- the alerts -------------------------------------------------------- */

/* Those of an alert of the profile that have one cause. */
struct group {
	struct bycause_box *const *v;
	size_t n;
};

/* The most mailboxes first. */
static int
by_size(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return by_cause(x->v, y->v);
}

/* How many mailboxes of the profile are read? */
static size_t
count_read(const struct bycause *b, const char *profile)
{
	size_t i, n = 0;

	for (i = 0; i < b->boxes->n; i++) {
		const struct store_box *box = &b->boxes->v[i];

		n += box->incoming && strcmp(box->profile, profile) == 0 &&
		     strcmp(box->state, "disabled") != 0 &&
		     strcmp(box->state, "waiting") != 0;
	}
	return n;
}

/* "3 of 20 mailboxes (a@b, c@d, e@f): what happened". */
static void
add_group(
    struct buf *out, const struct group *g, size_t read, bool only, bool *all)
{
	char said[SAID_MAX];
	const char *text = g->v[0]->is.text;
	size_t i, from = out->len;
	size_t size = only ? SAID_MAX : SAID_EACH;

	buf_addf(out, "%s%zu of %zu mailboxes (", out->len > 0 ? "; " : "",
	    g->n, g->n > read ? g->n : read);
	for (i = 0; i < g->n && i < NAMES; i++) {
		const char *name = g->v[i]->is.address;

		if (i > 0 && out->len - from + strlen(name) > NAMES_MAX)
			break;
		buf_addf(out, "%s%.320s", i > 0 ? ", " : "", name);
	}
	if (i < g->n)
		buf_addf(out, " and %zu more", g->n - i);
	*all = *all && i == g->n;
	str_printable(said, size, text, strlen(text));
	buf_addf(out, "): %s", said);
}

/* The alert of a profile, of n rows that share a code and are all shared. */
static void
tell_profile_cause(const struct bycause *b, struct bycause_box *const *v,
    size_t n, void (*met)(void *, const struct store_alert *), void *arg)
{
	struct store_alert a = { .scope = { OF_PROFILE, v[0]->profile, 0 },
		.code = v[0]->is.code,
		.uncounted = true };
	struct group *g = mem_alloc(n * sizeof(*g));
	size_t i, ng = 0, told = 0, read = count_read(b, v[0]->profile);
	struct buf text;
	bool all = true;

	for (i = 0; i < n; i += g[ng++].n)
		g[ng] = (struct group){ v + i, count_same(v + i, n - i) };
	qsort(g, ng, sizeof(*g), by_size);
	buf_init(&text, TEXT);
	for (i = 0; i < ng && i < CAUSES; i++) {
		add_group(&text, &g[i], read, ng == 1, &all);
		told += g[i].n;
	}
	if (told < n)
		buf_addf(&text, "; and %zu more for other reasons", n - told);
	if (told < n || !all)
		buf_adds(&text, " (all of them: SELECT address, last_error "
				"FROM mailbox WHERE state = 'failing')");
	for (i = 0; i < n; i++)
		a.uncounted = a.uncounted && !v[i]->met;
	a.text = buf_str(&text);
	a.advice = g[0].v[0]->is.advice;
	met(arg, &a);
	buf_free(&text);
	free(g);
}

static void
tell_mailbox_cause(const struct bycause_box *v,
    void (*met)(void *, const struct store_alert *), void *arg)
{
	struct store_alert a = { .scope = { OF_MAILBOX, v->is.address, 0 },
		.code = v->is.code,
		.text = v->is.text,
		.profile = v->profile,
		.owner = v->owner,
		.advice = v->is.advice,
		.uncounted = !v->met };

	met(arg, &a);
}

void
bycause_each(const struct bycause *b,
    void (*met)(void *, const struct store_alert *), void *arg)
{
	struct bycause_box **v, **shared;
	size_t i, n, k, of = 0;

	v = sort_causes(b, &n);
	shared = mem_alloc((n + 1) * sizeof(*shared));
	for (i = 0; i < n; i++) {
		if (v[i]->is.shared)
			shared[of++] = v[i];
	}
	for (i = 0; i < of; i += k) {
		for (k = 1; i + k < of; k++) {
			if (!has_same_code(shared[i], shared[i + k]))
				break;
		}
		tell_profile_cause(b, shared + i, k, met, arg);
	}
	for (i = 0; i < n; i++) {
		if (!v[i]->is.shared)
			tell_mailbox_cause(v[i], met, arg);
	}
	free(shared);
	free(v);
}

/* --- what is over ------------------------------------------------------ */

/* The row of that mailbox and code that is not over, or NULL. */
static const struct bycause_box *
find_open_cause(const struct bycause *b, const char *address, const char *code)
{
	const struct bycause_box *v = find_cause_box(b, address);

	/* an alert that is open has a row of an earlier pass */
	return v != NULL && !v->is.over && strcmp(v->is.code, code) == 0 ? v
									 : NULL;
}

const char *
bycause_joined(const struct bycause *b, const char *address, const char *code)
{
	const struct bycause_box *v = find_open_cause(b, address, code);

	return v != NULL && v->is.shared ? v->profile : NULL;
}

bool
bycause_ended(const struct bycause *b, const char *profile, const char *code)
{
	bool ended = false;
	size_t i;

	for (i = 0; i < b->nstored; i++) {
		const struct store_cause *was = &b->stored.v[i];
		const struct bycause_box *v = &b->v[i];

		if (v->profile == NULL || strcmp(v->profile, profile) != 0)
			continue;
		if (!v->is.over && v->is.shared &&
		    strcmp(v->is.code, code) == 0)
			return false;
		ended = ended || (was->shared && strcmp(was->code, code) == 0);
	}
	return ended;
}
