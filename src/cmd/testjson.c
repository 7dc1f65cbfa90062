/*
 * testjson.c - exsync --test --json (README: Test and enable).
 */
#include "base/tim.h"
#include "cmd/json.h"
#include "cmd/test.h"

static void
put_test_steps(FILE *out, const struct tested_part *p)
{
	size_t i;

	json_name(out, "steps", false);
	fputc('[', out);
	for (i = 0; i < p->nstep; i++) {
		const struct tested_step *s = &p->step[i];

		fputs(i > 0 ? ",{" : "{", out);
		json_name(out, "name", true);
		json_string(out, s->name);
		json_text(out, "verdict", test_name(s->is));
		json_text(out, "text", s->text);
		json_text(out, "advice", s->advice);
		json_name(out, "ms", false);
		if (s->ms >= 0)
			fprintf(out, "%lld", (long long)s->ms);
		else
			fputs("null", out);
		fputc('}', out);
	}
	fputc(']', out);
}

void
test_json(const struct test_result *t, FILE *out)
{
	const struct test_report *r = &t->report;
	char now[TIM_TEXT];
	size_t i;

	fputs("{\"now\":", out);
	json_string(out, tim_text(tim_now(), now));
	json_text(out, "settings", t->conf);
	json_int(out, "exit_status", t->exit);
	json_bool(out, "interrupted", r->stopped);
	put_test_steps(out, &t->here);
	fputs(",\n\"profiles\":[", out);
	for (i = 0; i < r->nprofile; i++) {
		fputs(i > 0 ? ",\n{" : "\n{", out);
		json_name(out, "name", true);
		json_string(out, r->profile[i].name);
		json_text(out, "url", r->profile[i].of);
		json_text(out, "verdict", test_name(tested_is(&r->profile[i])));
		put_test_steps(out, &r->profile[i]);
		fputc('}', out);
	}
	fputs("],\n\"mailboxes\":[", out);
	for (i = 0; i < r->nbox; i++) {
		fputs(i > 0 ? ",\n{" : "\n{", out);
		json_name(out, "address", true);
		json_string(out, r->box[i].name);
		json_text(out, "profile", r->box[i].of);
		json_text(out, "owner", r->box[i].owner);
		json_text(out, "verdict", test_name(tested_is(&r->box[i])));
		put_test_steps(out, &r->box[i]);
		fputc('}', out);
	}
	fputs("]}\n", out);
}
