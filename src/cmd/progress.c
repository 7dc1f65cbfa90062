/*
 * progress.c - the line that shows the progress of a long pass.
 * 1. Nothing is written unless standard error is a terminal.
 * 2. The line is shown after the first second, and erased before anything else
 *    is written.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/tim.h"
#include "cmd/progress.h"

static bool on;
static atomic_bool drawn;
static int64_t began;

static void
wipe_line(void)
{
	static const char seq[] = "\r\033[K";

	if (atomic_exchange(&drawn, false) &&
	    write(STDERR_FILENO, seq, sizeof(seq) - 1) < 0)
		return;
}

void
progress_begin(void)
{
	on = isatty(STDERR_FILENO);
	began = tim_mono();
	if (on)
		log_hook(wipe_line);
}

/* "1 h 5 min", "3 min", "20 s" */
static const char *
span_text(int64_t s, char *out, size_t size)
{
	if (s >= 3600)
		snprintf(out, size, "%lld h %lld min", (long long)(s / 3600),
		    (long long)(s % 3600 / 60));
	else if (s >= 60)
		snprintf(out, size, "%lld min", (long long)(s / 60));
	else
		snprintf(out, size, "%lld s", (long long)s);
	return out;
}

void
progress_tick(void *arg, const struct pass_counts *c)
{
	int64_t ms = tim_mono() - began;
	char line[200], left[64] = "";
	int n;

	(void)arg;
	if (!on || ms < 1000)
		return;
	if (c->mailboxes_done > 0 && c->mailboxes_done < c->mailboxes) {
		char t[32];

		snprintf(left, sizeof(left), ", about %s left",
		    span_text(ms * (c->mailboxes - c->mailboxes_done) /
				  c->mailboxes_done / 1000,
			t, sizeof(t)));
	}
	n = snprintf(line, sizeof(line),
	    "\r\033[K%lld of %lld mailboxes, %lld messages, %lld/s%s",
	    (long long)c->mailboxes_done, (long long)c->mailboxes,
	    (long long)c->seen, (long long)(c->seen * 1000 / ms), left);
	if (write(STDERR_FILENO, line, (size_t)n) == n)
		atomic_store(&drawn, true);
}

void
progress_end(void)
{
	log_hook(NULL);
	wipe_line();
}
