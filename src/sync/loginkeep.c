/*
 * loginkeep.c - the file of rejected logins in a pass.
 * 1. The file is read anew before each change, and no other process has it in
 *    between: several processes may share it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "base/vec.h"
#include "sync/loginkeep.h"

static void
tell_trouble(struct logins *s, const struct err *why)
{
	if (!s->told)
		log_warning("%s; rejected logins are remembered without their "
			    "credentials, so that changed ones wait as long",
		    why->msg);
	s->told = true;
}

/* 0; -1: error; 1: the file was invalid, and has been moved aside. */
static int
read_once(struct logins *s, struct err *err)
{
	const struct keep *k = &s->pass->keep;
	unsigned char salt[LOGINFILE_SALT];
	struct err why = ERR_INIT;
	struct buf text;
	size_t i;
	int rc;

	memcpy(salt, s->file.salt, sizeof(salt));
	loginfile_free(&s->file);
	buf_init_secret(&text, LOGINFILE_MAX + 1);
	rc = k->read(k->arg, KEEP_LOGINS, &text, err);
	if (rc == 0 &&
	    loginfile_parse(&s->file, buf_str(&text), text.len, &why) == -1) {
		rc = k->aside(k->arg, KEEP_LOGINS, err) == -1 ? -1 : 1;
		log_warning("%s/logins: %s: what was known of rejected logins "
			    "cannot be used%s",
		    s->pass->conf->state_dir, why.msg,
		    rc == 1 ? "; the file is logins.bad now" : "");
	}
	buf_free(&text);
	/* With another salt the verifiers made so far are void. */
	if (memcmp(salt, s->file.salt, sizeof(salt)) != 0) {
		s->verifier[0] = '\0';
		for (i = 0; i < s->n; i++)
			s->v[i]->verifier[0] = '\0';
	}
	return rc;
}

bool
loginkeep_read(struct logins *s)
{
	struct err err = ERR_INIT;
	int rc;

	if (s->pass->keep.read == NULL)
		return false;
	if ((rc = read_once(s, &err)) == 1)
		rc = read_once(s, &err);
	if (rc == -1)
		tell_trouble(s, &err);
	return s->read = rc == 0;
}

bool
loginkeep_write(struct logins *s)
{
	const struct keep *k = &s->pass->keep;
	struct err err = ERR_INIT;
	struct buf text;
	int rc;

	buf_init_secret(&text, LOGINFILE_MAX - LOGINFILE_LINE);
	if (loginfile_format(&s->file, &text) == -1)
		rc = err_set(&err, ERR_RETRY, "too many rejected logins");
	else
		rc = k->write(
		    k->arg, KEEP_LOGINS, buf_str(&text), text.len, &err);
	buf_free(&text);
	if (rc == -1)
		tell_trouble(s, &err);
	return rc == 0;
}

void
loginkeep_verify(struct logins *s, struct login *l)
{
	const struct account_login *o;

	for (o = l->at.account->first; o != NULL && *l->verifier == '\0';
	     o = o->next) {
		const struct login *twin = (const struct login *)o;

		if (*twin->verifier != '\0' && account_same(o, &l->at))
			memcpy(
			    l->verifier, twin->verifier, sizeof(l->verifier));
	}
	if (*l->verifier == '\0')
		loginfile_verifier(
		    &s->file, l->server, l->user, l->password, l->verifier);
}

bool
loginkeep_is_of(
    struct logins *s, struct login *l, const struct loginfile_row *r)
{
	char *user;
	bool same;

	if (strcmp(r->server, l->server) != 0)
		return false;
	user = account_user(r->name);
	same = strcmp(user, l->user) == 0;
	free(user);
	if (!same)
		return false;
	loginkeep_verify(s, l);
	return strcmp(r->verifier, l->verifier) == 0;
}

struct loginfile_row *
loginkeep_own(struct logins *s, struct login *l)
{
	size_t i;

	for (i = 0; i < s->file.n; i++) {
		if (strcmp(s->file.v[i].name, l->name) == 0 &&
		    loginkeep_is_of(s, l, &s->file.v[i]))
			return &s->file.v[i];
	}
	return NULL;
}

bool
loginkeep_is_of_account(
    struct logins *s, struct login *l, const struct loginfile_row *r)
{
	return (!l->token && strcmp(r->server, l->server) == 0 &&
		   strcmp(r->name, l->name) == 0) ||
	       loginkeep_is_of(s, l, r);
}

bool
loginkeep_is_of_any(
    struct logins *s, const struct account *a, const struct loginfile_row *r)
{
	struct account_login *l = a->first;

	while (l != NULL && !loginkeep_is_of_account(s, (struct login *)l, r))
		l = l->next;
	return l != NULL;
}

struct loginfile_row *
loginkeep_need(struct logins *s, struct login *l)
{
	struct loginfile_row *r;

	loginkeep_verify(s, l);
	r = loginfile_find(&s->file, l->server, l->name, l->verifier);
	if (r == NULL && (r = loginfile_add(&s->file, l->server, l->name,
			      l->verifier)) != NULL)
		r->first_at = r->last_at = tim_now();
	return r;
}

/* --- which logins count ------------------------------------------------ */

static void
add_time(struct loginkeep_times *t, int64_t at)
{
	*VEC_ADD(t->v, t->n) = at;
}

static int
by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/*
 * Sorts the times, each once: a login is in the row of each of its spellings.
 */
static void
sort_times(struct loginkeep_times *t)
{
	size_t i, k = 0;

	if (t->n == 0)
		return;
	qsort(t->v, t->n, sizeof(*t->v), by_time);
	for (i = 1; i < t->n; i++) {
		if (t->v[i] != t->v[k])
			t->v[++k] = t->v[i];
	}
	t->n = k + 1;
}

struct loginkeep_times
loginkeep_wrong(struct logins *s, const struct account *a)
{
	struct loginkeep_times t = { NULL, 0 };
	int64_t now = tim_now(), past;
	size_t i, k;

	for (i = 0; i < s->file.n; i++) {
		const struct loginfile_row *r = &s->file.v[i];
		bool own = r->nwrong > 0 && loginkeep_is_of_any(s, a, r);

		for (k = 0; own && k < r->nwrong; k++) {
			past = now - r->wrong[k];
			/* A time far ahead was written with a wrong clock. */
			if (past < LOGINFILE_HOUR && past > -LOGINFILE_HOUR)
				add_time(&t, r->wrong[k] + LOGINFILE_HOUR);
		}
	}
	sort_times(&t);
	return t;
}

struct loginkeep_times
loginkeep_spent(struct logins *s, const struct account *a)
{
	struct loginkeep_times t = { NULL, 0 };
	struct loginkeep_times wrong = loginkeep_wrong(s, a);
	size_t i, k;

	for (i = 0; i < s->file.n; i++) {
		const struct loginfile_row *r = &s->file.v[i];
		bool own = r->ntried > 0 && loginkeep_is_of_any(s, a, r);

		for (k = 0; own && k < r->ntried; k++)
			add_time(&t, r->tried[k]);
	}
	sort_times(&t); /* tried ones alone: the others are wrong ones */
	for (i = 0; i < wrong.n; i++)
		add_time(&t, wrong.v[i]);
	if (t.n > 0)
		qsort(t.v, t.n, sizeof(*t.v), by_time);
	free(wrong.v);
	return t;
}
