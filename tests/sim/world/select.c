/*
 * select.c - items by Message-ID, subject or place.
 */
#include "world/select.h"

#include <stdlib.h>
#include <string.h>

#include "world/folder.h"
#include "world/item.h"

static struct item *
nth(struct mailbox *mb, const char *spec)
{
	const char *colon = strrchr(spec, ':');
	char *path;
	struct folder *f;
	size_t n;

	if (colon == NULL)
		return NULL;
	path = strndup(spec, (size_t)(colon - spec));
	f = folder_find(mb, path, false);
	free(path);
	n = (size_t)atol(colon + 1);
	return f != NULL && n < f->n_items ? f->items[n] : NULL;
}

/* With its <> or without. */
static bool
same_message_id(const char *id, const char *want)
{
	size_t n = strlen(id);

	if (strcmp(id, want) == 0)
		return true;
	return n > 2 && *id == '<' && strlen(want) == n - 2 &&
	       strncmp(id + 1, want, n - 2) == 0;
}

bool
select_is(const struct item *it, const char *selector)
{
	struct mail tmp = { 0 };
	const struct mail *m = item_mail(it, &tmp, 0);
	bool yes = false;

	if (strncmp(selector, "subject:", 8) == 0)
		yes = m->subject && strcmp(m->subject, selector + 8) == 0;
	else if (strncmp(selector, "mid:", 4) == 0 && m->message_id != NULL)
		yes = same_message_id(m->message_id, selector + 4);
	else if (strncmp(selector, "nth:", 4) == 0)
		yes = nth(it->folder->mailbox, selector + 4) == it;
	arena_free(&tmp.a);
	return yes;
}

struct item *
select_item(struct mailbox *mb, const char *selector)
{
	struct folder *f;
	size_t at = 0, i;

	if (strncmp(selector, "nth:", 4) == 0)
		return nth(mb, selector + 4);
	while ((f = folder_next(mb, &at)) != NULL)
		for (i = 0; i < f->n_items; i++)
			if (select_is(f->items[i], selector))
				return f->items[i];
	return NULL;
}
