/*
 * conftype.c - converts the text of a value to its field, and back.
 * 1. A field is written only with a value that passed every check.
 * 2. Every error says what to write instead.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/address.h"
#include "base/enc.h"
#include "base/host.h"
#include "base/mem.h"
#include "base/principal.h"
#include "base/str.h"
#include "base/tim.h"
#include "base/vec.h"
#include "conf/conf.h"
#include "conf/conftype.h"
#include "conf/confurl.h"
#include "conf/wellknown.h"

#define MB (1024 * 1024)

/* Where an error belongs. */
struct spot {
	struct conf_file *file;
	unsigned line;
	const struct conf_key *key;
};

#define FAIL(spot, ...)                                                        \
	(conffile_error(                                                       \
	     (spot)->file, (spot)->line, (spot)->key->name, __VA_ARGS__),      \
	    false)

/* The table's enum fields are written through an int. */
_Static_assert(sizeof(enum conf_match) == sizeof(int), "enums are ints");

static void *
field_of(const struct conf_key *k, void *base)
{
	if (k->flags & CONF_OWN)
		return (char *)((struct conf_profile *)base)->own +
		       confkeys_own_at(k);
	return (char *)base + k->offset;
}

static const void *
const_field(const struct conf_key *k, const void *base)
{
	if (k->flags & CONF_OWN)
		return (const char *)((const struct conf_profile *)base)->own +
		       confkeys_own_at(k);
	return (const char *)base + k->offset;
}

static bool
put_string(const struct spot *s, void *base, char *take)
{
	char **to = field_of(s->key, base);

	free(*to);
	*to = take;
	return true;
}

/* A hint, to end an error with, when text seems to hold a # comment; or "". */
static const char *
comment_hint(const char *text)
{
	return strstr(text, " #") != NULL || strstr(text, "\t#") != NULL
		   ? " (a comment begins with ' ;', not with #)"
		   : "";
}

static bool
set_int(const struct spot *s, const char *text, int64_t *out)
{
	if (!str_int(text, s->key->lo, s->key->hi, out))
		return FAIL(s, "must be a number from %lld to %lld%s",
		    (long long)s->key->lo, (long long)s->key->hi,
		    comment_hint(text));
	return true;
}

static bool
set_word(const struct spot *s, void *base, const char *text)
{
	char word[32];
	int i;

	for (i = 0; confkeys_word(s->key->words, (size_t)i, word, sizeof(word));
	     i++)
		if (strcmp(word, text) == 0) {
			memcpy(field_of(s->key, base), &i, sizeof(i));
			return true;
		}
	if (strcmp(s->key->name, "auth") == 0 && strcmp(text, "anonymous") == 0)
		return FAIL(s, "anonymous is refused: write ntlm or basic, and "
			       "give username and password_file");
	if (strchr(s->key->words, '|') == NULL)
		return FAIL(
		    s, "must be %s%s", s->key->words, comment_hint(text));
	return FAIL(
	    s, "must be one of %s%s", s->key->words, comment_hint(text));
}

static bool
set_bool(const struct spot *s, void *base, const char *text)
{
	bool *to = field_of(s->key, base);

	if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
		return FAIL(s, "must be yes or no%s", comment_hint(text));
	*to = strcmp(text, "yes") == 0;
	return true;
}

static bool
set_date(const struct spot *s, void *base, const char *text)
{
	int64_t *to = field_of(s->key, base);

	if (!tim_iso(text, to))
		return FAIL(s,
		    "must be a date such as 2026-01-01 or a date and time "
		    "such as 2026-01-01T08:00:00Z%s",
		    comment_hint(text));
	return true;
}

/* Converts 90m, 24h, 2d, or several of them such as 1d12h, to ms. */
static bool
read_duration(const char *s, int64_t *out)
{
	static const struct {
		char unit;
		int64_t ms;
	} units[] = { { 'd', 86400000 }, { 'h', 3600000 }, { 'm', 60000 } };
	size_t i = 0;
	int64_t n;

	*out = 0;
	if (*s == '\0')
		return false;
	while (*s != '\0') {
		for (n = 0; *s >= '0' && *s <= '9' && n < 1000000; s++)
			n = n * 10 + (*s - '0');
		while (i < 3 && *s != units[i].unit)
			i++;
		if (i == 3 || s[-1] < '0' || s[-1] > '9')
			return false;
		*out += n * units[i++].ms;
		s++;
	}
	return true;
}

static bool
set_duration(const struct spot *s, void *base, const char *text)
{
	int64_t ms, *to = field_of(s->key, base);

	if (!(*text >= '0' && *text <= '9') || !read_duration(text, &ms))
		return FAIL(s,
		    "must be a time such as 90m, 24h or 2d (minutes, hours, "
		    "days)%s",
		    comment_hint(text));
	if (ms < s->key->lo * 60000 || ms > s->key->hi * 60000)
		return FAIL(s, "must be from %lldm to %lldd",
		    (long long)s->key->lo, (long long)(s->key->hi / 1440));
	*to = ms;
	return true;
}

static bool
set_days(const struct spot *s, void *base, const char *text)
{
	int64_t days;
	int *to = field_of(s->key, base);

	if (strcmp(text, "all") == 0)
		*to = CONF_DAYS_ALL;
	else if (strcmp(text, "no") == 0)
		*to = 0;
	else if (str_int(text, s->key->lo, s->key->hi, &days))
		*to = (int)days;
	else
		return FAIL(s, "must be all, no, or a number of days%s",
		    comment_hint(text));
	return true;
}

/* Whether it can be run is checked by os/runner.h. */
static bool
set_command(const struct spot *s, void *base, const char *text)
{
	if (*text == '\0')
		return FAIL(s, "must be a program and its arguments");
	return put_string(s, base, mem_strdup(text));
}

/* A file that must exist, be a regular one, and be readable by this user. */
static bool
set_file(const struct spot *s, void *base, const char *text)
{
	char *path = conffile_path(s->file, text);
	struct stat st;
	const char *why = NULL;

	if (s->file->offline)
		return put_string(s, base, path);
	if (stat(path, &st) != 0)
		why = "no such file: create it, or write the right name";
	else if (S_ISDIR(st.st_mode))
		why = "is a directory: write the name of a file";
	else if (!S_ISREG(st.st_mode))
		why = "is not a regular file: write the name of one";
	else if (access(path, R_OK) != 0)
		why = "may not be read by this user: give the right to read";
	if (why == NULL)
		return put_string(s, base, path);
	(void)FAIL(s, "%s: %s%s", path, why, comment_hint(text));
	free(path);
	return false;
}

/* A file or directory that is not checked before it is used. */
static bool
set_name(const struct spot *s, void *base, const char *text)
{
	if (*text == '\0')
		return FAIL(s, "must be the name of a %s",
		    s->key->type == CONF_STATEDIR ||
			    s->key->type == CONF_SECRETDIR
			? "directory"
			: "file");
	return put_string(s, base, conffile_path(s->file, text));
}

/* Whether there is such a group is checked by confgroup.c. */
static bool
set_group(const struct spot *s, void *base, const char *text)
{
	if (*text == '\0')
		return FAIL(s, "must be the name or number of a group");
	return put_string(s, base, mem_strdup(text));
}

static bool
set_database(const struct spot *s, void *base, const char *text)
{
	char *path = conffile_path(s->file, text), *dir = mem_strdup(path);
	char *slash = strrchr(dir, '/');
	struct stat st;
	const char *why = NULL;

	if (slash != NULL)
		slash[slash == dir] = '\0';
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		why = "is not a file: write the name of a file";
	else if (stat(slash == NULL ? "." : dir, &st) != 0 ||
		 !S_ISDIR(st.st_mode))
		why = "its directory does not exist: create it, or write "
		      "another name";
	free(dir);
	if (why == NULL)
		return put_string(s, base, path);
	(void)FAIL(s, "%s: %s%s", path, why, comment_hint(text));
	free(path);
	return false;
}

static bool
set_url(const struct spot *s, void *base, const char *text)
{
	char *url = NULL, why[256];
	int rc;

	switch (s->key->type) {
	case CONF_SERVER:
		rc =
		    confurl_server(text, s->key->words, &url, why, sizeof(why));
		break;
	case CONF_PROXY:
		rc = confurl_proxy(text, &url, why, sizeof(why));
		break;
	case CONF_AUTHORITY:
		rc = confurl_authority(text, s->key, &url, why, sizeof(why));
		break;
	default:
		rc = confurl_service(text, s->key, &url, why, sizeof(why));
	}
	return rc == 0 ? put_string(s, base, url) : FAIL(s, "%s", why);
}

/* sha256: and 64 hex digits, colons between them allowed. */
static bool
set_pin(const struct spot *s, void *base, const char *text)
{
	char hex[65];
	unsigned char raw[32];
	size_t n = 0;
	const char *p;

	if (!str_ieqn(text, "sha256:", 7))
		return FAIL(s, "must be sha256: and 64 hex digits");
	for (p = text + 7; *p != '\0' && n < 64; p++)
		if (*p != ':')
			hex[n++] = *p;
	hex[n] = '\0';
	if (n != 64 || *p != '\0' || !enc_unhex(hex, raw, 32))
		return FAIL(s,
		    "must be sha256: and 64 hex digits; without the key the "
		    "error about the certificate names them");
	return put_string(s, base, mem_printf("sha256:%s", str_lower(hex)));
}

static bool
set_address(const struct spot *s, void *base, const char *text)
{
	char *address = address_normalise(text);

	if (address == NULL)
		return FAIL(s,
		    "%s is not an e-mail address: write name@domain%s", text,
		    comment_hint(text));
	return put_string(s, base, address);
}

static bool
set_principal(const struct spot *s, void *base, const char *text)
{
	bool upn = s->key->type == CONF_UPN;

	if (upn ? !principal_is_upn(text) : !principal_is_sid(text))
		return FAIL(s, "%s is no %s: write it as %s%s", text,
		    upn ? "user principal name" : "SID of a domain's account",
		    s->key->example, comment_hint(text));
	return put_string(s, base, mem_strdup(text));
}

/* A domain, with wild also "*." and a domain. The caller frees; NULL: none. */
static char *
domain_of(const char *text, bool wild)
{
	struct buf b;
	size_t i, skip = 0;
	int rc;

	buf_init(&b, 256);
	if (wild && strncmp(text, "*.", 2) == 0) {
		skip = 2;
		buf_adds(&b, "*.");
	}
	rc = enc_domain(&b, text + skip, strlen(text + skip));
	for (i = skip; rc == 0 && i < b.len; i++)
		if (!host_is_char(b.data[i]))
			rc = -1;
	if (rc == 0 && b.len > skip)
		return buf_take(&b);
	buf_free(&b);
	return NULL;
}

/* Is it the path of a folder: no empty name, and * only as the last name? */
static bool
is_folder_path(const char *s)
{
	size_t n = strlen(s);

	if (n > 2 && strcmp(s + n - 2, "/*") == 0)
		n -= 2;
	return s[0] != '/' && s[n - 1] != '/' && memchr(s, '*', n) == NULL &&
	       strstr(s, "//") == NULL;
}

/* The folder of a CONF_FOLDERS key; the caller frees. NULL: why says more. */
static char *
folder_of(const char *text, char *why, size_t size)
{
	size_t n, i, nnames = 0;
	const struct wellknown *row = wellknown_rows(&n);
	const char *best, *names[24];

	if (text[0] != '@') {
		if (is_folder_path(text))
			return mem_strdup(text);
		snprintf(why, size,
		    "%s: write a path as Inbox/Projects, without / at its "
		    "ends; to mean all below it end it in /*",
		    text);
		return NULL;
	}
	for (i = 0; i < n; i++) {
		if (!row[i].any_server)
			continue;
		if (str_ieq(text + 1, row[i].name))
			return mem_printf("@%s", row[i].name);
		if (nnames + 1 < sizeof(names) / sizeof(names[0]))
			names[nnames++] = row[i].name;
	}
	names[nnames] = NULL;
	best = confkeys_nearest(text + 1, names);
	if (best != NULL)
		snprintf(why, size,
		    "%s: no such well-known folder; did you mean @%s?", text,
		    best);
	else
		snprintf(why, size,
		    "%s: no such well-known folder; there are @inbox, "
		    "@sentitems, @junkemail, @deleteditems, @drafts, @outbox, "
		    "@conversationhistory, @syncissues, @conflicts, "
		    "@localfailures and @serverfailures, and in an archive "
		    "@archiveinbox, @archivesentitems, @archivejunkemail and "
		    "@archivedeleteditems",
		    text);
	return NULL;
}

/* The same of a list of domains. */
static char *
domain_item(const char *text, bool wild, char *why, size_t size)
{
	char *item = domain_of(text, wild);

	snprintf(why, size,
	    "%s is not a domain: write it as contoso.example%s%s", text,
	    wild ? " or *.contoso.example" : "", comment_hint(text));
	return item;
}

/* The same of a CONF_WORDS key. */
static char *
word_of(const char *text, const char *words, char *why, size_t size)
{
	char word[32];
	size_t i;

	for (i = 0; confkeys_word(words, i, word, sizeof(word)); i++)
		if (strcmp(word, text) == 0)
			return mem_strdup(text);
	snprintf(why, size, "%s: must be some of %s, separated by commas%s",
	    text, words, comment_hint(text));
	return NULL;
}

static bool
add_item(const struct spot *s, void *base, const char *text)
{
	struct conf_list *list = field_of(s->key, base);
	char *item, why[512];
	size_t i;

	switch (s->key->type) {
	case CONF_FOLDERS:
		item = folder_of(text, why, sizeof(why));
		break;
	case CONF_NAMES:
		item = mem_strdup(text);
		break;
	case CONF_WORDS:
		item = word_of(text, s->key->words, why, sizeof(why));
		break;
	case CONF_ADDRESSES:
		item = address_normalise(text);
		snprintf(why, sizeof(why),
		    "%s is not an e-mail address: write name@domain", text);
		break;
	default:
		item = domain_item(
		    text, s->key->type == CONF_PATTERNS, why, sizeof(why));
	}
	if (item == NULL)
		return FAIL(s, "%s", why);
	for (i = 0; i < list->n; i++)
		if (strcmp(list->v[i], item) == 0) {
			free(item); /* a duplicate */
			return true;
		}
	*VEC_ADD(list->v, list->n) = item;
	return true;
}

/* Splits "a, b\, c" into items; "\," is a comma within an item. */
static bool
set_list(const struct spot *s, void *base, const char *text)
{
	char *copy = mem_alloc(strlen(text) + 1), *item;
	bool ok = true;
	size_t n = 0;

	for (;; text++) {
		if (text[0] == '\\' && text[1] == ',') {
			copy[n++] = *++text;
			continue;
		}
		if (*text != ',' && *text != '\0') {
			copy[n++] = *text;
			continue;
		}
		copy[n] = '\0';
		n = 0;
		item = str_trim(copy);
		/* empty after a comma at the end of a line */
		if (*item != '\0')
			ok = add_item(s, base, item) && ok;
		if (*text == '\0')
			break;
	}
	free(copy);
	return ok;
}

static bool
set_login(const struct spot *s, void *base, const char *text)
{
	if (strchr(text, ':') != NULL)
		return FAIL(s, "must not hold a colon: Basic authentication "
			       "cannot send it");
	return put_string(s, base, mem_strdup(text));
}

static bool
set_text(const struct spot *s, void *base, const char *text)
{
	if (*text == '\0')
		return FAIL(s, "must not be empty: write %s = %s", s->key->name,
		    s->key->example);
	return put_string(s, base, mem_strdup(text));
}

static bool
set_number(const struct spot *s, void *base, const char *text)
{
	int64_t num;

	if (!set_int(s, text, &num))
		return false;
	if (s->key->type == CONF_INT)
		*(int *)field_of(s->key, base) = (int)num;
	else
		*(int64_t *)field_of(s->key, base) = num * MB;
	return true;
}

/* No setter: confload.c sets CONF_REF, confsecret.c sets CONF_SECRET. */
static bool (*const setter[])(const struct spot *, void *, const char *) = {
	[CONF_LOGIN] = set_login,
	[CONF_NAME] = set_text,
	[CONF_FILE] = set_file,
	[CONF_DATABASE] = set_database,
	[CONF_LIST] = set_name,
	[CONF_KEYFILE] = set_name,
	[CONF_STATEDIR] = set_name,
	[CONF_GROUP] = set_group,
	[CONF_BOOL] = set_bool,
	[CONF_INT] = set_number,
	[CONF_MEGABYTES] = set_number,
	[CONF_WORD] = set_word,
	[CONF_DATE] = set_date,
	[CONF_DURATION] = set_duration,
	[CONF_DAYS] = set_days,
	[CONF_COMMAND] = set_command,
	[CONF_SERVER] = set_url,
	[CONF_URL] = set_url,
	[CONF_AUTHORITY] = set_url,
	[CONF_PROXY] = set_url,
	[CONF_PIN] = set_pin,
	[CONF_ADDRESS] = set_address,
	[CONF_UPN] = set_principal,
	[CONF_SID] = set_principal,
	[CONF_SECRETDIR] = set_name,
	[CONF_REF] = NULL,
	[CONF_SECRET] = NULL,
	[CONF_DOMAINS] = set_list,
	[CONF_PATTERNS] = set_list,
	[CONF_FOLDERS] = set_list,
	[CONF_NAMES] = set_list,
	[CONF_WORDS] = set_list,
	[CONF_ADDRESSES] = set_list,
};

bool
conftype_set(struct conf_file *f, unsigned line, const struct conf_key *k,
    void *base, const char *text)
{
	struct spot s = { f, line, k };

	return setter[k->type] == NULL || setter[k->type](&s, base, text);
}

void
conftype_free(const struct conf_key *k, void *base)
{
	struct conf_list *list;
	char **s;

	switch (k->type) {
	case CONF_BOOL:
	case CONF_INT:
	case CONF_MEGABYTES:
	case CONF_WORD:
	case CONF_DATE:
	case CONF_DURATION:
	case CONF_DAYS:
	case CONF_REF:
		return;
	case CONF_DOMAINS:
	case CONF_PATTERNS:
	case CONF_FOLDERS:
	case CONF_NAMES:
	case CONF_WORDS:
	case CONF_ADDRESSES:
		list = field_of(k, base);
		while (list->n > 0)
			free(list->v[--list->n]);
		free(list->v);
		list->v = NULL;
		return;
	default:
		if (k->type == CONF_SECRET && k->offset == 0)
			return;
		s = field_of(k, base);
		if (*s != NULL)
			explicit_bzero(*s, strlen(*s));
		free(*s);
		*s = NULL;
	}
}

/* One item of a list; its commas are escaped again. */
static void
print_item(const char *s, FILE *out)
{
	for (; *s != '\0'; s++)
		fprintf(out, *s == ',' ? "\\%c" : "%c", *s);
}

/* Prints "key = a, b", in lines of up to 80 columns. */
static void
print_list(const struct conf_key *k, const struct conf_list *list, FILE *out)
{
	size_t i, col, len;

	if (list->n == 0)
		return;
	col = (size_t)fprintf(out, "%-18s = ", k->name);
	for (i = 0; i < list->n; i++) {
		len = strlen(list->v[i]);
		if (i > 0 && col + len + 2 > 80) {
			fprintf(out, "\n%21s", "");
			col = 21;
		}
		print_item(list->v[i], out);
		if (i + 1 < list->n)
			fputs(", ", out);
		col += len + 2;
	}
	fputc('\n', out);
}

static void
print_proxy(const char *proxy, FILE *out)
{
	const char *at = strrchr(proxy, '@');

	if (at == NULL)
		fputs(proxy, out);
	else
		fprintf(out, "http://(set)%s", at);
}

static void
print_string(const struct conf_key *k, const char *s, FILE *out)
{
	if (s == NULL)
		return;
	fprintf(out, "%-18s = ", k->name);
	if (k->type == CONF_SECRET)
		fputs("(set)", out);
	else if (k->type == CONF_PROXY)
		print_proxy(s, out);
	else
		fputs(s, out);
	fputc('\n', out);
}

static bool
duration_text(int64_t ms, char *out, size_t size)
{
	int64_t m = ms / 60000;

	if (m % 1440 == 0)
		snprintf(out, size, "%lldd", (long long)(m / 1440));
	else if (m % 60 == 0)
		snprintf(out, size, "%lldh", (long long)(m / 60));
	else
		snprintf(out, size, "%lldm", (long long)m);
	return m != 0;
}

static bool
days_text(int days, char *out, size_t size)
{
	if (days == CONF_DAYS_ALL || days == 0)
		snprintf(out, size, "%s", days == 0 ? "no" : "all");
	else
		snprintf(out, size, "%d", days);
	return true;
}

/* The text of a number, word or date. False: there is nothing to print. */
static bool
scalar_text(const struct conf_key *k, const void *base, char *out, size_t size)
{
	const void *p = const_field(k, base);
	int word;

	switch (k->type) {
	case CONF_BOOL:
		snprintf(out, size, "%s", *(const bool *)p ? "yes" : "no");
		return true;
	case CONF_INT:
		snprintf(out, size, "%d", *(const int *)p);
		return true;
	case CONF_MEGABYTES:
		snprintf(
		    out, size, "%lld", (long long)(*(const int64_t *)p / MB));
		return true;
	case CONF_WORD:
		memcpy(&word, p, sizeof(word));
		return confkeys_word(k->words, (size_t)word, out, size);
	case CONF_DURATION:
		return duration_text(*(const int64_t *)p, out, size);
	case CONF_DAYS:
		return days_text(*(const int *)p, out, size);
	case CONF_DATE:
		return tim_text(*(const int64_t *)p, out) != NULL;
	case CONF_REF:
		snprintf(
		    out, size, "%s", (*(struct conf_profile *const *)p)->name);
		return true;
	default:
		return false;
	}
}

void
conftype_print(const struct conf_key *k, const void *base, FILE *out)
{
	char text[128];

	if ((k->flags & CONF_NOPRINT) ||
	    (k->type == CONF_SECRET && k->offset == 0))
		return;
	if (confkeys_is_list(k))
		print_list(k, const_field(k, base), out);
	else if (scalar_text(k, base, text, sizeof(text)))
		fprintf(out, "%-18s = %s\n", k->name, text);
	else if (k->type != CONF_DATE && k->type != CONF_DURATION)
		print_string(k, *(char *const *)const_field(k, base), out);
}
