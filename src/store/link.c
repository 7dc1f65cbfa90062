/*
 * link.c - when two links lead to the same place.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "store/link.h"

/* The host in http://host/...; n 0: the link has none. */
static struct fold_link
link_host(const struct fold_link *l)
{
	struct fold_link h = { l->s, 0 };
	size_t skip;

	if (l->n > 8 && str_ieqn(l->s, "https://", 8))
		skip = 8;
	else if (l->n > 7 && str_ieqn(l->s, "http://", 7))
		skip = 7;
	else
		return h;
	h.s += skip;
	while (skip + h.n < l->n && strchr("/?#:", h.s[h.n]) == NULL)
		h.n++;
	return h;
}

static bool
link_holds(const struct fold_link *l, const struct fold_link *what)
{
	char *in, *s;
	bool found;

	if (what->n == 0 || what->n > l->n)
		return false;
	in = str_lower(mem_strndup(l->s, l->n));
	s = str_lower(mem_strndup(what->s, what->n));
	found = strstr(in, s) != NULL;
	free(in);
	free(s);
	return found;
}

bool
link_same(const struct fold_link *a, const struct fold_link *b)
{
	struct fold_link x = link_host(a), y = link_host(b);
	size_t n = a->n, m = b->n;

	while (n > 0 && a->s[n - 1] == '/')
		n--;
	while (m > 0 && b->s[m - 1] == '/')
		m--;
	if (n == m && memcmp(a->s, b->s, n) == 0)
		return true;
	if (x.n == 0 || y.n == 0 || (x.n == y.n && str_ieqn(x.s, y.s, x.n)))
		return false;
	return link_holds(b, &x) || link_holds(a, &y);
}
