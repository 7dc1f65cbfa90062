/*
 * access.c - what a pass needs to be let into a mailbox.
 * 1. A mailbox that lacks something is never asked for with less: neither by
 *    another name, nor with an empty password.
 * 2. What one mailbox lacks does not keep the others from being read.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/principal.h"
#include "base/str.h"
#include "sync/access.h"

#define SHOWN 200 /* bytes of a wrong value */

static void
note_lack(struct plan_entry *e, const char *code, char *take)
{
	e->lacks = take;
	str_printable(e->lacks_code, sizeof(e->lacks_code), code, strlen(code));
}

/* Where the name belongs, and with which value there. The caller frees. */
static char *
where_to_write(
    const struct conf *c, const struct plan_entry *e, const char *what)
{
	const struct conf_mailbox *b = &e->mailbox;

	if (e->crm_id == NULL || b->type == CONF_MAILBOX_QUEUE)
		return mem_printf(
		    "write %s = ... in [mailbox %s]", what, str_nn(b->name));
	return mem_printf("fill in column %s of the row of user %s (%s) in %s, "
			  "or write %s = ... in a [mailbox NAME] with this "
			  "address",
	    what, e->crm_id, b->address,
	    c->users != NULL ? c->users : "table party", what);
}

static void
check_principal(const struct conf *c, struct plan_entry *e)
{
	bool upn = e->mailbox.profile->impersonate_by == CONF_BY_UPN;
	const char *what = upn ? "upn" : "sid";
	const char *name = plan_principal(&e->mailbox);
	char shown[SHOWN], *where;

	if (name != NULL &&
	    (upn ? principal_is_upn(name) : principal_is_sid(name)))
		return;
	where = where_to_write(c, e, what);
	if (name == NULL)
		note_lack(e, upn ? "no-upn" : "no-sid",
		    mem_printf("impersonate_by = %s, and the %s of this "
			       "mailbox's account is not known: %s",
			what, what, where));
	else {
		str_printable(shown, sizeof(shown), name, strlen(name));
		note_lack(e, upn ? "bad-upn" : "bad-sid",
		    mem_printf("impersonate_by = %s, and %s is not one, which "
			       "looks like %s: %s",
			what, shown,
			upn ? "name@corp.example" : "S-1-5-21-1-2-3-1001",
			where));
	}
	free(where);
}

static void
read_password(const struct conf *c, struct plan_entry *e)
{
	struct conf_mailbox *b = &e->mailbox;
	struct err err = ERR_INIT;

	if (conf_secret(c, b->profile, b->address, &e->secret, &err) == -1) {
		note_lack(e, err.code, mem_strdup(err.msg));
		return;
	}
	if (b->username == NULL)
		b->username = b->address;
	b->password = e->secret;
}

void
access_plan(const struct conf *c, struct plan *p)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		const struct conf_mailbox *b = &p->v[i].mailbox;

		if (b->profile->access == CONF_ACCESS_IMPERSONATION &&
		    b->profile->impersonate_by != CONF_BY_SMTP &&
		    b->username == NULL)
			check_principal(c, &p->v[i]);
		else if (b->profile->auth != CONF_AUTH_OAUTH &&
			 b->profile->access == CONF_ACCESS_MAILBOX &&
			 b->profile->secrets_dir != NULL && b->password == NULL)
			read_password(c, &p->v[i]);
	}
}

int
access_ready(const struct mailbox_work *w, struct err *err)
{
	if (w->lacks == NULL)
		return 0;
	err_set(err, ERR_CONFIG, "%s", w->lacks);
	return err_code(err, CAUSE_OTHER, w->lacks_code, SCOPE_MAILBOX);
}
