/*
 * attach.c - GetAttachment: the content of one attachment as a stream.
 * 1. Content is decoded piece by piece; nothing of it is held.
 * 2. A file without Content is empty; an item without MimeContent cannot be
 *    had, and that is the item's error.
 * 3. An error in the answer stops only this attachment, whatever its code means
 *    elsewhere; only the server's load, or a login, concern others.
 * 4. Text that ends with Exchange's mark of a truncated answer, or inside a
 *    byte, is an error to be retried; that is checked before the content is
 *    judged.
 */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "ews/attach.h"
#include "ews/call.h"
#include "ews/code.h"
#include "ews/itemxml.h"

static int
id_start(struct attach *p, const struct xml_attrs *a, struct err *err)
{
	const char *id = xml_attr(a, "Id");

	if (id == NULL || strcmp(id, p->id) == 0)
		return SOAP_SKIP;
	err_set(err, ERR_RETRY, "the server gave another attachment");
	return err_code(err, CAUSE_OTHER, "answer-mismatch", SCOPE_ITEM);
}

static int
attachment_start(struct attach *p, enum tok t)
{
	if (p->seen || (t != TOK_FileAttachment && t != TOK_ItemAttachment))
		return SOAP_SKIP;
	p->seen = true;
	p->item = t == TOK_ItemAttachment;
	return SOAP_ENTER;
}

static int
content_start(struct attach *p)
{
	if (p->content)
		return SOAP_SKIP;
	p->content = true;
	unbase64_init(&p->decode, p->out);
	return SOAP_STREAM;
}

static int
attach_field_start(
    struct attach *p, enum tok t, const struct xml_attrs *a, struct err *err)
{
	switch (t) {
	case TOK_AttachmentId:
		return id_start(p, a, err);
	case TOK_ContentType:
		return SOAP_TEXT;
	case TOK_Content:
		return p->item ? SOAP_SKIP : content_start(p);
	case TOK_Name:
	case TOK_ContentId:
	case TOK_Size:
	case TOK_IsInline:
		return SOAP_SKIP;
	default:
		break;
	}
	if (!p->item)
		return SOAP_SKIP;
	/* the item within, whatever its element is called */
	snprintf(p->type, ATTACH_TYPE, "%s",
	    t == TOK_CalendarItem ? "text/calendar"
	    : t == TOK_Contact    ? "text/vcard"
				  : "message/rfc822");
	return SOAP_ENTER;
}

static int
attach_start(void *arg, enum tok t, int level, const struct xml_attrs *a,
    struct err *err)
{
	struct attach *p = arg;

	switch (level) {
	case 1:
		return t == TOK_Attachments ? SOAP_ENTER : SOAP_SKIP;
	case 2:
		return attachment_start(p, t);
	case 3:
		return attach_field_start(p, t, a, err);
	default:
		return level == 4 && t == TOK_MimeContent ? content_start(p)
							  : SOAP_SKIP;
	}
}

static int
attach_end(void *arg, enum tok t, int level, const char *text, size_t len,
    struct err *err)
{
	struct attach *p = arg;

	(void)err;
	if (level == 3 && t == TOK_ContentType && text != NULL && !p->item &&
	    len > 0 && len < ATTACH_TYPE)
		str_printable(p->type, ATTACH_TYPE, text, len);
	return 0;
}

static void
keep_tail(struct attach *p, const char *s, size_t n)
{
	size_t keep;

	if (n >= ATTACH_TAIL) {
		memcpy(p->tail, s + n - ATTACH_TAIL, ATTACH_TAIL);
		p->ntail = ATTACH_TAIL;
		return;
	}
	keep = p->ntail + n > ATTACH_TAIL ? ATTACH_TAIL - n : p->ntail;
	memmove(p->tail, p->tail + p->ntail - keep, keep);
	memcpy(p->tail + keep, s, n);
	p->ntail = keep + n;
}

static int
attach_text(void *arg, const char *s, size_t n, struct err *err)
{
	struct attach *p = arg;

	keep_tail(p, s, n);
	return p->decode.stream.write(&p->decode.stream, s, n, err);
}

static int
attach_message(void *arg, const struct soap_status *st, struct err *err)
{
	struct attach *p = arg;

	(void)err;
	if (p->err.kind == ERR_NONE)
		call_status(st, SCOPE_ITEM, &p->err);
	return 0;
}

const struct soap_ops attach_ops = { "GetAttachment", attach_start, attach_end,
	attach_text, attach_message };

/* The whole answer is there: does it hold the whole attachment? */
static int
settle_attachment(const struct attach *p, struct err *err)
{
	if (p->err.kind != ERR_NONE) {
		*err = p->err;
		if (err->kind == ERR_UNKNOWN)
			err_recast(err, ERR_ITEM, err->scope);
		if (err->kind != ERR_RETRY && err->kind != ERR_ITEM &&
		    err->kind != ERR_GONE && err->scope < SCOPE_PROFILE)
			err_recast(err, ERR_RETRY, SCOPE_ITEM);
		return -1;
	}
	if (itemxml_truncated(p->tail, p->ntail)) {
		err_set(err, ERR_RETRY,
		    "the server cut the content short: tried again");
		return err_code(err, CAUSE_OTHER, "truncated", SCOPE_ITEM);
	}
	if (!p->seen) {
		err_set(err, ERR_RETRY,
		    "the server says success, and gives no attachment");
		return err_code(
		    err, CAUSE_OTHER, "answer-mismatch", SCOPE_ITEM);
	}
	if (unbase64_end(&p->decode, err) == -1)
		return -1;
	if (p->item && !p->content) {
		err_set(err, ERR_ITEM,
		    "the server cannot turn the attached item into a file");
		return err_code(err, CAUSE_OTHER, "no-mime", SCOPE_ITEM);
	}
	return 0;
}

int
attach_get(struct ews_session *s, const struct attachment *a,
    struct stream *out, char *type, struct err *err)
{
	struct build_get_attachment what = { a->id, a->kind == ATT_ITEM };
	char found[ATTACH_TYPE] = "";
	struct attach p;
	struct call c = { &attach_ops, &p, build_get_attachment, &what,
		SCOPE_ITEM };

	if (a->kind == ATT_REFERENCE || a->id == NULL) {
		err_set(err, ERR_ITEM,
		    "the attachment has no content on this "
		    "server, it is a link");
		return err_code(err, CAUSE_OTHER, "reference", SCOPE_ITEM);
	}
	memset(&p, 0, sizeof(p));
	p.id = a->id;
	p.out = out;
	p.type = found;
	if (call_run(s, &c, err) == -1) {
		/* not every server has this operation */
		if (err->kind == ERR_CONFIG && code_refuses(err))
			err_recast(err, ERR_ITEM, SCOPE_ITEM);
		return -1;
	}
	if (settle_attachment(&p, err) == -1)
		return err_prefix(err, "GetAttachment");
	if ((a->media_type == NULL || a->media_type[0] == '\0') &&
	    found[0] != '\0')
		memcpy(type, found, sizeof(found));
	return 0;
}
