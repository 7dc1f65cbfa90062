/*
 * forgetting.c - the forgotten in a pass.
 * Parts of the basis (store/reconsider.h): "forgotten" is the number of those
 * on the list and a fingerprint of its key, "forgetting" is there while an
 * exsync --forget has not ended, "forgotten rows" counts rows of people.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "core/idredact.h"
#include "core/messageredact.h"
#include "store/forget.h"
#include "store/reconsider.h"
#include "sync/forgetting.h"
#include "sync/marks.h"

#define PRINT 33 /* 32 hex digits and a NUL */

/* A list without anybody may have no key. */
static void
key_print(const struct forgotten *l, char out[PRINT])
{
	static const char of[] = "fingerprint";
	unsigned char hash[FORGOTTEN_HASH];

	if (forgotten_count(l) == 0) {
		memcpy(out, "-", 2);
		return;
	}
	forgotten_name(l, of, sizeof(of) - 1, hash);
	enc_hex(hash, sizeof(hash), out);
	out[PRINT - 1] = '\0';
}

/* 1: *text is that part of the basis, which the caller frees; 0: none; -1. */
static int
get_text(struct store *st, const char *what, char **text, struct err *err)
{
	void *value;
	size_t len;
	int r = store_basis_get(st, what, &value, &len, err);

	*text = NULL;
	if (r == 1)
		*text = mem_strndup(value != NULL ? value : "", len);
	free(value);
	return r;
}

static int
get_number(struct store *st, const char *what, int64_t *n, struct err *err)
{
	char *text;
	int r = get_text(st, what, &text, err);

	*n = r == 1 ? strtoll(text, NULL, 10) : 0;
	free(text);
	return r == -1 ? -1 : 0;
}

static int
fail_lost(int64_t had, const struct forgotten *l, bool other, struct err *err)
{
	err_set(err, ERR_CONFIG,
	    "state_dir: its file forgotten %s: the database was made to forget "
	    "%lld addresses, and mail of them would come back. Restore the "
	    "file from a backup of state_dir; or, where that is lost, run "
	    "exsync --forget ADDRESS once more for each of them",
	    forgotten_count(l) == 0 ? "is missing or empty"
	    : other                 ? "is another one"
				    : "lacks some of the forgotten",
	    (long long)had);
	return err_code(err, CAUSE_OTHER, "forgotten_lost", SCOPE_ALL);
}

int
forgetting_check(struct store *st, const struct forgotten *l, bool *unfinished,
    struct err *err)
{
	struct forgetting_state s;
	char print[PRINT], *text, *key;
	bool other;
	int r;

	*unfinished = false;
	r = get_text(st, "forgotten", &text, err);
	if (text == NULL)
		return r;
	key = strchr(text, ' ');
	key_print(l, print);
	other = key == NULL || strcmp(key + 1, print) != 0;
	r = forgetting_state(st, &s, err);
	if (r == 0 && s.people > 0 &&
	    (other || (int64_t)forgotten_count(l) < s.people))
		r = fail_lost(s.people, l, other, err);
	*unfinished = s.unfinished;
	free(text);
	return r;
}

int
forgetting_note(struct store *st, const struct forgotten *l, bool unfinished,
    struct err *err)
{
	char print[PRINT], text[PRINT + 24];
	struct store_basis part[2] = {
		{ "forgotten", text, 0 },
		{ "forgetting", unfinished ? "1" : NULL, unfinished },
	};

	key_print(l, print);
	part[0].len = (size_t)snprintf(
	    text, sizeof(text), "%zu %s", forgotten_count(l), print);
	return store_basis_put(st, part, 2, err);
}

int
forgetting_drop_mark(struct store *st, const char *address, struct err *err)
{
	uint64_t hash = store_address_hash(st, address);
	struct store_basis part[2] = {
		{ "people", NULL, 0 },
		{ "addresses", NULL, 0 },
	};
	struct mark *v;
	void *value;
	size_t n, i, k;
	int rc = store_basis_get(st, "addresses", &value, &n, err);

	if (rc != 1)
		return rc;
	v = value;
	n /= sizeof(*v);
	for (i = k = 0; i < n; i++) {
		if (v[i].address != hash)
			v[k++] = v[i];
	}
	part[1].value = v;
	part[1].len = k * sizeof(*v);
	rc = k == n ? 0 : store_basis_put(st, part, 2, err);
	free(value);
	return rc;
}

size_t
forgetting_filter(const struct forgotten *l, struct party_list *people)
{
	size_t i, k;

	if (forgotten_count(l) == 0)
		return 0;
	for (i = k = 0; i < people->n; i++) {
		if (!forgotten_has(l, people->v[i].address))
			people->v[k++] = people->v[i];
	}
	i = people->n - k;
	people->n = k;
	return i;
}

void
forgetting_apply(
    const struct forgotten *l, struct message *m, struct decision *d)
{
	enum redact_level how;

	if (forgotten_count(l) == 0)
		return;
	how = message_redact(l, m);
	idredact_message(l, m);
	if (how != REDACT_NAMED || match_concerns_others(d) ||
	    (d->verdict == VERDICT_SKIP && strcmp(d->rule, "match") != 0))
		return;
	d->verdict = VERDICT_SKIP;
	snprintf(d->rule, sizeof(d->rule), "%s", STORE_FORGOTTEN);
}

int
forgetting_state(struct store *st, struct forgetting_state *s, struct err *err)
{
	int64_t flag;

	memset(s, 0, sizeof(*s));
	if (get_number(st, "forgotten", &s->people, err) == -1 ||
	    get_number(st, "forgotten rows", &s->ignored, err) == -1 ||
	    get_number(st, "forgetting", &flag, err) == -1)
		return -1;
	s->unfinished = flag != 0;
	return 0;
}

int
forgetting_ignored(struct store *st, size_t n, struct err *err)
{
	int64_t was;
	char text[24];
	int len = snprintf(text, sizeof(text), "%zu", n);

	if (get_number(st, "forgotten rows", &was, err) == -1)
		return -1;
	if (was == (int64_t)n)
		return 0;
	return store_basis_put(st,
	    &(struct store_basis){ "forgotten rows", n > 0 ? text : NULL,
		n > 0 ? (size_t)len : 0 },
	    1, err);
}
