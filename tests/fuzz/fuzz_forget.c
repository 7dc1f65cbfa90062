/*
 * fuzz_forget.c - a list of people to be forgotten is read as it is written or
 * not at all; and whatever is redacted has none of them any more, is valid
 * UTF-8 if it was, is the same when it is redacted again, and took a bounded
 * number of hashes.
 */
#include "base/mem.h"
#include "core/addrscan.h"
#include "core/messageredact.h"
#include "core/redact.h"
#include "fuzz.h"

#define SALT                                                                   \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
#define NOW INT64_C(1795162560000)

static const char *const names[] = { "Miller, Carl", "J\xc3\xb6rg B (x)",
	"removed" };

static const struct forgotten *
people(void)
{
	static struct forgotten f;
	struct err err = ERR_INIT;

	if (f.n > 0)
		return &f;
	FUZZ_CHECK(forgotten_parse(&f, SALT, strlen(SALT), &err) == 0);
	FUZZ_CHECK(forgotten_add(&f, "c@x.y", names, 3, NOW));
	FUZZ_CHECK(forgotten_add(&f, "a_b@x.y.Z", NULL, 0, NOW));
	FUZZ_CHECK(forgotten_add(&f, "-b@\xc3\xbc.y", NULL, 0, NOW));
	FUZZ_CHECK(forgotten_add(&f, "a'b@c", names, 1, NOW));
	return &f;
}

static void
check_list(const char *data, size_t size)
{
	struct forgotten f, again;
	struct err err = ERR_INIT;
	struct buf b;
	int rc = forgotten_parse(&f, data, size, &err);

	fuzz_err(rc, &err);
	if (rc == 0) {
		buf_init(&b, FORGOTTEN_MAX);
		buf_add(&b, data, FORGOTTEN_LINE);
		FUZZ_CHECK(forgotten_format(&f, &b) == 0);
		FUZZ_CHECK(b.len == f.size);
		FUZZ_CHECK(size == FORGOTTEN_LINE ||
			   (b.len == size && memcmp(b.data, data, size) == 0));
		FUZZ_CHECK(forgotten_add(&f, "c@x.y", names, 3, NOW));
		buf_reset(&b);
		buf_add(&b, data, FORGOTTEN_LINE);
		FUZZ_CHECK(forgotten_format(&f, &b) == 0);
		FUZZ_CHECK(forgotten_parse(&again, b.data, b.len, &err) == 0);
		FUZZ_CHECK(forgotten_has(&again, "C@x.y"));
		forgotten_free(&again);
		FUZZ_CHECK(forgotten_remove(&f, "c@x.y"));
		buf_free(&b);
	}
	forgotten_free(&f);
}

typedef bool
redact_fn(const struct redact *, const char *, size_t, struct buf *out);

static void
check_redact(redact_fn *how, bool html, const char *s, size_t n)
{
	static const char *const clear[] = { "Anna", "b", "table", "x y z" };
	size_t row = forgotten_find(people(), "c@x.y");
	struct redact r = { people(), &row, n % 2, clear, n % 3 == 0 ? 4 : 0 };
	struct redact_rows rows = { NULL, 0 };
	struct buf out, again;

	buf_init(&out, REDACT_ROOM(n));
	buf_init(&again, REDACT_ROOM(REDACT_ROOM(n)));
	if (how(&r, s, n, &out)) {
		FUZZ_CHECK(!out.over);
		FUZZ_CHECK(out.len != n || memcmp(out.data, s, n) != 0);
		FUZZ_CHECK(!utf8_valid(s, n) || utf8_valid(out.data, out.len));
		FUZZ_CHECK(
		    !redact_find(people(), out.data, out.len, html, &rows));
		FUZZ_CHECK(!how(&r, out.data, out.len, &again));
	} else {
		FUZZ_CHECK(out.len == 0);
		FUZZ_CHECK(!redact_find(people(), s, n, html, &rows));
	}
	free(rows.v);
	buf_free(&out);
	buf_free(&again);
}

static void
check_work(const char *s, size_t n, bool html)
{
	struct addrscan a;
	struct addrscan_hit hit;
	size_t signs = 0, i, last = 0;

	for (i = 0; i < n; i++)
		signs += s[i] == '@' || s[i] == '%' || s[i] == '&';
	addrscan_init(&a, people(), s, n, html);
	while (addrscan_next(&a, &hit)) {
		FUZZ_CHECK(hit.from >= last && hit.from < hit.to);
		FUZZ_CHECK(hit.to <= n && hit.row < people()->n);
		last = hit.to;
	}
	FUZZ_CHECK(a.tries <= signs * ADDRSCAN_TRIES);
}

static void
check_message(const char *s, size_t n)
{
	struct message *m = message_new(n % 5 == 0 ? 4096 : 0);
	struct address *a = message_address(m);
	enum redact_level level;

	m->subject = s;
	a->name = s;
	a->address = s;
	m->headers = s;
	m->html = s;
	m->html_len = n;
	if (n % 2 == 0) {
		m->big = mem_strndup(s, n);
		m->html = m->big;
	}
	level = message_redact(people(), m);
	FUZZ_CHECK(level != REDACT_NONE || !forgotten_in(people(), s));
	FUZZ_CHECK(message_redact(people(), m) == REDACT_NONE);
	message_free(m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = fuzz_string(data, size);

	check_list(s, size);
	check_work(s, size, false);
	check_work(s, size, true);
	check_redact(redact_text, false, s, size);
	check_redact(redact_html, true, s, size);
	check_redact(redact_headers, false, s, size);
	check_message(s, strlen(s));
	free(s);
	return 0;
}
