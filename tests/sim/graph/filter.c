/*
 * filter.c - reads and applies $filter and $orderby.
 */
#include "graph/filter.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "graph/gjson.h"
#include "world/item.h"

enum {
	BY_RECEIVED,
	BY_MODIFIED,
	BY_SENT,
	BY_CREATED,
	BY_READ,
	BY_DRAFT,
	BY_ATTACHMENTS,
	BY_MESSAGE_ID,
	BY_SUBJECT,
	N_BY
};
enum value_type { TYPE_TIME, TYPE_BOOLEAN, TYPE_STRING };

static const struct {
	const char *name;
	enum value_type type;
} PROPERTY[N_BY] = {
	[BY_RECEIVED] = { "receivedDateTime", TYPE_TIME },
	[BY_MODIFIED] = { "lastModifiedDateTime", TYPE_TIME },
	[BY_SENT] = { "sentDateTime", TYPE_TIME },
	[BY_CREATED] = { "createdDateTime", TYPE_TIME },
	[BY_READ] = { "isRead", TYPE_BOOLEAN },
	[BY_DRAFT] = { "isDraft", TYPE_BOOLEAN },
	[BY_ATTACHMENTS] = { "hasAttachments", TYPE_BOOLEAN },
	[BY_MESSAGE_ID] = { "internetMessageId", TYPE_STRING },
	[BY_SUBJECT] = { "subject", TYPE_STRING },
};

static int64_t
number_of(const struct item *it, const struct mail *m, int property)
{
	switch (property) {
	case BY_RECEIVED:
		return it->received * 1000;
	case BY_MODIFIED:
		return it->modified * 1000;
	case BY_CREATED:
		return it->created * 1000;
	case BY_SENT:
		return m->sent != NO_TIME ? m->sent * 1000 : INT64_MIN;
	case BY_READ:
		return it->read;
	case BY_DRAFT:
		return it->draft;
	case BY_ATTACHMENTS:
		return item_has_attachments(m);
	default:
		return 0;
	}
}

static const char *
text_of(const struct mail *m, int property)
{
	const char *s = m == NULL                ? NULL
			: property == BY_SUBJECT ? m->subject
						 : m->message_id;

	return s != NULL ? s : "";
}

/* -1: there is none of that name, or the simulator cannot. */
static int
property_called(const char *name, size_t n)
{
	int i;

	for (i = 0; i < N_BY; i++)
		if (strlen(PROPERTY[i].name) == n &&
		    strncasecmp(PROPERTY[i].name, name, n) == 0)
			return i;
	return -1;
}

/* 2026-01-02T03:04:05Z, with a fraction or without, or the day alone. */
static bool
read_time(const char **text, int64_t *ms)
{
	struct tm tm = { 0 };
	const char *p = strptime(*text, "%Y-%m-%dT%H:%M:%S", &tm);
	long fraction = 0, unit = 100;

	if (p == NULL) {
		p = strptime(*text, "%Y-%m-%d", &tm);
		if (p == NULL || (*p != 0 && *p != ' '))
			return false;
		*text = p;
		*ms = (int64_t)timegm(&tm) * 1000;
		return true;
	}
	if (*p == '.')
		for (p++; isdigit((unsigned char)*p); p++, unit /= 10)
			fraction += (*p - '0') * unit;
	if (*p != 'Z')
		return false;
	*text = p + 1;
	*ms = (int64_t)timegm(&tm) * 1000 + fraction;
	return true;
}

/* 'it''s' */
static bool
read_quoted(const char **text, char **value)
{
	const char *p = *text;
	struct sb b = { 0 };

	if (*p++ != '\'')
		return false;
	sb_str(&b, "");
	for (; *p != 0; p++) {
		if (*p == '\'' && p[1] != '\'')
			break;
		p += *p == '\'';
		sb_ch(&b, *p);
	}
	*value = b.p;
	*text = p + (*p != 0);
	return *p == '\'';
}

static bool
read_value(const char **p, struct filter_term *t)
{
	enum value_type type = PROPERTY[t->property].type;
	size_t n = strcspn(*p, " )");

	if (type == TYPE_TIME)
		return read_time(p, &t->number);
	if (type == TYPE_STRING)
		return (t->op == OP_EQ || t->op == OP_NE) &&
		       read_quoted(p, &t->text);
	t->number = n == 4 && strncasecmp(*p, "true", n) == 0;
	if (t->number == 0 && (n != 5 || strncasecmp(*p, "false", n) != 0))
		return false;
	*p += n;
	return t->op == OP_EQ || t->op == OP_NE;
}

static bool
read_term(const char **p, struct filter_term *t)
{
	static const char *const OP[] = { "eq", "ne", "ge", "gt", "le", "lt" };
	size_t n;
	int i;

	*p += strspn(*p, " ");
	n = strcspn(*p, " ");
	t->property = property_called(*p, n);
	if (t->property < 0)
		return false;
	*p += n + strspn(*p + n, " ");
	n = strcspn(*p, " ");
	for (i = 0; i < 6; i++)
		if (n == 2 && strncasecmp(*p, OP[i], n) == 0)
			break;
	if (i == 6)
		return false;
	t->op = (enum filter_op)i;
	*p += n + strspn(*p + n, " ");
	return read_value(p, t);
}

static bool
read_filter(struct filter *f, const char *p)
{
	for (;;) {
		if (f->n == FILTER_TERMS || !read_term(&p, &f->term[f->n++]))
			return false;
		p += strspn(p, " ");
		if (*p == 0)
			return true;
		if (strncasecmp(p, "and ", 4) != 0)
			return false;
		p += 4;
	}
}

static bool
read_order(struct filter *f, const char *text)
{
	size_t n = strcspn(text, " ");
	const char *rest = text + n + strspn(text + n, " ");

	f->order = property_called(text, n);
	f->descending = strcasecmp(rest, "desc") == 0;
	return f->order >= 0 &&
	       (f->descending || *rest == 0 || strcasecmp(rest, "asc") == 0);
}

bool
filter_read(
    struct filter *f, struct graph_call *g, const char *text, const char *order)
{
	*f = (struct filter){ .order = -1, .descending = true };
	if (text != NULL && !read_filter(f, text)) {
		refuse_undone(g, "that $filter: it takes comparisons of "
				 "dates, flags, internetMessageId and subject, "
				 "and between them");
		return false;
	}
	if (order != NULL && !read_order(f, order)) {
		refuse_undone(g, "that $orderby: it takes one property");
		return false;
	}
	/* what is sorted by must be what is filtered by first */
	if (text != NULL && order != NULL && f->term[0].property != f->order) {
		refuse(g, 400, "InefficientFilter",
		    "The restriction or sort order is too complex for this "
		    "operation.");
		return false;
	}
	return true;
}

void
filter_free(struct filter *f)
{
	int i;

	for (i = 0; i < f->n; i++)
		free(f->term[i].text);
	f->n = 0;
}

static bool
term_meets(
    const struct filter_term *t, const struct item *it, const struct mail *m)
{
	int64_t n;
	int cmp;

	if (PROPERTY[t->property].type == TYPE_STRING) {
		cmp = strcasecmp(text_of(m, t->property), t->text);
	} else {
		n = number_of(it, m, t->property);
		cmp = (n > t->number) - (n < t->number);
	}
	switch (t->op) {
	case OP_EQ:
		return cmp == 0;
	case OP_NE:
		return cmp != 0;
	case OP_GE:
		return cmp >= 0;
	case OP_GT:
		return cmp > 0;
	case OP_LE:
		return cmp <= 0;
	default:
		return cmp < 0;
	}
}

bool
filter_meets(const struct filter *f, const struct item *it)
{
	struct mail tmp = { 0 };
	const struct mail *m = NULL;
	bool ok = true;
	int i;

	for (i = 0; i < f->n && ok; i++) {
		/* a made-up mail is not made for its times */
		if (m == NULL && f->term[i].property != BY_RECEIVED)
			m = item_mail(it, &tmp, 0);
		ok = term_meets(&f->term[i], it, m);
	}
	arena_free(&tmp.a);
	return ok;
}

struct sorted {
	const struct item *item;
	const struct mail *m;
	const struct filter *filter;
};

static int
compare_items(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;
	int order = x->filter->order, cmp;
	int64_t p, q;

	if (PROPERTY[order].type == TYPE_STRING) {
		cmp = strcasecmp(text_of(x->m, order), text_of(y->m, order));
	} else {
		p = number_of(x->item, x->m, order);
		q = number_of(y->item, y->m, order);
		cmp = (p > q) - (p < q);
	}
	if (cmp == 0)
		cmp = (x->item->num > y->item->num) -
		      (x->item->num < y->item->num);
	return x->filter->descending ? -cmp : cmp;
}

void
filter_sort(const struct filter *given, const struct item **v, size_t n)
{
	struct filter f = *given;
	struct sorted *s = sb_xmalloc((n + 1) * sizeof(*s));
	struct mail *made = sb_xmalloc((n + 1) * sizeof(*made));
	size_t i;

	if (f.order < 0)
		f.order = BY_RECEIVED;
	for (i = 0; i < n; i++) {
		s[i] = (struct sorted){ .item = v[i], .filter = &f };
		if (f.order != BY_RECEIVED)
			s[i].m = item_mail(v[i], &made[i], 0);
	}
	qsort(s, n, sizeof(*s), compare_items);
	for (i = 0; i < n; i++) {
		v[i] = s[i].item;
		arena_free(&made[i].a);
	}
	free(made);
	free(s);
}

bool
filter_fits_delta(const struct filter *f)
{
	if (f->order >= 0 && (f->order != BY_RECEIVED || !f->descending))
		return false;
	return f->n == 0 ||
	       (f->n == 1 && f->term[0].property == BY_RECEIVED &&
		   (f->term[0].op == OP_GE || f->term[0].op == OP_GT));
}
