/*
 * party.c - whom the CRM knows, as a list and as a directory by address.
 * 1. Every address in a list is normalised, so that comparing bytes is enough.
 * 2. A directory's array holds the parties of one address side by side, users
 *    first, and no (crm_type, crm_id) twice; the hash table maps an address to
 *    the first of them.
 * 3. A directory is two arrays: nothing is allocated for each of its entries.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/str.h"
#include "base/vec.h"
#include "core/party.h"

/* --- lists --- */

bool
party_is_user(const char *crm_type)
{
	return str_ieq(crm_type, "user");
}

bool
party_is_ours(const char *crm_type)
{
	return party_is_user(crm_type) || str_ieq(crm_type, "queue");
}

void
party_list_add(struct party_list *l, const char *crm_type, const char *crm_id,
    const char *address, const char *name)
{
	struct party *p = VEC_ADD(l->v, l->n);

	/* most rows have the type of the row before: it is kept once */
	if (l->n > 1 && strcmp(p[-1].crm_type, crm_type) == 0)
		p->crm_type = p[-1].crm_type;
	else
		p->crm_type = arena_strdup(&l->arena, crm_type);
	p->crm_id = arena_strdup(&l->arena, crm_id);
	p->address = arena_strdup(&l->arena, address);
	p->name = arena_strdup(&l->arena, name);
	p->account = NULL;
}

void
party_list_account(struct party_list *l, const char *upn, const char *sid)
{
	struct party_account *a;

	/* nearly nobody has one: it is no part of struct party */
	if (str_nn(upn)[0] == '\0' && str_nn(sid)[0] == '\0')
		return;
	a = arena_alloc(&l->arena, sizeof(*a));
	a->upn = str_nn(upn)[0] == '\0' ? NULL : arena_strdup(&l->arena, upn);
	a->sid = str_nn(sid)[0] == '\0' ? NULL : arena_strdup(&l->arena, sid);
	l->v[l->n - 1].account = a;
}

void
party_list_copy(struct party_list *l, const struct party *p)
{
	party_list_add(l, p->crm_type, p->crm_id, p->address, p->name);
	if (p->account != NULL)
		party_list_account(l, p->account->upn, p->account->sid);
}

bool
party_same_account(const struct party_account *a, const struct party_account *b)
{
	static const struct party_account none = { NULL, NULL };

	a = a == NULL ? &none : a;
	b = b == NULL ? &none : b;
	return str_eq(a->upn, b->upn) && str_eq(a->sid, b->sid);
}

void
party_list_free(struct party_list *l)
{
	arena_free(&l->arena);
	free(l->v);
	memset(l, 0, sizeof(*l));
}

/* --- the directory --- */

/*
 * The hash table is not a struct map, which keeps its keys beside its values:
 * with a million rows a map takes 58 bytes a row instead of 42, and 1.4 times
 * as long to build as a table whose size is known. With the map's hash
 * function a look-up takes 1.1 times as long.
 */
struct slot {
	uint32_t first, n; /* parties of that address in by; n 0: free */
	uint64_t hash;     /* of the address */
};

struct party_dir {
	const struct party **by; /* sorted as by_address says */
	struct slot *slot;
	size_t mask;   /* slots - 1; there is a power of two of them */
	uint64_t seed; /* random: nobody can choose addresses that collide */
};

/* FNV-1a that begins with the seed, then the finalizer of MurmurHash3. */
static uint64_t
hash_address(uint64_t h, const char *s)
{
	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3;
	h = (h ^ h >> 33) * 0xff51afd7ed558ccd;
	h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53;
	return h ^ h >> 33;
}

/* By address, users first, then by type and id: 0 only for the same party. */
static int
by_address(const void *a, const void *b)
{
	const struct party *x = *(const struct party *const *)a;
	const struct party *y = *(const struct party *const *)b;
	bool ux, uy;
	int d = strcmp(x->address, y->address);

	if (d != 0)
		return d;
	ux = party_is_user(x->crm_type);
	uy = party_is_user(y->crm_type);
	if (ux != uy)
		return ux ? -1 : 1;
	if ((d = strcmp(x->crm_type, y->crm_type)) != 0)
		return d;
	return strcmp(x->crm_id, y->crm_id);
}

/* The n parties from first on have one address, which has no slot yet. */
static void
put_slot(struct party_dir *d, const struct party **first, size_t n)
{
	uint64_t h = hash_address(d->seed, first[0]->address);
	size_t i = h & d->mask;

	while (d->slot[i].n != 0)
		i = (i + 1) & d->mask;
	d->slot[i].first = (uint32_t)(first - d->by);
	d->slot[i].n = (uint32_t)n;
	d->slot[i].hash = h;
}

struct party_dir *
party_dir_build(const struct party_list *l)
{
	struct party_dir *d = mem_alloc(sizeof(*d));
	size_t i, from, n = 0, size = 16;

	crypt_random(&d->seed, sizeof(d->seed));
	while (size < 2 * l->n)
		size *= 2;
	d->mask = size - 1;
	d->slot = mem_alloc(size * sizeof(*d->slot));
	d->by = mem_grow(NULL, l->n, sizeof(*d->by));
	for (i = 0; i < l->n; i++)
		d->by[i] = &l->v[i];
	qsort(d->by, l->n, sizeof(*d->by), by_address);
	for (i = 0; i < l->n; i++) {
		if (n == 0 || by_address(&d->by[n - 1], &d->by[i]) != 0)
			d->by[n++] = d->by[i];
	}
	for (from = 0, i = 1; i <= n; i++) {
		if (i == n ||
		    strcmp(d->by[from]->address, d->by[i]->address) != 0) {
			put_slot(d, d->by + from, i - from);
			from = i;
		}
	}
	return d;
}

void
party_dir_free(struct party_dir *d)
{
	if (d == NULL)
		return;
	free(d->by);
	free(d->slot);
	free(d);
}

const struct party *const *
party_dir_find(const struct party_dir *d, const char *address, size_t *n)
{
	uint64_t h = hash_address(d->seed, address);
	size_t i;

	for (i = h & d->mask; d->slot[i].n != 0; i = (i + 1) & d->mask) {
		const struct slot *s = &d->slot[i];

		if (s->hash == h &&
		    strcmp(d->by[s->first]->address, address) == 0) {
			*n = s->n;
			return d->by + s->first;
		}
	}
	*n = 0;
	return NULL;
}
