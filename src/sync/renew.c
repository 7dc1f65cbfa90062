/*
 * renew.c - when people change, links of stored mail follow.
 * 1. An address in a mail is compared as its keyed hash, which costs more than
 *    reading its row. Most mail names the same people again and again, so what
 *    was found for an address is kept for a while.
 */
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/people.h"
#include "sync/renew.h"

#define ANSWERS 8192 /* a power of two */

/* What was found for an address, as it stands in mails. */
struct answer {
	char address[63]; /* "": free; a longer one is not kept */
	bool changed;
};

struct renewing {
	const struct store *store;
	const struct mark *changed;
	size_t n;
	struct answer *answer; /* ANSWERS, by a hash of the address */
};

static bool
has_changed(const struct renewing *k, const char *address)
{
	char normalised[ADDRESS_MAX];

	return address_normalise_to(address, normalised, sizeof(normalised)) >
		   0 &&
	       marks_find(k->changed, k->n,
		   store_address_hash(k->store, normalised)) != NULL;
}

static struct answer *
answer_of(const struct renewing *k, const char *address)
{
	uint32_t h = 2166136261u;

	for (; *address != '\0'; address++)
		h = (h ^ (unsigned char)*address) * 16777619u;
	return &k->answer[(h ^ h >> 16) & (ANSWERS - 1)];
}

/* A store_changed_fn. */
static bool
judge_address(void *arg, const char *address)
{
	const struct renewing *k = arg;
	struct answer *a = answer_of(k, address);
	size_t n = strlen(address);

	if (n >= sizeof(a->address) || n == 0)
		return has_changed(k, address);
	if (strcmp(a->address, address) != 0) {
		memcpy(a->address, address, n + 1);
		a->changed = has_changed(k, address);
	}
	return a->changed;
}

int
renew_links(
    struct store *store, const struct mark *changed, size_t n, struct err *err)
{
	struct renewing k = { store, changed, n, NULL };
	int64_t renewed = 0;
	int rc;

	if (changed != NULL)
		k.answer = mem_alloc(ANSWERS * sizeof(*k.answer));
	rc = store_links_renew(
	    store, changed != NULL ? judge_address : NULL, &k, &renewed, err);
	if (rc == 0 && renewed > 0)
		log_info("links of %lld mails were renewed, since people of "
			 "the CRM have changed",
		    (long long)renewed);
	free(k.answer);
	return rc;
}
