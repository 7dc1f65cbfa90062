/*
 * model.c - one mail as exsync knows it.
 * 1. addr, att and category lie in the arena. They grow by doubling, and the
 *    outgrown arrays stay in the arena.
 */
#include <stdlib.h>
#include <string.h>

#include "base/tim.h"
#include "base/vec.h"
#include "core/model.h"

const char *
role_name(enum role r)
{
	static const char *const name[] = { "from", "sender", "to", "cc", "bcc",
		"reply_to" };

	return name[r];
}

const char *
att_kind_name(enum att_kind k)
{
	static const char *const name[] = { "file", "item", "reference" };

	return name[k];
}

const char *
body_state_name(enum body_state s)
{
	static const char *const name[] = { "full", "headers", "too_large",
		"failed" };

	return name[s];
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
