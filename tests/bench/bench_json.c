/*
 * bench_json.c - what the JSON reader costs for each byte, beside expat on the
 * same messages as XML.
 *
 *	bench_json PARSER SHAPE [ROUNDS]
 *	PARSER	json (fmt/json.h), walk (fmt/jsonwalk.h), expat (alone, behind
 *		no filter, with handlers that do nothing), xml (fmt/xml.h)
 *	SHAPE	rows: 500 messages without a body, as a page of changes has
 *		them; bodies: 50 with 7 KB of HTML; content: 8 MB of base64
 *
 * Prints "PARSER_SHAPE value MB/s", ROUNDS times over the document, in pieces
 * as they come off a TLS connection. Instructions, which do not depend on what
 * else the machine does, of feed_document alone:
 *	valgrind --tool=callgrind --toggle-collect=feed_document ...
 * The last line is what to divide them by: "bytes N".
 */
#include <expat.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/enc.h"
#include "base/stream.h"
#include "fmt/json.h"
#include "fmt/jsonwalk.h"
#include "fmt/xml.h"

#define PIECE   16384
#define CONTENT (6 << 20)

static const char *const sentence[] = {
	"Please find attached the offer that we spoke about on Monday.",
	"Wir w\xc3\xbcnschen neue Vertr\xc3\xa4ge zum Jahresende.",
	"The second delivery leaves our warehouse in Gda\xc5\x84sk this week.",
	"You may answer to this message, or call us at +49 30 5550100.",
};

static uint64_t sum; /* so that nothing is left out as useless */

/* Adds text as it stands in JSON, or in XML. */
static void
add_text(struct buf *b, bool json, const char *s)
{
	if (!json) {
		buf_addxml(b, s);
		return;
	}
	for (; *s != '\0'; s++)
		if (*s == '"')
			buf_adds(b, "\\\"");
		else if (*s == '\r')
			buf_adds(b, "\\r");
		else if (*s == '\n')
			buf_adds(b, "\\n");
		else
			buf_addc(b, *s);
}

static void
make_html(struct buf *b, size_t size)
{
	size_t i;

	buf_reset(b);
	buf_adds(b, "<html><head></head><body>");
	for (i = 0; b->len < size; i++)
		buf_addf(
		    b, "<p class=\"MsoNormal\">%s</p>\r\n", sentence[i % 4]);
	buf_adds(b, "</body></html>");
}

static void
add_field(struct buf *b, bool json, const char *name, const char *value)
{
	buf_addf(b, json ? "\"%s\":\"" : "<t:%s>", name);
	add_text(b, json, value);
	if (json)
		buf_adds(b, "\",");
	else
		buf_addf(b, "</t:%s>", name);
}

static void
add_mailbox(struct buf *b, bool json, const char *role, int i)
{
	buf_addf(b,
	    json ? "\"%s\":{\"emailAddress\":{\"name\":\"Person %d\","
		   "\"address\":\"person%d@contoso.example\"}},"
		 : "<t:%s><t:Mailbox><t:Name>Person %d</t:Name>"
		   "<t:EmailAddress>person%d@contoso.example</t:EmailAddress>"
		   "</t:Mailbox></t:%s>",
	    role, i, i, role);
}

static void
add_message(struct buf *b, bool json, int i, const char *html)
{
	char text[200];

	buf_adds(b, json ? "{" : "<t:Message>");
	snprintf(text, sizeof(text), "W/\"CQAAABYAAAB%08dxkZWFkYmVlZg==\"", i);
	add_field(b, json, json ? "@odata.etag" : "ChangeKey", text);
	snprintf(text, sizeof(text),
	    "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A%08dAAAhSNm0V0Kk8wJkAAA", i);
	add_field(b, json, "id", text);
	add_field(b, json, "receivedDateTime", "2026-11-20T08:16:00Z");
	snprintf(text, sizeof(text),
	    "Offer \"%d\": Gr\xc3\xbc\xc3\x9f"
	    "e",
	    i);
	add_field(b, json, "subject", text);
	snprintf(text, sizeof(text), "<%d.%d@mail.contoso.example>", i, i * 7);
	add_field(b, json, "internetMessageId", text);
	add_mailbox(b, json, "sender", i);
	add_mailbox(b, json, "from", i);
	if (html != NULL) {
		buf_adds(b, json ? "\"body\":{\"contentType\":\"html\","
				 : "<t:Body BodyType=\"HTML\">");
		buf_adds(b, json ? "\"content\":\"" : "");
		add_text(b, json, html);
		buf_adds(b, json ? "\"}," : "</t:Body>");
	}
	buf_adds(b, json ? "\"isRead\":true,\"hasAttachments\":false}"
			 : "<t:IsRead>true</t:IsRead><t:HasAttachments>false"
			   "</t:HasAttachments></t:Message>");
}

static void
make_content(struct buf *b, bool json)
{
	unsigned char *raw = malloc(CONTENT);
	size_t i;

	for (i = 0; i < CONTENT; i++)
		raw[i] = (unsigned char)(i * i >> 3);
	buf_adds(b, json ? "{\"contentBytes\":\"" : "<t:A><t:Content>");
	enc_base64(b, raw, CONTENT);
	buf_adds(b, json ? "\"}" : "</t:Content></t:A>");
	free(raw);
}

static void
make_document(struct buf *b, bool json, const char *shape)
{
	bool bodies = strcmp(shape, "bodies") == 0;
	int i, n = bodies ? 50 : 500;
	struct buf html;

	buf_init(&html, 1 << 20);
	if (!json)
		buf_adds(b, "<m:R xmlns:m=\"urn:m\" xmlns:t=\"urn:t\">");
	if (strcmp(shape, "content") == 0)
		make_content(b, json);
	else {
		make_html(&html, 7200);
		buf_adds(b, json ? "{\"value\":[" : "<m:Items>");
		for (i = 0; i < n; i++) {
			if (json && i > 0)
				buf_addc(b, ',');
			add_message(b, json, i, bodies ? html.data : NULL);
		}
		buf_adds(b, json ? "]}" : "</m:Items>");
	}
	if (!json)
		buf_adds(b, "</m:R>");
	buf_free(&html);
}

static void
fail(const char *why)
{
	fprintf(stderr, "bench_json: %s\n", why);
	exit(1);
}

/* --- the parsers, with handlers that do nothing ------------------------- */

static int
json_part(void *arg, enum json_type t, struct err *e)
{
	(void)arg;
	(void)t;
	(void)e;
	sum++;
	return 0;
}

static int
json_name(void *arg, const char *name, struct err *e)
{
	(void)arg;
	(void)e;
	sum += (unsigned char)name[0];
	return 0;
}

static int
json_string(void *arg, const char *s, size_t n, int last, struct err *e)
{
	(void)arg;
	(void)s;
	(void)last;
	(void)e;
	sum += n;
	return 0;
}

static int
json_word(void *arg, enum json_type t, const char *s, struct err *e)
{
	(void)arg;
	(void)t;
	(void)e;
	sum += (unsigned char)s[0];
	return 0;
}

static void
feed_json(const struct buf *b)
{
	const struct json_handler h = { json_part, json_part, json_name,
		json_string, json_word, NULL };
	struct json *j = json_open(&h);
	struct err e = ERR_INIT;
	size_t at, n;

	for (at = 0; at < b->len; at += n) {
		n = b->len - at < PIECE ? b->len - at : PIECE;
		if (json_feed(j, b->data + at, n, &e) == -1)
			fail(e.msg);
	}
	if (json_end(j, &e) == -1)
		fail(e.msg);
	json_close(j);
}

static int
walk_value(
    void *arg, int is, enum json_type t, const char *s, size_t n, struct err *e)
{
	(void)arg;
	(void)t;
	(void)s;
	(void)e;
	sum += n + (unsigned)is;
	return 0;
}

static int
walk_end(void *arg, int is, struct err *e)
{
	(void)arg;
	(void)e;
	sum += (unsigned)is;
	return 0;
}

static int
walk_bytes(struct stream *s, const void *p, size_t n, struct err *e)
{
	(void)s;
	(void)p;
	(void)e;
	sum += n;
	return 0;
}

static struct stream *
walk_stream(void *arg, int is)
{
	static struct stream into = { walk_bytes };

	(void)arg;
	(void)is;
	return &into;
}

static void
feed_walk(const struct buf *b)
{
	static const struct jsonwalk_member address[] = {
		{ "name", 1, NULL, false },
		{ "address", 2, NULL, false },
		JSONWALK_END,
	};
	static const struct jsonwalk_member recipient[] = {
		{ "emailAddress", 3, address, false },
		JSONWALK_END,
	};
	static const struct jsonwalk_member body[] = {
		{ "contentType", 4, NULL, false },
		{ "content", 5, NULL, true },
		JSONWALK_END,
	};
	static const struct jsonwalk_member message[] = {
		{ "id", 6, NULL, false },
		{ "receivedDateTime", 7, NULL, false },
		{ "subject", 8, NULL, false },
		{ "internetMessageId", 9, NULL, false },
		{ "from", 10, recipient, false },
		{ "toRecipients", 11, recipient, false },
		{ "ccRecipients", 12, recipient, false },
		{ "body", 13, body, false },
		{ "isRead", 14, NULL, false },
		{ "hasAttachments", 15, NULL, false },
		JSONWALK_END,
	};
	static const struct jsonwalk_member root[] = {
		{ "value", 16, message, false },
		{ "@odata.nextLink", 17, NULL, false },
		{ "contentBytes", 18, NULL, true },
		JSONWALK_END,
	};
	static const struct jsonwalk_ops ops = { walk_value, walk_end,
		walk_stream };
	struct err e = ERR_INIT;
	struct jsonwalk w;
	struct buf text;
	size_t at, n;

	buf_init(&text, 1 << 16);
	jsonwalk_open(&w, root, &ops, NULL, &text);
	for (at = 0; at < b->len; at += n) {
		n = b->len - at < PIECE ? b->len - at : PIECE;
		if (jsonwalk_feed(&w, b->data + at, n, &e) == -1)
			fail(e.msg);
	}
	if (jsonwalk_end(&w, &e) == -1)
		fail(e.msg);
	jsonwalk_close(&w);
	buf_free(&text);
}

static void
expat_start(void *arg, const XML_Char *name, const XML_Char **attr)
{
	(void)arg;
	(void)attr;
	sum += (unsigned char)name[0];
}

static void
expat_end(void *arg, const XML_Char *name)
{
	(void)arg;
	sum += (unsigned char)name[0];
}

static void
expat_text(void *arg, const XML_Char *s, int n)
{
	(void)arg;
	(void)s;
	sum += (uint64_t)n;
}

static void
feed_expat(const struct buf *b)
{
	XML_Parser x = XML_ParserCreate("UTF-8");
	size_t at, n;

	XML_SetElementHandler(x, expat_start, expat_end);
	XML_SetCharacterDataHandler(x, expat_text);
	for (at = 0; at < b->len; at += n) {
		n = b->len - at < PIECE ? b->len - at : PIECE;
		if (XML_Parse(x, b->data + at, (int)n, at + n == b->len) !=
		    XML_STATUS_OK)
			fail("expat");
	}
	XML_ParserFree(x);
}

static int
xml_start(void *arg, const char *name, const struct xml_attrs *a, struct err *e)
{
	(void)arg;
	(void)a;
	(void)e;
	sum += (unsigned char)name[0];
	return 1;
}

static int
xml_finish(void *arg, const char *name, struct err *e)
{
	(void)arg;
	(void)e;
	sum += (unsigned char)name[0];
	return 0;
}

static int
xml_string(void *arg, const char *s, size_t n, struct err *e)
{
	(void)arg;
	(void)s;
	(void)e;
	sum += n;
	return 0;
}

static void
feed_xml(const struct buf *b)
{
	const struct xml_handler h = { xml_start, xml_finish, xml_string, NULL,
		NULL };
	struct xml *x = xml_open(&h);
	struct err e = ERR_INIT;
	size_t at, n;

	for (at = 0; at < b->len; at += n) {
		n = b->len - at < PIECE ? b->len - at : PIECE;
		if (xml_feed(x, b->data + at, n, &e) == -1)
			fail(e.msg);
	}
	if (xml_end(x, &e) == -1)
		fail(e.msg);
	xml_close(x);
}

/* Has a name of its own, so that callgrind can begin and end here. */
static __attribute__((noinline)) void
feed_document(const struct buf *b, void (*feed)(const struct buf *), long n)
{
	for (; n > 0; n--)
		feed(b);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*feed)(const struct buf *);
		bool json;
	} parser[] = {
		{ "json", feed_json, true },
		{ "walk", feed_walk, true },
		{ "expat", feed_expat, false },
		{ "xml", feed_xml, false },
	};
	long rounds = argc > 3 ? atol(argv[3]) : 1;
	struct timespec from, to;
	struct buf b;
	size_t i;

	if (argc < 3)
		fail("bench_json PARSER SHAPE [ROUNDS]");
	buf_init(&b, 1 << 28);
	for (i = 0; i < sizeof(parser) / sizeof(parser[0]); i++) {
		if (strcmp(parser[i].name, argv[1]) != 0)
			continue;
		make_document(&b, parser[i].json, argv[2]);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
		feed_document(&b, parser[i].feed, rounds);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
		printf("%s_%s %.0f MB/s\n", argv[1], argv[2],
		    (double)b.len * (double)rounds /
			((double)(to.tv_sec - from.tv_sec) * 1e6 +
			    (double)(to.tv_nsec - from.tv_nsec) / 1e3));
		printf("bytes %zu\n", b.len * (size_t)rounds);
	}
	buf_free(&b);
	return sum == 0;
}
