/*
 * seccomp.h - which system calls this process may still make.
 * Floor: cmd.
 * Threads: before any other thread exists; later ones inherit it.
 */
#ifndef CMD_SECCOMP_H
#define CMD_SECCOMP_H

#include <stdbool.h>

/*
 * From now on, for ever: what a sync needs; everything else fails with EPERM
 * (calls that are newer than Linux 5.1 with ENOSYS, as on an old kernel).
 * Nothing is ever killed. Needs no_new_privs. False with errno: it is not;
 * ENOTSUP: not on this architecture.
 */
bool seccomp_enter(void);

#endif
