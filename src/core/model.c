/*
 * model.c - one mail as exsync knows it.
 * 1. addr, att and category lie in the arena. They grow by doubling, and the
 *    outgrown arrays stay in the arena.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/tim.h"
#include "base/vec.h"
#include "core/model.h"

#define COUNT(v) ((int)(sizeof(v) / sizeof((v)[0])))

static const char *const roles[] = { "from", "sender", "to", "cc", "bcc",
	"reply_to" };
static const char *const att_kinds[] = { "file", "item", "reference" };
static const char *const body_states[] = { "full", "headers", "too_large",
	"failed" };

const char *
role_name(enum role r)
{
	return roles[r];
}

enum role
role_of(const char *name)
{
	return (enum role)str_which(name, roles, COUNT(roles));
}

const char *
att_kind_name(enum att_kind k)
{
	return att_kinds[k];
}

enum att_kind
att_kind_of(const char *name)
{
	return (enum att_kind)str_which(name, att_kinds, COUNT(att_kinds));
}

const char *
body_state_name(enum body_state s)
{
	return body_states[s];
}

enum body_state
body_state_of(const char *name)
{
	return (enum body_state)str_which(
	    name, body_states, COUNT(body_states));
}

struct message *
message_new(size_t arena_max)
{
	struct message *m = mem_alloc(sizeof(*m));

	m->arena.max = arena_max;
	m->sent_at = m->received_at = m->modified_at = TIM_NONE;
	m->size = -1;
	m->body_state = BODY_HEADERS;
	return m;
}

void
message_free(struct message *m)
{
	if (m == NULL)
		return;
	arena_free(&m->arena);
	free(m->big);
	free(m);
}

bool
message_category(struct message *m, const char *name)
{
	const char **p = VEC_ADD_IN(&m->arena, m->category, m->ncategory);

	if (p != NULL)
		*p = name;
	return p != NULL;
}

struct address *
message_address(struct message *m)
{
	return VEC_ADD_IN(&m->arena, m->addr, m->naddr);
}

struct attachment *
message_attachment(struct message *m)
{
	struct attachment *p = VEC_ADD_IN(&m->arena, m->att, m->natt);

	if (p != NULL)
		p->size = -1;
	return p;
}

struct message *
message_head(struct arena *a, const struct message *m)
{
	struct message *h = arena_alloc(a, sizeof(*h));
	size_t i;

	if (h == NULL)
		return NULL;
	memset(h, 0, sizeof(*h));
	h->sent_at = m->sent_at;
	h->received_at = m->received_at;
	h->message_id = arena_strdup(a, m->message_id);
	h->subject = arena_strdup(a, m->subject);
	h->addr = arena_alloc(a, m->naddr * sizeof(*h->addr));
	for (i = 0; h->addr != NULL && i < m->naddr; i++) {
		struct address *to = &h->addr[h->naddr++];

		memset(to, 0, sizeof(*to));
		to->role = m->addr[i].role;
		to->address = arena_strdup(a, m->addr[i].address);
	}
	return h;
}

void
message_drop(struct message **v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		message_free(v[i]);
		v[i] = NULL;
	}
}

size_t
message_bytes(const struct message *m)
{
	return sizeof(*m) + m->arena.used +
	       (m->big != NULL ? m->text_len + m->html_len : 0);
}
