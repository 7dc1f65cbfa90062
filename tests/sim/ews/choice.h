/*
 * choice.h - what EWS calls the world's numbers.
 */
#ifndef SIM_CHOICE_H
#define SIM_CHOICE_H

/* By enum importance, sensitivity, flag and answer; NULL at the end. */
extern const char *const CHOICE_IMPORTANCE[],
    *const CHOICE_SENSITIVITY[], *const CHOICE_FLAG[], *const CHOICE_ANSWER[];

/* Which of the names it is; -1: none. */
int choice_of(const char *const *names, const char *name);

#endif
