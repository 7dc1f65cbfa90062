/*
 * testtext.c - exsync --test for a person: a line for each step, with its time
 * at the right, in 80 columns.
 * 1. Every name and text is made printable before it is printed.
 * 2. What is wrong is said with what to do; of many mailboxes those come first.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/wrap.h"
#include "cmd/test.h"

#define GOOD_MAX 40 /* mailboxes that are named */
#define BAD_MAX  200
#define NAME     15 /* columns of a step's name */
#define TEXT     2048

/* Does the terminal show UTF-8, as far as the environment tells? */
static bool
shows_utf8(void)
{
	static const char *const name[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	const char *v;
	size_t i;

	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		if ((v = getenv(name[i])) != NULL && *v != '\0')
			return strstr(v, "UTF-8") != NULL ||
			       strstr(v, "utf8") != NULL;
	}
	return false;
}

static const char *
mark_of(enum tested_is is, bool utf8)
{
	static const char *const plain[] = { "ok  ", "BAD ", "-   " };
	static const char *const signs[] = { "\xe2\x9c\x93 ", "\xe2\x9c\x97 ",
		"- " };

	return utf8 ? signs[is] : plain[is];
}

/* A text in lines that are broken at spaces; printable. */
static void
put_test_text(FILE *out, const char *first, const char *rest, const char *text)
{
	char line[TEXT];

	str_printable(line, sizeof(line), text, strlen(text));
	wrap_put(out, first, rest, line);
}

/* indent: columns before the mark. */
static void
put_step(FILE *out, const struct tested_step *s, int indent, bool utf8)
{
	char first[64], rest[64], text[TEXT], took[32] = "";
	int margin = indent + (utf8 ? 2 : 4);

	if (s->ms >= 0)
		snprintf(took, sizeof(took), " (%lld ms)", (long long)s->ms);
	snprintf(first, sizeof(first), "%*s%s%-*s ", indent, "",
	    mark_of(s->is, utf8), NAME, s->name);
	snprintf(rest, sizeof(rest), "%*s", margin + NAME + 1, "");
	snprintf(text, sizeof(text), "%s%s", s->text, took);
	put_test_text(out, first, rest, text);
	if (s->advice == NULL)
		return;
	snprintf(first, sizeof(first), "%*sWhat to do: ", margin, "");
	snprintf(rest, sizeof(rest), "%*s", margin, "");
	put_test_text(out, first, rest, s->advice);
}

static void
put_steps(FILE *out, const struct tested_part *p, int indent, bool utf8)
{
	size_t i;

	for (i = 0; i < p->nstep; i++)
		put_step(out, &p->step[i], indent, utf8);
}

/* A mailbox that is good has one line. */
static void
put_good(FILE *out, const struct tested_part *b, bool utf8)
{
	char text[TEXT], first[16];
	int64_t ms = 0;
	size_t i;
	int n;

	n = snprintf(text, sizeof(text), "%s", b->name);
	for (i = 0; i < b->nstep; i++) {
		ms += b->step[i].ms > 0 ? b->step[i].ms : 0;
		/* each says the same of access */
		if (n > 0 && (size_t)n < sizeof(text) &&
		    strcmp(b->step[i].name, "access") != 0)
			n += snprintf(text + n, sizeof(text) - (size_t)n,
			    "%s %s: %s", strchr(text, ' ') ? ";" : " ",
			    b->step[i].name, b->step[i].text);
	}
	if ((size_t)n < sizeof(text))
		snprintf(text + n, sizeof(text) - (size_t)n, " (%lld ms)",
		    (long long)ms);
	snprintf(first, sizeof(first), "  %s", mark_of(TESTED_GOOD, utf8));
	put_test_text(out, first, "      ", text);
}

/* What is wrong with the mailbox, or why it was not tested: its last step. */
static const char *
last_text(const struct tested_part *b)
{
	return b->nstep > 0 ? b->step[b->nstep - 1].text : "";
}

/* One that was told before of which the same is wrong, or NULL. */
static const struct tested_part *
same_before(const struct test_report *r, const struct tested_part *b)
{
	const struct tested_part *p;

	for (p = r->box; p < b; p++) {
		if (tested_is(p) == tested_is(b) &&
		    strcmp(last_text(p), last_text(b)) == 0)
			return p;
	}
	return NULL;
}

static void
put_test_box(FILE *out, const struct test_report *r,
    const struct tested_part *b, bool utf8)
{
	const struct tested_part *same;
	char line[700], first[16];

	if (tested_is(b) == TESTED_GOOD) {
		put_good(out, b, utf8);
		return;
	}
	same = same_before(r, b);
	snprintf(line, sizeof(line), "%s%s%s", b->name,
	    same != NULL ? "  as " : "", same != NULL ? same->name : "");
	snprintf(first, sizeof(first), "  %s", mark_of(tested_is(b), utf8));
	put_test_text(out, first, "      ", line);
	if (same == NULL)
		put_steps(out, b, 4, utf8);
}

static void
put_boxes(FILE *out, const struct test_report *r, bool utf8)
{
	static const enum tested_is order[] = { TESTED_BAD, TESTED_NOT,
		TESTED_GOOD };
	size_t i, k, n, max, hidden = 0;

	for (k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
		max = order[k] == TESTED_GOOD ? GOOD_MAX : BAD_MAX;
		for (i = n = 0; i < r->nbox; i++) {
			if (tested_is(&r->box[i]) != order[k])
				continue;
			if (n++ < max)
				put_test_box(out, r, &r->box[i], utf8);
			else
				hidden++;
		}
	}
	if (hidden > 0)
		fprintf(out, "  and %zu more: --json lists all\n", hidden);
}

static void
put_verdict(FILE *out, const struct test_result *t)
{
	size_t n = t->report.nbox;

	if (t->report.stopped)
		fprintf(out, "It was interrupted before its end.\n");
	fprintf(out, "%s: %zu of %zu %s can be read",
	    t->exit == 0             ? "GOOD"
	    : t->n[TESTED_GOOD] == 0 ? "NOT GOOD"
				     : "NOT ALL GOOD",
	    t->n[TESTED_GOOD], n, n == 1 ? "mailbox" : "mailboxes");
	if (t->n[TESTED_NOT] > 0)
		fprintf(out, ", %zu not tested", t->n[TESTED_NOT]);
	fprintf(
	    out, "%s\n", t->exit == 0 ? ". exsync --once starts a pass." : ".");
}

void
test_text(const struct test_result *t, FILE *out)
{
	bool utf8 = shows_utf8();
	char line[700];
	size_t i;

	fprintf(out, "this machine\n");
	put_steps(out, &t->here, 2, utf8);
	for (i = 0; i < t->report.nprofile; i++) {
		const struct tested_part *p = &t->report.profile[i];

		snprintf(line, sizeof(line), "%.100s: %.500s", p->name, p->of);
		put_test_text(out, "profile ", "    ", line);
		put_steps(out, p, 2, utf8);
	}
	if (t->report.nbox > 0)
		fprintf(out, "mailboxes\n");
	put_boxes(out, &t->report, utf8);
	put_verdict(out, t);
}
