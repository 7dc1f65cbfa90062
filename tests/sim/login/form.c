/*
 * form.c - splits and decodes a form, strictly.
 */
#include "login/form.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/sb.h"

/* NULL: a % that nothing stands behind, or a byte that must be escaped. */
static char *
decoded(const char *p, size_t n)
{
	char *out = sb_xmalloc(n + 1), digits[3] = { 0 };
	size_t i, o = 0;

	for (i = 0; i < n; i++) {
		if (p[i] != '%') {
			if ((unsigned char)p[i] <= ' ' || (p[i] & 0x80) != 0)
				break;
			out[o++] = (char)(p[i] == '+' ? ' ' : p[i]);
			continue;
		}
		if (i + 2 >= n || !isxdigit((unsigned char)p[i + 1]) ||
		    !isxdigit((unsigned char)p[i + 2]))
			break;
		memcpy(digits, p + i + 1, 2);
		out[o] = (char)strtol(digits, NULL, 16);
		if (out[o++] == 0)
			break;
		i += 2;
	}
	out[o] = 0;
	if (i == n)
		return out;
	free(out);
	return NULL;
}

static bool
add_field(struct form *f, const char *p, size_t n)
{
	const char *eq = memchr(p, '=', n);
	char *name, *value;

	if (eq == NULL || f->n == FORM_FIELDS)
		return false;
	name = decoded(p, (size_t)(eq - p));
	value = decoded(eq + 1, n - (size_t)(eq - p) - 1);
	if (name == NULL || value == NULL) {
		free(name);
		free(value);
		return false;
	}
	if (form_get(f, name) != NULL)
		f->twice = name;
	f->field[f->n].name = name;
	f->field[f->n++].value = value;
	return true;
}

bool
form_read(struct form *f, const char *body, size_t len)
{
	const char *end = body + len, *amp;

	memset(f, 0, sizeof(*f));
	while (body < end) {
		amp = memchr(body, '&', (size_t)(end - body));
		if (amp == NULL)
			amp = end;
		if (!add_field(f, body, (size_t)(amp - body)))
			return false;
		body = amp + 1;
	}
	return true;
}

void
form_free(struct form *f)
{
	int i;

	for (i = 0; i < f->n; i++) {
		free(f->field[i].name);
		free(f->field[i].value);
	}
	f->n = 0;
}

const char *
form_get(const struct form *f, const char *name)
{
	int i;

	for (i = 0; i < f->n; i++)
		if (strcmp(f->field[i].name, name) == 0)
			return *f->field[i].value != 0 ? f->field[i].value
						       : NULL;
	return NULL;
}
