/*
 * page.c - paging views.
 * 1. With BasePoint End the rows come in the opposite order.
 */
#include "ews/page.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	int kind;
} VIEW[] = {
	{ "IndexedPageItemView", PAGE_INDEXED },
	{ "IndexedPageFolderView", PAGE_INDEXED },
	{ "FractionalPageItemView", PAGE_FRACTION },
	{ "FractionalPageFolderView", PAGE_FRACTION },
	{ "SeekToConditionPageItemView", PAGE_SEEK },
	{ "CalendarView", PAGE_ALL },
	{ "ContactsView", PAGE_ALL },
};

static bool
number(const xmlNode *n, const char *name, long *value)
{
	char *text = call_attr(n, name);
	bool given = text != NULL;

	if (given)
		*value = atol(text);
	xmlFree(text);
	return given;
}

const char *
page_read(struct page *p, const xmlNode *op)
{
	const xmlNode *n = NULL;
	char *base;
	size_t i;

	*p = (struct page){ .kind = PAGE_ALL };
	for (i = 0; n == NULL && i < sizeof(VIEW) / sizeof(VIEW[0]); i++)
		if ((n = call_child(op, VIEW[i].name)) != NULL)
			p->kind = VIEW[i].kind;
	if (n == NULL)
		return NULL;
	if (number(n, "MaxEntriesReturned", &p->max) && p->max <= 0)
		return "ErrorInvalidPagingMaxRows";
	number(n, "Offset", &p->offset);
	number(n, "Numerator", &p->numerator);
	number(n, "Denominator", &p->denominator);
	if ((base = call_attr(n, "BasePoint")) != NULL)
		p->from_end = strcmp(base, "End") == 0;
	xmlFree(base);
	p->condition = call_child(n, "Condition");
	if (p->offset < 0)
		return "ErrorInvalidIndexedPagingParameters";
	if (p->kind == PAGE_FRACTION &&
	    (p->denominator <= 0 || p->numerator < 0 ||
		p->numerator > p->denominator))
		return "ErrorInvalidFractionalPagingParameters";
	return NULL;
}

size_t
page_start(const struct page *p, size_t n)
{
	size_t from = (size_t)p->offset;

	if (p->kind == PAGE_FRACTION)
		from = n * (size_t)p->numerator / (size_t)p->denominator;
	return from < n ? from : n;
}

size_t
page_end(const struct page *p, size_t from, size_t n)
{
	return p->max > 0 && (size_t)p->max < n - from ? from + (size_t)p->max
						       : n;
}

void
page_attrs(struct sb *b, const struct page *p, size_t to, size_t n)
{
	if (p->kind == PAGE_FRACTION)
		sb_fmt(b,
		    " NumeratorOffset=\"%zu\" AbsoluteDenominator=\"%zu\"", to,
		    n);
	else if (p->kind != PAGE_ALL)
		sb_fmt(b, " IndexedPagingOffset=\"%zu\"", to);
	sb_fmt(b, " TotalItemsInView=\"%zu\" IncludesLastItemInRange=\"%s\"", n,
	    to == n ? "true" : "false");
}
