/*
 * deltalink.c - positions as text.
 */
#include "graph/deltalink.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define NUMBERS 12

static uint64_t serials;

void
deltalink_write(struct sb *b, struct deltalink *l)
{
	struct sb raw = { 0 }, text = { 0 };
	uint64_t n[NUMBERS], check;
	size_t i;

	l->serial = __atomic_add_fetch(&serials, 1, __ATOMIC_RELAXED);
	n[0] = (uint64_t)l->kind << 8 | l->delta;
	n[1] = (uint64_t)(l->at.walking | l->at.newest << 1 | l->at.begun << 2 |
			  l->first << 3);
	n[2] = l->at.folder;
	n[3] = l->at.epoch;
	n[4] = l->at.from;
	n[5] = l->at.pos;
	n[6] = l->at.told;
	n[7] = (uint64_t)l->at.received;
	n[8] = l->at.num;
	n[9] = l->given;
	n[10] = l->serial;
	n[11] = strlen(l->query);
	sb_add(&raw, n, sizeof(n));
	sb_str(&raw, l->query);
	check = hash_bytes(raw.p, raw.n);
	sb_add(&raw, &check, sizeof(check));
	sb_b64(&text, raw.p, raw.n);
	for (i = 0; i < text.n; i++)
		sb_ch(b, text.p[i] == '+'   ? '-'
			 : text.p[i] == '/' ? '_'
					    : text.p[i]);
	/* padding would have to be coded */
	while (b->n > 0 && b->p[b->n - 1] == '=')
		b->p[--b->n] = 0;
	sb_free(&raw);
	sb_free(&text);
}

static void
unpack(struct deltalink *l, const uint64_t *n)
{
	l->kind = (enum link_kind)(n[0] >> 8);
	l->delta = n[0] & 1;
	l->at.walking = n[1] & 1;
	l->at.newest = n[1] >> 1 & 1;
	l->at.begun = n[1] >> 2 & 1;
	l->first = n[1] >> 3 & 1;
	l->at.folder = (uint32_t)n[2];
	l->at.epoch = (uint32_t)n[3];
	l->at.from = n[4];
	l->at.pos = n[5];
	l->at.told = n[6];
	l->at.received = (int64_t)n[7];
	l->at.num = (uint32_t)n[8];
	l->given = n[9];
	l->serial = n[10];
}

int
deltalink_read(struct deltalink *l, const char *text)
{
	struct sb coded = { 0 }, raw = { 0 };
	uint64_t n[NUMBERS], check;
	int rc = -1;

	*l = (struct deltalink){ 0 };
	for (; *text != 0; text++)
		sb_ch(&coded, *text == '-' ? '+' : *text == '_' ? '/' : *text);
	while (coded.n % 4 != 0)
		sb_ch(&coded, '=');
	if (coded.n == 0 || sb_unb64(&raw, coded.p, coded.n) < 0 ||
	    raw.n < sizeof(n) + sizeof(check))
		goto out;
	memcpy(n, raw.p, sizeof(n));
	memcpy(&check, raw.p + raw.n - sizeof(check), sizeof(check));
	if (check != hash_bytes(raw.p, raw.n - sizeof(check)) ||
	    n[11] != raw.n - sizeof(n) - sizeof(check))
		goto out;
	unpack(l, n);
	l->query = strndup(raw.p + sizeof(n), n[11]);
	rc = 0;
out:
	sb_free(&coded);
	sb_free(&raw);
	return rc;
}

void
deltalink_free(struct deltalink *l)
{
	free(l->query);
	l->query = NULL;
}

bool
deltalink_recent(const struct deltalink *l, long n)
{
	uint64_t last = __atomic_load_n(&serials, __ATOMIC_RELAXED);

	return n == 0 || l->serial + (uint64_t)n > last;
}

char *
deltalink_query(const struct uri *u)
{
	struct sb b = { 0 };
	int i;

	sb_str(&b, "");
	for (i = 0; i < u->n_options; i++) {
		sb_str(&b, i > 0 ? "&" : "");
		uri_name(&b, u->option[i].name);
		uri_code(&b, u->option[i].value);
	}
	return b.p;
}
