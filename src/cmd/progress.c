/*
 * progress.c - the line that shows the progress of a long pass.
 * 1. Nothing is written unless standard error is a terminal.
 * 2. The line is shown after the first second, and erased at the end; the log
 *    erases it before a line of its own.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/tim.h"
#include "cmd/progress.h"

static bool on;
static int64_t began;

void
progress_begin(void)
{
	on = isatty(STDERR_FILENO);
	began = tim_mono();
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
	snprintf(line, sizeof(line),
	    "%lld of %lld mailboxes, %lld messages, %lld/s%s",
	    (long long)c->mailboxes_done, (long long)c->mailboxes,
	    (long long)c->seen, (long long)(c->seen * 1000 / ms), left);
	log_show(line);
}

void
progress_end(void)
{
	if (on)
		log_show(NULL);
}
