/*
 * fuzz_jsonwrite.c - whatever is written, in whatever order, is JSON for our
 * own parser and for another library, which finds in it what was put in.
 *
 * The input is a program: each byte says what is written next, and what
 * follows it is text for it.
 */
#include "base/buf.h"
#include "fmt/json.h"
#include "fmt/jsonwrite.h"
#include "fuzz.h"
#include "jsonpeer.h"

struct program {
	const uint8_t *at, *end;
	struct jsonwrite w;
	struct buf want; /* as show_peer has it */
	bool object[JSONWRITE_DEPTH + 1];
	int depth, names;
};

static unsigned
next_byte(struct program *p)
{
	return p->at < p->end ? *p->at++ : 0;
}

/* Up to 40 bytes without a NUL. */
static char *
next_text(struct program *p, char out[48])
{
	size_t n = next_byte(p) % 40, i;

	for (i = 0; i < n && (out[i] = (char)next_byte(p)) != '\0'; i++)
		;
	out[i] = '\0';
	return out;
}

/* What the text is when it is read again. */
static void
want_text(struct buf *out, const char *s)
{
	size_t n = strlen(s), len;
	uint32_t c;

	for (; n > 0; s += len, n -= len)
		if ((len = utf8_next(s, n, &c)) > 0)
			buf_add(out, s, len);
		else {
			len = 1;
			buf_adds(out, "\xef\xbf\xbd");
		}
}

static void
write_base64(struct program *p, const char *name)
{
	char text[48];
	struct buf all;

	buf_init(&all, 1 << 20);
	jsonwrite_base64(&p->w, name);
	do {
		next_text(p, text);
		jsonwrite_bytes(&p->w, text, strlen(text));
		buf_adds(&all, text);
	} while (next_byte(p) % 2 == 1);
	jsonwrite_end(&p->w);
	buf_adds(&p->want, "\"");
	enc_base64(&p->want, buf_str(&all), all.len);
	buf_adds(&p->want, "\"");
	buf_free(&all);
}

static void
begin_container(struct program *p, const char *name, bool object)
{
	if (object)
		jsonwrite_object(&p->w, name);
	else
		jsonwrite_array(&p->w, name);
	p->object[++p->depth] = object;
	buf_adds(&p->want, object ? "{" : "[");
}

static void
end_container(struct program *p)
{
	jsonwrite_end(&p->w);
	buf_adds(&p->want, p->object[p->depth] ? "}" : "]");
	p->depth--;
}

static void
write_number(struct program *p, const char *name, bool tenths)
{
	int32_t v = (int32_t)((uint32_t)next_byte(p) << 24 |
			      next_byte(p) << 12 | next_byte(p));

	if (tenths)
		jsonwrite_tenths(&p->w, name, v);
	else
		jsonwrite_int(&p->w, name, v);
	buf_addf(&p->want, "%.17g,", tenths ? v / 10.0 + 0.0 : (double)v);
}

static void
write_one(struct program *p, unsigned what)
{
	char text[48], key[64], *name = NULL;

	if (what % 16 == 0) {
		if (p->depth > 1)
			end_container(p);
		return;
	}
	if (what % 16 == 1) {
		jsonwrite_line(&p->w);
		return;
	}
	if (p->object[p->depth]) {
		snprintf(
		    key, sizeof(key), "%d_%s", p->names++, next_text(p, text));
		name = key;
		want_text(&p->want, name);
		buf_adds(&p->want, ":");
	}
	if (what % 16 < 6 && p->depth < JSONWRITE_DEPTH)
		begin_container(p, name, what % 2 == 0);
	else if (what % 16 < 10) {
		jsonwrite_text(&p->w, name, next_text(p, text));
		buf_adds(&p->want, "\"");
		want_text(&p->want, text);
		buf_adds(&p->want, "\"");
	} else if (what % 16 < 12)
		write_base64(p, name);
	else if (what % 16 < 14)
		write_number(p, name, what % 2 == 0);
	else if (what % 16 == 14) {
		jsonwrite_bool(&p->w, name, what > 99);
		buf_adds(&p->want, what > 99 ? "true," : "false,");
	} else {
		jsonwrite_null(&p->w, name);
		buf_adds(&p->want, "null,");
	}
}

static void
show_peer(void *arg, const char *key, const void *t)
{
	struct buf *out = arg;
	char type = jsonpeer_type(t);
	size_t n;

	if (key != NULL)
		buf_addf(out, "%s:", key);
	if (type == '{' || type == '[') {
		buf_addc(out, type);
		jsonpeer_each(t, show_peer, out);
		buf_addc(out, type == '{' ? '}' : ']');
	} else if (type == 's') {
		buf_addf(out, "\"%s\"", jsonpeer_string(t, &n));
		FUZZ_CHECK(strlen(jsonpeer_string(t, &n)) == n);
	} else if (type == 'n')
		buf_addf(out, "%.17g,", jsonpeer_number(t));
	else
		buf_adds(out, type == 't'   ? "true,"
			      : type == 'f' ? "false,"
					    : "null,");
}

static void
check_parser(const struct buf *b)
{
	static const struct json_handler none;
	struct json *j = json_open(&none);
	struct err e = ERR_INIT;

	FUZZ_CHECK(json_feed(j, buf_str(b), b->len, &e) == 0);
	FUZZ_CHECK(json_end(j, &e) == 0);
	json_close(j);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct program p = { .at = data, .end = data + size };
	enum jsonpeer_says says;
	struct buf b, again;
	const void *t;
	size_t i;

	buf_init(&b, next_byte(&p) % 8 == 0 ? 100 : 1 << 22);
	buf_init(&p.want, 1 << 22);
	jsonwrite_open(&p.w, &b);
	begin_container(&p, NULL, true);
	while (p.at < p.end)
		write_one(&p, next_byte(&p));
	while (p.depth > 0)
		end_container(&p);
	if (jsonwrite_close(&p.w) == -1)
		FUZZ_CHECK(b.max == 100 && b.len == 0);
	else {
		check_parser(&b);
		for (i = 0; i < b.len; i++)
			FUZZ_CHECK(b.data[i] == '\n' ||
				   (unsigned char)b.data[i] >= 0x20);
		t = jsonpeer_read(buf_str(&b), b.len, &says);
		FUZZ_CHECK(says == JSONPEER_TAKEN);
		buf_init(&again, 1 << 22);
		show_peer(&again, NULL, t);
		FUZZ_SAME(buf_str(&again), buf_str(&p.want));
		buf_free(&again);
		jsonpeer_free(t);
	}
	buf_free(&b);
	buf_free(&p.want);
	return 0;
}
