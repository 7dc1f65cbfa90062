/*
 * opssync.c - SyncFolderItems: what world/walk.c finds, as changes.
 */
#include <stdlib.h>
#include <string.h>

#include "ews/fault.h"
#include "ews/ident.h"
#include "ews/ops.h"
#include "ews/option.h"
#include "ews/render.h"
#include "ews/reply.h"
#include "ews/state.h"
#include "world/folder.h"

struct sync {
	struct call *c;
	struct shape s;
	struct folder *f;
	struct state st;
	struct walk_page page;
	char **ignore;
	size_t n_ignore;
};

static bool
ignored(const struct sync *y, const struct item *it)
{
	struct sb id = { 0 };
	bool yes = false;
	size_t i;

	if (y->n_ignore == 0)
		return false;
	ident_item(&id, it->folder->mailbox, it->num);
	for (i = 0; i < y->n_ignore; i++)
		yes = yes || strcmp(id.p, y->ignore[i]) == 0;
	sb_free(&id);
	return yes;
}

static void
give_delete(struct sync *y, uint32_t num)
{
	struct sb *b = &y->c->out;

	SB_LIT(b, "<t:Delete><t:ItemId Id=\"");
	ident_item(b, y->f->mailbox, num);
	SB_LIT(b, "\"/></t:Delete>");
}

static bool
give(void *arg, enum walk_change what, const struct item *it, uint32_t num)
{
	static const char *const ELEMENT[] = { [WALK_CREATE] = "Create",
		[WALK_UPDATE] = "Update",
		[WALK_READ] = "ReadFlagChange" };
	struct sync *y = arg;
	struct sb *b = &y->c->out;

	if (it == NULL) {
		give_delete(y, num);
		return true;
	}
	if (ignored(y, it) || fault_hides(y->c, it))
		return false;
	sb_fmt(b, "<t:%s>", ELEMENT[what]);
	if (what == WALK_READ) {
		render_item_id(b, it);
		sb_fmt(
		    b, "<t:IsRead>%s</t:IsRead>", it->read ? "true" : "false");
	} else {
		render_item(y->c, &y->s, it, true);
	}
	sb_fmt(b, "</t:%s>", ELEMENT[what]);
	return true;
}

static void
failed(struct call *c, const char *code, const char *xml)
{
	reply_error_xml(c, code, NULL, xml);
	SB_LIT(&c->out, "<m:SyncState/><m:IncludesLastItemInRange>true"
			"</m:IncludesLastItemInRange>");
	reply_close(c);
}

static int
read_state(struct sync *y)
{
	xmlNode *n = call_child(y->c->op, "SyncState");
	char *text = n != NULL ? call_text(n) : NULL;
	struct state *st = &y->st;
	bool fresh = text == NULL || *text == 0;
	int rc = 0;

	if (y->c->fault != NULL && y->c->fault->kind == F_RESEND)
		fresh = true;
	st->kind = STATE_ITEMS;
	if (fresh)
		walk_begin(&st->at, y->f, option.newest_first);
	else
		rc = state_decode(text, st);
	xmlFree(text);
	return st->kind == STATE_ITEMS && walk_valid(&st->at, y->f) ? rc : -1;
}

static void
read_ignore(struct sync *y)
{
	xmlNode *n = call_child(y->c->op, "Ignore");

	n = n != NULL ? call_first(n) : NULL;
	for (; n != NULL; n = call_next(n)) {
		char *id = call_attr(n, "Id");

		if (id == NULL)
			continue;
		y->ignore = sb_xrealloc(
		    y->ignore, (y->n_ignore + 1) * sizeof(*y->ignore));
		y->ignore[y->n_ignore++] = id;
	}
}

/* Deletes for items that were never given out. */
static void
ghosts(struct sync *y)
{
	uint32_t i;

	for (i = 0; i < 3; i++, y->page.given++)
		give_delete(y, 0x00F00000u + i);
}

/* The first change of the page names no item, or is of a made-up kind. */
static void
spoil_first(struct sb *changes, enum fault_kind kind)
{
	struct sb out = { 0 };
	char *id, *end, *name;
	size_t n;

	if (changes->p == NULL || changes->n == 0)
		return;
	if (kind == F_NOID) {
		id = strstr(changes->p, "<t:ItemId");
		end = strstr(id, "/>") + 2;
		sb_add(&out, changes->p, (size_t)(id - changes->p));
		sb_add(&out, end, strlen(end));
	} else { /* <t:Create>...</t:Create> */
		name = changes->p + 3;
		n = strcspn(name, ">");
		end = strstr(name, "</t:");
		while (strncmp(end + 4, name, n) != 0)
			end = strstr(end + 4, "</t:");
		SB_LIT(&out, "<t:Arrival>");
		sb_add(&out, name + n + 1, (size_t)(end - name) - n - 1);
		SB_LIT(&out, "</t:Arrival>");
		end = strchr(end, '>') + 1;
		sb_add(&out, end, strlen(end));
	}
	sb_free(changes);
	*changes = out;
}

static void
answer(struct sync *y)
{
	struct call *c = y->c;
	enum fault_kind kind = c->fault != NULL ? c->fault->kind : F_KINDS;
	struct state before = y->st;
	size_t head;
	bool last;
	struct sb rest = { 0 };

	reply_ok(c);
	head = c->out.n;
	if (kind == F_GHOST)
		ghosts(y);
	last = walk_on(&y->st.at, y->f, &y->page);
	/* the state comes before the changes that lead to it */
	sb_add(&rest, c->out.p + head, c->out.n - head);
	c->out.n = head;
	if (kind == F_NOID || kind == F_STRANGE) {
		spoil_first(&rest, kind);
		c->broken = true;
	}
	SB_LIT(&c->out, "<m:SyncState>");
	state_encode(&c->out, kind == F_STUCK ? &before : &y->st);
	sb_fmt(&c->out,
	    "</m:SyncState><m:IncludesLastItemInRange>%s"
	    "</m:IncludesLastItemInRange><m:Changes>",
	    last && kind != F_STUCK ? "true" : "false");
	sb_add(&c->out, rest.p != NULL ? rest.p : "", rest.n);
	SB_LIT(&c->out, "</m:Changes>");
	reply_close(c);
	sb_free(&rest);
}

static void
run(struct sync *y)
{
	struct call *c = y->c;
	char *max = call_text(call_child(c->op, "MaxChangesReturned"));

	y->page.max = max != NULL ? atol(max) : 0;
	xmlFree(max);
	if (option.sync_cap > 0 && y->page.max > option.sync_cap)
		y->page.max = option.sync_cap;
	shape_read(&y->s, c, call_child(c->op, "ItemShape"), 1);
	if (y->f->search)
		failed(c, "ErrorInvalidOperation", NULL);
	else if (y->s.error != NULL)
		failed(c, y->s.error, y->s.bad);
	else if (read_state(y) < 0)
		failed(c, "ErrorInvalidSyncStateData", NULL);
	else
		answer(y);
	shape_free(&y->s);
}

void
ops_sync_items(struct call *c)
{
	struct sync y = { .c = c, .page = { .show = give, .arg = &y } };
	const char *code, *xml;
	size_t i;

	y.f = call_folder(
	    c, call_first(call_child(c->op, "SyncFolderId")), &code);
	if (y.f == NULL) {
		failed(c,
		    strcmp(code, "ErrorFolderNotFound") == 0
			? "ErrorSyncFolderNotFound"
			: code,
		    NULL);
		return;
	}
	c->folder = y.f;
	code = fault_item(c, NULL, &xml);
	if (code != NULL) {
		failed(c, code, xml);
		return;
	}
	read_ignore(&y);
	run(&y);
	for (i = 0; i < y.n_ignore; i++)
		xmlFree(y.ignore[i]);
	free(y.ignore);
}
