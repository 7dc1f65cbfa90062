/*
 * test_progress.c - the progress line and log lines of other threads: nothing
 * is appended to the progress line.
 */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/tim.h"
#include "cmd/progress.h"

#define ERASE "\r\033[K"

/* What the terminal got. */
static char shown[10000];
static size_t nshown;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Another thread does this while a write that begins so is under way. */
static struct {
	const char *begins;
	void *(*act)(void *);
	bool before; /* the bytes are there */
	bool begun;
	pthread_t thread;
} other;

ssize_t __wrap_write(int, const void *, size_t);

static void
take(const char *p, size_t n)
{
	pthread_mutex_lock(&lock);
	if (nshown + n < sizeof(shown)) {
		memcpy(shown + nshown, p, n);
		nshown += n;
	}
	pthread_mutex_unlock(&lock);
}

/* Starts the other thread, and gives it time to end if nothing hinders it. */
static void
let_other_act(void)
{
	struct timespec until;

	other.begun = true;
	pthread_create(&other.thread, NULL, other.act, NULL);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec++;
	if (pthread_timedjoin_np(other.thread, NULL, &until) == 0)
		other.thread = 0;
}

ssize_t
__wrap_write(int fd, const void *p, size_t n)
{
	size_t len = other.begins == NULL ? 0 : strlen(other.begins);
	bool now = len > 0 && !other.begun && n > len &&
		   memcmp(p, other.begins, len) == 0;

	(void)fd;
	if (now && other.before)
		let_other_act();
	take(p, n);
	if (now && !other.before)
		let_other_act();
	return (ssize_t)n;
}

static void *
log_something(void *arg)
{
	log_info("hello");
	return arg;
}

static void *
tick(void *arg)
{
	const struct pass_counts c = { .mailboxes = 9, .mailboxes_done = 3 };

	progress_tick(NULL, &c);
	return arg;
}

/* Runs main_act with the other's act in the middle of its write. */
static void
run_both(const char *begins, bool before, void *(*main_act)(void *),
    void *(*other_act)(void *))
{
	memset(&other, 0, sizeof(other));
	other.begins = begins;
	other.before = before;
	other.act = other_act;
	main_act(NULL);
	if (other.begun && other.thread != 0)
		pthread_join(other.thread, NULL);
}

/* A pass of which standard error is a terminal. */
static void
watch_pass(void)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY), was = dup(2), side;

	grantpt(terminal);
	unlockpt(terminal);
	side = open(ptsname(terminal), O_RDWR | O_NOCTTY);
	dup2(side, 2);
	setenv("JOURNAL_STREAM", "1", 1);
	log_init(LOG_INFO);
	progress_begin();
	tick(NULL); /* not in the first second */
	tim_sleep(1050);
	log_info("hello");
	tick(NULL);
	log_info("hello");
	run_both(ERASE "3 of 9", false, tick, log_something);
	tick(NULL);
	run_both("<6>hello", true, log_something, tick);
	progress_end();
	log_info("hello");
	dup2(was, 2);
	close(was);
	close(side);
	close(terminal);
}

static void
nothing_appended(void **state)
{
	const char *p;
	int lines = 0, drawn = 0;

	(void)state;
	watch_pass();
	for (p = shown; (p = strstr(p, "<6>hello\n")) != NULL; p++, lines++) {
		size_t at = (size_t)(p - shown);

		if (at > 0 && p[-1] != '\n' &&
		    (at < 4 || memcmp(p - 4, ERASE, 4) != 0))
			fail_msg("line %d: %s", lines, shown);
	}
	assert_int_equal(lines, 5);
	for (p = shown; (p = strstr(p, ERASE "3 of 9 mailboxes")) != NULL; p++)
		drawn++;
	assert_int_equal(drawn, 4);
	/* nor is it left behind */
	assert_memory_equal(shown, "<6>hello\n" ERASE "3 of 9", 18);
	assert_string_equal(shown + nshown - 13, ERASE "<6>hello\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_appended),
	};

	return cmocka_run_group_tests_name("progress", tests, NULL, NULL);
}
