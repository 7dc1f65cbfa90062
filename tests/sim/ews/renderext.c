/*
 * renderext.c - extended (MAPI) properties of an item.
 * 1. The echoed tag has no leading zeros and small letters, as Exchange
 *    writes it.
 * 2. Lists cut strings after 255 characters.
 */
#include <string.h>

#include "ews/render.h"
#include "world/mapi.h"

static void
attr(struct sb *b, const char *name, const char *value)
{
	if (value == NULL)
		return;
	sb_fmt(b, " %s=\"", name);
	sb_attr(b, value);
	SB_LIT(b, "\"");
}

void
render_ext_uri(struct sb *b, const struct ext *e)
{
	SB_LIT(b, "<t:ExtendedFieldURI");
	if (e->tag != 0)
		sb_fmt(b, " PropertyTag=\"0x%x\"", e->tag);
	attr(b, "DistinguishedPropertySetId", e->set_name);
	attr(b, "PropertySetId", e->set_id);
	attr(b, "PropertyName", e->name);
	attr(b, "PropertyId", e->id);
	attr(b, "PropertyType", e->type);
	SB_LIT(b, "/>");
}

static void
open_value(struct sb *b, const struct ext *e)
{
	SB_LIT(b, "<t:ExtendedProperty>");
	render_ext_uri(b, e);
	SB_LIT(b, "<t:Value>");
}

static void
close_value(struct sb *b)
{
	SB_LIT(b, "</t:Value></t:ExtendedProperty>");
}

/* How much of a string is told. */
static size_t
shown(const struct view *v, const char *s)
{
	size_t n = strlen(s);

	if (v->list && n > 255)
		for (n = 255; n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80;)
			n--;
	return n;
}

/* Raw header fields: only what is UTF-8 can be shown as it is. */
static void
show_bytes(struct sb *b, const struct mapi_value *value)
{
	struct sb t = { 0 };
	size_t i;

	for (i = 0; i < value->len; i++)
		sb_ch(
		    &t, (unsigned char)value->s[i] < 0x80 ? value->s[i] : '?');
	sb_xmln(b, t.p, t.n);
	sb_free(&t);
}

static void
own_value(const struct view *v, const struct ext *e, const struct mapi *p)
{
	struct sb *b = &v->c->out;
	struct mapi_value value;

	if (!mapi_get(&value, p, v->item, v->m, v->path.n > 0) ||
	    (v->list && p->tag == 0x007D))
		return;
	open_value(b, e);
	if (p->tag == 0x007D)
		show_bytes(b, &value);
	else if (p->type == MAPI_STRING)
		sb_xmln(b, value.s, shown(v, value.s));
	else if (p->type == MAPI_INTEGER)
		sb_fmt(b, "%lld", (long long)value.n);
	else if (p->type == MAPI_TIME)
		sb_time(b, value.n);
	else
		sb_b64(b, value.bytes, sizeof(value.bytes));
	close_value(b);
}

static void
kept_value(const struct view *v, const struct ext *e, const struct kept *k)
{
	size_t len = strlen(e->type);
	bool many = len > 5 && strcmp(e->type + len - 5, "Array") == 0;
	struct sb *b = &v->c->out;
	int i;

	SB_LIT(b, "<t:ExtendedProperty>");
	render_ext_uri(b, e);
	sb_str(b, many ? "<t:Values>" : "");
	for (i = 0; i < k->n; i++) {
		SB_LIT(b, "<t:Value>");
		sb_xmln(b, k->v[i], shown(v, k->v[i]));
		SB_LIT(b, "</t:Value>");
	}
	sb_str(b, many ? "</t:Values>" : "");
	SB_LIT(b, "</t:ExtendedProperty>");
}

static void
extended(const struct view *v, const struct ext *e)
{
	const struct kept *k;
	struct mapi p;

	if (!shape_mapi(&p, e))
		return;
	k = mapi_kept(v->m, &p);
	if (k != NULL)
		kept_value(v, e, k);
	else
		own_value(v, e, &p);
}

void
render_extended(const struct view *v)
{
	int i;

	for (i = 0; i < v->s->n_ext; i++)
		extended(v, &v->s->ext[i]);
}
