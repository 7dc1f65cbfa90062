/*
 * words.h - a command line in words, by the simple rules of runner.h.
 * Floor: os.
 * Threads: pure.
 */
#ifndef OS_WORDS_H
#define OS_WORDS_H

#include "base/err.h"

/* NULL-terminated, at least one word (words_free). NULL: ERR_CONFIG. */
char **words_split(const char *command, struct err *);
void words_free(char **);

#endif
