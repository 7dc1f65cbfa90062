/*
 * testjson.c - exsync --test --json (README: Test and enable).
 */
#include "base/tim.h"
#include "cmd/jsonprint.h"
#include "cmd/test.h"

static void
put_test_steps(struct jsonwrite *w, const struct tested_part *p)
{
	size_t i;

	jsonwrite_array(w, "steps");
	for (i = 0; i < p->nstep; i++) {
		const struct tested_step *s = &p->step[i];

		jsonwrite_object(w, NULL);
		jsonwrite_text(w, "name", s->name);
		jsonwrite_text(w, "verdict", test_name(s->is));
		jsonwrite_text(w, "text", s->text);
		jsonwrite_text(w, "advice", s->advice);
		if (s->ms >= 0)
			jsonwrite_int(w, "ms", s->ms);
		else
			jsonwrite_null(w, "ms");
		jsonwrite_end(w);
	}
	jsonwrite_end(w);
}

void
test_json(const struct test_result *t, FILE *out)
{
	const struct test_report *r = &t->report;
	struct jsonprint p;
	struct jsonwrite *w = &p.w;
	size_t i;

	jsonprint_open(&p, out);
	jsonwrite_object(w, NULL);
	jsonwrite_time(w, "now", tim_now());
	jsonwrite_text(w, "settings", t->conf);
	jsonwrite_int(w, "exit_status", t->exit);
	jsonwrite_bool(w, "interrupted", r->stopped);
	put_test_steps(w, &t->here);
	jsonwrite_line(w);
	jsonwrite_array(w, "profiles");
	for (i = 0; i < r->nprofile; i++) {
		jsonwrite_line(w);
		jsonwrite_object(w, NULL);
		jsonwrite_text(w, "name", r->profile[i].name);
		jsonwrite_text(w, "url", r->profile[i].of);
		jsonwrite_text(
		    w, "verdict", test_name(tested_is(&r->profile[i])));
		put_test_steps(w, &r->profile[i]);
		jsonwrite_end(w);
	}
	jsonwrite_end(w);
	jsonwrite_line(w);
	jsonwrite_array(w, "mailboxes");
	for (i = 0; i < r->nbox; i++) {
		jsonwrite_line(w);
		jsonwrite_object(w, NULL);
		jsonwrite_text(w, "address", r->box[i].name);
		jsonwrite_text(w, "profile", r->box[i].of);
		jsonwrite_text(w, "owner", r->box[i].owner);
		jsonwrite_text(w, "verdict", test_name(tested_is(&r->box[i])));
		put_test_steps(w, &r->box[i]);
		jsonwrite_end(w);
		jsonprint_flush(&p);
	}
	jsonwrite_end(w);
	jsonwrite_end(w);
	jsonprint_close(&p);
}
