/*
 * route.c - paths.
 * 1. What Graph has and the simulator has not is a 501, what Graph has not is
 *    a 400.
 */
#include "graph/route.h"

#include <string.h>
#include <strings.h>

#include "graph/attach.h"
#include "graph/batch.h"
#include "graph/delta.h"
#include "graph/fields.h"
#include "graph/folders.h"
#include "graph/gident.h"
#include "graph/gjson.h"
#include "graph/limit.h"
#include "graph/messages.h"
#include "graph/misdeed.h"
#include "graph/people.h"
#include "world/folder.h"

enum operation {
	OP_NONE,
	OP_USER,
	OP_FOLDERS,
	OP_FOLDERS_DELTA,
	OP_FOLDER,
	OP_CHILDREN,
	OP_MESSAGES,
	OP_DELTA,
	OP_MESSAGE,
	OP_MIME,
	OP_ATTACHMENTS,
	OP_ATTACHMENT,
	OP_CONTENT
};

static const struct {
	const char *name;
	bool content; /* wants more than Mail.ReadBasic */
} OPERATION[] = {
	[OP_USER] = { "user.get", false },
	[OP_FOLDERS] = { "folder.list", false },
	[OP_FOLDERS_DELTA] = { "folder.delta", false },
	[OP_FOLDER] = { "folder.get", false },
	[OP_CHILDREN] = { "folder.children", false },
	[OP_MESSAGES] = { "message.list", false },
	[OP_DELTA] = { "message.delta", false },
	[OP_MESSAGE] = { "message.get", false },
	[OP_MIME] = { "message.mime", true },
	[OP_ATTACHMENTS] = { "attachment.list", true },
	[OP_ATTACHMENT] = { "attachment.get", true },
	[OP_CONTENT] = { "attachment.content", true },
};

struct path { /* ids are segments of the path, or NULL */
	enum operation op;
	const char *folder, *message, *attachment;
	bool everywhere; /* messages/delta without a folder */
};

/* delta, delta() and microsoft.graph.delta() are one. */
static bool
is_delta(const struct uri *u, int i)
{
	return uri_is(u, i, "delta") || uri_is(u, i, "delta()") ||
	       uri_is(u, i, "microsoft.graph.delta()");
}

/* What stands behind messages, from segment i on. */
static void
read_message(const struct uri *u, int i, struct path *p)
{
	if (u->n == i) {
		p->op = OP_MESSAGES;
		return;
	}
	if (u->n == i + 1 && is_delta(u, i)) {
		p->op = OP_DELTA;
		p->everywhere = p->folder == NULL;
		return;
	}
	p->message = u->segment[i++];
	if (u->n == i)
		p->op = OP_MESSAGE;
	else if (u->n == i + 1 && uri_is(u, i, "$value"))
		p->op = OP_MIME;
	else if (u->n == i + 1 && uri_is(u, i, "attachments"))
		p->op = OP_ATTACHMENTS;
	else if (uri_is(u, i, "attachments") && u->n <= i + 3) {
		p->attachment = u->segment[i + 1];
		if (u->n == i + 2)
			p->op = OP_ATTACHMENT;
		else if (uri_is(u, i + 2, "$value"))
			p->op = OP_CONTENT;
	}
}

/* What stands behind mailFolders, from segment i on. */
static void
read_folder(const struct uri *u, int i, struct path *p)
{
	if (u->n == i) {
		p->op = OP_FOLDERS;
		return;
	}
	if (u->n == i + 1 && is_delta(u, i)) {
		p->op = OP_FOLDERS_DELTA;
		return;
	}
	p->folder = u->segment[i++];
	if (u->n == i)
		p->op = OP_FOLDER;
	else if (u->n == i + 1 && uri_is(u, i, "childFolders"))
		p->op = OP_CHILDREN;
	else if (uri_is(u, i, "childFolders") && !is_delta(u, i + 1))
		read_folder(u, i + 1, p);
	else if (uri_is(u, i, "messages"))
		read_message(u, i + 1, p);
}

/* Does Graph have that below a user, and the simulator not? */
static bool
is_known(const struct uri *u, int i)
{
	static const char *const KNOWN[] = { "mailFolders", "messages",
		"events", "calendar", "calendars", "calendarView", "contacts",
		"contactFolders", "todo", "sendMail", "mailboxSettings",
		"outlook", "translateExchangeIds", "inferenceClassification",
		"getMailTips", "photo", "settings", "memberOf", "manager" };
	size_t k;

	for (k = 0; k < sizeof(KNOWN) / sizeof(KNOWN[0]); k++)
		if (uri_is(u, i, KNOWN[k]))
			return true;
	return false;
}

/* False: there is no such thing, or it is not done; that is the answer. */
static bool
read_path(struct graph_call *g, struct path *p)
{
	const struct uri *u = &g->uri;
	int i = uri_is(u, 0, "me") ? 1 : 2;
	struct sb b = { 0 };

	*p = (struct path){ OP_NONE, NULL, NULL, NULL, false };
	if (i == 2 && (!uri_is(u, 0, "users") || u->n < 2)) {
		if (uri_is(u, 0, "users") || uri_is(u, 0, "groups") ||
		    uri_is(u, 0, "subscriptions") || uri_is(u, 0, "admin")) {
			refuse_undone(g, u->segment[0]);
			return false;
		}
		sb_fmt(&b, "Resource not found for the segment '%s'.",
		    u->n > 0 ? u->segment[0] : "");
		refuse(g, 400, "BadRequest", b.p);
		sb_free(&b);
		return false;
	}
	if (u->n == i)
		p->op = OP_USER;
	else if (uri_is(u, i, "mailFolders"))
		read_folder(u, i + 1, p);
	else if (uri_is(u, i, "messages"))
		read_message(u, i + 1, p);
	if (p->op != OP_NONE)
		return true;
	if (is_known(u, i)) {
		refuse_undone(g, g->target);
		return false;
	}
	sb_fmt(&b, "Resource not found for the segment '%s'.", u->segment[i]);
	refuse(g, 400, "BadRequest", b.p);
	sb_free(&b);
	return false;
}

/* False: that is the answer. */
static bool
is_get(struct graph_call *g)
{
	if (strcmp(g->method, "GET") == 0)
		return true;
	if (strcmp(g->method, "POST") == 0 || strcmp(g->method, "PATCH") == 0 ||
	    strcmp(g->method, "DELETE") == 0)
		refuse_undone(g, "writing");
	else
		refuse(g, 405, "Request_BadRequest",
		    "Specified HTTP method is not allowed for the request "
		    "target.");
	return false;
}

static bool
may_have(struct graph_call *g, enum operation op)
{
	if (OPERATION[op].content ? fields_may_read(g) : fields_may_basic(g))
		return true;
	refuse(g, 403, "ErrorAccessDenied",
	    "Access is denied. Check credentials and try again.");
	return false;
}

/* Sets g->item, by the id in the path and in the folder that is named. */
static bool
find_item(struct graph_call *g, const char *id)
{
	struct item *it;
	enum gident rc = gident_find_item(id, &it);

	if (rc == GIDENT_MALFORMED) {
		refuse(g, 400, "ErrorInvalidIdMalformed", "Id is malformed.");
		return false;
	}
	if (rc == GIDENT_GONE || it->folder->mailbox != g->mailbox ||
	    (g->folder != NULL && it->folder != g->folder)) {
		refuse(g, 404, "ErrorItemNotFound",
		    "The specified object was not found in the store.");
		return false;
	}
	g->item = it;
	if (g->log_ids.n == 0)
		sb_json(&g->log_ids, id);
	return true;
}

/* The attachment's number; -1: the answer is the error. */
static int
find_attachment(struct graph_call *g, const char *id)
{
	struct item *it;
	int number;
	enum gident rc = gident_find_attachment(id, &it, &number);

	if (rc == GIDENT_OK && it == g->item)
		return number;
	if (rc == GIDENT_MALFORMED)
		refuse(g, 400, "ErrorInvalidIdMalformed", "Id is malformed.");
	else
		refuse(g, 404, "ErrorItemNotFound",
		    "The specified object was not found in the store.");
	return -1;
}

static void
answer_message(struct graph_call *g, const struct path *p)
{
	int number;

	switch (p->op) {
	case OP_MESSAGE:
		messages_answer_one(g, g->item);
		break;
	case OP_MIME:
		messages_answer_mime(g, g->item);
		break;
	case OP_ATTACHMENTS:
		attach_answer_list(g, g->item);
		break;
	default:
		number = find_attachment(g, p->attachment);
		if (number < 0)
			break;
		if (p->op == OP_ATTACHMENT)
			attach_answer_one(g, g->item, number);
		else
			attach_answer_content(g, g->item, number);
		break;
	}
}

static void
answer_path(struct graph_call *g, const struct path *p)
{
	switch (p->op) {
	case OP_FOLDERS:
		folders_answer_list(g, g->mailbox->top);
		break;
	case OP_FOLDERS_DELTA:
		folders_answer_delta(g);
		break;
	case OP_FOLDER:
		folders_answer_one(g, g->folder);
		break;
	case OP_CHILDREN:
		folders_answer_list(g, g->folder);
		break;
	case OP_MESSAGES:
		messages_answer_list(g, g->folder);
		break;
	case OP_DELTA:
		if (p->everywhere)
			refuse(g, 400, "ErrorInvalidRequest",
			    "Change tracking is not supported against "
			    "'microsoft.graph.message'.");
		else
			delta_answer_messages(g, g->folder);
		break;
	default:
		answer_message(g, p);
		break;
	}
}

/* As many at a time and in a while as the application may. */
static bool
take_turn(struct graph_call *g)
{
	long slot, held;

	if (g->outer == NULL)
		return limit_take(g);
	batch_slot(g, &slot, &held);
	return limit_take_inner(g, slot, held);
}

static void
run_batch(struct graph_call *g)
{
	g->op = "batch";
	if (g->outer != NULL || strcmp(g->method, "POST") != 0)
		refuse(g, 405, "Request_BadRequest",
		    "A batch is posted, and not in another one.");
	else if (!misdeed_request(g))
		batch_run(g);
}

void
route_run(struct graph_call *g)
{
	struct path p;

	if (g->uri.n == 1 && uri_is(&g->uri, 0, "$batch")) {
		run_batch(g);
		return;
	}
	if (!read_path(g, &p) || !is_get(g))
		return;
	g->op = OPERATION[p.op].name;
	if (p.op == OP_USER) {
		if (!misdeed_request(g))
			people_answer_one(g);
		return;
	}
	if (!people_mailbox(g) || !may_have(g, p.op) || !take_turn(g))
		return;
	if (p.folder != NULL &&
	    (g->folder = folders_named(g, p.folder)) == NULL)
		return;
	if (p.message != NULL && !find_item(g, p.message))
		return;
	if (!misdeed_request(g))
		answer_path(g, &p);
}
