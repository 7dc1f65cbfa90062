/*
 * state.c - sync states as base64 text with a check value.
 */
#include "ews/state.h"

#include <string.h>

#include "base/hash.h"

#define BYTES 120 /* about what a small folder's state has */

static void
put(unsigned char **p, uint64_t v, int n)
{
	while (n-- > 0) {
		*(*p)++ = (unsigned char)v;
		v >>= 8;
	}
}

static uint64_t
get(const unsigned char **p, int n)
{
	uint64_t v = 0;
	int i;

	for (i = 0; i < n; i++)
		v |= (uint64_t) * (*p)++ << 8 * i;
	return v;
}

void
state_encode(struct sb *b, const struct state *s)
{
	unsigned char bytes[BYTES] = { 0 }, *p = bytes;

	put(&p, 0x53F4, 2);
	put(&p, s->kind, 1);
	put(&p, (uint64_t)(s->walking | s->newest << 1 | s->begun << 2), 1);
	put(&p, s->folder, 4);
	put(&p, s->epoch, 4);
	put(&p, s->from, 8);
	put(&p, s->pos, 8);
	put(&p, (uint64_t)s->received, 8);
	put(&p, s->num, 4);
	put(&p, s->told, 8);
	p = bytes + BYTES - 8;
	put(&p, hash_bytes(bytes, BYTES - 8), 8);
	sb_b64(b, bytes, BYTES);
}

int
state_decode(const char *text, struct state *s)
{
	struct sb b = { 0 };
	const unsigned char *p;
	uint64_t flags;
	int rc = -1;

	*s = (struct state){ 0 };
	if (sb_unb64(&b, text, strlen(text)) < 0 || b.n != BYTES)
		goto out;
	p = (const unsigned char *)b.p + BYTES - 8;
	if (get(&p, 8) != hash_bytes(b.p, BYTES - 8))
		goto out;
	p = (const unsigned char *)b.p;
	if (get(&p, 2) != 0x53F4)
		goto out;
	s->kind = (uint8_t)get(&p, 1);
	flags = get(&p, 1);
	s->walking = flags & 1;
	s->newest = flags >> 1 & 1;
	s->begun = flags >> 2 & 1;
	s->folder = (uint32_t)get(&p, 4);
	s->epoch = (uint32_t)get(&p, 4);
	s->from = get(&p, 8);
	s->pos = get(&p, 8);
	s->received = (int64_t)get(&p, 8);
	s->num = (uint32_t)get(&p, 4);
	s->told = get(&p, 8);
	rc = 0;
out:
	sb_free(&b);
	return rc;
}
