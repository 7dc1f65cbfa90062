/*
 * jsonwalk.c - JSON by tables.
 * 1. level[0] is the outermost object; each further level is an object that is
 *    a value of the member now of the level before.
 * 2. While skip is not 0, nothing is looked at but where containers end.
 * 3. A member that somebody wants counts once in an object: which of two is
 *    meant nobody can tell. Of all others nothing is remembered.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fmt/jsonwalk.h"

struct jsonwalk_level {
	const struct jsonwalk_member *table;
	size_t next;   /* where in it the next name is looked for first */
	uint64_t seen; /* members that were there */
	const struct jsonwalk_member *now; /* whose value comes, or NULL */
	bool array;                        /* in an array that is its value */
};

static int
refuse_walk(struct err *err, const char *what, const char *name)
{
	err_set(err, ERR_RETRY, "the JSON is not valid: %s%s", name, what);
	return err_code(err, CAUSE_MALFORMED, "json", SCOPE_MAILBOX);
}

static int
refuse_root(struct err *err)
{
	return refuse_walk(err, "it is not an object", "");
}

static int
give_value(struct jsonwalk *w, enum json_type type, const char *s, size_t n,
    struct err *err)
{
	int is = w->level[w->depth - 1].now->is;

	return w->ops->value(w->arg, is, type, s, n, err);
}

static void
push_level(struct jsonwalk *w, const struct jsonwalk_member *table)
{
	struct jsonwalk_level *l = &w->level[w->depth++];

	memset(l, 0, sizeof(*l));
	l->table = table;
}

static int
walk_begin(void *arg, enum json_type type, struct err *err)
{
	struct jsonwalk *w = arg;
	struct jsonwalk_level *l;

	if (w->depth == 0) {
		if (type != JSON_OBJECT)
			return refuse_root(err);
		push_level(w, w->level[0].table);
		return 0;
	}
	l = &w->level[w->depth - 1];
	if (w->skip > 0 || l->now == NULL ||
	    (type == JSON_ARRAY ? l->array : l->now->of == NULL)) {
		w->skip++;
		return 0;
	}
	if (give_value(w, type, "", 0, err) == -1)
		return -1;
	if (type == JSON_ARRAY)
		l->array = true;
	else
		push_level(w, l->now->of);
	return 0;
}

static int
walk_end(void *arg, enum json_type type, struct err *err)
{
	struct jsonwalk *w = arg;

	if (w->skip > 0) {
		w->skip--;
		return 0;
	}
	if (type == JSON_ARRAY) {
		w->level[w->depth - 1].array = false;
		return 0;
	}
	if (--w->depth == 0)
		return 0;
	return w->ops->end(w->arg, w->level[w->depth - 1].now->is, err);
}

/* Servers send members in one order, so the next one is looked at first. */
static const struct jsonwalk_member *
find_member(struct jsonwalk_level *l, const char *name)
{
	size_t i = l->next;

	do {
		const struct jsonwalk_member *m = &l->table[i];

		if (m->name == NULL) {
			i = 0;
			continue;
		}
		i++;
		if (m->name[0] == name[0] && strcmp(m->name, name) == 0) {
			l->next = i;
			return m;
		}
	} while (i != l->next);
	return NULL;
}

static int
walk_key(void *arg, const char *name, struct err *err)
{
	struct jsonwalk *w = arg;
	struct jsonwalk_level *l = &w->level[w->depth - 1];
	uint64_t bit;
	size_t i;

	if (w->skip > 0)
		return 0;
	l->now = find_member(l, name);
	if (l->now == NULL)
		return 0;
	i = (size_t)(l->now - l->table);
	if (i >= JSONWALK_MEMBERS)
		abort(); /* the table is too long */
	bit = UINT64_C(1) << i;
	if ((l->seen & bit) != 0)
		return refuse_walk(err, " stands twice in an object", name);
	l->seen |= bit;
	return 0;
}

static int
end_text(struct jsonwalk *w, struct err *err)
{
	bool streamed = w->level[w->depth - 1].now->stream;

	w->begun = false;
	if (streamed)
		return give_value(w, JSON_STRING, "", 0, err);
	return give_value(w, JSON_STRING, w->over ? NULL : buf_str(w->text),
	    w->text->len, err);
}

static int
walk_text(void *arg, const char *s, size_t n, int last, struct err *err)
{
	struct jsonwalk *w = arg;
	const struct jsonwalk_member *m;

	if (w->depth == 0)
		return refuse_root(err);
	m = w->level[w->depth - 1].now;
	if (w->skip > 0 || m == NULL)
		return 0;
	if (!w->begun) {
		w->begun = true;
		w->over = false;
		buf_reset(w->text);
		w->to = m->stream ? w->ops->stream(w->arg, m->is) : NULL;
	}
	if (w->to != NULL && n > 0 && w->to->write(w->to, s, n, err) == -1)
		return -1;
	if (!m->stream && !w->over && buf_add(w->text, s, n) == -1)
		w->over = true;
	return last ? end_text(w, err) : 0;
}

static int
walk_plain(void *arg, enum json_type type, const char *s, struct err *err)
{
	struct jsonwalk *w = arg;

	if (w->depth == 0)
		return refuse_root(err);
	if (w->skip > 0 || w->level[w->depth - 1].now == NULL)
		return 0;
	return give_value(w, type, s, strlen(s), err);
}

void
jsonwalk_open(struct jsonwalk *w, const struct jsonwalk_member *root,
    const struct jsonwalk_ops *ops, void *arg, struct buf *text)
{
	const struct json_handler h = { walk_begin, walk_end, walk_key,
		walk_text, walk_plain, w };

	memset(w, 0, sizeof(*w));
	w->ops = ops;
	w->arg = arg;
	w->text = text;
	w->level = mem_alloc(JSON_DEPTH * sizeof(*w->level));
	w->level[0].table = root;
	w->json = json_open(&h);
}

int
jsonwalk_feed(struct jsonwalk *w, const void *data, size_t n, struct err *err)
{
	return json_feed(w->json, data, n, err);
}

int
jsonwalk_end(struct jsonwalk *w, struct err *err)
{
	return json_end(w->json, err);
}

void
jsonwalk_close(struct jsonwalk *w)
{
	json_close(w->json);
	free(w->level);
	w->json = NULL;
	w->level = NULL;
}
