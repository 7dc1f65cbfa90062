/*
 * mapi.c - properties by their numbers.
 * 1. A named property is the same under every spelling of its set; a header
 *    field's under every spelling of its name too.
 */
#include "world/mapi.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "world/item.h"

#define SET_COMMON  "00062008-0000-0000-c000-000000000046"
#define SET_HEADERS "00020386-0000-0000-c000-000000000046"
#define SET_STRINGS "00020329-0000-0000-c000-000000000046"

/* Faces of what is computed or stored elsewhere. */
static const unsigned COMPUTED[] = { 0x0023, 0x0029, 0x0040, 0x0041, 0x0042,
	0x0043, 0x0044, 0x0060, 0x0061, 0x0063, 0x0064, 0x0065, 0x0070, 0x0071,
	0x0075, 0x0076, 0x007D, 0x0C17, 0x0C19, 0x0C1A, 0x0C1D, 0x0C1E, 0x0C1F,
	0x0E02, 0x0E03, 0x0E04, 0x0E05, 0x0E08, 0x0E09, 0x0E12, 0x0E13, 0x0E17,
	0x0E1B, 0x0E1D, 0x0E23, 0x0E2B, 0x0FF6, 0x0FF9, 0x0FFE, 0x0FFF, 0x1000,
	0x1009, 0x1013, 0x1014, 0x1046, 0x1091, 0x1095, 0x10C3, 0x10F3, 0x3001,
	0x3007, 0x3008, 0x300B, 0x3FDE, 0x3FF1, 0x3FFA, 0x5902, 0x5D01, 0x5D02,
	0x5D07, 0x5D08 };

/* The same of named ones: reminder, flag, categories. */
static const struct {
	const char *set;
	long id;
	const char *name;
} NAMED[] = {
	{ SET_COMMON, 0x8501, NULL },
	{ SET_COMMON, 0x8502, NULL },
	{ SET_COMMON, 0x8503, NULL },
	{ SET_COMMON, 0x8516, NULL },
	{ SET_COMMON, 0x8517, NULL },
	{ SET_COMMON, 0x8530, NULL },
	{ SET_COMMON, 0x8560, NULL },
	{ SET_COMMON, 0x85A0, NULL },
	{ SET_STRINGS, 0, "Keywords" },
};

static bool
in_set(const struct mapi *p, const char *set)
{
	return p->set != NULL && strcasecmp(p->set, set) == 0;
}

bool
mapi_computed(const struct mapi *p)
{
	size_t i;

	for (i = 0; p->tag != 0 && i < sizeof(COMPUTED) / sizeof(COMPUTED[0]);
	     i++)
		if (COMPUTED[i] == p->tag)
			return true;
	for (i = 0; p->tag == 0 && i < sizeof(NAMED) / sizeof(NAMED[0]); i++) {
		if (!in_set(p, NAMED[i].set))
			continue;
		if (NAMED[i].name != NULL
			? p->name != NULL && strcmp(p->name, NAMED[i].name) == 0
			: p->name == NULL && p->id == NAMED[i].id)
			return true;
	}
	return false;
}

static void
small_letters(struct sb *b, const char *s)
{
	for (; *s != 0; s++)
		sb_ch(b, (char)tolower((unsigned char)*s));
}

/* The key under which it is kept. */
static void
key_of(struct sb *b, const struct mapi *p)
{
	if (p->tag != 0) {
		sb_fmt(b, "0x%x", p->tag);
	} else {
		small_letters(b, p->set != NULL ? p->set : "");
		if (p->name == NULL)
			sb_fmt(b, "/%ld", p->id);
		else if (in_set(p, SET_HEADERS))
			SB_LIT(b, ":"), small_letters(b, p->name);
		else
			sb_fmt(b, ":%s", p->name);
	}
	sb_fmt(b, " %04x", p->type);
}

bool
mapi_same(const struct mapi *p, const struct mapi *q)
{
	struct sb a = { 0 }, b = { 0 };
	bool same;

	key_of(&a, p);
	key_of(&b, q);
	same = strcmp(a.p, b.p) == 0;
	sb_free(&a);
	sb_free(&b);
	return same;
}

const struct kept *
mapi_kept(const struct mail *m, const struct mapi *p)
{
	const struct kept *k;
	struct sb key = { 0 };

	if (m->kept == NULL)
		return NULL;
	key_of(&key, p);
	k = kept_find(m, key.p);
	sb_free(&key);
	return k;
}

void
mapi_keep(struct mail *m, const struct mapi *p, const char *const *v, int n)
{
	struct sb key = { 0 };

	key_of(&key, p);
	kept_set(m, key.p, v, n);
	sb_free(&key);
}

static const char *
smtp_of(const struct addrs *a)
{
	return a->n > 0 ? a->v[0].addr : NULL;
}

/* As smtp_of, where the address book still has it. */
static const char *
book_addr(const struct addrs *a)
{
	const char *addr = smtp_of(a);
	const struct person *p = addr != NULL ? world_person(addr) : NULL;

	return p != NULL && p->departed ? NULL : addr;
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
wire_header(const struct mail *m, const char *name)
{
	int i;

	for (i = 0; i < m->n_headers; i++)
		if (strcasecmp(m->headers[i].name, name) == 0)
			return m->headers[i].value;
	return NULL;
}

static const char *
string_tag(
    unsigned tag, const struct item *it, const struct mail *m, bool attached)
{
	switch (tag) {
	case 0x001A:
		return item_class(attached ? NULL : it, m);
	case 0x0037:
		return m->subject;
	case 0x1035:
		return m->message_id;
	case 0x1039:
		return m->references;
	case 0x1042:
		return m->in_reply_to;
	case 0x5D01:
		return book_addr(&m->sender);
	case 0x5D02:
		return book_addr(&m->from);
	case 0x5D07:
	case 0x5D08:
		return it->sent ? NULL : it->folder->mailbox->person->addr;
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

static bool
get_string(struct mapi_value *v, const struct mapi *p, const struct item *it,
    const struct mail *m, bool attached)
{
	bool wire = attached || item_on_wire(it);

	if (p->tag == 0x007D) {
		v->s = wire ? m->raw : NULL;
		v->len = m->hdr_len;
		return v->s != NULL && v->len > 0;
	}
	if (p->tag != 0)
		v->s = string_tag(p->tag, it, m, attached);
	else if (in_set(p, SET_HEADERS) && p->name != NULL && wire)
		v->s = wire_header(m, p->name);
	v->len = v->s != NULL ? strlen(v->s) : 0;
	return v->s != NULL;
}

static bool
get_integer(struct mapi_value *v, unsigned tag, const struct item *it,
    const struct mail *m)
{
	const char *flag = kept_text(m, KEPT_FLAG);

	switch (tag) {
	case 0x0E07:
		v->n = (it->read ? 1 : 0) | (it->version == 0 ? 2 : 0) |
		       (it->draft ? 8 : 0);
		return true;
	case 0x0E08:
		v->n = (int64_t)item_size(it);
		return true;
	case 0x0E23: /* unique in a folder and rising, as IMAP wants it */
		v->n = (int64_t)it->num + 1;
		return true;
	case 0x0017:
		v->n = m->importance;
		return true;
	case 0x0036:
		v->n = m->sensitivity;
		return true;
	case 0x1090:
		v->n = flag != NULL ? *flag - '0' : 0;
		return flag != NULL;
	default:
		return false;
	}
}

static bool
get_time(struct mapi_value *v, unsigned tag, const struct item *it,
    const struct mail *m)
{
	v->n = tag == 0x0E06   ? it->received
	       : tag == 0x0039 ? m->sent
	       : tag == 0x3007 ? it->created
	       : tag == 0x3008 ? it->modified
			       : NO_TIME;
	return v->n != NO_TIME;
}

static bool
get_search_key(struct mapi_value *v, const struct item *it)
{
	uint64_t key[2];

	key[0] = hash_mix(it->search_key + 0x5EA7C4u);
	key[1] = hash_mix(key[0]);
	memcpy(v->bytes, key, sizeof(key));
	return true;
}

bool
mapi_get(struct mapi_value *v, const struct mapi *p, const struct item *it,
    const struct mail *m, bool attached)
{
	*v = (struct mapi_value){ 0 };
	if (p->type == MAPI_STRING)
		return get_string(v, p, it, m, attached);
	if (attached || p->tag == 0)
		return false;
	if (p->type == MAPI_INTEGER)
		return get_integer(v, p->tag, it, m);
	if (p->type == MAPI_TIME)
		return get_time(v, p->tag, it, m);
	return p->type == MAPI_BINARY && p->tag == 0x300B &&
	       get_search_key(v, it);
}
