/*
 * controlmail.c - mail, maildir, generate, dump.
 */
#include "controlmail.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include <gnutls/crypto.h>

#include "ews/ident.h"
#include "world/folder.h"
#include "world/gen.h"
#include "world/item.h"
#include "world/mailcopy.h"
#include "world/mime.h"

/* 2026-01-01T00:00:00Z: when mail without a date arrived. */
#define EPOCH INT64_C(1767225600)
/* A Date between 1990 and 2100 is believed. */
#define EARLIEST INT64_C(631152000)
#define LATEST   INT64_C(4102444800)

static unsigned
ex_of(const char *list)
{
	unsigned ex = 0;

	if (list == NULL)
		return 0;
	if (strstr(list, "from") != NULL)
		ex |= EX_FROM;
	if (strstr(list, "sender") != NULL)
		ex |= EX_SENDER;
	if (strstr(list, "to") != NULL)
		ex |= EX_TO;
	if (strstr(list, "cc") != NULL)
		ex |= EX_CC;
	if (strstr(list, "reply_to") != NULL)
		ex |= EX_REPLY_TO;
	return ex;
}

/* Folders whose mail never came over the wire. */
static bool
is_sent_place(const struct folder *f)
{
	return f->role == ROLE_SENT || f->role == ROLE_OUTBOX;
}

static void
reference(struct mail *m, const char *spec)
{
	struct att *a = mailcopy_add(m);
	const char *comma = strchr(spec, ',');

	a->kind = ATT_REF;
	a->name = comma != NULL
		      ? arena_strn(&m->a, spec, (size_t)(comma - spec))
		      : "link";
	a->url = arena_str(&m->a, comma != NULL ? comma + 1 : spec);
}

static int
load(struct cmd *c, struct folder *f, const char *path, int64_t received)
{
	const char *read = control_key(c, "read");
	const char *class = control_key(c, "class");
	const char *ref = control_key(c, "reference");
	struct sb b = { 0 };
	struct item *it;
	struct mail *m;

	if (sb_file(&b, path) < 0) {
		sb_free(&b);
		return -1;
	}
	m = mime_parse(b.p, b.n);
	sb_free(&b);
	if (ref != NULL)
		reference(m, ref);
	if (received == NO_TIME)
		received =
		    m->sent > EARLIEST && m->sent < LATEST ? m->sent : EPOCH;
	it = item_new(f, m, received);
	it->read = read != NULL && *read == '1';
	it->ex = ex_of(control_key(c, "ex"));
	if (class != NULL)
		it->class = sb_xstrdup(class);
	it->sent = is_sent_place(f);
	it->draft = f->role == ROLE_DRAFTS;
	item_settle(it);
	return 0;
}

void
controlmail_mail(struct cmd *c, struct sb *out)
{
	struct folder *f = control_folder(c, 2, true, out);

	if (f == NULL)
		return;
	if (c->n < 4 ||
	    load(c, f, c->w[3], control_time(c, "received", NO_TIME)) < 0) {
		SB_LIT(out, "error: cannot read the file");
		return;
	}
	SB_LIT(out, "ok ");
	ident_item(out, f->mailbox, (uint32_t)world.n_items - 1);
}

int
controlmail_edit(struct item *it, const char *path)
{
	struct sb b = { 0 };
	int rc = sb_file(&b, path);

	if (rc == 0)
		item_edit(it, mime_parse(b.p, b.n));
	sb_free(&b);
	return rc;
}

struct paths {
	char **v;
	size_t n;
};

static void
find_files(struct paths *p, const char *dir)
{
	struct dirent **e;
	int i, n = scandir(dir, &e, NULL, alphasort);

	for (i = 0; i < n; i++) {
		struct sb path = { 0 };
		struct stat st;
		size_t len = strlen(e[i]->d_name);

		sb_fmt(&path, "%s/%s", dir, e[i]->d_name);
		if (e[i]->d_name[0] != '.' && stat(path.p, &st) == 0 &&
		    S_ISDIR(st.st_mode)) {
			find_files(p, path.p);
		} else if (len > 4 &&
			   strcmp(e[i]->d_name + len - 4, ".eml") == 0) {
			p->v = sb_xrealloc(p->v, (p->n + 1) * sizeof(*p->v));
			p->v[p->n++] = sb_xstrdup(path.p);
		}
		sb_free(&path);
		free(e[i]);
	}
	if (n >= 0)
		free(e);
}

void
controlmail_maildir(struct cmd *c, struct sb *out)
{
	struct folder *f = control_folder(c, 2, true, out);
	int64_t when = control_time(c, "received", NO_TIME);
	long step = control_number(c, "step", 60);
	struct paths p = { 0 };
	size_t i, loaded = 0;

	if (f == NULL)
		return;
	if (c->n > 3)
		find_files(&p, c->w[3]);
	for (i = 0; i < p.n; i++) {
		loaded += load(c, f, p.v[i], when) == 0;
		if (when != NO_TIME)
			when += step;
		free(p.v[i]);
	}
	free(p.v);
	sb_fmt(out, loaded > 0 ? "ok %zu" : "error: %zu files", loaded);
}

void
controlmail_generate(struct cmd *c, struct sb *out)
{
	struct folder *f = control_folder(c, 2, true, out);
	struct gen_set set = { 0 }, *g;
	long i, count;

	if (f == NULL)
		return;
	if (c->n < 5) {
		SB_LIT(out, "error: generate ADDRESS FOLDER COUNT BYTES");
		return;
	}
	count = atol(c->w[3]);
	set.bytes = (size_t)atol(c->w[4]);
	set.seed = (uint64_t)control_number(c, "seed", 1);
	set.start = control_time(c, "start", EPOCH);
	set.step = (int)control_number(c, "step", 60);
	set.contacts = (int)control_number(c, "contacts", 50);
	set.attachment_every = (int)control_number(c, "attachment_every", 0);
	set.attachment_bytes =
	    (size_t)control_number(c, "attachment_bytes", 20000);
	set.to_addr = f->mailbox->person->addr;
	set.to_name = f->mailbox->person->name;
	set.sent = is_sent_place(f);
	set.prose = control_number(c, "prose", 0) != 0;
	if (set.contacts < 1)
		set.contacts = 1;
	g = gen_add(&set);
	for (i = 0; i < count; i++) {
		struct item *it =
		    item_new(f, NULL, set.start + (int64_t)i * set.step);

		it->gen = g;
		it->gen_n = (uint32_t)i;
		it->sent = set.sent;
		it->read = i % 2 != 0;
		item_settle(it);
	}
	sb_fmt(out, "ok %ld", count);
}

static void
sha256(struct sb *out, const void *p, size_t n)
{
	unsigned char hash[32];
	int i;

	gnutls_hash_fast(GNUTLS_DIG_SHA256, p, n, hash);
	SB_LIT(out, "\"");
	for (i = 0; i < 32; i++)
		sb_fmt(out, "%02x", hash[i]);
	SB_LIT(out, "\"");
}

static void
dump_addrs(struct sb *out, const char *name, const struct addrs *a)
{
	int i;

	sb_fmt(out, ",\"%s\":[", name);
	for (i = 0; i < a->n; i++) {
		sb_str(out, i ? "," : "");
		sb_json(out, a->v[i].addr);
	}
	SB_LIT(out, "]");
}

static void
dump_attachments(struct sb *out, const struct mail *m)
{
	static const char *const KIND[] = { "file", "item", "reference" };
	int i;

	SB_LIT(out, ",\"attachments\":[");
	for (i = 0; i < m->n_att; i++) {
		const struct att *a = &m->att[i];
		struct sb data = { 0 };
		const void *p = a->data;
		size_t n = a->len;

		if (a->kind == ATT_FILE && p == NULL) {
			gen_attachment(&data, a->seed, a->len);
			p = data.p;
		} else if (a->kind == ATT_ITEM) {
			p = a->item->raw;
			n = a->item->raw_len;
		}
		sb_fmt(out, "%s{\"kind\":\"%s\",\"name\":", i ? "," : "",
		    KIND[a->kind]);
		sb_json(out, a->name);
		SB_LIT(out, ",\"type\":");
		sb_json(out, a->type);
		SB_LIT(out, ",\"cid\":");
		sb_json(out, a->cid);
		sb_fmt(out, ",\"inline\":%s,\"size\":%zu,\"sha256\":",
		    a->is_inline ? "true" : "false", n);
		sha256(out, p != NULL ? p : "", p != NULL ? n : 0);
		SB_LIT(out, "}");
		sb_free(&data);
	}
	SB_LIT(out, "]");
}

static void
dump_item(struct sb *out, const struct item *it)
{
	static const char *const BODY[] = { "none", "text", "html" };
	static const char *const KIND[] = { "message", "meeting request",
		"meeting response", "meeting cancellation", "appointment",
		"contact", "task" };
	struct mail tmp = { 0 };
	const struct mail *m = item_mail(it, &tmp, GEN_BODY | GEN_MIME);
	struct sb t = { 0 };

	SB_LIT(out, "{\"folder\":");
	sb_str(&t, "");
	folder_path(&t, it->folder);
	sb_json(out, t.p);
	sb_reset(&t);
	ident_item(&t, it->folder->mailbox, it->num);
	sb_fmt(out, ",\"id\":\"%s\",\"change_key\":\"", t.p);
	ident_item_key(out, it);
	SB_LIT(out, "\",\"message_id\":");
	sb_json(out, m->message_id);
	SB_LIT(out, ",\"subject\":");
	sb_json(out, m->subject);
	SB_LIT(out, ",\"class\":");
	sb_json(out, item_class(it, m));
	sb_fmt(out, ",\"kind\":\"%s\"", KIND[item_kind(it, m)]);
	dump_addrs(out, "from", &m->from);
	dump_addrs(out, "to", &m->to);
	dump_addrs(out, "cc", &m->cc);
	sb_reset(&t);
	sb_time(&t, it->received);
	sb_fmt(out, ",\"received\":\"%s\",\"sent\":", t.p);
	sb_reset(&t);
	if (m->sent != NO_TIME)
		sb_time(&t, m->sent);
	sb_json(out, m->sent != NO_TIME ? t.p : NULL);
	sb_fmt(out, ",\"read\":%s,\"size\":%zu,\"body\":\"%s\"",
	    it->read ? "true" : "false", item_size(it), BODY[m->body_kind]);
	SB_LIT(out, ",\"body_sha256\":");
	sha256(out, m->body != NULL ? m->body : "", m->body_len);
	SB_LIT(out, ",\"mime_sha256\":");
	sha256(out, m->raw, m->raw_len);
	dump_attachments(out, m);
	SB_LIT(out, "}");
	sb_free(&t);
	arena_free(&tmp.a);
}

void
controlmail_dump(struct cmd *c, struct sb *out)
{
	struct mailbox *mb = control_mailbox(c, out);
	struct folder *f;
	size_t at = 0, i, n = 0;

	if (mb == NULL)
		return;
	while ((f = folder_next(mb, &at)) != NULL)
		n += f->n_items;
	sb_fmt(out, "ok %zu", n);
	at = 0;
	while ((f = folder_next(mb, &at)) != NULL)
		for (i = 0; i < f->n_items; i++) {
			SB_LIT(out, "\n");
			dump_item(out, f->items[i]);
		}
}
