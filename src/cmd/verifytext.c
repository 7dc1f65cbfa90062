/*
 * verifytext.c - exsync --verify for a person: the summary first, then the
 * mailboxes, worst first.
 * 1. Every name and text is made printable before it is printed.
 * 2. However many mailboxes there are, what is wrong is on the first pages.
 */
#include <stdarg.h>
#include <string.h>

#include "base/str.h"
#include "base/tim.h"
#include "base/wrap.h"
#include "cmd/verify.h"
#include "sync/alert.h"

#define WELL_MAX 40
#define BAD_MAX  200
#define GAPS_MAX 20 /* that are named, of a mailbox */
#define TEXT     1024

static void put_lines(FILE *, int indent, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Prints a text in lines that are broken at spaces, and indented. */
static void
put_lines(FILE *out, int indent, const char *fmt, ...)
{
	char text[TEXT], line[TEXT], space[16];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	str_printable(line, sizeof(line), text, strlen(text));
	snprintf(space, sizeof(space), "%*s", indent, "");
	wrap_put(out, space, space, line);
}

static const char *
plural_word(int64_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

/* Adds ", 3 name" to text, of TEXT bytes, unless n is 0. */
static void
add_count(char *text, int64_t n, const char *name)
{
	size_t len = strlen(text);

	if (n > 0)
		snprintf(text + len, TEXT - len, "%s%lld %s",
		    len > 0 ? ", " : "", (long long)n, name);
}

/* " (match 3, draft 1)" after the skipped ones. */
static void
add_rules(char *text, const struct verified_box *b)
{
	size_t i, len;

	for (i = 0; i < b->nrule; i++) {
		len = strlen(text);
		snprintf(text + len, TEXT - len, "%s%s %lld",
		    i > 0 ? ", " : " (", b->rule[i].name,
		    (long long)b->rule[i].n);
	}
	len = strlen(text);
	if (b->nrule > 0)
		snprintf(text + len, TEXT - len, ")");
}

static void
put_counts(FILE *out, const struct verified_box *b)
{
	char text[TEXT] = "";
	int64_t n = verified_items(b);

	add_count(text, b->stored, "stored");
	add_count(text, b->skipped, "skipped");
	if (b->skipped > 0)
		add_rules(text, b);
	add_count(text, b->waiting, "waiting in failure");
	add_count(text, b->given_up, "given up");
	add_count(text, b->fresh, "new since the last pass");
	add_count(text, b->unread, "not read yet");
	add_count(text, b->vanished, "gone meanwhile");
	add_count(text, b->gaps, "missing");
	put_lines(out, 4, "%lld %s in %lld %s%s%s", (long long)n,
	    plural_word(n, "message", "messages"), (long long)b->folders,
	    plural_word(b->folders, "folder", "folders"),
	    text[0] != '\0' ? ": " : "", text);
	if (b->gone > 0)
		put_lines(out, 4,
		    "%lld more %s gone since the last pass: the next one sees "
		    "it",
		    (long long)b->gone, plural_word(b->gone, "has", "have"));
}

static void
put_trouble(FILE *out, const struct verified_folder *f)
{
	if (f->why != NULL)
		put_lines(out, 4, "folder %s could not be verified: %s",
		    f->path, f->why);
	if (f->gaps > 0)
		put_lines(out, 4,
		    "folder %s: %lld %s neither stored, nor skipped by a rule, "
		    "nor waiting: the next pass fetches what is missing",
		    f->path, (long long)f->gaps,
		    plural_word(f->gaps, "message is", "messages are"));
	if (f->stale > 0)
		put_lines(out, 4,
		    "folder %s: %lld %s there as the database says, and not as "
		    "the server says: the next pass sees to it",
		    f->path, (long long)f->stale,
		    plural_word(f->stale, "message is", "messages are"));
	if (f->unlisted > 0)
		put_lines(out, 4,
		    "folder %s: the server counts %lld %s more than it lists, "
		    "so something may be missing that it does not tell of: let "
		    "its administrator repair the mailbox (AggregateCounts, "
		    "FolderView)",
		    f->path, (long long)f->unlisted,
		    plural_word(f->unlisted, "message", "messages"));
	if (f->unread > 0)
		put_lines(out, 4,
		    "folder %s was not read to its end yet, %lld %s to come: "
		    "run exsync --once, then verify again",
		    f->path, (long long)f->unread,
		    plural_word(f->unread, "message is", "messages are"));
}

static void
put_gaps(FILE *out, const struct verified_box *b)
{
	char when[TIM_TEXT];
	size_t i;

	for (i = 0; i < b->ngap && i < GAPS_MAX; i++) {
		const struct verified_gap *g = &b->gap[i];

		put_lines(out, 8, "%s%s%s, %s: %s",
		    g->message_id != NULL ? g->message_id : "no Message-ID",
		    g->received_at != TIM_NONE ? ", " : "",
		    g->received_at != TIM_NONE
			? str_nn(tim_text(g->received_at, when))
			: "",
		    g->folder, verified_why(g->is));
	}
	if (b->gaps > (int64_t)i)
		put_lines(out, 8, "and %lld more%s",
		    (long long)(b->gaps - (int64_t)i),
		    b->ngap > i ? ": --json names 100 of them" : "");
}

static void
put_box(FILE *out, const struct verified_box *b)
{
	char line[TEXT];
	size_t i;

	str_printable(line, sizeof(line), b->address, strlen(b->address));
	fprintf(out, "%s  %s\n", line, verified_name(b->is));
	if (b->why != NULL)
		put_lines(out, 4, "%s", b->why);
	if (b->folders > 0)
		put_counts(out, b);
	else if (b->is == VERIFIED_PROOF)
		put_lines(out, 4, "the INI reads none of its folders");
	for (i = 0; i < b->nfolder; i++)
		put_trouble(out, &b->folder[i]);
	put_gaps(out, b);
	if (b->much)
		put_lines(out, 4,
		    "more has changed than could be compared: run exsync "
		    "--once, then verify again");
}

static void
put_summary(FILE *out, const struct verified *v)
{
	const char *sep = ": ";
	size_t i, n = v->report.n;

	fprintf(out, "%s  %zu %s",
	    v->exit == 0   ? "PROOF."
	    : v->exit == 3 ? "NOTHING VERIFIED."
			   : "NO PROOF.",
	    n, plural_word((int64_t)n, "mailbox", "mailboxes"));
	for (i = 0; i <= VERIFIED_OFF; i++) {
		if (v->n[i] == 0)
			continue;
		fprintf(out, "%s%zu %s", sep, v->n[i],
		    verified_name((enum verified_is)i));
		sep = ", ";
	}
	fprintf(out, ".\n");
	if (v->report.stopped)
		fprintf(out, "It was interrupted before its end.\n");
}

void
verified_text(const struct verified *v, FILE *out)
{
	size_t i, bad = 0, well = 0, hidden = 0;

	put_summary(out, v);
	for (i = 0; i < v->report.n; i++) {
		const struct verified_box *b = &v->report.box[i];
		bool good = b->is == VERIFIED_PROOF || b->is == VERIFIED_OFF;

		if (good ? well++ < WELL_MAX : bad++ < BAD_MAX)
			put_box(out, b);
		else
			hidden++;
	}
	if (hidden > 0)
		fprintf(out, "and %zu more: --json lists all\n", hidden);
}
