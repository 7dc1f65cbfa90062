/*
 * folder.c - folder trees and journals.
 * 1. items is sorted by (received, num); the journal only grows.
 * 2. Every change moves commit_time on by one second at least, so that a
 *    marker never hides a change (unless markers=coarse, where a second is
 *    the resolution, as on a real server).
 * 3. A removed folder keeps its number and is marked gone.
 */
#include "world/folder.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "world/item.h"

struct standard {
	const char *parent; /* name of an earlier row; NULL: root */
	const char *name, *class, *well_known;
	enum level since;    /* of the folder */
	enum level id_since; /* of the distinguished id */
	enum folder_kind kind;
};

#define TOP    "Top of Information Store"
#define NORMAL FOLDER_NORMAL
#define SEARCH FOLDER_SEARCH

static const struct standard STANDARD[] = {
	{ NULL, "Common Views", NULL, NULL, 0, 0, NORMAL },
	{ NULL, "Deferred Action", NULL, NULL, 0, 0, NORMAL },
	{ NULL, "Finder", NULL, "searchfolders", 0, 0, NORMAL },
	{ NULL, "Shortcuts", NULL, NULL, 0, 0, NORMAL },
	{ NULL, "Spooler Queue", NULL, NULL, 0, 0, NORMAL },
	{ NULL, "Views", NULL, NULL, 0, 0, NORMAL },
	{ NULL, "Recoverable Items", NULL, "recoverableitemsroot", V2010_SP1,
	    V2010_SP1, NORMAL },
	{ "Recoverable Items", "Deletions", NULL, "recoverableitemsdeletions",
	    V2010_SP1, V2010_SP1, NORMAL },
	{ "Recoverable Items", "Purges", NULL, "recoverableitemspurges",
	    V2010_SP1, V2010_SP1, NORMAL },
	{ "Recoverable Items", "Versions", NULL, "recoverableitemsversions",
	    V2010_SP1, V2010_SP1, NORMAL },
	{ NULL, "AllItems", "IPF", NULL, V2013, V2013, SEARCH },
	{ NULL, TOP, NULL, "msgfolderroot", 0, 0, NORMAL },
	{ TOP, "Calendar", "IPF.Appointment", "calendar", 0, 0, NORMAL },
	{ TOP, "Contacts", "IPF.Contact", "contacts", 0, 0, NORMAL },
	{ "Contacts", "Recipient Cache", "IPF.Contact.RecipientCache",
	    "recipientcache", V2013, V2013, NORMAL },
	{ TOP, "Conversation Action Settings", "IPF.Configuration", NULL, V2010,
	    0, NORMAL },
	{ TOP, "Conversation History", "IPF.Note", "conversationhistory", V2010,
	    V2013, NORMAL },
	{ TOP, "Deleted Items", "IPF.Note", "deleteditems", 0, 0, NORMAL },
	{ TOP, "Drafts", "IPF.Note", "drafts", 0, 0, NORMAL },
	{ TOP, "Inbox", "IPF.Note", "inbox", 0, 0, NORMAL },
	{ TOP, "Journal", "IPF.Journal", "journal", 0, 0, NORMAL },
	{ TOP, "Junk Email", "IPF.Note", "junkemail", 0, 0, NORMAL },
	{ TOP, "Notes", "IPF.StickyNote", "notes", 0, 0, NORMAL },
	{ TOP, "Outbox", "IPF.Note", "outbox", 0, 0, NORMAL },
	{ TOP, "RSS Feeds", "IPF.Note.OutlookHomepage", NULL, 0, 0, NORMAL },
	{ TOP, "Sent Items", "IPF.Note", "sentitems", 0, 0, NORMAL },
	{ TOP, "Sync Issues", "IPF.Note", "syncissues", 0, V2013, NORMAL },
	{ "Sync Issues", "Conflicts", "IPF.Note", "conflicts", 0, V2013,
	    NORMAL },
	{ "Sync Issues", "Local Failures", "IPF.Note", "localfailures", 0,
	    V2013, NORMAL },
	{ "Sync Issues", "Server Failures", "IPF.Note", "serverfailures", 0,
	    V2013, NORMAL },
	{ TOP, "Tasks", "IPF.Task", "tasks", 0, 0, NORMAL },
};

static void
mark(struct folder *f)
{
	int64_t now = (int64_t)time(NULL);

	if (f->commit_time >= now && world.markers != MARKERS_COARSE)
		now = f->commit_time + 1;
	f->commit_time = now;
	f->version++;
}

struct folder *
folder_add(struct mailbox *mb, struct folder *parent, const char *name,
    const char *class)
{
	struct folder *f = sb_xmalloc(sizeof(*f));

	f->mailbox = mb;
	f->parent = parent;
	f->name = sb_xstrdup(name);
	f->class = class != NULL ? sb_xstrdup(class) : NULL;
	f->create_seq = f->update_seq = ++mb->hier_seq;
	f->num = world_new_folder_num(f);
	if (mb->n_folders == mb->cap_folders) {
		mb->cap_folders = mb->cap_folders * 2 + 40;
		mb->folders =
		    sb_xrealloc(mb->folders, mb->cap_folders * sizeof(f));
	}
	mb->folders[mb->n_folders++] = f;
	mark(f);
	return f;
}

void
folder_standard(struct mailbox *mb)
{
	const struct standard *s = STANDARD;
	size_t i;

	mb->root = folder_add(mb, NULL, "", NULL);
	mb->root->well_known = "root";
	for (i = 0; i < sizeof(STANDARD) / sizeof(STANDARD[0]); i++, s++) {
		struct folder *parent = mb->root, *f;

		if (s->since > world.top)
			continue;
		if (s->parent != NULL && mb->top != NULL)
			parent = strcmp(s->parent, TOP) == 0
				     ? mb->top
				     : folder_child(mb->top, s->parent);
		else if (s->parent != NULL)
			parent = folder_child(mb->root, s->parent);
		f = folder_add(mb, parent, s->name, s->class);
		f->well_known = s->well_known;
		f->since = s->id_since;
		f->kind = s->kind;
		if (strcmp(s->name, TOP) == 0)
			mb->top = f;
	}
}

void
folder_rename(struct folder *f, const char *name)
{
	free(f->name);
	f->name = sb_xstrdup(name);
	f->update_seq = ++f->mailbox->hier_seq;
	f->version++;
}

void
folder_move(struct folder *f, struct folder *parent)
{
	f->parent = parent;
	f->update_seq = ++f->mailbox->hier_seq;
	f->version++;
}

void
folder_remove(struct folder *f)
{
	struct folder *c;
	size_t at = 0;

	while ((c = folder_next(f->mailbox, &at)) != NULL)
		if (c->parent == f)
			folder_remove(c);
	while (f->n_items > 0)
		item_delete(f->items[f->n_items - 1]);
	f->gone = true;
	f->update_seq = ++f->mailbox->hier_seq;
}

void
folder_free(struct folder *f)
{
	free(f->name);
	free(f->class);
	free(f->items);
	free(f->journal);
	free(f);
}

struct folder *
folder_next(const struct mailbox *mb, size_t *at)
{
	while (*at < mb->n_folders) {
		struct folder *f = mb->folders[(*at)++];

		if (!f->gone)
			return f;
	}
	return NULL;
}

struct folder *
folder_child(struct folder *parent, const char *name)
{
	struct folder *f;
	size_t at = 0;

	while ((f = folder_next(parent->mailbox, &at)) != NULL)
		if (f->parent == parent && strcasecmp(f->name, name) == 0)
			return f;
	return NULL;
}

struct folder *
folder_well_known(struct mailbox *mb, const char *id)
{
	struct folder *f;
	size_t at = 0;

	while ((f = folder_next(mb, &at)) != NULL)
		if (f->well_known != NULL && strcasecmp(f->well_known, id) == 0)
			return f;
	return NULL;
}

struct folder *
folder_find(struct mailbox *mb, const char *path, bool create)
{
	struct folder *f = path[0] == '/' ? mb->root : mb->top, *next;
	char name[256];

	if (path[0] == '@') {
		size_t n = strcspn(path + 1, "/");

		if (n >= sizeof(name))
			return NULL;
		memcpy(name, path + 1, n);
		name[n] = 0;
		f = folder_well_known(mb, name);
		path += 1 + n;
	}
	while (f != NULL && *(path += strspn(path, "/")) != 0) {
		size_t n = strcspn(path, "/");

		if (n >= sizeof(name))
			return NULL;
		memcpy(name, path, n);
		name[n] = 0;
		next = folder_child(f, name);
		if (next == NULL && create)
			next = folder_add(mb, f, name, "IPF.Note");
		f = next;
		path += n;
	}
	return f;
}

bool
folder_below(const struct folder *f, const struct folder *ancestor)
{
	for (f = f->parent; f != NULL; f = f->parent)
		if (f == ancestor)
			return true;
	return false;
}

int
folder_children(const struct folder *parent)
{
	struct folder *f;
	size_t at = 0;
	int n = 0;

	while ((f = folder_next(parent->mailbox, &at)) != NULL)
		n += f->parent == parent;
	return n;
}

void
folder_path(struct sb *b, const struct folder *f)
{
	if (f == f->mailbox->top)
		return;
	if (f->parent != NULL && f->parent != f->mailbox->top)
		folder_path(b, f->parent);
	if (f->parent != NULL && f->parent != f->mailbox->top)
		sb_ch(b, '/');
	sb_str(b, f->name);
}

bool
folder_recoverable(const struct folder *f)
{
	for (; f != NULL; f = f->parent)
		if (f->well_known != NULL &&
		    strcmp(f->well_known, "recoverableitemsroot") == 0)
			return true;
	return false;
}

struct folder *
folder_of_deleted(const struct folder *from, const char *how)
{
	const char *to = strcmp(how, "MoveToDeletedItems") == 0 ? "deleteditems"
			 : strcmp(how, "SoftDelete") == 0
			     ? "recoverableitemsdeletions"
			     : "recoverableitemspurges";
	struct folder *f;

	/* what is removed already goes one way only */
	if (folder_recoverable(from))
		to = "recoverableitemspurges";
	f = folder_well_known(from->mailbox, to);
	return f != from ? f : NULL;
}

const char *
folder_class_of(const char *element)
{
	if (strcmp(element, "CalendarFolder") == 0)
		return "IPF.Appointment";
	if (strcmp(element, "ContactsFolder") == 0)
		return "IPF.Contact";
	return strcmp(element, "TasksFolder") == 0 ? "IPF.Task" : NULL;
}

static bool
has_class(const struct folder *f, const char *class)
{
	size_t n = strlen(class);

	return f->class != NULL && strncasecmp(f->class, class, n) == 0 &&
	       (f->class[n] == 0 || f->class[n] == '.');
}

const char *
folder_element(const struct folder *f)
{
	if (f->kind == FOLDER_SEARCH)
		return "SearchFolder";
	if (has_class(f, "IPF.Appointment"))
		return "CalendarFolder";
	if (has_class(f, "IPF.Contact"))
		return "ContactsFolder";
	return has_class(f, "IPF.Task") ? "TasksFolder" : "Folder";
}

/* Appends to the journal; returns the new sequence. */
static uint64_t
journal(struct folder *f, struct entry e)
{
	if (f->n_journal == f->cap_journal) {
		f->cap_journal = f->cap_journal * 2 + 16;
		f->journal = sb_xrealloc(
		    f->journal, f->cap_journal * sizeof(*f->journal));
	}
	f->journal[f->n_journal++] = e;
	mark(f);
	return f->n_journal;
}

static bool
older(const struct item *a, const struct item *b)
{
	return a->received != b->received ? a->received < b->received
					  : a->num < b->num;
}

/* Where it lies, or would lie, in items. */
static size_t
place(const struct folder *f, const struct item *it)
{
	size_t lo = 0, hi = f->n_items;

	if (hi > 0 && older(f->items[hi - 1], it))
		return hi;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (older(f->items[mid], it))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void
folder_insert(struct folder *f, struct item *it)
{
	size_t at = place(f, it);

	if (f->n_items == f->cap_items) {
		f->cap_items = f->cap_items * 2 + 16;
		f->items =
		    sb_xrealloc(f->items, f->cap_items * sizeof(struct item *));
	}
	memmove(f->items + at + 1, f->items + at,
	    (f->n_items - at) * sizeof(struct item *));
	f->items[at] = it;
	f->n_items++;
	f->unread += !it->read;
	it->folder = f;
	it->create_seq = journal(f, (struct entry){ .num = it->num });
	it->last_seq = it->create_seq;
}

void
folder_take_out(struct folder *f, struct item *it)
{
	size_t at = place(f, it);

	memmove(f->items + at, f->items + at + 1,
	    (f->n_items - at - 1) * sizeof(struct item *));
	f->n_items--;
	f->unread -= !it->read;
	f->deleted_count++;
	journal(f, (struct entry){ .num = it->num,
		       .gone = true,
		       .created = it->create_seq,
		       .received = it->received });
}

void
folder_changed(struct folder *f, struct item *it, bool read_flag_only)
{
	uint64_t seq = journal(f, (struct entry){ .num = it->num });

	if (read_flag_only)
		it->read_seq = seq;
	else
		it->update_seq = seq;
	it->last_seq = seq;
}
