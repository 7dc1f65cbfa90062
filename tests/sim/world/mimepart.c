/*
 * mimepart.c - decides, as Exchange does at delivery, which part is the
 * body and which are attachments.
 * 1. One body is stored: HTML when there is one, else text.
 * 2. The first text that is not marked as an attachment is the body; later
 *    ones become attachments, except alternatives of the body.
 */
#include "world/mimepart.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/sb.h"
#include "world/ical.h"
#include "world/mime.h"
#include "world/mimetext.h"

#define MAX_DEPTH 20

struct walk {
	struct mail *m;
	struct att *v;
	int n;
	size_t cap;
	int depth;
	int unnamed;
	bool is_signed;
};

static struct att *
new_att(struct walk *w)
{
	w->v = sb_grow(w->v, (size_t)w->n, &w->cap, sizeof(*w->v));
	w->v[w->n] = (struct att){ 0 };
	return &w->v[w->n++];
}

/* The bytes of an object with its headers. */
static void
object_bytes(struct sb *b, GMimeObject *o)
{
	GMimeStream *mem = g_mime_stream_mem_new();
	GByteArray *bytes;

	g_mime_object_write_to_stream(o, NULL, mem);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(mem));
	sb_need(b, 1);
	sb_add(b, bytes->data, bytes->len);
	g_object_unref(mem);
}

/* The decoded bytes of a part. */
static void
part_bytes(struct sb *b, GMimePart *part)
{
	GMimeDataWrapper *dw = g_mime_part_get_content(part);
	GMimeStream *mem;
	GByteArray *bytes;

	sb_need(b, 1);
	if (dw == NULL)
		return;
	mem = g_mime_stream_mem_new();
	g_mime_data_wrapper_write_to_stream(dw, mem);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(mem));
	sb_add(b, bytes->data, bytes->len);
	g_object_unref(mem);
}

static bool
disposed(GMimeObject *o, const char *how)
{
	const char *d = g_mime_object_get_disposition(o);

	return d != NULL && strcasecmp(d, how) == 0;
}

static const char *
made_up_name(struct walk *w, GMimeObject *o)
{
	GMimeContentType *t = g_mime_object_get_content_type(o);
	const char *ext = "dat";

	if (g_mime_content_type_is_type(t, "text", "plain"))
		ext = "txt";
	else if (g_mime_content_type_is_type(t, "text", "html"))
		ext = "htm";
	else if (g_mime_content_type_is_type(t, "image", "jpeg"))
		ext = "jpg";
	else if (g_mime_content_type_is_type(t, "image", "*"))
		ext = g_mime_content_type_get_media_subtype(t);
	return arena_fmt(&w->m->a, "ATT%05d.%s", ++w->unnamed, ext);
}

static void
common(struct walk *w, struct att *a, GMimeObject *o, bool related)
{
	struct arena *ar = &w->m->a;
	const char *cid = g_mime_object_get_content_id(o);
	char *type = g_mime_content_type_get_mime_type(
	    g_mime_object_get_content_type(o));

	a->type = mimetext_clean(ar, type);
	g_free(type);
	a->cid = mimetext_clean(ar, cid);
	a->location =
	    mimetext_clean(ar, g_mime_object_get_header(o, "Content-Location"));
	a->is_inline = disposed(o, "inline") ||
		       (related && cid != NULL && !disposed(o, "attachment"));
}

static void
add_file(struct walk *w, GMimeObject *o, bool related)
{
	struct att *a = new_att(w);
	struct sb b = { 0 };
	const char *name = NULL;

	common(w, a, o, related);
	a->kind = ATT_FILE;
	if (GMIME_IS_PART(o)) {
		part_bytes(&b, GMIME_PART(o));
		name = g_mime_part_get_filename(GMIME_PART(o));
	}
	a->data = arena_strn(&w->m->a, b.p != NULL ? b.p : "", b.n);
	a->len = b.n;
	sb_free(&b);
	a->name = name != NULL && *name != 0 ? mimetext_clean(&w->m->a, name)
					     : made_up_name(w, o);
}

/* The part's content as it stands in the message, with its headers. */
static void
add_whole(struct walk *w, GMimeObject *o)
{
	struct att *a;
	struct sb b = { 0 };

	object_bytes(&b, o);
	w->n = 0;
	a = new_att(w);
	common(w, a, o, false);
	a->kind = ATT_FILE;
	a->name = "smime.p7m";
	a->len = b.n;
	a->data = arena_strn(&w->m->a, b.p, b.n);
	sb_free(&b);
}

static void
add_message(struct walk *w, GMimeObject *o)
{
	GMimeMessage *inner =
	    g_mime_message_part_get_message(GMIME_MESSAGE_PART(o));
	struct sb b = { 0 };
	struct att *a;

	if (inner == NULL || w->depth >= 8) {
		add_file(w, o, false);
		return;
	}
	a = new_att(w);
	common(w, a, o, false);
	a->kind = ATT_ITEM;
	object_bytes(&b, GMIME_OBJECT(inner));
	a->item = mime_parse(b.p, b.n);
	sb_free(&b);
	a->len = a->item->raw_len;
	a->name = a->item->subject != NULL
		      ? arena_str(&w->m->a, a->item->subject)
		      : "";
}

static void
set_body(struct walk *w, GMimeObject *o, bool html)
{
	const char *charset =
	    g_mime_object_get_content_type_parameter(o, "charset");
	struct mail *m = w->m;
	struct sb b = { 0 };
	const char *text;
	size_t len;

	part_bytes(&b, GMIME_PART(o));
	len = b.n;
	text = mimetext_utf8(&m->a, charset, b.p, &len);
	sb_free(&b);
	if (html && m->body_kind == BODY_TEXT) {
		m->plain = m->body;
		m->plain_len = m->body_len;
	}
	if (!html && m->body_kind == BODY_HTML) {
		m->plain = text;
		m->plain_len = len;
		return;
	}
	m->body_kind = html ? BODY_HTML : BODY_TEXT;
	m->body = text;
	m->body_len = len;
}

static void
calendar(struct walk *w, GMimeObject *o)
{
	struct sb b = { 0 };

	part_bytes(&b, GMIME_PART(o));
	ical_read(w->m, b.p, b.n);
	sb_free(&b);
	if (w->m->kind == KIND_MESSAGE)
		add_file(w, o, false);
}

static void
leaf(struct walk *w, GMimeObject *o, bool alt, bool related)
{
	GMimeContentType *t = g_mime_object_get_content_type(o);
	bool html = g_mime_content_type_is_type(t, "text", "html");
	bool text = html || g_mime_content_type_is_type(t, "text", "plain");
	bool named = g_mime_part_get_filename(GMIME_PART(o)) != NULL;
	struct mail *m = w->m;
	bool taken = m->body_kind != BODY_NONE &&
		     !(alt && (m->body_kind == BODY_HTML) != html);

	if (g_mime_content_type_is_type(t, "text", "calendar") &&
	    m->kind == KIND_MESSAGE && !disposed(o, "attachment")) {
		calendar(w, o);
	} else if (text && !taken && !disposed(o, "attachment") &&
		   (!named || w->depth == 1)) {
		set_body(w, o, html);
	} else {
		if (g_mime_content_type_is_type(
			t, "application", "pkcs7-mime") ||
		    g_mime_content_type_is_type(
			t, "application", "x-pkcs7-mime"))
			m->class = "IPM.Note.SMIME";
		add_file(w, o, related);
	}
}

static void
report_class(struct mail *m, GMimeObject *o)
{
	const char *t =
	    g_mime_object_get_content_type_parameter(o, "report-type");

	if (t == NULL || strcasecmp(t, "delivery-status") == 0)
		m->class = "REPORT.IPM.Note.NDR";
	else if (strcasecmp(t, "disposition-notification") == 0)
		m->class = "REPORT.IPM.Note.IPNRN";
}

static void
part(struct walk *w, GMimeObject *o, bool alt, bool related)
{
	GMimeContentType *t = g_mime_object_get_content_type(o);
	const char *sub = g_mime_content_type_get_media_subtype(t);
	int i, n;

	if (o == NULL || w->depth > MAX_DEPTH)
		return;
	w->depth++;
	if (GMIME_IS_MESSAGE_PART(o)) {
		add_message(w, o);
	} else if (GMIME_IS_MULTIPART(o)) {
		n = g_mime_multipart_get_count(GMIME_MULTIPART(o));
		if (strcasecmp(sub, "report") == 0)
			report_class(w->m, o);
		for (i = 0; i < n; i++) {
			bool first = i == 0 || strcasecmp(sub, "related") != 0;

			part(w,
			    g_mime_multipart_get_part(GMIME_MULTIPART(o), i),
			    (alt && i == 0) ||
				strcasecmp(sub, "alternative") == 0,
			    related || !first);
		}
		if (strcasecmp(sub, "signed") == 0) {
			w->m->class = "IPM.Note.SMIME.MultipartSigned";
			add_whole(w, o);
		}
	} else if (GMIME_IS_PART(o)) {
		leaf(w, o, alt, related);
	} else {
		add_file(w, o, related);
	}
	w->depth--;
}

void
mimepart_read(struct mail *m, GMimeObject *root, int depth)
{
	struct walk w = { .m = m, .depth = depth };
	int i;

	part(&w, root, false, false);
	if (w.n > 0) {
		m->att = arena_alloc(&m->a, (size_t)w.n * sizeof(*w.v));
		memcpy(m->att, w.v, (size_t)w.n * sizeof(*w.v));
		m->n_att = m->next_att = w.n;
		for (i = 0; i < w.n; i++)
			m->att[i].num = i;
	}
	free(w.v);
}
