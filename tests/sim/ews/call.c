/*
 * call.c - a request from its bytes to its answer.
 * 1. Checks come in this order: well-formed, version, operation, schema,
 *    impersonation.
 * 2. Every answer is validated unless a fault spoilt it on purpose.
 */
#include "ews/call.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libxml/parser.h>

#include "ews/fault.h"
#include "ews/ident.h"
#include "ews/ops.h"
#include "ews/option.h"
#include "ews/reply.h"
#include "ews/valid.h"
#include "ews/version.h"
#include "world/folder.h"

static const struct operation {
	const char *name;
	void (*run)(struct call *);
	bool writes;
} OPERATION[] = {
	{ "GetFolder", ops_get_folder, false },
	{ "FindFolder", ops_find_folder, false },
	{ "SyncFolderHierarchy", ops_sync_hierarchy, false },
	{ "SyncFolderItems", ops_sync_items, false },
	{ "FindItem", ops_find_item, false },
	{ "GetItem", ops_get_item, false },
	{ "GetAttachment", ops_get_attachment, false },
	{ "ResolveNames", ops_resolve_names, false },
	{ "ConvertId", ops_convert_id, false },
	{ "GetServerTimeZones", ops_time_zones, false },
	{ "CreateFolder", ops_create_folder, true },
	{ "MoveItem", ops_move_item, true },
	{ "CopyItem", ops_move_item, true },
	{ "DeleteItem", ops_delete_item, true },
	{ "UpdateItem", ops_update_item, true },
	{ "CreateItem", ops_create_item, true },
	{ "SendItem", ops_send_item, true },
	{ "CreateAttachment", ops_create_attachment, true },
	{ "DeleteAttachment", ops_delete_attachment, true },
};

bool
call_is(const xmlNode *n, const char *name)
{
	return n != NULL && n->type == XML_ELEMENT_NODE &&
	       strcmp((const char *)n->name, name) == 0;
}

xmlNode *
call_child(const xmlNode *n, const char *name)
{
	xmlNode *c = n != NULL ? n->children : NULL;

	for (; c != NULL; c = c->next)
		if (call_is(c, name))
			return c;
	return NULL;
}

xmlNode *
call_first(const xmlNode *n)
{
	xmlNode *c = n != NULL ? n->children : NULL;

	while (c != NULL && c->type != XML_ELEMENT_NODE)
		c = c->next;
	return c;
}

xmlNode *
call_next(const xmlNode *n)
{
	xmlNode *c = n->next;

	while (c != NULL && c->type != XML_ELEMENT_NODE)
		c = c->next;
	return c;
}

char *
call_attr(const xmlNode *n, const char *name)
{
	return n == NULL ? NULL
			 : (char *)xmlGetNoNsProp(
			       (xmlNode *)(uintptr_t)n, (const xmlChar *)name);
}

char *
call_text(const xmlNode *n)
{
	return n == NULL ? NULL
			 : (char *)xmlNodeGetContent((xmlNode *)(uintptr_t)n);
}

bool
call_boolean(const char *text)
{
	return text != NULL &&
	       (strcmp(text, "true") == 0 || strcmp(text, "1") == 0);
}

bool
call_true(const xmlNode *parent, const char *child)
{
	xmlNode *n = call_child(parent, child);
	char *text = n != NULL ? call_text(n) : NULL;
	bool yes = call_boolean(text);

	xmlFree(text);
	return yes;
}

bool
call_may_open(const struct call *c, const struct mailbox *mb)
{
	if (c->impersonated)
		return mb == c->mailbox;
	return world_may_open(c->account, mb);
}

static struct mailbox *
named_mailbox(struct call *c, const xmlNode *folder_id, const char **code)
{
	xmlNode *n = call_child(folder_id, "Mailbox");
	struct mailbox *mb;
	char *addr = NULL;

	if (n != NULL)
		n = call_child(n, "EmailAddress");
	if (n != NULL)
		addr = call_text(n);
	if (addr == NULL) {
		*code = "ErrorMissingEmailAddress";
		return c->mailbox;
	}
	mb = world_mailbox(addr);
	xmlFree(addr);
	*code = "ErrorNonExistentMailbox";
	if (mb != NULL && !call_may_open(c, mb)) {
		*code = "ErrorAccessDenied";
		return NULL;
	}
	return mb;
}

static bool
is_called(const struct folder *f, const char *distinguished_id)
{
	const char *id = version_role_id(f->role);

	return id != NULL && strcmp(id, distinguished_id) == 0;
}

static struct folder *
distinguished(struct call *c, const xmlNode *n, const char **code)
{
	struct mailbox *mb = named_mailbox(c, n, code);
	struct folder *f = NULL, *g;
	char *id = call_attr(n, "Id");
	size_t at = 0;

	if (mb == NULL || id == NULL) {
		xmlFree(id);
		return NULL;
	}
	*code = strcmp(id, "publicfoldersroot") == 0
		    ? "ErrorNoPublicFolderReplicaAvailable"
		    : "ErrorFolderNotFound";
	/* voicemail and others exist only when something made them */
	while ((g = folder_next(mb, &at)) != NULL)
		if (is_called(g, id) && version_folder_id(id) <= c->level)
			f = g;
	xmlFree(id);
	return f;
}

/* Why an id is none of what is wanted: it may be one of something else. */
static const char *
wrong_id(const char *id, bool item_wanted)
{
	struct folder *f;
	struct item *it;

	if (*id == 0)
		return "ErrorInvalidIdEmpty";
	if (item_wanted && ident_find_folder(id, &f) != IDENT_MALFORMED)
		return "ErrorCannotUseFolderIdForItemId";
	if (!item_wanted && ident_find_item(id, &it) != IDENT_MALFORMED)
		return "ErrorCannotUseItemIdForFolderId";
	return "ErrorInvalidIdMalformed";
}

/* True when the element has no ChangeKey, or one that can be read. */
static bool
good_key(const xmlNode *n)
{
	char *key = call_attr(n, "ChangeKey");
	bool ok = key == NULL || ident_is_key(key);

	xmlFree(key);
	return ok;
}

struct folder *
call_folder(struct call *c, const xmlNode *n, const char **code)
{
	struct folder *f;
	enum ident rc;
	char *id;

	if (call_is(n, "DistinguishedFolderId"))
		return distinguished(c, n, code);
	id = call_attr(n, "Id");
	rc = id != NULL ? ident_find_folder(id, &f) : IDENT_MALFORMED;
	*code = rc == IDENT_GONE ? "ErrorFolderNotFound"
		: id != NULL     ? wrong_id(id, false)
				 : "ErrorInvalidIdMalformed";
	xmlFree(id);
	if (rc != IDENT_OK)
		return NULL;
	if (!good_key(n)) {
		*code = "ErrorInvalidChangeKey";
		return NULL;
	}
	if (!call_may_open(c, f->mailbox)) {
		*code = "ErrorAccessDenied";
		return NULL;
	}
	return f;
}

struct item *
call_item_id(struct call *c, const xmlNode *n, const char **code)
{
	char *id = call_attr(n, "Id");
	struct item *it = NULL;

	if (call_is(n, "OccurrenceItemId"))
		*code = "ErrorCalendarCannotUseIdForOccurrenceId";
	else if (call_is(n, "RecurringMasterItemId") ||
		 call_is(n, "RecurringMasterItemIdRanges"))
		*code = "ErrorCalendarCannotUseIdForRecurringMasterId";
	else if (id == NULL ||
		 !(call_is(n, "ItemId") || call_is(n, "ParentItemId")))
		*code = "ErrorInvalidIdMalformed";
	else
		it = call_item(c, id, code);
	if (it != NULL && !good_key(n)) {
		*code = "ErrorInvalidChangeKey";
		it = NULL;
	}
	xmlFree(id);
	return it;
}

struct item *
call_item(struct call *c, const char *id, const char **code)
{
	struct item *it;
	enum ident rc = ident_find_item(id, &it);

	*code = rc == IDENT_GONE ? "ErrorItemNotFound" : wrong_id(id, true);
	if (rc != IDENT_OK)
		return NULL;
	if (!call_may_open(c, it->folder->mailbox)) {
		*code = "ErrorAccessDenied";
		return NULL;
	}
	return it;
}

/* An id of something else is one that can be read. */
static const char *
wrong_attachment_id(const char *id)
{
	struct folder *f;
	struct item *it;

	if (*id == 0)
		return "ErrorInvalidIdEmpty";
	return ident_find_item(id, &it) == IDENT_MALFORMED &&
		       ident_find_folder(id, &f) == IDENT_MALFORMED
		   ? "ErrorInvalidIdMalformed"
		   : "ErrorInvalidAttachmentId";
}

struct item *
call_attachment_id(
    struct call *c, const char *id, struct att_path *path, const char **code)
{
	struct item *it;
	enum ident rc = ident_find_attachment(id, &it, path);

	*code = NULL;
	if (rc == IDENT_GONE)
		*code = "ErrorItemNotFound";
	else if (rc != IDENT_OK)
		*code = wrong_attachment_id(id);
	else if (!call_may_open(c, it->folder->mailbox))
		*code = "ErrorAccessDenied";
	return *code == NULL ? it : NULL;
}

static void
schema_fault(struct call *c, const char *text, int line, int column)
{
	struct sb xml = { 0 }, msg = { 0 };

	sb_fmt(&xml,
	    "<t:LineNumber>%d</t:LineNumber><t:LinePosition>%d"
	    "</t:LinePosition><t:Violation>",
	    line, column);
	sb_xml(&xml, text);
	SB_LIT(&xml, "</t:Violation>");
	sb_fmt(&msg, "The request failed schema validation: %s", text);
	reply_fault(c, "ErrorSchemaValidation", msg.p, xml.p);
	sb_free(&xml);
	sb_free(&msg);
}

/*
 * NULL when a Fault was written: the operation is of a newer version, or none
 * that the simulator does. The latter must not look like the former, or
 * clients go and try every version.
 */
static const struct operation *
operation(struct call *c)
{
	const xmlNs *ns = c->op->ns;
	struct sb text = { 0 };
	int line, column;
	size_t i;

	if (version_operation(c->opname) > c->level) {
		reply_fault(c, "ErrorInvalidServerVersion", NULL, NULL);
		return NULL;
	}
	for (i = 0; i < sizeof(OPERATION) / sizeof(OPERATION[0]); i++)
		if (strcmp(OPERATION[i].name, c->opname) == 0 && ns != NULL &&
		    strcmp((const char *)ns->href, NS_MESSAGES) == 0)
			return &OPERATION[i];
	/* a violation when Microsoft's schema has none of the name */
	valid_request(c->doc, c->opname, &text, &line, &column);
	sb_reset(&text);
	sb_fmt(&text, "The simulator does not do %s.", c->opname);
	reply_fault(c, "ErrorInvalidOperation", text.p, NULL);
	sb_free(&text);
	return NULL;
}

/* Sets header and op. False: a bare HTTP answer was prepared. */
static bool
read_envelope(struct call *c)
{
	xmlNode *root, *body;

	c->doc = xmlReadMemory(c->body, (int)c->body_len, "request", NULL,
	    XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_NOERROR |
		XML_PARSE_NOWARNING | XML_PARSE_COMPACT | XML_PARSE_BIG_LINES);
	root = c->doc != NULL ? xmlDocGetRootElement(c->doc) : NULL;
	if (root == NULL || c->doc->intSubset != NULL) {
		valid_count("request", "?", "not well-formed, or with a DTD");
		c->status = 400;
		return false;
	}
	c->header = call_child(root, "Header");
	body = call_child(root, "Body");
	c->op = body != NULL ? call_first(body) : NULL;
	if (!call_is(root, "Envelope") || c->op == NULL) {
		valid_count("request", "?", "no SOAP envelope");
		reply_fault(c, "ErrorInvalidRequest", NULL, NULL);
		return false;
	}
	c->opname = (const char *)c->op->name;
	return true;
}

static bool
read_version(struct call *c)
{
	xmlNode *n = c->header != NULL
			 ? call_child(c->header, "RequestServerVersion")
			 : NULL;
	char *v = n != NULL ? call_attr(n, "Version") : NULL;
	int level = v != NULL ? version_level(v) : V2007_SP1;

	if (v != NULL)
		strncat(c->version, v, sizeof(c->version) - 1);
	xmlFree(v);
	if (level < 0 || level > (int)version_top()) {
		reply_fault(c, "ErrorInvalidServerVersion", NULL, NULL);
		return false;
	}
	c->level = (enum level)level;
	return true;
}

static bool
check_schema(struct call *c)
{
	struct sb text = { 0 };
	int line = 0, column = 0;
	xmlNode *bad;
	bool ok;

	ok = valid_request(c->doc, c->opname, &text, &line, &column);
	if (ok) {
		bad = version_check(
		    xmlDocGetRootElement(c->doc), c->level, &text);
		if (bad != NULL) {
			line = (int)xmlGetLineNo(bad);
			valid_count("request", c->opname, text.p);
			ok = false;
		}
	}
	if (!ok)
		schema_fault(c, text.p, line, column);
	sb_free(&text);
	return ok;
}

static void
non_primary(struct call *c, const struct person *p)
{
	struct sb xml = { 0 };

	SB_LIT(&xml, "<t:Value Name=\"Primary\">");
	sb_xml(&xml, p->addr);
	SB_LIT(&xml, "</t:Value>");
	reply_fault(c, "ErrorNonPrimarySmtpAddress", NULL, xml.p);
	sb_free(&xml);
}

/* A UPN is no address, though it may look like one; nor is it a SID. */
static const struct person *
impersonated_person(const xmlNode *n, const char *who)
{
	const struct person *p;

	if (!call_is(n, "PrincipalName") && !call_is(n, "SID"))
		return world_person(who);
	p = world_person_account(who);
	if (p == NULL)
		return NULL;
	return strcasecmp(call_is(n, "SID") ? p->sid != NULL ? p->sid : ""
			  : p->upn != NULL  ? p->upn
					    : "",
		   who) == 0
		   ? p
		   : NULL;
}

/* ExchangeImpersonation, or the account's own mailbox. */
static bool
choose_mailbox(struct call *c)
{
	xmlNode *n = c->header != NULL
			 ? call_child(c->header, "ExchangeImpersonation")
			 : NULL;
	const struct person *p;
	char *who;

	if (c->app_only && (n == NULL || c->anchor == NULL)) {
		reply_fault(c, "ErrorInvalidExchangeImpersonationHeaderData",
		    n == NULL ? "ExchangeImpersonation SOAP header must be "
				"present for this type of OAuth token."
			      : "The simulator wants X-AnchorMailbox with "
				"this type of OAuth token.",
		    NULL);
		return false;
	}
	c->mailbox = world_own(c->account);
	if (n != NULL)
		n = call_child(n, "ConnectingSID");
	if (n == NULL || (n = call_first(n)) == NULL)
		return true;
	who = call_text(n);
	p = who != NULL ? impersonated_person(n, who) : NULL;
	if (p == NULL || p->mailbox == NULL) {
		reply_fault(c,
		    call_is(n, "PrincipalName")
			? "ErrorInvalidUserPrincipalName"
		    : call_is(n, "SID") ? "ErrorInvalidUserSid"
					: "ErrorNonExistentMailbox",
		    NULL, NULL);
	} else if (!c->account->impersonate) {
		reply_fault(c, "ErrorImpersonateUserDenied", NULL, NULL);
	} else if (call_is(n, "PrimarySmtpAddress") &&
		   strcasecmp(p->addr, who) != 0) {
		non_primary(c, p);
	} else {
		c->mailbox = p->mailbox;
		c->impersonated = true;
	}
	xmlFree(who);
	return c->impersonated;
}

static void
run_locked(struct call *c, const struct operation *op)
{
	if (!choose_mailbox(c) || fault_request(c))
		return;
	op->run(c);
	if (c->envelope)
		reply_end(c);
	if (c->out.n == 0)
		reply_fault(c, "ErrorInternalServerError", NULL, NULL);
	fault_answer(c);
	c->delay_ms += option.delay_ms;
	if (c->bodies > 0)
		c->delay_ms += option.body_delay_ms;
}

void
call_run(struct call *c)
{
	const struct operation *op;

	c->status = 200;
	c->cut_at = -1;
	c->opname = "?";
	if (!read_envelope(c) || !read_version(c) ||
	    (op = operation(c)) == NULL || !check_schema(c))
		return;
	if (op->writes)
		pthread_rwlock_wrlock(&world.lock);
	else
		pthread_rwlock_rdlock(&world.lock);
	run_locked(c, op);
	pthread_rwlock_unlock(&world.lock);
	if (!c->broken && c->type == NULL && c->out.n != 0)
		valid_answer(c->opname, c->out.p, c->out.n);
}

void
call_free(struct call *c)
{
	xmlFreeDoc(c->doc);
	sb_free(&c->out);
	sb_free(&c->log_ids);
	sb_free(&c->log_shape);
	sb_free(&c->log_bodies);
	free(c->type);
	free(c->then);
	free(c->location);
	free(c->retry_after);
	free(c->marks);
}
