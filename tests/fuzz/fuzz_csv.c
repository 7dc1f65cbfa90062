/*
 * fuzz_csv.c - CSV records do not depend on how the input is cut, none is
 * empty, and records written with quotes are read again as they were.
 */
#include "base/buf.h"
#include "core/csv.h"
#include "fuzz.h"

#define LOG_MAX ((size_t)8 << 20)

struct result {
	struct buf log; /* the records, written with quotes */
	struct err err;
	int rc;
	unsigned long line;
	bool lines; /* their numbers, too */
	size_t widest;
};

static int
on_row(void *arg, char **field, size_t n, unsigned long line, struct err *err)
{
	struct result *r = arg;
	size_t i;
	char *p;

	(void)err;
	FUZZ_CHECK(n >= 1 && n <= CSV_FIELDS && line > r->line);
	r->line = line;
	if (n > r->widest)
		r->widest = n;
	if (r->lines)
		buf_addf(&r->log, "%lu:", line);
	for (i = 0; i < n; i++) {
		buf_adds(&r->log, i > 0 ? ",\"" : "\"");
		for (p = field[i]; *p != '\0'; p++) {
			if (*p == '"')
				buf_addc(&r->log, '"');
			buf_addc(&r->log, *p);
		}
		buf_addc(&r->log, '"');
	}
	return buf_addc(&r->log, '\n');
}

static void
run(struct result *r, int mode, bool lines, const void *data, size_t size)
{
	struct fuzz_split s;
	struct csv c;
	size_t at, n;

	memset(r, 0, sizeof(*r));
	r->lines = lines;
	buf_init(&r->log, LOG_MAX);
	csv_init(&c, on_row, r);
	fuzz_split_init(&s, mode, data, size);
	for (at = 0; at < size && r->rc == 0; at += n) {
		n = fuzz_piece(&s, size - at);
		r->rc = csv_feed(&c, (const char *)data + at, n, &r->err);
	}
	if (r->rc == 0)
		r->rc = csv_end(&c, &r->err);
	fuzz_err(r->rc, &r->err);
	FUZZ_CHECK(r->rc == 0 || strtoul(r->err.msg, NULL, 10) > 0);
	csv_free(&c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct result r[3], w, again;
	int i;

	for (i = 0; i < 3; i++)
		run(&r[i], i, true, data, size);
	for (i = 1; i < 3; i++) {
		FUZZ_CHECK(r[i].rc == r[0].rc);
		FUZZ_SAME(r[i].err.msg, r[0].err.msg);
		FUZZ_CHECK(r[i].log.len == r[0].log.len);
		FUZZ_CHECK(memcmp(buf_str(&r[i].log), buf_str(&r[0].log),
			       r[0].log.len) == 0);
	}
	run(&w, 0, false, data, size);
	/* with one field, the first separator of the file would be another */
	if (w.rc == 0 && w.widest > 1) {
		run(&again, 2, false, buf_str(&w.log), w.log.len);
		FUZZ_CHECK(again.rc == 0 || strstr(again.err.msg, "long") ||
			   strstr(again.err.msg, "large") ||
			   strstr(again.err.msg, "than"));
		if (again.rc == 0) {
			FUZZ_CHECK(again.log.len == w.log.len);
			FUZZ_CHECK(memcmp(buf_str(&again.log), buf_str(&w.log),
				       w.log.len) == 0);
		}
		buf_free(&again.log);
	}
	buf_free(&w.log);
	for (i = 0; i < 3; i++)
		buf_free(&r[i].log);
	return 0;
}
