/*
 * mailcopy.c - copies of a mail.
 * 1. Attachments keep their numbers: their ids stay what they were.
 */
#include "world/mailcopy.h"

#include <string.h>

#include "base/sb.h"
#include "world/kept.h"

struct mail *
mailcopy_empty(void)
{
	struct mail *m = sb_xmalloc(sizeof(*m));

	m->class = "IPM.Note";
	m->importance = IMPORTANCE_NORMAL;
	m->sent = NO_TIME;
	return m;
}

static const char *
text(struct mail *m, const char *s)
{
	return s != NULL ? arena_str(&m->a, s) : NULL;
}

static struct addrs
people(struct mail *m, const struct addrs *from)
{
	struct addrs a = { .n = from->n };
	int i;

	a.v = arena_alloc(&m->a, (size_t)(a.n + 1) * sizeof(*a.v));
	for (i = 0; i < a.n; i++) {
		a.v[i].name = text(m, from->v[i].name);
		a.v[i].addr = text(m, from->v[i].addr);
	}
	return a;
}

static struct att
attached(struct mail *m, const struct att *from)
{
	struct att a = *from;

	a.name = text(m, from->name);
	a.type = text(m, from->type);
	a.cid = text(m, from->cid);
	a.location = text(m, from->location);
	a.url = text(m, from->url);
	if (from->data != NULL)
		a.data = arena_strn(&m->a, from->data, from->len);
	if (from->item != NULL)
		a.item = mailcopy(from->item);
	return a;
}

static void
copy_texts(struct mail *m, const struct mail *from)
{
	m->class = text(m, from->class);
	m->subject = text(m, from->subject);
	m->message_id = text(m, from->message_id);
	m->in_reply_to = text(m, from->in_reply_to);
	m->references = text(m, from->references);
	m->meeting.uid = text(m, from->meeting.uid);
	m->meeting.location = text(m, from->meeting.location);
	if (from->raw != NULL)
		m->raw = arena_strn(&m->a, from->raw, from->raw_len);
	if (from->body != NULL)
		m->body = arena_strn(&m->a, from->body, from->body_len);
	if (from->plain != NULL)
		m->plain = arena_strn(&m->a, from->plain, from->plain_len);
}

static void
copy_people(struct mail *m, const struct mail *from)
{
	m->from = people(m, &from->from);
	m->sender = people(m, &from->sender);
	m->to = people(m, &from->to);
	m->cc = people(m, &from->cc);
	m->bcc = people(m, &from->bcc);
	m->reply_to = people(m, &from->reply_to);
}

struct mail *
mailcopy(const struct mail *from)
{
	struct mail *m = sb_xmalloc(sizeof(*m));
	int i;

	*m = *from;
	m->a = (struct arena){ 0 };
	m->kept = NULL;
	kept_copy(m, from);
	copy_texts(m, from);
	copy_people(m, from);
	m->headers = arena_alloc(
	    &m->a, (size_t)(m->n_headers + 1) * sizeof(*m->headers));
	for (i = 0; i < m->n_headers; i++) {
		m->headers[i].name = text(m, from->headers[i].name);
		m->headers[i].value = text(m, from->headers[i].value);
	}
	m->att = arena_alloc(&m->a, (size_t)(m->n_att + 1) * sizeof(*m->att));
	for (i = 0; i < m->n_att; i++)
		m->att[i] = attached(m, &from->att[i]);
	return m;
}

struct att *
mailcopy_add(struct mail *m)
{
	struct att *v = arena_alloc(&m->a, (size_t)(m->n_att + 1) * sizeof(*v));

	if (m->n_att > 0)
		memcpy(v, m->att, (size_t)m->n_att * sizeof(*v));
	m->att = v;
	v += m->n_att++;
	v->num = m->next_att++;
	return v;
}
