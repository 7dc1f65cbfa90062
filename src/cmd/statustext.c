/*
 * statustext.c - exsync --status for a person, perhaps at two in the morning:
 * the summary first, then what to do, then the mailboxes, worst first.
 * 1. Every name and text is made printable before it is printed.
 * 2. However many mailboxes there are, what is wrong is on the first pages:
 *    at most WELL_MAX of those that are well are listed.
 */
#include <string.h>

#include "base/str.h"
#include "base/tim.h"
#include "base/wrap.h"
#include "cmd/status.h"
#include "sync/alert.h"

#define WELL_MAX 40
#define BAD_MAX  200
#define TEXT     1024
#define INDENT   16 /* at most */
#define CELLS    8

/* --- pieces ------------------------------------------------------------ */

/* Columns on the screen, one for each character. */
static int
count_columns(const char *s)
{
	return (int)wrap_columns(s, strlen(s));
}

/*
 * Prints text in lines that are broken at spaces and indented; mark stands
 * before the first.
 */
static void
put_wrapped(FILE *out, int indent, const char *mark, const char *text)
{
	char line[TEXT], first[INDENT], rest[INDENT];

	str_printable(line, sizeof(line), text, strlen(text));
	snprintf(first, sizeof(first), "%*s", indent, mark);
	snprintf(rest, sizeof(rest), "%*s", indent, "");
	wrap_put(out, first, rest, line);
}

static const char *
plural_of(size_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

/* The time since t, "3 min"; none when t is unknown. */
static const char *
age_text(int64_t now, int64_t t, const char *none, char *out)
{
	return t == TIM_NONE ? none : alert_span(now - t, out);
}

/* A table of n cells in each row, of which the first are aligned left. */
struct table {
	int width[CELLS];
	int n, left; /* cells of a row; how many are aligned left */
};

static void
measure_cells(struct table *t, char cell[][TEXT])
{
	int i, w;

	for (i = 0; i < t->n; i++) {
		w = count_columns(cell[i]);
		if (w > t->width[i])
			t->width[i] = w;
	}
}

static void
put_row(FILE *out, const struct table *t, char cell[][TEXT])
{
	int i, pad;

	for (i = 0; i < t->n; i++) {
		pad = t->width[i] - count_columns(cell[i]);
		if (i > 0)
			fputs("  ", out);
		if (i < t->left)
			fprintf(
			    out, "%s%*s", cell[i], i + 1 < t->n ? pad : 0, "");
		else
			fprintf(out, "%*s%s", pad, "", cell[i]);
	}
	fputc('\n', out);
}

static void
set_cell(char *cell, const char *text)
{
	str_printable(cell, TEXT, text, strlen(text));
}

static void
set_mail(char cell[][TEXT], const struct status_mail *m)
{
	snprintf(cell[0], TEXT, "%lld", (long long)m->today);
	snprintf(cell[1], TEXT, "%lld", (long long)m->yesterday);
	if (m->usual < 0)
		strcpy(cell[2], "-");
	else
		snprintf(cell[2], TEXT, "%lld", (long long)(m->usual + 0.5));
}

/* --- parts ------------------------------------------------------------- */

/* The counts of the latest pass, which has ended. */
static void
put_counts(FILE *out, const struct store_last_run *r)
{
	fprintf(out, "%lld %s", (long long)r->mailboxes,
	    plural_of((size_t)r->mailboxes, "mailbox", "mailboxes"));
	if (r->failed_mailboxes > 0)
		fprintf(out, " (%lld failed)", (long long)r->failed_mailboxes);
	fprintf(out, ", %lld new %s, %lld skipped", (long long)r->emails,
	    plural_of((size_t)r->emails, "mail", "mails"),
	    (long long)r->skipped);
	if (r->failed > 0)
		fprintf(out, ", %lld failed", (long long)r->failed);
	fprintf(out, ".\n");
}

/* Is an alert about interrupted passes open, which says what to do? */
static bool
is_told(const struct status *s)
{
	size_t i;

	for (i = 0; i < s->nalert; i++) {
		if (alert_kind(s->alert[i].code) == ALERT_INTERRUPTED)
			return true;
	}
	return false;
}

/* Passes in a row that were interrupted. */
static void
put_interrupted(FILE *out, const struct status *s)
{
	const struct store_interrupted *c = &s->cut;
	struct store_scope all = { OF_EXSYNC, NULL, 0 };
	char text[2 * TEXT], advice[TEXT], span[32];
	bool many = c->n >= ALERT_IN_A_ROW;
	int n;

	/* no trouble: few, and a pass with another restriction was good */
	if (c->n < 2 || (!many && strcmp(s->run.ended, "ok") == 0))
		return;
	n = snprintf(text, sizeof(text),
	    "%lld passes in a row%s%.200s were interrupted, and each goes on "
	    "where the one before it ended: ",
	    (long long)c->n, c->wanted.text != NULL ? " with " : "",
	    str_nn(c->wanted.text));
	if (!many)
		snprintf(text + n, sizeof(text) - (size_t)n,
		    "look for what ends exsync before it is done (a time limit "
		    "of the scheduler, a restart, no memory).");
	else
		snprintf(text + n, sizeof(text) - (size_t)n,
		    "none came to its end, the first began %s ago%s%s.",
		    age_text(s->now, c->since, "long", span),
		    is_told(s) ? "" : "; ",
		    is_told(s)
			? ""
			: alert_advice(&all, alert_code(ALERT_INTERRUPTED),
			      advice, sizeof(advice)));
	put_wrapped(out, 0, "", text);
}

static void
put_run(FILE *out, const struct status *s)
{
	const struct store_last_run *r = &s->run;
	char span[32], why[STATUS_REASON];

	if (!r->known) {
		fprintf(out, "No pass has run yet: exsync --once starts one, "
			     "a scheduler should.\n");
		return;
	}
	if (strcmp(r->outcome, "running") == 0 && !r->cut_off) {
		fprintf(out, "A pass began %s ago and has not ended",
		    age_text(s->now, r->started, "", span));
		if (r->ended[0] != '\0' && strcmp(r->ended, "ok") != 0)
			fprintf(out, "; the one before it: %s", r->ended);
		fprintf(out, ".\n");
	} else if (r->finished == TIM_NONE && !r->cut_off)
		fprintf(out,
		    "The last pass began %s ago and was interrupted: it was "
		    "killed, or the machine went down.\n",
		    age_text(s->now, r->started, "", span));
	else if (!r->cut_off) {
		fprintf(out, "Last pass: %s ago, %s: ",
		    age_text(s->now, r->finished, "", span), r->outcome);
		put_counts(out, r);
	}
	if (status_reason(s, why) != NULL)
		put_wrapped(out, 0, "", why);
	put_interrupted(out, s);
}

/* Mail that is in the mailboxes and is not stored yet. */
static void
put_waiting(FILE *out, const struct status *s)
{
	char text[TEXT], next[64] = "in the next pass", span[32];

	if (s->waiting > 0) {
		if (s->next_try > s->now)
			snprintf(next, sizeof(next), "the next in %s",
			    alert_span(s->next_try - s->now, span));
		snprintf(text, sizeof(text),
		    "%lld %s not be stored yet and %s tried again, %s; table "
		    "failure says why. There is nothing to do unless that "
		    "lasts.",
		    (long long)s->waiting,
		    plural_of((size_t)s->waiting, "mail could", "mails could"),
		    plural_of((size_t)s->waiting, "is", "are"), next);
		put_wrapped(out, 0, "", text);
	}
	if (s->anew > 0) {
		snprintf(text, sizeof(text),
		    "%lld %s left out before and %s decided anew, since people "
		    "of the CRM or settings have changed: the next passes do "
		    "it, after new mail. There is nothing to do.",
		    (long long)s->anew,
		    plural_of((size_t)s->anew, "mail was", "mails were"),
		    plural_of((size_t)s->anew, "is", "are"));
		put_wrapped(out, 0, "", text);
	}
	if (s->given_up > 0) {
		snprintf(text, sizeof(text),
		    "%lld %s not tried again any more: exsync --resync ADDRESS "
		    "does it (the column FAILED shows for which mailbox); "
		    "table failure says why.",
		    (long long)s->given_up,
		    plural_of((size_t)s->given_up, "mail is", "mails are"));
		put_wrapped(out, 0, "", text);
	}
}

static void
put_forgotten(FILE *out, const struct status *s)
{
	const struct forgetting_state *f = &s->forgotten;
	char text[TEXT];
	size_t n;

	if (f->unfinished)
		put_wrapped(out, 0, "",
		    "An exsync --forget has not ended, and what it is to erase "
		    "may still be in the file: unless it is at work now, run "
		    "it again.");
	if (f->people == 0)
		return;
	n = (size_t)snprintf(text, sizeof(text), "%lld %s forgotten.",
	    (long long)f->people,
	    plural_of((size_t)f->people, "address is", "addresses are"));
	if (f->ignored > 0)
		snprintf(text + n, sizeof(text) - n,
		    " %lld %s one of them, and %s ignored: delete %s.",
		    (long long)f->ignored,
		    plural_of((size_t)f->ignored,
			"row of the users and contacts names",
			"rows of the users and contacts name"),
		    plural_of((size_t)f->ignored, "is", "are"),
		    plural_of((size_t)f->ignored, "it where it comes from",
			"them where they come from"));
	put_wrapped(out, 0, "", text);
}

static void
put_summary(FILE *out, const struct status *s)
{
	size_t i, n[STATUS_OFF + 1] = { 0 };
	const char *sep = ": ";
	enum status_is is;

	for (i = 0; i < s->nbox; i++)
		n[s->box[i].is]++;
	fprintf(out, "%s  %zu %s",
	    s->exit == 0   ? "ALL WELL."
	    : s->exit == 3 ? "NOTHING WORKS."
			   : "TROUBLE.",
	    s->nbox, plural_of(s->nbox, "mailbox", "mailboxes"));
	for (is = STATUS_STALE; is <= STATUS_OFF; is++) {
		if (n[is] == 0)
			continue;
		fprintf(out, "%s%zu %s", sep, n[is], status_name(is));
		sep = ", ";
	}
	fprintf(out, "; %zu open %s.\n", s->nalert,
	    plural_of(s->nalert, "alert", "alerts"));
}

static void
put_alert(FILE *out, const struct status *s, const struct store_alert *a)
{
	char line[TEXT], about[TEXT], span[32];

	set_cell(
	    line, alert_about(a->profile, &a->scope, about, sizeof(about)));
	fprintf(out, "  %s  %s: ", a->severity, line);
	set_cell(line, a->code);
	fprintf(
	    out, "%s, for %s", line, age_text(s->now, a->first_at, "?", span));
	if (a->count > 1)
		fprintf(out, ", in %lld passes", (long long)a->count);
	fputc('\n', out);
	put_wrapped(out, 9, "", a->text);
	put_wrapped(
	    out, 9, "> ", alert_todo(a->advice, &a->scope, a->code, line));
}

static void
put_alerts(FILE *out, const struct status *s)
{
	size_t i;

	if (s->nalert > 0)
		fprintf(out, "\nOPEN ALERTS\n");
	for (i = 0; i < s->nalert && i < BAD_MAX; i++)
		put_alert(out, s, &s->alert[i]);
	if (i < s->nalert)
		fprintf(
		    out, "  and %zu more: --json lists all\n", s->nalert - i);
}

/* That a mailbox was tested is news for its user: here they are counted. */
static void
put_news(FILE *out, const struct status *s)
{
	size_t i, n = 0, tested = 0;

	if (s->nnews > 0)
		fprintf(out, "\nNEWS\n");
	for (i = 0; i < s->nnews; i++) {
		const struct store_alert *a = &s->alert[s->nalert + i];

		if (alert_kind(a->code) == ALERT_TESTED)
			tested++;
		else if (n++ < BAD_MAX)
			put_alert(out, s, a);
	}
	if (n > BAD_MAX)
		fprintf(out, "  and %zu more: --json lists all\n", n - BAD_MAX);
	if (tested > 0)
		fprintf(out,
		    "  info  %zu %s tested (exsync --test), and can be "
		    "read\n",
		    tested, tested == 1 ? "mailbox was" : "mailboxes were");
}

static void
profile_cells(
    const struct status *s, const struct status_profile *p, char cell[][TEXT])
{
	char span[32];

	set_cell(cell[0], p->name);
	strcpy(cell[1], status_name(p->is));
	snprintf(cell[2], TEXT, "%zu", p->mailboxes);
	snprintf(cell[3], TEXT, "%zu", p->failing);
	strcpy(cell[4], age_text(s->now, p->last_ok_at, "never", span));
	set_mail(cell + 5, &p->mail);
}

static void
put_profiles(FILE *out, const struct status *s)
{
	char head[CELLS][TEXT] = { "PROFILE", "STATE", "MAILBOXES", "FAILING",
		"LAST GOOD", "TODAY", "YESTERDAY", "USUAL" };
	char cell[CELLS][TEXT];
	struct table t = { { 0 }, CELLS, 2 };
	size_t i;

	measure_cells(&t, head);
	for (i = 0; i < s->nprofile; i++) {
		profile_cells(s, &s->profile[i], cell);
		measure_cells(&t, cell);
	}
	fputc('\n', out);
	put_row(out, &t, head);
	for (i = 0; i < s->nprofile; i++) {
		profile_cells(s, &s->profile[i], cell);
		put_row(out, &t, cell);
	}
}

static void
box_cells(const struct status *s, const struct status_box *b, char cell[][TEXT])
{
	char span[32];

	set_cell(cell[0], b->address);
	set_cell(cell[1], b->profile);
	strcpy(cell[2], status_name(b->is));
	strcpy(cell[3], age_text(s->now, b->last_ok_at, "never", span));
	set_mail(cell + 4, &b->mail);
	snprintf(cell[7], TEXT, "%lld", (long long)b->failures);
}

/* Lines below a mailbox: the error, the next try, what is unusual. */
static void
put_why(FILE *out, const struct status *s, const struct status_box *b)
{
	char span[32];

	if (b->is <= STATUS_FAILING && !b->told && b->last_error != NULL)
		put_wrapped(out, 4, "", b->last_error);
	if (b->is <= STATUS_FAILING && b->retry_at != TIM_NONE &&
	    b->retry_at > s->now)
		fprintf(out, "    tried again in %s\n",
		    alert_span(b->retry_at - s->now, span));
	if (b->is == STATUS_WAITING)
		fprintf(out, "    waits for approval\n");
	if (b->anew > 0)
		fprintf(
		    out, "    %lld to be decided anew\n", (long long)b->anew);
	if (b->is == STATUS_OK && b->mail.usual >= 5 && b->mail.today == 0 &&
	    b->mail.yesterday == 0)
		fprintf(out, "    unusually quiet\n");
}

/* Is it shown? bad, well: how many came before it; its own is counted up. */
static bool
is_box_shown(const struct status_box *b, size_t *bad, size_t *well)
{
	return b->is <= STATUS_NEW ? (*bad)++ < BAD_MAX : (*well)++ < WELL_MAX;
}

static void
put_boxes(FILE *out, const struct status *s)
{
	char head[CELLS][TEXT] = { "MAILBOX", "PROFILE", "STATE", "LAST GOOD",
		"TODAY", "YESTERDAY", "USUAL", "FAILED" };
	char cell[CELLS][TEXT];
	struct table t = { { 0 }, CELLS, 3 };
	size_t i, bad = 0, well = 0, hidden = 0;

	if (s->nbox == 0)
		return;
	measure_cells(&t, head);
	for (i = 0; i < s->nbox; i++) {
		box_cells(s, &s->box[i], cell);
		if (is_box_shown(&s->box[i], &bad, &well))
			measure_cells(&t, cell);
		else
			hidden++;
	}
	fputc('\n', out);
	put_row(out, &t, head);
	bad = well = 0;
	for (i = 0; i < s->nbox; i++) {
		if (!is_box_shown(&s->box[i], &bad, &well))
			continue;
		box_cells(s, &s->box[i], cell);
		put_row(out, &t, cell);
		put_why(out, s, &s->box[i]);
	}
	if (hidden > 0)
		fprintf(out, "and %zu more: --json lists all\n", hidden);
}

void
status_text(const struct status *s, FILE *out)
{
	char now[TIM_TEXT] = "", line[TEXT];

	tim_text(s->now, now);
	put_summary(out, s);
	put_run(out, s);
	put_waiting(out, s);
	put_forgotten(out, s);
	put_alerts(out, s);
	put_news(out, s);
	if (s->nbox > 0)
		put_profiles(out, s);
	put_boxes(out, s);
	set_cell(line, s->database);
	fprintf(out,
	    "\n%s, %s\n"
	    "TODAY, YESTERDAY, USUAL: mail per day (UTC). FAILED: rows of "
	    "table failure.\n",
	    now, line);
	if (s->expired > 0)
		fprintf(out, "%lld %s removed by retention_days so far.\n",
		    (long long)s->expired,
		    plural_of((size_t)s->expired, "mail was", "mails were"));
	if (s->off_plan > 0)
		fprintf(out,
		    "%zu %s in the database that the INI does not read "
		    "any more.\n",
		    s->off_plan,
		    plural_of(s->off_plan, "mailbox is", "mailboxes are"));
}
