/*
 * property.c - singleValueExtendedProperties.
 * 1. The id is told as Graph writes it: no leading zeros, small letters.
 */
#include <string.h>

#include "graph/gjson.h"
#include "graph/message.h"

static json_t *
property_id(const struct property *q)
{
	struct sb b = { 0 };

	if (q->p.tag != 0)
		sb_fmt(&b, "%s 0x%x", q->type, q->p.tag);
	else if (q->name != NULL)
		sb_fmt(&b, "%s {%s} Name %s", q->type, q->set, q->name);
	else
		sb_fmt(&b, "%s {%s} Id 0x%lx", q->type, q->set, q->p.id);
	return gjson_sb(&b);
}

/* NULL: the item has none. */
static json_t *
property_value(
    const struct property *q, const struct item *it, const struct mail *m)
{
	const struct kept *k = mapi_kept(m, &q->p);
	struct mapi_value v;
	struct sb b = { 0 };

	if (k != NULL)
		return k->n > 0 ? gjson_text(k->v[0]) : NULL;
	if (!mapi_get(&v, &q->p, it, m, false))
		return NULL;
	if (q->p.type == MAPI_STRING)
		return gjson_textn(v.s, v.len);
	if (q->p.type == MAPI_INTEGER)
		sb_fmt(&b, "%lld", (long long)v.n);
	else if (q->p.type == MAPI_TIME)
		sb_time(&b, v.n);
	else
		sb_b64(&b, v.bytes, sizeof(v.bytes));
	return gjson_sb(&b);
}

void
property_add(json_t *to, const struct fields *f, const struct item *it,
    const struct mail *m)
{
	json_t *all = json_array(), *one, *value;
	int i;

	for (i = 0; i < f->n_properties; i++) {
		value = property_value(&f->property[i], it, m);
		if (value == NULL)
			continue;
		one = json_object();
		json_object_set_new(one, "id", property_id(&f->property[i]));
		json_object_set_new(one, "value", value);
		json_array_append_new(all, one);
	}
	if (json_array_size(all) > 0)
		json_object_set(to, "singleValueExtendedProperties", all);
	json_decref(all);
}
