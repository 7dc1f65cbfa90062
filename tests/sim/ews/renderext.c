/*
 * renderext.c - extended (MAPI) properties of an item.
 * 1. The echoed tag has no leading zeros and small letters, as Exchange
 *    writes it.
 * 2. Lists cut strings after 255 characters.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "world/item.h"
#include "world/kept.h"
#include "ews/render.h"

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

static const char *
smtp_of(const struct addrs *a)
{
	return a->n > 0 ? a->v[0].addr : NULL;
}

static const char *
name_of(const struct addrs *a)
{
	if (a->n == 0)
		return NULL;
	return a->v[0].name != NULL ? a->v[0].name : a->v[0].addr;
}

/* Address as the store holds it: the DN for one's own organisation. */
static const char *
stored_addr(const struct addrs *a)
{
	const char *addr = smtp_of(a);
	const struct person *p = addr != NULL ? world_person(addr) : NULL;

	return p != NULL ? p->dn : addr;
}

static const char *
stored_type(const struct addrs *a)
{
	const char *addr = smtp_of(a);

	if (addr == NULL)
		return NULL;
	return world_person(addr) != NULL ? "EX" : "SMTP";
}

static const char *
wire_header(const struct view *v, const char *name)
{
	int i;

	if (v->path.n == 0 && (v->item->sent || v->item->draft))
		return NULL;
	for (i = 0; i < v->m->n_headers; i++)
		if (strcasecmp(v->m->headers[i].name, name) == 0)
			return v->m->headers[i].value;
	return NULL;
}

static const char *
string_tag(const struct view *v, unsigned tag)
{
	const struct mail *m = v->m;
	const char *me = v->item->folder->mailbox->person->addr;

	switch (tag) {
	case 0x001A:
		return item_class(v->path.n ? NULL : v->item, m);
	case 0x0037:
		return m->subject;
	case 0x1035:
		return m->message_id;
	case 0x1039:
		return m->references;
	case 0x1042:
		return m->in_reply_to;
	case 0x5D01:
		return smtp_of(&m->sender);
	case 0x5D02:
		return smtp_of(&m->from);
	case 0x5D07:
	case 0x5D08:
		return v->item->sent ? NULL : me;
	case 0x0C1E:
		return stored_type(&m->sender);
	case 0x0C1F:
		return stored_addr(&m->sender);
	case 0x0C1A:
		return name_of(&m->sender);
	case 0x0064:
		return stored_type(&m->from);
	case 0x0065:
		return stored_addr(&m->from);
	case 0x0042:
		return name_of(&m->from);
	default:
		return NULL;
	}
}

static int64_t
time_tag(const struct view *v, unsigned tag)
{
	switch (tag) {
	case 0x0E06:
		return v->item->received;
	case 0x0039:
		return v->m->sent;
	case 0x3007:
		return v->item->created;
	case 0x3008:
		return v->item->modified;
	default:
		return NO_TIME;
	}
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

static void
string_value(const struct view *v, const struct ext *e)
{
	struct sb *b = &v->c->out;
	const char *s = NULL;
	size_t n;

	if (e->tag == 0x007D && !v->list &&
	    (v->path.n > 0 || (!v->item->sent && !v->item->draft)) &&
	    v->m->raw != NULL && v->m->hdr_len > 0) {
		struct sb t = { 0 };

		/* raw bytes: only what is UTF-8 can be shown as it is */
		open_value(b, e);
		for (n = 0; n < v->m->hdr_len; n++)
			sb_ch(&t, (unsigned char)v->m->raw[n] < 0x80
				      ? v->m->raw[n]
				      : '?');
		sb_xmln(b, t.p, t.n);
		sb_free(&t);
		close_value(b);
		return;
	}
	if (e->tag != 0)
		s = string_tag(v, e->tag);
	else if (e->set_name != NULL && e->name != NULL &&
		 strcmp(e->set_name, "InternetHeaders") == 0)
		s = wire_header(v, e->name);
	if (s == NULL)
		return;
	open_value(b, e);
	sb_xmln(b, s, shown(v, s));
	close_value(b);
}

static int
which(const char *word, const char *const *of, int n, int otherwise)
{
	int i;

	for (i = 0; word != NULL && i < n; i++)
		if (strcmp(word, of[i]) == 0)
			return i;
	return otherwise;
}

static void
integer_value(const struct view *v, const struct ext *e)
{
	static const char *const IMPORTANCE[] = { "Low", "Normal", "High" };
	static const char *const SENSITIVITY[] = { "Normal", "Personal",
		"Private", "Confidential" };
	static const char *const FLAG[] = { "NotFlagged", "Complete",
		"Flagged" };
	struct sb *b = &v->c->out;
	const char *status;
	long long n;

	switch (e->tag) {
	case 0x0E07:
		n = (v->item->read ? 1 : 0) | (v->item->version == 0 ? 2 : 0) |
		    (v->item->draft ? 8 : 0);
		break;
	case 0x0E08:
		n = (long long)item_size(v->item);
		break;
	case 0x0E23: /* unique in a folder and rising, as IMAP wants it */
		n = (long long)v->item->num + 1;
		break;
	case 0x0017:
		n = which(v->m->importance, IMPORTANCE, 3, 1);
		break;
	case 0x1090:
		status = kept_text(v->m, "Flag/FlagStatus");
		if (status == NULL)
			return;
		n = which(status, FLAG, 3, 0);
		break;
	case 0x0036:
		n = which(v->m->sensitivity, SENSITIVITY, 4, 0);
		break;
	default:
		return;
	}
	open_value(b, e);
	sb_fmt(b, "%lld", n);
	close_value(b);
}

static void
search_key(const struct view *v, const struct ext *e)
{
	struct sb *b = &v->c->out;
	uint64_t key[2];

	key[0] = hash_mix(v->item->search_key + 0x5EA7C4u);
	key[1] = hash_mix(key[0]);
	open_value(b, e);
	sb_b64(b, key, sizeof(key));
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
	const struct kept *k = kept_ext(v->m, e);
	int64_t t;

	if (k != NULL) {
		kept_value(v, e, k);
	} else if (strcmp(e->type, "String") == 0) {
		string_value(v, e);
	} else if (v->path.n > 0) {
		return;
	} else if (strcmp(e->type, "Integer") == 0) {
		integer_value(v, e);
	} else if (strcmp(e->type, "Binary") == 0 && e->tag == 0x300B) {
		search_key(v, e);
	} else if (strcmp(e->type, "SystemTime") == 0 &&
		   (t = time_tag(v, e->tag)) != NO_TIME) {
		open_value(&v->c->out, e);
		sb_time(&v->c->out, t);
		close_value(&v->c->out);
	}
}

void
render_extended(const struct view *v)
{
	int i;

	for (i = 0; i < v->s->n_ext; i++)
		extended(v, &v->s->ext[i]);
}
