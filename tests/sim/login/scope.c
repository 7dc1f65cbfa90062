/*
 * scope.c - splits the scope parameter.
 */
#include "login/scope.h"

#include <stdlib.h>
#include <string.h>

#include "login/app.h"
#include "login/loginoption.h"

#define GRAPH "https://graph.microsoft.com"

/* Does the directory know an API of that name? */
static bool
known(const char *resource)
{
	static const char *const KNOWN[] = { "https://outlook.office365.com",
		"https://outlook.office.com", GRAPH };
	const char *own = login_option.audience;
	size_t i, n = strlen(resource);

	for (i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++)
		if (strcmp(KNOWN[i], resource) == 0)
			return true;
	return own != NULL && strncmp(own, resource, n) == 0 &&
	       strspn(own + n, "/") == strlen(own + n);
}

static int
add_permission(struct scope *s, const char *word)
{
	const char *slash = strrchr(word, '/');
	struct sb resource = { 0 };
	int code = 0;

	if (slash != NULL && strncmp(word, "https://", 8) == 0)
		sb_add(&resource, word, (size_t)(slash - word));
	else
		SB_LIT(&resource, GRAPH);
	if (s->resource.n > 0 && strcmp(s->resource.p, resource.p) != 0)
		code = 28000;
	else if (!known(resource.p))
		code = 500011;
	if (code == 0 && s->resource.n == 0)
		sb_str(&s->resource, resource.p);
	if (s->names.n > 0) {
		sb_ch(&s->names, ' ');
		sb_ch(&s->granted, ' ');
	}
	sb_str(&s->names, slash != NULL ? slash + 1 : word);
	sb_str(&s->granted, word);
	sb_free(&resource);
	return code;
}

int
scope_read(struct scope *s, const char *text)
{
	char *copy = sb_xstrdup(text), *save = NULL, *word;
	int code = 0;

	for (word = strtok_r(copy, " ", &save); word != NULL && code == 0;
	     word = strtok_r(NULL, " ", &save)) {
		if (strcmp(word, "offline_access") == 0)
			s->offline = true;
		else if (strcmp(word, "openid") == 0)
			s->openid = true;
		else if (strcmp(word, "profile") != 0 &&
			 strcmp(word, "email") != 0)
			code = add_permission(s, word);
	}
	free(copy);
	if (code == 0 && s->resource.n == 0)
		SB_LIT(&s->resource, GRAPH);
	return code;
}

int
scope_read_default(struct scope *s, const char *text)
{
	size_t n = strlen(text);

	if (strchr(text, ' ') != NULL || n < 10 ||
	    strcmp(text + n - 9, "/.default") != 0)
		return 1002012;
	sb_add(&s->resource, text, n - 9);
	return known(s->resource.p) ? 0 : 500011;
}

bool
scope_consented(const struct scope *s, const char *list)
{
	const char *p = s->names.p != NULL ? s->names.p : "";
	size_t n;

	for (; list != NULL && *p != 0; p += n + (p[n] == ' ')) {
		n = strcspn(p, " ");
		if (!app_listed(list, p, n) && strncmp(p, ".default", n) != 0)
			return false;
	}
	return true;
}

void
scope_free(struct scope *s)
{
	sb_free(&s->resource);
	sb_free(&s->names);
	sb_free(&s->granted);
}
