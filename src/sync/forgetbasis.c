/*
 * forgetbasis.c - whom this database was made to forget (forgetting.h).
 * Part "forgotten" of the basis (store/reconsider.h) has a fingerprint of the
 * list's key, and the hashes of those addresses as the list has them, in its
 * order. "forgetting" has the hashes of those whose exsync --forget has not
 * ended, "forgotten lost" counts those of a list that was lost.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/forget.h"
#include "store/reconsider.h"
#include "sync/forgetting.h"

#define HASH FORGOTTEN_HASH

/* What the basis has. */
struct known {
	void *value;            /* to be freed */
	const unsigned char *v; /* n hashes */
	size_t n;
	bool same_key; /* it was another list, or none, if not */
	size_t lost;   /* those of a list that was lost, and not entered anew */
};

/* A list without anybody may have no key. */
static void
key_print(const struct forgotten *l, unsigned char out[HASH])
{
	static const char of[] = "fingerprint";

	memset(out, 0, HASH);
	if (forgotten_count(l) > 0)
		forgotten_name(l, of, sizeof(of) - 1, out);
}

static int
load_lost(struct store *st, size_t *n, struct err *err)
{
	char text[24] = "";
	void *value;
	size_t len;
	int r = store_basis_get(st, "forgotten lost", &value, &len, err);

	if (value != NULL && len < sizeof(text))
		memcpy(text, value, len);
	*n = (size_t)strtoull(text, NULL, 10);
	free(value);
	return r == -1 ? -1 : 0;
}

/* 1: it is known; 0: nothing is; -1. */
static int
load_known(struct store *st, const struct forgotten *l, struct known *k,
    struct err *err)
{
	unsigned char print[HASH];
	size_t len;
	int r;

	memset(k, 0, sizeof(*k));
	if (load_lost(st, &k->lost, err) == -1)
		return -1;
	r = store_basis_get(st, "forgotten", &k->value, &len, err);
	if (k->value == NULL || len < HASH)
		return r == -1 ? -1 : 0;
	key_print(l, print);
	k->same_key =
	    forgotten_count(l) == 0 || memcmp(k->value, print, HASH) == 0;
	k->v = (const unsigned char *)k->value + HASH;
	k->n = len / HASH - 1;
	return 1;
}

/* Both are in the order of hashes. */
struct compared {
	size_t both, only_known, only_listed;
};

/*
 * Compares the two; out, unless NULL, becomes the hashes that are in both, or
 * that are added (a row of the list, or FORGOTTEN_NONE). Returns how many.
 */
static size_t
compare(const struct known *k, const struct forgotten *l, size_t added,
    unsigned char *out, struct compared *c)
{
	size_t i = 0, at, n = 0;
	int d;

	memset(c, 0, sizeof(*c));
	for (at = 0; at < forgotten_count(l); at++) {
		const unsigned char *hash = l->v[at].hash;

		for (d = 1; i < k->n; i++) {
			d = memcmp(k->v + i * HASH, hash, HASH);
			if (d >= 0)
				break;
			c->only_known++;
		}
		d = i < k->n ? d : 1;
		i += d == 0;
		c->both += d == 0;
		c->only_listed += d != 0;
		if (out != NULL && (d == 0 || at == added))
			memcpy(out + n++ * HASH, hash, HASH);
	}
	c->only_known += k->n - i;
	return n;
}

/* --- writing it --------------------------------------------------------- */

/* n hashes, which stand behind room for the key's, and how many are lost. */
static int
write_value(struct store *st, const struct forgotten *l, unsigned char *value,
    size_t n, size_t lost, struct err *err)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%zu", lost);
	const struct store_basis part[2] = {
		{ "forgotten", value, (n + 1) * HASH },
		{ "forgotten lost", lost > 0 ? text : NULL,
		    lost > 0 ? (size_t)len : 0 },
	};

	key_print(l, value);
	return store_basis_put(st, part, 2, err);
}

/* Everybody on the list is known from now on. */
static int
write_all_known(struct store *st, const struct forgotten *l, struct err *err)
{
	size_t n = forgotten_count(l), i;
	unsigned char *value = mem_alloc((n + 1) * HASH);
	int rc;

	for (i = 0; i < n; i++)
		memcpy(value + (i + 1) * HASH, l->v[i].hash, HASH);
	rc = write_value(st, l, value, n, 0, err);
	free(value);
	return rc;
}

/*
 * Those who are known and on the list, and that row of the list. Of those who
 * were on a list that is lost one less is missing: nobody knows which.
 */
static int
write_known(
    struct store *st, const struct forgotten *l, size_t added, struct err *err)
{
	unsigned char *value = mem_alloc((forgotten_count(l) + 1) * HASH);
	struct compared c;
	struct known k;
	size_t n;
	int rc = load_known(st, l, &k, err);

	if (rc != -1 && !k.same_key) {
		k.lost += k.n;
		k.n = 0;
	}
	if (rc != -1) {
		n = compare(&k, l, added, value + HASH, &c);
		if (k.lost > 0 && n != c.both)
			k.lost--;
		rc = write_value(st, l, value, n, k.lost, err);
	}
	free(k.value);
	free(value);
	return rc == -1 ? -1 : 0;
}

static int
fail_lost(const struct known *k, const struct forgotten *l, size_t lost,
    struct err *err)
{
	err_set(err, ERR_CONFIG,
	    "state_dir: its file forgotten %s: mail of %zu %s would come "
	    "back that this database was made to forget. Restore the file "
	    "from a backup of state_dir; where that is lost, run exsync "
	    "--forget ADDRESS once more for each of them; and if it was done "
	    "on purpose, with another INI, exsync --unforget ADDRESS with this "
	    "one",
	    forgotten_count(l) == 0 ? "is missing or empty"
	    : k->same_key           ? "lacks some of the forgotten"
				    : "is another one",
	    lost, lost == 1 ? "address" : "addresses");
	return err_code(err, CAUSE_OTHER, "forgotten_lost", SCOPE_ALL);
}

/* A new database has nothing of anybody on the list. */
static int
begin_known(struct store *st, const struct forgotten *l, bool dry_run,
    struct forgetting_found *found, struct err *err)
{
	int r = store_is_blank(st, err);

	if (r == 1 && forgotten_count(l) > 0 && !dry_run)
		return write_all_known(st, l, err);
	found->elsewhere = r == 0 ? forgotten_count(l) : 0;
	return r == -1 ? -1 : 0;
}

int
forgetting_unended(struct store *st, bool *is, struct err *err)
{
	void *v;
	size_t len;
	int r = store_basis_get(st, "forgetting", &v, &len, err);

	*is = len > 0;
	free(v);
	return r == -1 ? -1 : 0;
}

int
forgetting_check(struct store *st, const struct forgotten *l, bool dry_run,
    struct forgetting_found *found, struct err *err)
{
	struct compared c;
	struct known k;
	int r;

	memset(found, 0, sizeof(*found));
	if (forgetting_unended(st, &found->unfinished, err) == -1)
		return -1;
	r = load_known(st, l, &k, err);
	if (r == 0)
		r = begin_known(st, l, dry_run, found, err);
	else if (r == 1) {
		compare(&k, l, FORGOTTEN_NONE, NULL, &c);
		if (!k.same_key)
			c.only_known = k.n;
		c.only_known += k.lost;
		found->elsewhere = c.only_listed;
		r = c.only_known > 0 ? fail_lost(&k, l, c.only_known, err) : 0;
	}
	free(k.value);
	return r;
}

int
forgetting_begin(const struct pass *p, char **trouble, struct err *err)
{
	struct forgetting_found found;

	*trouble = NULL;
	if (forgetting_check(p->store, p->forgotten, p->dry_run, &found, err) ==
	    -1)
		return err_recast(err, err->kind, SCOPE_ALL);
	if (found.unfinished)
		*trouble = mem_strdup(
		    "an exsync --forget was interrupted, and what it was to "
		    "erase may still be in the database");
	else if (found.elsewhere > 0)
		*trouble = mem_printf(
		    "%zu of the forgotten addresses %s never erased from this "
		    "database: it is from a backup, or another INI that shares "
		    "state_dir forgot them",
		    found.elsewhere, found.elsewhere == 1 ? "was" : "were");
	if (*trouble != NULL)
		log_error("%s: run exsync --forget again", *trouble);
	return 0;
}

/*
 * Adds the person to those whose --forget has not ended, or takes them off.
 * anew: those of a list that was lost have to be forgotten once more anyway.
 */
static int
note_unended(struct store *st, const struct forgotten *who, bool unended,
    bool anew, struct err *err)
{
	struct store_basis part = { "forgetting", NULL, 0 };
	const unsigned char *hash = who->v[0].hash;
	unsigned char *v;
	void *was;
	size_t len, i, n = 0;

	if (store_basis_get(st, part.what, &was, &len, err) == -1)
		return -1;
	if (anew)
		len = 0;
	v = mem_alloc(len + HASH);
	for (i = 0; i + HASH <= len; i += HASH) {
		const unsigned char *one = (const unsigned char *)was + i;

		if (memcmp(one, hash, HASH) != 0)
			memcpy(v + HASH * n++, one, HASH);
	}
	if (unended)
		memcpy(v + HASH * n++, hash, HASH);
	part.value = n > 0 ? v : NULL;
	part.len = n * HASH;
	n = (size_t)store_basis_put(st, &part, 1, err);
	free(v);
	free(was);
	return n == 0 ? 0 : -1;
}

int
forgetting_announce(struct store *st, const struct forgotten *l,
    const struct forgotten *who, struct err *err)
{
	struct known k;
	int r = load_known(st, l, &k, err);
	/* or the key of an empty list may be one that was never written */
	bool anew = forgotten_count(l) == 0 || (k.n > 0 && !k.same_key);

	free(k.value);
	return r == -1 ? -1 : note_unended(st, who, true, anew, err);
}

int
forgetting_enter(struct store *st, const struct forgotten *l,
    const char *address, struct err *err)
{
	return write_known(st, l, forgotten_find(l, address), err);
}

int
forgetting_done(struct store *st, const struct forgotten *who, struct err *err)
{
	return note_unended(st, who, false, false, err);
}

int
forgetting_leave(struct store *st, const struct forgotten *l, struct err *err)
{
	return write_known(st, l, FORGOTTEN_NONE, err);
}

int
forgetting_lacks(struct store *st, const struct forgotten *l, struct err *err)
{
	struct compared c;
	struct known k;
	int r = load_known(st, l, &k, err);

	if (r == 1) {
		compare(&k, l, FORGOTTEN_NONE, NULL, &c);
		r = k.n > 0 && c.only_known > 0;
	}
	free(k.value);
	return r;
}

int
forgetting_people(struct store *st, int64_t *n, struct err *err)
{
	struct known k;
	int r = load_known(st, NULL, &k, err);

	*n = (int64_t)k.n;
	free(k.value);
	return r == -1 ? -1 : 0;
}
