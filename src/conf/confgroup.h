/*
 * confgroup.h - database_group: who may read the database.
 * Floor: conf; used by conf*.c only.
 */
#ifndef CONF_CONFGROUP_H
#define CONF_CONFGROUP_H

#include "conf/conf.h"
#include "conf/conffile.h"

/*
 * Looks the group up and sets c->database_gid. Errors: there is no such group,
 * this user is not in it, or the INI or state_dir lies in the database's
 * directory, where the group may write. Offline the first two are not checked,
 * and the number may stay GROUP_NONE. c->database and c->state_dir are set.
 */
void confgroup_check(struct conf_file *, struct conf *);

#endif
