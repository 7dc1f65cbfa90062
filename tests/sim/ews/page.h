/*
 * page.h - the paging views of FindItem and FindFolder.
 */
#ifndef SIM_PAGE_H
#define SIM_PAGE_H

#include "ews/call.h"

struct page {
	enum { PAGE_ALL, PAGE_INDEXED, PAGE_FRACTION, PAGE_SEEK } kind;
	long offset, max; /* max: 0 when all are wanted */
	long numerator, denominator;
	bool from_end;
	const xmlNode *condition; /* of PAGE_SEEK */
};

/* Reads the view of a request. NULL, or the response code of a wrong one. */
const char *page_read(struct page *, const xmlNode *op);
/* The first of n rows that is wanted, unless the condition says it. */
size_t page_start(const struct page *, size_t n);
/* The end of the page that begins there. */
size_t page_end(const struct page *, size_t from, size_t n);
/* The attributes of m:RootFolder when the page ends before row to of n. */
void page_attrs(struct sb *, const struct page *, size_t to, size_t n);

#endif
