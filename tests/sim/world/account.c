/*
 * account.c - accounts by their keys, and what is counted about them.
 */
#include "world/account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

static char *netbios, *dns; /* lower case */
static unsigned long logins, wrong_logins, unknown_logins;

static char *
lower(const char *text)
{
	char *low = g_utf8_validate(text, -1, NULL) ? g_utf8_strdown(text, -1)
						    : g_ascii_strdown(text, -1);
	char *mine = sb_xstrdup(low);

	g_free(low);
	return mine;
}

void
account_domain(const char *nb, const char *name)
{
	free(netbios);
	free(dns);
	netbios = lower(nb);
	dns = lower(name);
	free(world.netbios);
	free(world.dns);
	world.netbios = sb_xstrdup(nb);
	world.dns = sb_xstrdup(name);
}

static bool
own_domain(const char *text, size_t n)
{
	return (n == strlen(netbios) && memcmp(text, netbios, n) == 0) ||
	       (n == strlen(dns) && memcmp(text, dns, n) == 0);
}

char *
account_key(const char *name)
{
	char *key = lower(name), *user, *at;

	user = strchr(key, '\\');
	at = strrchr(key, '@');
	if (user != NULL &&
	    (own_domain(key, (size_t)(user - key)) || user == key))
		memmove(key, user + 1, strlen(user));
	else if (user == NULL && at != NULL &&
		 own_domain(at + 1, strlen(at + 1)))
		*at = 0;
	return key;
}

struct account *
account_find(const char *name)
{
	char *key = account_key(name);
	struct account *a;

	for (a = world.accounts; a != NULL; a = a->next)
		if (strcmp(a->key, key) == 0)
			break;
	free(key);
	return a;
}

void
account_add(const char *name, const char *password, bool impersonate)
{
	struct account *a = account_find(name);

	if (a == NULL) {
		a = sb_xmalloc(sizeof(*a));
		a->name = sb_xstrdup(name);
		a->key = account_key(name);
		a->next = world.accounts;
		world.accounts = a;
	}
	free(a->password);
	a->password = sb_xstrdup(password);
	a->impersonate = impersonate;
	a->locked = false;
	a->row = 0;
	world.accounts_version++;
}

void
account_wrong(const char *name)
{
	struct account *a = account_find(name);

	logins++;
	wrong_logins++;
	if (a == NULL) {
		unknown_logins++;
		return;
	}
	a->wrong++;
	if (a->row > 0 && world.lockout_seconds > 0 &&
	    world_now() - a->wrong_at >= world.lockout_seconds)
		a->row = 0;
	a->row++;
	a->wrong_at = world_now();
	if (world.lockout == 0 || a->row < world.lockout || a->locked)
		return;
	a->locked = a->was_locked = true;
	fprintf(stderr,
	    "exsim: the account %s is locked: %u wrong passwords in a row\n",
	    a->name, a->row);
}

void
account_right(struct account *a)
{
	logins++;
	a->row = 0;
}

unsigned
account_locked(void)
{
	struct account *a;
	unsigned n = 0;

	for (a = world.accounts; a != NULL; a = a->next)
		n += a->was_locked;
	return n;
}

void
account_stats(struct sb *b)
{
	struct account *a;
	bool first = true;

	sb_fmt(b,
	    "\"logins\":%lu,\"wrong_logins\":%lu,\"unknown_accounts\":%lu,"
	    "\"wrong\":{",
	    logins, wrong_logins, unknown_logins);
	for (a = world.accounts; a != NULL; a = a->next) {
		if (a->wrong == 0)
			continue;
		sb_str(b, first ? "" : ",");
		first = false;
		sb_json(b, a->name);
		sb_fmt(b, ":%u", a->wrong);
	}
	SB_LIT(b, "},\"locked\":[");
	for (first = true, a = world.accounts; a != NULL; a = a->next) {
		if (!a->was_locked)
			continue;
		sb_str(b, first ? "" : ",");
		first = false;
		sb_json(b, a->name);
	}
	SB_LIT(b, "]");
}

void
account_free(void)
{
	struct account *a;

	while ((a = world.accounts) != NULL) {
		world.accounts = a->next;
		free(a->name);
		free(a->key);
		free(a->password);
		free(a);
	}
	free(netbios);
	free(dns);
	free(world.netbios);
	free(world.dns);
}
