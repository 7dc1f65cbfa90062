/*
 * seccomp.h - which system calls this process may still make.
 * Floor: os.
 * Threads: before any other thread exists; later ones inherit it.
 */
#ifndef OS_SECCOMP_H
#define OS_SECCOMP_H

#include <stdbool.h>

/*
 * Permits, irrevocably, only the system calls that a sync needs. All others
 * fail with EPERM (those that are new since Linux 5.1 with ENOSYS, as on an
 * old kernel); the process is never killed. Needs no_new_privs. False with
 * errno: the filter is not in force (ENOTSUP: not on this architecture).
 */
bool seccomp_enter(void);

#endif
