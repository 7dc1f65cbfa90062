/*
 * control.c - the command language.
 * 1. A command answers `ok…` or `error: …`, on one line.
 */
#include "control.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

#include <gnutls/crypto.h>

#include "controllogin.h"
#include "controlmail.h"
#include "log.h"
#include "base/hash.h"
#include "ews/fault.h"
#include "ews/ident.h"
#include "ews/option.h"
#include "graph/goption.h"
#include "graph/misdeed.h"
#include "login/aadsts.h"
#include "login/loginoption.h"
#include "world/account.h"
#include "world/folder.h"
#include "world/gen.h"
#include "world/item.h"
#include "world/select.h"

#define MAX_WORDS 32

int
control_split(char *line, char **word, int max)
{
	char *in = line, *out;
	bool quoted;
	int n = 0;

	for (;;) {
		in += strspn(in, " \t\r\n");
		if (*in == 0 || *in == '#' || n == max)
			return n;
		word[n++] = out = in;
		for (quoted = false; *in != 0; in++) {
			if (*in == '"')
				quoted = !quoted;
			else if (!quoted && strchr(" \t\r\n", *in) != NULL)
				break;
			else
				*out++ = *in;
		}
		if (*in != 0)
			in++;
		*out = 0;
	}
}

const char *
control_key(struct cmd *c, const char *key)
{
	size_t n = strlen(key);
	int i;

	for (i = 1; i < c->n; i++)
		if (strncmp(c->w[i], key, n) == 0 && c->w[i][n] == '=')
			return c->w[i] + n + 1;
	return NULL;
}

long
control_number(struct cmd *c, const char *key, long otherwise)
{
	const char *v = control_key(c, key);

	return v != NULL ? atol(v) : otherwise;
}

int64_t
control_time(struct cmd *c, const char *key, int64_t otherwise)
{
	const char *v = control_key(c, key);
	struct tm tm = { 0 };
	char *end;
	long days;

	if (v == NULL)
		return otherwise;
	days = strtol(v, &end, 10);
	if (*v == '-' && strcmp(end, "d") == 0)
		return world_now() + (int64_t)days * 86400;
	if (strptime(v, "%Y-%m-%dT%H:%M:%S", &tm) == NULL &&
	    strptime(v, "%Y-%m-%d", &tm) == NULL)
		return otherwise;
	return (int64_t)timegm(&tm);
}

struct mailbox *
control_mailbox(struct cmd *c, struct sb *out)
{
	struct mailbox *mb = c->n > 1 ? world_mailbox(c->w[1]) : NULL;

	if (mb == NULL)
		SB_LIT(out, "error: no such mailbox");
	return mb;
}

struct folder *
control_folder(struct cmd *c, int at, bool create, struct sb *out)
{
	struct mailbox *mb = control_mailbox(c, out);
	struct folder *f;

	if (mb == NULL)
		return NULL;
	f = c->n > at ? folder_find(mb, c->w[at], create) : NULL;
	if (f == NULL)
		SB_LIT(out, "error: no such folder");
	return f;
}

static struct item *
selected(struct cmd *c, struct sb *out)
{
	struct mailbox *mb = control_mailbox(c, out);
	const char *selector = c->n > 2 ? c->w[2] : "";
	struct item *it;

	if (mb == NULL)
		return NULL;
	if (strncmp(selector, "id:", 3) != 0)
		it = select_item(mb, selector);
	else if (ident_find_item(selector + 3, &it) != IDENT_OK ||
		 it->folder->mailbox != mb)
		it = NULL;
	if (it == NULL)
		SB_LIT(out, "error: no such item");
	return it;
}

static void
each_of(const char *list, void (*add)(void *, const char *), void *arg)
{
	char *copy = sb_xstrdup(list), *save = NULL, *p;

	for (p = strtok_r(copy, ",", &save); p; p = strtok_r(NULL, ",", &save))
		add(arg, p);
	free(copy);
}

static void
add_alias(void *p, const char *addr)
{
	world_add_alias(p, addr);
}

static void
add_delegate(void *mb, const char *account)
{
	world_add_delegate(mb, account);
}

static void
cmd_mailbox(struct cmd *c, struct sb *out)
{
	struct person *p = c->n > 1 ? world_person(c->w[1]) : NULL;
	struct mailbox *mb;

	if (c->n < 2 || (p != NULL && p->mailbox != NULL)) {
		SB_LIT(out, "error: no address, or it exists already");
		return;
	}
	if (p == NULL)
		p = world_add_person(
		    c->w[1], control_key(c, "name"), control_key(c, "dn"));
	if (control_key(c, "alias") != NULL)
		each_of(control_key(c, "alias"), add_alias, p);
	world_set_account(p, control_key(c, "upn"), control_key(c, "sid"));
	mb = world_add_mailbox(p, control_key(c, "owner"));
	if (control_key(c, "delegate") != NULL)
		each_of(control_key(c, "delegate"), add_delegate, mb);
}

static void
cmd_account(struct cmd *c, struct sb *out)
{
	if (c->n < 3)
		SB_LIT(out, "error: account NAME PASSWORD [impersonate]");
	else
		account_add(c->w[1], c->w[2],
		    c->n > 3 && strcmp(c->w[3], "impersonate") == 0);
}

static void
cmd_person(struct cmd *c, struct sb *out)
{
	struct person *p;

	if (c->n < 2 || world_person(c->w[1]) != NULL) {
		SB_LIT(out, "error: no address, or it exists already");
		return;
	}
	p = world_add_person(
	    c->w[1], control_key(c, "name"), control_key(c, "dn"));
	if (control_key(c, "alias") != NULL)
		each_of(control_key(c, "alias"), add_alias, p);
}

static void
cmd_depart(struct cmd *c, struct sb *out)
{
	struct person *p = c->n > 1 ? world_person(c->w[1]) : NULL;

	if (p == NULL)
		SB_LIT(out, "error: nobody has this address");
	else
		p->departed = true;
}

static void
cmd_folder(struct cmd *c, struct sb *out)
{
	struct folder *f = control_folder(c, 2, true, out);
	const char *kind = control_key(c, "kind");
	const char *class = control_key(c, "class");

	if (f == NULL)
		return;
	f->hidden = control_number(c, "hidden", f->hidden) != 0;
	if (kind != NULL && strcmp(kind, "search") == 0)
		f->search = true;
	else if (kind != NULL && strcmp(kind, "calendar") == 0)
		class = folder_class_of(FOLDER_CALENDAR);
	else if (kind != NULL && strcmp(kind, "contacts") == 0)
		class = folder_class_of(FOLDER_CONTACTS);
	else if (kind != NULL && strcmp(kind, "tasks") == 0)
		class = folder_class_of(FOLDER_TASKS);
	if (class != NULL) {
		free(f->class);
		f->class = *class != 0 ? sb_xstrdup(class) : NULL;
	}
}

static void
put_item(struct cmd *c, struct sb *out,
    struct item *(*put)(struct item *, struct folder *))
{
	struct item *it = selected(c, out);
	struct folder *to;

	if (it == NULL || (to = control_folder(c, 3, false, out)) == NULL)
		return;
	it = put(it, to);
	SB_LIT(out, "ok ");
	ident_item(out, to->mailbox, it->num);
}

static void
cmd_move(struct cmd *c, struct sb *out)
{
	put_item(c, out, item_move);
}

static void
cmd_copy(struct cmd *c, struct sb *out)
{
	put_item(c, out, item_copy);
}

static void
cmd_edit(struct cmd *c, struct sb *out)
{
	struct item *it = selected(c, out);

	if (it != NULL && (c->n < 4 || controlmail_edit(it, c->w[3]) < 0))
		SB_LIT(out, "error: cannot read the file");
}

static void
cmd_delete(struct cmd *c, struct sb *out)
{
	struct item *it = selected(c, out);

	if (it != NULL)
		item_delete(it);
}

static void
cmd_read(struct cmd *c, struct sb *out)
{
	struct item *it = selected(c, out);

	if (it != NULL)
		item_set_read(it, c->n > 3 && c->w[3][0] == '1');
}

static void
cmd_touch(struct cmd *c, struct sb *out)
{
	struct item *it = selected(c, out);

	if (it != NULL)
		item_touch(it);
}

static void
cmd_categories(struct cmd *c, struct sb *out)
{
	struct item *it = selected(c, out);

	if (it != NULL && c->n > 4)
		SB_LIT(out, "error: categories ADDRESS SELECTOR [NAME,...]");
	else if (it != NULL)
		item_set_categories(it, c->n > 3 ? c->w[3] : NULL);
}

/* The item named, if properties can be kept in it. */
static struct item *
loaded_item(struct cmd *c, struct sb *out)
{
	struct item *it = selected(c, out);

	if (it == NULL || it->mail != NULL)
		return it;
	SB_LIT(out, "error: that item was generated: load one");
	return NULL;
}

static void
cmd_flag(struct cmd *c, struct sb *out)
{
	static const char *const name[] = { "none", "complete", "flagged" };
	struct item *it = loaded_item(c, out);
	unsigned i;

	for (i = 0; it != NULL && c->n == 4 && i < 3; i++)
		if (strcmp(c->w[3], name[i]) == 0) {
			item_set_flag(it, (enum flag)i);
			return;
		}
	if (it != NULL)
		SB_LIT(out, "error: flag ADDRESS SELECTOR STATE");
}

static void
cmd_verb(struct cmd *c, struct sb *out)
{
	struct item *it = loaded_item(c, out);

	if (it != NULL &&
	    (c->n > 4 || (c->n == 4 &&
			     strspn(c->w[3], "0123456789") != strlen(c->w[3]))))
		SB_LIT(out, "error: verb ADDRESS SELECTOR [NUMBER]");
	else if (it != NULL)
		item_set_verb(it, c->n == 4 ? c->w[3] : NULL);
}

static void
cmd_rename(struct cmd *c, struct sb *out)
{
	struct folder *f = control_folder(c, 2, false, out);

	if (f != NULL && c->n > 3)
		folder_rename(f, c->w[3]);
}

static void
cmd_mvfolder(struct cmd *c, struct sb *out)
{
	struct folder *f = control_folder(c, 2, false, out), *to;

	if (f == NULL || (to = control_folder(c, 3, false, out)) == NULL)
		return;
	if (f == to || folder_below(to, f))
		SB_LIT(out, "error: a folder cannot lie in itself");
	else
		folder_move(f, to);
}

static void
cmd_archive(struct cmd *c, struct sb *out)
{
	struct mailbox *mb = control_mailbox(c, out);

	if (mb == NULL)
		return;
	if (world.product < EX2010 ||
	    folder_of_role(mb, ROLE_ARCHIVE_ROOT) != NULL)
		SB_LIT(out, "error: it has one, or this version has none");
	else
		folder_archive(mb);
}

static void
cmd_rmfolder(struct cmd *c, struct sb *out)
{
	struct folder *f = control_folder(c, 2, false, out);

	if (f != NULL)
		folder_remove(f);
}

static void
cmd_expire(struct cmd *c, struct sb *out)
{
	struct mailbox *mb = control_mailbox(c, out);

	if (mb != NULL)
		mb->epoch++;
}

static void
cmd_limit(struct cmd *c, struct sb *out)
{
	(void)out;
	option.find_cap = (int)control_number(c, "find", option.find_cap);
	option.sync_cap = (int)control_number(c, "sync", option.sync_cap);
}

static bool
set_markers(const char *v)
{
	world.markers = strcmp(v, "coarse") == 0 ? MARKERS_COARSE
			: strcmp(v, "on") == 0 || strcmp(v, "1") == 0
			    ? MARKERS_ON
			    : MARKERS_OFF;
	return true;
}

static void
cmd_option(struct cmd *c, struct sb *out)
{
	bool ok = true;
	int i;

	for (i = 1; i < c->n && ok; i++) {
		const char *w = c->w[i];

		if (strchr(w, '=') == NULL) {
			SB_LIT(out, "error: option NAME=VALUE");
			return;
		}
		if (strncmp(w, "now=", 4) == 0) {
			world.stands = control_time(c, "now", 0);
			continue;
		}
		ok = strncmp(w, "markers=", 8) == 0
			 ? set_markers(w + 8)
			 : graph_option_set(w) || option_set(w) ||
			       login_option_set(w);
		if (!ok)
			sb_fmt(out, "error: unknown option %s", w);
	}
}

static void
cmd_fault(struct cmd *c, struct sb *out)
{
	const char *wrong = fault_add(c->w + 1, c->n - 1);

	if (wrong != NULL)
		sb_fmt(out, "error: %s", wrong);
}

static void
cmd_nofault(struct cmd *c, struct sb *out)
{
	(void)c;
	(void)out;
	fault_clear();
	misdeed_clear();
	aadsts_clear();
}

static void
cmd_graphfault(struct cmd *c, struct sb *out)
{
	const char *wrong = misdeed_add(c->w + 1, c->n - 1);

	if (wrong != NULL)
		sb_fmt(out, "error: %s", wrong);
}

static void
cmd_stats(struct cmd *c, struct sb *out)
{
	(void)c;
	SB_LIT(out, "ok ");
	log_stats(out);
}

static const struct {
	const char *name;
	void (*run)(struct cmd *, struct sb *);
} COMMAND[] = {
	{ "mailbox", cmd_mailbox },
	{ "account", cmd_account },
	{ "person", cmd_person },
	{ "depart", cmd_depart },
	{ "folder", cmd_folder },
	{ "mail", controlmail_mail },
	{ "maildir", controlmail_maildir },
	{ "generate", controlmail_generate },
	{ "dump", controlmail_dump },
	{ "move", cmd_move },
	{ "copy", cmd_copy },
	{ "edit", cmd_edit },
	{ "delete", cmd_delete },
	{ "read", cmd_read },
	{ "touch", cmd_touch },
	{ "categories", cmd_categories },
	{ "flag", cmd_flag },
	{ "verb", cmd_verb },
	{ "rename", cmd_rename },
	{ "mvfolder", cmd_mvfolder },
	{ "rmfolder", cmd_rmfolder },
	{ "archive", cmd_archive },
	{ "expire", cmd_expire },
	{ "limit", cmd_limit },
	{ "option", cmd_option },
	{ "fault", cmd_fault },
	{ "graphfault", cmd_graphfault },
	{ "nofault", cmd_nofault },
	{ "tenant", controllogin_tenant },
	{ "app", controllogin_app },
	{ "approve", controllogin_approve },
	{ "decline", controllogin_decline },
	{ "codes", controllogin_codes },
	{ "tokens", controllogin_tokens },
	{ "revoke", controllogin_revoke },
	{ "tokenfault", controllogin_fault },
	{ "stats", cmd_stats },
};

static int
command(char *line, struct sb *answer)
{
	char *word[MAX_WORDS];
	struct cmd c = { word, 0 };
	struct sb out = { 0 };
	size_t i, n = sizeof(COMMAND) / sizeof(COMMAND[0]);
	int failed;

	c.n = control_split(line, word, MAX_WORDS);
	if (c.n == 0)
		return 0;
	for (i = 0; i < n && strcmp(COMMAND[i].name, word[0]) != 0; i++)
		;
	pthread_rwlock_wrlock(&world.lock);
	if (i == n)
		sb_fmt(&out, "error: unknown command %s", word[0]);
	else
		COMMAND[i].run(&c, &out);
	pthread_rwlock_unlock(&world.lock);
	if (out.n == 0)
		SB_LIT(&out, "ok");
	failed = strncmp(out.p, "error:", 6) == 0;
	sb_add(answer, out.p, out.n);
	sb_ch(answer, '\n');
	sb_free(&out);
	return failed;
}

int
control_run(const char *text, size_t len, struct sb *answer)
{
	const char *p = text, *end = text + len;
	int failed = 0;

	while (p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((eol != NULL ? eol : end) - p);
		char *line = strndup(p, n);

		failed += command(line, answer);
		free(line);
		p += n + 1;
	}
	return failed;
}
