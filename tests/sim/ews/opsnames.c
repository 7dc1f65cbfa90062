/*
 * opsnames.c - ResolveNames, ConvertId.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ews/ident.h"
#include "ews/ops.h"
#include "ews/reply.h"
#include "world/folder.h"

#define MOST 100 /* candidates */

/* Ambiguous name resolution: the start of a name's word or an address. */
static bool
starts_word(const char *text, const char *word)
{
	size_t n = strlen(word);
	const char *p;

	for (p = text; p != NULL; p = strchr(p, ' ')) {
		p += *p == ' ';
		if (strncasecmp(p, word, n) == 0)
			return true;
	}
	return false;
}

static int
candidates(const char *entry, struct person **v)
{
	struct person *p;
	int n = 0;

	if (strncasecmp(entry, "smtp:", 5) == 0)
		entry += 5;
	if (strncasecmp(entry, "ex:", 3) == 0)
		entry += 3;
	p = *entry == '/' ? world_person_dn(entry) : world_person(entry);
	if (p != NULL && p->departed)
		return 0;
	if (p != NULL || *entry == '/') {
		v[0] = p;
		return p != NULL;
	}
	for (p = world.persons; p != NULL && n <= MOST; p = p->next)
		if (!p->departed && (starts_word(p->name, entry) ||
					starts_word(p->addr, entry)))
			v[n++] = p;
	return n;
}

static void
entry(struct sb *b, int key, const char *prefix, const char *addr)
{
	sb_fmt(b, "<t:Entry Key=\"EmailAddress%d\">%s", key, prefix);
	sb_xml(b, addr);
	SB_LIT(b, "</t:Entry>");
}

static void
contact(struct sb *b, const struct person *p)
{
	int i;

	SB_LIT(b, "<t:Contact><t:DisplayName>");
	sb_xml(b, p->name);
	SB_LIT(b, "</t:DisplayName><t:EmailAddresses>");
	entry(b, 1, "SMTP:", p->addr);
	for (i = 0; i < p->n_alias && i < 2; i++)
		entry(b, i + 2, "smtp:", p->alias[i]);
	SB_LIT(b, "</t:EmailAddresses><t:ContactSource>ActiveDirectory"
		  "</t:ContactSource></t:Contact>");
}

static void
resolution(struct call *c, const struct person *p, bool full)
{
	struct sb *b = &c->out;

	SB_LIT(b, "<t:Resolution><t:Mailbox><t:Name>");
	sb_xml(b, p->name);
	SB_LIT(b, "</t:Name><t:EmailAddress>");
	sb_xml(b, p->addr);
	sb_fmt(b,
	    "</t:EmailAddress><t:RoutingType>SMTP</t:RoutingType>"
	    "<t:MailboxType>%s</t:MailboxType></t:Mailbox>",
	    p->mailbox != NULL ? "Mailbox" : "Contact");
	if (full)
		contact(b, p);
	SB_LIT(b, "</t:Resolution>");
}

void
ops_resolve_names(struct call *c)
{
	char *name = call_text(call_child(c->op, "UnresolvedEntry"));
	char *full = call_attr(c->op, "ReturnFullContactData");
	struct person *v[MOST + 1];
	int i, n = candidates(name != NULL ? name : "", v);

	if (n == 0)
		reply_error(c, "ErrorNameResolutionNoResults");
	else if (n == 1)
		reply_ok(c);
	else
		reply_warning(c, "ErrorNameResolutionMultipleResults");
	if (n > 0) {
		sb_fmt(&c->out,
		    "<m:ResolutionSet TotalItemsInView=\"%d\" "
		    "IncludesLastItemInRange=\"%s\">",
		    n > MOST ? MOST : n, n > MOST ? "false" : "true");
		for (i = 0; i < n && i < MOST; i++)
			resolution(
			    c, v[i], full != NULL && strcmp(full, "true") == 0);
		SB_LIT(&c->out, "</m:ResolutionSet>");
	}
	reply_close(c);
	xmlFree(name);
	xmlFree(full);
}

/* The bytes of an entry id: a mark, the kind and the number. */
static void
entry_id(struct sb *b, char kind, uint32_t num)
{
	unsigned char bytes[24] = { 0 };
	int i;

	memcpy(bytes + 4, "exsim-entry-id", 14);
	bytes[19] = (unsigned char)kind;
	for (i = 0; i < 4; i++)
		bytes[20 + i] = (unsigned char)(num >> 8 * i);
	sb_add(b, bytes, sizeof(bytes));
}

static void
hex(struct sb *b, const struct sb *bytes)
{
	size_t i;

	for (i = 0; i < bytes->n; i++)
		sb_fmt(b, "%02X", (unsigned char)bytes->p[i]);
}

static bool
unhex(struct sb *b, const char *s)
{
	unsigned v;

	for (; *s != 0; s += 2) {
		if (strlen(s) < 2 || sscanf(s, "%2x", &v) != 1)
			return false;
		sb_ch(b, (char)v);
	}
	return b->n == 24;
}

static enum ident
from_bytes(const struct sb *b, struct item **it, struct folder **f)
{
	const unsigned char *p = (const unsigned char *)b->p;
	uint32_t num;

	if (b->n != 24 || memcmp(p + 4, "exsim-entry-id", 14) != 0)
		return IDENT_MALFORMED;
	num = p[20] | (uint32_t)p[21] << 8 | (uint32_t)p[22] << 16 |
	      (uint32_t)p[23] << 24;
	if (p[19] == 'I' && num < world.n_items)
		*it = world.items[num];
	if (p[19] == 'F' && num < world.n_folders)
		*f = world.folders[num];
	return *it != NULL || *f != NULL ? IDENT_OK : IDENT_GONE;
}

static enum ident
source(const char *format, const char *id, struct item **it, struct folder **f)
{
	struct sb b = { 0 };
	enum ident rc = IDENT_MALFORMED;

	*it = NULL;
	*f = NULL;
	if (strcmp(format, "EwsId") == 0) {
		rc = ident_find_item(id, it);
		if (rc == IDENT_MALFORMED)
			rc = ident_find_folder(id, f);
	} else if (strcmp(format, "HexEntryId") == 0) {
		if (unhex(&b, id))
			rc = from_bytes(&b, it, f);
	} else if (strcmp(format, "EntryId") == 0) {
		if (sb_unb64(&b, id, strlen(id)) == 0)
			rc = from_bytes(&b, it, f);
	}
	sb_free(&b);
	return rc;
}

static void
converted(struct call *c, const char *format, const struct item *it,
    const struct folder *f)
{
	struct sb *b = &c->out, bytes = { 0 };
	const struct mailbox *mb =
	    it != NULL ? it->folder->mailbox : f->mailbox;

	reply_ok(c);
	sb_fmt(b,
	    "<m:AlternateId xsi:type=\"t:AlternateIdType\" "
	    "Format=\"%s\" Id=\"",
	    format);
	entry_id(&bytes, it != NULL ? 'I' : 'F', it != NULL ? it->num : f->num);
	if (strcmp(format, "HexEntryId") == 0)
		hex(b, &bytes);
	else if (strcmp(format, "EntryId") == 0)
		sb_b64(b, bytes.p, bytes.n);
	else if (it != NULL)
		ident_item(b, mb, it->num);
	else
		ident_folder(b, f);
	SB_LIT(b, "\" Mailbox=\"");
	sb_attr(b, mb->person->addr);
	SB_LIT(b, "\"/>");
	sb_free(&bytes);
}

void
ops_convert_id(struct call *c)
{
	char *to = call_attr(c->op, "DestinationFormat");
	xmlNode *n = call_first(call_child(c->op, "SourceIds"));

	for (; n != NULL; n = call_next(n)) {
		char *id = call_attr(n, "Id"), *format = call_attr(n, "Format");
		struct folder *f = NULL;
		struct item *it = NULL;
		enum ident rc = IDENT_MALFORMED;

		if (id != NULL && format != NULL)
			rc = source(format, id, &it, &f);
		if (rc == IDENT_OK && (it != NULL || f != NULL))
			converted(c, to != NULL ? to : "EwsId", it, f);
		else
			reply_error(c, rc == IDENT_GONE
					   ? "ErrorItemNotFound"
					   : "ErrorInvalidIdMalformed");
		reply_close(c);
		xmlFree(id);
		xmlFree(format);
	}
	xmlFree(to);
}
