/*
 * sender.c - the sender's address from a mail's header block.
 * 1. What is not clear is no address: a wrong one would put the mail on the
 *    wrong contact.
 */
#include <string.h>

#include "base/address.h"
#include "base/str.h"
#include "ews/itemxml.h"
#include "ews/sender.h"

#define FIELD_MAX 4096 /* a From that is longer names nobody */

/* The line after this one; NULL: there is none. */
static const char *
next_line(const char *s)
{
	s = strchr(s, '\n');
	return s == NULL || s[1] == '\0' ? NULL : s + 1;
}

/* The value of a line that begins the header of that name, or NULL. */
static const char *
value_of(const char *line, const char *name)
{
	size_t n = strlen(name);

	if (!str_ieqn(line, name, n))
		return NULL;
	line += n;
	line += strspn(line, " \t");
	return *line == ':' ? line + 1 : NULL;
}

/* Copies a value with its folded lines. False: it is too long. */
static bool
copy_value(const char *value, char *out, size_t size)
{
	const char *end = value;
	size_t n;

	do {
		end = strchr(end, '\n');
		end = end == NULL ? value + strlen(value) : end + 1;
	} while (*end == ' ' || *end == '\t');
	n = (size_t)(end - value);
	if (n >= size)
		return false;
	memcpy(out, value, n);
	out[n] = '\0';
	return true;
}

/* The only header of that name. */
static bool
find_field(const char *block, const char *name, char *out, size_t size)
{
	const char *line, *value, *found = NULL;

	for (line = block; line != NULL; line = next_line(line)) {
		if (*line == '\r' || *line == '\n')
			break;
		if ((value = value_of(line, name)) == NULL)
			continue;
		if (found != NULL)
			return false;
		found = value;
	}
	return found != NULL && copy_value(found, out, size);
}

/* An address list as it is read: what stands in <> counts, else all of it. */
struct list {
	char *plain; /* of the current entry, without comments */
	size_t nplain;
	const char *angle; /* likewise; NULL: none */
	size_t nangle;
	int entries;
	char *out; /* the address of the last entry */
	size_t size;
};

static void
end_entry(struct list *l)
{
	const char *s = l->angle != NULL ? l->angle : l->plain;
	size_t n = l->angle != NULL ? l->nangle : l->nplain;

	while (n > 0 && str_is_white(*s)) {
		s++;
		n--;
	}
	while (n > 0 && str_is_white(s[n - 1]))
		n--;
	if (n > 0 || l->angle != NULL) {
		l->entries++;
		if (n < l->size) {
			memcpy(l->out, s, n);
			l->out[n] = '\0';
		}
	}
	l->nplain = 0;
	l->angle = NULL;
}

/* The end of a quoted string or a comment that begins at s, or of the text. */
static const char *
skip_quoted(const char *s)
{
	int depth = 0;
	bool quote = *s == '"';

	for (; *s != '\0'; s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
		else if (quote && *s == '"' && depth++ > 0)
			return s + 1;
		else if (!quote && *s == '(')
			depth++;
		else if (!quote && *s == ')' && --depth == 0)
			return s + 1;
	}
	return s;
}

/* Appends to what is outside of <>. */
static void
add_plain(struct list *l, const char *s, size_t n)
{
	memcpy(l->plain + l->nplain, s, n);
	l->nplain += n;
}

/* Takes what begins at s; gives what follows it. */
static const char *
take_token(struct list *l, const char *s)
{
	const char *end;

	switch (*s) {
	case '(':
		return skip_quoted(s);
	case '"':
		end = skip_quoted(s);
		add_plain(l, s, (size_t)(end - s));
		return end;
	case '<':
		l->angle = s + 1;
		l->nangle = strcspn(s + 1, ">");
		return s + 1 + l->nangle + (s[1 + l->nangle] == '>');
	case ',':
	case ';':
		end_entry(l);
		return s + 1;
	case ':': /* what was before is the name of a group */
		l->nplain = 0;
		return s + 1;
	default:
		add_plain(l, s, 1);
		return s + 1;
	}
}

/* Does Exchange write an address of another kind like this? */
static bool
is_wrapped(const char *address)
{
	return str_ieqn(address, "IMCEA", 5);
}

bool
sender_address(const char *block, const char *name, char *out, size_t size)
{
	char value[FIELD_MAX], plain[FIELD_MAX], normal[ADDRESS_MAX];
	struct list l = { .plain = plain, .out = out, .size = size };
	const char *s;

	out[0] = '\0';
	if (block == NULL || !find_field(block, name, value, sizeof(value)))
		return false;
	for (s = value; *s != '\0';)
		s = take_token(&l, s);
	end_entry(&l);
	return l.entries == 1 && !is_wrapped(out) &&
	       address_normalise_to(out, normal, sizeof(normal)) > 0;
}

/* That address belongs to whoever has this X.500 address in the mail. */
static void
set_address(struct message *m, const char *raw, const char *smtp)
{
	const char *own = arena_strdup(&m->arena, smtp);
	size_t i;

	for (i = 0; i < m->naddr; i++) {
		struct address *d = &m->addr[i];

		if (itemxml_unresolved(d) && str_ieq(d->raw, raw))
			d->address = own;
	}
}

static const struct address *
first_in_role(const struct message *m, enum role role)
{
	size_t i;

	for (i = 0; i < m->naddr; i++) {
		if (m->addr[i].role == role)
			return &m->addr[i];
	}
	return NULL;
}

void
sender_from_block(struct message *m, const char *block)
{
	const struct address *from = first_in_role(m, ROLE_FROM);
	const struct address *sender = first_in_role(m, ROLE_SENDER);
	char smtp[ADDRESS_MAX];

	/* without the header Sender only who is From, too, is known by it */
	if (sender != NULL && itemxml_unresolved(sender) &&
	    sender_address(block, "Sender", smtp, sizeof(smtp)))
		set_address(m, sender->raw, smtp);
	if (from != NULL && itemxml_unresolved(from) &&
	    sender_address(block, "From", smtp, sizeof(smtp)))
		set_address(m, from->raw, smtp);
}
