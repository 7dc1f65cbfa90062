/*
 * renderfolder.c - a folder's element, in schema order.
 */
#include "ews/renderfolder.h"

#include <string.h>

#include "ews/ident.h"
#include "ews/option.h"
#include "ews/render.h"
#include "world/folder.h"
#include "world/item.h"

static const char *const ELEMENT[] = { [FOLDER_MAIL] = "Folder",
	[FOLDER_CALENDAR] = "CalendarFolder",
	[FOLDER_CONTACTS] = "ContactsFolder",
	[FOLDER_TASKS] = "TasksFolder",
	[FOLDER_SEARCH] = "SearchFolder" };

const char *
renderfolder_element(const struct folder *f)
{
	return ELEMENT[folder_kind(f)];
}

const char *
renderfolder_class(const char *element)
{
	int kind = FOLDER_MAIL;

	while (kind < FOLDER_SEARCH && strcmp(ELEMENT[kind], element) != 0)
		kind++;
	return folder_class_of((enum folder_kind)kind);
}

void
renderfolder_id(struct sb *b, const struct folder *f, const char *element)
{
	sb_fmt(b, "<t:%s Id=\"", element);
	ident_folder(b, f);
	SB_LIT(b, "\" ChangeKey=\"");
	ident_folder_key(b, f);
	SB_LIT(b, "\"/>");
}

static void
number(struct sb *b, const struct ext *e, unsigned long n)
{
	SB_LIT(b, "<t:ExtendedProperty>");
	render_ext_uri(b, e);
	sb_fmt(b, "<t:Value>%lu</t:Value></t:ExtendedProperty>", n);
}

static void
words(struct sb *b, const struct ext *e, const char *s)
{
	if (s == NULL)
		return;
	SB_LIT(b, "<t:ExtendedProperty>");
	render_ext_uri(b, e);
	SB_LIT(b, "<t:Value>");
	sb_xml(b, s);
	SB_LIT(b, "</t:Value></t:ExtendedProperty>");
}

static unsigned long
size(const struct folder *f)
{
	unsigned long sum = 0;
	size_t i;

	for (i = 0; i < f->n_items; i++)
		sum += item_size(f->items[i]);
	return sum;
}

static void
extended(struct sb *b, const struct ext *e, const struct folder *f)
{
	struct sb t = { 0 };
	bool on = world.markers != MARKERS_OFF;

	switch (e->tag) {
	case 0x0E08:
		number(b, e, size(f));
		break;
	case 0x3001:
		words(b, e, f->name);
		break;
	case 0x3602:
		number(b, e, f->n_items);
		break;
	case 0x3603:
		number(b, e, f->unread);
		break;
	case 0x3613:
		words(b, e, f->class);
		break;
	case 0x670A:
		sb_time(&t, f->commit_time);
		if (on && strcmp(e->type, "SystemTime") == 0)
			words(b, e, t.p);
		sb_free(&t);
		break;
	case 0x670B:
		if (on)
			number(b, e, f->deleted_count);
		break;
	case 0x10F4:
		words(b, e, "false");
		break;
	default:
		break;
	}
}

void
renderfolder(struct call *c, const struct shape *s, const struct folder *f)
{
	const char *element = renderfolder_element(f);
	struct sb *b = &c->out;
	int i;

	sb_fmt(b, "<t:%s>", element);
	renderfolder_id(b, f, "FolderId");
	if (s->folder[FP_PARENT])
		renderfolder_id(
		    b, f->parent != NULL ? f->parent : f, "ParentFolderId");
	if (s->folder[FP_CLASS] && f->class != NULL) {
		SB_LIT(b, "<t:FolderClass>");
		sb_xml(b, f->class);
		SB_LIT(b, "</t:FolderClass>");
	}
	if (s->folder[FP_NAME]) {
		SB_LIT(b, "<t:DisplayName>");
		sb_xml(b, f->name);
		SB_LIT(b, "</t:DisplayName>");
	}
	if (s->folder[FP_TOTAL])
		sb_fmt(b, "<t:TotalCount>%zu</t:TotalCount>", f->n_items);
	if (s->folder[FP_CHILDREN])
		sb_fmt(b, "<t:ChildFolderCount>%d</t:ChildFolderCount>",
		    folder_children(f));
	for (i = 0; i < s->n_ext; i++)
		extended(b, &s->ext[i], f);
	if (s->folder[FP_RIGHTS])
		render_rights(c, b, true);
	if (s->folder[FP_WELL_KNOWN] && f->role != ROLE_NONE &&
	    option.well_known)
		sb_fmt(b,
		    "<t:DistinguishedFolderId>%s</t:DistinguishedFolderId>",
		    version_role_id(f->role));
	if (s->folder[FP_UNREAD] && strcmp(element, "CalendarFolder") != 0 &&
	    strcmp(element, "ContactsFolder") != 0)
		sb_fmt(b, "<t:UnreadCount>%zu</t:UnreadCount>", f->unread);
	sb_fmt(b, "</t:%s>", element);
}
