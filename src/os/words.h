/*
 * words.h - splits a command line into words, by the rules of runner.h.
 * Floor: os.
 * Threads: pure.
 */
#ifndef OS_WORDS_H
#define OS_WORDS_H

#include "base/err.h"

/*
 * The words, at least one, ended by NULL; words_free frees. NULL: ERR_CONFIG.
 */
char **words_split(const char *command, struct err *);
void words_free(char **);

#endif
