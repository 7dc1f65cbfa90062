/*
 * deliver.c - sending.
 */
#include "world/deliver.h"

#include <stdlib.h>

#include "world/compose.h"
#include "world/folder.h"
#include "world/gen.h"
#include "world/item.h"
#include "world/mime.h"

struct mailboxes { /* those that get it */
	struct mailbox **v;
	int n;
};

static void
add_mailboxes(struct mailboxes *all, const struct addrs *to)
{
	int i, k;

	for (i = 0; i < to->n; i++) {
		struct mailbox *mb =
		    to->v[i].addr != NULL ? world_mailbox(to->v[i].addr) : NULL;

		for (k = 0; k < all->n && all->v[k] != mb; k++)
			continue;
		if (mb == NULL || k < all->n)
			continue;
		all->v =
		    sb_xrealloc(all->v, (size_t)(all->n + 1) * sizeof(*all->v));
		all->v[all->n++] = mb;
	}
}

int
deliver(const struct mail *m)
{
	struct mailboxes all = { 0 };
	struct sb out = { 0 };
	int i;

	if (m->to.n + m->cc.n + m->bcc.n == 0)
		return -1;
	add_mailboxes(&all, &m->to);
	add_mailboxes(&all, &m->cc);
	add_mailboxes(&all, &m->bcc);
	compose_outgoing(&out, m);
	for (i = 0; i < all.n; i++)
		item_deliver(folder_of_role(all.v[i], ROLE_INBOX),
		    mime_parse(out.p, out.n), world_now());
	sb_free(&out);
	free(all.v);
	return 0;
}

int
deliver_item(struct item *it, struct folder *to)
{
	struct mail tmp = { 0 };
	int rc = deliver(item_mail(it, &tmp, GEN_BODY | GEN_HEAD | GEN_MIME));

	arena_free(&tmp.a);
	if (rc < 0)
		return -1;
	it->draft = false;
	it->sent = true;
	item_dispose(it, to);
	return 0;
}

void
deliver_complete(struct mail *m, const struct mailbox *mb)
{
	static unsigned n; /* the caller holds world.lock exclusively */

	if (m->from.n == 0) {
		m->from.v = arena_alloc(&m->a, sizeof(*m->from.v));
		m->from.v[0].name = arena_str(&m->a, mb->person->name);
		m->from.v[0].addr = arena_str(&m->a, mb->person->addr);
		m->from.n = 1;
	}
	if (m->sender.n == 0)
		m->sender = m->from;
	if (m->message_id == NULL)
		m->message_id = arena_fmt(&m->a, "<exsim-%lld-%u@sim.example>",
		    (long long)world_now(), ++n);
	if (m->sent == NO_TIME)
		m->sent = world_now();
	compose(m);
}
