/*
 * conffile.c - reads an INI file through inih and keeps the line numbers.
 *
 * A reader of our own passes inih one line at a time, and inih parses it.
 * 1. A line is passed only when inih can take it whole; any other is reported,
 *    and inih gets an empty line instead.
 * 2. The value that inih returns must be the one that the reader found in
 *    the line; a difference is an error, never a value.
 * 3. No error quotes a line, only names of keys and sections: text in the
 *    wrong place may be a password.
 * 4. After a refused section header nothing is taken until the next header;
 *    after a refused key its continuation lines are not taken either.
 */
#include <ctype.h>
#include <ini.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "conf/conffile.h"

#define NAME_MAX_INIH 49 /* inih truncates longer names of sections and keys */

struct reader {
	struct conf_file *file;
	const char *data;
	size_t len, pos;
	unsigned line;
	size_t room;                /* bytes of a line that fit */
	struct buf text;            /* the line as it is passed to inih */
	bool refused;               /* the last section header was refused */
	bool sectioned;             /* a section header was seen */
	bool dangling;              /* the last key line was refused */
	const struct conf_key *key; /* of the last key line, or NULL */
	bool sent;                  /* inih must return a value ... */
	struct buf want;            /* ... and it must be this one */
	char section[64];
};

void
conffile_init(struct conf_file *f, const char *name)
{
	const char *slash = strrchr(name, '/');

	memset(f, 0, sizeof(*f));
	f->name = name;
	f->mode = CONFFILE_NOMOD;
	f->dir =
	    mem_strndup(name, slash == NULL ? 0 : (size_t)(slash - name) + 1);
}

void
conffile_forgive(struct conf_file *f)
{
	size_t i;

	for (i = 0; i < f->nerr && i < CONFFILE_ERRS; i++)
		free(f->err[i].text);
	f->nerr = 0;
}

void
conffile_free(struct conf_file *f)
{
	size_t i, j;

	for (i = 0; i < f->npart; i++) {
		struct conf_part *p = &f->part[i];

		/* not only a password is secret: proxy may hold one, too */
		for (j = 0; j < p->n; j++)
			mem_wipe_str(p->v[j].text);
		free(p->v);
		free(p->name);
	}
	conffile_forgive(f);
	if (f->key != NULL)
		mem_wipe(f->key, sizeof(*f->key));
	free(f->key);
	free(f->part);
	free(f->err);
	free(f->dir);
	memset(f, 0, sizeof(*f));
}

void
conffile_error(
    struct conf_file *f, unsigned line, const char *key, const char *fmt, ...)
{
	char raw[1024], text[1024];
	struct conf_file_err *e;
	va_list ap;
	int n;

	if (f->nerr >= CONFFILE_ERRS) {
		f->nerr++;
		return;
	}
	n = key == NULL ? 0 : snprintf(raw, sizeof(raw), "%.200s: ", key);
	va_start(ap, fmt);
	vsnprintf(raw + n, sizeof(raw) - (size_t)n, fmt, ap);
	va_end(ap);
	str_printable(text, sizeof(text), raw, strlen(raw));
	e = VEC_ADD(f->err, f->nerr);
	e->line = line;
	e->text = mem_strdup(text);
}

size_t
conffile_report(struct conf_file *f, FILE *out)
{
	size_t i, j, kept = f->nerr;
	char name[512];

	str_printable(name, sizeof(name), f->name, strlen(f->name));
	if (kept > CONFFILE_ERRS)
		kept = CONFFILE_ERRS;
	/* insertion sort by line: they are few and nearly sorted */
	for (i = 1; i < kept; i++) {
		struct conf_file_err e = f->err[i];

		for (j = i; j > 0 && f->err[j - 1].line > e.line; j--)
			f->err[j] = f->err[j - 1];
		f->err[j] = e;
	}
	for (i = 0; i < kept; i++) {
		if (f->err[i].line == 0)
			fprintf(out, "%s: %s\n", name, f->err[i].text);
		else
			fprintf(out, "%s:%u: %s\n", name, f->err[i].line,
			    f->err[i].text);
	}
	if (kept < f->nerr)
		fprintf(out, "%s: and %zu more errors; correct these first\n",
		    name, f->nerr - kept);
	i = f->nerr;
	conffile_forgive(f);
	return i;
}

const struct conf_value *
conffile_get(const struct conf_part *p, const char *key)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (strcmp(p->v[i].key->name, key) == 0)
			return &p->v[i];
	return NULL;
}

char *
conffile_path(const struct conf_file *f, const char *name)
{
	return mem_printf("%s%s", name[0] == '/' ? "" : f->dir, name);
}

static struct conf_part *
last_part(struct reader *r)
{
	return &r->file->part[r->file->npart - 1];
}

/* Where a comment (white space, then ';') begins in s, or the length of s. */
static size_t
comment_at(const char *s)
{
	size_t i;

	for (i = 1; s[0] != '\0' && s[i] != '\0'; i++)
		if (s[i] == ';' && (s[i - 1] == ' ' || s[i - 1] == '\t'))
			return i - 1;
	return strlen(s);
}

/* Cuts the comment off s; *out: what is left, without white space around. */
static void
bare_value(char *s, char **out)
{
	s[comment_at(s)] = '\0';
	*out = str_trim(s);
}

/*
 * Is the line something else than UTF-8 text? Then this is reported, and the
 * caller reads no further: the rest of such a file would only repeat it.
 */
static bool
is_rubbish(struct reader *r, const char *s, size_t len)
{
	size_t i;

	if (r->line == 1 && len >= 2 &&
	    (memcmp(s, "\xff\xfe", 2) == 0 || memcmp(s, "\xfe\xff", 2) == 0)) {
		conffile_error(
		    r->file, 1, NULL, "this is UTF-16: save the file as UTF-8");
		return true;
	}
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f) {
			conffile_error(r->file, r->line, NULL,
			    "byte 0x%02x at column %zu: this is not a text "
			    "file; write it as UTF-8 text",
			    c, i + 1);
			return true;
		}
	}
	if (!utf8_valid(s, len)) {
		conffile_error(r->file, r->line, NULL,
		    "not UTF-8: save the file as UTF-8");
		return true;
	}
	return false;
}

static void
new_part(struct reader *r, enum conf_section section, const char *name)
{
	struct conf_file *f = r->file;
	struct conf_part *p;

	p = VEC_ADD(f->part, f->npart);
	p->section = section;
	p->name = mem_strdup(name);
	p->line = r->line;
}

/* Opens the section of a header "word name". False: reported. */
static bool
open_section(struct reader *r, char *inner)
{
	char advice[512], *word = str_trim(inner), *name;
	enum conf_section s;
	const struct conf_part *p;
	size_t i;

	name = word + strcspn(word, " \t");
	if (*name != '\0') {
		*name++ = '\0';
		name = str_trim(name);
	}
	s = confkeys_section_find(word);
	if (s == CONF_NSECTION) {
		confkeys_section_advise(word, advice, sizeof(advice));
		conffile_error(
		    r->file, r->line, NULL, "[%s]: %s", word, advice);
		return false;
	}
	if ((*name == '\0') != (confkeys_section[s].example == NULL)) {
		conffile_error(r->file, r->line, NULL,
		    *name == '\0' ? "[%s]: needs a name: write [%s NAME]"
				  : "[%s]: has no name: write [%s]",
		    word, word);
		return false;
	}
	for (i = 0; i < r->file->npart; i++) {
		p = &r->file->part[i];
		if (p->section != s || strcmp(str_nn(p->name), name) != 0)
			continue;
		conffile_error(r->file, r->line, NULL,
		    "[%s%s%s]: this section began in line %u already: "
		    "%s",
		    word, *name == '\0' ? "" : " ", name, p->line,
		    *name == '\0'
			? "put its keys there"
			: "put its keys there or choose another name");
		return false;
	}
	new_part(r, s, *name == '\0' ? NULL : name);
	return true;
}

static bool
section_line(struct reader *r, char *s)
{
	char *end = strchr(s, ']'), *rest;
	size_t semi = comment_at(s);
	size_t n;

	r->sectioned = true;
	r->refused = true;
	r->dangling = false;
	r->key = NULL;
	if (end == NULL || (size_t)(end - s) > semi) {
		conffile_error(r->file, r->line, NULL,
		    "the section's name does not end: write ] after it");
		return false;
	}
	n = (size_t)(end - s) - 1;
	if (n > NAME_MAX_INIH) {
		conffile_error(r->file, r->line, NULL,
		    "[%.*s]: %zu bytes: a section's name has at most %d, "
		    "choose a shorter one",
		    (int)n, s + 1, n, NAME_MAX_INIH);
		return false;
	}
	rest = end + 1 + strspn(end + 1, " \t");
	if (*rest != '\0' && (*rest != ';' || rest == end + 1)) {
		conffile_error(r->file, r->line, NULL,
		    "text after ]: put it on a line of its own, or begin a "
		    "comment with ' ;'");
		return false;
	}
	snprintf(r->section, sizeof(r->section), "%.*s", (int)n, s + 1);
	*end = '\0';
	memmove(s, s + 1, n + 1);
	if (!open_section(r, s))
		return false;
	r->refused = false;
	buf_reset(&r->text);
	buf_addf(&r->text, "[%s]", r->section);
	return true;
}

/* Is a line of n bytes short enough for inih? Reports. */
static bool
fits_line(struct reader *r, const struct conf_key *k, size_t n)
{
	const char *advice = "shorten it";

	if (n <= r->room)
		return true;
	if (confkeys_is_list(k))
		advice = "split it with continuation lines (begin them with "
			 "white space) or repeat the key";
	else if (k->type == CONF_SECRET)
		advice = "put the password into a file, see password_file";
	else if (k->type == CONF_FILE || k->type == CONF_LIST ||
		 k->type == CONF_DATABASE)
		advice = "use a shorter name, perhaps a symbolic link";
	conffile_error(r->file, r->line, k->name,
	    "the line is %zu bytes long and at most %zu fit: %s", n, r->room,
	    advice);
	return false;
}

/* May key k begin here? Reports duplicates. */
static bool
is_first(struct reader *r, const struct conf_key *k)
{
	const struct conf_value *v = conffile_get(last_part(r), k->name);

	if (v == NULL || confkeys_is_list(k))
		return true;
	conffile_error(r->file, r->line, k->name,
	    "written twice: the first is in line %u, remove one", v->line);
	return false;
}

/* The key of "name = ...", or NULL with everything reported. */
static const struct conf_key *
key_of(struct reader *r, const char *s, size_t n)
{
	const struct conf_key *k;
	char name[NAME_MAX_INIH + 1], advice[1024];

	while (n > 0 && isspace((unsigned char)s[n - 1]))
		n--;
	if (n == 0) {
		conffile_error(r->file, r->line, NULL,
		    "nothing before '=': write key = value");
		return NULL;
	}
	if (n > NAME_MAX_INIH) {
		conffile_error(r->file, r->line, NULL,
		    "%zu bytes before '=': a key has at most %d", n,
		    NAME_MAX_INIH);
		return NULL;
	}
	snprintf(name, sizeof(name), "%.*s", (int)n, s);
	if (!r->sectioned) {
		conffile_error(r->file, r->line, name,
		    "stands before the first section: begin with [exsync]");
		return NULL;
	}
	if ((k = confkeys_find(last_part(r)->section, name)) == NULL) {
		confkeys_advise(
		    last_part(r)->section, name, advice, sizeof(advice));
		conffile_error(r->file, r->line, name, "%s", advice);
	}
	return k;
}

static void
add_value(struct reader *r, const struct conf_key *k, const char *text)
{
	struct conf_part *p = last_part(r);
	struct conf_value *v = VEC_ADD(p->v, p->n);

	v->key = k;
	v->line = r->line;
	v->text = mem_strdup(text);
}

/* Adds the key without a value, so that it is not reported as missing too. */
static bool
refuse_key(struct reader *r, const struct conf_key *k)
{
	add_value(r, k, NULL);
	return false;
}

/* Remembers which value inih must return for the line in r->text. */
static bool
expect_value(struct reader *r, const char *value)
{
	buf_reset(&r->want);
	buf_adds(&r->want, value);
	r->sent = true;
	return true;
}

static bool
key_line(struct reader *r, char *s)
{
	size_t n = strcspn(s, "=:"), semi = comment_at(s);
	const struct conf_key *k;
	char *value;

	r->key = NULL;
	r->dangling = true;
	if (s[n] == '\0' || n > semi) {
		conffile_error(r->file, r->line, NULL,
		    "no '=': write key = value, or begin a comment with ;");
		return false;
	}
	if ((k = key_of(r, s, n)) == NULL || !is_first(r, k))
		return false;
	r->key = k;
	value = s + n + 1;
	if (strcmp(k->name, "password") == 0 && s[semi] != '\0') {
		conffile_error(r->file, r->line, k->name,
		    "holds ' ;', which begins a comment: put the password "
		    "into a file, see password_file");
		return refuse_key(r, k);
	}
	if (!fits_line(r, k, strlen(s)))
		return refuse_key(r, k);
	buf_reset(&r->text);
	buf_adds(&r->text, s);
	bare_value(value, &value);
	if (*value == '\0') {
		conffile_error(r->file, r->line, k->name,
		    "is empty: write a value or remove the line");
		return refuse_key(r, k);
	}
	r->dangling = false;
	return expect_value(r, value);
}

/* An indented line after a key. */
static bool
continuation_line(struct reader *r, char *s)
{
	char name[NAME_MAX_INIH + 1];
	size_t n = strcspn(s, "=:"), k = n;

	if (r->key == NULL)
		return false; /* its key was refused */
	if (*s == '[') {
		conffile_error(r->file, r->line, NULL,
		    "begin a section at the left edge, without white space "
		    "before it");
		r->refused = true;
		return false;
	}
	while (k > 0 && isspace((unsigned char)s[k - 1]))
		k--;
	snprintf(name, sizeof(name), "%.*s", k > 49 ? 0 : (int)k, s);
	if (!confkeys_is_list(r->key) ||
	    (s[n] != '\0' &&
		confkeys_find(last_part(r)->section, name) != NULL)) {
		conffile_error(r->file, r->line, NULL,
		    "the line is indented, so it continues %s above: begin "
		    "it at the left edge",
		    r->key->name);
		return false;
	}
	if (r->dangling || !fits_line(r, r->key, strlen(s) + 1))
		return false;
	bare_value(s, &s);
	buf_reset(&r->text);
	buf_addf(&r->text, " %s", s);
	return expect_value(r, s);
}

/* Checks a line, and changes it. True: r->text is to be passed to inih. */
static bool
take_line(struct reader *r, char *s)
{
	bool indented = *s == ' ' || *s == '\t';

	s = str_trim(s);
	if (*s == '\0' || *s == ';' || *s == '#')
		return false;
	if (r->refused && (*s != '[' || indented))
		return false;
	if (indented && (r->key != NULL || r->dangling))
		return continuation_line(r, s);
	if (*s == '[')
		return section_line(r, s);
	return key_line(r, s);
}

/* Called by inih in place of fgets: one line, or NULL at the end. */
static char *
read_ini_line(char *out, int size, void *arg)
{
	struct reader *r = arg;
	const char *p = r->data + r->pos, *nl;
	size_t n;
	char *copy;

	if (r->pos >= r->len || size < 4)
		return NULL;
	nl = memchr(p, '\n', r->len - r->pos);
	n = nl == NULL ? r->len - r->pos : (size_t)(nl - p);
	r->pos += n + 1;
	r->line++;
	r->room = (size_t)size - 3;
	if (n > 0 && p[n - 1] == '\r')
		n--;
	if (is_rubbish(r, p, n)) {
		r->file->cut = true;
		r->pos = r->len;
		return NULL;
	}
	copy = mem_strndup(p, n);
	r->sent = false;
	buf_reset(&r->text);
	if (!take_line(r, copy))
		buf_reset(&r->text);
	mem_wipe(copy, n);
	free(copy);
	snprintf(out, (size_t)size, "%s\n", buf_str(&r->text));
	return out;
}

/* Called by inih with the key and value of the line that it has parsed. */
static int
take_value(void *arg, const char *section, const char *name, const char *value)
{
	struct reader *r = arg;

	if (!r->sent || strcmp(section, r->section) != 0 ||
	    strcmp(name, r->key->name) != 0 ||
	    strcmp(value, buf_str(&r->want)) != 0) {
		conffile_error(r->file, r->line, r->key ? r->key->name : NULL,
		    "cannot be read as it is written: write it in another "
		    "way");
		return 1;
	}
	r->sent = false;
	add_value(r, r->key, value);
	return 1;
}

void
conffile_parse(struct conf_file *f, const char *data, size_t len)
{
	struct reader r = { .file = f, .data = data, .len = len };

	if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
		r.pos = 3;
	buf_init_secret(&r.text, CONFFILE_MAX);
	buf_init_secret(&r.want, CONFFILE_MAX);
	ini_parse_stream(read_ini_line, &r, take_value, &r);
	buf_free(&r.text);
	buf_free(&r.want);
}
