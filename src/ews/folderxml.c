/*
 * folderxml.c - the parser of FindFolder's and GetFolder's answers.
 * 1. Any child of Folders is a folder, whatever its element is called. The
 *    element's name tells a search folder, and the class if nothing else does.
 * 2. A folder without an id is ignored: nothing could be asked of it.
 * 3. The marker is NULL unless 0x670A came: half a marker would call a changed
 *    folder unchanged.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "ews/call.h"
#include "ews/folderxml.h"

enum {
	TAG_CHANGED = 0x670A, /* local commit time max */
	TAG_DELETED = 0x670B, /* deleted count total */
	TAG_CLASS = 0x3613    /* container class */
};

unsigned
folderxml_tag(const char *s)
{
	return s == NULL ? 0 : (unsigned)strtoul(s, NULL, 0);
}

static const char *
keep_text(struct folderxml *p, const char *s)
{
	const char *c = arena_strdup(&p->list->arena, s);

	if (c == NULL && s != NULL)
		p->over = true;
	return c;
}

static void
read_paging(struct folderxml *p, const struct xml_attrs *a)
{
	const char *last = xml_attr(a, "IncludesLastItemInRange");
	const char *next = xml_attr(a, "IndexedPagingOffset");

	p->last_known = last != NULL;
	p->last = soap_true(last);
	if (next == NULL || !str_int(next, 0, INT32_MAX, &p->next))
		p->next = -1;
}

static int
folder_start(struct folderxml *p, enum tok t)
{
	memset(&p->cur, 0, sizeof(p->cur));
	p->cur.total = -1;
	p->is_search = t == TOK_SearchFolder;
	p->class_name = t == TOK_CalendarFolder   ? "IPF.Appointment"
			: t == TOK_ContactsFolder ? "IPF.Contact"
			: t == TOK_TasksFolder    ? "IPF.Task"
						  : NULL;
	p->changed = p->deleted = p->class_tag = NULL;
	return SOAP_ENTER;
}

static int
folder_field_start(struct folderxml *p, enum tok t, const struct xml_attrs *a)
{
	switch (t) {
	case TOK_FolderId:
		p->cur.id = keep_text(p, xml_attr(a, "Id"));
		return SOAP_SKIP;
	case TOK_ParentFolderId:
		p->cur.parent_id = keep_text(p, xml_attr(a, "Id"));
		return SOAP_SKIP;
	case TOK_ExtendedProperty:
		p->tag = 0;
		p->value = NULL;
		return SOAP_ENTER;
	case TOK_FolderClass:
	case TOK_DisplayName:
	case TOK_TotalCount:
	case TOK_DistinguishedFolderId:
		return SOAP_TEXT;
	default:
		return SOAP_SKIP;
	}
}

static int
folders_start(void *arg, enum tok t, int level, const struct xml_attrs *a,
    struct err *err)
{
	struct folderxml *p = arg;

	(void)err;
	if (p->find) {
		if (level == 1) {
			if (t != TOK_RootFolder)
				return SOAP_SKIP;
			read_paging(p, a);
			return SOAP_ENTER;
		}
		level--;
	}
	switch (level) {
	case 1:
		return t == TOK_Folders ? SOAP_ENTER : SOAP_SKIP;
	case 2:
		return folder_start(p, t);
	case 3:
		return folder_field_start(p, t, a);
	default:
		if (t == TOK_ExtendedFieldURI)
			p->tag = folderxml_tag(xml_attr(a, "PropertyTag"));
		return t == TOK_Value ? SOAP_TEXT : SOAP_SKIP;
	}
}

static const char *
folder_marker(struct folderxml *p)
{
	const char *out;
	char *m;

	if (p->changed == NULL || p->changed[0] == '\0')
		return NULL;
	m = mem_printf("%s|%s|%lld", p->changed,
	    p->deleted == NULL ? "-" : p->deleted, (long long)p->cur.total);
	out = keep_text(p, m);
	free(m);
	return out;
}

/* The class tells the kind (MS-OXOSFLD 2.2.1); IPF.Note has subclasses. */
static enum folder_kind
folder_kind_of(const char *class, bool is_search)
{
	if (is_search)
		return FOLDER_SEARCH;
	if (class == NULL || class[0] == '\0')
		return FOLDER_MAIL; /* some folders of Exchange have none */
	if (str_ieq(class, "IPF.Note") ||
	    (str_ieqn(class, "IPF.Note.", 9) &&
		!str_ieq(class, "IPF.Note.OutlookHomepage")))
		return FOLDER_MAIL;
	return FOLDER_OTHER;
}

static void
folder_end(struct folderxml *p)
{
	struct folder_list *l = p->list;
	struct folder *v;

	if (p->cur.id == NULL || p->cur.id[0] == '\0')
		return;
	if (p->inside++ > 0)
		p->crowded = true;
	if (p->cur.class == NULL)
		p->cur.class = p->class_tag;
	if (p->cur.class == NULL)
		p->cur.class = p->class_name;
	p->cur.kind = folder_kind_of(p->cur.class, p->is_search);
	if (p->cur.path == NULL)
		p->cur.path = keep_text(p, "");
	if (p->name != NULL && p->message < p->nname)
		p->cur.well_known = keep_text(p, p->name[p->message]);
	p->cur.marker = folder_marker(p);
	if (p->over)
		return;
	v = VEC_ADD_IN(&l->arena, l->v, l->n);
	if (v != NULL)
		*v = p->cur;
	else
		p->over = true;
}

/* The property is complete; its tag may come after its value. */
static void
folder_extended_end(struct folderxml *p)
{
	if (p->value == NULL)
		return;
	if (p->tag == TAG_CHANGED)
		p->changed = p->value;
	else if (p->tag == TAG_DELETED)
		p->deleted = p->value;
	else if (p->tag == TAG_CLASS)
		p->class_tag = p->value;
}

static void
folder_field_end(struct folderxml *p, enum tok t, const char *text)
{
	if (t == TOK_ExtendedProperty)
		folder_extended_end(p);
	if (text == NULL || text[0] == '\0')
		return;
	switch (t) {
	case TOK_FolderClass:
		p->cur.class = keep_text(p, text);
		break;
	case TOK_DisplayName:
		p->cur.path = keep_text(p, text);
		break;
	case TOK_TotalCount:
		if (!str_int(text, 0, INT64_MAX, &p->cur.total))
			p->cur.total = -1;
		break;
	case TOK_DistinguishedFolderId:
		p->cur.well_known = keep_text(p, text);
		break;
	case TOK_Value:
		p->value = keep_text(p, text);
		break;
	default:
		break;
	}
}

static int
folders_end(void *arg, enum tok t, int level, const char *text, size_t len,
    struct err *err)
{
	struct folderxml *p = arg;

	level -= p->find;
	if (level == 2)
		folder_end(p);
	else if (level > 2)
		folder_field_end(p, t, text);
	if (!p->over && (text != NULL || len == 0))
		return 0;
	err_set(err, ERR_RETRY,
	    "the list of folders is larger than exsync "
	    "takes");
	return err_code(err, CAUSE_TOO_LARGE, "too_large", SCOPE_MAILBOX);
}

/*
 * It is no error if this mailbox lacks a distinguished folder, or if the
 * account may not see it. Any other failure is one: a junk folder that is not
 * known as such would be read as mail.
 */
static bool
folder_absent(const struct folderxml *p, const struct err *e)
{
	return !p->find && p->nname > 1 && e->scope == SCOPE_FOLDER &&
	       (e->kind == ERR_GONE || e->kind == ERR_AUTH);
}

static int
folders_message(void *arg, const struct soap_status *st, struct err *err)
{
	struct folderxml *p = arg;
	struct err e = ERR_INIT;

	(void)err;
	p->message++;
	p->inside = 0;
	if (call_status(st, p->find ? SCOPE_MAILBOX : SCOPE_FOLDER, &e) == 0)
		return 0;
	if (e.kind == ERR_GONE && e.scope == SCOPE_ITEM)
		/* ErrorItemNotFound */
		err_recast(&e, ERR_GONE, SCOPE_FOLDER);
	if (!folder_absent(p, &e) && p->err.kind == ERR_NONE)
		p->err = e;
	return 0;
}

const struct soap_ops folderxml_find = { "FindFolder", folders_start,
	folders_end, NULL, folders_message };
const struct soap_ops folderxml_get = { "GetFolder", folders_start, folders_end,
	NULL, folders_message };
