/*
 * seccomp.h - which system calls this process may still make.
 * Floor: os.
 * Threads: before any other thread exists; later ones inherit it.
 */
#ifndef OS_SECCOMP_H
#define OS_SECCOMP_H

#include <stdbool.h>

/*
 * From now on, for ever: what a sync needs; everything else fails with EPERM
 * (calls that are newer than Linux 5.1 with ENOSYS, as on an old kernel).
 * Nothing is ever killed. Needs no_new_privs. False with errno: it is not;
 * ENOTSUP: not on this architecture.
 */
bool seccomp_enter(void);

#endif
