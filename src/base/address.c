/*
 * address.c - SMTP addresses as they are compared.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/address.h"
#include "base/buf.h"
#include "base/enc.h"
#include "base/host.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"

/* bytes in lower case; RFC 5321 says 64, bounce addresses have more */
#define LOCAL_MAX  480
#define DOMAIN_MAX 253

/*
 * White space, and the invisible characters that come along when an address
 * is copied from a web page or a spreadsheet: no-break spaces, direction
 * marks, zero-width characters, byte order marks.
 */
static bool
is_blank(uint32_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0xa0 ||
	       c == 0xad || (c >= 0x2000 && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202f) || (c >= 0x205f && c <= 0x206f) ||
	       c == 0x3000 || c == 0xfeff;
}

static void
trim_space(const char **s, size_t *len)
{
	size_t n;
	uint32_t c;

	while (*len > 0 && (n = utf8_next(*s, *len, &c)) > 0 && is_blank(c)) {
		*s += n;
		*len -= n;
	}
	while (*len > 0) {
		for (n = 1; n < *len && ((*s)[*len - n] & 0xc0) == 0x80; n++)
			;
		if (utf8_next(*s + *len - n, n, &c) != n || !is_blank(c))
			return;
		*len -= n;
	}
}

/* RFC 5322 3.2.3: what a local part may not hold unless it is quoted */
static bool
is_special(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7f ||
	       strchr("\"(),:;<>@[\\]", c) != NULL;
}

/* Cuts quotes that are not needed: "anna"@x.example is anna@x.example. */
static void
unquote_local(const char **s, size_t *len)
{
	size_t i;

	if (*len < 3 || (*s)[0] != '"' || (*s)[*len - 1] != '"')
		return;
	for (i = 1; i < *len - 1; i++)
		if (is_special((*s)[i]))
			return;
	*s += 1;
	*len -= 2;
}

/* Writes the local part in lower case. Its length, or 0: not a local part. */
static size_t
put_local(char *out, size_t size, const char *s, size_t len)
{
	bool quoted;
	size_t i, n, o = 0;
	uint32_t c;

	if (len == 0)
		return 0;
	unquote_local(&s, &len);
	quoted = len > 2 && s[0] == '"' && s[len - 1] == '"';
	for (i = 0; i < len; i += n) {
		unsigned char b = (unsigned char)s[i];

		if (o >= LOCAL_MAX || o + 4 >= size)
			return 0;
		if (b >= 0x80) {
			n = utf8_next(s + i, len - i, &c);
			if (n == 0 || is_blank(c))
				return 0;
			o += utf8_put(out + o, enc_lower(c));
			continue;
		}
		n = 1;
		if (b < 0x20 || b == 0x7f || (!quoted && is_special(s[i])))
			return 0;
		out[o++] = str_lower_char(s[i]);
	}
	return o <= LOCAL_MAX ? o : 0;
}

/* Writes an ASCII domain as enc_domain does. Its length, or 0: not a domain. */
static size_t
put_ascii_domain(char *out, size_t size, const char *s, size_t len)
{
	size_t i, label = 0;

	if (len > 0 && s[len - 1] == '.')
		len--;
	if (len == 0 || len > DOMAIN_MAX || len >= size)
		return 0;
	for (i = 0; i < len; i++) {
		char c = str_lower_char(s[i]);

		if (c == '.') {
			if (label == 0)
				return 0;
			label = 0;
			out[i] = c;
			continue;
		}
		if (!host_is_char(c))
			return 0;
		if (++label > 63)
			return 0;
		out[i] = c;
	}
	return label == 0 ? 0 : len;
}

static size_t
put_domain(char *out, size_t size, const char *s, size_t len)
{
	struct buf b;
	size_t i, n = 0;

	for (i = 0; i < len && (unsigned char)s[i] < 0x80; i++)
		;
	if (i == len)
		return put_ascii_domain(out, size, s, len);
	buf_init(&b, 4 * DOMAIN_MAX);
	if (enc_domain(&b, s, len) == 0)
		n = put_ascii_domain(out, size, buf_str(&b), b.len);
	buf_free(&b);
	return n;
}

size_t
address_normalise_to(const char *s, char *out, size_t size)
{
	size_t len = strlen(s), local, domain;
	const char *at;

	trim_space(&s, &len);
	if (len >= 2 && s[0] == '<' && s[len - 1] == '>') {
		s++;
		len -= 2;
		trim_space(&s, &len);
	}
	if (len >= 7 && str_ieqn(s, "mailto:", 7)) {
		s += 7;
		len -= 7;
		trim_space(&s, &len);
	}
	if ((at = memrchr(s, '@', len)) == NULL)
		return 0;
	local = put_local(out, size, s, (size_t)(at - s));
	if (local == 0 || local + 2 > size)
		return 0;
	out[local] = '@';
	domain = put_domain(out + local + 1, size - local - 1, at + 1,
	    len - (size_t)(at - s) - 1);
	if (domain == 0)
		return 0;
	out[local + 1 + domain] = '\0';
	return local + 1 + domain;
}

char *
address_normalise(const char *s)
{
	char out[ADDRESS_MAX];
	size_t n = address_normalise_to(s, out, sizeof(out));

	return n == 0 ? NULL : mem_strndup(out, n);
}

const char *
address_domain(const char *address)
{
	const char *at = strrchr(address, '@');

	return at == NULL ? address + strlen(address) : at + 1;
}
