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
	put(&p,
	    (uint64_t)(s->at.walking | s->at.newest << 1 | s->at.begun << 2),
	    1);
	put(&p, s->at.folder, 4);
	put(&p, s->at.epoch, 4);
	put(&p, s->at.from, 8);
	put(&p, s->at.pos, 8);
	put(&p, (uint64_t)s->at.received, 8);
	put(&p, s->at.num, 4);
	put(&p, s->at.told, 8);
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
	s->at.walking = flags & 1;
	s->at.newest = flags >> 1 & 1;
	s->at.begun = flags >> 2 & 1;
	s->at.folder = (uint32_t)get(&p, 4);
	s->at.epoch = (uint32_t)get(&p, 4);
	s->at.from = get(&p, 8);
	s->at.pos = get(&p, 8);
	s->at.received = (int64_t)get(&p, 8);
	s->at.num = (uint32_t)get(&p, 4);
	s->at.told = get(&p, 8);
	rc = 0;
out:
	sb_free(&b);
	return rc;
}
