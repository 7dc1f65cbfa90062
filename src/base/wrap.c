/*
 * wrap.c - text in the 80 columns of a terminal.
 */
#include <string.h>

#include "base/wrap.h"

size_t
wrap_columns(const char *s, size_t n)
{
	size_t i, cols = 0;

	for (i = 0; i < n; i++)
		cols += ((unsigned char)s[i] & 0xc0) != 0x80;
	return cols;
}

void
wrap_put(FILE *out, const char *first, const char *rest, const char *text)
{
	const char *lead = first;
	size_t col = 0, n, w;

	while (*text != '\0') {
		n = strcspn(text, " ");
		w = wrap_columns(text, n);
		if (col > 0 && col + 1 + w > WRAP_WIDTH) {
			fputc('\n', out);
			lead = rest;
			col = 0;
		}
		fprintf(out, "%s%.*s", col == 0 ? lead : " ", (int)n, text);
		col += w + (col == 0 ? wrap_columns(lead, strlen(lead)) : 1);
		text += n + (text[n] == ' ');
	}
	fputc('\n', out);
}
