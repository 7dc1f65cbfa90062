/*
 * group.h - Unix groups: their numbers, and whether this process is in one.
 * Floor: base.
 * Threads: any.
 *
 * Names are looked up in /etc/group (group(5)) and nowhere else. getgrnam
 * would ask what nsswitch.conf names, and a static glibc loads those modules,
 * which may be of another glibc, into this process. A group that comes from a
 * directory service (sssd, winbind) is written as its number.
 */
#ifndef BASE_GROUP_H
#define BASE_GROUP_H

#include <stdbool.h>
#include <sys/types.h>

#define GROUP_FILE "/etc/group"
#define GROUP_NONE ((gid_t)-1)

/*
 * The number of the group that text names, which may be a number itself and
 * then need not be in the file. False: there is none.
 */
bool group_find(const char *file, const char *text, gid_t *out);
/* May this process give its files to that group? root may. */
bool group_has_me(gid_t);

#endif
