/*
 * forgetting.c - the forgotten in a pass. Part "forgotten rows" of the basis
 * (store/reconsider.h) counts the rows of people that name one of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/idredact.h"
#include "core/messageredact.h"
#include "core/redact.h"
#include "store/forget.h"
#include "store/reconsider.h"
#include "sync/forgetting.h"
#include "sync/marks.h"

/* A number that is written as text. */
static int
get_number(struct store *st, const char *what, int64_t *n, struct err *err)
{
	char text[24] = "";
	void *value;
	size_t len;
	int r = store_basis_get(st, what, &value, &len, err);

	if (value != NULL && len < sizeof(text))
		memcpy(text, value, len);
	*n = strtoll(text, NULL, 10);
	free(value);
	return r == -1 ? -1 : 0;
}

int
forgetting_drop_mark(struct store *st, const char *address, struct err *err)
{
	uint64_t hash = store_address_hash(st, address);
	struct store_basis part[2] = {
		{ "people", NULL, 0 },
		{ "addresses", NULL, 0 },
	};
	struct mark *v;
	void *value;
	size_t n, i, k;
	int rc = store_basis_get(st, "addresses", &value, &n, err);

	if (rc != 1)
		return rc;
	v = value;
	n /= sizeof(*v);
	for (i = k = 0; i < n; i++) {
		if (v[i].address != hash)
			v[k++] = v[i];
	}
	part[1].value = v;
	part[1].len = k * sizeof(*v);
	rc = k == n ? 0 : store_basis_put(st, part, 2, err);
	free(value);
	return rc;
}

size_t
forgetting_filter(const struct forgotten *l, struct party_list *people)
{
	size_t i, k;

	if (forgotten_count(l) == 0)
		return 0;
	for (i = k = 0; i < people->n; i++) {
		if (!forgotten_has(l, people->v[i].address))
			people->v[k++] = people->v[i];
	}
	i = people->n - k;
	people->n = k;
	return i;
}

void
forgetting_apply(
    const struct forgotten *l, struct message *m, struct decision *d)
{
	enum redact_level how;

	if (forgotten_count(l) == 0)
		return;
	how = message_redact(l, m);
	idredact_message(l, m);
	if (how != REDACT_NAMED || match_concerns_others(d) ||
	    (d->verdict == VERDICT_SKIP && strcmp(d->rule, "match") != 0))
		return;
	d->verdict = VERDICT_SKIP;
	snprintf(d->rule, sizeof(d->rule), "%s", STORE_FORGOTTEN);
}

static const char *
redact_path(const struct redact *r, const char *path, struct arena *arena)
{
	size_t n = path == NULL ? 0 : strlen(path);
	struct buf b;

	buf_init(&b, REDACT_ROOM(n));
	if (n > 0 && redact_text(r, path, n, &b))
		path = arena_strdup(arena, buf_str(&b));
	buf_free(&b);
	return path;
}

void
forgetting_folders(const struct forgotten *l, struct folder_list *list,
    struct folder_list *shown)
{
	const struct redact r = { .list = l };
	size_t i;

	memset(shown, 0, sizeof(*shown));
	shown->n = list->n;
	shown->v = mem_alloc((list->n + 1) * sizeof(*shown->v));
	for (i = 0; i < list->n; i++) {
		shown->v[i] = list->v[i];
		if (forgotten_count(l) > 0)
			shown->v[i].path =
			    redact_path(&r, list->v[i].path, &list->arena);
	}
}

int
forgetting_state(struct store *st, struct forgetting_state *s, struct err *err)
{
	memset(s, 0, sizeof(*s));
	if (forgetting_people(st, &s->people, err) == -1 ||
	    get_number(st, "forgotten rows", &s->ignored, err) == -1 ||
	    forgetting_unended(st, &s->unfinished, err) == -1)
		return -1;
	return 0;
}

int
forgetting_ignored(struct store *st, size_t n, struct err *err)
{
	int64_t was;
	char text[24];
	int len = snprintf(text, sizeof(text), "%zu", n);

	if (get_number(st, "forgotten rows", &was, err) == -1)
		return -1;
	if (was == (int64_t)n)
		return 0;
	return store_basis_put(st,
	    &(struct store_basis){ "forgotten rows", n > 0 ? text : NULL,
		n > 0 ? (size_t)len : 0 },
	    1, err);
}
