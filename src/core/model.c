/*
 * model.c - one mail as exsync knows it.
 * 1. addr and att lie in the arena; they grow by doubling, the old array is
 *    left behind in it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/tim.h"
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

/* Room for one more in an arena's array whose capacity is a power of two. */
static void *
grow(struct arena *a, void *old, size_t n, size_t each)
{
	void *p;

	if (n != 0 && (n < 4 || (n & (n - 1)) != 0))
		return old;
	if ((p = arena_alloc(a, (n < 4 ? 4 : 2 * n) * each)) == NULL)
		return NULL;
	if (n > 0)
		memcpy(p, old, n * each);
	return p;
}

struct address *
message_address(struct message *m)
{
	struct address *p = grow(&m->arena, m->addr, m->naddr, sizeof(*p));

	if (p == NULL)
		return NULL;
	m->addr = p;
	p += m->naddr++;
	memset(p, 0, sizeof(*p));
	return p;
}

struct attachment *
message_attachment(struct message *m)
{
	struct attachment *p = grow(&m->arena, m->att, m->natt, sizeof(*p));

	if (p == NULL)
		return NULL;
	m->att = p;
	p += m->natt++;
	memset(p, 0, sizeof(*p));
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
