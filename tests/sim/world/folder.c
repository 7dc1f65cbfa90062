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

#include "world/item.h"

struct standard {
	const char *parent; /* name of an earlier row; NULL: root */
	const char *name, *class;
	enum role role;
	enum product since;
};

#define TOP       "Top of Information Store"
#define ALL_ITEMS "AllItems"
#define ARCHIVE   "In-Place Archive"

static const struct standard STANDARD[] = {
	{ NULL, "Common Views", NULL, ROLE_NONE, EX2007 },
	{ NULL, "Deferred Action", NULL, ROLE_NONE, EX2007 },
	{ NULL, "Finder", NULL, ROLE_SEARCHES, EX2007 },
	{ NULL, "Shortcuts", NULL, ROLE_NONE, EX2007 },
	{ NULL, "Spooler Queue", NULL, ROLE_NONE, EX2007 },
	{ NULL, "Views", NULL, ROLE_NONE, EX2007 },
	{ NULL, "Recoverable Items", NULL, ROLE_RECOVERABLE, EX2010 },
	{ "Recoverable Items", "Deletions", NULL, ROLE_DELETIONS, EX2010 },
	{ "Recoverable Items", "Purges", NULL, ROLE_PURGES, EX2010 },
	{ "Recoverable Items", "Versions", NULL, ROLE_VERSIONS, EX2010 },
	{ NULL, ALL_ITEMS, "IPF", ROLE_NONE, EX2013 },
	{ NULL, TOP, NULL, ROLE_TOP, EX2007 },
	{ TOP, "Calendar", "IPF.Appointment", ROLE_CALENDAR, EX2007 },
	{ TOP, "Contacts", "IPF.Contact", ROLE_CONTACTS, EX2007 },
	{ "Contacts", "Recipient Cache", "IPF.Contact.RecipientCache",
	    ROLE_RECIPIENT_CACHE, EX2013 },
	{ TOP, "Conversation Action Settings", "IPF.Configuration", ROLE_NONE,
	    EX2010 },
	{ TOP, "Conversation History", "IPF.Note", ROLE_HISTORY, EX2010 },
	{ TOP, "Deleted Items", "IPF.Note", ROLE_DELETED, EX2007 },
	{ TOP, "Drafts", "IPF.Note", ROLE_DRAFTS, EX2007 },
	{ TOP, "Inbox", "IPF.Note", ROLE_INBOX, EX2007 },
	{ TOP, "Journal", "IPF.Journal", ROLE_JOURNAL, EX2007 },
	{ TOP, "Junk Email", "IPF.Note", ROLE_JUNK, EX2007 },
	{ TOP, "Notes", "IPF.StickyNote", ROLE_NOTES, EX2007 },
	{ TOP, "Outbox", "IPF.Note", ROLE_OUTBOX, EX2007 },
	{ TOP, "RSS Feeds", "IPF.Note.OutlookHomepage", ROLE_NONE, EX2007 },
	{ TOP, "Sent Items", "IPF.Note", ROLE_SENT, EX2007 },
	{ TOP, "Sync Issues", "IPF.Note", ROLE_SYNC_ISSUES, EX2007 },
	{ "Sync Issues", "Conflicts", "IPF.Note", ROLE_CONFLICTS, EX2007 },
	{ "Sync Issues", "Local Failures", "IPF.Note", ROLE_LOCAL_FAILURES,
	    EX2007 },
	{ "Sync Issues", "Server Failures", "IPF.Note", ROLE_SERVER_FAILURES,
	    EX2007 },
	{ TOP, "Tasks", "IPF.Task", ROLE_TASKS, EX2007 },
};

/* What commands call them, after an @. */
static const char *const ROLE[N_ROLES] = {
	[ROLE_ROOT] = "root",
	[ROLE_TOP] = "msgfolderroot",
	[ROLE_INBOX] = "inbox",
	[ROLE_DRAFTS] = "drafts",
	[ROLE_OUTBOX] = "outbox",
	[ROLE_SENT] = "sentitems",
	[ROLE_DELETED] = "deleteditems",
	[ROLE_JUNK] = "junkemail",
	[ROLE_CALENDAR] = "calendar",
	[ROLE_CONTACTS] = "contacts",
	[ROLE_RECIPIENT_CACHE] = "recipientcache",
	[ROLE_TASKS] = "tasks",
	[ROLE_NOTES] = "notes",
	[ROLE_JOURNAL] = "journal",
	[ROLE_HISTORY] = "conversationhistory",
	[ROLE_SEARCHES] = "searchfolders",
	[ROLE_SYNC_ISSUES] = "syncissues",
	[ROLE_CONFLICTS] = "conflicts",
	[ROLE_LOCAL_FAILURES] = "localfailures",
	[ROLE_SERVER_FAILURES] = "serverfailures",
	[ROLE_RECOVERABLE] = "recoverableitemsroot",
	[ROLE_DELETIONS] = "recoverableitemsdeletions",
	[ROLE_PURGES] = "recoverableitemspurges",
	[ROLE_VERSIONS] = "recoverableitemsversions",
	[ROLE_ARCHIVE_ROOT] = "archiveroot",
	[ROLE_ARCHIVE_TOP] = "archivemsgfolderroot",
	[ROLE_ARCHIVE_INBOX] = "archiveinbox",
	[ROLE_ARCHIVE_DELETED] = "archivedeleteditems",
};

static void
mark(struct folder *f)
{
	int64_t now = world_now();

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
	mb->folders =
	    sb_grow(mb->folders, mb->n_folders, &mb->cap_folders, sizeof(f));
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
	mb->root->role = ROLE_ROOT;
	for (i = 0; i < sizeof(STANDARD) / sizeof(STANDARD[0]); i++, s++) {
		struct folder *parent = mb->root, *f;

		if (s->since > world.product)
			continue;
		if (s->parent != NULL && mb->top != NULL)
			parent = strcmp(s->parent, TOP) == 0
				     ? mb->top
				     : folder_child(mb->top, s->parent);
		else if (s->parent != NULL)
			parent = folder_child(mb->root, s->parent);
		f = folder_add(mb, parent, s->name, s->class);
		f->role = s->role;
		f->search = strcmp(s->name, ALL_ITEMS) == 0;
		if (strcmp(s->name, TOP) == 0)
			mb->top = f;
	}
}

void
folder_archive(struct mailbox *mb)
{
	struct folder *root, *top;

	root = folder_add(mb, NULL, ARCHIVE, NULL);
	root->role = ROLE_ARCHIVE_ROOT;
	top = folder_add(mb, root, TOP, NULL);
	top->role = ROLE_ARCHIVE_TOP;
	folder_add(mb, top, "Deleted Items", "IPF.Note")->role =
	    ROLE_ARCHIVE_DELETED;
	folder_add(mb, top, "Inbox", "IPF.Note")->role = ROLE_ARCHIVE_INBOX;
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
folder_of_role(const struct mailbox *mb, enum role role)
{
	struct folder *f;
	size_t at = 0;

	while ((f = folder_next(mb, &at)) != NULL)
		if (f->role == role)
			return f;
	return NULL;
}

/* NULL when no folder is called that, or the mailbox has none of it. */
static struct folder *
called(const struct mailbox *mb, const char *word)
{
	int role;

	for (role = ROLE_NONE + 1; role < N_ROLES; role++)
		if (strcasecmp(ROLE[role], word) == 0)
			return folder_of_role(mb, (enum role)role);
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
		f = called(mb, name);
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
	if (f->role == ROLE_ARCHIVE_TOP) /* it has the path of the root */
		f = f->parent;
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
		if (f->role == ROLE_RECOVERABLE)
			return true;
	return false;
}

struct folder *
folder_of_deleted(const struct folder *from, enum deletion how)
{
	static const enum role TO[] = { [DELETE_MOVE] = ROLE_DELETED,
		[DELETE_SOFT] = ROLE_DELETIONS,
		[DELETE_HARD] = ROLE_PURGES };
	struct folder *f;

	/* what is removed already goes one way only */
	f = folder_of_role(
	    from->mailbox, folder_recoverable(from) ? ROLE_PURGES : TO[how]);
	return f != from ? f : NULL;
}

static const char *const CLASS[] = { [FOLDER_CALENDAR] = "IPF.Appointment",
	[FOLDER_CONTACTS] = "IPF.Contact",
	[FOLDER_TASKS] = "IPF.Task" };

const char *
folder_class_of(enum folder_kind kind)
{
	return kind <= FOLDER_TASKS ? CLASS[kind] : NULL;
}

static bool
has_class(const struct folder *f, const char *class)
{
	size_t n = strlen(class);

	return f->class != NULL && strncasecmp(f->class, class, n) == 0 &&
	       (f->class[n] == 0 || f->class[n] == '.');
}

enum folder_kind
folder_kind(const struct folder *f)
{
	int kind;

	if (f->search)
		return FOLDER_SEARCH;
	for (kind = FOLDER_CALENDAR; kind <= FOLDER_TASKS; kind++)
		if (has_class(f, CLASS[kind]))
			return (enum folder_kind)kind;
	return FOLDER_MAIL;
}

/* Appends to the journal; returns the new sequence. */
static uint64_t
journal(struct folder *f, struct entry e)
{
	f->journal =
	    sb_grow(f->journal, f->n_journal, &f->cap_journal, sizeof(e));
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

	f->items = sb_grow(f->items, f->n_items, &f->cap_items, sizeof(it));
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
