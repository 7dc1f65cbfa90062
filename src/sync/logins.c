/*
 * logins.c - all logins of the INI in a pass.
 * 1. The file is read anew before it is changed, and nobody else has it in
 *    between: other processes may share it.
 * 2. Each wrong login is in the file before the next one is tried.
 * 3. Whatever is wrong with the file, mail goes on; the passes' own limit
 *    (ACCOUNT_WRONG) and the waits in the database hold without it.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "net/proxy.h"
#include "net/url.h"
#include "sync/login.h"
#include "sync/logins.h"

struct logins {
	const struct pass *pass;
	struct login **v;
	size_t n;
	struct account **account; /* some may be empty */
	size_t naccount;
	pthread_mutex_t lock;  /* of what follows, and of the keeper */
	struct loginfile file; /* as it was read last */
	bool read;             /* it could be */
	bool told;             /* that there is trouble with it */
	int64_t last_wrong;
};

/* --- which there are --------------------------------------------------- */

static bool
same_account(const struct login *a, const struct login *b)
{
	return strcmp(a->server, b->server) == 0 &&
	       (strcmp(a->name, b->name) == 0 || account_same(&a->at, &b->at));
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

static void note_wrong(void *, struct account_login *, const struct err *);

static struct account *
new_account(struct logins *s)
{
	struct account *a = mem_alloc(sizeof(*a));

	a->wrong = note_wrong;
	a->arg = s;
	s->account = mem_grow(s->account, s->naccount + 1, sizeof(*s->account));
	return s->account[s->naccount++] = a;
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
find_login(const struct logins *s, const char *server, const char *user,
    const char *pw)
{
	char *name = account_fold(user);
	struct login *found = NULL;
	size_t i;

	for (i = 0; found == NULL && i < s->n; i++) {
		if (strcmp(s->v[i]->name, name) == 0 &&
		    strcmp(s->v[i]->server, server) == 0 &&
		    strcmp(s->v[i]->password, str_nn(pw)) == 0)
			found = s->v[i];
	}
	free(name);
	return found;
}

static void
add_login(
    struct logins *s, const char *server, const char *user, const char *pw)
{
	struct login *l;

	if (find_login(s, server, user, pw) != NULL)
		return;
	l = mem_alloc(sizeof(*l));
	l->server = mem_strdup(server);
	l->name = account_fold(user);
	l->user = account_user(l->name);
	l->password = mem_strdup(str_nn(pw));
	l->at.user = l->user;
	l->at.password = l->password;
	l->not_before = TIM_NONE;
	find_account(s, l);
	s->v = mem_grow(s->v, s->n + 1, sizeof(struct login *));
	s->v[s->n++] = l;
}

/* "host:port"; the caller's. */
static char *
server_of(const char *url)
{
	struct err err = ERR_INIT;
	struct url u;
	char *out;

	if (url_parse(&u, url, &err) == 0)
		out = mem_printf("%s:%s", u.host, u.port);
	else
		out = account_fold(url);
	url_free(&u);
	return out;
}

/* The proxy to a server, when it wants a login. To be freed in both cases. */
static bool
proxy_to(const struct logins *s, const char *url, struct proxy *out)
{
	struct err err = ERR_INIT;
	struct url u;
	bool wants;

	memset(out, 0, sizeof(*out));
	/* what is wrong with it is said when the profile is opened */
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

static void
add_proxy(struct logins *s, const char *url)
{
	struct proxy p;
	char *server;

	if (proxy_to(s, url, &p)) {
		server = proxy_server(&p);
		add_login(s, server, p.url.user, p.url.password);
		free(server);
	}
	proxy_free(&p);
}

static void
add_server(struct logins *s, const char *url, const char *user, const char *pw)
{
	char *server;

	if (user == NULL)
		return;
	server = server_of(url);
	add_login(s, server, user, pw);
	free(server);
}

struct login *
logins_find(struct logins *s, const char *url, const char *user, const char *pw)
{
	char *server = server_of(url);
	struct login *l = user == NULL ? NULL : find_login(s, server, user, pw);

	free(server);
	return l;
}

struct login *
logins_find_proxy(struct logins *s, const char *url)
{
	struct login *l = NULL;
	struct proxy p;
	char *server;

	if (proxy_to(s, url, &p)) {
		server = proxy_server(&p);
		l = find_login(s, server, p.url.user, p.url.password);
		free(server);
	}
	proxy_free(&p);
	return l;
}

/* --- the file ---------------------------------------------------------- */

static void
tell_trouble(struct logins *s, const struct err *why)
{
	if (!s->told)
		log_warning("%s; rejected logins are remembered without their "
			    "credentials, so that changed ones wait as long",
		    why->msg);
	s->told = true;
}

/* 0; -1; 1: it is no such file, and lies aside now. */
static int
read_once(struct logins *s, struct err *err)
{
	const struct pass_keep *k = &s->pass->keep;
	unsigned char salt[LOGINFILE_SALT];
	struct err why = ERR_INIT;
	struct buf text;
	size_t i;
	int rc;

	memcpy(salt, s->file.salt, sizeof(salt));
	loginfile_free(&s->file);
	buf_init(&text, LOGINFILE_MAX + 1);
	rc = k->read(k->arg, &text, err);
	if (rc == 0 &&
	    loginfile_parse(&s->file, buf_str(&text), text.len, &why) == -1) {
		rc = k->aside(k->arg, err) == -1 ? -1 : 1;
		log_warning("%s/logins: %s: what was known of rejected logins "
			    "cannot be used%s",
		    s->pass->conf->state_dir, why.msg,
		    rc == 1 ? "; the file is logins.bad now" : "");
	}
	buf_wipe(&text);
	/* another file: what was made with the salt of the one before */
	for (i = 0; memcmp(salt, s->file.salt, sizeof(salt)) != 0 && i < s->n;
	     i++)
		s->v[i]->verifier[0] = '\0';
	return rc;
}

/* With the lock held. */
static bool
read_file(struct logins *s)
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

/* With the lock held, after read_file. */
static bool
write_file(struct logins *s)
{
	const struct pass_keep *k = &s->pass->keep;
	struct err err = ERR_INIT;
	struct buf text;
	int rc;

	buf_init(&text, LOGINFILE_MAX - LOGINFILE_LINE);
	if (loginfile_format(&s->file, &text) == -1)
		rc = err_set(&err, ERR_RETRY, "too many rejected logins");
	else
		rc = k->write(k->arg, buf_str(&text), text.len, &err);
	buf_free(&text);
	if (rc == -1)
		tell_trouble(s, &err);
	return rc == 0;
}

static void
make_verifier(struct logins *s, struct login *l)
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

/* Is the row of these credentials, under whatever name? */
static bool
is_row_of(struct logins *s, struct login *l, const struct loginfile_row *r)
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
	make_verifier(s, l);
	return strcmp(r->verifier, l->verifier) == 0;
}

/* NULL: there is none. */
static struct loginfile_row *
own_row(struct logins *s, struct login *l)
{
	size_t i;

	for (i = 0; i < s->file.n; i++) {
		if (strcmp(s->file.v[i].name, l->name) == 0 &&
		    is_row_of(s, l, &s->file.v[i]))
			return &s->file.v[i];
	}
	return NULL;
}

/* Is it of the login's account, as far as this login shows? */
static bool
is_row_of_account(
    struct logins *s, struct login *l, const struct loginfile_row *r)
{
	return (strcmp(r->server, l->server) == 0 &&
		   strcmp(r->name, l->name) == 0) ||
	       is_row_of(s, l, r);
}

/* --- the hour ---------------------------------------------------------- */

/* Times, each once. */
struct times {
	int64_t *v;
	size_t n;
};

static void
add_time(struct times *t, int64_t at)
{
	size_t i;

	for (i = 0; i < t->n; i++) {
		if (t->v[i] == at)
			return;
	}
	t->v = mem_grow(t->v, t->n + 1, sizeof(*t->v));
	t->v[t->n++] = at;
}

static int
by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* The account's wrong logins of the last hour, in their order. */
static struct times
wrong_lately(struct logins *s, const struct account *a)
{
	int64_t now = tim_now(), past;
	struct times t = { NULL, 0 };
	size_t i, k;

	for (i = 0; i < s->file.n; i++) {
		const struct loginfile_row *r = &s->file.v[i];
		struct account_login *l = a->first;

		while (l != NULL && !is_row_of_account(s, (struct login *)l, r))
			l = l->next;
		for (k = 0; l != NULL && k < r->nwrong; k++) {
			past = now - r->wrong[k];
			/* what lies ahead is of a clock that was wrong */
			if (past < LOGINFILE_HOUR && past > -LOGINFILE_HOUR)
				add_time(&t, r->wrong[k]);
		}
	}
	if (t.n > 0)
		qsort(t.v, t.n, sizeof(*t.v), by_time);
	return t;
}

/* With the lock held: how much of the hour's number is left to this pass. */
static void
spend(struct logins *s, struct account *a, bool before)
{
	struct times t = wrong_lately(s, a);
	struct account_login *l;

	account_spend(a->first, (int)t.n - (LOGINFILE_WRONG - ACCOUNT_WRONG));
	for (l = a->first; before && t.n >= LOGINFILE_WRONG && l != NULL;
	     l = l->next)
		((struct login *)l)->not_before =
		    t.v[t.n - LOGINFILE_WRONG] + LOGINFILE_HOUR;
	free(t.v);
}

/* What is known of a login from before: under its own name, or another's. */
static void
recall_login(struct logins *s, struct login *l)
{
	const struct loginfile_row *r = own_row(s, l);
	size_t i;

	if (r != NULL && r->passes == 0 && r->nwrong == 0) {
		/* what another name is rejected with is good for this one:
		 * the server does not take the two for one account */
		l->at.user = NULL;
		return;
	}
	for (i = 0; i < s->file.n; i++) {
		r = &s->file.v[i];
		if ((r->passes == 0 && r->nwrong < ACCOUNT_WRONG) ||
		    !is_row_of(s, l, r) ||
		    (l->passes > 0 && r->last_at <= l->last_at))
			continue;
		l->passes = r->passes;
		l->first_at = r->first_at;
		l->last_at = r->last_at;
		l->retry_at = r->retry_at;
		if (r->passes > 0)
			continue;
		/* the pass was killed before it came to that */
		l->passes = 1;
		l->last_at = r->wrong[r->nwrong - 1];
		l->retry_at = l->last_at + login_wait(ERR_AUTH, 1);
	}
}

/* --- what becomes of it ------------------------------------------------ */

/* With the lock held: the row of a login, made when there is none. NULL: no
 * room. */
static struct loginfile_row *
need_row(struct logins *s, struct login *l)
{
	struct loginfile_row *r;

	make_verifier(s, l);
	r = loginfile_find(&s->file, l->server, l->name, l->verifier);
	if (r == NULL && (r = loginfile_add(&s->file, l->server, l->name,
			      l->verifier)) != NULL)
		r->first_at = r->last_at = tim_now();
	return r;
}

static void
note_wrong(void *arg, struct account_login *at, const struct err *why)
{
	struct logins *s = arg;
	struct account_login *o;
	struct loginfile_row *r;
	int64_t now = tim_now();

	(void)why;
	pthread_mutex_lock(&s->lock);
	if (now <= s->last_wrong)
		now = s->last_wrong + 1;
	s->last_wrong = now;
	if (read_file(s)) {
		/* the others are the same to the server, and may be all that
		 * the INI has tomorrow */
		for (o = at->account->first; o != NULL; o = o->next) {
			if (account_same(o, at) &&
			    (r = need_row(s, (struct login *)o)) != NULL)
				loginfile_wrong(r, now);
		}
		spend(s, at->account, false);
		write_file(s);
	}
	pthread_mutex_unlock(&s->lock);
}

void
logins_rejected(struct logins *s, struct login *l, enum err_kind kind)
{
	struct account_login *o;
	struct loginfile_row *r;
	int64_t now = tim_now();

	pthread_mutex_lock(&s->lock);
	if (!l->counted && read_file(s)) {
		for (o = l->at.account->first; o != NULL; o = o->next) {
			struct login *twin = (struct login *)o;

			if (!account_same(o, &l->at))
				continue;
			twin->counted = true;
			if ((r = need_row(s, twin)) == NULL)
				continue;
			if (r->passes++ == 0)
				r->first_at = now;
			r->last_at = now;
			r->retry_at = now + login_wait(kind, r->passes);
		}
		write_file(s);
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
	const struct pass_keep *k = &s->pass->keep;
	bool done = false;

	pthread_mutex_lock(&s->lock);
	if (read_file(s) && need_row(s, l) != NULL)
		done = write_file(s);
	else if (s->read)
		k->done(k->arg);
	pthread_mutex_unlock(&s->lock);
	return done;
}

/* --- its beginning and its end ----------------------------------------- */

struct logins *
logins_open(const struct pass *p)
{
	const struct conf *c = p->conf;
	struct logins *s = mem_alloc(sizeof(*s));
	size_t i;

	s->pass = p;
	pthread_mutex_init(&s->lock, NULL);
	for (i = 0; i < c->nprofile; i++) {
		add_server(s, c->profile[i].url, c->profile[i].username,
		    c->profile[i].password);
		add_proxy(s, c->profile[i].url);
	}
	for (i = 0; i < c->nmailbox; i++)
		add_server(s, c->mailbox[i].profile->url,
		    c->mailbox[i].username, c->mailbox[i].password);
	if (read_file(s))
		p->keep.done(p->keep.arg);
	for (i = 0; s->file.n > 0 && i < s->n; i++)
		recall_login(s, s->v[i]);
	for (i = 0; s->file.n > 0 && i < s->naccount; i++) {
		if (s->account[i]->first != NULL)
			spend(s, s->account[i], true);
	}
	return s;
}

/* The login is good: is it rejected under another name? */
static bool
has_bad_name(struct logins *s, struct login *l)
{
	size_t i;

	for (i = 0; i < s->file.n; i++) {
		const struct loginfile_row *r = &s->file.v[i];

		if (r->passes > 0 && strcmp(r->name, l->name) != 0 &&
		    is_row_of(s, l, r))
			return true;
	}
	return false;
}

/*
 * Is it of an account that was accepted? Not what is still wrong; and what
 * tells that a name is good while another one is not stays.
 */
static bool
is_over(struct logins *s, const struct loginfile_row *r)
{
	bool over = false, mark = r->passes == 0 && r->nwrong == 0;
	size_t i;

	for (i = 0; i < s->n; i++) {
		struct login *l = s->v[i];
		struct account_login *o = l->at.account->first;

		if (!is_row_of_account(s, l, r))
			continue;
		if (strcmp(l->name, r->name) == 0 && is_row_of(s, l, r) &&
		    (!account_accepted(&l->at) || (mark && has_bad_name(s, l))))
			return false;
		while (o != NULL && !account_accepted(o))
			o = o->next;
		over = over || o != NULL;
	}
	return over;
}

/* With the lock held. True: something has changed. */
static bool
forget_over(struct logins *s)
{
	bool changed = false;
	size_t i;

	for (i = s->file.n; i > 0; i--) {
		if (!is_over(s, &s->file.v[i - 1]))
			continue;
		loginfile_remove(&s->file, &s->file.v[i - 1]);
		changed = true;
	}
	for (i = 0; s->file.n > 0 && i < s->n; i++) {
		struct login *l = s->v[i];

		if (!account_accepted(&l->at) || !has_bad_name(s, l) ||
		    own_row(s, l) != NULL)
			continue;
		changed = need_row(s, l) != NULL || changed;
	}
	return changed;
}

void
logins_end(struct logins *s)
{
	pthread_mutex_lock(&s->lock);
	/* tried with what is in memory: mostly there is nothing to do */
	if (s->read && forget_over(s) && read_file(s)) {
		forget_over(s);
		write_file(s);
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
