/*
 * verifyjson.c - exsync --verify --json (README: Proof).
 */
#include "base/tim.h"
#include "cmd/json.h"
#include "cmd/verify.h"

static void
put_rules(FILE *out, const struct verified_box *b)
{
	size_t i;

	json_name(out, "skipped_by", false);
	fputc('{', out);
	for (i = 0; i < b->nrule; i++) {
		json_name(out, b->rule[i].name, i == 0);
		fprintf(out, "%lld", (long long)b->rule[i].n);
	}
	fputc('}', out);
}

static void
put_folders(FILE *out, const struct verified_box *b)
{
	size_t i;

	json_name(out, "trouble", false);
	fputc('[', out);
	for (i = 0; i < b->nfolder; i++) {
		const struct verified_folder *f = &b->folder[i];

		fputs(i > 0 ? ",{" : "{", out);
		json_name(out, "folder", true);
		json_string(out, f->path);
		json_text(out, "reason", f->why);
		json_int(out, "gaps", f->gaps);
		json_int(out, "stale", f->stale);
		json_int(out, "unlisted", f->unlisted);
		json_int(out, "unread", f->unread);
		fputc('}', out);
	}
	fputc(']', out);
}

static void
put_missing(FILE *out, const struct verified_box *b)
{
	size_t i;

	json_name(out, "missing", false);
	fputc('[', out);
	for (i = 0; i < b->ngap; i++) {
		const struct verified_gap *g = &b->gap[i];

		fputs(i > 0 ? ",{" : "{", out);
		json_name(out, "folder", true);
		json_string(out, g->folder);
		json_text(out, "item", g->item);
		json_text(out, "message_id", g->message_id);
		json_time(out, "received_at", g->received_at);
		json_text(out, "reason", verified_why(g->is));
		fputc('}', out);
	}
	fputc(']', out);
}

static void
put_verified(FILE *out, const struct verified_box *b)
{
	json_name(out, "address", true);
	json_string(out, b->address);
	json_text(out, "profile", b->profile);
	json_text(out, "verdict", verified_name(b->is));
	json_text(out, "reason", b->why);
	json_time(out, "last_ok_at", b->last_ok_at);
	json_int(out, "requests", b->requests);
	json_int(out, "folders", b->folders);
	json_int(out, "messages", verified_items(b));
	json_int(out, "stored", b->stored);
	json_int(out, "skipped", b->skipped);
	put_rules(out, b);
	json_int(out, "waiting", b->waiting);
	json_int(out, "given_up", b->given_up);
	json_int(out, "new", b->fresh);
	json_int(out, "unread", b->unread);
	json_int(out, "vanished", b->vanished);
	json_int(out, "gaps", b->gaps);
	json_int(out, "gone", b->gone);
	json_int(out, "stale", b->stale);
	json_int(out, "unlisted", b->unlisted);
	json_bool(out, "too_much", b->much);
	put_folders(out, b);
	put_missing(out, b);
}

void
verified_json(const struct verified *v, FILE *out)
{
	static const char *const state[] = { "proof", "no proof", "",
		"nothing verified" };
	char now[TIM_TEXT];
	size_t i;

	fputs("{\"now\":", out);
	json_string(out, tim_text(v->now, now));
	json_text(out, "database", v->database);
	json_text(out, "state", state[v->exit]);
	json_int(out, "exit_status", v->exit);
	json_int(out, "requests", v->report.count.requests);
	json_bool(out, "interrupted", v->report.stopped);
	fputs(",\n\"mailboxes\":[", out);
	for (i = 0; i < v->report.n; i++) {
		fputs(i > 0 ? ",\n{" : "\n{", out);
		put_verified(out, &v->report.box[i]);
		fputc('}', out);
	}
	fputs("]}\n", out);
}
