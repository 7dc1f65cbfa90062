/*
 * body.c - the body in the other of its two kinds.
 */
#include "world/body.h"

#include <string.h>
#include <strings.h>

/* The character that an entity at s stands for; *n: its length. */
static const char *
entity(const char *s, size_t left, size_t *n)
{
	static const struct {
		const char *name, *text;
	} E[] = { { "&lt;", "<" }, { "&gt;", ">" }, { "&amp;", "&" },
		{ "&quot;", "\"" }, { "&nbsp;", "\xC2\xA0" } };
	size_t i;

	for (i = 0; i < sizeof(E) / sizeof(E[0]); i++) {
		*n = strlen(E[i].name);
		if (left >= *n && strncasecmp(s, E[i].name, *n) == 0)
			return E[i].text;
	}
	*n = 1;
	return NULL;
}

static bool
is_tag(const char *p, size_t left, const char *name)
{
	size_t n = strlen(name);

	return left > n && strncasecmp(p, name, n) == 0;
}

/* Past the end of <style>…</style> and the like, or of one tag. */
static const char *
skip_tag(const char *p, const char *end)
{
	const char *name = NULL, *q;

	if (is_tag(p, (size_t)(end - p), "<style"))
		name = "</style>";
	else if (is_tag(p, (size_t)(end - p), "<head"))
		name = "</head>";
	else if (is_tag(p, (size_t)(end - p), "<!--"))
		name = "-->";
	for (q = p; name != NULL && q < end; q++)
		if (is_tag(q, (size_t)(end - q) + 1, name))
			return q + strlen(name);
	q = memchr(p, '>', (size_t)(end - p));
	return q != NULL ? q + 1 : end;
}

void
body_plain(struct sb *b, const char *html, size_t len)
{
	const char *p = html, *end = html + len, *t;
	size_t n;

	while (p < end) {
		if (*p == '<') {
			if (is_tag(p, (size_t)(end - p), "<br") ||
			    is_tag(p, (size_t)(end - p), "</p") ||
			    is_tag(p, (size_t)(end - p), "</tr") ||
			    is_tag(p, (size_t)(end - p), "</li"))
				SB_LIT(b, "\r\n");
			p = skip_tag(p, end);
		} else if (*p == '&' &&
			   (t = entity(p, (size_t)(end - p), &n)) != NULL) {
			sb_str(b, t);
			p += n;
		} else if (*p == '\r' || *p == '\n') {
			if (b->n > 0 && b->p[b->n - 1] != '\n' &&
			    b->p[b->n - 1] != ' ')
				sb_ch(b, ' ');
			p++;
		} else {
			sb_ch(b, *p++);
		}
	}
}

void
body_html(struct sb *b, const struct mail *m)
{
	const char *s = m->body;
	size_t i, n = m->body_len;

	SB_LIT(b,
	    "<html>\r\n<head>\r\n<meta http-equiv=\"Content-Type\" "
	    "content=\"text/html; charset=utf-8\">\r\n</head>\r\n<body>\r\n"
	    "<div class=\"PlainText\">");
	for (i = 0; i < n; i++) {
		if (s[i] == '<')
			SB_LIT(b, "&lt;");
		else if (s[i] == '>')
			SB_LIT(b, "&gt;");
		else if (s[i] == '&')
			SB_LIT(b, "&amp;");
		else if (s[i] == '\n')
			SB_LIT(b, "<br>\r\n");
		else if (s[i] != '\r')
			sb_ch(b, s[i]);
	}
	SB_LIT(b, "</div>\r\n</body>\r\n</html>\r\n");
}

void
body_text(struct sb *b, const struct mail *m)
{
	if (m->plain != NULL)
		sb_add(b, m->plain, m->plain_len);
	else
		body_plain(b, m->body, m->body_len);
}
