/*
 * tally.c - the counts of a pass.
 */
#include "sync/work.h"

void
tally_add(struct tally *t, const struct store_count *c, int64_t seen)
{
	struct store_count *s = &t->count.store;

	pthread_mutex_lock(&t->lock);
	s->emails += c->emails;
	s->copies += c->copies;
	s->skipped += c->skipped;
	s->failed += c->failed;
	s->removed += c->removed;
	s->updated += c->updated;
	s->attachments += c->attachments;
	t->count.seen += seen;
	pthread_mutex_unlock(&t->lock);
}

void
tally_mailbox(struct tally *t, enum tally_as as)
{
	pthread_mutex_lock(&t->lock);
	t->count.mailboxes_done++;
	t->count.mailboxes_failed += as == TALLY_FAILED;
	t->count.mailboxes_interrupted += as == TALLY_INTERRUPTED;
	pthread_mutex_unlock(&t->lock);
}

void
tally_usage(struct tally *t, int64_t requests, int64_t bytes)
{
	pthread_mutex_lock(&t->lock);
	t->count.requests += requests;
	t->count.bytes += bytes;
	pthread_mutex_unlock(&t->lock);
}

void
tally_get(struct tally *t, struct pass_counts *out)
{
	pthread_mutex_lock(&t->lock);
	*out = t->count;
	pthread_mutex_unlock(&t->lock);
}
