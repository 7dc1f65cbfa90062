/*
 * json.c - a push parser for JSON (RFC 8259).
 * 1. The first failure sticks; after it no handler is called.
 * 2. Each byte is looked at once, whatever pieces the input comes in, and what
 *    is handed out does not depend on them but for where text is cut.
 * 3. Text goes out in pieces that are whole characters: short runs and escapes
 *    are gathered, long runs go out as they lie in the input.
 * 4. What may be a secret is wiped when the parser closes.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"
#include "fmt/json.h"

#define GATHER   4096
#define LONG_RUN 512 /* such a run is not copied */

/* What the next byte may be. */
enum state {
	WANT_VALUE,
	WANT_VALUE_OR_END, /* after [ */
	WANT_KEY_OR_END,   /* after { */
	WANT_KEY,          /* after , in an object */
	WANT_COLON,
	WANT_MORE, /* after a value: , or the end of its container */
	WANT_NOTHING,
	IN_STRING,
	IN_ESCAPE, /* after a backslash */
	IN_HEX,    /* after \u */
	IN_NUMBER,
	IN_WORD
};

struct json {
	struct json_handler h;
	enum state state;
	struct err err; /* the first failure */
	bool failed;
	uint64_t at; /* bytes before the piece that is being read */
	bool begun;  /* the byte order mark was looked for */
	int nmark;
	bool in_key; /* the string is a key */
	int depth;
	bool object[JSON_DEPTH];
	/* a character of which bytes are missing, and how many it has */
	unsigned char held[4];
	size_t nheld, whole;
	/* \uXXXX, and the high surrogate before it or 0 */
	uint32_t hex, high;
	int nhex;
	const char *word;
	enum json_type type;
	size_t nword;
	size_t ntext;
	char text[GATHER];
	size_t nkey;
	char key[JSON_KEY_MAX + 1];
	size_t nnumber;
	char number[JSON_NUMBER_MAX + 1];
};

struct json *
json_open(const struct json_handler *h)
{
	struct json *j = mem_alloc(sizeof(*j));

	j->h = *h;
	return j;
}

void
json_close(struct json *j)
{
	if (j == NULL)
		return;
	mem_wipe(j, sizeof(*j));
	free(j);
}

/* --- strings ------------------------------------------------------------ */

static int
give_text(struct json *j, const char *s, size_t n, bool last)
{
	if (j->h.text == NULL || (n == 0 && !last))
		return 0;
	return j->h.text(j->h.arg, s, n, last, &j->err);
}

static int
flush_string(struct json *j, bool last)
{
	size_t n = j->ntext;

	j->ntext = 0;
	return give_text(j, j->text, n, last);
}

/* What is before the fault is handed out first, however the pieces lie. */
static int
refuse_json(struct json *j, size_t at, const char *why)
{
	uint64_t place = j->at + at + 1;

	if (j->ntext > 0 && flush_string(j, false) == -1)
		return -1;
	err_set(&j->err, ERR_RETRY, "the JSON is not valid at byte %llu: %s",
	    (unsigned long long)place, why);
	return err_code(&j->err, CAUSE_MALFORMED, "json", SCOPE_MAILBOX);
}

/* Adds whole characters to the key. */
static int
add_to_key(struct json *j, const char *s, size_t n, size_t at)
{
	size_t room = JSON_KEY_MAX - j->nkey;

	if (n > room)
		return refuse_json(j, at + room, "a key is too long");
	memcpy(j->key + j->nkey, s, n);
	j->nkey += n;
	return 0;
}

/* Adds whole characters of the string; at: their place in the piece. */
static int
add_to_string(struct json *j, const char *s, size_t n, size_t at)
{
	if (j->in_key)
		return add_to_key(j, s, n, at);
	if (n > GATHER - j->ntext && flush_string(j, false) == -1)
		return -1;
	if (n >= LONG_RUN) {
		if (flush_string(j, false) == -1)
			return -1;
		return give_text(j, s, n, false);
	}
	memcpy(j->text + j->ntext, s, n);
	j->ntext += n;
	return 0;
}

static int
add_char(struct json *j, uint32_t c, size_t at)
{
	char out[4];

	if (c == 0 && j->in_key)
		c = 0xfffd; /* a key is a string */
	return add_to_string(j, out, utf8_put(out, c), at);
}

/* A high surrogate that no low one followed. */
static int
drop_high(struct json *j, size_t at)
{
	if (j->high == 0)
		return 0;
	j->high = 0;
	return add_char(j, 0xfffd, at);
}

static int
end_string(struct json *j, size_t at)
{
	if (drop_high(j, at) == -1)
		return -1;
	if (!j->in_key) {
		j->state = WANT_MORE;
		return flush_string(j, true);
	}
	j->key[j->nkey] = '\0';
	j->state = WANT_COLON;
	return j->h.key == NULL ? 0 : j->h.key(j->h.arg, j->key, &j->err);
}

/* The length of the character that begins so; 0: none does. */
static size_t
char_length(unsigned char c)
{
	return c < 0x80   ? 1
	       : c < 0xc2 ? 0
	       : c < 0xe0 ? 2
	       : c < 0xf0 ? 3
	       : c < 0xf5 ? 4
			  : 0;
}

/* More of a character that the piece before had only begun. */
static int
go_on_char(struct json *j, unsigned char c, size_t at)
{
	uint32_t out;

	j->held[j->nheld++] = c;
	if (j->nheld < j->whole)
		return 0;
	j->nheld = 0;
	if (utf8_next((const char *)j->held, j->whole, &out) != j->whole)
		return refuse_json(j, at + 1 - j->whole, "this is not UTF-8");
	return add_to_string(
	    j, (const char *)j->held, j->whole, at + 1 - j->whole);
}

/* Is the byte an ASCII character that stands for itself in a string? */
static bool
is_itself(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

#define EACH(byte) ((uint64_t)(byte)*UINT64_C(0x0101010101010101))
/* The high bit of bytes that are zero, and perhaps of some behind the first. */
#define ZERO(w) (((w)-EACH(1)) & ~(w)&EACH(0x80))

/* The same for bytes that do not stand for themselves. */
static uint64_t
not_itself(uint64_t w)
{
	return ((w | (w - EACH(0x20))) & EACH(0x80)) | ZERO(w ^ EACH('"')) |
	       ZERO(w ^ EACH('\\'));
}

/* Where the characters end that stand for themselves, from k on. */
static size_t
skip_itself(const char *p, size_t k, size_t n)
{
	uint64_t w, found = 0;

	/* eight at once: nearly all of a long string is such characters */
	for (; n - k >= sizeof(w); k += sizeof(w)) {
		memcpy(&w, p + k, sizeof(w));
		if ((found = not_itself(w)) != 0)
			break;
	}
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	if (found != 0)
		return k + (size_t)__builtin_ctzll(found) / 8;
#endif
	while (k < n && is_itself((unsigned char)p[k]))
		k++;
	return k;
}

/*
 * Takes what can be taken at once of a string: all up to a quote, a backslash,
 * or a character that the piece only begins. *i moves behind it. A string that
 * needs no work goes out as it lies there, and then the quote is taken, too.
 */
static int
take_run(struct json *j, const char *p, size_t n, size_t *i)
{
	size_t from = *i, k, len;
	const char *why = NULL;
	uint32_t c;

	for (k = skip_itself(p, from, n); k < n && p[k] != '"' && p[k] != '\\';
	     k = skip_itself(p, k + len, n)) {
		len = char_length((unsigned char)p[k]);
		if (len > n - k) {
			j->whole = len;
			break;
		}
		if ((unsigned char)p[k] < 0x20)
			why = "a control character stands in a string";
		else if (len == 0 || utf8_next(p + k, len, &c) != len)
			why = "this is not UTF-8";
		if (why != NULL)
			break;
	}
	*i = k;
	if (k < n && p[k] == '"' && !j->in_key && j->ntext == 0 &&
	    j->high == 0) {
		*i = k + 1;
		j->state = WANT_MORE;
		return give_text(j, p + from, k - from, true);
	}
	if ((k > from || why != NULL) && drop_high(j, from) == -1)
		return -1;
	if (k > from && add_to_string(j, p + from, k - from, from) == -1)
		return -1;
	return why != NULL ? refuse_json(j, k, why) : 0;
}

static int
in_string(struct json *j, const char *p, size_t n, size_t *i)
{
	size_t at;

	if (j->nheld == 0 && take_run(j, p, n, i) == -1)
		return -1;
	if ((at = *i) == n || j->state != IN_STRING)
		return 0;
	(*i)++;
	if (j->nheld > 0)
		return go_on_char(j, (unsigned char)p[at], at);
	if (p[at] == '"')
		return end_string(j, at);
	if (p[at] == '\\') {
		j->state = IN_ESCAPE;
		return 0;
	}
	/* the piece ends in the middle of this character */
	j->held[j->nheld++] = (unsigned char)p[at];
	return drop_high(j, at);
}

static int
in_escape(struct json *j, char c, size_t at)
{
	static const char means[256] = { ['"'] = '"',
		['\\'] = '\\',
		['/'] = '/',
		['b'] = '\b',
		['f'] = '\f',
		['n'] = '\n',
		['r'] = '\r',
		['t'] = '\t' };
	const char *is = &means[(unsigned char)c];

	if (c == 'u') {
		j->state = IN_HEX;
		j->hex = 0;
		j->nhex = 0;
		return 0;
	}
	if (*is == '\0')
		return refuse_json(j, at, "there is no such escape");
	j->state = IN_STRING;
	if (drop_high(j, at) == -1)
		return -1;
	return add_to_string(j, is, 1, at);
}

static int
in_hex(struct json *j, char c, size_t at)
{
	int digit = enc_hex_digit(c);
	uint32_t u;

	if (digit == -1)
		return refuse_json(j, at, "\\u needs four hex digits");
	j->hex = j->hex << 4 | (uint32_t)digit;
	if (++j->nhex < 4)
		return 0;
	j->state = IN_STRING;
	u = j->hex;
	if (u >= 0xdc00 && u < 0xe000 && j->high != 0) {
		u = 0x10000 + ((j->high - 0xd800) << 10) + (u - 0xdc00);
		j->high = 0;
		return add_char(j, u, at);
	}
	if (drop_high(j, at) == -1)
		return -1;
	if (u >= 0xd800 && u < 0xdc00) {
		j->high = u;
		return 0;
	}
	return add_char(j, u >= 0xdc00 && u < 0xe000 ? 0xfffd : u, at);
}

/* --- numbers and words -------------------------------------------------- */

static bool
is_json_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *
skip_digits(const char *s)
{
	while (is_json_digit(*s))
		s++;
	return s;
}

/* RFC 8259 6. */
static bool
is_number(const char *s)
{
	if (*s == '-')
		s++;
	if (!is_json_digit(*s))
		return false;
	s = *s == '0' ? s + 1 : skip_digits(s);
	if (*s == '.') {
		if (!is_json_digit(*++s))
			return false;
		s = skip_digits(s);
	}
	if (*s == 'e' || *s == 'E') {
		s++;
		if (*s == '+' || *s == '-')
			s++;
		if (!is_json_digit(*s))
			return false;
		s = skip_digits(s);
	}
	return *s == '\0';
}

static int
give_plain(struct json *j, enum json_type type, const char *s)
{
	j->state = WANT_MORE;
	return j->h.plain == NULL ? 0 : j->h.plain(j->h.arg, type, s, &j->err);
}

static int
end_number(struct json *j, size_t at)
{
	j->number[j->nnumber] = '\0';
	if (!is_number(j->number))
		return refuse_json(j, at, "this is not a number");
	return give_plain(j, JSON_NUMBER, j->number);
}

/* *taken: c belongs to the number. */
static int
in_number(struct json *j, char c, size_t at, bool *taken)
{
	*taken = is_json_digit(c) || (c != '\0' && strchr("+-.eE", c) != NULL);
	if (!*taken)
		return end_number(j, at);
	if (j->nnumber == JSON_NUMBER_MAX)
		return refuse_json(j, at, "a number is too long");
	j->number[j->nnumber++] = c;
	return 0;
}

static int
in_word(struct json *j, char c, size_t at)
{
	if (c != j->word[j->nword])
		return refuse_json(
		    j, at, "only true, false and null are written so");
	if (j->word[++j->nword] != '\0')
		return 0;
	return give_plain(j, j->type, j->word);
}

/* --- structure ---------------------------------------------------------- */

static int
begin_container(struct json *j, bool object, size_t at)
{
	if (j->depth == JSON_DEPTH)
		return refuse_json(
		    j, at, "objects and arrays are too deep in each other");
	j->object[j->depth++] = object;
	j->state = object ? WANT_KEY_OR_END : WANT_VALUE_OR_END;
	return j->h.begin == NULL
		   ? 0
		   : j->h.begin(
			 j->h.arg, object ? JSON_OBJECT : JSON_ARRAY, &j->err);
}

static int
end_container(struct json *j)
{
	bool object = j->object[--j->depth];

	j->state = WANT_MORE;
	return j->h.end == NULL
		   ? 0
		   : j->h.end(
			 j->h.arg, object ? JSON_OBJECT : JSON_ARRAY, &j->err);
}

static void
begin_string(struct json *j, bool key)
{
	j->in_key = key;
	j->nkey = 0;
	j->state = IN_STRING;
}

static void
begin_word(struct json *j, const char *word, enum json_type type)
{
	j->word = word;
	j->type = type;
	j->nword = 1;
	j->state = IN_WORD;
}

static int
begin_value(struct json *j, char c, size_t at)
{
	switch (c) {
	case '{':
	case '[':
		return begin_container(j, c == '{', at);
	case '"':
		begin_string(j, false);
		return 0;
	case 't':
		begin_word(j, "true", JSON_TRUE);
		return 0;
	case 'f':
		begin_word(j, "false", JSON_FALSE);
		return 0;
	case 'n':
		begin_word(j, "null", JSON_NULL);
		return 0;
	}
	if (c != '-' && !is_json_digit(c))
		return refuse_json(j, at, "a value is expected here");
	j->number[0] = c;
	j->nnumber = 1;
	j->state = IN_NUMBER;
	return 0;
}

/* After a value. */
static int
more_or_end(struct json *j, char c, size_t at)
{
	bool object = j->object[j->depth - 1];

	if (c == ',') {
		j->state = object ? WANT_KEY : WANT_VALUE;
		return 0;
	}
	if (c == (object ? '}' : ']'))
		return end_container(j);
	return refuse_json(j, at,
	    object ? "a comma or } is expected here"
		   : "a comma or ] is expected here");
}

/* A byte that belongs to no string, number or word. */
static int
take_mark(struct json *j, char c, size_t at)
{
	if (str_is_white(c))
		return 0;
	switch (j->state) {
	case WANT_VALUE_OR_END:
		if (c == ']')
			return end_container(j);
		return begin_value(j, c, at);
	case WANT_VALUE:
		return begin_value(j, c, at);
	case WANT_KEY_OR_END:
		if (c == '}')
			return end_container(j);
		/* fallthrough */
	case WANT_KEY:
		if (c != '"')
			return refuse_json(j, at, "a key is expected here");
		begin_string(j, true);
		return 0;
	case WANT_COLON:
		if (c != ':')
			return refuse_json(j, at, "a colon is expected here");
		j->state = WANT_VALUE;
		return 0;
	case WANT_MORE:
		return more_or_end(j, c, at);
	default:
		return refuse_json(j, at, "the value has ended before");
	}
}

static int
take_bytes(struct json *j, const char *p, size_t n, size_t *i)
{
	size_t at = *i;
	char c = p[at];
	bool taken = true;
	int rc;

	switch (j->state) {
	case IN_STRING:
		return in_string(j, p, n, i);
	case IN_ESCAPE:
		rc = in_escape(j, c, at);
		break;
	case IN_HEX:
		rc = in_hex(j, c, at);
		break;
	case IN_WORD:
		rc = in_word(j, c, at);
		break;
	case IN_NUMBER:
		rc = in_number(j, c, at, &taken);
		break;
	default:
		rc = take_mark(j, c, at);
	}
	*i += taken;
	return rc;
}

/* Passes over a byte order mark; *i moves behind what belongs to it. */
static int
skip_mark(struct json *j, const char *p, size_t n, size_t *i)
{
	static const char mark[] = "\xef\xbb\xbf";

	while (*i < n && !j->begun) {
		if (p[*i] == mark[j->nmark]) {
			(*i)++;
			j->begun = ++j->nmark == 3;
		} else if (j->nmark > 0)
			return refuse_json(j, *i, "a value is expected here");
		else
			j->begun = true;
	}
	return 0;
}

static int
say_again(const struct json *j, struct err *err)
{
	*err = j->err;
	return -1;
}

int
json_feed(struct json *j, const void *data, size_t n, struct err *err)
{
	const char *p = data;
	size_t i = 0;

	if (j->failed)
		return say_again(j, err);
	j->failed = skip_mark(j, p, n, &i) == -1;
	while (i < n && !j->failed) {
		j->failed = take_bytes(j, p, n, &i) == -1;
		if (j->depth == 0 && j->state == WANT_MORE)
			j->state = WANT_NOTHING;
	}
	j->at += n;
	return j->failed ? say_again(j, err) : 0;
}

int
json_end(struct json *j, struct err *err)
{
	if (!j->failed && j->state == IN_NUMBER && j->depth == 0) {
		j->failed = end_number(j, 0) == -1;
		j->state = WANT_NOTHING;
	}
	if (!j->failed && j->state != WANT_NOTHING) {
		refuse_json(j, 0, "it ends in the middle");
		j->failed = true;
	}
	return j->failed ? say_again(j, err) : 0;
}
