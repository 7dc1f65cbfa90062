/*
 * fuzz_html.c - the text of HTML: valid UTF-8 without NUL, within the cap, in
 * linear time, and the same when it is asked for again. A smaller cap gives the
 * beginning of it.
 */
#include "base/buf.h"
#include "fmt/htmltext.h"
#include "fuzz.h"

static void
render(struct buf *out, const char *html, size_t size, size_t cap)
{
	size_t i;

	buf_init(out, cap);
	FUZZ_CHECK(html_text(out, html, size) <= HTML_TEXT_WORK * size);
	FUZZ_CHECK(out->len <= cap && !out->over);
	FUZZ_CHECK(utf8_valid(buf_str(out), out->len));
	for (i = 0; i < out->len; i++) {
		unsigned char c = (unsigned char)out->data[i];

		FUZZ_CHECK(c >= ' ' || c == '\n');
		FUZZ_CHECK(c != 0x7f);
	}
	FUZZ_CHECK(out->len == 0 || (out->data[out->len - 1] != ' ' &&
					out->data[out->len - 1] != '\n'));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* the first byte says how much of the text is wanted */
	size_t cap = size > 0 ? data[0] : 0;
	const char *html = (const char *)data + (size > 0);
	struct buf all, again, part;

	size -= size > 0;
	render(&all, html, size, 100 * size + 100);
	render(&again, html, size, 100 * size + 100);
	render(&part, html, size, cap);
	FUZZ_SAME(buf_str(&all), buf_str(&again));
	FUZZ_CHECK(part.len <= all.len);
	FUZZ_CHECK(memcmp(buf_str(&part), buf_str(&all), part.len) == 0);
	buf_free(&all);
	buf_free(&again);
	buf_free(&part);
	return 0;
}
