/*
 * loginfile.c - the file of rejected logins, outside of the database.
 * 1. Every count and length in the file has a bound, which is checked before
 *    anything is taken from it.
 * 2. What is written here can be read here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/enc.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "base/vec.h"
#include "sync/loginfile.h"

#define HEAD   "exsync logins 2"
#define OLD    "exsync logins 1" /* rows without tried */
#define FIELDS 9
#define PROVEN 4
/* How long the accepted logins of an INI that is no longer used are kept. */
#define PROVEN_KEEP (7 * DAY)
#define DAY         (INT64_C(24) * 3600000)
#define ROUNDS      32768 /* some 20 ms for a verifier */
#define LINE        (3 * LOGINFILE_FIELD)
#define PASSES      1000000
/* How long a row is kept when its login is not rejected again. */
#define KEEP (INT64_C(60) * 24 * 3600000)

void
loginfile_free(struct loginfile *f)
{
	size_t i;

	for (i = 0; i < f->n; i++) {
		free(f->v[i].server);
		free(f->v[i].name);
	}
	free(f->v);
	free(f->proven);
	f->v = NULL;
	f->proven = NULL;
	f->n = f->nproven = 0;
}

/* --- reading ----------------------------------------------------------- */

static int
refuse_line(struct err *err, size_t line, const char *why)
{
	err_set(err, ERR_CONFIG, "line %zu: %s", line, why);
	return err_code(err, CAUSE_OTHER, "logins", SCOPE_ALL);
}

/*
 * Decodes percent-encoded text; the caller frees it. NULL: it is invalid, or
 * not of a sensible length.
 */
static char *
decode_field(const char *s)
{
	size_t len = strlen(s), k = 0;
	char *out, hex[3] = "";
	unsigned char c;

	if (len == 0 || len > LOGINFILE_FIELD)
		return NULL;
	out = mem_alloc(len + 1);
	for (; *s != '\0'; s++) {
		c = (unsigned char)*s;
		if (c == '%') {
			snprintf(hex, sizeof(hex), "%.2s", s + 1);
			if (!enc_unhex(hex, &c, 1) || c == '\0')
				break;
			s += 2;
		} else if (c <= ' ' || c >= 0x7f)
			break;
		out[k++] = (char)c;
	}
	if (*s == '\0')
		return out;
	free(out);
	return NULL;
}

static bool
read_time(const char *s, int64_t *t)
{
	*t = TIM_NONE;
	return strcmp(s, "-") == 0 || (strchr(s, 'T') != NULL && tim_iso(s, t));
}

static bool
read_times(char *s, int64_t t[LOGINFILE_WRONG], size_t *n)
{
	char *next;

	if (strcmp(s, "-") == 0)
		return true;
	for (; s != NULL; s = next) {
		if ((next = strchr(s, ',')) != NULL)
			*next++ = '\0';
		if (*n == LOGINFILE_WRONG || !read_time(s, &t[*n]) ||
		    t[*n] == TIM_NONE)
			return false;
		++*n;
	}
	return true;
}

/*
 * Does a try still count? It counts for LOGINFILE_HOUR at most; a time further
 * ahead was written with a wrong clock.
 */
static bool
still_counts(int64_t until)
{
	int64_t left = until - tim_now();

	return left > 0 && left < LOGINFILE_HOUR + LOGINFILE_HOUR / 60;
}

static bool
read_tried(char *s, struct loginfile_row *r)
{
	int64_t t[LOGINFILE_WRONG];
	size_t i, n = 0;

	if (!read_times(s, t, &n))
		return false;
	for (i = 0; i < n; i++) {
		if (still_counts(t[i]))
			r->tried[r->ntried++] = t[i];
	}
	return true;
}

static bool
is_verifier(const char *s)
{
	unsigned char raw[CRYPT_SHA256];

	return strlen(s) == LOGINFILE_HEX - 1 && enc_unhex(s, raw, sizeof(raw));
}

/* NULL, or why these fields are no row. The caller frees out in both cases. */
static const char *
read_login_row(char *field[FIELDS], struct loginfile_row *out)
{
	memset(out, 0, sizeof(*out));
	if ((out->server = decode_field(field[0])) == NULL)
		return "no server";
	if ((out->name = decode_field(field[1])) == NULL)
		return "no name";
	if (!is_verifier(field[2]))
		return "no verifier";
	snprintf(out->verifier, sizeof(out->verifier), "%s", field[2]);
	out->held = strcmp(field[3], "-") == 0;
	if (!out->held && !str_int(field[3], 0, PASSES, &out->passes))
		return "no number of passes";
	if (!read_time(field[4], &out->first_at) ||
	    !read_time(field[5], &out->last_at) ||
	    !read_time(field[6], &out->retry_at) ||
	    (out->passes > 0 &&
		(out->first_at == TIM_NONE || out->last_at == TIM_NONE ||
		    out->retry_at == TIM_NONE)))
		return "no time";
	return read_times(field[7], out->wrong, &out->nwrong) &&
		       read_tried(field[8], out)
		   ? NULL
		   : "no times";
}

static bool
is_bits(const char *s)
{
	size_t n = strspn(s, "0123456789abcdef");

	return n > 0 && n <= LOGINFILE_BITS && s[n] == '\0';
}

static struct loginfile_proven *
add_proven(struct loginfile *f)
{
	if (f->nproven == LOGINFILE_PROVEN)
		memmove(&f->proven[0], &f->proven[1],
		    --f->nproven * sizeof(*f->proven));
	return VEC_ADD(f->proven, f->nproven);
}

/* NULL, or why these fields are no line of accepted logins. */
static const char *
read_proven(struct loginfile *f, char *field[FIELDS])
{
	struct loginfile_proven *p;
	int64_t at;

	if (strcmp(field[0], "proven") != 0 || !is_verifier(field[1]) ||
	    !is_bits(field[2]) || !read_time(field[3], &at) || at == TIM_NONE)
		return "this is no line of accepted logins";
	if (f->nproven == LOGINFILE_PROVEN ||
	    *loginfile_bits(f, field[1]) != '\0')
		return "too many lines of accepted logins";
	p = add_proven(f);
	snprintf(p->verifier, sizeof(p->verifier), "%s", field[1]);
	snprintf(p->bits, sizeof(p->bits), "%s", field[2]);
	p->at = at;
	return NULL;
}

/* Cuts a line at its tabs; returns how many fields it has. */
static size_t
split_fields(char *line, char *field[FIELDS])
{
	size_t n = 0;

	for (;;) {
		if (n < FIELDS)
			field[n] = line;
		n++;
		if ((line = strchr(line, '\t')) == NULL)
			return n;
		*line++ = '\0';
	}
}

static struct loginfile_row *
new_row(struct loginfile *f)
{
	struct loginfile_row *r;

	if (f->n == LOGINFILE_ROWS)
		return NULL;
	r = VEC_ADD(f->v, f->n);
	r->first_at = r->last_at = r->retry_at = TIM_NONE;
	return r;
}

static const char *
read_head(struct loginfile *f, char *field[FIELDS], size_t n, bool *old)
{
	*old = strcmp(field[0], OLD) == 0;
	return n == 2 && (*old || strcmp(field[0], HEAD) == 0) &&
		       read_time(field[1], &f->since) && f->since != TIM_NONE
		   ? NULL
		   : "this is not \"" HEAD "\"";
}

static const char *
take_login_row(struct loginfile *f, char *field[FIELDS])
{
	struct loginfile_row r;
	const char *why;

	if ((why = read_login_row(field, &r)) == NULL &&
	    loginfile_find(f, r.server, r.name, r.verifier) != NULL)
		why = "the same once more";
	if (why == NULL && f->n == LOGINFILE_ROWS)
		why = "too many lines";
	if (why == NULL && (!r.held || r.ntried > 0)) {
		*new_row(f) = r;
		return NULL;
	}
	free(r.server);
	free(r.name);
	return why;
}

/* Takes one line, without its newline. NULL, or why it is invalid. */
static const char *
read_login_line(struct loginfile *f, char *line, size_t number, bool *old)
{
	char none[] = "-", *field[FIELDS];
	size_t n = split_fields(line, field);

	if (number == 2)
		return read_head(f, field, n, old);
	if (n == PROVEN && !*old)
		return read_proven(f, field);
	if (n == FIELDS - 1 && *old)
		field[n++] = none;
	else if (n != FIELDS || *old)
		return "a wrong number of fields";
	return take_login_row(f, field);
}

static int
read_lines(struct loginfile *f, const char *data, size_t len, struct err *err)
{
	char line[LINE];
	const char *end, *why;
	bool old = false;
	size_t number, n;

	for (number = 2; len > 0; number++) {
		if ((end = memchr(data, '\n', len)) == NULL)
			return refuse_line(err, number, "it is cut off");
		n = (size_t)(end - data);
		if (n >= sizeof(line) || memchr(data, '\0', n) != NULL)
			return refuse_line(err, number, "this is no line");
		memcpy(line, data, n);
		line[n] = '\0';
		if ((why = read_login_line(f, line, number, &old)) != NULL)
			return refuse_line(err, number, why);
		data = end + 1;
		len -= n + 1;
	}
	return 0;
}

int
loginfile_parse(
    struct loginfile *out, const char *data, size_t len, struct err *err)
{
	char salt[LOGINFILE_LINE];

	memset(out, 0, sizeof(*out));
	out->since = tim_now();
	out->is_new = len == LOGINFILE_LINE;
	if (len > LOGINFILE_MAX)
		return refuse_line(err, 1, "it is too large");
	if (len < LOGINFILE_LINE || data[LOGINFILE_LINE - 1] != '\n')
		return refuse_line(err, 1, "no salt");
	memcpy(salt, data, LOGINFILE_LINE);
	salt[LOGINFILE_LINE - 1] = '\0';
	if (!enc_unhex(salt, out->salt, LOGINFILE_SALT))
		return refuse_line(err, 1, "no salt");
	if (read_lines(out, data + LOGINFILE_LINE, len - LOGINFILE_LINE, err) ==
	    0)
		return 0;
	loginfile_free(out);
	return -1;
}

/* --- writing ----------------------------------------------------------- */

/* With milliseconds, so that two wrong logins of one second count as two. */
static void
put_login_time(struct buf *out, int64_t t)
{
	char text[TIM_TEXT];

	if (tim_text(t, text) == NULL)
		buf_addc(out, '-');
	else
		buf_addf(
		    out, "%.19s.%03dZ", text, (int)((t % 1000 + 1000) % 1000));
}

static void
put_times(struct buf *out, const int64_t *t, size_t n)
{
	size_t i;

	buf_addc(out, '\t');
	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_addc(out, ',');
		put_login_time(out, t[i]);
	}
	if (n == 0)
		buf_addc(out, '-');
}

static void
put_login_row(struct buf *out, const struct loginfile_row *r)
{
	enc_percent(out, r->server);
	buf_addc(out, '\t');
	enc_percent(out, r->name);
	buf_addf(out, "\t%s\t", r->verifier);
	if (r->held)
		buf_addc(out, '-');
	else
		buf_addf(out, "%lld", (long long)r->passes);
	put_times(out, &r->first_at, 1);
	put_times(out, &r->last_at, 1);
	put_times(out, &r->retry_at, 1);
	put_times(out, r->wrong, r->nwrong);
	put_times(out, r->tried, r->ntried);
	buf_addc(out, '\n');
}

static void
put_proven(struct buf *out, const struct loginfile_proven *p)
{
	buf_addf(out, "proven\t%s\t%s\t", p->verifier, p->bits);
	put_login_time(out, p->at);
	buf_addc(out, '\n');
}

int
loginfile_format(const struct loginfile *f, struct buf *out)
{
	int64_t now = tim_now();
	size_t i;

	buf_adds(out, HEAD "\t");
	put_login_time(out, f->since);
	buf_addc(out, '\n');
	for (i = 0; i < f->n; i++) {
		const struct loginfile_row *r = &f->v[i];

		if (r->last_at == TIM_NONE || now - r->last_at < KEEP)
			put_login_row(out, r);
	}
	for (i = 0; i < f->nproven; i++) {
		if (now - f->proven[i].at < PROVEN_KEEP)
			put_proven(out, &f->proven[i]);
	}
	return out->over ? -1 : 0;
}

/* --- rows -------------------------------------------------------------- */

void
loginfile_verifier(const struct loginfile *f, const char *server,
    const char *user, const char *password, char out[LOGINFILE_HEX])
{
	char *text = mem_printf("%s\n%s\n%s", server, user, password);
	unsigned char h[CRYPT_SHA256];

	crypt_hmac_slow(
	    f->salt, sizeof(f->salt), text, strlen(text), ROUNDS, h);
	enc_hex(h, sizeof(h), out);
	mem_wipe(h, sizeof(h));
	mem_wipe_str(text);
}

struct loginfile_row *
loginfile_find(const struct loginfile *f, const char *server, const char *name,
    const char *verifier)
{
	size_t i;

	for (i = 0; i < f->n; i++) {
		struct loginfile_row *r = &f->v[i];

		if (strcmp(r->verifier, verifier) == 0 &&
		    strcmp(r->name, name) == 0 &&
		    strcmp(r->server, server) == 0)
			return r;
	}
	return NULL;
}

/* Does the text, as it is written, fit into a field? */
static bool
has_room_for(const char *s)
{
	struct buf b;
	bool fits;

	buf_init(&b, LOGINFILE_FIELD);
	enc_percent(&b, s);
	fits = !b.over && b.len > 0;
	buf_free(&b);
	return fits;
}

/*
 * Is there no room for one more line of any length? Most have some 300 bytes.
 */
static bool
is_full(const struct loginfile *f)
{
	struct buf b;
	bool full;

	buf_init(&b, LOGINFILE_MAX - LOGINFILE_LINE - LINE);
	full = loginfile_format(f, &b) == -1;
	buf_free(&b);
	return full;
}

struct loginfile_row *
loginfile_add(struct loginfile *f, const char *server, const char *name,
    const char *verifier)
{
	struct loginfile_row *r;

	if (!has_room_for(server) || !has_room_for(name) || is_full(f) ||
	    (r = new_row(f)) == NULL)
		return NULL;
	r->server = mem_strdup(server);
	r->name = mem_strdup(name);
	snprintf(r->verifier, sizeof(r->verifier), "%s", verifier);
	r->held = true;
	return r;
}

void
loginfile_remove(struct loginfile *f, struct loginfile_row *r)
{
	size_t i = (size_t)(r - f->v);

	free(r->server);
	free(r->name);
	memmove(r, r + 1, (f->n - i - 1) * sizeof(*r));
	f->n--;
}

static bool
has_time(const int64_t *t, size_t n, int64_t at)
{
	size_t i;

	for (i = 0; i < n && t[i] != at; i++)
		;
	return i < n;
}

int64_t
loginfile_alone(const struct loginfile *f, int64_t at)
{
	size_t i;

	for (i = 0; i < f->n; i++) {
		const struct loginfile_row *r = &f->v[i];

		if (!has_time(r->wrong, r->nwrong, at) &&
		    !has_time(r->tried, r->ntried, at))
			continue;
		at++;
		i = (size_t)-1; /* from the beginning */
	}
	return at;
}

/* Adds one time; the latest LOGINFILE_WRONG stay. */
static void
add_login_time(int64_t t[LOGINFILE_WRONG], size_t *n, int64_t at)
{
	if (*n == LOGINFILE_WRONG)
		memmove(&t[0], &t[1], --*n * sizeof(t[0]));
	t[(*n)++] = at;
}

void
loginfile_wrong(struct loginfile_row *r, int64_t at)
{
	r->held = false;
	add_login_time(r->wrong, &r->nwrong, at);
}

void
loginfile_try(struct loginfile_row *r, int64_t until)
{
	add_login_time(r->tried, &r->ntried, until);
}

/* Replaces or removes one time. True: the row had it. */
static bool
change_tried(struct loginfile_row *r, int64_t until, int64_t another)
{
	size_t i;

	for (i = 0; i < r->ntried && r->tried[i] != until; i++)
		;
	if (i == r->ntried)
		return false;
	if (another != TIM_NONE)
		r->tried[i] = another;
	else
		memmove(&r->tried[i], &r->tried[i + 1],
		    (--r->ntried - i) * sizeof(r->tried[0]));
	return true;
}

bool
loginfile_tried(struct loginfile *f, int64_t until, int64_t another)
{
	bool found = false;
	size_t i;

	for (i = f->n; i > 0; i--) {
		struct loginfile_row *r = &f->v[i - 1];

		if (!change_tried(r, until, another))
			continue;
		found = true;
		if (r->held && r->ntried == 0)
			loginfile_remove(f, r);
	}
	return found;
}

/* --- accepted logins --------------------------------------------------- */

static size_t
find_proven(const struct loginfile *f, const char *verifier)
{
	size_t i;

	for (i = 0;
	     i < f->nproven && strcmp(f->proven[i].verifier, verifier) != 0;
	     i++)
		;
	return i;
}

const char *
loginfile_bits(const struct loginfile *f, const char *verifier)
{
	size_t i = find_proven(f, verifier);

	return i < f->nproven ? f->proven[i].bits : "";
}

bool
loginfile_prove(struct loginfile *f, const char *verifier, const char *bits)
{
	size_t i = find_proven(f, verifier);
	struct loginfile_proven *p;
	int64_t now = tim_now();

	if (i < f->nproven) {
		p = &f->proven[i];
		if (strcmp(p->bits, bits) == 0 && now >= p->at &&
		    now - p->at < DAY)
			return false;
		memmove(p, p + 1, (--f->nproven - i) * sizeof(*p));
	}
	p = add_proven(f);
	snprintf(p->verifier, sizeof(p->verifier), "%s", verifier);
	snprintf(p->bits, sizeof(p->bits), "%s", bits);
	p->at = now;
	return true;
}
