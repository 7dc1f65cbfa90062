/*
 * statusjson.c - exsync --status --json (RFC 8259).
 * 1. One object in valid UTF-8, safe on a terminal (json.h).
 */
#include <string.h>

#include "base/tim.h"
#include "cmd/json.h"
#include "cmd/status.h"
#include "sync/alert.h"

/* Puts ,"name": (without the comma when it is the first). */
static void
put_name(FILE *out, const char *name, bool first)
{
	fprintf(out, "%s\"%s\":", first ? "" : ",", name);
}

static void
put_text(FILE *out, const char *name, const char *value)
{
	put_name(out, name, false);
	json_string(out, value);
}

static void
put_int(FILE *out, const char *name, int64_t value)
{
	put_name(out, name, false);
	fprintf(out, "%lld", (long long)value);
}

static void
put_bool(FILE *out, const char *name, bool value)
{
	put_name(out, name, false);
	fputs(value ? "true" : "false", out);
}

static void
put_time(FILE *out, const char *name, int64_t t)
{
	char text[TIM_TEXT];

	put_text(out, name, tim_text(t, text));
}

static void
put_mail(FILE *out, const struct status_mail *m)
{
	put_int(out, "mail_today", m->today);
	put_int(out, "mail_yesterday", m->yesterday);
	put_name(out, "mail_usual", false);
	if (m->usual < 0)
		fputs("null", out);
	else
		fprintf(out, "%lld.%lld", (long long)m->usual,
		    (long long)(m->usual * 10) % 10);
}

static void
put_run_object(FILE *out, const struct store_last_run *r)
{
	put_name(out, "last_run", false);
	if (!r->known) {
		fputs("null", out);
		return;
	}
	fputc('{', out);
	put_name(out, "outcome", true);
	json_string(out, r->cut_off ? "interrupted" : r->outcome);
	put_time(out, "started", r->started);
	put_time(out, "finished", r->finished);
	put_int(out, "mailboxes", r->mailboxes);
	put_int(out, "mailboxes_failed", r->failed_mailboxes);
	put_int(out, "emails", r->emails);
	put_int(out, "skipped", r->skipped);
	put_int(out, "failed", r->failed);
	fputc('}', out);
}

static void
put_profile(FILE *out, const struct status_profile *p)
{
	put_name(out, "name", true);
	json_string(out, p->name);
	put_text(out, "state", status_name(p->is));
	put_int(out, "mailboxes", (int64_t)p->mailboxes);
	put_int(out, "well", (int64_t)p->well);
	put_int(out, "failing", (int64_t)p->failing);
	put_time(out, "last_ok_at", p->last_ok_at);
	put_time(out, "last_pass_at", p->silence.last);
	if (p->silence.expected == 0)
		put_text(out, "expected_seconds", NULL);
	else
		put_int(out, "expected_seconds", p->silence.expected / 1000);
	put_bool(out, "silent", p->silence.is);
	put_mail(out, &p->mail);
}

static void
put_box(FILE *out, const struct status_box *b, int64_t now)
{
	put_name(out, "address", true);
	json_string(out, b->address);
	put_text(out, "profile", b->profile);
	put_text(out, "type", b->type);
	put_text(out, "state", status_name(b->is));
	put_time(out, "last_ok_at", b->last_ok_at);
	if (b->last_ok_at == TIM_NONE)
		put_text(out, "age_seconds", NULL);
	else
		put_int(out, "age_seconds", (now - b->last_ok_at) / 1000);
	put_bool(out, "stale", b->is == STATUS_STALE);
	put_int(out, "stale_after_seconds", b->stale_after / 1000);
	put_time(out, "retry_at", b->retry_at);
	put_text(out, "last_error", b->last_error);
	put_mail(out, &b->mail);
	put_int(out, "failures", b->failures);
	put_int(out, "given_up", b->given_up);
	put_int(out, "waiting", b->waiting);
	put_int(out, "anew", b->anew);
}

static void
put_alert(FILE *out, const struct store_alert *a)
{
	char advice[512], scope[STORE_SCOPE_TEXT];

	put_name(out, "scope", true);
	json_string(out, store_scope_text(&a->scope, scope));
	put_text(out, "profile", a->profile);
	put_text(out, "code", a->code);
	put_text(out, "severity", a->severity);
	put_text(out, "text", a->text);
	put_text(out, "advice",
	    alert_advice(&a->scope, a->code, advice, sizeof(advice)));
	put_time(out, "first_at", a->first_at);
	put_time(out, "last_at", a->last_at);
	put_int(out, "count", a->count);
}

void
status_json(const struct status *s, FILE *out)
{
	static const char *const state[] = { "ok", "trouble", "", "down" };
	char now[TIM_TEXT], why[STATUS_REASON];
	size_t i;

	fputc('{', out);
	put_name(out, "now", true);
	json_string(out, tim_text(s->now, now));
	put_text(out, "database", s->database);
	put_text(out, "state", state[s->exit]);
	put_int(out, "exit_status", s->exit);
	put_int(out, "mail_waiting", s->waiting);
	put_time(out, "next_try", s->next_try);
	put_int(out, "mail_given_up", s->given_up);
	put_int(out, "mail_anew", s->anew);
	put_int(out, "passes_interrupted", s->cut.n);
	put_bool(out, "running", s->run.running);
	put_bool(out, "cut_off", s->run.cut_off);
	put_bool(out, "silent", s->silent);
	put_text(out, "reason", status_reason(s, why));
	put_run_object(out, &s->run);
	fputs(",\n\"profiles\":[", out);
	for (i = 0; i < s->nprofile; i++) {
		fputs(i > 0 ? ",\n{" : "\n{", out);
		put_profile(out, &s->profile[i]);
		fputc('}', out);
	}
	fputs("],\n\"mailboxes\":[", out);
	for (i = 0; i < s->nbox; i++) {
		fputs(i > 0 ? ",\n{" : "\n{", out);
		put_box(out, &s->box[i], s->now);
		fputc('}', out);
	}
	fputs("],\n\"alerts\":[", out);
	for (i = 0; i < s->nalert; i++) {
		fputs(i > 0 ? ",\n{" : "\n{", out);
		put_alert(out, &s->alert[i]);
		fputc('}', out);
	}
	fputs("]}\n", out);
}
