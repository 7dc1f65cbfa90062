/*
 * csv.c - a CSV parser (RFC 4180): reads pieces of any size, gives records.
 * 1. The result does not depend on how the input is cut into pieces.
 * 2. A record is given out only once it is whole and valid UTF-8.
 */
#include <string.h>

#include "base/enc.h"
#include "base/utf8.h"
#include "core/csv.h"

static const char bom[3] = { '\xef', '\xbb', '\xbf' };

void
csv_init(struct csv *c,
    int (*row)(void *, char **, size_t, unsigned long, struct err *), void *arg)
{
	memset(c, 0, sizeof(*c));
	c->row = row;
	c->arg = arg;
	c->line = 1;
	buf_init(&c->text, CSV_RECORD);
}

void
csv_free(struct csv *c)
{
	buf_free(&c->text);
}

static int
fail_record(unsigned long line, struct err *err, const char *why)
{
	return err_set(err, ERR_CONFIG, "%lu: %s", line, why);
}

/* Adds to the current field. */
static int
add_text(struct csv *c, const char *s, size_t len, struct err *err)
{
	if (buf_add(&c->text, s, len) == 0)
		return 0;
	return fail_record(c->row_line, err,
	    "the row is longer than 64 KB: is a closing quote missing?");
}

/* Ends the current field. */
static int
end_field(struct csv *c, struct err *err)
{
	if (add_text(c, "", 1, err) != 0)
		return -1;
	c->state = CSV_START;
	return 0;
}

static int
begin_field(struct csv *c, struct err *err)
{
	if (c->n == CSV_FIELDS)
		return fail_record(c->row_line, err,
		    "the row has more than 256 fields: is this a CSV file?");
	c->start[c->n++] = c->text.len;
	return 0;
}

static int
end_record(struct csv *c, struct err *err)
{
	char *field[CSV_FIELDS];
	size_t i, n = c->n;
	int rc;

	if (c->state == CSV_START && n == 0)
		return 0; /* an empty line */
	if (c->state == CSV_START && begin_field(c, err) != 0)
		return -1;
	if (end_field(c, err) != 0)
		return -1;
	n = c->n;
	if (!utf8_valid(c->text.data, c->text.len))
		return fail_record(
		    c->row_line, err, "not UTF-8: save the file as CSV UTF-8");
	for (i = 0; i < n; i++)
		field[i] = c->text.data + c->start[i];
	if (c->sep == 0)
		c->sep = ',';
	rc = c->row(c->arg, field, n, c->row_line, err);
	c->n = 0;
	buf_reset(&c->text);
	return rc;
}

/* A character outside of quotes that is neither separator nor line end. */
static int
plain_char(struct csv *c, char ch, struct err *err)
{
	if (c->state == CSV_AFTER)
		return fail_record(c->line, err,
		    "text after a closing quote: write a quote inside a field "
		    "twice");
	if (c->state == CSV_START) {
		if (c->n == 0)
			c->row_line = c->line;
		if (begin_field(c, err) != 0)
			return -1;
		c->state = ch == '"' ? CSV_QUOTED : CSV_PLAIN;
		c->quote_line = c->line;
		if (ch == '"')
			return 0;
	}
	return add_text(c, &ch, 1, err);
}

static int
take_separator(struct csv *c, char ch, struct err *err)
{
	c->sep = ch;
	if (c->state == CSV_START) {
		if (c->n == 0)
			c->row_line = c->line;
		if (begin_field(c, err) != 0)
			return -1;
	}
	return end_field(c, err);
}

static int
quoted_char(struct csv *c, char ch, struct err *err)
{
	if (ch == '"') {
		c->state = CSV_AFTER;
		return 0;
	}
	return add_text(c, &ch, 1, err);
}

static int
take_char(struct csv *c, char ch, struct err *err)
{
	bool crlf = c->cr && ch == '\n'; /* its second half */
	int rc;

	if (ch == '\0')
		return fail_record(c->line, err,
		    "a NUL byte: this is not a text file (UTF-16? save it as "
		    "CSV UTF-8)");
	c->cr = ch == '\r';
	/* a lone CR ends a line, too */
	c->line += ch == '\r' || (ch == '\n' && !crlf);
	if (c->state == CSV_QUOTED)
		return quoted_char(c, ch, err);
	if (crlf)
		return 0;
	if (c->state == CSV_AFTER && ch == '"') {
		c->state = CSV_QUOTED; /* a doubled quote is one quote */
		return add_text(c, &ch, 1, err);
	}
	if (ch == '\n' || ch == '\r') {
		rc = end_record(c, err);
		c->state = CSV_START;
		return rc;
	}
	if (c->sep != 0 ? ch == c->sep : ch == ',' || ch == ';' || ch == '\t')
		return take_separator(c, ch, err);
	return plain_char(c, ch, err);
}

/* How many bytes from s on belong to the open field, whatever follows. */
static size_t
plain_run(const struct csv *c, const char *s, size_t len)
{
	size_t i = 0;

	if (c->state == CSV_PLAIN) {
		while (i < len && (unsigned char)s[i] >= ' ' && s[i] != ',' &&
		       s[i] != ';')
			i++;
	} else if (c->state == CSV_QUOTED) {
		while (i < len && (unsigned char)s[i] >= ' ' && s[i] != '"')
			i++;
	}
	return i;
}

int
csv_feed(struct csv *c, const char *s, size_t len, struct err *err)
{
	size_t i = 0, run;

	while (c->bom < 3 && i < len) {
		if (s[i] != bom[c->bom])
			break;
		c->bom++;
		i++;
	}
	if (i < len && c->bom < 3) {
		if (c->bom > 0 || (unsigned char)s[i] >= 0xfe)
			return fail_record(
			    1, err, "not UTF-8: save the file as CSV UTF-8");
		c->bom = 3; /* no BOM */
	}
	while (i < len) {
		if ((run = plain_run(c, s + i, len - i)) > 0) {
			if (add_text(c, s + i, run, err) != 0)
				return -1;
			c->cr = false;
			i += run;
		} else if (take_char(c, s[i++], err) != 0) {
			return -1;
		}
	}
	return 0;
}

int
csv_end(struct csv *c, struct err *err)
{
	if (c->bom == 1 || c->bom == 2)
		return fail_record(
		    1, err, "not UTF-8: save the file as CSV UTF-8");
	if (c->state == CSV_QUOTED)
		return fail_record(
		    c->quote_line, err, "a quote opens here and never closes");
	return end_record(c, err);
}
