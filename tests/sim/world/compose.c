/*
 * compose.c - MIME from properties.
 * 1. Bodies and files are base64, so that their bytes survive.
 * 2. Fields that are no property of the mail (Received, X-…) stay as they
 *    were. A reference attachment has no MIME.
 */
#include "world/compose.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <gmime/gmime.h>

#include "world/gen.h"

/* Written from properties: never taken over from the old header. */
static const char *const OWN[] = { "From", "Sender", "To", "Cc", "Bcc",
	"Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To",
	"References", "Importance", "X-Priority", "Sensitivity",
	"Disposition-Notification-To", "MIME-Version", "Content-Type",
	"Content-Transfer-Encoding", "Content-Disposition", "Content-ID" };

static void
one_line(struct sb *b, const char *s)
{
	for (; *s != 0; s++)
		if (*s != '\r' && *s != '\n')
			sb_ch(b, *s);
}

static bool
ascii(const char *s)
{
	for (; *s != 0; s++)
		if ((unsigned char)*s >= 0x80 || iscntrl((unsigned char)*s))
			return false;
	return true;
}

static void
field(struct sb *b, const char *name, const char *value)
{
	char *coded;

	if (value == NULL)
		return;
	sb_fmt(b, "%s: ", name);
	if (ascii(value)) {
		sb_str(b, value);
	} else {
		coded = g_mime_utils_header_encode_text(NULL, value, "utf-8");
		one_line(b, coded);
		g_free(coded);
	}
	SB_LIT(b, "\r\n");
}

static void
person(struct sb *b, const struct addr *a)
{
	char *coded;

	if (a->name != NULL && *a->name != 0) {
		coded =
		    g_mime_utils_header_encode_phrase(NULL, a->name, "utf-8");
		one_line(b, coded);
		g_free(coded);
		sb_ch(b, ' ');
	}
	SB_LIT(b, "<");
	one_line(b, a->addr != NULL ? a->addr : "");
	SB_LIT(b, ">");
}

static void
people(struct sb *b, const char *name, const struct addrs *a)
{
	int i;

	for (i = 0; i < a->n; i++) {
		if (i == 0)
			sb_fmt(b, "%s: ", name);
		else
			SB_LIT(b, ",\r\n ");
		person(b, &a->v[i]);
	}
	if (a->n > 0)
		SB_LIT(b, "\r\n");
}

static void
date(struct sb *b, int64_t sent)
{
	time_t t = (time_t)sent;
	char text[64];
	struct tm tm;

	if (sent == NO_TIME || gmtime_r(&t, &tm) == NULL)
		return;
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S +0000", &tm);
	field(b, "Date", text);
}

static bool
own(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(OWN) / sizeof(OWN[0]); i++)
		if (strcasecmp(OWN[i], name) == 0)
			return true;
	return false;
}

static bool
same_person(const struct addrs *a, const struct addrs *b)
{
	const char *x = a->n > 0 ? a->v[0].addr : NULL;
	const char *y = b->n > 0 ? b->v[0].addr : NULL;

	return strcasecmp(x != NULL ? x : "", y != NULL ? y : "") == 0;
}

static void
head(struct sb *b, const struct mail *m)
{
	static const char *const IMPORTANCE[] = {
		[IMPORTANCE_LOW] = "Low", [IMPORTANCE_HIGH] = "High"
	};
	static const char *const SENSITIVITY[] = { [SENSITIVITY_PERSONAL] =
						       "Personal",
		[SENSITIVITY_PRIVATE] = "Private",
		[SENSITIVITY_CONFIDENTIAL] = "Company-Confidential" };
	int i;

	for (i = 0; i < m->n_headers; i++)
		if (!own(m->headers[i].name))
			field(b, m->headers[i].name, m->headers[i].value);
	people(b, "From", &m->from);
	if (m->sender.n > 0 && !same_person(&m->sender, &m->from))
		people(b, "Sender", &m->sender);
	people(b, "To", &m->to);
	people(b, "Cc", &m->cc);
	people(b, "Bcc", &m->bcc);
	people(b, "Reply-To", &m->reply_to);
	field(b, "Subject", m->subject);
	date(b, m->sent);
	field(b, "Message-ID", m->message_id);
	field(b, "In-Reply-To", m->in_reply_to);
	field(b, "References", m->references);
	field(b, "Importance", IMPORTANCE[m->importance]);
	field(b, "Sensitivity", SENSITIVITY[m->sensitivity]);
	if (m->read_receipt)
		people(b, "Disposition-Notification-To", &m->from);
	field(b, "MIME-Version", "1.0");
}

static void
base64(struct sb *b, const char *p, size_t n)
{
	size_t i;

	SB_LIT(b, "Content-Transfer-Encoding: base64\r\n\r\n");
	for (i = 0; i < n; i += 57) {
		sb_b64(b, p + i, n - i < 57 ? n - i : 57);
		SB_LIT(b, "\r\n");
	}
}

static void
body(struct sb *b, const struct mail *m)
{
	sb_fmt(b, "Content-Type: text/%s; charset=utf-8\r\n",
	    m->body_kind == BODY_HTML ? "html" : "plain");
	base64(b, m->body, m->body_len);
}

/* RFC 2231, so that any name survives. */
static void
file_name(struct sb *b, const char *name)
{
	SB_LIT(b, "; filename*=utf-8''");
	for (; *name != 0; name++)
		if (isalnum((unsigned char)*name) && *name > 0)
			sb_ch(b, *name);
		else
			sb_fmt(b, "%%%02X", (unsigned char)*name);
}

static void
attachment(struct sb *b, const struct att *a)
{
	struct sb data = { 0 };

	field(b, "Content-Type",
	    a->kind == ATT_ITEM                ? "message/rfc822"
	    : a->type != NULL && *a->type != 0 ? a->type
					       : "application/octet-stream");
	sb_fmt(b, "Content-Disposition: %s",
	    a->is_inline ? "inline" : "attachment");
	if (a->name != NULL)
		file_name(b, a->name);
	SB_LIT(b, "\r\n");
	if (a->cid != NULL) {
		SB_LIT(b, "Content-ID: <");
		one_line(b, a->cid);
		SB_LIT(b, ">\r\n");
	}
	field(b, "Content-Location", a->location);
	if (a->kind == ATT_ITEM) {
		SB_LIT(b, "\r\n");
		sb_add(b, a->item->raw, a->item->raw_len);
		SB_LIT(b, "\r\n");
		return;
	}
	if (a->data == NULL)
		gen_attachment(&data, a->seed, a->len);
	base64(b, a->data != NULL ? a->data : data.p, a->len);
	sb_free(&data);
}

static void
parts(struct sb *b, const struct mail *m)
{
	static unsigned made; /* the caller holds world.lock exclusively */
	unsigned n = ++made;
	int i;

	sb_fmt(b,
	    "Content-Type: multipart/mixed; boundary=\"=_exsim_%u\"\r\n\r\n"
	    "--=_exsim_%u\r\n",
	    n, n);
	body(b, m);
	for (i = 0; i < m->n_att; i++)
		if (m->att[i].kind != ATT_REF) {
			sb_fmt(b, "--=_exsim_%u\r\n", n);
			attachment(b, &m->att[i]);
		}
	sb_fmt(b, "--=_exsim_%u--\r\n", n);
}

void
compose(struct mail *m)
{
	struct sb b = { 0 };
	int i, n = 0;

	for (i = 0; i < m->n_att; i++)
		n += m->att[i].kind != ATT_REF;
	head(&b, m);
	if (n == 0)
		body(&b, m);
	else
		parts(&b, m);
	m->raw = arena_strn(&m->a, b.p, b.n);
	m->raw_len = b.n;
	m->hdr_len = (size_t)(strstr(m->raw, "\r\n\r\n") - m->raw) + 2;
	sb_free(&b);
}

/* Where the line at p ends, past its line break. */
static const char *
line_end(const char *p, const char *end)
{
	const char *lf = memchr(p, '\n', (size_t)(end - p));

	return lf != NULL ? lf + 1 : end;
}

void
compose_outgoing(struct sb *b, const struct mail *m)
{
	const char *p = m->raw, *head_end = m->raw + m->hdr_len, *next;
	bool bcc = false;

	for (; p < head_end; p = next) {
		next = line_end(p, head_end);
		if (*p != ' ' && *p != '\t')
			bcc =
			    head_end - p > 4 && strncasecmp(p, "Bcc:", 4) == 0;
		if (!bcc)
			sb_add(b, p, (size_t)(next - p));
	}
	sb_add(b, head_end, m->raw_len - m->hdr_len);
}
