/*
 * logins.c - all logins of the INI in a pass.
 * 1. Each wrong login is in the file before the next one is tried; a login that
 *    may be wrong is in it before it is sent (reserve.h).
 * 2. Whatever is wrong with the file, mail is read; the limit of a pass
 *    (ACCOUNT_WRONG) and the waits in the database work without it.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "base/vec.h"
#include "net/proxy.h"
#include "net/url.h"
#include "sync/backoff.h"
#include "sync/loginkeep.h"
#include "sync/logins.h"
#include "sync/proven.h"
#include "sync/reserve.h"

#define TOKEN_PLACE 17 /* room for what stands for it */

/* --- the logins of the INI --------------------------------------------- */

static bool
same_account(const struct login *a, const struct login *b)
{
	return strcmp(a->server, b->server) == 0 &&
	       ((!a->token && strcmp(a->name, b->name) == 0) ||
		   account_same(&a->at, &b->at));
}

static void
merge_accounts(struct account *to, struct account *from)
{
	struct account_login *l, *next;

	for (l = from->first; l != NULL; l = next) {
		next = l->next;
		account_add(to, l);
	}
	from->first = NULL;
}

static struct account *
new_account(struct logins *s)
{
	struct account *a = mem_alloc(sizeof(*a));

	a->reserve = reserve_begin;
	a->settled = reserve_settled;
	a->wrong = reserve_wrong;
	a->arg = s;
	*VEC_ADD(s->account, s->naccount) = a;
	return a;
}

static void
find_account(struct logins *s, struct login *l)
{
	struct account *a = NULL;
	size_t i;

	for (i = 0; i < s->n; i++) {
		struct account *b = s->v[i]->at.account;

		if (a == b || !same_account(s->v[i], l))
			continue;
		if (a == NULL)
			a = b;
		else
			merge_accounts(a, b);
	}
	account_add(a != NULL ? a : new_account(s), &l->at);
}

static struct login *
find_login(
    const struct logins *s, const char *server, const struct credential *c)
{
	char *name = account_fold(c->username);
	struct login *found = NULL;
	size_t i;

	for (i = 0; found == NULL && i < s->n; i++) {
		if (strcmp(s->v[i]->name, name) == 0 &&
		    strcmp(s->v[i]->server, server) == 0 &&
		    strcmp(s->v[i]->password, str_nn(c->password)) == 0)
			found = s->v[i];
	}
	free(name);
	return found;
}

static void
add_login(struct logins *s, const char *server, const struct credential *c)
{
	struct login *l;

	if (find_login(s, server, c) != NULL)
		return;
	l = mem_alloc(sizeof(*l));
	l->server = mem_strdup(server);
	l->token = c->scheme == CONF_AUTH_OAUTH;
	l->name = account_fold(c->username);
	l->user = account_user(l->name);
	l->password = mem_strdup(str_nn(c->password));
	l->at.user = l->user;
	l->at.password = l->password;
	l->not_before = l->tried = TIM_NONE;
	find_account(s, l);
	*VEC_ADD(s->v, s->n) = l;
}

/*
 * Where a token comes from and what it is for, in a few hex digits: who is
 * refused there may be welcome elsewhere.
 */
static void
token_place(const struct conf_oauth *o, char out[TOKEN_PLACE])
{
	const char *const part[] = { o->authority, o->tenant, o->client_id,
		o->scope };
	unsigned char hash[CRYPT_SHA256];
	struct crypt_sha256 h;
	size_t i;

	crypt_sha256_init(&h);
	for (i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		crypt_sha256_adds(&h, str_nn(part[i]));
	crypt_sha256_out(&h, hash);
	enc_hex(hash, (TOKEN_PLACE - 1) / 2, out);
}

/* "host:port", or with a token's place; the caller frees it. */
static char *
server_of(const char *url, const struct credential *c)
{
	char place[TOKEN_PLACE] = "";
	bool token = c->oauth != NULL;
	struct err err = ERR_INIT;
	struct url u;
	char *out;

	if (token)
		token_place(c->oauth, place);
	if (url_parse(&u, url, &err) == 0)
		out = mem_printf(
		    "%s:%s%s%s", u.host, u.port, token ? " token " : "", place);
	else
		out = account_fold(url);
	url_free(&u);
	return out;
}

/*
 * Finds the proxy to a server. True: it wants a login. The caller frees out in
 * both cases.
 */
static bool
proxy_to(const struct logins *s, const char *url, struct proxy *out)
{
	struct err err = ERR_INIT;
	struct url u;
	bool wants;

	memset(out, 0, sizeof(*out));
	/* An error in it is reported when the profile is opened. */
	wants = url_parse(&u, url, &err) == 0 &&
		proxy_choose(out, &u, s->pass->conf->proxy, &err) == 0 &&
		out->url.user != NULL;
	url_free(&u);
	return wants;
}

static char *
proxy_server(const struct proxy *p)
{
	return mem_printf("proxy %s:%s", p->url.host, p->url.port);
}

static struct credential
proxy_credential(const struct proxy *p)
{
	return (struct credential){ CONF_AUTH_BASIC, p->url.user,
		p->url.password, NULL };
}

static void
add_proxy(struct logins *s, const char *url)
{
	struct credential c;
	struct proxy p;
	char *server;

	if (proxy_to(s, url, &p)) {
		server = proxy_server(&p);
		c = proxy_credential(&p);
		add_login(s, server, &c);
		free(server);
	}
	proxy_free(&p);
}

static void
add_server(struct logins *s, const char *url, struct credential c)
{
	char *server;

	if (c.username == NULL)
		return;
	server = server_of(url, &c);
	add_login(s, server, &c);
	free(server);
}

struct login *
logins_find(struct logins *s, const char *url, const struct credential *c)
{
	char *server = server_of(url, c);
	struct login *l = c->username == NULL ? NULL : find_login(s, server, c);

	free(server);
	return l;
}

struct login *
logins_find_proxy(struct logins *s, const char *url)
{
	struct login *l = NULL;
	struct credential c;
	struct proxy p;
	char *server;

	if (proxy_to(s, url, &p)) {
		server = proxy_server(&p);
		c = proxy_credential(&p);
		l = find_login(s, server, &c);
		free(server);
	}
	proxy_free(&p);
	return l;
}

/* --- the file ---------------------------------------------------------- */

/* Does the row only mark the name as good, or as about to be tried? */
static bool
is_mark(const struct loginfile_row *r)
{
	return r->passes == 0 && r->nwrong == 0 && !r->held;
}

/* Takes what the file knows of a login, under its own name or another. */
static void
recall_login(struct logins *s, struct login *l)
{
	const struct loginfile_row *r = loginkeep_own(s, l);
	size_t i;

	if (r != NULL && is_mark(r)) {
		/*
		 * Its password is good for this name though another name is
		 * rejected with it: to the server these are two accounts.
		 */
		l->at.user = NULL;
		return;
	}
	for (i = 0; i < s->file.n; i++) {
		r = &s->file.v[i];
		if ((r->passes == 0 && r->nwrong < ACCOUNT_WRONG) ||
		    !loginkeep_is_of(s, l, r) ||
		    (l->passes > 0 && r->last_at <= l->last_at))
			continue;
		l->passes = r->passes;
		l->first_at = r->first_at;
		l->last_at = r->last_at;
		l->retry_at = r->retry_at;
		if (r->passes > 0)
			continue;
		/* The pass was killed before it counted the rejection. */
		l->passes = 1;
		l->last_at = r->wrong[r->nwrong - 1];
		l->retry_at = l->last_at + backoff_login(ERR_AUTH, 1);
	}
}

/* --- rejections -------------------------------------------------------- */

void
logins_rejected(struct logins *s, struct login *l, enum err_kind kind)
{
	struct account_login *o;
	struct loginfile_row *r;
	int64_t now = tim_now();

	pthread_mutex_lock(&s->lock);
	if (!l->counted && loginkeep_read(s)) {
		for (o = l->at.account->first; o != NULL; o = o->next) {
			struct login *twin = (struct login *)o;

			if (!account_same(o, &l->at))
				continue;
			twin->counted = true;
			if ((r = loginkeep_need(s, twin)) == NULL)
				continue;
			r->held = false;
			if (r->passes++ == 0)
				r->first_at = now;
			r->last_at = now;
			r->retry_at =
			    now + (l->token ? backoff_token : backoff_login)(
				      kind, r->passes);
		}
		loginkeep_write(s);
	}
	pthread_mutex_unlock(&s->lock);
}

bool
logins_would_know(struct logins *s, int64_t at)
{
	bool would;

	pthread_mutex_lock(&s->lock);
	/* the database's times are in seconds */
	would = s->read && !s->file.is_new && at / 1000 >= s->file.since / 1000;
	pthread_mutex_unlock(&s->lock);
	return would;
}

bool
logins_announce(struct logins *s, struct login *l)
{
	const struct keep *k = &s->pass->keep;
	struct loginfile_row *r = NULL;
	bool done = false;

	pthread_mutex_lock(&s->lock);
	if (loginkeep_read(s) && (r = loginkeep_need(s, l)) != NULL) {
		r->held = false;
		done = loginkeep_write(s);
	} else if (s->read)
		k->done(k->arg, KEEP_LOGINS);
	pthread_mutex_unlock(&s->lock);
	return done;
}

/* --- open, end, close -------------------------------------------------- */

struct logins *
logins_open(const struct pass *p)
{
	const struct conf *c = p->conf;
	struct logins *s = mem_alloc(sizeof(*s));
	size_t i;

	s->pass = p;
	pthread_mutex_init(&s->lock, NULL);
	for (i = 0; i < c->nprofile; i++) {
		add_server(s, c->profile[i].url,
		    credential_of_profile(&c->profile[i]));
		add_proxy(s, c->profile[i].url);
	}
	for (i = 0; i < c->nmailbox; i++)
		add_server(s, c->mailbox[i].profile->url,
		    credential_of_mailbox(&c->mailbox[i]));
	if (loginkeep_read(s))
		p->keep.done(p->keep.arg, KEEP_LOGINS);
	for (i = 0; s->file.n > 0 && i < s->n; i++)
		recall_login(s, s->v[i]);
	for (i = 0; s->file.n > 0 && i < s->naccount; i++) {
		if (s->account[i]->first != NULL)
			reserve_spend(s, s->account[i], true);
	}
	proven_recall(s);
	return s;
}

/* The login is good: is its password rejected under another name? */
static bool
has_bad_name(struct logins *s, struct login *l)
{
	size_t i;

	for (i = 0; i < s->file.n; i++) {
		const struct loginfile_row *r = &s->file.v[i];

		if (r->passes > 0 && strcmp(r->name, l->name) != 0 &&
		    loginkeep_is_of(s, l, r))
			return true;
	}
	return false;
}

/*
 * Can the row be forgotten because its account was accepted? Not while its own
 * credentials are still wrong; and a row that marks a name as good stays while
 * another name is not.
 */
static bool
is_over(struct logins *s, const struct loginfile_row *r)
{
	bool over = false, mark = is_mark(r);
	size_t i;

	for (i = 0; i < s->n; i++) {
		struct login *l = s->v[i];
		struct account_login *o = l->at.account->first;

		if (!loginkeep_is_of_account(s, l, r))
			continue;
		if (strcmp(l->name, r->name) == 0 && loginkeep_is_of(s, l, r) &&
		    (!account_accepted(&l->at) || (mark && has_bad_name(s, l))))
			return false;
		while (o != NULL && !account_accepted(o))
			o = o->next;
		over = over || o != NULL;
	}
	return over;
}

/* Are the row's own credentials accepted? */
static bool
is_good(struct logins *s, const struct loginfile_row *r)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		if (account_accepted(&s->v[i]->at) &&
		    loginkeep_is_of(s, s->v[i], r))
			return true;
	}
	return false;
}

/*
 * Removes the row, or leaves in it only what others try. True: it has changed.
 */
static bool
forget_row(struct logins *s, struct loginfile_row *r)
{
	bool was = r->held;

	if (r->ntried == 0 || is_good(s, r)) {
		loginfile_remove(&s->file, r);
		return true;
	}
	r->held = true;
	r->passes = 0;
	r->retry_at = TIM_NONE;
	r->nwrong = 0;
	return !was;
}

/* With the lock held: drops what is over. True: something has changed. */
static bool
forget_over(struct logins *s)
{
	bool changed = false;
	size_t i;

	for (i = s->file.n; i > 0; i--) {
		if (is_over(s, &s->file.v[i - 1]))
			changed = forget_row(s, &s->file.v[i - 1]) || changed;
	}
	for (i = 0; s->file.n > 0 && i < s->n; i++) {
		struct login *l = s->v[i];
		struct loginfile_row *r;

		if (!account_accepted(&l->at) || !has_bad_name(s, l) ||
		    loginkeep_own(s, l) != NULL)
			continue;
		if ((r = loginkeep_need(s, l)) == NULL)
			continue;
		r->held = false;
		changed = true;
	}
	return changed;
}

/* With the lock held: updates the file in memory. True: it has changed. */
static bool
keep_end(struct logins *s)
{
	bool over = forget_over(s);

	return proven_note(s) || over;
}

void
logins_end(struct logins *s)
{
	pthread_mutex_lock(&s->lock);
	/* First only in memory: mostly there is nothing to write. */
	if (s->read && keep_end(s) && loginkeep_read(s)) {
		keep_end(s);
		loginkeep_write(s);
	}
	pthread_mutex_unlock(&s->lock);
}

void
logins_close(struct logins *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->n; i++) {
		free(s->v[i]->server);
		free(s->v[i]->lost);
		free(s->v[i]->name);
		free(s->v[i]->user);
		mem_wipe_str(s->v[i]->password);
		free(s->v[i]);
	}
	for (i = 0; i < s->naccount; i++)
		free(s->account[i]);
	loginfile_free(&s->file);
	pthread_mutex_destroy(&s->lock);
	free(s->account);
	free(s->v);
	free(s);
}
