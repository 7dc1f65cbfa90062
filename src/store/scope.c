/*
 * scope.c - what an alert, or a login that waits, is about.
 */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "store/scope.h"

static const char *const before[] = {
	[OF_EXSYNC] = "exsync",
	[OF_PROFILE] = "profile ",
	[OF_MAILBOX] = "mailbox ",
	[OF_PROXY] = "proxy of ",
	[OF_ACCESS] = "access ",
	[OF_FOLDER] = "access ",
	[OF_OTHER] = "",
};

char *
store_scope_text(const struct store_scope *s, char *out)
{
	int n = snprintf(out, STORE_SCOPE_TEXT, "%s%.560s", before[s->kind],
	    s->kind == OF_EXSYNC ? "" : str_nn(s->name));

	if (s->kind == OF_FOLDER)
		snprintf(out + n, STORE_SCOPE_TEXT - (size_t)n, " folder %lld",
		    (long long)s->folder);
	return out;
}

struct store_scope
store_scope_read(const char *text)
{
	static const enum store_scope_kind kind[] = { OF_PROFILE, OF_MAILBOX,
		OF_PROXY };
	struct store_scope s = { OF_OTHER, text, 0 };
	size_t i;

	if (strcmp(text, before[OF_EXSYNC]) == 0)
		return (struct store_scope){ OF_EXSYNC, NULL, 0 };
	for (i = 0; i < sizeof(kind) / sizeof(kind[0]); i++) {
		size_t n = strlen(before[kind[i]]);

		if (strncmp(text, before[kind[i]], n) != 0)
			continue;
		s.kind = kind[i];
		s.name = text + n;
		break;
	}
	return s;
}

bool
store_scope_is(
    const struct store_scope *s, enum store_scope_kind kind, const char *name)
{
	return s->kind == kind && (name == NULL || str_eq(s->name, name));
}
