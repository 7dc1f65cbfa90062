/*
 * confsecret.c - where passwords come from.
 * 1. A secret that others may read is not used at all.
 * 2. Every copy is wiped before its memory is given back.
 * 3. Reading never blocks: a FIFO in place of a file is refused unread.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "conf/confseal.h"
#include "conf/confsecret.h"
#include "conf/secretfile.h"

#define SECRET_MAX SEAL_SECRET
#define OTHERS     (S_IRWXG | S_IRWXO)

/* A copy of the password, or NULL when no server would accept it. */
static char *
checked_secret(
    struct conf_file *f, const struct conf_value *v, const char *s, size_t len)
{
	const char *why = NULL;
	size_t i;

	if (len == 0)
		why = "holds no password: write it there, in one line";
	else if (len > SECRET_MAX)
		why = "holds more than 1024 bytes: write the password only";
	else if (!utf8_valid(s, len))
		why = "is not UTF-8: save the password as UTF-8";
	for (i = 0; why == NULL && i < len; i++) {
		if (s[i] == '\n' || s[i] == '\r')
			why = "holds more than one line: write the password "
			      "only";
		else if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			why = "holds a control character: write the password "
			      "only";
	}
	if (why == NULL)
		return mem_strndup(s, len);
	conffile_error(f, v->line, v->key->name, "%s", why);
	return NULL;
}

/* The text of a source is the password, or an enc: value that holds it. */
static char *
taken_secret(
    struct conf_file *f, const struct conf_value *v, const char *s, size_t len)
{
	char *inside, *out;
	size_t n;

	if (!seal_is(s, len))
		return checked_secret(f, v, s, len);
	if ((inside = confseal_open(f, v, s, len, &n)) == NULL)
		return NULL;
	out = checked_secret(f, v, inside, n);
	mem_wipe(inside, n);
	free(inside);
	return out;
}

int
confsecret_in_file(struct conf_file *f, unsigned line, const char *key)
{
	if (f->mode == CONFFILE_NOMOD || (f->mode & OTHERS) == 0)
		return 0;
	if (!f->mode_told)
		conffile_error(f, line, key,
		    "others may read this file: run chmod 600 %s, or use "
		    "password_file",
		    f->name);
	f->mode_told = true;
	return -1;
}

static char *
plain_secret(struct conf_file *f, const struct conf_value *v)
{
	size_t len = strlen(v->text);

	/* others may read an enc: value */
	if (!seal_is(v->text, len) &&
	    confsecret_in_file(f, v->line, v->key->name) != 0)
		return NULL;
	return taken_secret(f, v, v->text, len);
}

char *
confsecret_from_file(struct conf_file *f, const struct conf_value *v)
{
	char raw[SEAL_TEXT + 8], *out, *s = raw;
	long n = secretfile_read(f, v,
	    "create it with the password in it, then chmod 600", raw,
	    sizeof(raw));
	size_t len = (size_t)n;

	if (n == -1)
		return NULL;
	if (len > 0 && s[len - 1] == '\n')
		len--;
	if (len > 0 && s[len - 1] == '\r')
		len--;
	if (len >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0) {
		s += 3; /* a BOM, as Notepad writes it */
		len -= 3;
	}
	out = taken_secret(f, v, s, len);
	mem_wipe(raw, sizeof(raw));
	return out;
}

static char *
from_env(struct conf_file *f, const struct conf_value *v)
{
	const char *s = getenv(v->text);

	if (s == NULL) {
		conffile_error(f, v->line, v->key->name,
		    "%s is not set in the environment: set it, or use "
		    "password_file",
		    v->text);
		return NULL;
	}
	return taken_secret(f, v, s, strlen(s));
}

static const struct {
	const char *key;
	char *(*read)(struct conf_file *, const struct conf_value *);
} source[] = {
	{ "password_file", confsecret_from_file },
	{ "password_env", from_env },
	{ "password", plain_secret },
};

int
confsecret_read(struct conf_file *f, const struct conf_part *p, char **out)
{
	const struct conf_value *v, *first = NULL;
	bool twice = false;
	size_t i, use = 0;

	*out = NULL;
	for (i = 0; i < sizeof(source) / sizeof(source[0]); i++) {
		if ((v = conffile_get(p, source[i].key)) == NULL)
			continue;
		if (first == NULL) {
			first = v;
			use = i;
			continue;
		}
		conffile_error(f, v->line, v->key->name,
		    "%s in line %u gives the password too: remove one of the "
		    "two",
		    first->key->name, first->line);
		twice = true;
	}
	if (twice || (first != NULL && first->text == NULL))
		return -1;
	if (first == NULL)
		return 0;
	/* a plain password in the INI must be protected all the same */
	if (f->offline)
		return source[use].read == plain_secret &&
			       !seal_is(first->text, strlen(first->text))
			   ? confsecret_in_file(
				 f, first->line, first->key->name)
			   : 0;
	*out = source[use].read(f, first);
	return *out == NULL ? -1 : 1;
}
