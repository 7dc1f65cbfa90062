/*
 * words.c - a command line in words.
 * 1. Whatever a shell would do besides splitting is refused, never ignored:
 *    otherwise it would show only at the first alert that a pipe was taken for
 *    an argument.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/vec.h"
#include "os/words.h"

/* Takes one word from *p on to out; false: err is set. */
static bool
take_word(const char **p, struct buf *out, struct err *err)
{
	const char *s;
	char quote = '\0';

	for (s = *p; *s != '\0'; s++) {
		if (quote == '\0' && (*s == ' ' || *s == '\t'))
			break;
		if (*s == quote)
			quote = '\0';
		else if (quote == '\0' && (*s == '\'' || *s == '"'))
			quote = *s;
		else if (quote != '\'' && *s == '\\' && s[1] != '\0' &&
			 (quote == '\0' || strchr("\"\\$`", s[1]) != NULL))
			buf_addc(out, *++s);
		else if (quote != '\'' &&
			 strchr(quote == '"' ? "$`" : "|&;<>()$`", *s) !=
			     NULL) {
			err_set(err, ERR_CONFIG,
			    "%c is for a shell, and there is none here: write "
			    "a script, and its name here (or quote: '%c')",
			    *s, *s);
			return false;
		} else
			buf_addc(out, *s);
	}
	*p = s;
	if (quote == '\0')
		return true;
	err_set(err, ERR_CONFIG,
	    "a %c is not closed: write another one at "
	    "the end of the argument",
	    quote);
	return false;
}

char **
words_split(const char *command, struct err *err)
{
	const char *p = command;
	char **v = NULL;
	size_t n = 0;
	struct buf b;
	bool ok = true;

	buf_init(&b, strlen(command) + 1);
	for (;;) {
		p += strspn(p, " \t");
		if (*p == '\0')
			break;
		buf_reset(&b);
		if (!(ok = take_word(&p, &b, err)))
			break;
		*VEC_ADD(v, n) = mem_strdup(buf_str(&b));
	}
	buf_free(&b);
	if (ok && n == 0) {
		err_set(err, ERR_CONFIG, "names no program");
		ok = false;
	}
	*VEC_ADD(v, n) = NULL;
	if (ok)
		return v;
	words_free(v);
	return NULL;
}

void
words_free(char **v)
{
	size_t i;

	for (i = 0; v != NULL && v[i] != NULL; i++)
		free(v[i]);
	free((void *)v);
}
