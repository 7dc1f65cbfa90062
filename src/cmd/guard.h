/*
 * guard.h - can this user change what will run outside of the sandbox, and
 * others what is theirs not to see?
 * Floor: cmd.
 * Threads: the main thread, before the sandbox closes.
 */
#ifndef CMD_GUARD_H
#define CMD_GUARD_H

#include "conf/conf.h"

/*
 * A warning in the log for exsync's own program, and for the program of
 * alert_command and each file that it is given by its whole path, when the
 * user that exsync runs as may write to it, or exchange it: then whoever finds
 * a fault in any program of that user has code of his own run by the next
 * pass. It is no error. Says nothing for root, who may change everything.
 * And one for a state_dir that others than this user may look into, or that is
 * not his (root's it need not be); it is used as it is.
 */
void guard_warn(const struct conf *);

#endif
