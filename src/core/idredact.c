/*
 * idredact.c - the ids of a mail without the people to be forgotten.
 * An id is no address: what programs put before one, with a dot or another
 * sign, is not a part of it, so every ending of what stands before an @ counts.
 */
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/mem.h"
#include "base/str.h"
#include "core/idredact.h"
#include "core/redact.h"

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
	       (unsigned char)c >= 0x80;
}

/* May it stand before the @? */
static bool
is_id_char(char c)
{
	return is_alnum(c) || strchr("!#$%&'*+-/=?^_`{|}~.", c) != NULL;
}

/* The bytes of id from at on that are an address of the list. */
struct found {
	size_t at, n; /* n 0: none */
};

/* The address around the @ at that offset of s. */
static struct found
find_around(const struct forgotten *l, const char *s, size_t sign)
{
	struct found f = { 0, 0 };
	char one[ADDRESS_MAX];
	size_t end = sign + 1, from = sign, k;

	while (is_alnum(s[end]) || s[end] == '-' || s[end] == '.')
		end++;
	while (end > sign + 1 && s[end - 1] == '.')
		end--;
	while (from > 0 && sign - from < ADDRESS_MAX && s[from - 1] != '\0' &&
	       is_id_char(s[from - 1]))
		from--;
	/* the longest first */
	for (k = from; k < sign; k++) {
		if ((k > from && is_alnum(s[k - 1])) || end - k >= sizeof(one))
			continue;
		memcpy(one, s + k, end - k);
		one[end - k] = '\0';
		if (forgotten_has(l, one)) {
			f.at = k;
			f.n = end - k;
			break;
		}
	}
	return f;
}

/* Appends id to out, (removed) in place of each; true: there was one. */
static bool
redact_into(const struct forgotten *l, const char *id, struct buf *out)
{
	const char *sign;
	struct found f;
	size_t done = 0;
	bool any = false;

	for (sign = strchr(id, '@'); sign != NULL;
	     sign = strchr(sign + 1, '@')) {
		f = find_around(l, id, (size_t)(sign - id));
		if (f.n == 0 || f.at < done)
			continue;
		buf_add(out, id + done, f.at - done);
		buf_adds(out, REDACT_REMOVED);
		done = f.at + f.n;
		any = true;
	}
	buf_adds(out, id + done);
	return any;
}

static bool
id_has(const struct forgotten *l, const char *id)
{
	const char *sign = id == NULL ? NULL : strchr(id, '@');

	for (; sign != NULL; sign = strchr(sign + 1, '@')) {
		if (find_around(l, id, (size_t)(sign - id)).n > 0)
			return true;
	}
	return false;
}

bool
idredact_text(const struct forgotten *l, const char *id, struct buf *out)
{
	return id_has(l, id) && redact_into(l, id, out);
}

bool
idredact_has(const struct forgotten *l, const struct message *m)
{
	return forgotten_count(l) > 0 &&
	       (id_has(l, m->message_id) || id_has(l, m->in_reply_to) ||
		   id_has(l, m->refs));
}

static const char *
redact_id(const struct forgotten *l, struct message *m, const char *id)
{
	const char *now = id;
	struct buf out;

	if (!id_has(l, id))
		return id;
	buf_init(&out, REDACT_ROOM(strlen(id)));
	redact_into(l, id, &out);
	now = arena_strdup(&m->arena, buf_str(&out));
	buf_free(&out);
	return now;
}

/* --- the header block ---------------------------------------------------- */

static bool
is_id_field(const char *line)
{
	static const char *const names[] = { "message-id:", "in-reply-to:",
		"references:", "resent-message-id:" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_ieqn(line, names[i], strlen(names[i])))
			return true;
	}
	return false;
}

/* The length of the field at s, with its folded lines. */
static size_t
field_length(const char *s)
{
	size_t n = 0;

	do {
		n += strcspn(s + n, "\n");
		n += s[n] == '\n';
	} while (s[n] == ' ' || s[n] == '\t');
	return n;
}

/* Appends the block, without the address in its ids; true: one had it. */
static bool
redact_fields(const struct forgotten *l, const char *s, struct buf *out)
{
	bool any = false;
	size_t n;
	char *field;

	for (; *s != '\0'; s += n) {
		n = field_length(s);
		if (!is_id_field(s)) {
			buf_add(out, s, n);
			continue;
		}
		field = mem_strndup(s, n);
		any |= redact_into(l, field, out);
		free(field);
	}
	return any;
}

static void
redact_headers_of(const struct forgotten *l, struct message *m)
{
	struct buf out;

	if (m->headers == NULL || forgotten_count(l) == 0)
		return;
	buf_init(&out, REDACT_ROOM(strlen(m->headers)));
	if (redact_fields(l, m->headers, &out))
		m->headers = arena_strdup(&m->arena, buf_str(&out));
	buf_free(&out);
}

void
idredact_message(const struct forgotten *l, struct message *m)
{
	m->message_id = redact_id(l, m, m->message_id);
	m->in_reply_to = redact_id(l, m, m->in_reply_to);
	m->refs = redact_id(l, m, m->refs);
	redact_headers_of(l, m);
}
