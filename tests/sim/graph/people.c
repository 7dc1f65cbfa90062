/*
 * people.c - users by object id, UPN or address.
 */
#include "graph/people.h"

#include <string.h>
#include <strings.h>

#include "graph/fields.h"
#include "graph/gident.h"
#include "graph/gjson.h"

#define NAMES "id displayName mail userPrincipalName proxyAddresses"

static struct person *
person_of(const char *name)
{
	struct person *p = world_person_account(name);
	struct sb id = { 0 };

	if (p == NULL)
		p = world_person(name);
	if (p != NULL)
		return p;
	for (p = world.persons; p != NULL; p = p->next) {
		sb_reset(&id);
		gident_user(&id, p);
		if (strcasecmp(id.p, name) == 0)
			break;
	}
	sb_free(&id);
	return p;
}

static bool
no_mailbox(struct graph_call *g, const char *name)
{
	struct person *p = person_of(name);
	struct sb b = { 0 };

	if (p != NULL) {
		refuse(g, 404, "MailboxNotEnabledForRESTAPI",
		    "The mailbox is either inactive, soft-deleted, or is "
		    "hosted on-premise.");
		return false;
	}
	sb_fmt(&b, "The requested user '%s' is invalid.", name);
	refuse(g, 404, "ErrorInvalidUser", b.p);
	sb_free(&b);
	return false;
}

static bool
shared_permission(const struct graph_call *g)
{
	return g->may != NULL && strstr(g->may, ".Shared") != NULL;
}

bool
people_mailbox(struct graph_call *g)
{
	const struct mailbox *own = world_own(g->account);
	struct person *p;

	if (uri_is(&g->uri, 0, "me")) {
		if (g->app_only) {
			refuse(g, 400, "BadRequest",
			    "/me request is only valid with delegated "
			    "authentication flow.");
			return false;
		}
		if (own == NULL)
			return no_mailbox(g, "");
		g->mailbox = own->person->mailbox;
		return true;
	}
	p = person_of(g->uri.segment[1]);
	if (p == NULL || p->mailbox == NULL)
		return no_mailbox(g, g->uri.segment[1]);
	if (!g->app_only && p->mailbox != own &&
	    !(world_may_open(g->account, p->mailbox) && shared_permission(g))) {
		refuse(g, 403, "ErrorAccessDenied",
		    "Access is denied. Check credentials and try again.");
		return false;
	}
	g->mailbox = p->mailbox;
	return true;
}

static bool
may_see_users(const struct graph_call *g)
{
	static const char *const MAY[] = { "User.Read.All",
		"User.ReadWrite.All", "Directory.Read.All", "User.Read" };
	const char *p;
	size_t i, n;

	for (i = 0; i < sizeof(MAY) / sizeof(MAY[0]) - g->app_only; i++)
		for (p = g->may != NULL ? g->may : ""; *p != 0;
		     p += n + (p[n] == ' ')) {
			n = strcspn(p, " ");
			if (strlen(MAY[i]) == n && strncmp(MAY[i], p, n) == 0)
				return true;
		}
	return false;
}

static json_t *
proxies(const struct person *p)
{
	json_t *all = json_array();
	struct sb b = { 0 };
	int i;

	sb_fmt(&b, "SMTP:%s", p->addr);
	json_array_append_new(all, gjson_sb(&b));
	for (i = 0; i < p->n_alias; i++) {
		sb_fmt(&b, "smtp:%s", p->alias[i]);
		json_array_append_new(all, gjson_sb(&b));
	}
	return all;
}

static void
put_user(json_t *j, const struct person *p, const char *select)
{
	struct sb id = { 0 };

	gident_user(&id, p);
	if (fields_asked(select, "id"))
		json_object_set_new(j, "id", gjson_text(id.p));
	if (fields_asked(select, "displayName"))
		json_object_set_new(j, "displayName", gjson_text(p->name));
	if (fields_asked(select, "mail"))
		json_object_set_new(j, "mail", gjson_text(p->addr));
	if (fields_asked(select, "userPrincipalName"))
		json_object_set_new(j, "userPrincipalName",
		    gjson_text(p->upn != NULL ? p->upn : p->addr));
	if (select != NULL && fields_asked(select, "proxyAddresses"))
		json_object_set_new(j, "proxyAddresses", proxies(p));
	sb_free(&id);
}

void
people_answer_one(struct graph_call *g)
{
	const char *select = uri_option(&g->uri, "select");
	struct person *p = NULL;
	json_t *j;

	if (!may_see_users(g)) {
		refuse(g, 403, "Authorization_RequestDenied",
		    "Insufficient privileges to complete the operation.");
		return;
	}
	if (!uri_is(&g->uri, 0, "me")) {
		p = person_of(g->uri.segment[1]);
	} else if (g->app_only) {
		refuse(g, 400, "BadRequest",
		    "/me request is only valid with delegated authentication "
		    "flow.");
		return;
	} else if (world_own(g->account) != NULL) {
		p = world_own(g->account)->person;
	}
	if (p == NULL) {
		refuse(g, 404, "Request_ResourceNotFound",
		    "Resource does not exist or one of its queried "
		    "reference-property objects are not present.");
		return;
	}
	if (refuse_options(g, "select") ||
	    !fields_known(g, select, NAMES, "user"))
		return;
	j = gjson_context(g, "users/$entity");
	put_user(j, p, select);
	gjson_answer(g, j);
}
