/*
 * confgroup.c - database_group: who may read the database.
 * 1. Its group may write in the directory of the database (SQLite's files come
 *    and go there), and so exchange whatever lies in it, whoever owns that and
 *    whatever its mode is. So neither the settings nor what the CRM must not
 *    read may lie there.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/group.h"
#include "base/realname.h"
#include "conf/confgroup.h"

static const struct conf_value *
find_value(const struct conf_file *f, const char *key)
{
	const struct conf_value *v = NULL;
	size_t i;

	for (i = 0; v == NULL && i < f->npart; i++)
		if (f->part[i].section == CONF_EXSYNC)
			v = conffile_get(&f->part[i], key);
	return v;
}

static void
find_group(struct conf_file *f, struct conf *c, unsigned line)
{
	const char *name = c->database_group;

	if (!group_find(GROUP_FILE, name, &c->database_gid)) {
		c->database_gid = GROUP_NONE;
		if (!f->offline)
			conffile_error(f, line, "database_group",
			    "%s: there is no such group in " GROUP_FILE
			    ": make it (groupadd %s), or write the number of "
			    "one that comes from elsewhere (getent group %s)",
			    name, name, name);
	} else if (!f->offline && !group_has_me(c->database_gid))
		conffile_error(f, line, "database_group",
		    "this user (%u) is not in group %s: run usermod -aG %s "
		    "USER for the user that exsync runs as, then start it in "
		    "a new login or service; or write a group that it is in",
		    (unsigned)geteuid(), name, name);
}

/* Does the file or directory lie in the directory dir? */
static bool
lies_in(const char *path, const char *dir)
{
	char *real = realname_of(path);
	bool in = real != NULL && realname_in(real, dir);

	free(real);
	return in;
}

static void
check_places(struct conf_file *f, const struct conf *c, unsigned line)
{
	const struct conf_value *v = find_value(f, "state_dir");
	char *dir = realname_dir(c->database);
	const char *own = *f->dir == '\0' ? "." : f->dir;

	/* both the INI's own directory and that of what it links to */
	if (dir != NULL && (lies_in(own, dir) || lies_in(f->name, dir)))
		conffile_error(f, line, "database_group",
		    "this file lies in the directory of the database, where "
		    "group %s could exchange it: write database = a file in "
		    "a directory of its own, such as "
		    "/var/lib/exsync-crm/exsync.db",
		    c->database_group);
	if (dir != NULL && lies_in(c->state_dir, dir))
		conffile_error(f, v == NULL ? line : v->line, "state_dir",
		    "%s: lies in the directory of the database, where group "
		    "%s could exchange it: write state_dir = a directory "
		    "elsewhere, such as /var/lib/exsync/state",
		    c->state_dir, c->database_group);
	free(dir);
}

void
confgroup_check(struct conf_file *f, struct conf *c)
{
	const struct conf_value *v = find_value(f, "database_group");

	c->database_gid = GROUP_NONE;
	if (c->database_group == NULL || v == NULL)
		return;
	find_group(f, c, v->line);
	if (c->database != NULL && c->state_dir != NULL)
		check_places(f, c, v->line);
}
