/*
 * prepare.h - what the commands that contact a server have in common.
 * Floor: cmd.
 * Threads: the main thread.
 */
#ifndef CMD_PREPARE_H
#define CMD_PREPARE_H

#include "cmd/cmd.h"
#include "sync/passarg.h"

struct keeper;

/*
 * Fills in all but store and alert. The sandbox closes when the pass begins.
 * keeper: or NULL. The caller closes pass->servers.
 */
void prepare_pass(
    struct pass *, const struct cmd *, const struct conf *, struct keeper *);
/*
 * With the store open: reads what was said about mailboxes, for the pass
 * (permitlist_load). The caller frees list (permit_free), also after -1.
 */
int prepare_permits(struct pass *, struct permit_list *list, struct err *);

#endif
