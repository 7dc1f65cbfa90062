/*
 * want.c - what a pass is restricted to, as table sync_run holds it.
 * 1. The words are those that files have: with others, passes before an update
 *    of exsync would not count as having the same restriction.
 * 2. Mailboxes stand first, so the first word tells the kind.
 */
#include <string.h>

#include "base/buf.h"
#include "store/want.h"

#define TEXT_MAX ((size_t)1 << 20)
#define MAILBOX  "--mailbox "
#define PROFILE  "--profile "

char *
store_want_text(const struct store_want *want)
{
	struct buf b;
	size_t i;

	buf_init(&b, TEXT_MAX);
	for (i = 0; i < want->nmailbox; i++)
		buf_addf(
		    &b, "%s" MAILBOX "%s", i > 0 ? " " : "", want->mailbox[i]);
	if (want->profile != NULL)
		buf_addf(
		    &b, "%s" PROFILE "%s", i > 0 ? " " : "", want->profile);
	return b.len == 0 ? NULL : buf_take(&b);
}

struct store_wanted
store_want_read(const char *text)
{
	struct store_wanted w = { WANT_ALL, NULL, text };

	if (text == NULL)
		return w;
	w.kind = WANT_PROFILE;
	if (strncmp(text, MAILBOX, strlen(MAILBOX)) == 0)
		w.kind = WANT_MAILBOXES;
	else if (strncmp(text, PROFILE, strlen(PROFILE)) == 0)
		w.profile = text + strlen(PROFILE);
	return w;
}

bool
store_want_names(const struct store_wanted *w, const char *mailbox)
{
	size_t n = strlen(mailbox);
	const char *at = w->text;

	if (w->kind != WANT_MAILBOXES)
		return false;
	while ((at = strstr(at, MAILBOX)) != NULL) {
		at += strlen(MAILBOX);
		if (strncmp(at, mailbox, n) == 0 &&
		    (at[n] == '\0' || at[n] == ' '))
			return true;
	}
	return false;
}
