/*
 * auth.c - one Authorization field after the other.
 * 1. A handshake of NTLM is one connection's, and two requests that follow
 *    each other. Any other request between them ends it.
 * 2. Each password that was judged is counted once (account.h), whatever
 *    the scheme. A token that was not judged is none.
 */
#include "login/auth.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "login/bearer.h"
#include "login/ntlm.h"

static const struct {
	const char *name;
	unsigned bit;
} SCHEME[] = { { "bearer", AUTH_BEARER }, { "negotiate", AUTH_NEGOTIATE },
	{ "ntlm", AUTH_NTLM }, { "basic", AUTH_BASIC } };

#define N_SCHEMES (sizeof(SCHEME) / sizeof(SCHEME[0]))

unsigned auth_schemes = AUTH_BASIC;

int
auth_read_schemes(const char *list)
{
	unsigned found, all = 0;
	size_t i, n;

	for (; *list != 0; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		for (found = 0, i = 0; i < N_SCHEMES; i++)
			if (strlen(SCHEME[i].name) == n &&
			    strncmp(list, SCHEME[i].name, n) == 0)
				found = SCHEME[i].bit;
		if (found == 0)
			return -1;
		all |= found;
	}
	auth_schemes = all;
	return all != 0 ? 0 : -1;
}

void
login_free(struct login *l)
{
	ntlm_abandon(l->handshake);
	free(l->name);
	l->handshake = NULL;
	l->name = NULL;
	l->bound = false;
}

/* The password was judged: what that means for the account. */
static void
judge(struct verdict *v, bool right, bool admitted)
{
	struct account *a;

	pthread_rwlock_wrlock(&world.lock);
	a = account_find(v->name);
	if (!right || a == NULL) {
		account_wrong(v->name);
		v->what = a == NULL ? "unknown" : "wrong";
	} else if (a->locked) {
		v->what = "locked";
	} else {
		account_right(a);
		v->account = admitted ? a : NULL;
		v->what = admitted ? "ok" : "unbound";
	}
	pthread_rwlock_unlock(&world.lock);
}

static void
check_basic(const char *text, struct verdict *v)
{
	const struct account *a;
	struct sb b = { 0 };
	char *colon;
	bool right, quiet;

	v->what = "malformed";
	if (sb_unb64(&b, text, strlen(text)) < 0)
		goto out;
	sb_ch(&b, 0);
	colon = strchr(b.p, ':');
	if (colon == NULL)
		goto out;
	*colon = 0;
	v->name = sb_xstrdup(b.p);
	pthread_rwlock_rdlock(&world.lock);
	a = account_find(b.p);
	right = a != NULL && strcmp(a->password, colon + 1) == 0;
	/* each request carries it: nothing changes, so nothing is locked */
	quiet = right && !a->locked && a->row == 0;
	pthread_rwlock_unlock(&world.lock);
	if (quiet) {
		v->account = a;
		v->what = "ok";
	} else {
		judge(v, right, true);
	}
out:
	sb_free(&b);
}

static void
finish_ntlm(struct login *l, const struct sb *token, struct verdict *v)
{
	struct ntlm *handshake = l->handshake;
	struct ntlm_result r;

	l->handshake = NULL;
	if (handshake == NULL) {
		v->what = "stray";
		return;
	}
	if (ntlm_finish(handshake, token, &r) < 0) {
		v->what = "malformed";
		return;
	}
	v->name = r.name;
	v->bound = r.bound;
	judge(v, r.right, ntlm_admits(&r));
	if (v->account == NULL)
		return;
	l->name = sb_xstrdup(v->name);
	l->bound = v->bound;
}

static void
check_ntlm(struct login *l, const char *text, struct verdict *v)
{
	struct sb token = { 0 }, type2 = { 0 };
	int type;

	v->what = "malformed";
	type =
	    sb_unb64(&token, text, strlen(text)) == 0 ? ntlm_type(&token) : 0;
	free(l->name);
	l->name = NULL;
	if (type == 1) {
		ntlm_abandon(l->handshake);
		pthread_rwlock_rdlock(&world.lock);
		l->handshake = ntlm_start(&token, &type2);
		pthread_rwlock_unlock(&world.lock);
		if (l->handshake != NULL) {
			SB_LIT(&v->challenge, "NTLM ");
			sb_b64(&v->challenge, type2.p, type2.n);
			v->what = "challenge";
		}
	} else if (type == 3) {
		finish_ntlm(l, &token, v);
	}
	sb_free(&token);
	sb_free(&type2);
}

static void
check_kept(const struct login *l, struct verdict *v)
{
	v->what = "none";
	if (l->name == NULL)
		return;
	v->scheme = "ntlm";
	v->what = "kept";
	v->name = sb_xstrdup(l->name);
	v->bound = l->bound;
	pthread_rwlock_rdlock(&world.lock);
	v->account = account_find(l->name);
	pthread_rwlock_unlock(&world.lock);
}

/* What stands behind the scheme's name; its name goes to v. */
static const char *
read_scheme(const char *field, struct verdict *v, unsigned *bit)
{
	size_t i, n = strcspn(field, " ");

	*bit = 0;
	v->scheme = "?";
	for (i = 0; i < N_SCHEMES; i++)
		if (strlen(SCHEME[i].name) == n &&
		    strncasecmp(field, SCHEME[i].name, n) == 0) {
			*bit = SCHEME[i].bit;
			v->scheme = SCHEME[i].name;
		}
	return field + n + strspn(field + n, " ");
}

void
auth_check(struct login *l, const char *field, struct verdict *v)
{
	const char *rest;
	unsigned bit = 0;

	*v = (struct verdict){ .scheme = "" };
	if (field == NULL) {
		ntlm_abandon(l->handshake);
		l->handshake = NULL;
		check_kept(l, v);
		return;
	}
	rest = read_scheme(field, v, &bit);
	if (bit != AUTH_NTLM || (auth_schemes & bit) == 0)
		login_free(l);
	v->what = "refused";
	if ((auth_schemes & bit) == 0)
		return;
	if (bit == AUTH_BASIC)
		check_basic(rest, v);
	else if (bit == AUTH_NTLM)
		check_ntlm(l, rest, v);
	else if (bit == AUTH_BEARER)
		bearer_check(rest, v);
}

void
verdict_free(struct verdict *v)
{
	free(v->name);
	sb_free(&v->challenge);
	sb_free(&v->diagnostics);
	sb_free(&v->permissions);
	v->name = NULL;
}

void
auth_challenges(const struct verdict *v,
    void (*add)(void *arg, const char *value), void *arg)
{
	struct sb bearer = { 0 };

	if (v->challenge.n > 0) {
		add(arg, v->challenge.p);
		return;
	}
	if ((auth_schemes & AUTH_BEARER) != 0) {
		bearer_challenge(&bearer, v->bad_token);
		add(arg, bearer.p);
		sb_free(&bearer);
	}
	if ((auth_schemes & AUTH_NEGOTIATE) != 0)
		add(arg, "Negotiate");
	if ((auth_schemes & AUTH_NTLM) != 0)
		add(arg, "NTLM");
	if ((auth_schemes & AUTH_BASIC) != 0)
		add(arg, "Basic realm=\"localhost\"");
}
