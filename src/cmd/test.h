/*
 * test.h - exsync --test: what it prints, and its exit status.
 * Floor: cmd.
 * Threads: the main thread.
 *
 * --json prints one object. README has all its names, which are stable; new
 * ones may be added.
 */
#ifndef CMD_TEST_H
#define CMD_TEST_H

#include <stdio.h>

#include "sync/test.h"

struct test_result {
	struct test_report report;
	struct tested_part here;  /* this machine: settings, database, ... */
	const char *conf;         /* the INI */
	size_t n[TESTED_NOT + 1]; /* mailboxes */
	int exit;                 /* the exit status */
};

/*
 * Counts the mailboxes, and sets exit:
 * 0: nothing is bad, and a mailbox is good;
 * 3: no mailbox is good;
 * 1: else.
 */
void test_judge(struct test_result *);
/* "good", "bad", "not tested" */
const char *test_name(enum tested_is);

void test_text(const struct test_result *, FILE *); /* testtext.c */
void test_json(const struct test_result *, FILE *); /* testjson.c */

#endif
