/*
 * opssend.c - CreateItem and SendItem. Mail comes as MIME, or as
 * properties from which a plain message is put together.
 * 1. What is sent is delivered at once to the mailboxes that the simulator
 *    holds; other recipients are dropped without a word.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "folder.h"
#include "ident.h"
#include "item.h"
#include "mime.h"
#include "ops.h"
#include "render.h"
#include "reply.h"

static char *
child_text(const xmlNode *n, const char *name)
{
	const xmlNode *c = n != NULL ? call_child(n, name) : NULL;

	return c != NULL ? call_text(c) : NULL;
}

static void
one_line(struct sb *b, const char *s)
{
	for (; *s != 0; s++)
		if (*s != '\r' && *s != '\n')
			sb_ch(b, *s);
}

static void
header(struct sb *b, const char *name, char *value)
{
	if (value != NULL && *value != 0) {
		sb_fmt(b, "%s: ", name);
		one_line(b, value);
		SB_LIT(b, "\r\n");
	}
	xmlFree(value);
}

static void
recipients(struct sb *b, const char *name, const xmlNode *list)
{
	const xmlNode *n = list != NULL ? call_first(list) : NULL;
	bool first = true;

	for (; n != NULL; n = call_next(n)) {
		char *who = child_text(n, "Name");
		char *addr = child_text(n, "EmailAddress");

		if (addr != NULL) {
			sb_fmt(b, "%s", first ? "" : ",\r\n ");
			if (first)
				sb_fmt(b, "%s: ", name);
			first = false;
			SB_LIT(b, "\"");
			one_line(b, who != NULL ? who : addr);
			SB_LIT(b, "\" <");
			one_line(b, addr);
			SB_LIT(b, ">");
		}
		xmlFree(who);
		xmlFree(addr);
	}
	if (!first)
		SB_LIT(b, "\r\n");
}

/* A message from t:Message's properties. */
static void
put_together(struct sb *b, const xmlNode *m, const struct mailbox *mb)
{
	const xmlNode *body = call_child(m, "Body");
	char *type = body != NULL ? call_attr(body, "BodyType") : NULL;
	char *text = body != NULL ? call_text(body) : NULL;
	static unsigned n;

	sb_fmt(b, "From: \"%s\" <%s>\r\n", mb->person->name, mb->person->addr);
	recipients(b, "To", call_child(m, "ToRecipients"));
	recipients(b, "Cc", call_child(m, "CcRecipients"));
	header(b, "Subject", child_text(m, "Subject"));
	header(b, "In-Reply-To", child_text(m, "InReplyTo"));
	header(b, "References", child_text(m, "References"));
	sb_fmt(b, "Message-ID: <exsim-%lld-%u@%s>\r\n", (long long)time(NULL),
	    ++n, "sim.example");
	sb_fmt(b,
	    "MIME-Version: 1.0\r\nContent-Type: text/%s; "
	    "charset=utf-8\r\n\r\n",
	    type != NULL && strcmp(type, "HTML") == 0 ? "html" : "plain");
	sb_str(b, text != NULL ? text : "");
	xmlFree(type);
	xmlFree(text);
}

/* Base64 with line breaks, as clients send it. */
static bool
unpack(struct sb *b, const char *text)
{
	struct sb t = { 0 };
	bool ok;

	for (; *text != 0; text++)
		if (strchr(" \t\r\n", *text) == NULL)
			sb_ch(&t, *text);
	ok = sb_unb64(b, t.p != NULL ? t.p : "", t.n) == 0;
	sb_free(&t);
	return ok;
}

static struct mail *
mail_of(const xmlNode *m, const struct mailbox *mb)
{
	char *mime = child_text(m, "MimeContent");
	struct sb b = { 0 };
	struct mail *mail = NULL;
	bool ok = true;

	if (mime != NULL)
		ok = unpack(&b, mime);
	else
		put_together(&b, m, mb);
	if (ok)
		mail = mime_parse(b.p != NULL ? b.p : "", b.n);
	xmlFree(mime);
	sb_free(&b);
	return mail;
}

static void
deliver_to(const struct addrs *to, const struct mail *m)
{
	int i;

	for (i = 0; i < to->n; i++) {
		struct mailbox *mb =
		    to->v[i].addr != NULL ? world_mailbox(to->v[i].addr) : NULL;

		if (mb != NULL)
			item_deliver(folder_well_known(mb, "inbox"),
			    mime_parse(m->raw, m->raw_len),
			    (int64_t)time(NULL));
	}
}

static void
send(const struct mail *m)
{
	deliver_to(&m->to, m);
	deliver_to(&m->cc, m);
	deliver_to(&m->bcc, m);
}

static struct folder *
saved_in(struct call *c, const char *otherwise, const char **code)
{
	const xmlNode *n = call_child(c->op, "SavedItemFolderId");

	if (n != NULL)
		return call_folder(c, call_first(n), code);
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

static const char *
create(struct call *c, const xmlNode *m, const char *how)
{
	bool only_save = strcmp(how, "SaveOnly") == 0;
	bool keep = strcmp(how, "SendOnly") != 0;
	const char *code = NULL;
	struct folder *f =
	    saved_in(c, only_save ? "drafts" : "sentitems", &code);
	struct item *it = NULL;
	struct mail *mail;

	if (f == NULL)
		return code;
	if (!call_is(m, "Message"))
		return "ErrorInvalidRequest";
	mail = mail_of(m, f->mailbox);
	if (mail == NULL)
		return "ErrorMimeContentInvalid";
	if (!only_save)
		send(mail);
	if (keep) {
		it = item_new(f, mail, (int64_t)time(NULL));
		it->draft = only_save;
		it->sent = !only_save;
		it->read = true;
		item_settle(it);
	} else {
		mime_free(mail);
	}
	saved(c, only_save ? it : NULL);
	return NULL;
}

void
ops_create_item(struct call *c)
{
	char *how = call_attr(c->op, "MessageDisposition");
	xmlNode *n = call_first(call_child(c->op, "Items"));
	const char *code;

	for (; n != NULL; n = call_next(n)) {
		code = how != NULL ? create(c, n, how)
				   : "ErrorMessageDispositionRequired";
		if (code != NULL) {
			reply_error(c, code);
			SB_LIT(&c->out, "<m:Items/>");
		}
		reply_close(c);
	}
	xmlFree(how);
}

static const char *
send_one(struct call *c, const xmlNode *n, struct folder *to)
{
	char *id = call_attr(n, "Id"), *key = call_attr(n, "ChangeKey");
	const char *code = "ErrorInvalidIdMalformed";
	struct item *it = id != NULL ? call_item(c, id, &code) : NULL;
	struct sb now = { 0 };

	if (it != NULL) {
		ident_item_key(&now, it);
		code = NULL;
		if (key == NULL)
			code = "ErrorChangeKeyRequired";
		else if (strcmp(key, now.p) != 0)
			code = "ErrorStaleObject";
	}
	if (code == NULL && it != NULL && it->mail != NULL) {
		send(it->mail);
		it->draft = false;
		it->sent = true;
		if (to != NULL)
			item_move(it, to);
		else
			item_delete(it);
	}
	sb_free(&now);
	xmlFree(id);
	xmlFree(key);
	return code;
}

void
ops_send_item(struct call *c)
{
	char *save = call_attr(c->op, "SaveItemToFolder");
	xmlNode *n = call_first(call_child(c->op, "ItemIds"));
	struct folder *to = NULL;
	const char *code = NULL;

	if (save != NULL && strcmp(save, "true") == 0)
		to = saved_in(c, "sentitems", &code);
	xmlFree(save);
	for (; n != NULL; n = call_next(n)) {
		code = send_one(c, n, to);
		if (code != NULL)
			reply_error(c, code);
		else
			reply_ok(c);
		reply_close(c);
	}
}
