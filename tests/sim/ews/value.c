/*
 * value.c - values of items and folders for restrictions and sort orders.
 * 1. Extended properties and bodies are taken from what GetItem would show:
 *    what a client can see, it can ask for.
 * 2. A property that is of a usable kind and that the item does not have is
 *    absent. Everything else is refused.
 */
#include "ews/value.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <glib.h>
#include <libxml/parser.h>

#include "ews/choice.h"
#include "ews/render.h"
#include "ews/renderfolder.h"
#include "ews/version.h"
#include "world/folder.h"
#include "world/item.h"
#include "world/kept.h"
#include "world/thread.h"

static const struct {
	int prop;
	enum value_type type;
	bool flag;
	const char *const *choice;
} ITEM[] = {
	{ P_CLASS, VALUE_TEXT, false, NULL },
	{ P_SUBJECT, VALUE_TEXT, false, NULL },
	{ P_SENSITIVITY, VALUE_CHOICE, false, CHOICE_SENSITIVITY },
	{ P_BODY, VALUE_TEXT, false, NULL },
	{ P_RECEIVED, VALUE_TIME, false, NULL },
	{ P_SIZE, VALUE_INT, false, NULL },
	{ P_CATEGORIES, VALUE_LIST, false, NULL },
	{ P_IMPORTANCE, VALUE_CHOICE, false, CHOICE_IMPORTANCE },
	{ P_IN_REPLY_TO, VALUE_TEXT, false, NULL },
	{ P_IS_SUBMITTED, VALUE_BOOL, true, NULL },
	{ P_IS_DRAFT, VALUE_BOOL, true, NULL },
	{ P_IS_FROM_ME, VALUE_BOOL, true, NULL },
	{ P_IS_RESEND, VALUE_BOOL, true, NULL },
	{ P_IS_UNMODIFIED, VALUE_BOOL, true, NULL },
	{ P_SENT, VALUE_TIME, false, NULL },
	{ P_CREATED, VALUE_TIME, false, NULL },
	{ P_REMINDER, VALUE_BOOL, false, NULL },
	{ P_REMINDER_MINUTES, VALUE_INT, false, NULL },
	{ P_DISPLAY_CC, VALUE_TEXT, false, NULL },
	{ P_DISPLAY_TO, VALUE_TEXT, false, NULL },
	{ P_HAS_ATTACHMENTS, VALUE_BOOL, false, NULL },
	{ P_MODIFIED_NAME, VALUE_TEXT, false, NULL },
	{ P_MODIFIED, VALUE_TIME, false, NULL },
	{ P_IS_ASSOCIATED, VALUE_BOOL, true, NULL },
	{ P_TEXT_BODY, VALUE_TEXT, false, NULL },
	{ P_SENDER, VALUE_PERSON, false, NULL },
	{ P_READ_RECEIPT, VALUE_BOOL, false, NULL },
	{ P_DELIVERY_RECEIPT, VALUE_BOOL, false, NULL },
	{ P_TOPIC, VALUE_TEXT, false, NULL },
	{ P_FROM, VALUE_PERSON, false, NULL },
	{ P_MESSAGE_ID, VALUE_TEXT, false, NULL },
	{ P_IS_READ, VALUE_BOOL, true, NULL },
	{ P_RESPONSE_REQUESTED, VALUE_BOOL, false, NULL },
	{ P_REFERENCES, VALUE_TEXT, false, NULL },
	{ P_RECEIVED_BY, VALUE_PERSON, false, NULL },
	{ P_RECEIVED_REPRESENTING, VALUE_PERSON, false, NULL },
	{ P_START, VALUE_TIME, false, NULL },
	{ P_END, VALUE_TIME, false, NULL },
	{ P_LOCATION, VALUE_TEXT, false, NULL },
};

static const struct {
	const char *uri;
	int prop;
	enum value_type type;
} FOLDER[] = {
	{ "folder:FolderClass", FP_CLASS, VALUE_TEXT },
	{ "folder:DisplayName", FP_NAME, VALUE_TEXT },
	{ "folder:TotalCount", FP_TOTAL, VALUE_INT },
	{ "folder:UnreadCount", FP_UNREAD, VALUE_INT },
	{ "folder:ChildFolderCount", FP_CHILDREN, VALUE_INT },
};

/*
 * Types of extended properties. Those that are missing here, other arrays and
 * fractions among them, are opaque.
 */
static const struct {
	const char *name;
	enum value_type type;
} EXT[] = {
	{ "String", VALUE_TEXT },
	{ "StringArray", VALUE_LIST },
	{ "Boolean", VALUE_BOOL },
	{ "Integer", VALUE_INT },
	{ "Short", VALUE_INT },
	{ "Long", VALUE_INT },
	{ "SystemTime", VALUE_TIME },
	{ "Object", VALUE_UNUSABLE },
	{ "ObjectArray", VALUE_UNUSABLE },
	{ "Error", VALUE_UNUSABLE },
	{ "Null", VALUE_UNUSABLE },
};

#define ROWS(t) (sizeof(t) / sizeof((t)[0]))

static void
item_path(struct path *p, const char *uri)
{
	int prop = shape_prop(uri);
	size_t i;

	for (i = 0; i < ROWS(ITEM); i++) {
		if (ITEM[i].prop != prop)
			continue;
		p->prop = prop;
		p->type = ITEM[i].type;
		p->flag = ITEM[i].flag;
		p->choice = ITEM[i].choice;
	}
}

static void
folder_path_of(struct path *p, const char *uri)
{
	size_t i;

	for (i = 0; i < ROWS(FOLDER); i++) {
		if (strcmp(FOLDER[i].uri, uri) != 0)
			continue;
		p->prop = FOLDER[i].prop;
		p->type = FOLDER[i].type;
	}
}

static const char *
ext_path(struct path *p, const xmlNode *n)
{
	const char *code;
	size_t i;

	if (shape_read_ext(&p->ext, n, &code) < 0)
		return code;
	p->prop = -1;
	p->type = VALUE_OPAQUE;
	for (i = 0; i < ROWS(EXT); i++)
		if (strcmp(EXT[i].name, p->ext.type) == 0)
			p->type = EXT[i].type;
	return p->type == VALUE_UNUSABLE ? "ErrorUnsupportedMapiPropertyType"
					 : NULL;
}

const char *
value_path(struct path *p, const xmlNode *n, bool of_folder, enum level level)
{
	const char *code = NULL;
	char *uri;

	*p = (struct path){ .type = VALUE_UNUSABLE };
	if (call_is(n, "ExtendedFieldURI"))
		return ext_path(p, n);
	uri = call_is(n, "FieldURI") ? call_attr(n, "FieldURI") : NULL;
	if (uri != NULL && of_folder)
		folder_path_of(p, uri);
	else if (uri != NULL)
		item_path(p, uri);
	if (uri != NULL && (version_field(uri) > level ||
			       (!of_folder && p->type != VALUE_UNUSABLE &&
				   PROPS[p->prop].since > level)))
		code = "ErrorInvalidPropertyRequest";
	else if (p->type == VALUE_UNUSABLE)
		code = "ErrorUnsupportedPathForQuery";
	xmlFree(uri);
	return code;
}

void
value_path_free(struct path *p)
{
	shape_free_ext(&p->ext);
}

void
value_path_xml(struct sb *b, const xmlNode *n)
{
	const xmlAttr *a;
	char *text;

	if (n == NULL)
		return;
	sb_fmt(b, "<t:%s", (const char *)n->name);
	for (a = n->properties; a != NULL; a = a->next) {
		text = call_attr(n, (const char *)a->name);
		sb_fmt(b, " %s=\"", (const char *)a->name);
		sb_attr(b, text != NULL ? text : "");
		SB_LIT(b, "\"");
		xmlFree(text);
	}
	SB_LIT(b, "/>");
}

static void
number(struct value *v, int64_t n)
{
	v->there = n != NO_TIME;
	v->n = n;
}

static void
string(struct value *v, const char *s)
{
	if (s == NULL)
		return;
	v->there = true;
	sb_str(&v->s, s);
	sb_ch(&v->s, 0);
	v->n_s++;
}

/* Names first, as a list is sorted by them. */
static void
person(struct value *v, const struct addr *a)
{
	if (a->name != NULL && *a->name != 0)
		string(v, a->name);
	if (a->addr != NULL)
		string(v, a->addr);
}

static void
people(struct value *v, const struct addrs *a)
{
	struct sb b = { 0 };
	int i;

	sb_str(&b, "");
	for (i = 0; i < a->n; i++) {
		const char *n = a->v[i].name;

		sb_str(&b, i > 0 ? "; " : "");
		sb_str(&b, n != NULL && *n != 0   ? n
			   : a->v[i].addr != NULL ? a->v[i].addr
						  : "");
	}
	string(v, b.p);
	sb_free(&b);
}

/* names: separated by commas */
static void
list(struct value *v, const char *names)
{
	struct sb b = { 0 };
	size_t n;

	for (; names != NULL && *names != 0; names += n + (names[n] != 0)) {
		n = strcspn(names, ",");
		sb_reset(&b);
		sb_add(&b, names, n);
		string(v, b.p);
	}
	sb_free(&b);
}

/* What an element of an answer says. */
static void
add_shown(struct value *v, const struct path *p, const xmlNode *n)
{
	char *text = call_text(n);
	struct value w;

	if (value_is_text(p->type))
		string(v, text);
	else if (value_constant(&w, p, text) == 0)
		*v = w;
	xmlFree(text);
}

/* What all elements of that name say, in what was rendered. */
static void
add_all(struct value *v, const struct path *p, const xmlNode *n,
    const char *element)
{
	const xmlNode *c;

	if (call_is(n, element))
		add_shown(v, p, n);
	for (c = call_first(n); c != NULL; c = call_next(c))
		add_all(v, p, c, element);
}

static void
add_rendered(struct value *v, const struct path *p, const struct sb *xml,
    const char *element)
{
	struct sb b = { 0 };
	xmlDoc *doc;

	SB_LIT(&b, "<r xmlns:t=\"" NS_TYPES "\">");
	sb_add(&b, xml->p, xml->n);
	SB_LIT(&b, "</r>");
	doc = xmlReadMemory(b.p, (int)b.n, "value", NULL,
	    XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_NOERROR |
		XML_PARSE_NOWARNING);
	if (doc != NULL)
		add_all(v, p, xmlDocGetRootElement(doc), element);
	xmlFreeDoc(doc);
	sb_free(&b);
}

/*
 * What GetItem or GetFolder shows: each value of an extended property, or the
 * body as text.
 */
static void
shown(struct value *v, const struct path *path, const struct item *it,
    const struct folder *f)
{
	struct call c = { .level = version_top() };
	struct shape s = { .base = "IdOnly" };
	bool ext = path->prop < 0;
	int p = ext ? P_EXTENDED : P_TEXT_BODY;

	if (ext) {
		s.ext[0] = path->ext;
		s.n_ext = 1;
	}
	s.want[p / 64] |= (uint64_t)1 << p % 64;
	if (it != NULL)
		render_item(&c, &s, it, false);
	else
		renderfolder(&c, &s, f);
	add_rendered(v, path, &c.out, ext ? "Value" : "TextBody");
	sb_free(&c.out);
	sb_free(&c.log_bodies);
}

static void
state(struct value *v, int p, const struct item *it)
{
	switch (p) {
	case P_RECEIVED:
		number(v, it->received);
		break;
	case P_CREATED:
		number(v, it->created);
		break;
	case P_MODIFIED:
		number(v, it->modified);
		break;
	case P_SIZE:
		number(v, (int64_t)item_size(it));
		break;
	case P_CATEGORIES:
		list(v, it->categories);
		break;
	case P_IS_READ:
		number(v, it->read);
		break;
	case P_IS_DRAFT:
		number(v, it->draft);
		break;
	case P_IS_FROM_ME:
		number(v, it->sent);
		break;
	case P_IS_UNMODIFIED:
		number(v, it->version == 0);
		break;
	case P_MODIFIED_NAME:
		string(v, it->folder->mailbox->person->name);
		break;
	default:
		break;
	}
}

static void
words(struct value *v, const struct path *p, const struct item *it,
    const struct mail *m)
{
	switch (p->prop) {
	case P_CLASS:
		string(v, item_class(it, m));
		break;
	case P_SUBJECT:
		string(v, m->subject);
		break;
	case P_TOPIC:
		string(v, thread_topic(m));
		break;
	case P_BODY:
	case P_TEXT_BODY:
		if (m->body_kind != BODY_NONE)
			shown(v, p, it, NULL);
		break;
	case P_MESSAGE_ID:
		string(v, m->message_id);
		break;
	case P_IN_REPLY_TO:
		string(v, m->in_reply_to);
		break;
	case P_REFERENCES:
		string(v, m->references);
		break;
	case P_LOCATION:
		if (m->kind != KIND_MESSAGE)
			string(v, m->meeting.location);
		break;
	default:
		break;
	}
}

static void
somebody(struct value *v, int p, const struct item *it, const struct mail *m)
{
	const struct person *owner = it->folder->mailbox->person;

	switch (p) {
	case P_FROM:
		if (m->from.n > 0)
			person(v, &m->from.v[0]);
		break;
	case P_SENDER:
		if (m->sender.n > 0)
			person(v, &m->sender.v[0]);
		break;
	case P_RECEIVED_BY:
	case P_RECEIVED_REPRESENTING:
		if (!it->sent && !it->draft)
			person(v, &(struct addr){ owner->name, owner->addr });
		break;
	case P_DISPLAY_TO:
		people(v, &m->to);
		break;
	case P_DISPLAY_CC:
		people(v, &m->cc);
		break;
	default:
		break;
	}
}

/* False as well when the property is one that is never kept. */
static bool
kept_true(const struct mail *m, const char *key)
{
	const char *text = key != NULL ? kept_text(m, key) : NULL;

	return text != NULL && strcmp(text, "true") == 0;
}

static void
minutes(struct value *v, const char *text)
{
	char *end;
	int64_t n = text != NULL ? strtoll(text, &end, 10) : 0;

	if (text != NULL && end != text && *end == 0)
		number(v, n);
}

static void
other(struct value *v, const struct path *p, const struct mail *m)
{
	switch (p->prop) {
	case P_SENT:
		number(v, m->sent);
		break;
	case P_HAS_ATTACHMENTS:
		number(v, item_has_attachments(m));
		break;
	case P_READ_RECEIPT:
		number(v, m->read_receipt);
		break;
	case P_IMPORTANCE:
		number(v, m->importance);
		break;
	case P_SENSITIVITY:
		number(v, m->sensitivity);
		break;
	case P_START:
		if (m->kind != KIND_MESSAGE)
			number(v, m->meeting.start);
		break;
	case P_END:
		if (m->kind != KIND_MESSAGE)
			number(v, m->meeting.end);
		break;
	case P_REMINDER_MINUTES:
		minutes(v, kept_text(m, KEPT_REMINDER_MINUTES));
		break;
	default:
		if (PROPS[p->prop].flags & PF_FALSE)
			number(v, kept_true(m, shape_kept(p->prop)));
		break;
	}
}

static int
read_time(const char *s, int64_t *t)
{
	struct tm tm = { 0 };
	const char *rest = strptime(s, "%Y-%m-%d", &tm);
	int h = 0, m = 0, n = 0;

	if (rest != NULL && *rest == 'T')
		rest = strptime(rest, "T%H:%M:%S", &tm);
	if (rest == NULL)
		return -1;
	*t = (int64_t)timegm(&tm);
	if (*rest == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	if ((*rest == '+' || *rest == '-') &&
	    sscanf(rest + 1, "%2d:%2d%n", &h, &m, &n) == 2) {
		*t -= (*rest == '-' ? -1 : 1) * (h * 3600 + m * 60);
		rest += 1 + n;
	} else if (*rest == 'Z') {
		rest++;
	}
	return *rest == 0 ? 0 : -1;
}

int
value_constant(struct value *v, const struct path *p, const char *s)
{
	char *end;
	int64_t n = 0;

	*v = (struct value){ 0 };
	switch (p->type) {
	case VALUE_BOOL:
		n = strcasecmp(s, "true") == 0 || strcmp(s, "1") == 0;
		if (n == 0 && strcasecmp(s, "false") != 0 &&
		    strcmp(s, "0") != 0)
			return -1;
		break;
	case VALUE_INT:
		n = strtoll(s, &end, 10);
		if (end == s || *end != 0)
			return -1;
		break;
	case VALUE_TIME:
		if (read_time(s, &n) < 0)
			return -1;
		break;
	case VALUE_CHOICE:
		if ((n = choice_of(p->choice, s)) < 0)
			return -1;
		break;
	default:
		string(v, s);
		return 0;
	}
	number(v, n);
	return 0;
}

static void
of_folder(struct value *v, const struct path *p, const struct folder *f)
{
	switch (p->prop) {
	case -1:
		shown(v, p, NULL, f);
		break;
	case FP_CLASS:
		string(v, f->class);
		break;
	case FP_NAME:
		string(v, f->name);
		break;
	case FP_TOTAL:
		number(v, (int64_t)f->n_items);
		break;
	case FP_UNREAD:
		number(v, (int64_t)f->unread);
		break;
	case FP_CHILDREN:
		number(v, folder_children(f));
		break;
	default:
		break;
	}
}

void
value_get(struct value *v, const struct path *p, const struct item *it,
    const struct folder *f)
{
	struct mail tmp = { 0 };
	const struct mail *m;

	*v = (struct value){ 0 };
	if (it == NULL) {
		of_folder(v, p, f);
	} else if (p->prop < 0) {
		shown(v, p, it, NULL);
	} else {
		m = item_mail(it, &tmp, 0);
		state(v, p->prop, it);
		words(v, p, it, m);
		somebody(v, p->prop, it, m);
		if (!v->there)
			other(v, p, m);
		arena_free(&tmp.a);
	}
}

void
value_free(struct value *v)
{
	sb_free(&v->s);
}

char *
value_fold(const char *s, bool ignore_case, bool ignore_marks)
{
	gchar *all = g_utf8_normalize(
		  s, -1, ignore_marks ? G_NORMALIZE_NFD : G_NORMALIZE_NFC),
	      *folded;
	struct sb b = { 0 };
	const gchar *p;
	char utf8[6];

	sb_str(&b, "");
	if (ignore_case) {
		folded = g_utf8_casefold(all != NULL ? all : s, -1);
		g_free(all);
		all = folded;
	}
	for (p = all != NULL ? all : s; *p != 0; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (!ignore_marks || !g_unichar_ismark(c))
			sb_add(&b, utf8, (size_t)g_unichar_to_utf8(c, utf8));
	}
	g_free(all);
	return b.p;
}

bool
value_is_text(enum value_type t)
{
	return t == VALUE_TEXT || t == VALUE_PERSON || t == VALUE_LIST ||
	       t == VALUE_OPAQUE;
}

int
value_compare(enum value_type t, const struct value *a, const struct value *b)
{
	char *x, *y;
	int c;

	if (!value_is_text(t))
		return a->n < b->n ? -1 : a->n > b->n;
	if (t == VALUE_OPAQUE)
		return strcmp(a->s.p, b->s.p);
	x = value_fold(a->s.p, true, false);
	y = value_fold(b->s.p, true, false);
	c = strcmp(x, y);
	free(x);
	free(y);
	return c;
}
