/*
 * marks.c - the addresses of the directory as hashes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/mem.h"
#include "sync/marks.h"

static void
hash_string(struct crypt_sha256 *h, const char *s)
{
	crypt_sha256_add(h, s, strlen(s) + 1);
}

void
marks_digest(const struct party_list *list, unsigned char *out)
{
	struct crypt_sha256 h;
	size_t i;

	crypt_sha256_init(&h);
	for (i = 0; i < list->n; i++) {
		hash_string(&h, list->v[i].crm_type);
		hash_string(&h, list->v[i].crm_id);
		hash_string(&h, list->v[i].address);
	}
	crypt_sha256_out(&h, out);
}

static uint64_t
hash_who(const struct party *p)
{
	struct crypt_sha256 h;
	unsigned char sum[CRYPT_SHA256];
	uint64_t who;

	crypt_sha256_init(&h);
	hash_string(&h, p->crm_type);
	hash_string(&h, p->crm_id);
	crypt_sha256_out(&h, sum);
	memcpy(&who, sum, sizeof(who));
	return (who & ~(uint64_t)MARK_KINDS) |
	       (party_is_ours(p->crm_type) ? MARK_OURS : MARK_OTHERS);
}

static int
compare_marks(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return x->who < y->who ? -1 : x->who > y->who;
}

/* Adds a person to those who have the address already. */
static void
merge_mark(struct mark *to, const struct mark *p)
{
	uint64_t kinds = (to->who | p->who) & MARK_KINDS;

	to->who = ((to->who & ~(uint64_t)MARK_KINDS) +
		      (p->who & ~(uint64_t)MARK_KINDS)) |
		  kinds;
}

struct mark *
marks_make(const struct store *store, const struct party_list *list, size_t *n)
{
	struct mark *v = mem_alloc((list->n + 1) * sizeof(*v)), last = { 0 };
	size_t i, k = 0;

	for (i = 0; i < list->n; i++) {
		v[i].address = store_address_hash(store, list->v[i].address);
		v[i].who = hash_who(&list->v[i]);
	}
	qsort(v, list->n, sizeof(*v), compare_marks);
	for (i = 0; i < list->n; i++) {
		struct mark p = v[i];

		if (k > 0 && compare_marks(&p, &last) == 0)
			continue;
		if (k > 0 && v[k - 1].address == p.address)
			merge_mark(&v[k - 1], &p);
		else
			v[k++] = p;
		last = p;
	}
	*n = k;
	return v;
}

size_t
marks_keep_newcomers(
    struct mark *now, size_t n, const struct mark *before, size_t nbefore)
{
	size_t i, j = 0, k = 0;

	for (i = 0; i < n; i++) {
		uint64_t kinds = now[i].who & MARK_KINDS;

		while (j < nbefore && before[j].address < now[i].address)
			j++;
		if (j < nbefore && before[j].address == now[i].address)
			kinds &= ~before[j].who;
		if (kinds != 0)
			now[k++] = (struct mark){ now[i].address, kinds };
	}
	return k;
}

struct mark *
marks_changed(const struct mark *now, size_t nnow, const struct mark *before,
    size_t nbefore, size_t *n)
{
	struct mark *v = mem_alloc((nnow + nbefore + 1) * sizeof(*v));
	size_t i = 0, j = 0;

	*n = 0;
	while (i < nnow || j < nbefore) {
		bool old = i == nnow ||
			   (j < nbefore && before[j].address < now[i].address);
		bool both =
		    !old && j < nbefore && before[j].address == now[i].address;

		if (!both || before[j].who != now[i].who)
			v[(*n)++] = old ? before[j] : now[i];
		i += !old;
		j += old || both;
	}
	return v;
}

const struct mark *
marks_find(const struct mark *v, size_t n, uint64_t address)
{
	size_t lo = 0, hi = n, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (v[mid].address < address)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && v[lo].address == address ? &v[lo] : NULL;
}
