/*
 * statusjson.c - exsync --status --json (RFC 8259).
 * 1. One object in valid UTF-8, safe on a terminal (jsonwrite.h).
 */
#include <string.h>

#include "base/tim.h"
#include "cmd/jsonprint.h"
#include "cmd/status.h"
#include "sync/alert.h"

static void
put_mail(struct jsonwrite *w, const struct status_mail *m)
{
	jsonwrite_int(w, "mail_today", m->today);
	jsonwrite_int(w, "mail_yesterday", m->yesterday);
	if (m->usual < 0)
		jsonwrite_null(w, "mail_usual");
	else
		jsonwrite_tenths(w, "mail_usual", (int64_t)(m->usual * 10));
}

static void
put_run_object(struct jsonwrite *w, const struct store_last_run *r)
{
	if (!r->known) {
		jsonwrite_null(w, "last_run");
		return;
	}
	jsonwrite_object(w, "last_run");
	jsonwrite_text(w, "outcome", r->cut_off ? "interrupted" : r->outcome);
	jsonwrite_time(w, "started", r->started);
	jsonwrite_time(w, "finished", r->finished);
	jsonwrite_int(w, "mailboxes", r->mailboxes);
	jsonwrite_int(w, "mailboxes_failed", r->failed_mailboxes);
	jsonwrite_int(w, "emails", r->emails);
	jsonwrite_int(w, "skipped", r->skipped);
	jsonwrite_int(w, "failed", r->failed);
	jsonwrite_end(w);
}

static void
put_profile(struct jsonwrite *w, const struct status_profile *p)
{
	jsonwrite_text(w, "name", p->name);
	jsonwrite_text(w, "state", status_name(p->is));
	jsonwrite_int(w, "mailboxes", (int64_t)p->mailboxes);
	jsonwrite_int(w, "well", (int64_t)p->well);
	jsonwrite_int(w, "failing", (int64_t)p->failing);
	jsonwrite_time(w, "last_ok_at", p->last_ok_at);
	jsonwrite_time(w, "last_pass_at", p->silence.last);
	if (p->silence.expected == 0)
		jsonwrite_null(w, "expected_seconds");
	else
		jsonwrite_int(
		    w, "expected_seconds", p->silence.expected / 1000);
	jsonwrite_bool(w, "silent", p->silence.is);
	put_mail(w, &p->mail);
}

static void
put_box(struct jsonwrite *w, const struct status_box *b, int64_t now)
{
	jsonwrite_text(w, "address", b->address);
	jsonwrite_text(w, "profile", b->profile);
	jsonwrite_text(w, "type", b->type);
	jsonwrite_text(w, "state", status_name(b->is));
	jsonwrite_time(w, "last_ok_at", b->last_ok_at);
	if (b->last_ok_at == TIM_NONE)
		jsonwrite_null(w, "age_seconds");
	else
		jsonwrite_int(w, "age_seconds", (now - b->last_ok_at) / 1000);
	jsonwrite_bool(w, "stale", b->is == STATUS_STALE);
	jsonwrite_int(w, "stale_after_seconds", b->stale_after / 1000);
	jsonwrite_time(w, "retry_at", b->retry_at);
	jsonwrite_text(w, "last_error", b->last_error);
	put_mail(w, &b->mail);
	jsonwrite_int(w, "failures", b->failures);
	jsonwrite_int(w, "given_up", b->given_up);
	jsonwrite_int(w, "waiting", b->waiting);
	jsonwrite_int(w, "anew", b->anew);
}

static void
put_alert(struct jsonwrite *w, const struct store_alert *a)
{
	char advice[ALERT_ADVICE], scope[STORE_SCOPE_TEXT];

	jsonwrite_text(w, "scope", store_scope_text(&a->scope, scope));
	jsonwrite_text(w, "profile", a->profile);
	jsonwrite_text(w, "code", a->code);
	jsonwrite_text(w, "severity", a->severity);
	jsonwrite_text(w, "text", a->text);
	jsonwrite_text(
	    w, "advice", alert_todo(a->advice, &a->scope, a->code, advice));
	jsonwrite_time(w, "first_at", a->first_at);
	jsonwrite_time(w, "last_at", a->last_at);
	jsonwrite_int(w, "count", a->count);
	jsonwrite_text(w, "owner", a->owner);
}

static void
put_alerts_array(struct jsonprint *p, const char *name,
    const struct store_alert *v, size_t n)
{
	struct jsonwrite *w = &p->w;
	size_t i;

	jsonwrite_line(w);
	jsonwrite_array(w, name);
	for (i = 0; i < n; i++) {
		jsonwrite_line(w);
		jsonwrite_object(w, NULL);
		put_alert(w, &v[i]);
		jsonwrite_end(w);
		jsonprint_flush(p);
	}
	jsonwrite_end(w);
}

static void
put_summary(struct jsonwrite *w, const struct status *s)
{
	static const char *const state[] = { "ok", "trouble", "", "down" };
	char why[STATUS_REASON];

	jsonwrite_time(w, "now", s->now);
	jsonwrite_text(w, "database", s->database);
	jsonwrite_text(w, "state", state[s->exit]);
	jsonwrite_int(w, "exit_status", s->exit);
	jsonwrite_int(w, "mail_waiting", s->waiting);
	jsonwrite_time(w, "next_try", s->next_try);
	jsonwrite_int(w, "mail_given_up", s->given_up);
	jsonwrite_int(w, "mail_anew", s->anew);
	jsonwrite_int(w, "mail_expired", s->expired);
	jsonwrite_int(w, "passes_interrupted", s->cut.n);
	jsonwrite_bool(w, "running", s->run.running);
	jsonwrite_bool(w, "cut_off", s->run.cut_off);
	jsonwrite_bool(w, "silent", s->silent);
	jsonwrite_text(w, "reason", status_reason(s, why));
	put_run_object(w, &s->run);
	jsonwrite_int(w, "forgotten", s->forgotten.people);
	jsonwrite_int(w, "forgotten_rows", s->forgotten.ignored);
	jsonwrite_bool(w, "forgetting", s->forgotten.unfinished);
}

void
status_json(const struct status *s, FILE *out)
{
	struct jsonprint p;
	struct jsonwrite *w = &p.w;
	size_t i;

	jsonprint_open(&p, out);
	jsonwrite_object(w, NULL);
	put_summary(w, s);
	jsonwrite_line(w);
	jsonwrite_array(w, "profiles");
	for (i = 0; i < s->nprofile; i++) {
		jsonwrite_line(w);
		jsonwrite_object(w, NULL);
		put_profile(w, &s->profile[i]);
		jsonwrite_end(w);
	}
	jsonwrite_end(w);
	jsonwrite_line(w);
	jsonwrite_array(w, "mailboxes");
	for (i = 0; i < s->nbox; i++) {
		jsonwrite_line(w);
		jsonwrite_object(w, NULL);
		put_box(w, &s->box[i], s->now);
		jsonwrite_end(w);
		jsonprint_flush(&p);
	}
	jsonwrite_end(w);
	put_alerts_array(&p, "alerts", s->alert, s->nalert);
	put_alerts_array(&p, "news", s->alert + s->nalert, s->nnews);
	jsonwrite_end(w);
	jsonprint_close(&p);
}
