/*
 * messageredact.c - a mail without the people to be forgotten.
 * 1. First all of the mail is searched, then, if anybody was found, all of it
 *    is redacted: a name in the subject goes because of an address in To.
 * 2. m->big, where there is one, is the body's, and what it was before is freed
 *    once.
 */
#include <stdlib.h>
#include <string.h>

#include "core/messageredact.h"
#include "core/redact.h"

/* Outlives every arena. */
static const char removed[] = REDACT_REMOVED;

/* What was found in the mail. */
struct finding {
	const struct forgotten *list;
	struct redact_rows rows;
	const char *name[REDACT_NAMES]; /* of the address, in this mail */
	size_t nname;
	bool named;
};

/* --- searching --------------------------------------------------------- */

static bool
find_in(struct finding *f, const char *s)
{
	return s != NULL && redact_find(f->list, s, strlen(s), false, &f->rows);
}

/* Is it somebody of the list? */
static bool
is_forgotten(struct finding *f, const struct address *a)
{
	bool found = false;

	if (a->address != NULL)
		found = redact_find_address(f->list, a->address, &f->rows);
	if (a->raw != NULL)
		found = redact_find_address(f->list, a->raw, &f->rows) || found;
	return found;
}

/*
 * The name of the entry is that of the person, unless the entry only mentions
 * the address: the name of a list is not.
 */
static void
keep_name(struct finding *f, const struct address *a)
{
	if (a->name != NULL && f->nname < REDACT_NAMES &&
	    (forgotten_has(f->list, a->address != NULL ? a->address : "") ||
		forgotten_has(f->list, a->raw != NULL ? a->raw : "")))
		f->name[f->nname++] = a->name;
}

static void
find_in_addresses(struct finding *f, const struct message *m)
{
	size_t i;

	for (i = 0; i < m->naddr; i++) {
		find_in(f, m->addr[i].name);
		if (!is_forgotten(f, &m->addr[i]))
			continue;
		f->named = true;
		keep_name(f, &m->addr[i]);
	}
}

static void
find_in_rest(struct finding *f, const struct message *m)
{
	size_t i;

	find_in(f, m->subject);
	find_in(f, m->message_id);
	find_in(f, m->in_reply_to);
	find_in(f, m->refs);
	find_in(f, m->headers);
	if (m->text != NULL)
		redact_find(f->list, m->text, m->text_len, false, &f->rows);
	if (m->html != NULL)
		redact_find(f->list, m->html, m->html_len, true, &f->rows);
	for (i = 0; i < m->ncategory; i++)
		find_in(f, m->category[i]);
	for (i = 0; i < m->natt; i++) {
		if (m->att[i].name != NULL)
			redact_find_file(f->list, m->att[i].name, &f->rows);
		find_in(f, m->att[i].url);
		find_in(f, m->att[i].content_id);
	}
}

/* --- redacting --------------------------------------------------------- */

typedef bool
redact_fn(const struct redact *, const char *, size_t, struct buf *out);

static void
redact_string(
    struct message *m, const struct redact *r, redact_fn *how, const char **s)
{
	struct buf b;
	size_t n;

	if (*s == NULL)
		return;
	n = strlen(*s);
	buf_init(&b, REDACT_ROOM(n));
	if (how(r, *s, n, &b)) {
		*s = b.over ? NULL : arena_strndup(&m->arena, b.data, b.len);
		if (*s == NULL)
			*s = removed;
	}
	buf_free(&b);
}

static void
redact_body(struct message *m, const struct redact *r, redact_fn *how,
    const char **s, size_t *len)
{
	bool is_big = m->big != NULL && *s == m->big;
	struct buf b;

	if (*s == NULL)
		return;
	buf_init(&b, REDACT_ROOM(*len));
	if (how(r, *s, *len, &b)) {
		*len = b.over ? 0 : b.len;
		if (is_big) {
			free(m->big);
			m->big = NULL;
		}
		if (b.over)
			*s = NULL;
		else if (m->big == NULL)
			*s = m->big = buf_take(&b);
		else
			*s = arena_strndup(&m->arena, b.data, b.len);
		if (*s == NULL) {
			*len = 0;
			m->body_state = BODY_FAILED;
		}
	}
	buf_free(&b);
}

/* NULL stays NULL. */
static void
remove_string(const char **s)
{
	if (*s != NULL)
		*s = removed;
}

static void
redact_addresses(struct finding *f, struct message *m, const struct redact *r)
{
	size_t i;

	for (i = 0; i < m->naddr; i++) {
		struct address *a = &m->addr[i];

		if (is_forgotten(f, a)) {
			remove_string(&a->name);
			remove_string(&a->address);
			remove_string(&a->raw);
		} else {
			redact_string(m, r, redact_text, &a->name);
			redact_string(m, r, redact_text, &a->raw);
		}
	}
}

static void
redact_rest(struct message *m, const struct redact *r)
{
	size_t i;

	redact_string(m, r, redact_text, &m->subject);
	redact_string(m, r, redact_headers, &m->headers);
	for (i = 0; i < m->ncategory; i++)
		redact_string(m, r, redact_text, &m->category[i]);
	for (i = 0; i < m->natt; i++) {
		redact_string(m, r, redact_file, &m->att[i].name);
		redact_string(m, r, redact_text, &m->att[i].url);
		redact_string(m, r, redact_text, &m->att[i].content_id);
	}
	redact_body(m, r, redact_text, &m->text, &m->text_len);
	redact_body(m, r, redact_html, &m->html, &m->html_len);
}

enum redact_level
message_redact(const struct forgotten *list, struct message *m)
{
	struct finding f = { .list = list };
	struct redact_rows rows;
	struct redact r;

	if (forgotten_count(list) == 0)
		return REDACT_NONE;
	find_in_addresses(&f, m);
	find_in_rest(&f, m);
	if (f.rows.n == 0)
		return REDACT_NONE;
	/* redact_addresses finds some once more */
	rows = f.rows;
	f.rows = (struct redact_rows){ NULL, 0 };
	r = (struct redact){ list, rows.v, rows.n, f.name, f.nname };
	redact_addresses(&f, m, &r);
	redact_rest(m, &r);
	free(rows.v);
	free(f.rows.v);
	return f.named ? REDACT_NAMED : REDACT_MENTIONED;
}
