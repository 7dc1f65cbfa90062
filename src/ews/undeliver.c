/*
 * undeliver.c - moves an item to the mailbox's folder Undeliverable.
 * 1. The folder is created first, and looked up only if it exists already: when
 *    two workers race, one creates it and both find it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "ews/call.h"
#include "ews/folder.h"
#include "ews/folderxml.h"
#include "ews/undeliver.h"

/* Finds the id of the folder among the folders of the mailbox. */
static int
look_up(struct ews_session *s, char **id, struct err *err)
{
	struct folder_list list;
	size_t i;

	if (folder_list(s, false, &list, err) == -1)
		return -1;
	for (i = 0; *id == NULL && i < list.n; i++) {
		if (str_ieq(list.v[i].path, PROVIDER_UNDELIVERABLE))
			*id = mem_strdup(list.v[i].id);
	}
	arena_free(&list.arena);
	if (*id != NULL)
		return 0;
	return err_set(err, ERR_RETRY,
	    "the server says that there is a "
	    "folder " PROVIDER_UNDELIVERABLE ", and does not list it");
}

static int
make_folder(struct ews_session *s, char **id, struct err *err)
{
	static const char *const name[] = { NULL };
	struct soap_ops ops = folderxml_get;
	struct build_create_folder what = { PROVIDER_UNDELIVERABLE };
	struct folder_list got;
	struct folderxml p;
	struct call c = { &ops, &p, build_create_folder, &what, SCOPE_FOLDER };
	int rc;

	memset(&got, 0, sizeof(got));
	memset(&p, 0, sizeof(p));
	ops.name = "CreateFolder";
	p.list = &got;
	p.name = name;
	p.nname = 1;
	rc = call_run(s, &c, err);
	if (rc == 0 && got.n > 0)
		*id = mem_strdup(got.v[0].id);
	else if (rc == 0 && strcmp(p.err.code, "ErrorFolderExists") == 0)
		rc = look_up(s, id, err);
	else if (rc == 0) {
		*err = p.err;
		if (err->kind == ERR_NONE)
			err_set(err, ERR_RETRY, "the answer names no folder");
		rc = err_prefix(err, "CreateFolder " PROVIDER_UNDELIVERABLE);
	}
	arena_free(&got.arena);
	return rc;
}

static int
moved_start(void *arg, enum tok t, int level, const struct xml_attrs *a,
    struct err *err)
{
	(void)arg;
	(void)t;
	(void)level;
	(void)a;
	(void)err;
	return SOAP_SKIP;
}

static int
moved_end(void *arg, enum tok t, int level, const char *text, size_t len,
    struct err *err)
{
	(void)arg;
	(void)t;
	(void)level;
	(void)text;
	(void)len;
	(void)err;
	return 0;
}

static int
moved_message(void *arg, const struct soap_status *st, struct err *err)
{
	(void)err;
	call_status(st, SCOPE_ITEM, arg);
	return 0;
}

static const struct soap_ops move_ops = { "MoveItem", moved_start, moved_end,
	NULL, moved_message };

int
undeliver_item(struct ews_session *s, const char *item_id, struct err *err)
{
	struct err answer = ERR_INIT;
	struct build_move_item what = { NULL, item_id };
	struct call c = { &move_ops, &answer, build_move_item, &what,
		SCOPE_ITEM };

	if (s->undeliverable == NULL &&
	    make_folder(s, &s->undeliverable, err) == -1)
		return -1;
	what.folder = s->undeliverable;
	if (call_run(s, &c, err) == -1)
		return -1;
	if (answer.kind == ERR_NONE)
		return 0;
	*err = answer;
	return err_prefix(err, "MoveItem");
}
