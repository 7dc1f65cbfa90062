/*
 * xmlspace.c - which prefixes of a document stand for a foreign namespace.
 * 1. The innermost declaration of a prefix is found first.
 * 2. What is kept, and the work for a name, is bounded.
 * 3. expat could do this, but then it refuses a prefix that is not declared,
 *    and builds a longer name for each element.
 */
#include <string.h>

#include "fmt/xmlspace.h"

/* The prefix that the attribute declares, or NULL: it declares none. */
static const char *
declared_prefix(const char *attr)
{
	if (attr[0] != 'x' || strncmp(attr, "xmlns", 5) != 0)
		return NULL;
	return attr[5] == ':' ? attr + 6 : attr[5] == '\0' ? attr + 5 : NULL;
}

/* The names that the declaration may make foreign. */
static uint64_t
suspects_of(const struct xmlspace_prefix *p)
{
	if (!p->foreign)
		return 0;
	return p->len == 0 ? UINT64_MAX : UINT64_C(1) << (p->name[0] & 63);
}

int
xmlspace_declare(struct xmlspace *s, int depth, const char **atts)
{
	for (; *atts != NULL; atts += 2) {
		const char *name = declared_prefix(atts[0]);
		struct xmlspace_prefix *p = &s->v[s->n];
		size_t len;

		if (name == NULL)
			continue;
		len = strlen(name);
		if (s->n == XMLSPACE_PREFIXES || len >= XMLSPACE_NAME)
			return -1;
		p->depth = depth;
		/* "" takes a declaration back */
		p->foreign = atts[1][0] != '\0' && !s->ours(atts[1]);
		p->len = len;
		memcpy(p->name, name, len + 1);
		s->suspects |= suspects_of(p);
		s->n++;
		s->depth = depth;
	}
	return 0;
}

void
xmlspace_forget(struct xmlspace *s, int depth)
{
	size_t i;

	while (s->n > 0 && s->v[s->n - 1].depth == depth)
		s->n--;
	s->suspects = 0;
	for (i = 0; i < s->n; i++)
		s->suspects |= suspects_of(&s->v[i]);
	s->depth = s->n > 0 ? s->v[s->n - 1].depth : 0;
}

bool
xmlspace_search(const struct xmlspace *s, const char *name, size_t len)
{
	size_t i;

	for (i = s->n; i-- > 0;) {
		const struct xmlspace_prefix *p = &s->v[i];

		if (p->len == len && memcmp(p->name, name, len) == 0)
			return p->foreign;
	}
	return false;
}
