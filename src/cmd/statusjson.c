/*
 * statusjson.c - exsync --status --json (RFC 8259).
 * 1. One object in valid UTF-8, safe on a terminal (json.h).
 */
#include <string.h>

#include "base/tim.h"
#include "cmd/json.h"
#include "cmd/status.h"
#include "sync/alert.h"

static void
put_mail(FILE *out, const struct status_mail *m)
{
	json_int(out, "mail_today", m->today);
	json_int(out, "mail_yesterday", m->yesterday);
	json_name(out, "mail_usual", false);
	if (m->usual < 0)
		fputs("null", out);
	else
		fprintf(out, "%lld.%lld", (long long)m->usual,
		    (long long)(m->usual * 10) % 10);
}

static void
put_run_object(FILE *out, const struct store_last_run *r)
{
	json_name(out, "last_run", false);
	if (!r->known) {
		fputs("null", out);
		return;
	}
	fputc('{', out);
	json_name(out, "outcome", true);
	json_string(out, r->cut_off ? "interrupted" : r->outcome);
	json_time(out, "started", r->started);
	json_time(out, "finished", r->finished);
	json_int(out, "mailboxes", r->mailboxes);
	json_int(out, "mailboxes_failed", r->failed_mailboxes);
	json_int(out, "emails", r->emails);
	json_int(out, "skipped", r->skipped);
	json_int(out, "failed", r->failed);
	fputc('}', out);
}

static void
put_profile(FILE *out, const struct status_profile *p)
{
	json_name(out, "name", true);
	json_string(out, p->name);
	json_text(out, "state", status_name(p->is));
	json_int(out, "mailboxes", (int64_t)p->mailboxes);
	json_int(out, "well", (int64_t)p->well);
	json_int(out, "failing", (int64_t)p->failing);
	json_time(out, "last_ok_at", p->last_ok_at);
	json_time(out, "last_pass_at", p->silence.last);
	if (p->silence.expected == 0)
		json_text(out, "expected_seconds", NULL);
	else
		json_int(out, "expected_seconds", p->silence.expected / 1000);
	json_bool(out, "silent", p->silence.is);
	put_mail(out, &p->mail);
}

static void
put_box(FILE *out, const struct status_box *b, int64_t now)
{
	json_name(out, "address", true);
	json_string(out, b->address);
	json_text(out, "profile", b->profile);
	json_text(out, "type", b->type);
	json_text(out, "state", status_name(b->is));
	json_time(out, "last_ok_at", b->last_ok_at);
	if (b->last_ok_at == TIM_NONE)
		json_text(out, "age_seconds", NULL);
	else
		json_int(out, "age_seconds", (now - b->last_ok_at) / 1000);
	json_bool(out, "stale", b->is == STATUS_STALE);
	json_int(out, "stale_after_seconds", b->stale_after / 1000);
	json_time(out, "retry_at", b->retry_at);
	json_text(out, "last_error", b->last_error);
	put_mail(out, &b->mail);
	json_int(out, "failures", b->failures);
	json_int(out, "given_up", b->given_up);
	json_int(out, "waiting", b->waiting);
	json_int(out, "anew", b->anew);
}

static void
put_alert(FILE *out, const struct store_alert *a)
{
	char advice[ALERT_ADVICE], scope[STORE_SCOPE_TEXT];

	json_name(out, "scope", true);
	json_string(out, store_scope_text(&a->scope, scope));
	json_text(out, "profile", a->profile);
	json_text(out, "code", a->code);
	json_text(out, "severity", a->severity);
	json_text(out, "text", a->text);
	json_text(
	    out, "advice", alert_todo(a->advice, &a->scope, a->code, advice));
	json_time(out, "first_at", a->first_at);
	json_time(out, "last_at", a->last_at);
	json_int(out, "count", a->count);
	json_text(out, "owner", a->owner);
}

static void
put_alerts_array(FILE *out, const struct store_alert *v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		fputs(i > 0 ? ",\n{" : "\n{", out);
		put_alert(out, &v[i]);
		fputc('}', out);
	}
}

void
status_json(const struct status *s, FILE *out)
{
	static const char *const state[] = { "ok", "trouble", "", "down" };
	char now[TIM_TEXT], why[STATUS_REASON];
	size_t i;

	fputc('{', out);
	json_name(out, "now", true);
	json_string(out, tim_text(s->now, now));
	json_text(out, "database", s->database);
	json_text(out, "state", state[s->exit]);
	json_int(out, "exit_status", s->exit);
	json_int(out, "mail_waiting", s->waiting);
	json_time(out, "next_try", s->next_try);
	json_int(out, "mail_given_up", s->given_up);
	json_int(out, "mail_anew", s->anew);
	json_int(out, "mail_expired", s->expired);
	json_int(out, "passes_interrupted", s->cut.n);
	json_bool(out, "running", s->run.running);
	json_bool(out, "cut_off", s->run.cut_off);
	json_bool(out, "silent", s->silent);
	json_text(out, "reason", status_reason(s, why));
	put_run_object(out, &s->run);
	json_int(out, "forgotten", s->forgotten.people);
	json_int(out, "forgotten_rows", s->forgotten.ignored);
	json_bool(out, "forgetting", s->forgotten.unfinished);
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
	put_alerts_array(out, s->alert, s->nalert);
	fputs("],\n\"news\":[", out);
	put_alerts_array(out, s->alert + s->nalert, s->nnews);
	fputs("]}\n", out);
}
