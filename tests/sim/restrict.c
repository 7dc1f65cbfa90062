/*
 * restrict.c - evaluates restrictions over one item or folder at a time.
 * 1. A value is text or a number (times and booleans are numbers); an
 *    absent one meets nothing but Not.
 */
#include "restrict.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "hash.h"
#include "item.h"

struct value {
	enum { ABSENT, NUMBER, TEXT, UNUSABLE } is;
	int64_t n;
	char *s;
};

static struct value
number(int64_t n)
{
	return (struct value){ .is = n == NO_TIME ? ABSENT : NUMBER, .n = n };
}

static struct value
string(const char *s)
{
	if (s == NULL)
		return (struct value){ .is = ABSENT };
	return (struct value){ .is = TEXT, .s = sb_xstrdup(s) };
}

static struct value
people(const struct addrs *a)
{
	struct sb b = { 0 };
	struct value v;
	int i;

	sb_str(&b, "");
	for (i = 0; i < a->n; i++)
		sb_fmt(&b, "%s%s <%s>", i ? "; " : "",
		    a->v[i].name ? a->v[i].name : "",
		    a->v[i].addr ? a->v[i].addr : "");
	v = string(b.p);
	sb_free(&b);
	return v;
}

static struct value
item_value(int p, const struct item *it, const struct mail *m)
{
	switch (p) {
	case P_RECEIVED:
		return number(it->received);
	case P_CREATED:
		return number(it->created);
	case P_MODIFIED:
		return number(it->modified);
	case P_SENT:
		return number(m->sent);
	case P_SIZE:
		return number((int64_t)item_size(it));
	case P_IS_READ:
		return number(it->read);
	case P_IS_DRAFT:
		return number(it->draft);
	case P_HAS_ATTACHMENTS:
		return number(m->n_att > 0);
	case P_SUBJECT:
	case P_TOPIC:
		return string(m->subject);
	case P_CLASS:
		return string(item_class(it, m));
	case P_MESSAGE_ID:
		return string(m->message_id);
	case P_IN_REPLY_TO:
		return string(m->in_reply_to);
	case P_FROM:
		return people(&m->from);
	case P_SENDER:
		return people(&m->sender);
	case P_TO:
	case P_DISPLAY_TO:
		return people(&m->to);
	case P_CC:
	case P_DISPLAY_CC:
		return people(&m->cc);
	default:
		return (struct value){ .is = UNUSABLE };
	}
}

static struct value
item_tag(unsigned tag, const struct item *it, const struct mail *m)
{
	static const struct {
		unsigned tag;
		int prop;
	} SAME[] = { { 0x1035, P_MESSAGE_ID }, { 0x0037, P_SUBJECT },
		{ 0x0E06, P_RECEIVED }, { 0x0039, P_SENT },
		{ 0x3007, P_CREATED }, { 0x3008, P_MODIFIED },
		{ 0x001A, P_CLASS }, { 0x0E08, P_SIZE } };
	uint64_t key[2];
	struct sb b = { 0 };
	struct value v;
	size_t i;

	for (i = 0; i < sizeof(SAME) / sizeof(SAME[0]); i++)
		if (SAME[i].tag == tag)
			return item_value(SAME[i].prop, it, m);
	if (tag != 0x300B)
		return (struct value){ .is = ABSENT };
	key[0] = hash_mix(it->search_key + 0x5EA7C4u);
	key[1] = hash_mix(key[0]);
	sb_b64(&b, key, sizeof(key));
	v = string(b.p);
	sb_free(&b);
	return v;
}

static struct value
folder_value(const char *uri, unsigned tag, const struct folder *f)
{
	if (tag == 0x3613 || (uri && strcmp(uri, "folder:FolderClass") == 0))
		return string(f->class);
	if (tag == 0x3001 || (uri && strcmp(uri, "folder:DisplayName") == 0))
		return string(f->name);
	if (tag == 0x3602 || (uri && strcmp(uri, "folder:TotalCount") == 0))
		return number((int64_t)f->n_items);
	if (tag == 0x3603 || (uri && strcmp(uri, "folder:UnreadCount") == 0))
		return number((int64_t)f->unread);
	if (tag == 0x670A)
		return number(f->commit_time);
	return (struct value){ .is = UNUSABLE };
}

static struct value
path_value(const xmlNode *path, const struct item *it, const struct folder *f)
{
	char *uri = call_attr(path, "FieldURI");
	char *tag = call_attr(path, "PropertyTag");
	unsigned t = tag != NULL ? (unsigned)strtoul(tag, NULL, 0) : 0;
	struct mail tmp = { 0 };
	struct value v = { .is = UNUSABLE };
	const struct mail *m;

	if (it == NULL) {
		if (f != NULL)
			v = folder_value(uri, t, f);
	} else {
		m = item_mail(it, &tmp, 0);
		if (tag != NULL)
			v = item_tag(t, it, m);
		else if (uri != NULL && shape_prop(uri) >= 0)
			v = item_value(shape_prop(uri), it, m);
		arena_free(&tmp.a);
	}
	xmlFree(uri);
	xmlFree(tag);
	return v;
}

/* A constant in the form of the value it is compared with. */
static struct value
constant(const char *s, const struct value *like)
{
	struct tm tm = { 0 };
	const char *rest;

	if (like->is != NUMBER)
		return string(s);
	if (strcasecmp(s, "true") == 0 || strcasecmp(s, "false") == 0)
		return number(strcasecmp(s, "true") == 0);
	rest = strptime(s, "%Y-%m-%dT%H:%M:%S", &tm);
	if (rest != NULL) {
		int64_t t = (int64_t)timegm(&tm);
		int h = 0, m = 0;

		if (*rest == '.')
			rest += 1 + strspn(rest + 1, "0123456789");
		if (*rest == '+' || *rest == '-') {
			h = atoi(rest + 1);
			m = strlen(rest) > 4 ? atoi(rest + 4) : 0;
			t -= (*rest == '-' ? -1 : 1) * (h * 3600 + m * 60);
		}
		return number(t);
	}
	return number(atoll(s));
}

static int
compare(const struct value *a, const struct value *b)
{
	if (a->is == NUMBER && b->is == NUMBER)
		return a->n < b->n ? -1 : a->n > b->n;
	if (a->is != b->is)
		return a->is < b->is ? -1 : 1;
	return a->s != NULL ? strcasecmp(a->s, b->s) : 0;
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
	return strcmp(op, "IsLessThanOrEqualTo") == 0 && c <= 0;
}

static bool
comparison(const xmlNode *e, const struct item *it, const struct folder *f,
    const char **code)
{
	const xmlNode *path = call_first(e);
	const xmlNode *other = call_first(call_child(e, "FieldURIOrConstant"));
	struct value a = path_value(path, it, f), b;
	char *text;
	bool yes;

	if (call_is(other, "Constant")) {
		text = call_attr(other, "Value");
		b = constant(text != NULL ? text : "", &a);
		xmlFree(text);
	} else {
		b = path_value(other, it, f);
	}
	if (a.is == UNUSABLE || b.is == UNUSABLE)
		*code = "ErrorUnsupportedPathForQuery";
	yes = a.is != ABSENT && b.is != ABSENT &&
	      decide((const char *)e->name, compare(&a, &b));
	free(a.s);
	free(b.s);
	return yes;
}

static bool
contains(const xmlNode *e, const struct item *it, const struct folder *f,
    const char **code)
{
	struct value a = path_value(call_first(e), it, f);
	char *text = call_attr(call_child(e, "Constant"), "Value");
	char *mode = call_attr(e, "ContainmentMode");
	bool yes = false;
	size_t n;

	if (a.is == UNUSABLE)
		*code = "ErrorUnsupportedPathForQuery";
	if (a.is == TEXT && text != NULL) {
		n = strlen(text);
		if (mode != NULL && strcmp(mode, "FullString") == 0)
			yes = strcasecmp(a.s, text) == 0;
		else if (mode != NULL && strcmp(mode, "Prefixed") == 0)
			yes = strncasecmp(a.s, text, n) == 0;
		else
			yes = strcasestr(a.s, text) != NULL;
	}
	xmlFree(text);
	xmlFree(mode);
	free(a.s);
	return yes;
}

bool
restrict_meets(const xmlNode *e, const struct item *it, const struct folder *f,
    const char **code)
{
	const xmlNode *n;
	struct value v;

	if (e == NULL)
		return true;
	if (call_is(e, "And") || call_is(e, "Or")) {
		bool all = call_is(e, "And");

		for (n = call_first(e); n != NULL; n = call_next(n))
			if (restrict_meets(n, it, f, code) != all)
				return !all;
		return all;
	}
	if (call_is(e, "Not"))
		return !restrict_meets(call_first(e), it, f, code);
	if (call_is(e, "Exists")) {
		v = path_value(call_first(e), it, f);
		free(v.s);
		return v.is == NUMBER || v.is == TEXT;
	}
	if (call_is(e, "Contains"))
		return contains(e, it, f, code);
	if (call_is(e, "Excludes")) {
		*code = "ErrorUnsupportedPathForQuery";
		return false;
	}
	return comparison(e, it, f, code);
}

struct key {
	const xmlNode *path;
	bool down;
};

static _Thread_local struct key keys[16];
static _Thread_local int n_keys;

static int
by_keys(const void *a, const void *b)
{
	const struct item *const *x = a, *const *y = b;
	int i, c = 0;

	for (i = 0; i < n_keys && c == 0; i++) {
		struct value v = path_value(keys[i].path, *x, NULL);
		struct value w = path_value(keys[i].path, *y, NULL);

		c = compare(&v, &w);
		if (keys[i].down)
			c = -c;
		free(v.s);
		free(w.s);
	}
	return c != 0 ? c : (*x)->num < (*y)->num ? -1 : 1;
}

int
restrict_sort(
    struct item **v, size_t n, const xmlNode *order, const char **code)
{
	const xmlNode *o;
	size_t i;

	n_keys = 0;
	if (order == NULL) {
		for (i = 0; i < n / 2; i++) {
			struct item *t = v[i];

			v[i] = v[n - 1 - i];
			v[n - 1 - i] = t;
		}
		return 0;
	}
	for (o = call_first(order); o != NULL; o = call_next(o)) {
		char *dir = call_attr(o, "Order");
		struct value val = { .is = UNUSABLE };

		keys[n_keys].path = call_first(o);
		keys[n_keys++].down =
		    dir != NULL && strcmp(dir, "Descending") == 0;
		xmlFree(dir);
		if (n > 0)
			val = path_value(call_first(o), v[0], NULL);
		free(val.s);
		if ((n > 0 && val.is == UNUSABLE) || n_keys > 6) {
			*code = "ErrorUnsupportedPathForSortGroup";
			return -1;
		}
	}
	if (n > 0)
		qsort(v, n, sizeof(*v), by_keys);
	return 0;
}
