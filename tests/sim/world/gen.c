/*
 * gen.c - made-up mail: HTML letters put together from paragraphs.
 * 1. Everything follows from (seed, n): nothing is stored.
 * 2. Paragraphs exist raw and in every coding that was asked for, so that
 *    serving costs a copy. But the same nine paragraphs compress as no mail
 *    does: where that is measured, letters are made of words (prose.h).
 */
#include "world/gen.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "world/prose.h"

static const char *const PARAGRAPHS[] = {
	"<p class=\"MsoNormal\"><span lang=\"DE\" style=\"font-size:11.0pt;"
	"font-family:&quot;Calibri&quot;,sans-serif\">Sehr geehrte Frau "
	"Müller,<br>\r\nwie besprochen erhalten Sie anbei unser Angebot über "
	"die Wartung der Anlagen in Köln &amp; Düsseldorf. Der Preis beträgt "
	"12.480,00&nbsp;€ zuzüglich Umsatzsteuer.<o:p></o:p></span></p>\r\n",
	"<p class=\"MsoNormal\">Please find the updated figures below. If x "
	"&lt; y in the third column, the line is still open; if x &gt; y it "
	"was paid twice &amp; will be credited next month.<o:p></o:p></p>\r\n",
	"<table border=\"1\" cellspacing=\"0\" cellpadding=\"0\" style=\""
	"border-collapse:collapse\">\r\n<tr><td width=\"120\">Order</td><td>"
	"Quantity</td><td>Total</td></tr>\r\n<tr><td>4711-A</td><td "
	"align=\"right\">25</td><td align=\"right\">1,250.00</td></tr>\r\n"
	"<tr><td>4712-B</td><td align=\"right\">8</td><td align=\"right\">"
	"96.40</td></tr>\r\n</table>\r\n",
	"<p>Bonjour,<br>\r\nmerci pour votre réponse rapide. Nous serions "
	"ravis de vous accueillir à l’hôtel « Élysée » dès le début de "
	"l’année prochaine ; le café est offert.</p>\r\n",
	"<ul style=\"margin-top:0cm\" type=\"disc\">\r\n<li class=\"MsoListPara"
	"graph\">Delivery in week 34, truck 7 of 9</li>\r\n<li class=\"MsoList"
	"Paragraph\">Contact on site: Łukasz Żółć, +48&nbsp;22&nbsp;555&nbsp;01"
	"&nbsp;99</li>\r\n<li class=\"MsoListParagraph\">Customs papers are "
	"attached as <a href=\"https://portal.example/doc?id=42&amp;lang=en\">"
	"a link</a></li>\r\n</ul>\r\n",
	"<div style=\"border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt "
	"0cm 0cm 0cm\">\r\n<p class=\"MsoNormal\"><b>From:</b> Sales &lt;"
	"sales@client3.example&gt;<br>\r\n<b>Sent:</b> Tuesday, 3 March 2026 "
	"09:14<br>\r\n<b>Subject:</b> RE: Offer</p>\r\n</div>\r\n",
	"<p class=\"MsoNormal\"><span style=\"color:#1F497D\">I have talked to "
	"our engineers about the noise that your colleague heard at night. "
	"They "
	"believe that the bearing is worn and want to look at it before the "
	"end of the month. Would Thursday suit you? It takes about two hours, "
	"during which line 2 has to stand still.</span></p>\r\n",
	"<p>日本語の段落です。お世話になっております。添付の資料をご確認くださ"
	"い。 Ελληνικά, Русский текст, ไทย and 🎉 too.</p>\r\n",
	"<p class=\"MsoNormal\"><i>This message is meant for the addressee "
	"only. If you received it by mistake, please delete it and tell us. "
	"Registered office: 1 Example Street, Sampletown; court of Sampletown "
	"HRB&nbsp;12345; directors: A.&nbsp;Ok &amp; B.&nbsp;Fine.</i></p>\r\n",
};

#define N_PAR (sizeof(PARAGRAPHS) / sizeof(PARAGRAPHS[0]))

static const char HEAD[] =
    "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; "
    "charset=utf-8\"><style><!--\r\np.MsoNormal {margin:0cm; "
    "font-size:11.0pt;}\r\n--></style></head><body lang=\"EN-GB\">\r\n";
static const char TAIL[] = "</body></html>\r\n";

/* What surrounds the words of a letter. */
enum { STYLE, OPEN, PLAIN, CLOSE, QUOTE, QUOTED, SIGN, END, N_MARKUP };
static const char *const MARKUP[N_MARKUP] = {
	"<html xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:"
	"schemas-microsoft-com:office:office\"><head><meta http-equiv=\""
	"Content-Type\" content=\"text/html; charset=utf-8\"><style><!--\r\n"
	"@font-face\r\n\t{font-family:Calibri;\r\n"
	"\tpanose-1:2 15 5 2 2 2 4 3 2 4;}\r\n"
	"p.MsoNormal, li.MsoNormal, div.MsoNormal\r\n"
	"\t{margin:0cm;\r\n\tfont-size:11.0pt;\r\n"
	"\tfont-family:\"Calibri\",sans-serif;}\r\n"
	"a:link, span.MsoHyperlink\r\n"
	"\t{color:#0563C1;\r\n\ttext-decoration:underline;}\r\n"
	"@page WordSection1\r\n\t{size:612.0pt 792.0pt;\r\n"
	"\tmargin:70.85pt 70.85pt 2.0cm 70.85pt;}\r\n"
	"--></style></head><body lang=\"EN-GB\" link=\"#0563C1\">"
	"<div class=\"WordSection1\">\r\n",
	"<p class=\"MsoNormal\"><span lang=\"EN-GB\" style=\""
	"font-size:11.0pt;font-family:&quot;Calibri&quot;,sans-serif\">",
	"<p class=\"MsoNormal\">",
	"<o:p></o:p></span></p>\r\n"
	"<p class=\"MsoNormal\"><o:p>&nbsp;</o:p></p>\r\n",
	"<div><div style=\"border:none;border-top:solid #E1E1E1 1.0pt;"
	"padding:3.0pt 0cm 0cm 0cm\">\r\n"
	"<p class=\"MsoNormal\"><b>From:</b> ",
	"<br>\r\n<b>Sent:</b> Tuesday, 3 March 2026 09:14<br>\r\n"
	"<b>Subject:</b> RE: Offer<o:p></o:p></p></div></div>\r\n",
	"<p class=\"MsoNormal\"><b><span style=\"font-size:9.0pt;"
	"color:#1F3864\">Contoso Ltd.</span></b><br>1 Example Street, "
	"Sampletown<br><a href=\"https://www.contoso.example/\">"
	"www.contoso.example</a></p>\r\n",
	"</div></body></html>\r\n",
};

static const char *const FIRST[] = { "Anna", "Björn", "Chloé", "David", "Eva",
	"Frank", "Göran", "Hana", "Ivan", "José" };
static const char *const LAST[] = { "Müller", "Smith", "García", "Nowak",
	"O'Neill", "Jensen", "Dvořák", "Rossi", "Öztürk", "van Dam", "Lee" };
static const char *const TOPIC[] = { "Offer for the pump station", "Invoice",
	"Meeting next week", "Angebot für Wartung", "Delivery note & customs",
	"Réclamation", "Project plan <draft>", "Contract",
	"Complaint about line 2", "Photos" };

#define PICK(table, r) (table)[(r) % (sizeof(table) / sizeof((table)[0]))]

struct gen_coding {
	struct gen_coding *next;
	gen_coder *code;
	struct sb paragraph[N_PAR], markup[N_MARKUP], head, tail;
};

static struct gen_coding *codings;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct gen_coding *
new_coding(gen_coder *code)
{
	struct gen_coding *c = sb_xmalloc(sizeof(*c));
	size_t i;

	for (i = 0; i < N_PAR; i++)
		code(&c->paragraph[i], PARAGRAPHS[i]);
	for (i = 0; i < N_MARKUP; i++)
		code(&c->markup[i], MARKUP[i]);
	code(&c->head, HEAD);
	code(&c->tail, TAIL);
	c->code = code;
	c->next = codings;
	codings = c;
	return c;
}

const struct gen_coding *
gen_coding(gen_coder *code)
{
	struct gen_coding *c;

	pthread_mutex_lock(&lock);
	for (c = codings; c != NULL && c->code != code; c = c->next)
		;
	if (c == NULL)
		c = new_coding(code);
	pthread_mutex_unlock(&lock);
	return c;
}

struct gen_set *
gen_add(const struct gen_set *set)
{
	struct gen_set *g = sb_xmalloc(sizeof(*g));

	*g = *set;
	g->next = world.gen_sets;
	world.gen_sets = g;
	return g;
}

void
gen_free(void)
{
	struct gen_coding *c;
	struct gen_set *g;
	size_t i;

	while ((g = world.gen_sets) != NULL) {
		world.gen_sets = g->next;
		free(g);
	}
	while ((c = codings) != NULL) {
		codings = c->next;
		for (i = 0; i < N_PAR; i++)
			sb_free(&c->paragraph[i]);
		for (i = 0; i < N_MARKUP; i++)
			sb_free(&c->markup[i]);
		sb_free(&c->head);
		sb_free(&c->tail);
		free(c);
	}
}

/* Appends a piece of a body, in its coding. */
static void
piece(struct sb *b, const char *raw, const struct sb *coded)
{
	if (coded != NULL)
		sb_add(b, coded->p, coded->n);
	else
		sb_str(b, raw);
}

static size_t
markup(struct sb *b, int which, const struct gen_coding *c)
{
	piece(b, MARKUP[which], c != NULL ? &c->markup[which] : NULL);
	return strlen(MARKUP[which]);
}

/* Paragraphs of words, a signature, and the mail that it answers below. */
static void
prose_letter(struct sb *b, const struct gen_set *g, uint32_t n,
    const struct gen_coding *c)
{
	uint64_t state = g->seed ^ hash_mix(n + 1);
	size_t raw = markup(b, STYLE, c) + strlen(MARKUP[END]), words;
	unsigned k;

	for (k = 1; raw < g->bytes; k++) {
		uint64_t h = hash_next(&state);

		words = 60 + h % 500;
		if (raw + words > g->bytes)
			words = g->bytes - raw;
		raw += markup(b, h >> 61 == 0 ? PLAIN : OPEN, c);
		prose(b, &state, words);
		raw += words + markup(b, CLOSE, c);
		if (k % 5 != 0)
			continue;
		raw += markup(b, SIGN, c) + markup(b, QUOTE, c) + 24;
		prose(b, &state, 20);
		raw += markup(b, QUOTED, c);
	}
	markup(b, END, c);
}

static void
letter(struct sb *b, const struct gen_set *g, uint32_t n,
    const struct gen_coding *c)
{
	uint64_t state = g->seed ^ hash_mix(n + 1);
	size_t raw = sizeof(HEAD) - 1 + sizeof(TAIL) - 1;
	char first[64];
	size_t i;

	if (g->prose) {
		prose_letter(b, g, n, c);
		return;
	}
	snprintf(first, sizeof(first), "<p>Reference %08x/%u</p>\r\n",
	    (unsigned)state, n);
	piece(b, HEAD, c != NULL ? &c->head : NULL);
	if (c != NULL)
		c->code(b, first);
	else
		sb_str(b, first);
	for (raw += strlen(first); raw < g->bytes;
	     raw += strlen(PARAGRAPHS[i])) {
		i = hash_next(&state) % N_PAR;
		piece(b, PARAGRAPHS[i], c != NULL ? &c->paragraph[i] : NULL);
	}
	piece(b, TAIL, c != NULL ? &c->tail : NULL);
}

size_t
gen_size(const struct gen_set *g, uint32_t n)
{
	size_t extra = 0;

	if (g->attachment_every > 0 && n % (unsigned)g->attachment_every == 0)
		extra = g->attachment_bytes / 3 * 4 + 300;
	return g->bytes + 900 + extra;
}

void
gen_attachment(struct sb *b, uint64_t seed, size_t len)
{
	uint64_t state = seed, v = 0;
	size_t i;

	sb_need(b, len);
	for (i = 0; i < len; i += 8) {
		v = hash_next(&state);
		memcpy(b->p + b->n + i, &v, len - i < 8 ? len - i : 8);
	}
	b->n += len;
	b->p[b->n] = 0;
}

static struct addrs
one(struct mail *m, const char *name, const char *addr)
{
	struct addrs a = { arena_alloc(&m->a, sizeof(struct addr)), 1 };

	a.v->name = name;
	a.v->addr = addr;
	return a;
}

static void
people(const struct gen_set *g, uint32_t n, struct mail *m)
{
	uint64_t h = hash_mix(g->seed + n);
	unsigned k = (unsigned)(h % (unsigned)(g->contacts));
	const char *name =
	    arena_fmt(&m->a, "%s %s", PICK(FIRST, k), PICK(LAST, k / 10 + k));
	const char *addr = arena_fmt(&m->a, "c%u@client%u.example", k, k % 7);
	struct addrs c = one(m, name, addr);
	struct addrs own = one(m, g->to_name, g->to_addr);

	m->from = m->sender = g->sent ? own : c;
	m->to = g->sent ? c : own;
	if (n % 3 == 0) {
		k = (k + 1) % (unsigned)g->contacts;
		m->cc = one(m,
		    arena_fmt(
			&m->a, "%s %s", PICK(FIRST, k), PICK(LAST, k / 10 + k)),
		    arena_fmt(&m->a, "c%u@client%u.example", k, k % 7));
	}
}

static void
attachment(const struct gen_set *g, uint32_t n, struct mail *m)
{
	struct att *a;

	if (g->attachment_every <= 0 || n % (unsigned)g->attachment_every != 0)
		return;
	a = m->att = arena_alloc(&m->a, sizeof(*a));
	m->n_att = m->next_att = 1;
	a->kind = ATT_FILE;
	a->name = arena_fmt(&m->a, "Anlage %u.bin", n);
	a->type = "application/octet-stream";
	a->len = g->attachment_bytes;
	a->seed = g->seed ^ hash_mix(~(uint64_t)n);
}

/* The header block as it came over the wire, with a CRLF per line. */
static void
wire_headers(
    struct sb *b, const struct gen_set *g, uint32_t n, const struct mail *m)
{
	static const char *const DAY[] = { "Thu", "Fri", "Sat", "Sun", "Mon",
		"Tue", "Wed" };
	static const char *const MONTH[] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct sb t = { 0 };
	int year, month, day;

	sb_time(&t, m->sent);
	year = atoi(t.p);
	month = atoi(t.p + 5);
	day = atoi(t.p + 8);
	sb_fmt(b,
	    "Received: from mx.client.example (192.0.2.%u) by mail.sim.example;"
	    " %s, %d %s %d %.8s +0000\r\n",
	    n % 250 + 1, DAY[m->sent / 86400 % 7], day, MONTH[month - 1], year,
	    t.p + 11);
	sb_fmt(b, "Date: %s, %d %s %d %.8s +0000\r\n", DAY[m->sent / 86400 % 7],
	    day, MONTH[month - 1], year, t.p + 11);
	sb_free(&t);
	sb_fmt(b, "From: \"%s\" <%s>\r\nTo: \"%s\" <%s>\r\n", m->from.v->name,
	    m->from.v->addr, m->to.v->name, m->to.v->addr);
	if (m->cc.n != 0)
		sb_fmt(b, "Cc: \"%s\" <%s>\r\n", m->cc.v->name, m->cc.v->addr);
	sb_fmt(
	    b, "Subject: %s\r\nMessage-ID: %s\r\n", m->subject, m->message_id);
	if (m->in_reply_to != NULL)
		sb_fmt(b, "In-Reply-To: %s\r\nReferences: %s\r\n",
		    m->in_reply_to, m->references);
	sb_fmt(b, "MIME-Version: 1.0\r\nX-Sim: %llu\r\n",
	    (unsigned long long)g->seed);
}

static void
split_headers(struct mail *m, const char *text, size_t len)
{
	const char *p = text, *end = text + len;

	m->headers = arena_alloc(&m->a, 16 * sizeof(*m->headers));
	while (p < end && m->n_headers < 16) {
		const char *eol = memchr(p, '\r', (size_t)(end - p));
		const char *colon = memchr(p, ':', (size_t)(eol - p));
		struct header *h = &m->headers[m->n_headers++];

		h->name = arena_strn(&m->a, p, (size_t)(colon - p));
		h->value =
		    arena_strn(&m->a, colon + 2, (size_t)(eol - colon - 2));
		p = eol + 2;
	}
}

static void
mime_attachment(struct sb *b, const struct att *a)
{
	struct sb data = { 0 }, text = { 0 };
	size_t i;

	gen_attachment(&data, a->seed, a->len);
	sb_b64(&text, data.p, data.n);
	sb_fmt(b,
	    "\r\n--=_sim\r\nContent-Type: %s; name=\"%s\"\r\n"
	    "Content-Disposition: attachment; filename=\"%s\"\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n",
	    a->type, a->name, a->name);
	for (i = 0; i < text.n; i += 76) {
		sb_add(b, text.p + i, text.n - i < 76 ? text.n - i : 76);
		SB_LIT(b, "\r\n");
	}
	SB_LIT(b, "--=_sim--\r\n");
	sb_free(&data);
	sb_free(&text);
}

/* hdr: the header block so far; becomes the whole message. */
static void
whole(struct sb *hdr, const struct gen_set *g, uint32_t n, struct mail *m)
{
	if (m->n_att != 0)
		SB_LIT(hdr,
		    "Content-Type: multipart/mixed; boundary=\"=_sim\"\r\n");
	m->hdr_len = hdr->n;
	if (m->n_att != 0)
		SB_LIT(hdr, "\r\n--=_sim\r\n");
	SB_LIT(hdr, "Content-Type: text/html; charset=utf-8\r\n"
		    "Content-Transfer-Encoding: 8bit\r\n");
	if (m->n_att == 0)
		m->hdr_len = hdr->n;
	SB_LIT(hdr, "\r\n");
	letter(hdr, g, n, NULL);
	if (m->n_att != 0)
		mime_attachment(hdr, m->att);
	m->raw = arena_strn(&m->a, hdr->p, hdr->n);
	m->raw_len = hdr->n;
}

static void
head(const struct gen_set *g, uint32_t n, struct mail *m)
{
	uint64_t h = hash_mix(g->seed ^ (n / 4 + 77));

	m->class = "IPM.Note";
	m->importance = IMPORTANCE_NORMAL;
	m->sent = g->start + (int64_t)n * g->step;
	people(g, n, m);
	m->subject = arena_fmt(
	    &m->a, "%s%s %u", n % 4 != 0 ? "RE: " : "", PICK(TOPIC, h), n / 4);
	m->message_id = arena_fmt(
	    &m->a, "<gen-%llx-%u@sim.example>", (unsigned long long)g->seed, n);
	if (n % 4 != 0) {
		m->in_reply_to = arena_fmt(&m->a, "<gen-%llx-%u@sim.example>",
		    (unsigned long long)g->seed, n - n % 4);
		m->references = m->in_reply_to;
	}
	attachment(g, n, m);
}

void
gen_make(const struct gen_set *g, uint32_t n, unsigned want,
    const struct gen_coding *c, struct mail *m)
{
	struct sb b = { 0 };

	head(g, n, m);
	m->raw_len = gen_size(g, n);
	if (want & GEN_BODY) {
		sb_need(&b, g->bytes + g->bytes / 3 + 1500);
		letter(&b, g, n, c);
		m->body_kind = BODY_HTML;
		m->coded = c;
		m->body = arena_strn(&m->a, b.p, b.n);
		m->body_len = b.n;
		sb_reset(&b);
	}
	if (want & (GEN_HEAD | GEN_MIME)) {
		wire_headers(&b, g, n, m);
		split_headers(m, b.p, b.n);
	}
	if (want & GEN_MIME)
		whole(&b, g, n, m);
	sb_free(&b);
}
