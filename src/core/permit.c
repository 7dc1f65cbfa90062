/*
 * permit.c - what an administrator has said about mailboxes.
 * 1. Addresses are sorted and none is there twice, so that a file has one form.
 * 2. What is written here can be read here.
 */
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "base/vec.h"
#include "core/permit.h"

#define HEAD "exsync mailboxes 1"

static const struct {
	const char *word;
	bool approved, disabled;
} words[] = {
	{ "approved", true, false },
	{ "disabled", false, true },
	{ "approved,disabled", true, true },
};

void
permit_free(struct permit_list *p)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		free(p->v[i].address);
	free(p->v);
	memset(p, 0, sizeof(*p));
}

/* Where the address is, or where it belongs. */
static size_t
find_permit_place(const struct permit_list *p, const char *address)
{
	size_t lo = 0, hi = p->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (strcmp(p->v[mid].address, address) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct permit *
permit_find(const struct permit_list *p, const char *address)
{
	size_t i = find_permit_place(p, address);

	return i < p->n && strcmp(p->v[i].address, address) == 0 ? &p->v[i]
								 : NULL;
}

void
permit_set(struct permit_list *p, const char *address, bool approved,
    bool disabled, int64_t at)
{
	size_t i = find_permit_place(p, address);
	bool is = i < p->n && strcmp(p->v[i].address, address) == 0;

	if (!is) {
		if (!approved && !disabled)
			return;
		(void)VEC_ADD(p->v, p->n);
		memmove(&p->v[i + 1], &p->v[i], (p->n - 1 - i) * sizeof(*p->v));
		p->v[i].address = mem_strdup(address);
	} else if (!approved && !disabled) {
		free(p->v[i].address);
		memmove(&p->v[i], &p->v[i + 1], (--p->n - i) * sizeof(*p->v));
		return;
	}
	p->v[i].approved = approved;
	p->v[i].disabled = disabled;
	p->v[i].at = at;
}

void
permit_note(struct permit_list *p, const struct permit *found)
{
	const struct permit *is = permit_find(p, found->address);

	if (is == NULL)
		permit_set(p, found->address, found->approved, found->disabled,
		    found->at);
	else if (found->approved && !is->approved)
		permit_set(p, found->address, true, is->disabled, found->at);
}

enum permit_is
permit_of(const struct permit_list *p, const char *address, bool manual)
{
	const struct permit *is = p != NULL ? permit_find(p, address) : NULL;

	if (is != NULL && is->disabled)
		return PERMIT_OFF;
	return manual && (is == NULL || !is->approved) ? PERMIT_WAITS
						       : PERMIT_READ;
}

/* --- the file ---------------------------------------------------------- */

static bool
read_word(const char *s, struct permit *out)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].word, s) == 0) {
			out->approved = words[i].approved;
			out->disabled = words[i].disabled;
			return true;
		}
	}
	return false;
}

static bool
is_normal(const char *address)
{
	char *normal = address_normalise(address);
	bool is = normal != NULL && strcmp(normal, address) == 0;

	free(normal);
	return is;
}

/* NULL, or why the line is invalid. */
static const char *
read_permit(struct permit_list *p, char *line)
{
	char *word = strchr(line, '\t'), *at;
	struct permit r;

	at = word == NULL ? NULL : strchr(word + 1, '\t');
	if (at == NULL || *line == '\t')
		return "this is not an address, a word and a time with tabs "
		       "between them";
	*word++ = '\0';
	*at++ = '\0';
	if (!read_word(word, &r))
		return "the word is neither approved nor disabled nor "
		       "approved,disabled";
	if (!tim_iso(at, &r.at))
		return "the last field is no time";
	if (!is_normal(line))
		return "this is no address as exsync writes it: in lower case, "
		       "nothing around it";
	if (p->n > 0 && strcmp(p->v[p->n - 1].address, line) >= 0)
		return "the addresses are not in order, or one is there twice";
	r.address = mem_strdup(line);
	*VEC_ADD(p->v, p->n) = r;
	return NULL;
}

static int
refuse_permits(struct err *err, size_t line, const char *why)
{
	err_set(err, ERR_CONFIG, "line %zu: %s", line, why);
	return err_code(err, CAUSE_OTHER, "mailboxes", SCOPE_ALL);
}

int
permit_parse(
    struct permit_list *out, const char *text, size_t len, struct err *err)
{
	const char *end = text + len, *next;
	const char *why = NULL;
	size_t number = 0;
	char line[1024];

	if (len > PERMIT_MAX)
		return refuse_permits(err, 1, "the file is too large");
	for (; text < end && why == NULL; text = next + 1) {
		number++;
		next = memchr(text, '\n', (size_t)(end - text));
		if (next == NULL || memchr(text, 0, (size_t)(next - text)) ||
		    (size_t)(next - text) >= sizeof(line))
			return refuse_permits(err, number,
			    "the line is cut, or too long, or no text");
		memcpy(line, text, (size_t)(next - text));
		line[next - text] = '\0';
		if (number == 1)
			why = strcmp(line, HEAD) == 0 ? NULL
						      : "this is not \"" HEAD
							"\"";
		else
			why = read_permit(out, line);
	}
	if (why != NULL)
		return refuse_permits(err, number, why);
	out->known = number > 0;
	return 0;
}

static const char *
word_of(const struct permit *p)
{
	return words[p->approved && p->disabled ? 2 : p->disabled].word;
}

int
permit_format(const struct permit_list *p, struct buf *out)
{
	char at[TIM_TEXT];
	size_t i;

	buf_adds(out, HEAD "\n");
	for (i = 0; i < p->n; i++)
		buf_addf(out, "%s\t%s\t%s\n", p->v[i].address,
		    word_of(&p->v[i]), str_nn(tim_text(p->v[i].at, at)));
	return out->over ? -1 : 0;
}
