/*
 * soap.c - reads the answer to one EWS request as it streams in.
 * 1. Elements are known by local name and place. An unknown element is skipped
 *    with all it holds, so a name inside it never misleads; and so is one of a
 *    namespace that is neither SOAP's nor Exchange's, whatever its name. Which
 *    of these namespaces it is does not matter, and servers without any are
 *    understood.
 * 2. depth counts every element; Envelope is 1, its Header and Body 2, the
 *    response 3, ResponseMessages 4, a response message 5.
 * 3. Only what lies inside a response message reaches the operation, as level
 *    depth - 5.
 * 4. A response message tells its outcome by its class, or by the code NoError
 *    if it has no class. One that tells nothing of its outcome counts as a
 *    success: the operation sees whether its data is there.
 * 5. A fault does not stop the parser: the caller looks at it afterwards. A
 *    first message that refuses the version counts as a fault.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/tim.h"
#include "ews/code.h"
#include "ews/soap.h"
#include "net/retry.h"

enum { D_ENVELOPE = 1, D_PART, D_RESPONSE, D_MESSAGES, D_MESSAGE };

/* Does s begin with that? Then it moves behind it. */
static bool
skip_text(const char **s, const char *text)
{
	size_t n = strlen(text);

	if (strncmp(*s, text, n) != 0)
		return false;
	*s += n;
	return true;
}

/*
 * SOAP 1.1, SOAP 1.2, and Exchange's messages, types and errors, with what may
 * come beside them. Microsoft's pages show some with https, so servers that
 * were written by them may, too.
 */
static bool
is_our_namespace(const char *uri)
{
	if (!skip_text(&uri, "http://") && !skip_text(&uri, "https://"))
		return false;
	if (skip_text(&uri, "schemas.microsoft.com/exchange/services/"))
		return true;
	return (skip_text(&uri, "schemas.xmlsoap.org/soap/envelope") ||
		   skip_text(&uri, "www.w3.org/2003/05/soap-envelope")) &&
	       (*uri == '\0' || strcmp(uri, "/") == 0);
}

static int
answer_mismatch(const struct soap *s, const char *got, struct err *err)
{
	err_set(err, ERR_RETRY, "the server answered with %s, not %s", got,
	    s->ops->name);
	return err_code(err, CAUSE_OTHER, "answer-mismatch", SCOPE_MAILBOX);
}

static int
attr_number(const struct xml_attrs *a, const char *name)
{
	const char *v = xml_attr(a, name);
	int64_t n;

	return v != NULL && str_int(v, 0, 1000000, &n) ? (int)n : 0;
}

static void
server_version(struct soap *s, const struct xml_attrs *a)
{
	if (xml_attr(a, "MajorVersion") == NULL)
		return;
	s->build.major = attr_number(a, "MajorVersion");
	s->build.minor = attr_number(a, "MinorVersion");
	s->build.build = attr_number(a, "MajorBuildNumber");
	s->build.revision = attr_number(a, "MinorBuildNumber");
	s->build.known = s->build.major > 0;
}

static void
status_clear(struct soap_status *st)
{
	memset(st, 0, sizeof(*st));
	st->backoff_ms = -1;
}

static bool
ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), k = strlen(end);

	return n >= k && strcmp(name + n - k, end) == 0;
}

/* The element below Body: a fault, or the response to what was asked. */
static int
response_start(struct soap *s, enum tok t, const char *name, struct err *err)
{
	size_t n = strlen(s->ops->name);

	if (t == TOK_Fault) {
		s->fault = true;
		return SOAP_ENTER;
	}
	if (!ends_with(name, "Response"))
		return SOAP_SKIP; /* an element beside it */
	if (strncmp(name, s->ops->name, n) != 0 ||
	    strcmp(name + n, "Response") != 0 || s->response)
		return answer_mismatch(s, name, err);
	s->response = true;
	return SOAP_ENTER;
}

static void
response_class(struct soap *s, const struct xml_attrs *a)
{
	const char *class = xml_attr(a, "ResponseClass");

	status_clear(&s->st);
	s->classless = class == NULL || class[0] == '\0';
	s->st.success = class != NULL && str_ieq(class, "Success");
	s->st.warning = class != NULL && str_ieq(class, "Warning");
}

static int
value_start(struct soap *s, const struct xml_attrs *a)
{
	const char *name = xml_attr(a, "Name");

	str_printable(s->value_name, sizeof(s->value_name), str_nn(name),
	    strlen(str_nn(name)));
	return SOAP_TEXT;
}

static int
fault_start(struct soap *s, enum tok t, const struct xml_attrs *a)
{
	switch (t) {
	case TOK_detail:
	case TOK_MessageXml:
		return SOAP_ENTER;
	case TOK_faultcode:
	case TOK_faultstring:
	case TOK_ResponseCode:
	case TOK_Message:
		return SOAP_TEXT;
	case TOK_Value:
		return value_start(s, a);
	default:
		return SOAP_SKIP;
	}
}

static int
message_start(
    struct soap *s, enum tok t, const struct xml_attrs *a, struct err *err)
{
	int level = s->depth - D_MESSAGE;

	if (level == 1) {
		if (t == TOK_MessageText || t == TOK_ResponseCode)
			return SOAP_TEXT;
		if (t == TOK_MessageXml)
			return SOAP_ENTER;
	} else if (s->tok[D_MESSAGE + 1] == TOK_MessageXml)
		return t == TOK_Value ? value_start(s, a) : SOAP_SKIP;
	return s->ops->start(s->arg, t, level, a, err);
}

static int
place_of(struct soap *s, enum tok t, const char *name,
    const struct xml_attrs *a, struct err *err)
{
	switch (s->depth) {
	case D_ENVELOPE:
		if (t != TOK_Envelope)
			return answer_mismatch(s, name, err);
		s->envelope = true;
		return SOAP_ENTER;
	case D_PART:
		return t == TOK_Header || t == TOK_Body ? SOAP_ENTER
							: SOAP_SKIP;
	case D_RESPONSE:
		if (s->tok[D_PART] == TOK_Body)
			return response_start(s, t, name, err);
		if (t == TOK_ServerVersionInfo)
			server_version(s, a);
		return SOAP_SKIP;
	default:
		break;
	}
	if (s->tok[D_RESPONSE] == TOK_Fault)
		return fault_start(s, t, a);
	if (s->depth == D_MESSAGES)
		return t == TOK_ResponseMessages ? SOAP_ENTER : SOAP_SKIP;
	if (s->depth == D_MESSAGE) {
		if (s->fault || (!ends_with(name, "Message") &&
				    xml_attr(a, "ResponseClass") == NULL))
			return SOAP_SKIP;
		response_class(s, a);
		return SOAP_ENTER;
	}
	return message_start(s, t, a, err);
}

static int
envelope_start(
    void *arg, const char *name, const struct xml_attrs *a, struct err *err)
{
	struct soap *s = arg;
	bool foreign;
	enum tok t;
	int want;

	s->depth++;
	if (s->skip != 0)
		return 0;
	if (s->depth >= SOAP_DEPTH)
		return answer_mismatch(s, "elements nested too deeply", err);
	/* Nothing is taken from inside an element that is read as text. */
	if (s->want[s->depth - 1] >= SOAP_TEXT) {
		s->skip = s->depth;
		return 0;
	}
	foreign = xml_foreign(a);
	t = foreign ? TOK_NONE : tok_find(name);
	s->tok[s->depth] = (unsigned char)t;
	if (foreign && s->depth > D_ENVELOPE)
		want = SOAP_SKIP;
	else if ((want = place_of(s, t, name, a, err)) == -1)
		return -1;
	s->want[s->depth] = (unsigned char)want;
	if (want == SOAP_SKIP)
		s->skip = s->depth;
	else if (want == SOAP_TEXT)
		buf_reset(s->text);
	return want >= SOAP_TEXT;
}

static void
copy_text(char *out, size_t size, const char *text, size_t len)
{
	if (text != NULL)
		str_printable(out, size, text, len);
}

/* Reads BackOffMilliseconds; a text that is no number is ignored. */
static void
read_backoff(struct soap_status *st, const char *text)
{
	size_t n = strspn(text, "0123456789");
	int64_t ms;

	if (str_int(text, 0, RETRY_MAX, &ms))
		st->backoff_ms = ms;
	else if (n > 0 && text[n] == '\0')
		st->backoff_ms = RETRY_MAX;
}

/* A MessageXml value: the back-off, or a detail for who reads the error. */
static void
value_end(struct soap *s, struct soap_status *st, const char *text)
{
	size_t n = strlen(st->text);

	if (text == NULL)
		return;
	if (strcmp(s->value_name, "BackOffMilliseconds") == 0) {
		read_backoff(st, text);
		return;
	}
	if (n + 40 < sizeof(st->text)) {
		char v[160];

		str_printable(v, sizeof(v), text, strlen(text));
		snprintf(st->text + n, sizeof(st->text) - n, "%s%s=%s",
		    n > 0 ? " " : "", s->value_name, v);
	}
}

/* A fault without detail has its code in faultcode: "a:ErrorServerBusy". */
static void
fault_end(struct soap *s, enum tok t, const char *text, size_t len)
{
	struct soap_status *f = &s->fault_st;
	const char *colon;

	if (text == NULL)
		return;
	switch (t) {
	case TOK_faultcode:
		colon = strrchr(text, ':');
		if (f->code[0] == '\0')
			copy_text(f->code, sizeof(f->code),
			    colon == NULL ? text : colon + 1,
			    strlen(colon == NULL ? text : colon + 1));
		break;
	case TOK_ResponseCode:
		copy_text(f->code, sizeof(f->code), text, len);
		break;
	case TOK_faultstring:
	case TOK_Message:
		copy_text(f->text, sizeof(f->text), text, len);
		break;
	case TOK_Value:
		value_end(s, f, text);
		break;
	default:
		break;
	}
}

/*
 * Does the message refuse the version? Then the whole request is refused,
 * though it looks like one message.
 */
static bool
refuses_version(const struct soap_status *st)
{
	const struct code_row *r;

	if (st->success || st->warning || (r = code_find(st->code)) == NULL)
		return false;
	/* ErrorInvalidRequest may be meant for one item only */
	return r->act == CODE_VERSION &&
	       strcmp(st->code, "ErrorInvalidRequest") != 0;
}

static int
message_end(
    struct soap *s, enum tok t, const char *text, size_t len, struct err *err)
{
	int level = s->depth - D_MESSAGE;

	if (level == 0) {
		if (!s->st.warning && strcmp(s->st.code, "NoError") == 0)
			s->st.success = true;
		if (s->classless && s->st.code[0] == '\0' &&
		    s->st.text[0] == '\0')
			s->st.success = true;
		if (s->messages == 0 && refuses_version(&s->st)) {
			s->fault = true;
			s->fault_st = s->st;
			return 0;
		}
		s->messages++;
		return s->ops->message(s->arg, &s->st, err);
	}
	if (level == 1 && t == TOK_MessageText)
		copy_text(s->st.text, sizeof(s->st.text), text, len);
	else if (level == 1 && t == TOK_ResponseCode)
		copy_text(s->st.code, sizeof(s->st.code), text, len);
	else if (s->tok[D_MESSAGE + 1] == TOK_MessageXml) {
		if (level == 2)
			value_end(s, &s->st, text);
	} else
		return s->ops->end(s->arg, t, level, text, len, err);
	return 0;
}

/*
 * Is the text kept as it is, because people wrote it or its form is unknown
 * here?
 */
static bool
text_verbatim(enum tok t)
{
	return t == TOK_Subject || t == TOK_DisplayName || t == TOK_Name ||
	       t == TOK_Value;
}

/* The text of the element that ends; NULL: too large. */
static const char *
text_of(const struct soap *s, enum tok t, size_t *len)
{
	char *p = s->text->data;

	*len = s->text->over ? 1 : s->text->len;
	if (s->text->over)
		return NULL;
	if (p == NULL || text_verbatim(t))
		return buf_str(s->text);
	p = str_trim(p);
	*len = strlen(p);
	return p;
}

static int
envelope_end(void *arg, const char *name, struct err *err)
{
	struct soap *s = arg;
	enum tok t;
	const char *text = NULL;
	size_t len = 0;
	int rc = 0;

	(void)name;
	if (s->skip != 0) {
		if (s->skip == s->depth)
			s->skip = 0;
		s->depth--;
		return 0;
	}
	t = (enum tok)s->tok[s->depth];
	if (s->want[s->depth] == SOAP_TEXT)
		text = text_of(s, t, &len);
	if (s->depth > D_RESPONSE && s->tok[D_RESPONSE] == TOK_Fault)
		fault_end(s, t, text, len);
	else if (s->depth >= D_MESSAGE)
		rc = message_end(s, t, text, len, err);
	else if (s->depth == D_ENVELOPE)
		s->complete = true;
	s->depth--;
	return rc;
}

static int
envelope_text(void *arg, const char *p, size_t n, struct err *err)
{
	struct soap *s = arg;

	if (s->skip != 0)
		return 0;
	if (s->want[s->depth] == SOAP_STREAM)
		return s->ops->text(s->arg, p, n, err);
	if (!s->text->over)
		buf_add(s->text, p, n);
	return 0;
}

void
soap_open(
    struct soap *s, const struct soap_ops *ops, void *arg, struct buf *text)
{
	struct xml_handler h = { envelope_start, envelope_end, envelope_text, s,
		is_our_namespace };

	tok_init();
	memset(s, 0, sizeof(*s));
	s->ops = ops;
	s->arg = arg;
	s->text = text;
	buf_reset(text);
	status_clear(&s->st);
	status_clear(&s->fault_st);
	s->want[0] = SOAP_ENTER;
	s->xml = xml_open(&h);
}

int
soap_feed(struct soap *s, const void *p, size_t n, struct err *err)
{
	return xml_feed(s->xml, p, n, err);
}

int
soap_end(struct soap *s, struct err *err)
{
	return xml_end(s->xml, err);
}

void
soap_close(struct soap *s)
{
	xml_close(s->xml);
	s->xml = NULL;
}

bool
soap_true(const char *s)
{
	static const char white[] = " \t\r\n";
	size_t n;

	if (s == NULL)
		return false;
	s += strspn(s, white);
	n = strcspn(s, white);
	if (s[n + strspn(s + n, white)] != '\0')
		return false;
	return (n == 4 && str_ieqn(s, "true", 4)) || (n == 1 && *s == '1');
}

bool
soap_time(const char *s, int64_t *ms)
{
	char v[48];
	size_t n = strlen(s);

	if (tim_iso(s, ms))
		return true;
	if (n > 10 && n < sizeof(v) && (s[10] == ' ' || s[10] == 't')) {
		memcpy(v, s, n + 1);
		v[10] = 'T';
		if (v[n - 1] == 'z')
			v[n - 1] = 'Z';
		if (tim_iso(v, ms))
			return true;
	}
	return tim_mail(s, ms);
}
