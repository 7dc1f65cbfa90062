/*
 * jsonwrite.c - writes JSON.
 * 1. Every value begins with begin_value, which checks that one may stand here
 *    and puts what belongs before it.
 * 2. What does not fit is left out, so out->over decides at the end.
 */
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "base/log.h"
#include "base/tim.h"
#include "base/utf8.h"
#include "fmt/jsonwrite.h"

/* A mistake in the program: better no JSON than another than was meant. */
static void
must_be(bool right, const char *what)
{
	if (right)
		return;
	log_error("JSON is written wrongly: %s", what);
	abort();
}

static struct jsonwrite_level *
innermost(struct jsonwrite *w)
{
	return &w->level[w->depth];
}

void
jsonwrite_open(struct jsonwrite *w, struct buf *out)
{
	memset(w, 0, sizeof(*w));
	w->out = out;
	w->from = out->len;
}

int
jsonwrite_close(struct jsonwrite *w)
{
	must_be(w->depth == 0 && w->level[0].more, "it is not complete");
	if (!w->out->over)
		return 0;
	if (w->out->len > w->from) {
		w->out->len = w->from;
		w->out->data[w->from] = '\0';
	}
	return -1;
}

/* --- strings ------------------------------------------------------------ */

static bool
is_plain(uint32_t c)
{
	return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && c != 0x61c &&
	       !(c >= 0x200b && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e) &&
	       !(c >= 0x2066 && c <= 0x2069) && c != 0xfeff && c != '"' &&
	       c != '\\';
}

static void
add_string(struct buf *out, const char *s)
{
	size_t n = strlen(s), run = 0, len;
	uint32_t c;

	buf_addc(out, '"');
	while (run < n) {
		len = utf8_next(s + run, n - run, &c);
		if (len > 0 && is_plain(c)) {
			run += len;
			continue;
		}
		buf_add(out, s, run);
		if (len == 0)
			buf_adds(out, "\\ufffd");
		else if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", (char)c);
		else
			buf_addf(out, "\\u%04x", (unsigned)c);
		run += len == 0 ? 1 : len;
		s += run;
		n -= run;
		run = 0;
	}
	buf_add(out, s, n);
	buf_addc(out, '"');
}

/* --- values ------------------------------------------------------------- */

static void
begin_value(struct jsonwrite *w, const char *name)
{
	struct jsonwrite_level *l = innermost(w);

	must_be(l->end != '"', "a value inside of base64");
	must_be((l->end == '}') == (name != NULL),
	    name != NULL ? name : "a member without a name");
	must_be(w->depth > 0 || !l->more, "a second value");
	if (l->more)
		buf_addc(w->out, ',');
	l->more = true;
	if (w->line)
		buf_addc(w->out, '\n');
	w->line = false;
	if (name != NULL) {
		add_string(w->out, name);
		buf_addc(w->out, ':');
	}
}

static void
open_level(struct jsonwrite *w, const char *name, char begin, char end)
{
	begin_value(w, name);
	must_be(w->depth < JSONWRITE_DEPTH + (end == '"'), "too deep");
	w->level[++w->depth] = (struct jsonwrite_level){ end, false };
	buf_addc(w->out, begin);
}

void
jsonwrite_object(struct jsonwrite *w, const char *name)
{
	open_level(w, name, '{', '}');
}

void
jsonwrite_array(struct jsonwrite *w, const char *name)
{
	open_level(w, name, '[', ']');
}

void
jsonwrite_base64(struct jsonwrite *w, const char *name)
{
	open_level(w, name, '"', '"');
	w->nrest = 0;
}

void
jsonwrite_bytes(struct jsonwrite *w, const void *data, size_t n)
{
	const unsigned char *p = data;
	size_t whole;

	must_be(innermost(w)->end == '"', "bytes outside of base64");
	for (; n > 0 && w->nrest > 0 && w->nrest < 3; n--)
		w->rest[w->nrest++] = *p++;
	if (w->nrest == 3) {
		enc_base64(w->out, w->rest, 3);
		w->nrest = 0;
	}
	if (n == 0)
		return;
	whole = n / 3 * 3;
	enc_base64(w->out, p, whole);
	for (p += whole, n -= whole; n > 0; n--)
		w->rest[w->nrest++] = *p++;
}

void
jsonwrite_end(struct jsonwrite *w)
{
	char end = innermost(w)->end;

	must_be(w->depth > 0, "an end without a begin");
	if (end == '"')
		enc_base64(w->out, w->rest, w->nrest);
	buf_addc(w->out, end);
	w->line = false;
	w->depth--;
}

void
jsonwrite_text(struct jsonwrite *w, const char *name, const char *s)
{
	begin_value(w, name);
	if (s == NULL)
		buf_adds(w->out, "null");
	else
		add_string(w->out, s);
}

void
jsonwrite_int(struct jsonwrite *w, const char *name, int64_t value)
{
	begin_value(w, name);
	buf_addf(w->out, "%lld", (long long)value);
}

void
jsonwrite_tenths(struct jsonwrite *w, const char *name, int64_t value)
{
	begin_value(w, name);
	buf_addf(w->out, "%s%lld.%lld", value < 0 && value > -10 ? "-" : "",
	    (long long)(value / 10),
	    (long long)(value < 0 ? -(value % 10) : value % 10));
}

void
jsonwrite_bool(struct jsonwrite *w, const char *name, bool value)
{
	begin_value(w, name);
	buf_adds(w->out, value ? "true" : "false");
}

void
jsonwrite_null(struct jsonwrite *w, const char *name)
{
	jsonwrite_text(w, name, NULL);
}

void
jsonwrite_time(struct jsonwrite *w, const char *name, int64_t t)
{
	char text[TIM_TEXT];

	jsonwrite_text(w, name, tim_text(t, text));
}

void
jsonwrite_line(struct jsonwrite *w)
{
	must_be(innermost(w)->end != '"', "a line inside of base64");
	w->line = true;
}
