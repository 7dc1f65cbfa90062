/*
 * verifyjson.c - exsync --verify --json (README: Proof).
 */
#include "cmd/jsonprint.h"
#include "cmd/verify.h"

static void
put_rules(struct jsonwrite *w, const struct verified_box *b)
{
	size_t i;

	jsonwrite_object(w, "skipped_by");
	for (i = 0; i < b->nrule; i++)
		jsonwrite_int(w, b->rule[i].name, b->rule[i].n);
	jsonwrite_end(w);
}

static void
put_folders(struct jsonwrite *w, const struct verified_box *b)
{
	size_t i;

	jsonwrite_array(w, "trouble");
	for (i = 0; i < b->nfolder; i++) {
		const struct verified_folder *f = &b->folder[i];

		jsonwrite_object(w, NULL);
		jsonwrite_text(w, "folder", f->path);
		jsonwrite_text(w, "reason", f->why);
		jsonwrite_int(w, "gaps", f->gaps);
		jsonwrite_int(w, "stale", f->stale);
		jsonwrite_int(w, "unlisted", f->unlisted);
		jsonwrite_int(w, "unread", f->unread);
		jsonwrite_end(w);
	}
	jsonwrite_end(w);
}

static void
put_missing(struct jsonwrite *w, const struct verified_box *b)
{
	size_t i;

	jsonwrite_array(w, "missing");
	for (i = 0; i < b->ngap; i++) {
		const struct verified_gap *g = &b->gap[i];

		jsonwrite_object(w, NULL);
		jsonwrite_text(w, "folder", g->folder);
		jsonwrite_text(w, "item", g->item);
		jsonwrite_text(w, "message_id", g->message_id);
		jsonwrite_time(w, "received_at", g->received_at);
		jsonwrite_text(w, "reason", verified_why(g->is));
		jsonwrite_end(w);
	}
	jsonwrite_end(w);
}

static void
put_verified(struct jsonwrite *w, const struct verified_box *b)
{
	jsonwrite_text(w, "address", b->address);
	jsonwrite_text(w, "profile", b->profile);
	jsonwrite_text(w, "verdict", verified_name(b->is));
	jsonwrite_text(w, "reason", b->why);
	jsonwrite_time(w, "last_ok_at", b->last_ok_at);
	jsonwrite_int(w, "requests", b->requests);
	jsonwrite_int(w, "folders", b->folders);
	jsonwrite_int(w, "messages", verified_items(b));
	jsonwrite_int(w, "stored", b->stored);
	jsonwrite_int(w, "skipped", b->skipped);
	put_rules(w, b);
	jsonwrite_int(w, "waiting", b->waiting);
	jsonwrite_int(w, "given_up", b->given_up);
	jsonwrite_int(w, "new", b->fresh);
	jsonwrite_int(w, "unread", b->unread);
	jsonwrite_int(w, "vanished", b->vanished);
	jsonwrite_int(w, "gaps", b->gaps);
	jsonwrite_int(w, "gone", b->gone);
	jsonwrite_int(w, "stale", b->stale);
	jsonwrite_int(w, "unlisted", b->unlisted);
	jsonwrite_bool(w, "too_much", b->much);
	put_folders(w, b);
	put_missing(w, b);
}

void
verified_json(const struct verified *v, FILE *out)
{
	static const char *const state[] = { "proof", "no proof", "",
		"nothing verified" };
	struct jsonprint p;
	struct jsonwrite *w = &p.w;
	size_t i;

	jsonprint_open(&p, out);
	jsonwrite_object(w, NULL);
	jsonwrite_time(w, "now", v->now);
	jsonwrite_text(w, "database", v->database);
	jsonwrite_text(w, "state", state[v->exit]);
	jsonwrite_int(w, "exit_status", v->exit);
	jsonwrite_int(w, "requests", v->report.count.requests);
	jsonwrite_bool(w, "interrupted", v->report.stopped);
	jsonwrite_line(w);
	jsonwrite_array(w, "mailboxes");
	for (i = 0; i < v->report.n; i++) {
		jsonwrite_line(w);
		jsonwrite_object(w, NULL);
		put_verified(w, &v->report.box[i]);
		jsonwrite_end(w);
		jsonprint_flush(&p);
	}
	jsonwrite_end(w);
	jsonwrite_end(w);
	jsonprint_close(&p);
}
