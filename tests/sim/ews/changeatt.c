/*
 * changeatt.c - attachments that are written.
 */
#include <string.h>

#include "ews/change.h"
#include "world/compose.h"
#include "world/mailcopy.h"
#include "world/mime.h"

/* What an attachment may be given; all else is refused. */
static const char *const TAKEN[] = { "Name", "ContentType", "ContentId",
	"ContentLocation", "IsInline", "Content", "AttachLongPathName",
	"Message" };

static const char *
text_of(struct change *ch, const xmlNode *n, const char *name)
{
	char *text = call_text(call_child(n, name));
	const char *kept = text != NULL ? arena_str(&ch->m->a, text) : NULL;

	xmlFree(text);
	return kept;
}

static bool
taken(const xmlNode *n)
{
	size_t i;

	for (i = 0; i < sizeof(TAKEN) / sizeof(TAKEN[0]); i++)
		if (call_is(n, TAKEN[i]))
			return true;
	/* said of every file by some clients, and what GetItem says */
	return call_is(n, "IsContactPhoto") &&
	       !call_true(n->parent, "IsContactPhoto");
}

static const char *
file_content(struct change *ch, struct att *a, const xmlNode *n)
{
	char *text = call_text(call_child(n, "Content")), *p, *q;
	struct sb b = { 0 };
	bool ok = true;

	a->kind = ATT_FILE;
	if (text != NULL) {
		for (p = q = text; *p != 0; p++)
			if (strchr(" \t\r\n", *p) == NULL)
				*q++ = *p;
		*q = 0;
		ok = sb_unb64(&b, text, strlen(text)) == 0;
	}
	a->data = arena_strn(&ch->m->a, b.p != NULL ? b.p : "", b.n);
	a->len = b.n;
	sb_free(&b);
	xmlFree(text);
	return ok ? NULL : "ErrorInvalidRequest";
}

static const char *
message_content(struct change *ch, struct att *a, const xmlNode *n)
{
	const xmlNode *message = call_child(n, "Message");
	struct change inner;
	const char *code;

	if (message == NULL)
		return "ErrorMissingItemForCreateItemAttachment";
	change_new(&inner, ch->c);
	inner.nested = true;
	code = change_create(&inner, message);
	if (code == NULL) {
		if (inner.m->sender.n == 0)
			inner.m->sender = inner.m->from;
		if (!inner.mime || inner.anew)
			compose(inner.m);
		a->kind = ATT_ITEM;
		a->item = inner.m;
		a->len = inner.m->raw_len;
		inner.m = NULL;
	} else {
		ch->why = inner.why;
		inner.why = NULL;
	}
	change_free(&inner);
	return code;
}

static const char *
content(struct change *ch, struct att *a, const xmlNode *n)
{
	if (call_is(n, "FileAttachment"))
		return file_content(ch, a, n);
	if (call_is(n, "ItemAttachment"))
		return message_content(ch, a, n);
	if (!call_is(n, "ReferenceAttachment") || ch->c->level < V2013)
		return "ErrorInvalidRequest";
	a->kind = ATT_REF;
	a->url = text_of(ch, n, "AttachLongPathName");
	return NULL;
}

const char *
change_attach(struct change *ch, const xmlNode *n)
{
	struct att a = { 0 }, *at;
	const xmlNode *k;
	const char *code;

	for (k = call_first(n); k != NULL; k = call_next(k))
		if (!taken(k))
			return change_refuse(ch, "ErrorInvalidPropertySet",
			    "The simulator stores no %s of an attachment.",
			    (const char *)k->name);
	change_mail(ch);
	a.name = text_of(ch, n, "Name");
	a.type = text_of(ch, n, "ContentType");
	a.cid = text_of(ch, n, "ContentId");
	a.location = text_of(ch, n, "ContentLocation");
	a.is_inline = call_true(n, "IsInline");
	if (a.type != NULL && strcmp(a.type, "message/rfc822") == 0 &&
	    !call_is(n, "FileAttachment"))
		return change_refuse(ch, "ErrorInvalidPropertySet",
		    "The simulator does not tell that ContentType.");
	code = content(ch, &a, n);
	if (code != NULL)
		return code;
	at = mailcopy_add(ch->m);
	a.num = at->num;
	*at = a;
	ch->touched = ch->anew = true;
	return NULL;
}

void
change_forget(struct change *ch, int at)
{
	struct mail *m = change_mail(ch);

	mime_free(m->att[at].item);
	m->n_att--;
	memmove(&m->att[at], &m->att[at + 1],
	    (size_t)(m->n_att - at) * sizeof(*m->att));
	ch->touched = ch->anew = true;
}
