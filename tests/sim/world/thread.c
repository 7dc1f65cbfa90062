/*
 * thread.c - conversations: by the first mail that a mail refers to, else by
 * its topic.
 */
#include "world/thread.h"

#include <string.h>

#include "base/hash.h"

const char *
thread_topic(const struct mail *m)
{
	const char *s = m->subject != NULL ? m->subject : "", *colon;

	while ((colon = strchr(s, ':')) != NULL && colon - s >= 1 &&
	       colon - s <= 3 && colon[1] == ' ')
		s = colon + 2;
	return s;
}

uint64_t
thread_hash(const struct mail *m)
{
	const char *root = m->references;

	if (root != NULL && *root == '<') {
		const char *end = strchr(root, '>');

		if (end != NULL)
			return hash_bytes(root, (size_t)(end - root) + 1);
	}
	if (m->in_reply_to != NULL)
		return hash_bytes(m->in_reply_to, strlen(m->in_reply_to));
	if (m->message_id != NULL)
		return hash_bytes(m->message_id, strlen(m->message_id));
	return hash_str(thread_topic(m));
}
