/*
 * opssend.c - CreateItem and SendItem.
 * 1. What is sent is delivered at once to the mailboxes that the simulator
 *    holds, once to each however often it is named, without its Bcc field;
 *    other recipients are dropped without a word.
 */
#include "ews/opssend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ews/change.h"
#include "world/compose.h"
#include "world/folder.h"
#include "world/gen.h"
#include "ews/ident.h"
#include "world/item.h"
#include "world/mime.h"
#include "ews/ops.h"
#include "ews/render.h"
#include "ews/reply.h"

struct mailboxes { /* those that get it */
	struct mailbox **v;
	int n;
};

static void
add_mailboxes(struct mailboxes *all, const struct addrs *to)
{
	int i, k;

	for (i = 0; i < to->n; i++) {
		struct mailbox *mb =
		    to->v[i].addr != NULL ? world_mailbox(to->v[i].addr) : NULL;

		for (k = 0; k < all->n && all->v[k] != mb; k++)
			continue;
		if (mb == NULL || k < all->n)
			continue;
		all->v =
		    sb_xrealloc(all->v, (size_t)(all->n + 1) * sizeof(*all->v));
		all->v[all->n++] = mb;
	}
}

/* NULL, or why it cannot be sent. */
static const char *
send(const struct mail *m)
{
	struct mailboxes all = { 0 };
	struct sb out = { 0 };
	int i;

	if (m->to.n + m->cc.n + m->bcc.n == 0)
		return "ErrorInvalidRecipients";
	add_mailboxes(&all, &m->to);
	add_mailboxes(&all, &m->cc);
	add_mailboxes(&all, &m->bcc);
	compose_outgoing(&out, m);
	for (i = 0; i < all.n; i++)
		item_deliver(folder_well_known(all.v[i], "inbox"),
		    mime_parse(out.p, out.n), (int64_t)time(NULL));
	sb_free(&out);
	free(all.v);
	return NULL;
}

static struct folder *
saved_in(struct call *c, const char *otherwise, const char **code)
{
	const xmlNode *n = call_child(c->op, "SavedItemFolderId");
	struct folder *f;

	if (n != NULL) {
		f = call_folder(c, call_first(n), code);
		if (f == NULL || f->kind != FOLDER_SEARCH)
			return f;
		*code = "ErrorInvalidFolderTypeForOperation";
		return NULL;
	}
	*code = "ErrorMissingEmailAddress";
	return c->mailbox != NULL ? folder_well_known(c->mailbox, otherwise)
				  : NULL;
}

static void
saved(struct call *c, const struct item *it)
{
	reply_ok(c);
	SB_LIT(&c->out, "<m:Items>");
	if (it != NULL) {
		SB_LIT(&c->out, "<t:Message>");
		render_item_id(&c->out, it);
		SB_LIT(&c->out, "</t:Message>");
	}
	SB_LIT(&c->out, "</m:Items>");
}

/* What every message has, when nobody gave it. */
static void
fill_in(struct change *ch, const struct mailbox *mb)
{
	static unsigned n;
	struct mail *m = ch->m;

	if (ch->mime && !ch->anew)
		return;
	if (m->from.n == 0) {
		m->from.v = arena_alloc(&m->a, sizeof(*m->from.v));
		m->from.v[0].name = arena_str(&m->a, mb->person->name);
		m->from.v[0].addr = arena_str(&m->a, mb->person->addr);
		m->from.n = 1;
	}
	if (m->sender.n == 0)
		m->sender = m->from;
	if (m->message_id == NULL)
		m->message_id = arena_fmt(&m->a, "<exsim-%lld-%u@sim.example>",
		    (long long)time(NULL), ++n);
	if (m->sent == NO_TIME)
		m->sent = (int64_t)time(NULL);
	compose(m);
}

static struct item *
store(struct change *ch, struct folder *f, bool only_save)
{
	int64_t now = (int64_t)time(NULL);
	struct item *it =
	    item_new(f, NULL, ch->received != NO_TIME ? ch->received : now);

	it->created = it->modified = now;
	it->draft = only_save && ch->draft != 0;
	it->sent = !only_save;
	it->read = ch->read != 0;
	ch->touched = true;
	ch->anew = false; /* it is composed */
	change_commit(ch, it);
	item_settle(it);
	return it;
}

static const char *
create(struct change *ch, const xmlNode *m, const char *how)
{
	bool only_save = how != NULL && strcmp(how, "SaveOnly") == 0;
	struct call *c = ch->c;
	const char *code = NULL;
	struct folder *f =
	    saved_in(c, only_save ? "drafts" : "sentitems", &code);
	struct item *it = NULL;

	if (!call_is(m, "Message"))
		return change_refuse(ch,
		    "ErrorInvalidItemForOperationCreateItem",
		    "The simulator makes messages only.");
	if (how == NULL)
		return "ErrorMessageDispositionRequired";
	if (f == NULL)
		return code;
	code = change_create(ch, m);
	if (code != NULL)
		return code;
	fill_in(ch, f->mailbox);
	if (!only_save && (code = send(ch->m)) != NULL)
		return code;
	if (strcmp(how, "SendOnly") != 0)
		it = store(ch, f, only_save);
	saved(c, only_save ? it : NULL);
	return NULL;
}

void
ops_create_item(struct call *c)
{
	char *how = call_attr(c->op, "MessageDisposition");
	xmlNode *n = call_first(call_child(c->op, "Items"));
	struct change ch;
	const char *code;

	for (; n != NULL; n = call_next(n)) {
		change_new(&ch, c);
		code = create(&ch, n, how);
		if (code != NULL) {
			reply_error_xml(c, code, ch.why, ch.path);
			SB_LIT(&c->out, "<m:Items/>");
		}
		reply_close(c);
		change_free(&ch);
	}
	xmlFree(how);
}

const char *
opssend_item(struct item *it, struct folder *to)
{
	struct mail tmp = { 0 };
	const char *code =
	    send(item_mail(it, &tmp, GEN_RAW | GEN_HEAD | GEN_MIME));

	arena_free(&tmp.a);
	if (code != NULL)
		return code;
	it->draft = false;
	it->sent = true;
	if (to != NULL)
		item_move(it, to);
	else
		item_delete(it);
	return NULL;
}

static const char *
send_one(struct call *c, const xmlNode *n, struct folder *to)
{
	char *key = call_attr(n, "ChangeKey");
	const char *code;
	struct item *it = call_item_id(c, n, &code);
	struct sb now = { 0 };

	if (it != NULL) {
		ident_item_key(&now, it);
		if (key == NULL)
			code = "ErrorChangeKeyRequired";
		else if (strcmp(key, now.p) != 0)
			code = "ErrorStaleObject";
		else
			code = opssend_item(it, to);
	}
	sb_free(&now);
	xmlFree(key);
	return code;
}

void
ops_send_item(struct call *c)
{
	char *save = call_attr(c->op, "SaveItemToFolder");
	bool keep = save != NULL &&
		    (strcmp(save, "true") == 0 || strcmp(save, "1") == 0);
	xmlNode *n = call_first(call_child(c->op, "ItemIds"));
	struct folder *to = NULL;
	const char *where = NULL, *code;

	xmlFree(save);
	if (keep)
		to = saved_in(c, "sentitems", &where);
	else if (call_child(c->op, "SavedItemFolderId") != NULL)
		where = "ErrorInvalidSendItemSaveSettings";
	if (to != NULL)
		where = NULL;
	for (; n != NULL; n = call_next(n)) {
		code = where != NULL ? where : send_one(c, n, to);
		if (code != NULL)
			reply_error(c, code);
		else
			reply_ok(c);
		reply_close(c);
	}
}
