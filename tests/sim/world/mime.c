/*
 * mime.c - a message as Exchange holds it after delivery.
 * 1. Whatever the bytes are, a mail comes out; what cannot be read is
 *    absent, as it is on a real server.
 * 2. Every string is valid UTF-8.
 */
#include "world/mime.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <gmime/gmime.h>

#include "base/sb.h"
#include "world/mimepart.h"
#include "world/mimetext.h"

void
mime_init(void)
{
	g_mime_init();
}

void
mime_done(void)
{
	g_mime_shutdown();
}

static int
count_addrs(InternetAddressList *list)
{
	int i, n = 0;

	for (i = 0; i < internet_address_list_length(list); i++) {
		InternetAddress *ia =
		    internet_address_list_get_address(list, i);

		if (INTERNET_ADDRESS_IS_GROUP(ia))
			n += count_addrs(internet_address_group_get_members(
			    INTERNET_ADDRESS_GROUP(ia)));
		else
			n++;
	}
	return n;
}

static void
fill_addrs(struct mail *m, struct addrs *a, InternetAddressList *list)
{
	int i;

	for (i = 0; i < internet_address_list_length(list); i++) {
		InternetAddress *ia =
		    internet_address_list_get_address(list, i);
		const char *name = internet_address_get_name(ia);

		if (INTERNET_ADDRESS_IS_GROUP(ia)) {
			fill_addrs(m, a,
			    internet_address_group_get_members(
				INTERNET_ADDRESS_GROUP(ia)));
			continue;
		}
		a->v[a->n].name = mimetext_clean(&m->a, name);
		a->v[a->n++].addr =
		    mimetext_clean(&m->a, internet_address_mailbox_get_addr(
					      INTERNET_ADDRESS_MAILBOX(ia)));
	}
}

/*
 * Where a run of encoded words may be cut: after one whose base64 is padded.
 * GMime joins neighbouring words and would stop at the padding.
 */
static const char *
cut_after(const char *text)
{
	const char *p = text;

	while ((p = strstr(p, "=?=")) != NULL) {
		const char *next = p + 3;

		if (strncmp(next + strspn(next, " \t\r\n"), "=?", 2) == 0)
			return next;
		p += 1;
	}
	return NULL;
}

/* Decodes RFC 2047 in an unstructured field. */
static void
decode_into(struct sb *b, const char *raw)
{
	const char *cut;

	while ((cut = cut_after(raw)) != NULL) {
		char *piece = g_strndup(raw, (gsize)(cut - raw));
		char *text = g_mime_utils_header_decode_text(NULL, piece);

		sb_str(b, text);
		g_free(text);
		g_free(piece);
		raw = cut + strspn(cut, " \t\r\n");
	}
	if (b->n != 0) {
		char *text = g_mime_utils_header_decode_text(NULL, raw);

		sb_str(b, text);
		g_free(text);
	}
}

static const char *
header(struct mail *m, GMimeMessage *msg, const char *name)
{
	GMimeHeader *h = g_mime_header_list_get_header(
	    g_mime_object_get_header_list(GMIME_OBJECT(msg)), name);
	struct sb b = { 0 };
	const char *v;
	char *p;

	if (h == NULL)
		return NULL;
	if (g_mime_header_get_raw_value(h) != NULL)
		decode_into(&b, g_mime_header_get_raw_value(h));
	v = b.n != 0 ? b.p : g_mime_header_get_value(h);
	if (v == NULL)
		return NULL;
	p = arena_str(&m->a, mimetext_clean(&m->a, v));
	sb_free(&b);
	p += strspn(p, " \t\r\n");
	while (*p != 0 && isspace((unsigned char)p[strlen(p) - 1]))
		p[strlen(p) - 1] = 0;
	return *p != 0 ? p : NULL;
}

static struct addrs
addrs_of(
    struct mail *m, GMimeMessage *msg, GMimeAddressType type, const char *name)
{
	InternetAddressList *list = g_mime_message_get_addresses(msg, type);
	struct addrs a = { 0 };
	int n = list != NULL ? count_addrs(list) : 0;
	const char *text;

	a.v = arena_alloc(&m->a, (size_t)(n + 1) * sizeof(*a.v));
	if (list != NULL)
		fill_addrs(m, &a, list);
	text = header(m, msg, name);
	if (a.n == 0 && text != NULL && strchr(text, ';') == NULL) {
		/* unreadable: Exchange keeps the text */
		a.v[0].name = a.v[0].addr = text;
		a.n = 1;
	}
	return a;
}

static void
header_list(struct mail *m, GMimeMessage *msg)
{
	GMimeHeaderList *l = g_mime_object_get_header_list(GMIME_OBJECT(msg));
	int i, n = g_mime_header_list_get_count(l);

	m->headers = arena_alloc(&m->a, (size_t)(n + 1) * sizeof(*m->headers));
	for (i = 0; i < n; i++) {
		GMimeHeader *h = g_mime_header_list_get_header_at(l, i);
		const char *v = g_mime_header_get_value(h);

		m->headers[m->n_headers].name =
		    mimetext_clean(&m->a, g_mime_header_get_name(h));
		m->headers[m->n_headers++].value =
		    mimetext_clean(&m->a, v != NULL ? v : "");
	}
}

static int64_t
date_of(GMimeMessage *msg)
{
	GDateTime *d = g_mime_message_get_date(msg);

	if (d == NULL ||
	    g_mime_object_get_header(GMIME_OBJECT(msg), "Date") == NULL)
		return NO_TIME;
	if (g_date_time_get_year(d) < 1900)
		return NO_TIME;
	return (int64_t)g_date_time_to_unix(d);
}

static enum importance
importance(const char *imp, const char *priority)
{
	if (imp != NULL)
		return strcasecmp(imp, "high") == 0  ? IMPORTANCE_HIGH
		       : strcasecmp(imp, "low") == 0 ? IMPORTANCE_LOW
						     : IMPORTANCE_NORMAL;
	if (priority != NULL)
		return *priority == '1' || *priority == '2' ? IMPORTANCE_HIGH
		       : *priority == '4' || *priority == '5'
			   ? IMPORTANCE_LOW
			   : IMPORTANCE_NORMAL;
	return IMPORTANCE_NORMAL;
}

static enum sensitivity
sensitivity(const char *s)
{
	if (s == NULL)
		return SENSITIVITY_NORMAL;
	if (strcasecmp(s, "private") == 0)
		return SENSITIVITY_PRIVATE;
	if (strcasecmp(s, "personal") == 0)
		return SENSITIVITY_PERSONAL;
	return strcasestr(s, "confidential") != NULL ? SENSITIVITY_CONFIDENTIAL
						     : SENSITIVITY_NORMAL;
}

static void
read_headers(struct mail *m, GMimeMessage *msg)
{
	m->subject = header(m, msg, "Subject");
	m->message_id = header(m, msg, "Message-ID");
	m->in_reply_to = header(m, msg, "In-Reply-To");
	m->references = header(m, msg, "References");
	m->importance = importance(
	    header(m, msg, "Importance"), header(m, msg, "X-Priority"));
	m->sensitivity = sensitivity(header(m, msg, "Sensitivity"));
	m->read_receipt = header(m, msg, "Disposition-Notification-To") != NULL;
	m->from = addrs_of(m, msg, GMIME_ADDRESS_TYPE_FROM, "From");
	m->sender = addrs_of(m, msg, GMIME_ADDRESS_TYPE_SENDER, "Sender");
	m->to = addrs_of(m, msg, GMIME_ADDRESS_TYPE_TO, "To");
	m->cc = addrs_of(m, msg, GMIME_ADDRESS_TYPE_CC, "Cc");
	m->bcc = addrs_of(m, msg, GMIME_ADDRESS_TYPE_BCC, "Bcc");
	m->reply_to = addrs_of(m, msg, GMIME_ADDRESS_TYPE_REPLY_TO, "Reply-To");
	if (m->sender.n == 0)
		m->sender = m->from;
	m->sent = date_of(msg);
	header_list(m, msg);
}

/* Length of the header block: up to the first empty line. */
static size_t
header_block(const char *raw, size_t len)
{
	const char *lf = memmem(raw, len, "\n\n", 2);
	const char *crlf = memmem(raw, len, "\r\n\r\n", 4);

	if (crlf != NULL && (lf == NULL || crlf < lf))
		return (size_t)(crlf - raw) + 2;
	return lf != NULL ? (size_t)(lf - raw) + 1 : len;
}

struct mail *
mime_parse(const char *raw, size_t len)
{
	static _Thread_local int depth;
	struct mail *m = sb_xmalloc(sizeof(*m));
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(raw, len);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *msg = g_mime_parser_construct_message(parser, NULL);

	m->raw = arena_strn(&m->a, raw, len);
	m->raw_len = len;
	m->hdr_len = header_block(raw, len);
	m->class = "IPM.Note";
	m->sent = NO_TIME;
	m->importance = IMPORTANCE_NORMAL;
	depth++;
	if (msg != NULL) {
		read_headers(m, msg);
		if (depth < 8)
			mimepart_read(m, g_mime_message_get_mime_part(msg), 0);
		g_object_unref(msg);
	}
	depth--;
	g_object_unref(parser);
	g_object_unref(stream);
	return m;
}

void
mime_free(struct mail *m)
{
	int i;

	if (m == NULL)
		return;
	for (i = 0; i < m->n_att; i++)
		mime_free(m->att[i].item);
	arena_free(&m->a);
	free(m);
}
