/*
 * json.c - pieces of JSON (RFC 8259).
 */
#include <string.h>

#include "base/tim.h"
#include "base/utf8.h"
#include "cmd/json.h"

static bool
is_plain(uint32_t c)
{
	return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && c != 0x61c &&
	       !(c >= 0x200b && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e) &&
	       !(c >= 0x2066 && c <= 0x2069) && c != 0xfeff;
}

void
json_string(FILE *out, const char *s)
{
	size_t n = s == NULL ? 0 : strlen(s), len;
	uint32_t c;

	if (s == NULL) {
		fputs("null", out);
		return;
	}
	fputc('"', out);
	for (; n > 0; s += len, n -= len) {
		len = utf8_next(s, n, &c);
		if (len == 0) {
			len = 1;
			fputs("\\ufffd", out);
		} else if (c == '"' || c == '\\')
			fprintf(out, "\\%c", (char)c);
		else if (!is_plain(c))
			fprintf(out, "\\u%04x", (unsigned)c);
		else
			fwrite(s, 1, len, out);
	}
	fputc('"', out);
}

void
json_name(FILE *out, const char *name, bool first)
{
	if (!first)
		fputc(',', out);
	json_string(out, name);
	fputc(':', out);
}

void
json_text(FILE *out, const char *name, const char *value)
{
	json_name(out, name, false);
	json_string(out, value);
}

void
json_int(FILE *out, const char *name, int64_t value)
{
	json_name(out, name, false);
	fprintf(out, "%lld", (long long)value);
}

void
json_bool(FILE *out, const char *name, bool value)
{
	json_name(out, name, false);
	fputs(value ? "true" : "false", out);
}

void
json_time(FILE *out, const char *name, int64_t t)
{
	char text[TIM_TEXT];

	json_text(out, name, tim_text(t, text));
}
