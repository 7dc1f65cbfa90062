/*
 * fields.c - reads $select and $expand.
 */
#include "graph/fields.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "graph/goption.h"
#include "graph/gjson.h"

enum { ONLY_ASKED = 1, IS_CONTENT = 2 };

static const struct {
	const char *name;
	unsigned flags;
} FIELD[N_FIELDS] = {
	[F_CREATED] = { "createdDateTime", 0 },
	[F_MODIFIED] = { "lastModifiedDateTime", 0 },
	[F_KEY] = { "changeKey", 0 },
	[F_CATEGORIES] = { "categories", 0 },
	[F_RECEIVED] = { "receivedDateTime", 0 },
	[F_SENT] = { "sentDateTime", 0 },
	[F_HAS_ATTACHMENTS] = { "hasAttachments", 0 },
	[F_MESSAGE_ID] = { "internetMessageId", 0 },
	[F_SUBJECT] = { "subject", 0 },
	[F_PREVIEW] = { "bodyPreview", IS_CONTENT },
	[F_IMPORTANCE] = { "importance", 0 },
	[F_PARENT] = { "parentFolderId", 0 },
	[F_CONVERSATION] = { "conversationId", 0 },
	[F_INDEX] = { "conversationIndex", 0 },
	[F_DELIVERY_RECEIPT] = { "isDeliveryReceiptRequested", 0 },
	[F_READ_RECEIPT] = { "isReadReceiptRequested", 0 },
	[F_READ] = { "isRead", 0 },
	[F_DRAFT] = { "isDraft", 0 },
	[F_WEB_LINK] = { "webLink", 0 },
	[F_INFERENCE] = { "inferenceClassification", 0 },
	[F_BODY] = { "body", IS_CONTENT },
	[F_SENDER] = { "sender", 0 },
	[F_FROM] = { "from", 0 },
	[F_TO] = { "toRecipients", 0 },
	[F_CC] = { "ccRecipients", 0 },
	[F_BCC] = { "bccRecipients", 0 },
	[F_REPLY_TO] = { "replyTo", 0 },
	[F_FLAG] = { "flag", 0 },
	[F_HEADERS] = { "internetMessageHeaders", ONLY_ASKED },
	[F_UNIQUE] = { "uniqueBody", ONLY_ASKED | IS_CONTENT },
	[F_MEETING_TYPE] = { "microsoft.graph.eventMessage/meetingMessageType",
	    0 },
};

const char *
field_name(enum field f)
{
	return f == F_MEETING_TYPE ? "meetingMessageType" : FIELD[f].name;
}

bool
field_wanted(const struct fields *f, enum field which)
{
	return f->set >> which & 1;
}

static bool
permitted(const struct graph_call *g, const char *names)
{
	const char *p = g->may != NULL ? g->may : "", *q;
	size_t n, m;

	for (; *p != 0; p += n + (p[n] == ' ')) {
		n = strcspn(p, " ");
		for (q = names; *q != 0; q += m + (q[m] == ' ')) {
			m = strcspn(q, " ");
			if (m == n && strncasecmp(p, q, n) == 0)
				return true;
		}
	}
	return false;
}

bool
fields_may_read(const struct graph_call *g)
{
	return permitted(g, "Mail.Read Mail.ReadWrite Mail.Read.Shared "
			    "Mail.ReadWrite.Shared");
}

bool
fields_may_basic(const struct graph_call *g)
{
	return fields_may_read(g) ||
	       permitted(g, "Mail.ReadBasic Mail.ReadBasic.All "
			    "Mail.ReadBasic.Shared");
}

/* What the cloud does not know. */
static bool
cloud_lacks(enum field f)
{
	return graph_option.cloud == CLOUD_CHINA &&
	       (f == F_INDEX || f == F_FLAG || f == F_HEADERS);
}

static int
field_called(const char *name, size_t n)
{
	int i;

	for (i = 0; i < N_FIELDS; i++)
		if (strlen(FIELD[i].name) == n &&
		    strncasecmp(FIELD[i].name, name, n) == 0 &&
		    !(cloud_lacks((enum field)i) ||
			(i == F_INDEX && graph_option.cloud == CLOUD_USGOV)))
			return i;
	return -1;
}

static void
no_property(struct graph_call *g, const char *name, size_t n, const char *of)
{
	struct sb b = { 0 };

	SB_LIT(&b, "Parsing OData Select and Expand failed: Could not find a "
		   "property named '");
	sb_add(&b, name, n);
	sb_fmt(&b, "' on type 'microsoft.graph.%s'.", of);
	refuse(g, 400, "BadRequest", b.p);
	sb_free(&b);
}

/* The next name of a list with commas: its length; *p is moved to it. */
static size_t
next_name(const char **p)
{
	size_t n;

	*p += strspn(*p, ", ");
	n = strcspn(*p, ",");
	while (n > 0 && (*p)[n - 1] == ' ')
		n--;
	return n;
}

bool
fields_known(
    struct graph_call *g, const char *select, const char *names, const char *of)
{
	const char *p = select, *q;
	size_t n, m;

	for (; p != NULL && (n = next_name(&p)) > 0; p += n) {
		for (q = names; *q != 0; q += m + (q[m] == ' ')) {
			m = strcspn(q, " ");
			if (m == n && strncasecmp(q, p, n) == 0)
				break;
		}
		if (*q == 0) {
			no_property(g, p, n, of);
			return false;
		}
	}
	return true;
}

bool
fields_asked(const char *select, const char *name)
{
	const char *p = select;
	size_t n;

	if (p == NULL || *p == 0)
		return true;
	for (; (n = next_name(&p)) > 0; p += n)
		if (strlen(name) == n && strncasecmp(p, name, n) == 0)
			return true;
	return false;
}

static void
fields_default(struct fields *f, const struct graph_call *g)
{
	int i;

	for (i = 0; i < N_FIELDS; i++)
		if ((FIELD[i].flags & ONLY_ASKED) == 0 &&
		    !cloud_lacks((enum field)i) &&
		    ((FIELD[i].flags & IS_CONTENT) == 0 || fields_may_read(g)))
			f->set |= (uint64_t)1 << i;
}

static bool
denied_content(struct graph_call *g)
{
	refuse(g, 403, "ErrorAccessDenied",
	    "Access is denied. Check credentials and try again.");
	return false;
}

static bool
read_select(struct fields *f, struct graph_call *g, const char *select)
{
	const char *p = select;
	size_t n;
	int i;

	f->chosen = true;
	for (; (n = next_name(&p)) > 0; p += n) {
		if (n == 2 && strncasecmp(p, "id", n) == 0)
			continue;
		i = field_called(p, n);
		if (i < 0) {
			no_property(g, p, n, "message");
			return false;
		}
		if ((FIELD[i].flags & IS_CONTENT) != 0 && !fields_may_read(g))
			return denied_content(g);
		f->set |= (uint64_t)1 << i;
	}
	if (!fields_may_read(g) && !graph_option.basic_headers)
		f->set &= ~((uint64_t)1 << F_HEADERS);
	return true;
}

static const struct {
	const char *name;
	unsigned type;
} TYPE[] = { { "String", MAPI_STRING }, { "Integer", MAPI_INTEGER },
	{ "SystemTime", MAPI_TIME }, { "Binary", MAPI_BINARY },
	{ "Boolean", MAPI_BOOLEAN }, { "Short", MAPI_SHORT },
	{ "Long", MAPI_LONG }, { "Double", MAPI_DOUBLE },
	{ "Float", MAPI_FLOAT }, { "CLSID", MAPI_GUID } };

/* TYPE 0xTAG, TYPE {set} Name NAME or TYPE {set} Id 0xID. */
static bool
read_property(struct property *q, const char *text, size_t n)
{
	const char *rest, *end;
	size_t i, len;

	q->text = strndup(text, n);
	len = strcspn(q->text, " ");
	for (i = 0; i < sizeof(TYPE) / sizeof(TYPE[0]); i++)
		if (strlen(TYPE[i].name) == len &&
		    strncasecmp(TYPE[i].name, q->text, len) == 0) {
			q->type = TYPE[i].name;
			q->p.type = TYPE[i].type;
		}
	rest = q->text + len + strspn(q->text + len, " ");
	if (q->type == NULL)
		return false;
	if (strncasecmp(rest, "0x", 2) == 0) {
		q->p.tag = (unsigned)strtoul(rest, (char **)&end, 16);
		return *end == 0 && q->p.tag != 0 && q->p.tag < 0x8000;
	}
	end = *rest == '{' ? strchr(rest, '}') : NULL;
	if (end == NULL || end - rest != 37)
		return false;
	q->p.set = q->set = strndup(rest + 1, 36);
	rest = end + 1 + strspn(end + 1, " ");
	if (strncasecmp(rest, "Name ", 5) == 0 && rest[5] != 0) {
		q->p.name = q->name = sb_xstrdup(rest + 5);
		return true;
	}
	if (strncasecmp(rest, "Id ", 3) != 0)
		return false;
	q->p.id = strtol(rest + 3, (char **)&end, 0);
	return *end == 0 && end != rest + 3;
}

static bool
bad_expand(struct graph_call *g)
{
	refuse(g, 400, "BadRequest",
	    "Parsing OData Select and Expand failed: the filter of extended "
	    "properties wants id eq 'TYPE TAG', several with or.");
	return false;
}

/* ($filter=id eq 'A' or id eq 'B') */
static bool
read_filter(struct fields *f, struct graph_call *g, const char *text, size_t n)
{
	const char *end = text + n, *quote;
	bool more = true;

	if (n < 10 || strncasecmp(text, "($filter=", 9) != 0)
		return bad_expand(g);
	for (text += 9; more; text = quote + 1) {
		text += strspn(text, " ");
		if (end - text < 8 || strncasecmp(text, "id eq '", 7) != 0)
			return bad_expand(g);
		text += 7;
		quote = memchr(text, '\'', (size_t)(end - text));
		if (quote == NULL)
			return bad_expand(g);
		f->property = sb_xrealloc(f->property,
		    (size_t)(f->n_properties + 1) * sizeof(*f->property));
		f->property[f->n_properties] = (struct property){ 0 };
		if (!read_property(&f->property[f->n_properties++], text,
			(size_t)(quote - text)))
			return bad_expand(g);
		more = strncasecmp(quote + 1, " or ", 4) == 0;
		quote += more ? 3 : 0;
	}
	return strcmp(text, ")") == 0 || *text == ')' ? true : bad_expand(g);
}

/* One part of $expand, whose brackets belong to it. */
static bool
read_part(struct fields *f, struct graph_call *g, const char *p, size_t n)
{
	static const char SINGLE[] = "singleValueExtendedProperties";
	size_t word = strcspn(p, "(,");

	if (word > n)
		word = n;
	if (word == sizeof(SINGLE) - 1 && strncasecmp(p, SINGLE, word) == 0) {
		if (!fields_may_read(g))
			return denied_content(g);
		return read_filter(f, g, p + word, n - word);
	}
	if (n == 11 && strncasecmp(p, "attachments", n) == 0) {
		if (!fields_may_read(g))
			return denied_content(g);
		f->attachments = true;
		return true;
	}
	refuse_undone(g, "$expand of anything but attachments (without "
			 "options) and singleValueExtendedProperties");
	return false;
}

bool
fields_expand(struct fields *f, struct graph_call *g, const char *expand)
{
	const char *p = expand;
	size_t n;
	int depth;
	bool quoted;

	while (p != NULL && *p != 0) {
		p += strspn(p, ", ");
		depth = 0;
		quoted = false;
		for (n = 0; p[n] != 0 && (p[n] != ',' || depth > 0); n++) {
			quoted ^= p[n] == '\'';
			depth += quoted        ? 0
				 : p[n] == '(' ? 1
				 : p[n] == ')' ? -1
					       : 0;
		}
		if (n > 0 && !read_part(f, g, p, n))
			return false;
		p += n;
	}
	return true;
}

bool
fields_read(struct fields *f, struct graph_call *g, const char *select,
    const char *expand)
{
	*f = (struct fields){ 0 };
	if (select == NULL || *select == 0)
		fields_default(f, g);
	else if (!read_select(f, g, select))
		return false;
	return fields_expand(f, g, expand);
}

void
fields_free(struct fields *f)
{
	int i;

	for (i = 0; i < f->n_properties; i++) {
		free(f->property[i].text);
		free(f->property[i].set);
		free(f->property[i].name);
	}
	free(f->property);
	*f = (struct fields){ 0 };
}
