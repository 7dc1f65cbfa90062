/*
 * restrict.c - checks and evaluates restrictions and sort orders.
 * 1. What is absent meets nothing but Not.
 * 2. Equal and the like ignore case, as the store does; Contains compares
 *    as it is told. Of several strings one that meets is enough.
 * 3. What is not done here is an error, not an empty answer.
 */
#include "ews/restrict.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <glib.h>

#include "world/item.h"

#define MAX_NODES 255
#define MAX_KEYS  6

struct check {
	bool folders;
	enum level level;
	struct sb *xml;
	int nodes;
};

static const char *
check_path(struct check *k, const xmlNode *n, struct path *p)
{
	const char *code = value_path(p, n, k->folders, k->level);

	if (code != NULL)
		value_path_xml(k->xml, n);
	return code;
}

static const char *
blame(struct check *k, const xmlNode *n, const char *code)
{
	value_path_xml(k->xml, n);
	return code;
}

static bool
comparable(const struct path *a, const struct path *b)
{
	return a->type == b->type ||
	       (value_is_text(a->type) && value_is_text(b->type) &&
		   a->type != VALUE_OPAQUE && b->type != VALUE_OPAQUE);
}

/* Has the operator a sense with such values? Of lists nobody knows. */
static bool
orderly(enum value_type t, const char *op)
{
	if (strcmp(op, "IsEqualTo") == 0)
		return true;
	return t != VALUE_LIST &&
	       (t != VALUE_OPAQUE || strcmp(op, "IsNotEqualTo") == 0);
}

static const char *
check_comparison(struct check *k, const xmlNode *e)
{
	const xmlNode *n = call_first(e);
	const xmlNode *other = call_first(call_child(e, "FieldURIOrConstant"));
	struct path a, b = { 0 };
	struct value v = { 0 };
	const char *code = check_path(k, n, &a);
	char *text;

	if (code == NULL && !orderly(a.type, (const char *)e->name))
		code = blame(k, n, "ErrorUnsupportedPathForQuery");
	if (code == NULL && call_is(other, "Constant")) {
		text = call_attr(other, "Value");
		if (value_constant(&v, &a, text != NULL ? text : "") < 0)
			code = blame(k, n, "ErrorInvalidValueForProperty");
		xmlFree(text);
	} else if (code == NULL && (code = check_path(k, other, &b)) == NULL &&
		   !comparable(&a, &b)) {
		code = blame(k, other, "ErrorInvalidValueForProperty");
	}
	value_free(&v);
	value_path_free(&a);
	value_path_free(&b);
	return code;
}

static bool
attr_is(const xmlNode *n, const char *name, const char *value)
{
	char *text = call_attr(n, name);
	bool yes = text != NULL && strcmp(text, value) == 0;

	xmlFree(text);
	return yes;
}

/* Several strings: 2013 and later look into each of them. */
static bool
searchable(enum value_type t)
{
	return t == VALUE_TEXT || t == VALUE_PERSON ||
	       (t == VALUE_LIST && world.product >= EX2013);
}

/* Loose is the provider's own affair: not done. */
static const char *
check_contains(struct check *k, const xmlNode *e)
{
	const xmlNode *n = call_first(e);
	char *how = call_attr(e, "ContainmentComparison");
	struct path p;
	const char *code = check_path(k, n, &p);

	if (code == NULL && !searchable(p.type))
		code = blame(k, n, "ErrorContainsFilterWrongType");
	if (code == NULL && how != NULL && strncmp(how, "Loose", 5) == 0)
		code = "ErrorUnsupportedQueryFilter";
	if (code == NULL && !call_is(call_next(n), "Constant"))
		code = "ErrorInvalidRestriction";
	xmlFree(how);
	value_path_free(&p);
	return code;
}

/* -1: no bitmask */
static int64_t
bitmask(const xmlNode *e)
{
	char *text = call_attr(call_child(e, "Bitmask"), "Value"), *end;
	int64_t mask = -1;

	if (text != NULL && *text != 0 && *text != '-') {
		mask = strtoll(text, &end,
		    text[0] == '0' && (text[1] | 32) == 'x' ? 16 : 10);
		if (*end != 0 || mask > UINT32_MAX)
			mask = -1;
	}
	xmlFree(text);
	return mask;
}

static const char *
check_excludes(struct check *k, const xmlNode *e)
{
	const xmlNode *n = call_first(e);
	struct path p;
	const char *code = check_path(k, n, &p);

	if (code == NULL && p.type != VALUE_INT)
		code = blame(k, n, "ErrorUnsupportedPathForQuery");
	if (code == NULL && bitmask(e) < 0)
		code = "ErrorInvalidExcludesRestriction";
	if (code == NULL && !call_is(call_next(n), "Bitmask"))
		code = "ErrorInvalidRestriction";
	value_path_free(&p);
	return code;
}

static const char *
check_exists(struct check *k, const xmlNode *e)
{
	const xmlNode *n = call_first(e);
	struct path p;
	const char *code = check_path(k, n, &p);

	if (code == NULL && p.flag)
		code = blame(k, n, "ErrorInvalidPropertyForExists");
	value_path_free(&p);
	return code;
}

static const char *
check(struct check *k, const xmlNode *e)
{
	const xmlNode *n = call_first(e);
	const char *code = NULL;

	if (++k->nodes > MAX_NODES)
		return "ErrorRestrictionTooLong";
	if (n == NULL)
		return "ErrorInvalidRestriction";
	if (call_is(e, "Contains"))
		return check_contains(k, e);
	if (call_is(e, "Excludes"))
		return check_excludes(k, e);
	if (call_is(e, "Exists"))
		return check_exists(k, e);
	if (call_is(e, "Not") && call_next(n) != NULL)
		return "ErrorInvalidRestriction";
	if (!call_is(e, "And") && !call_is(e, "Or") && !call_is(e, "Not"))
		return check_comparison(k, e);
	for (; code == NULL && n != NULL; n = call_next(n))
		code = check(k, n);
	return code;
}

const char *
restrict_check(
    const xmlNode *where, bool folders, enum level level, struct sb *xml)
{
	struct check k = { .folders = folders, .level = level, .xml = xml };
	const xmlNode *n;

	if (where == NULL)
		return NULL;
	n = call_first(where);
	if (n == NULL || call_next(n) != NULL)
		return "ErrorInvalidRestriction";
	return check(&k, n);
}

static bool
decide(const char *op, int c)
{
	if (strcmp(op, "IsEqualTo") == 0)
		return c == 0;
	if (strcmp(op, "IsNotEqualTo") == 0)
		return c != 0;
	if (strcmp(op, "IsGreaterThan") == 0)
		return c > 0;
	if (strcmp(op, "IsGreaterThanOrEqualTo") == 0)
		return c >= 0;
	if (strcmp(op, "IsLessThan") == 0)
		return c < 0;
	return c <= 0;
}

/* Each string of a with the first of b. Not equal: none of them is. */
static bool
any(const char *op, enum value_type t, const struct value *a,
    const struct value *b)
{
	struct value one = { .there = true, .n = a->n };
	int i;

	if (strcmp(op, "IsNotEqualTo") == 0)
		return !any("IsEqualTo", t, a, b);
	if (!value_is_text(t))
		return decide(op, value_compare(t, a, b));
	one.s.p = a->s.p;
	for (i = 0; i < a->n_s; i++) {
		if (decide(op, value_compare(t, &one, b)))
			return true;
		one.s.p += strlen(one.s.p) + 1;
	}
	return false;
}

struct thing { /* one of the two */
	const struct item *item;
	const struct folder *folder;
};

static enum value_type
get(struct value *v, const xmlNode *n, const struct thing *t)
{
	struct path p;
	enum value_type type;

	*v = (struct value){ 0 };
	if (value_path(&p, n, t->item == NULL, V_NONE) == NULL)
		value_get(v, &p, t->item, t->folder);
	type = p.type;
	value_path_free(&p);
	return type;
}

static bool
comparison(const xmlNode *e, const struct thing *t)
{
	const xmlNode *n = call_first(e);
	const xmlNode *other = call_first(call_child(e, "FieldURIOrConstant"));
	struct value a, b = { 0 };
	enum value_type type = get(&a, n, t);
	struct path p;
	char *text;
	bool yes;

	if (!call_is(other, "Constant")) {
		get(&b, other, t);
	} else if (value_path(&p, n, t->item == NULL, V_NONE) == NULL) {
		text = call_attr(other, "Value");
		value_constant(&b, &p, text != NULL ? text : "");
		xmlFree(text);
		value_path_free(&p);
	}
	yes = a.there && b.there && any((const char *)e->name, type, &a, &b);
	value_free(&a);
	value_free(&b);
	return yes;
}

static bool
edge(const char *s, const char *at)
{
	const char *before = at > s ? g_utf8_find_prev_char(s, at) : NULL;

	return before == NULL || !g_unichar_isalnum(g_utf8_get_char(before));
}

/* part somewhere in s: where a word begins, or as whole words. */
static bool
on_words(const char *s, const char *part, bool whole)
{
	const char *at, *end;

	for (at = strstr(s, part); at != NULL; at = strstr(at + 1, part)) {
		end = at + strlen(part);
		if (edge(s, at) &&
		    (!whole || *end == 0 ||
			!g_unichar_isalnum(g_utf8_get_char(end))))
			return true;
		if (*part == 0)
			break;
	}
	return false;
}

static bool
contains_one(const xmlNode *e, const char *s, const char *part)
{
	if (attr_is(e, "ContainmentMode", "Prefixed"))
		return strncmp(s, part, strlen(part)) == 0;
	if (attr_is(e, "ContainmentMode", "Substring"))
		return strstr(s, part) != NULL;
	if (attr_is(e, "ContainmentMode", "PrefixOnWords"))
		return on_words(s, part, false);
	if (attr_is(e, "ContainmentMode", "ExactPhrase"))
		return on_words(s, part, true);
	return strcmp(s, part) == 0;
}

/* Without attributes: the full string, exactly. */
static bool
contains(const xmlNode *e, const struct thing *t)
{
	char *how = call_attr(e, "ContainmentComparison");
	char *text = call_attr(call_child(e, "Constant"), "Value");
	bool ignore_case = how != NULL && strncmp(how, "IgnoreCase", 10) == 0;
	bool marks = how != NULL && strstr(how, "NonSpacing") != NULL;
	char *part = value_fold(text != NULL ? text : "", ignore_case, marks);
	struct value v;
	const char *p;
	bool yes = false;
	int i;

	get(&v, call_first(e), t);
	for (i = 0, p = v.s.p; !yes && i < v.n_s; i++, p += strlen(p) + 1) {
		char *s = value_fold(p, ignore_case, marks);

		yes = contains_one(e, s, part);
		free(s);
	}
	value_free(&v);
	free(part);
	xmlFree(text);
	xmlFree(how);
	return yes;
}

static bool
meets(const xmlNode *e, const struct thing *t)
{
	const xmlNode *n = call_first(e);
	struct value v;
	bool yes, all = call_is(e, "And");

	if (all || call_is(e, "Or")) {
		for (; n != NULL; n = call_next(n))
			if (meets(n, t) != all)
				return !all;
		return all;
	}
	if (call_is(e, "Not"))
		return !meets(n, t);
	if (call_is(e, "Contains"))
		return contains(e, t);
	if (!call_is(e, "Exists") && !call_is(e, "Excludes"))
		return comparison(e, t);
	get(&v, n, t);
	yes = v.there;
	if (call_is(e, "Excludes"))
		yes = yes && (v.n & bitmask(e)) == 0;
	value_free(&v);
	return yes;
}

bool
restrict_meets(
    const xmlNode *where, const struct item *it, const struct folder *f)
{
	struct thing t = { it, f };

	return where == NULL || meets(call_first(where), &t);
}

const char *
restrict_check_sort(const xmlNode *order, enum level level, struct sb *xml)
{
	const xmlNode *o = order != NULL ? call_first(order) : NULL;
	struct path p;
	const char *code = NULL;
	int n = 0;

	for (; code == NULL && o != NULL; o = call_next(o)) {
		code = value_path(&p, call_first(o), false, level);
		if (code == NULL &&
		    (p.type == VALUE_LIST || p.type == VALUE_OPAQUE ||
			p.prop == P_BODY || p.prop == P_TEXT_BODY ||
			call_next(call_first(o)) != NULL))
			code = "ErrorUnsupportedPathForSortGroup";
		if (code != NULL &&
		    strcmp(code, "ErrorUnsupportedPathForQuery") == 0)
			code = "ErrorUnsupportedPathForSortGroup";
		if (code != NULL)
			value_path_xml(xml, call_first(o));
		value_path_free(&p);
		if (code == NULL && ++n > MAX_KEYS)
			code = "ErrorInternalServerError";
	}
	return code;
}

struct row {
	struct item *item;
	struct value v[MAX_KEYS];
};

static _Thread_local struct {
	enum value_type type;
	bool down;
} keys[MAX_KEYS];
static _Thread_local int n_keys;

/* What is absent comes before all else. */
static int
by_keys(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int i, c = 0;

	for (i = 0; i < n_keys && c == 0; i++) {
		if (!x->v[i].there || !y->v[i].there)
			c = (int)x->v[i].there - (int)y->v[i].there;
		else
			c = value_compare(keys[i].type, &x->v[i], &y->v[i]);
		if (keys[i].down)
			c = -c;
	}
	return c != 0 ? c : x->item->num < y->item->num ? -1 : 1;
}

static void
read_keys(const xmlNode *order)
{
	const xmlNode *o;
	struct path p;

	n_keys = 0;
	for (o = call_first(order); o != NULL; o = call_next(o)) {
		value_path(&p, call_first(o), false, V_NONE);
		keys[n_keys].type = p.type;
		keys[n_keys++].down = attr_is(o, "Order", "Descending");
		value_path_free(&p);
	}
}

void
restrict_sort(struct item **v, size_t n, const xmlNode *order)
{
	struct row *rows;
	const xmlNode *o;
	size_t i;
	int k;

	if (order == NULL || n == 0) {
		for (i = 0; i < n / 2; i++) {
			struct item *t = v[i];

			v[i] = v[n - 1 - i];
			v[n - 1 - i] = t;
		}
		return;
	}
	read_keys(order);
	rows = sb_xmalloc(n * sizeof(*rows));
	for (i = 0; i < n; i++) {
		rows[i].item = v[i];
		o = call_first(order);
		for (k = 0; k < n_keys; k++, o = call_next(o))
			get(&rows[i].v[k], call_first(o),
			    &(struct thing){ v[i], NULL });
	}
	qsort(rows, n, sizeof(*rows), by_keys);
	for (i = 0; i < n; i++) {
		v[i] = rows[i].item;
		for (k = 0; k < n_keys; k++)
			value_free(&rows[i].v[k]);
	}
	free(rows);
}

struct term {
	enum { ANYWHERE, IN_SUBJECT, IN_FROM } where;
	char word[256];
};

/* The next term of a query: 1; 0 at its end; -1: not done here. */
static int
next_term(const char **at, struct term *t)
{
	const char *p = *at + strspn(*at, " ");
	size_t n;

	if (*p == 0)
		return 0;
	t->where = ANYWHERE;
	if (strncasecmp(p, "subject:", 8) == 0) {
		t->where = IN_SUBJECT;
		p += 8;
	} else if (strncasecmp(p, "from:", 5) == 0) {
		t->where = IN_FROM;
		p += 5;
	}
	if (*p == '"') {
		n = strcspn(++p, "\"");
		*at = p + n + (p[n] != 0);
	} else {
		n = strcspn(p, " ");
		*at = p + n;
		if (n == 0 || strcspn(p, "():<>=\"*~#") < n ||
		    (n == 2 && strncmp(p, "OR", 2) == 0) ||
		    (n == 3 && (strncmp(p, "AND", 3) == 0 ||
				   strncmp(p, "NOT", 3) == 0)))
			return -1;
	}
	if (n == 0 || n >= sizeof(t->word))
		return -1;
	memcpy(t->word, p, n);
	t->word[n] = 0;
	return 1;
}

const char *
restrict_check_query(const char *query)
{
	struct term t;
	int rc;

	while ((rc = next_term(&query, &t)) > 0)
		;
	return rc < 0 ? "ErrorUnsupportedQueryFilter" : NULL;
}

static bool
has_word(const char *s, const char *word)
{
	char *a = value_fold(s != NULL ? s : "", true, false);
	char *b = value_fold(word, true, false);
	bool yes = strstr(a, b) != NULL;

	free(a);
	free(b);
	return yes;
}

bool
restrict_query(const char *query, const struct item *it)
{
	struct mail tmp = { 0 };
	const struct mail *m = item_mail(it, &tmp, 0);
	const struct addr *from = m->from.n > 0 ? m->from.v : NULL;
	struct term t;
	bool yes = true;

	while (yes && next_term(&query, &t) > 0)
		yes = (t.where != IN_FROM && has_word(m->subject, t.word)) ||
		      (t.where != IN_SUBJECT && from != NULL &&
			  (has_word(from->addr, t.word) ||
			      has_word(from->name, t.word)));
	arena_free(&tmp.a);
	return yes;
}
