/*
 * fuzz_copies.c - the input is a program of what happens to the copies of a
 * few mails in two mailboxes. Copies have texts of a small grammar, with the
 * blocks that servers put around them; they come, in whole or in part, and are
 * edited, moved, deleted, read, skipped. After each step:
 * 1. each copy that exists is there once, and has what was put last,
 * 2. copies belong to one mail when same.h calls them the same,
 * 3. the tables agree (held.h), and no row is left that nothing refers to,
 * 4. each mail that reads differently now has a change row, and no other has;
 *    no id disappears,
 * 5. the same step once more changes nothing (idempotent),
 * 6. the process may die at any point of the step: after the step is repeated
 *    the result is the same.
 * At the end two new files that get all copies in two different orders are
 * equal, with the same ids; and so is the file.
 */

#include "copiesfile.h"

/* --- a step ------------------------------------------------------------ */

enum what {
	PUT,
	EDIT,
	AGAIN,
	LESS,
	RECALL,
	GONE,
	SKIPPED,
	RULED_OUT,
	HEADERS_ONLY,
	WHATS
};

/* One step: what happens at once to some places of a mailbox. */
struct step {
	int box;
	size_t n, nchange;
	struct {
		int slot;
		enum what what;
		int folder;
		bool is_read;
		unsigned less;
		struct saying says;
	} v[SLOTS];
	struct change change[SLOTS];
	int change_folder;
};

/* An edit: one part is replaced. */
static struct saying
pick_edit(struct world *w, const struct saying *was)
{
	struct saying now = pick_saying(w), s = *was;
	int part = (int)pick(w, PARTS);

	s.v[part] = now.v[part];
	return s;
}

static void
pick_item(struct world *w, struct step *s, int slot)
{
	const struct place *p = &w->place[s->box][slot];
	const struct place *other;
	unsigned what = pick(w, 16);

	s->v[s->n].slot = slot;
	s->v[s->n].what = what < 4    ? PUT
			  : what < 8  ? EDIT
			  : what < 9  ? AGAIN
			  : what < 10 ? LESS
			  : what < 12 ? RECALL
			  : what < 13 ? GONE
			  : what < 14 ? SKIPPED
			  : what < 15 ? RULED_OUT
				      : HEADERS_ONLY;
	s->v[s->n].folder = (int)pick(w, 2);
	s->v[s->n].is_read = pick(w, 2);
	s->v[s->n].less = pick(w, 3);
	/* a copy of another one, often with an edit */
	other = &w->place[pick(w, BOXES)][pick(w, SLOTS)];
	if (s->v[s->n].what == PUT)
		s->v[s->n].says = pick_saying(w);
	else if (s->v[s->n].what == EDIT)
		s->v[s->n].says = pick_edit(w, &other->says);
	else if (p->live)
		s->v[s->n].says = p->says;
	else
		s->v[s->n].says = other->says;
	s->n++;
}

static void
pick_step(struct world *w, struct step *s)
{
	int i;

	memset(s, 0, sizeof(*s));
	s->box = (int)pick(w, BOXES);
	s->change_folder = (int)pick(w, 2);
	for (i = 0; i < SLOTS; i++) {
		unsigned what = pick(w, 8);
		struct change *c = &s->change[s->nchange];

		if (what < 3)
			pick_item(w, s, i);
		else if (what < 5) {
			s->nchange++;
			c->op = what == 3 ? CHANGE_DELETE : CHANGE_READ;
			c->id = slots[i];
			c->is_read = pick(w, 2);
		}
	}
}

/* With FUZZ_TELL=1 in the environment: prints the step, for a person. */
static void
tell(const struct step *s)
{
	static const char *const name[WHATS] = { "put", "edit", "again", "less",
		"recall", "gone", "skipped", "ruled out", "headers only" };
	size_t i;
	int k;

	if (getenv("FUZZ_TELL") == NULL)
		return;
	fprintf(stderr, "step in box %d\n", s->box);
	for (i = 0; i < s->n; i++) {
		fprintf(stderr, "    i%d in %d: %s %u:", s->v[i].slot,
		    s->v[i].folder, name[s->v[i].what], s->v[i].less);
		for (k = 0; k < PARTS; k++)
			fprintf(stderr, " %d", s->v[i].says.v[k]);
		fprintf(stderr, "\n");
	}
	for (i = 0; i < s->nchange; i++)
		fprintf(stderr, "    %s in %d: %s\n", s->change[i].id,
		    s->change_folder,
		    s->change[i].op == CHANGE_READ ? "read" : "delete");
}

/* All rows, without the times. */
static char *
dump(sqlite3 *h)
{
	static const char *const table[] = { "email", "email_body",
		"email_party", "email_link", "attachment", "email_copy",
		"email_copy_text", "decision", "sync_edition", "sync_blob" };
	struct buf b;
	char sql[300];
	size_t i;
	int c;

	buf_init(&b, (size_t)4 << 20);
	for (i = 0; i < COUNT(table); i++) {
		sqlite3_stmt *s;

		snprintf(sql, sizeof(sql), "SELECT * FROM %s ORDER BY 1,2",
		    table[i]);
		s = prepare(h, sql);
		buf_addf(&b, "= %s\n", table[i]);
		while (sqlite3_step(s) == SQLITE_ROW) {
			for (c = 0; c < sqlite3_column_count(s); c++) {
				const char *name = sqlite3_column_name(s, c);

				if (strcmp(name, "removed_at") != 0 &&
				    strcmp(name, "at") != 0 &&
				    strcmp(name, "decided_at") != 0)
					buf_addf(&b, "%s|",
					    str_nn((const char *)
						    sqlite3_column_text(s, c)));
				else
					buf_addf(&b, "%d|",
					    sqlite3_column_type(s, c) ==
						SQLITE_NULL);
			}
			buf_addc(&b, '\n');
		}
		sqlite3_finalize(s);
	}
	return buf_take(&b);
}

/* Fails since a repeated step wrote change rows, after printing them. */
static void
tell_changes(sqlite3 *h, const char *was, int64_t since)
{
	sqlite3_stmt *s = prepare(h, "SELECT entity,op,entity_id FROM change "
				     "WHERE seq>?");

	sqlite3_bind_int64(s, 1, since);
	while (sqlite3_step(s) == SQLITE_ROW)
		fprintf(stderr, "%s %s %s\n", sqlite3_column_text(s, 0),
		    sqlite3_column_text(s, 1), sqlite3_column_text(s, 2));
	if (was != NULL)
		FUZZ_SAME(was, dump(h));
	FUZZ_CHECK(!"nothing to tell");
}

/* Puts a copy there. An item keeps a Message-ID that it once had. */
static void
lay(struct world *w, struct place *p, const struct saying *s)
{
	unsigned char mid = p->known ? p->says.v[MID] : 0;

	p->says = *s;
	if (s->v[MID] == 0)
		p->says.v[MID] = mid;
	p->known = p->live = true;
	p->dim = is_dim(s);
	note_saying(w, &p->says);
}

static void
follow_item(struct world *w, const struct step *s, size_t i)
{
	struct place *p = &w->place[s->box][s->v[i].slot];
	enum what what = s->v[i].what;

	if (what == GONE) {
		p->live = false;
		return;
	}
	if ((what == SKIPPED || what == RULED_OUT) && !p->known)
		return;
	/* nobody knows any more what it says that comes back so, or in part */
	if (what >= SKIPPED || what == LESS) {
		if (!p->live || what == HEADERS_ONLY) {
			if (p->known)
				w->dim[p->says.v[MID]] = true;
			w->dim[s->v[i].says.v[MID]] = true;
			if (what == LESS || what == HEADERS_ONLY)
				lay(w, p, &s->v[i].says);
			p->dim = true;
		}
	} else
		lay(w, p, &s->v[i].says);
	p->live = true;
	p->folder = s->v[i].folder;
	if (what != RULED_OUT)
		p->is_read = s->v[i].is_read;
}

/* Applies the step to the model. */
static void
follow(struct world *w, const struct step *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		follow_item(w, s, i);
	for (i = 0; i < s->nchange; i++) {
		struct place *p = &w->place[s->box][s->change[i].id[1] - '0'];

		if (s->change[i].op == CHANGE_READ)
			p->is_read = p->known ? s->change[i].is_read : false;
		else if (p->folder == s->change_folder)
			p->live = false;
	}
}

/* less: 0 nothing, 1 the text, 2 also the attachments and most people. */
static void
take_away(struct message *m, unsigned less)
{
	if (less == 0)
		return;
	m->text = m->html = NULL;
	m->text_len = m->html_len = 0;
	m->body_state = BODY_FAILED;
	if (less == 2) {
		m->natt = 0;
		m->naddr = 1;
	}
}

/* Takes from the file what it has of the message. */
static void
recall(struct world *w, const char *box, const char *item, struct message *m)
{
	struct err e = ERR_INIT;
	struct message had = *m;

	m->item_id = item;
	m->text = m->html = NULL;
	m->text_len = m->html_len = 0;
	FUZZ_CHECK(store_item_recall(w->st, box, m, &e) == 0);
	if (m->as_stored)
		return;
	m->text = had.text;
	m->html = had.html;
	m->text_len = had.text_len;
	m->html_len = had.html_len;
}

/* Does the step in one call of store_put. */
static void
do_step(struct world *w, const struct step *s, struct store_count *count)
{
	struct store_page page = { .folder =
				       w->folder[s->box][s->change_folder],
		.cursor = "c",
		.change = s->change,
		.nchange = s->nchange };
	struct store_item item[SLOTS];
	struct made made[SLOTS];
	struct err fault = ERR_INIT, e = ERR_INIT;
	size_t i;
	int rc;

	err_set(&fault, ERR_ITEM, "cannot be read");
	memset(item, 0, sizeof(item));
	memset(made, 0, sizeof(made));
	for (i = 0; i < s->n; i++) {
		struct store_item *it = &item[i];
		enum what what = s->v[i].what;

		it->item_id = slots[s->v[i].slot];
		it->change_key = "k";
		it->folder = w->folder[s->box][s->v[i].folder];
		it->rule = what == GONE ? "gone" : "draft";
		if (what == GONE || what == RULED_OUT)
			continue;
		make(&made[i], &s->v[i].says);
		made[i].m->is_read = s->v[i].is_read;
		if (what == RECALL)
			recall(w, boxes[s->box], it->item_id, made[i].m);
		if (what != LESS || s->v[i].less == 1)
			store_contents(w->st, made[i].m,
			    (enum files)s->v[i].says.v[FILES], ++w->item_files);
		if (what == LESS) {
			take_away(made[i].m, s->v[i].less);
			it->fault = &fault;
			it->next_try = T0;
		}
		if (what == SKIPPED)
			made[i].d.verdict = VERDICT_SKIP;
		if (what == HEADERS_ONLY)
			made[i].d.verdict = VERDICT_HEADERS;
		it->message = made[i].m;
		it->decision = &made[i].d;
	}
	rc = store_put(w->st,
	    &(struct store_work){
		boxes[s->box], item, s->n, s->nchange > 0 ? &page : NULL },
	    count, &e);
	fuzz_err(rc, &e);
	FUZZ_CHECK(rc == 0);
	for (i = 0; i < s->n; i++)
		message_free(made[i].m);
}

/* 6. The step in which the process died is repeated. */
static void
check_death(const struct world *w, const struct step *s, const char *path,
    long item_files)
{
	struct world other = *w;
	struct store_count count;
	struct store_run run;
	struct err e = ERR_INIT;
	char *one, *two;

	other.st = NULL;
	snprintf(other.path, sizeof(other.path), "%s", path);
	open_world(&other);
	other.item_files = item_files;
	memset(&run, 0, sizeof(run));
	memset(&count, 0, sizeof(count));
	FUZZ_CHECK(store_run_begin(other.st, &run, &e) == 0);
	check_tables(other.h);
	do_step(&other, s, &count);
	check_tables(other.h);
	one = dump(w->h);
	two = dump(other.h);
	FUZZ_SAME(one, two);
	free(one);
	free(two);
	end_world(&other);
}

static void
check_step(struct world *w)
{
	struct lines l;

	check_tables(w->h);
	read_lines(w->h, &l);
	check_copies(w, &l);
	if (!is_crowd(w->h))
		check_mails(w, &l);
	free_lines(&l);
}

static void
take_step(struct world *w)
{
	static const char last[] = "SELECT ifnull(max(seq),0) FROM change";
	struct store_count count;
	struct seen was;
	int64_t since;
	char path[64], *before;
	long item_files = w->item_files;
	struct step s;

	pick_step(w, &s);
	tell(&s);
	see(w->h, &was);
	since = ask_int(w->h, last);
	snprintf(path, sizeof(path), "/dev/shm/exsync-fuzz-%d-dead.db",
	    (int)getpid());
	death.in = (long)pick(w, 4) == 0 ? 1 + (long)pick(w, 40) : 0;
	death.from = w->path;
	death.to = path;
	death.slice = w->slice;
	memset(&count, 0, sizeof(count));
	remove_file(path);
	do_step(w, &s, &count);
	death.in = 0;
	follow(w, &s);
	check_step(w);
	check_told(w->h, &was, since, s.n + s.nchange);
	if (access(path, F_OK) == 0)
		check_death(w, &s, path, item_files);
	/* 5. */
	before = getenv("FUZZ_TELL") != NULL ? dump(w->h) : NULL;
	since = ask_int(w->h, last);
	memset(&count, 0, sizeof(count));
	do_step(w, &s, &count);
	if (since != ask_int(w->h, last))
		tell_changes(w->h, before, since);
	free(before);
	FUZZ_CHECK(count.emails == 0 && count.copies == 0);
	FUZZ_CHECK(count.updated == 0);
	check_step(w);
}

/* --- new files --------------------------------------------------------- */

static void
shuffle(struct world *w, int order[PLACES])
{
	int i, k;

	for (i = 0; i < PLACES; i++) {
		order[i] = i;
		k = (int)pick(w, (size_t)i + 1);
		order[i] = order[k];
		order[k] = i;
	}
}

/* Puts all copies into a new file in that order. */
static void
fill_new(const struct world *w, struct world *new, const int order[PLACES])
{
	struct store_count count;
	int i;

	memset(&count, 0, sizeof(count));
	for (i = 0; i < PLACES; i++) {
		int b = order[i] / SLOTS, n = order[i] % SLOTS;
		const struct place *p = &w->place[b][n];
		struct step s;

		if (!is_clear(w, p))
			continue;
		memset(&s, 0, sizeof(s));
		s.box = b;
		s.n = 1;
		s.v[0].slot = n;
		s.v[0].what = PUT;
		s.v[0].folder = p->folder;
		s.v[0].is_read = p->is_read;
		s.v[0].says = p->says;
		do_step(new, &s, &count);
		new->place[b][n] = *p;
	}
	check_step(new);
}

/*
 * Must ids be independent of the order? Only when all copies of a mail have the
 * same id as variants, and copies of other mails have other ids.
 */
static bool
are_ids_sure(struct world *w, struct lines *l)
{
	const struct place *p = &w->place[0][0];
	char id[PLACES][CONTENT_ID];
	int i, k;

	for (i = 0; i < PLACES; i++) {
		struct message *m;

		if (!p[i].live)
			continue;
		m = message(&p[i].says);
		store_contents(w->st, m, (enum files)p[i].says.v[FILES], 0);
		content_variant(m, "", id[i]);
		store_item_drop(w->st, m);
		message_free(m);
		for (k = 0; k < i; k++) {
			if (p[k].live && p[i].says.v[MID] == p[k].says.v[MID] &&
			    (strcmp((&l->v[0][0])[i].col[ID],
				 (&l->v[0][0])[k].col[ID]) == 0) !=
				(strcmp(id[i], id[k]) == 0))
				return false;
		}
	}
	return true;
}

static void
check_new(struct world *w)
{
	static const char *const name[2] = { "one", "two" };
	struct world new[2];
	struct lines l[2], all;
	int order[PLACES], i;
	bool sure, crowd = is_crowd(w->h);

	for (i = 0; i < 2; i++) {
		memset(&new[i], 0, sizeof(new[i]));
		new[i].item_files = 1000 * (i + 1);
		begin_world(&new[i], name[i]);
		shuffle(w, order);
		fill_new(w, &new[i], order);
		read_lines(new[i].h, &l[i]);
	}
	sure = are_ids_sure(&new[0], &l[0]);
	read_lines(w->h, &all);
	for (i = 0; i < PLACES; i++) {
		struct line *a = &(&l[0].v[0][0])[i], *b = &(&l[1].v[0][0])[i];

		if (!a->there)
			continue;
		FUZZ_SAME(a->col[LINE], b->col[LINE]);
		if (sure) {
			FUZZ_SAME(a->col[ID], b->col[ID]);
			FUZZ_SAME(a->col[SUMS], b->col[SUMS]);
		}
		if (!crowd)
			FUZZ_SAME(a->col[LINE], (&all.v[0][0])[i].col[LINE]);
	}
	free_lines(&all);
	for (i = 0; i < 2; i++) {
		free_lines(&l[i]);
		end_world(&new[i]);
	}
}

/* --- the program ------------------------------------------------------- */

/* A CRM has read all changes: from now on ids must stay. */
static void
acknowledge(sqlite3 *h)
{
	FUZZ_CHECK(
	    sqlite3_exec(h,
		"INSERT OR REPLACE INTO consumer(name,acked_seq) SELECT 'c',"
		"max(seq) FROM change WHERE seq>0 HAVING max(seq)>0",
		NULL, NULL, NULL) == SQLITE_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world w;
	size_t k;

	memset(&w, 0, sizeof(w));
	w.p = data;
	w.end = data + size;
	begin_world(&w, "all");
	w.slice = pick(&w, 2) ? 1 + (int)pick(&w, 200) : 0;
	for (k = 0; k < STEPS && w.p < w.end; k++) {
		take_step(&w);
		if (pick(&w, 8) == 7)
			acknowledge(w.h);
		if (pick(&w, 8) == 7) {
			close_world(&w);
			open_world(&w);
		}
	}
	check_none(w.h, "SELECT 1 FROM pragma_integrity_check WHERE "
			"integrity_check<>'ok'");
	check_new(&w);
	end_world(&w);
	return 0;
}
