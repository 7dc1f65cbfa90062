/*
 * xmlspace.h - which prefixes of a document stand for a namespace of somebody
 * else (Namespaces in XML 1.0). Inside of fmt/xml only.
 * Floor: fmt.
 * Threads: a struct xmlspace belongs to one thread.
 */
#ifndef FMT_XMLSPACE_H
#define FMT_XMLSPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define XMLSPACE_PREFIXES 64 /* declared at the same time, at most */
#define XMLSPACE_NAME     64 /* of one, with the NUL */

/* A zeroed one with ours is ready; all other fields are private. */
struct xmlspace {
	/* Is the namespace ours? NULL: namespaces do not count. */
	bool (*ours)(const char *uri);
	/*
	 * A bit for each first letter, modulo 64, of a name that may be
	 * foreign: hardly a name in an answer is, and then nothing is searched.
	 */
	uint64_t suspects;
	size_t n;
	int depth; /* of the element that the innermost one stands at, or 0 */
	struct xmlspace_prefix {
		int depth;
		bool foreign;
		size_t len;
		char name[XMLSPACE_NAME]; /* "": the default namespace */
	} v[XMLSPACE_PREFIXES];
};

/* Only for the functions below, which are called for every element. */
int xmlspace_declare(struct xmlspace *, int depth, const char **atts);
void xmlspace_forget(struct xmlspace *, int depth);
bool xmlspace_search(const struct xmlspace *, const char *name, size_t len);

/*
 * An element begins at that depth, from 1; atts are its attributes, name and
 * value in turn up to a NULL. -1: it declares too many prefixes, or too long a
 * one.
 */
static inline int
xmlspace_enter(struct xmlspace *s, int depth, const char **atts)
{
	if (*atts == NULL || s->ours == NULL)
		return 0;
	return xmlspace_declare(s, depth, atts);
}

/* It ends. */
static inline void
xmlspace_leave(struct xmlspace *s, int depth)
{
	if (s->depth == depth)
		xmlspace_forget(s, depth);
}

/*
 * Is the name of an element, which begins with a prefix of len bytes (0: it has
 * none), in a namespace that is not ours? A prefix that is not declared is not
 * foreign, nor is a name without a namespace.
 */
static inline bool
xmlspace_foreign(const struct xmlspace *s, const char *name, size_t len)
{
	return (s->suspects >> (name[0] & 63) & 1) != 0 &&
	       xmlspace_search(s, name, len);
}

#endif
