/*
 * forgotten.c - the people whom exsync has been told to forget.
 * 1. Rows are sorted by hash, and the names of a row by forgotten_order; none
 *    is there twice.
 * 2. What is written here can be read here, and is the same when it is written
 *    once more: every row has one form only.
 * 3. size is what the file has, and never above FORGOTTEN_MAX.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/enc.h"
#include "base/mem.h"
#include "base/tim.h"
#include "base/vec.h"
#include "core/forgotten.h"
#include "core/namewords.h"

#define HEAD  "exsync forgotten 1"
#define HEX   (2 * FORGOTTEN_HASH)
#define TIME  20               /* 2026-11-20T08:16:00Z */
#define ROW   (HEX + TIME + 3) /* with its tabs and \n, without names */
#define NAME  (HEX + 2)        /* K:HEX */
#define LINE  (ROW + FORGOTTEN_NAMES * (NAME + 1) + 1)
#define START (FORGOTTEN_LINE + sizeof(HEAD)) /* what an empty file has */

void
forgotten_free(struct forgotten *f)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		free(f->v[i].name);
	free(f->v);
	mem_wipe(f, sizeof(*f));
}

size_t
forgotten_count(const struct forgotten *f)
{
	return f == NULL ? 0 : f->n;
}

int
forgotten_order(const struct forgotten_name *a, const struct forgotten_name *b)
{
	if (a->words != b->words)
		return a->words < b->words ? -1 : 1;
	return memcmp(a->hash, b->hash, FORGOTTEN_HASH);
}

static size_t
row_size(const struct forgotten_row *r)
{
	return ROW + (r->nname == 0 ? 1 : r->nname * (NAME + 1) - 1);
}

/* --- reading ----------------------------------------------------------- */

static int
refuse_forgotten(struct err *err, size_t line, const char *why)
{
	err_set(err, ERR_CONFIG, "line %zu: %s", line, why);
	return err_code(err, CAUSE_OTHER, "forgotten", SCOPE_ALL);
}

/* HEX hex digits of lower case, as they are written, and nothing else. */
static bool
read_hash(const char *s, unsigned char out[FORGOTTEN_HASH])
{
	return strspn(s, "0123456789abcdef") == HEX && s[HEX] == '\0' &&
	       enc_unhex(s, out, FORGOTTEN_HASH);
}

static bool
read_when(const char *s, int64_t *t)
{
	char text[TIM_TEXT];

	return strlen(s) == TIME && tim_iso(s, t) &&
	       tim_text(*t, text) != NULL && strcmp(text, s) == 0;
}

static bool
read_row_names(char *s, struct forgotten_row *r)
{
	struct forgotten_name *p;
	char *next;

	if (strcmp(s, "-") == 0)
		return true;
	for (; s != NULL; s = next) {
		if ((next = strchr(s, ' ')) != NULL)
			*next++ = '\0';
		if (r->nname == FORGOTTEN_NAMES || s[0] < '1' ||
		    s[0] > '0' + NAMEWORDS_MAX || s[1] != ':')
			return false;
		p = VEC_ADD(r->name, r->nname);
		p->words = (unsigned char)(s[0] - '0');
		if (!read_hash(s + 2, p->hash) ||
		    (r->nname > 1 && forgotten_order(p - 1, p) >= 0))
			return false;
	}
	return true;
}

/* NULL, or why this line is no row. The caller frees out->name in any case. */
static const char *
read_forgotten_row(char *line, struct forgotten_row *out)
{
	char *when = strchr(line, '\t'), *names;

	names = when == NULL ? NULL : strchr(when + 1, '\t');
	if (names == NULL || strchr(names + 1, '\t') != NULL)
		return "a wrong number of fields";
	*when++ = '\0';
	*names++ = '\0';
	if (!read_hash(line, out->hash))
		return "no hash of an address";
	if (!read_when(when, &out->at))
		return "no time";
	return read_row_names(names, out) ? NULL : "no names";
}

/* Takes one line, without its newline. NULL, or why it is invalid. */
static const char *
read_forgotten_line(struct forgotten *f, char *line, size_t number)
{
	struct forgotten_row r;
	const char *why;

	if (number == 2)
		return strcmp(line, HEAD) == 0 ? NULL
					       : "this is not \"" HEAD "\"";
	memset(&r, 0, sizeof(r));
	why = read_forgotten_row(line, &r);
	if (why == NULL && f->n > 0 &&
	    memcmp(f->v[f->n - 1].hash, r.hash, FORGOTTEN_HASH) >= 0)
		why = "it is not in order";
	if (why == NULL && f->n == FORGOTTEN_ROWS)
		why = "too many lines";
	if (why == NULL) {
		*VEC_ADD(f->v, f->n) = r;
		f->size += row_size(&r);
	} else
		free(r.name);
	return why;
}

static int
read_forgotten_lines(
    struct forgotten *f, const char *data, size_t len, struct err *err)
{
	char line[LINE];
	const char *end, *why;
	size_t number, n;

	for (number = 2; len > 0; number++) {
		if ((end = memchr(data, '\n', len)) == NULL)
			return refuse_forgotten(err, number, "it is cut off");
		n = (size_t)(end - data);
		if (n >= sizeof(line) || memchr(data, '\0', n) != NULL)
			return refuse_forgotten(err, number, "this is no line");
		memcpy(line, data, n);
		line[n] = '\0';
		if ((why = read_forgotten_line(f, line, number)) != NULL)
			return refuse_forgotten(err, number, why);
		data = end + 1;
		len -= n + 1;
	}
	return 0;
}

int
forgotten_parse(
    struct forgotten *out, const char *data, size_t len, struct err *err)
{
	unsigned char key[FORGOTTEN_KEY];
	char salt[FORGOTTEN_LINE];
	bool valid;

	memset(out, 0, sizeof(*out));
	if (len > FORGOTTEN_MAX)
		return refuse_forgotten(err, 1, "it is too large");
	if (len < FORGOTTEN_LINE || data[FORGOTTEN_LINE - 1] != '\n')
		return refuse_forgotten(err, 1, "no salt");
	memcpy(salt, data, FORGOTTEN_LINE);
	salt[FORGOTTEN_LINE - 1] = '\0';
	valid = enc_unhex(salt, key, FORGOTTEN_KEY);
	if (valid)
		crypt_hmac_key(&out->key, key, FORGOTTEN_KEY);
	mem_wipe(key, sizeof(key));
	mem_wipe(salt, sizeof(salt));
	if (!valid)
		return refuse_forgotten(err, 1, "no salt");
	out->size = START;
	if (read_forgotten_lines(
		out, data + FORGOTTEN_LINE, len - FORGOTTEN_LINE, err) == 0)
		return 0;
	forgotten_free(out);
	return -1;
}

/* --- writing ----------------------------------------------------------- */

static void
put_forgotten_row(struct buf *out, const struct forgotten_row *r)
{
	char hex[HEX + 1], when[TIM_TEXT];
	size_t i;

	enc_hex(r->hash, FORGOTTEN_HASH, hex);
	buf_addf(out, "%s\t%s\t", hex, tim_text(r->at, when));
	for (i = 0; i < r->nname; i++) {
		enc_hex(r->name[i].hash, FORGOTTEN_HASH, hex);
		buf_addf(out, "%s%u:%s", i > 0 ? " " : "",
		    (unsigned)r->name[i].words, hex);
	}
	buf_adds(out, r->nname == 0 ? "-\n" : "\n");
}

int
forgotten_format(const struct forgotten *f, struct buf *out)
{
	size_t i;

	buf_adds(out, HEAD "\n");
	for (i = 0; i < f->n; i++)
		put_forgotten_row(out, &f->v[i]);
	return out->over ? -1 : 0;
}

/* --- rows -------------------------------------------------------------- */

static void
hash_forgotten_address(const struct forgotten *f, const char *s, size_t n,
    unsigned char out[FORGOTTEN_HASH])
{
	unsigned char mac[CRYPT_SHA256];

	crypt_hmac_with(&f->key, s, n, mac);
	memcpy(out, mac, FORGOTTEN_HASH);
}

void
forgotten_name(const struct forgotten *f, const char *s, size_t n,
    unsigned char out[FORGOTTEN_HASH])
{
	char text[4 + NAMEWORDS_TEXT] = "name";
	unsigned char mac[CRYPT_SHA256];

	memcpy(text + 4, s, n);
	crypt_hmac_with(&f->key, text, 4 + n, mac);
	memcpy(out, mac, FORGOTTEN_HASH);
}

/* The first row whose hash is not before that one. */
static size_t
place_of_hash(
    const struct forgotten *f, const unsigned char hash[FORGOTTEN_HASH])
{
	size_t lo = 0, hi = f->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (memcmp(f->v[mid].hash, hash, FORGOTTEN_HASH) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool
is_at(const struct forgotten *f, size_t i,
    const unsigned char hash[FORGOTTEN_HASH])
{
	return i < f->n && memcmp(f->v[i].hash, hash, FORGOTTEN_HASH) == 0;
}

size_t
forgotten_row(const struct forgotten *f, const char *address, size_t n)
{
	unsigned char hash[FORGOTTEN_HASH];
	size_t i;

	if (f == NULL || f->n == 0)
		return FORGOTTEN_NONE;
	hash_forgotten_address(f, address, n, hash);
	i = place_of_hash(f, hash);
	return is_at(f, i, hash) ? i : FORGOTTEN_NONE;
}

size_t
forgotten_find(const struct forgotten *f, const char *address)
{
	char out[ADDRESS_MAX];
	size_t n;

	if (f == NULL || f->n == 0)
		return FORGOTTEN_NONE;
	n = address_normalise_to(address, out, sizeof(out));
	return n == 0 ? FORGOTTEN_NONE : forgotten_row(f, out, n);
}

bool
forgotten_has(const struct forgotten *f, const char *address)
{
	return forgotten_find(f, address) != FORGOTTEN_NONE;
}

/* Adds a name at its place, unless it is there or there is no room. */
static void
add_row_name(struct forgotten_row *r, const struct forgotten_name *name)
{
	size_t i = 0;

	while (i < r->nname && forgotten_order(&r->name[i], name) < 0)
		i++;
	if (r->nname == FORGOTTEN_NAMES ||
	    (i < r->nname && forgotten_order(&r->name[i], name) == 0))
		return;
	(void)VEC_ADD(r->name, r->nname);
	memmove(&r->name[i + 1], &r->name[i],
	    (r->nname - i - 1) * sizeof(*r->name));
	r->name[i] = *name;
}

static void
add_names(const struct forgotten *f, struct forgotten_row *r, const char *name)
{
	struct namewords_name form[2];
	struct forgotten_name one;
	size_t n = namewords_of(name, form), i;

	for (i = 0; i < n; i++) {
		memset(&one, 0, sizeof(one));
		one.words = (unsigned char)form[i].words;
		forgotten_name(f, form[i].text, form[i].len, one.hash);
		add_row_name(r, &one);
	}
}

/* Makes room for a row at i. False: the list is full. */
static bool
insert_forgotten(struct forgotten *f, size_t i)
{
	if (f->n == FORGOTTEN_ROWS || f->size + LINE > FORGOTTEN_MAX)
		return false;
	(void)VEC_ADD(f->v, f->n);
	memmove(&f->v[i + 1], &f->v[i], (f->n - i - 1) * sizeof(*f->v));
	memset(&f->v[i], 0, sizeof(f->v[i]));
	f->size += row_size(&f->v[i]);
	return true;
}

bool
forgotten_add(struct forgotten *f, const char *address, const char *const *name,
    size_t n, int64_t now)
{
	unsigned char hash[FORGOTTEN_HASH];
	char out[ADDRESS_MAX], when[TIM_TEXT];
	size_t len = address_normalise_to(address, out, sizeof(out)), i;
	struct forgotten_row *r;
	int64_t at;

	/* the time as it will be read again */
	if (len == 0 || tim_text(now, when) == NULL || !tim_iso(when, &at))
		return false;
	hash_forgotten_address(f, out, len, hash);
	i = place_of_hash(f, hash);
	if (is_at(f, i, hash) ? f->size + LINE > FORGOTTEN_MAX
			      : !insert_forgotten(f, i))
		return false;
	r = &f->v[i];
	memcpy(r->hash, hash, FORGOTTEN_HASH);
	r->at = at;
	f->size -= row_size(r);
	for (i = 0; i < n; i++)
		if (name[i] != NULL)
			add_names(f, r, name[i]);
	f->size += row_size(r);
	return true;
}

void
forgotten_only(struct forgotten *out, const struct forgotten *f,
    const char *address, int64_t now)
{
	size_t i = forgotten_find(f, address), n;

	memset(out, 0, sizeof(*out));
	out->key = f->key;
	out->size = START;
	if (!forgotten_add(out, address, NULL, 0, now) || i == FORGOTTEN_NONE ||
	    f->v[i].nname == 0)
		return;
	n = f->v[i].nname * sizeof(*f->v[i].name);
	out->size += row_size(&f->v[i]) - row_size(&out->v[0]);
	out->v[0].name = mem_alloc(n);
	memcpy(out->v[0].name, f->v[i].name, n);
	out->v[0].nname = f->v[i].nname;
	out->v[0].at = f->v[i].at;
}

bool
forgotten_remove(struct forgotten *f, const char *address)
{
	size_t i = forgotten_find(f, address);

	if (i == FORGOTTEN_NONE)
		return false;
	f->size -= row_size(&f->v[i]);
	free(f->v[i].name);
	memmove(&f->v[i], &f->v[i + 1], (f->n - i - 1) * sizeof(*f->v));
	f->n--;
	return true;
}
