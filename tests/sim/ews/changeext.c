/*
 * changeext.c - extended properties that are written.
 * 1. A property that is another face of a field is written into the field,
 *    or refused: two values of one property never stand side by side.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "ews/change.h"
#include "world/mapi.h"

static bool
is_guid(const char *s)
{
	size_t i, n = strlen(s);

	for (i = 0; i < n; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23
			? s[i] != '-'
			: !isxdigit((unsigned char)s[i]))
			return false;
	return n == 36;
}

static bool
whole_number(const char *s, long long low, long long high)
{
	char *end;
	long long v = strtoll(s, &end, 10);

	return end != s && *end == 0 && v >= low && v <= high;
}

/* The value in the form that GetItem gives; false: none of that type. */
static bool
canonical(struct sb *b, const char *type, const char *s)
{
	char *end;
	int64_t t;
	bool ok = true;

	if (strcmp(type, "SystemTime") == 0) {
		ok = change_time(s, &t);
		if (ok)
			sb_time(b, t);
		return ok;
	}
	if (strcmp(type, "Boolean") == 0) {
		ok = strcmp(s, "true") == 0 || strcmp(s, "false") == 0 ||
		     strcmp(s, "1") == 0 || strcmp(s, "0") == 0;
		sb_str(b, *s == 't' || *s == '1' ? "true" : "false");
		return ok;
	}
	sb_str(b, s);
	if (strcmp(type, "Integer") == 0)
		return whole_number(s, INT32_MIN, UINT32_MAX);
	if (strcmp(type, "Short") == 0)
		return whole_number(s, INT16_MIN, UINT16_MAX);
	if (strcmp(type, "Long") == 0 || strcmp(type, "Currency") == 0)
		return whole_number(s, INT64_MIN, INT64_MAX);
	if (strcmp(type, "Binary") == 0) {
		struct sb raw = { 0 };

		ok = sb_unb64(&raw, s, strlen(s)) == 0;
		sb_free(&raw);
		return ok;
	}
	if (strcmp(type, "CLSID") == 0)
		return is_guid(s);
	if (strcmp(type, "String") == 0)
		return true;
	/* Float, Double, ApplicationTime */
	strtod(s, &end);
	return end != s && *end == 0;
}

static const char *
cut(struct arena *a, unsigned tag, const char *s)
{
	char *kept = arena_str(a, s);

	if (tag == 0x0037)
		change_cut_subject(kept);
	return kept;
}

static const char *
set_string(struct change *ch, unsigned tag, const char *s)
{
	struct mail *m = change_mail(ch);
	const char **at = tag == 0x0037   ? &m->subject
			  : tag == 0x1035 ? &m->message_id
			  : tag == 0x1039 ? &m->references
					  : &m->in_reply_to;

	if (tag == 0x001A) {
		if (s == NULL || ch->nested)
			return "ErrorInvalidPropertySet";
		change_class(ch, s);
		return NULL;
	}
	if (tag == 0x1035 && !ch->create)
		return "ErrorInvalidPropertySet";
	*at = s != NULL ? cut(&m->a, tag, s) : NULL;
	ch->touched = ch->anew = true;
	return NULL;
}

static const char *
set_number(struct change *ch, unsigned tag, const char *s)
{
	static const char *const FLAG[] = { "0", "1", "2" };
	long n = s != NULL ? strtol(s, NULL, 10) : tag == 0x0017;
	struct mail *m = change_mail(ch);

	if (tag == 0x0E07) { /* read, unmodified, unsent */
		if (!ch->create || ch->nested || s == NULL || n & ~(1 | 2 | 8))
			return "ErrorInvalidPropertySet";
		ch->read = (n & 1) != 0;
		ch->draft = (n & 8) != 0;
		return NULL;
	}
	if (n < 0 || n > (tag == 0x0036 ? 3 : 2))
		return "ErrorInvalidExtendedPropertyValue";
	if (tag == 0x1090) {
		kept_one(m, KEPT_FLAG, s != NULL ? FLAG[n] : NULL);
		ch->touched = true;
		return NULL;
	}
	if (tag == 0x0017)
		m->importance = (int)n;
	else
		m->sensitivity = (int)n;
	ch->touched = ch->anew = true;
	return NULL;
}

static const char *
set_time(struct change *ch, unsigned tag, const char *s)
{
	int64_t t = NO_TIME;

	if (!ch->create || ch->nested || s == NULL || !change_time(s, &t))
		return "ErrorInvalidPropertySet";
	if (tag == 0x0E06) {
		ch->received = t;
	} else {
		change_mail(ch)->sent = t;
		ch->touched = ch->anew = true;
	}
	return NULL;
}

/* Tags that are fields. False: it is none; s NULL: it is removed. */
static bool
set_face(
    struct change *ch, const struct ext *e, const char *s, const char **code)
{
	static const struct {
		unsigned tag;
		const char *type;
		const char *(*set)(struct change *, unsigned, const char *);
	} FACE[] = {
		{ 0x0037, "String", set_string },
		{ 0x1035, "String", set_string },
		{ 0x1039, "String", set_string },
		{ 0x1042, "String", set_string },
		{ 0x001A, "String", set_string },
		{ 0x0017, "Integer", set_number },
		{ 0x0036, "Integer", set_number },
		{ 0x1090, "Integer", set_number },
		{ 0x0E07, "Integer", set_number },
		{ 0x0E06, "SystemTime", set_time },
		{ 0x0039, "SystemTime", set_time },
	};
	size_t i;

	for (i = 0; i < sizeof(FACE) / sizeof(FACE[0]); i++)
		if (FACE[i].tag == e->tag) {
			*code = strcmp(FACE[i].type, e->type) == 0
				    ? FACE[i].set(ch, e->tag, s)
				    : "ErrorInvalidExtendedProperty";
			return true;
		}
	return false;
}

/* NULL: the path may be written to, and is p. */
static const char *
bad_path(struct change *ch, const struct ext *e, struct mapi *p)
{
	if (!shape_mapi(p, e))
		return "ErrorUnsupportedMapiPropertyType";
	if (mapi_computed(p))
		return change_refuse(ch, "ErrorInvalidPropertySet",
		    "The simulator computes that property, or has it as a "
		    "field.");
	return NULL;
}

struct values {
	const char **v;
	int n;
	size_t base; /* length of the type's name without Array */
	bool many;
};

static const char *
add_value(
    struct change *ch, const struct ext *e, const xmlNode *n, struct values *v)
{
	struct sb b = { 0 }, type = { 0 };
	char *text = call_text(n);
	bool ok;

	sb_add(&type, e->type, v->base);
	sb_str(&b, "");
	ok = canonical(&b, type.p, text);
	if (ok)
		v->v[v->n++] = arena_str(&ch->m->a, b.p != NULL ? b.p : "");
	xmlFree(text);
	sb_free(&b);
	sb_free(&type);
	return ok ? NULL : "ErrorInvalidExtendedPropertyValue";
}

static const char *
read_values(struct change *ch, const struct ext *e, const xmlNode *property,
    struct values *v)
{
	const xmlNode *one = call_child(property, "Value");
	const xmlNode *many = call_child(property, "Values"), *n;
	size_t len = strlen(e->type);
	const char *code = NULL;
	size_t most = 1;

	v->many = len > 5 && strcmp(e->type + len - 5, "Array") == 0;
	v->base = v->many ? len - 5 : len;
	if (v->many != (many != NULL))
		return "ErrorInvalidExtendedPropertyValue";
	for (n = many != NULL ? call_first(many) : NULL; n != NULL;
	     n = call_next(n))
		most++;
	v->v = arena_alloc(&change_mail(ch)->a, most * sizeof(*v->v));
	if (!v->many)
		return add_value(ch, e, one, v);
	for (n = call_first(many); n != NULL && code == NULL; n = call_next(n))
		code = add_value(ch, e, n, v);
	return code;
}

const char *
changeext_set(struct change *ch, const xmlNode *property)
{
	struct values v = { 0 };
	struct mapi p;
	struct ext e;
	const char *code;

	if (shape_read_ext(
		&e, call_child(property, "ExtendedFieldURI"), &code) < 0)
		return code;
	code = bad_path(ch, &e, &p);
	if (code == NULL)
		code = read_values(ch, &e, property, &v);
	if (code == NULL && !set_face(ch, &e, v.v[0], &code)) {
		mapi_keep(ch->m, &p, v.v, v.n);
		ch->touched = true;
	}
	shape_free_ext(&e);
	return code;
}

const char *
changeext_remove(struct change *ch, const xmlNode *path)
{
	struct mapi p;
	struct ext e;
	const char *code;

	if (shape_read_ext(&e, path, &code) < 0)
		return code;
	code = bad_path(ch, &e, &p);
	if (code == NULL && !set_face(ch, &e, NULL, &code)) {
		mapi_keep(change_mail(ch), &p, NULL, 0);
		ch->touched = true;
	}
	if (code != NULL && strcmp(code, "ErrorInvalidPropertySet") == 0)
		code = "ErrorInvalidPropertyDelete";
	shape_free_ext(&e);
	return code;
}
