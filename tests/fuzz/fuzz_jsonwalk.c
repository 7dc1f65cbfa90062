/*
 * fuzz_jsonwalk.c - JSON by tables: the pieces that it comes in change nothing,
 * and what is reported is what somebody else finds in another library's tree.
 */
#include "base/buf.h"
#include "base/unbase64.h"
#include "fmt/jsonwalk.h"
#include "fuzz.h"
#include "jsonpeer.h"

#define CAP 16 /* of a string that is kept */

/* A is text, B base64 for a stream, C an object with the same members, D
 * anything else, V text for a stream that nobody wants, or an object. */
enum { A, B, C, D, V };

static const struct jsonwalk_member inner[5] = {
	{ "a", A, NULL, false },
	{ "b", B, NULL, true },
	{ "c", C, inner, false },
	{ "d", D, NULL, false },
	JSONWALK_END,
};
static const struct jsonwalk_member root[] = {
	{ "a", A, NULL, false },
	{ "v", V, inner, true },
	{ "", C, inner, false },
	{ "a long name", D, NULL, false },
	JSONWALK_END,
};

struct seen {
	struct buf out;
	struct stream into;
	struct buf bytes;
	struct unbase64 decode;
};

/* One line for each report. */
static void
show_value(struct buf *out, int is, char type, const char *s, size_t n)
{
	buf_addf(out, "%c%c ", "ABCDV"[is], type);
	if (type == 'n')
		buf_addf(out, "%.17g", strtod(s, NULL));
	else if (s != NULL)
		buf_add(out, s, n);
	else
		buf_adds(out, "too long");
	buf_addc(out, '\n');
}

static void
show_bytes(struct buf *out, const struct buf *bytes, const struct unbase64 *u)
{
	struct err e = ERR_INIT;

	if (unbase64_end(u, &e) == -1)
		buf_adds(out, e.code);
	else
		buf_add(out, buf_str(bytes), bytes->len);
}

static int
take_byte(struct stream *s, const void *p, size_t n, struct err *e)
{
	struct seen *k =
	    (struct seen *)(void *)((char *)s - offsetof(struct seen, into));

	(void)e;
	return buf_add(&k->bytes, p, n);
}

static int
seen_value(
    void *arg, int is, enum json_type t, const char *s, size_t n, struct err *e)
{
	static const char type[] = "{[sntfz";
	struct seen *k = arg;

	(void)e;
	FUZZ_CHECK(s == NULL || strlen(s) <= n);
	FUZZ_CHECK(s == NULL || (s[n] == '\0' && utf8_valid(s, n)));
	if (is == B && t == JSON_STRING)
		show_bytes(&k->out, &k->bytes, &k->decode);
	show_value(&k->out, is, type[t], s, t == JSON_STRING ? n : 0);
	return 0;
}

static int
seen_end(void *arg, int is, struct err *e)
{
	struct seen *k = arg;

	(void)e;
	return buf_addf(&k->out, "end %c\n", "ABCDV"[is]);
}

static struct stream *
seen_stream(void *arg, int is)
{
	struct seen *k = arg;

	if (is != B)
		return NULL;
	buf_reset(&k->bytes);
	unbase64_init(&k->decode, &k->into);
	return &k->decode.stream;
}

static int
run(struct seen *k, int mode, const uint8_t *data, size_t size, struct err *e)
{
	static const struct jsonwalk_ops ops = { seen_value, seen_end,
		seen_stream };
	struct fuzz_split split;
	struct jsonwalk w;
	struct buf text;
	size_t n;
	int rc = 0;

	memset(k, 0, sizeof(*k));
	buf_init(&k->out, 1 << 22);
	buf_init(&k->bytes, 1 << 20);
	k->into.write = take_byte;
	buf_init(&text, CAP);
	jsonwalk_open(&w, root, &ops, k, &text);
	fuzz_split_init(&split, mode, data, size);
	while (rc == 0 && (n = fuzz_piece(&split, size)) > 0) {
		rc = jsonwalk_feed(&w, data, n, e);
		data += n;
		size -= n;
	}
	if (rc == 0)
		rc = jsonwalk_end(&w, e);
	jsonwalk_close(&w);
	fuzz_err(rc, e);
	buf_free(&text);
	buf_free(&k->bytes);
	return rc;
}

/* --- the same on a tree -------------------------------------------------- */

struct at {
	struct buf *out;
	const struct jsonwalk_member *table, *m;
	bool array;
};

static void walk_member(void *arg, const char *key, const void *t);

/* Shows a string that our walker gives to a stream. */
static void
walk_string(struct buf *out, const struct jsonwalk_member *m, const void *t)
{
	struct unbase64 u;
	struct seen k;
	struct err e = ERR_INIT;
	size_t n;
	const char *s = jsonpeer_string(t, &n);

	if (m->is == B) {
		memset(&k, 0, sizeof(k));
		k.into.write = take_byte;
		buf_init(&k.bytes, 1 << 20);
		unbase64_init(&u, &k.into);
		FUZZ_CHECK(u.stream.write(&u.stream, s, n, &e) == 0);
		show_bytes(out, &k.bytes, &u);
		buf_free(&k.bytes);
	}
	if (m->stream)
		show_value(out, m->is, 's', "", 0);
	else
		show_value(out, m->is, 's', n > CAP ? NULL : s, n);
}

static void
walk_value(struct at *at, const struct jsonwalk_member *m, const void *t)
{
	struct at in = { at->out, NULL, m, true };
	char number[40], type = jsonpeer_type(t);

	switch (type) {
	case '{':
		if (m->of == NULL)
			return;
		show_value(at->out, m->is, type, "", 0);
		in.table = m->of;
		in.m = NULL;
		in.array = false;
		jsonpeer_each(t, walk_member, &in);
		buf_addf(at->out, "end %c\n", "ABCDV"[m->is]);
		return;
	case '[':
		if (at->array)
			return;
		show_value(at->out, m->is, type, "", 0);
		jsonpeer_each(t, walk_member, &in);
		return;
	case 's':
		walk_string(at->out, m, t);
		return;
	case 'n':
		snprintf(number, sizeof(number), "%.17g", jsonpeer_number(t));
		show_value(at->out, m->is, type, number, 0);
		return;
	default:
		show_value(at->out, m->is, type, "", 0);
	}
}

static void
walk_member(void *arg, const char *key, const void *t)
{
	struct at *at = arg;
	const struct jsonwalk_member *m = at->m;

	if (key != NULL)
		for (m = at->table; m->name != NULL; m++)
			if (strcmp(m->name, key) == 0)
				break;
	if (m != NULL && (m == at->m || m->name != NULL))
		walk_value(at, m, t);
}

static void
compare_peer(
    const uint8_t *data, size_t size, const struct buf *ours, const char *why)
{
	enum jsonpeer_says says;
	const void *t;
	struct buf out;
	struct at at = { &out, root, NULL, false };

	if (size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
		return;
	/* the peer passes over a NUL behind a number */
	if (memchr(data, '\0', size) != NULL) {
		FUZZ_CHECK(why != NULL);
		return;
	}
	t = jsonpeer_read(data, size, &says);
	FUZZ_CHECK(says != JSONPEER_REFUSED || why != NULL);
	if (says == JSONPEER_TAKEN && why != NULL)
		FUZZ_CHECK(strstr(why, "too long") != NULL ||
			   strstr(why, "too deep") != NULL ||
			   (strstr(why, "not an object") != NULL &&
			       jsonpeer_type(t) != '{'));
	if (says == JSONPEER_TAKEN && why == NULL) {
		buf_init(&out, 1 << 22);
		jsonpeer_each(t, walk_member, &at);
		FUZZ_SAME(buf_str(&out), buf_str(ours));
		FUZZ_CHECK(out.len == ours->len);
		FUZZ_CHECK(memcmp(buf_str(&out), buf_str(ours), out.len) == 0);
		buf_free(&out);
	}
	jsonpeer_free(t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen whole, part;
	struct err e = ERR_INIT, again = ERR_INIT;
	int mode, rc = run(&whole, 0, data, size, &e);

	for (mode = 1; mode <= 2; mode++) {
		err_clear(&again);
		FUZZ_CHECK(run(&part, mode, data, size, &again) == rc);
		FUZZ_SAME(e.msg, again.msg);
		FUZZ_CHECK(rc == -1 ||
			   (whole.out.len == part.out.len &&
			       memcmp(buf_str(&whole.out), buf_str(&part.out),
				   part.out.len) == 0));
		buf_free(&part.out);
	}
	compare_peer(data, size, &whole.out, rc == 0 ? NULL : e.msg);
	buf_free(&whole.out);
	return 0;
}
