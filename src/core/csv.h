/*
 * csv.h - RFC 4180, a record at a time, from pieces of any size.
 * Floor: core; used by partycsv.c only.
 * Threads: a struct csv belongs to one thread.
 *
 * The separator is the first of comma, semicolon and tab that stands in the
 * first record outside of quotes. A BOM and CRLF are accepted, empty lines
 * are skipped, line breaks inside quotes belong to the field. A quote inside
 * a field that did not begin with one is a character like any other.
 */
#ifndef CORE_CSV_H
#define CORE_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define CSV_FIELDS 256         /* fields of a record */
#define CSV_RECORD (64 * 1024) /* bytes of a record */

enum csv_state { CSV_START, CSV_PLAIN, CSV_QUOTED, CSV_AFTER };

struct csv {
	/* Gets a record; the fields are valid until it returns. -1: stop. */
	int (*row)(void *arg, char **field, size_t n, unsigned long line,
	    struct err *);
	void *arg;
	/* private */
	enum csv_state state;
	struct buf text; /* the fields, each with its NUL */
	size_t start[CSV_FIELDS];
	size_t n;
	unsigned long line, row_line, quote_line;
	size_t bom; /* bytes of the BOM seen so far */
	char sep;   /* 0: not known yet */
	bool cr;    /* the character before was one */
};

void csv_init(struct csv *,
    int (*row)(void *, char **, size_t, unsigned long, struct err *), void *);
/* Errors are ERR_CONFIG and begin "LINE: "; the caller adds the file name. */
int csv_feed(struct csv *, const char *, size_t, struct err *);
int csv_end(struct csv *, struct err *);
void csv_free(struct csv *);

#endif
