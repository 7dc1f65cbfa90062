/*
 * tokens.h - the logins of persons that an INI has (auth = oauth without secret
 * and certificate): their files in state_dir, and the way to them.
 * Floor: cmd.
 * Threads: the main thread.
 */
#ifndef CMD_TOKENS_H
#define CMD_TOKENS_H

#include "conf/conf.h"
#include "os/keeper.h"

struct tokens;

/*
 * Lists them, and puts what each is known by now into the conf (password of
 * profile or mailbox), so that a login that was rejected is tried at once after
 * exsync --login. To be called before the sandbox closes. NULL: there are none,
 * and the functions below do nothing.
 */
struct tokens *tokens_open(struct conf *);
/* Their files' names, for the keeper. */
struct tokendir_names tokens_names(const struct tokens *);
/* From now on they are read and replaced through the keeper, or not at all. */
void tokens_use(struct tokens *, struct keeper *);
/* After all that uses them, and before the conf is freed. */
void tokens_close(struct tokens *);

#endif
