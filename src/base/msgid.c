/*
 * msgid.c - the message ids in a References or In-Reply-To header.
 */
#include <string.h>

#include "base/msgid.h"
#include "base/str.h"

struct msgid_walk
msgid_begin(const char *header)
{
	return (struct msgid_walk){ str_nn(header),
		header != NULL && strchr(header, '<') == NULL };
}

bool
msgid_next(struct msgid_walk *w, const char **id, size_t *n)
{
	if (w->bare) {
		*id = w->at + strspn(w->at, STR_WHITE);
		*n = strcspn(*id, STR_WHITE);
		w->at = *id + *n;
		return *n > 0;
	}
	if ((*id = strchr(w->at, '<')) == NULL)
		return false;
	*n = strcspn(*id + 1, "<>") + 1;
	w->at = *id + *n;
	*n = *w->at == '>' ? *n + 1 : 0;
	return true;
}
