/*
 * fuzz_tree.c - answers to every operation as trees: the input is a program
 * that opens and closes elements which the parsers know, so that every input
 * is well-formed XML and reaches deep into them.
 */
#include "ews/tok.h"
#include "fuzz.h"
#include "soaprun.h"

#define DEPTH 110

struct tree {
	struct buf xml;
	const uint8_t *p, *end;
	const char *open[DEPTH];
	int depth;
	bool tag; /* the start tag may still get attributes */
};

static uint8_t
next(struct tree *t)
{
	return t->p < t->end ? *t->p++ : 0;
}

static const char *const texts[] = { "NoError", "ErrorItemNotFound",
	"ErrorServerBusy", "ErrorInvalidServerVersion", "true", "1", "AT1",
	"2026-11-20T08:16:00Z", "-1", "9223372036854775807", "a@b.example",
	"/o=Org/cn=x", "SMTP", "SMTP:a@b.example", "EX", "AQHT",
	"=== ", "=== Truncated Data ===", "QUFB", "==", "&#xD83D;", "&#xDE00;",
	"\xc3", "\xbc", "IPM.Note", "&lt;m@x&gt;", "&#13;&#10;", "&#x0;",
	"BackOffMilliseconds", "inbox", "Text", "HTML", "x" };

#define NS_TYPES "http://schemas.microsoft.com/exchange/services/2006/types"

static const char *const attrs[] = { "Id", "ChangeKey", "ResponseClass",
	"PropertyTag", "Name", "BodyType", "IsTruncated",
	"IncludesLastItemInRange", "IndexedPagingOffset", "MajorVersion",
	"xmlns:t", "t:Id" };

static const char *const values[] = { NS_TYPES, "A", "B", "AT1", "Success",
	"Error", "Warning", "0x670A", "0x670B", "0x3613", "0x5D02", "0x5d01",
	"0x1035", "0x7D", "BackOffMilliseconds", "Text", "true", "false", "",
	"15", "2147483647", "&#x1F600;", "&#0;" };

static void
end_tag(struct tree *t)
{
	if (t->tag)
		buf_addc(&t->xml, '>');
	t->tag = false;
}

static void
start(struct tree *t, const char *name)
{
	if (t->depth == DEPTH)
		return;
	end_tag(t);
	buf_addf(&t->xml, "<t:%s", name);
	t->open[t->depth++] = name;
	t->tag = true;
}

static void
end(struct tree *t)
{
	end_tag(t);
	buf_addf(&t->xml, "</t:%s>", t->open[--t->depth]);
}

static void
attribute(struct tree *t)
{
	const char *name = attrs[next(t) % (sizeof(attrs) / sizeof(attrs[0]))];
	const char *v = values[next(t) % (sizeof(values) / sizeof(values[0]))];

	if (t->tag)
		buf_addf(&t->xml, " %s=\"%s\"", name, v);
}

static void
raw(struct tree *t)
{
	size_t n = next(t), left = (size_t)(t->end - t->p), i;

	end_tag(t);
	n = n < left ? n : left;
	for (i = 0; i < n; i++, t->p++)
		buf_addc(&t->xml, *t->p == '<' || *t->p == '&' ? ' '
				  : *t->p == ']'               ? '['
							       : (char)*t->p);
}

/* The elements that lead to the data of the operation. */
static void
message(struct tree *t, const char *op, unsigned how)
{
	static const char *const inside[] = { "Items", "Changes", "RootFolder",
		"Folders", "Attachments", "ResolutionSet" };
	static const char *const class[] = { "Success", "Success", "Warning",
		"Error" };
	char name[64];

	while (t->depth > 4)
		end(t);
	if (t->depth != 4)
		return;
	snprintf(name, sizeof(name), "%sResponseMessage", op);
	start(t, "M");
	buf_addf(&t->xml, " ResponseClass=\"%s\"", class[how % 4]);
	if (how & 4) {
		start(t, "ResponseCode");
		end_tag(t);
		buf_adds(&t->xml, texts[how % 4]);
		end(t);
	}
	start(t, inside[how / 8 % 6]);
}

static void
step(struct tree *t, const char *op)
{
	uint8_t c = next(t);

	if (c >= 128)
		start(t, tok_name((enum tok)(1 + (c - 128) % (TOK_COUNT - 1))));
	else if (c >= 100 && t->depth > 0)
		end(t);
	else if (c >= 70) {
		end_tag(t);
		buf_adds(&t->xml,
		    texts[(c - 70) % (sizeof(texts) / sizeof(texts[0]))]);
	} else if (c >= 50)
		attribute(t);
	else if (c >= 44)
		start(t, "Odd");
	else if (c >= 40)
		raw(t);
	else
		message(t, op, c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum soaprun_op op;
	struct tree t;
	char name[64];

	if (size < 2)
		return 0;
	tok_init();
	op = (enum soaprun_op)(data[0] % SOAPRUN_NOP);
	memset(&t, 0, sizeof(t));
	buf_init(&t.xml, (size_t)4 << 20);
	t.p = data + 1;
	t.end = data + size;
	start(&t, "Envelope");
	buf_adds(&t.xml, " xmlns:t=\"" NS_TYPES "\"");
	if (data[1] % 8 != 7) {
		snprintf(name, sizeof(name), "%sResponse", soaprun_name(op));
		start(&t, "Body");
		start(&t, name);
		start(&t, "ResponseMessages");
	}
	while (t.p < t.end && t.xml.len < ((size_t)1 << 20))
		step(&t, soaprun_name(op));
	while (t.depth > 0)
		end(&t);
	soaprun_all(op, buf_str(&t.xml), t.xml.len);
	buf_free(&t.xml);
	return 0;
}
