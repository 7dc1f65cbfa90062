/*
 * versions.c - what is remembered of each mailbox.
 * 1. Everything but address is read and written under the lock.
 * 2. A jar is never shared by mailboxes (PROTOCOL 3): the cookies route to
 *    the back end of one mailbox.
 * 3. A jar holds at most COOKIES cookies of at most COOKIE_MAX bytes.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "ews/versions.h"

#define COOKIES    32
#define COOKIE_MAX 4096

struct mbox_cookie {
	struct mbox_cookie *next;
	char *name, *value;
};

void
mbox_init(struct mboxes *b, enum version start)
{
	memset(b, 0, sizeof(*b));
	pthread_mutex_init(&b->lock, NULL);
	b->start = b->common = start;
}

static void
cookies_free(struct mbox *m)
{
	struct mbox_cookie *c;

	while ((c = m->cookie) != NULL) {
		m->cookie = c->next;
		free(c->name);
		free(c->value);
		free(c);
	}
	m->ncookie = 0;
}

void
mbox_free(struct mboxes *b)
{
	struct mbox *m;
	size_t i;

	for (i = 0; i < MBOX_SLOTS; i++) {
		while ((m = b->slot[i]) != NULL) {
			b->slot[i] = m->next;
			cookies_free(m);
			free(m->address);
			free(m);
		}
	}
	pthread_mutex_destroy(&b->lock);
}

struct mbox *
mbox_get(struct mboxes *b, const char *address)
{
	const unsigned char *p = (const unsigned char *)address;
	unsigned h = 2166136261u;
	struct mbox *m;

	for (; *p != '\0'; p++)
		h = (h ^ *p) * 16777619u;
	h %= MBOX_SLOTS;
	pthread_mutex_lock(&b->lock);
	for (m = b->slot[h]; m != NULL; m = m->next)
		if (strcmp(m->address, address) == 0)
			break;
	if (m == NULL) {
		m = mem_alloc(sizeof(*m));
		m->address = mem_strdup(address);
		m->next = b->slot[h];
		b->slot[h] = m;
	}
	pthread_mutex_unlock(&b->lock);
	return m;
}

/* With the lock held. */
static enum version
version(const struct mboxes *b, const struct mbox *m)
{
	enum version cap = version_cap(&m->build), v;

	v = m->refused ? m->version : m->build.known ? b->start : b->common;
	return v > cap ? cap : v;
}

enum version
mbox_version(struct mboxes *b, struct mbox *m)
{
	enum version v;

	pthread_mutex_lock(&b->lock);
	v = version(b, m);
	pthread_mutex_unlock(&b->lock);
	return v;
}

bool
mbox_step_down(struct mboxes *b, struct mbox *m, enum version used)
{
	bool down;

	pthread_mutex_lock(&b->lock);
	if (version(b, m) >= used) {
		m->version = version_below(used);
		m->refused = true;
	}
	down = version(b, m) < used;
	pthread_mutex_unlock(&b->lock);
	return down;
}

void
mbox_restore(struct mboxes *b, struct mbox *m)
{
	pthread_mutex_lock(&b->lock);
	m->refused = false;
	pthread_mutex_unlock(&b->lock);
}

void
mbox_proven(struct mboxes *b, struct mbox *m, enum version v)
{
	pthread_mutex_lock(&b->lock);
	if (m->refused && v < b->common)
		b->common = v;
	pthread_mutex_unlock(&b->lock);
}

void
mbox_told(struct mboxes *b, struct mbox *m, const struct version_build *build)
{
	if (!build->known)
		return;
	pthread_mutex_lock(&b->lock);
	m->build = *build;
	pthread_mutex_unlock(&b->lock);
}

struct version_build
mbox_build(struct mboxes *b, struct mbox *m)
{
	struct version_build v;

	pthread_mutex_lock(&b->lock);
	v = m->build;
	pthread_mutex_unlock(&b->lock);
	return v;
}

/*
 * Max-Age=0 or an Expires that has passed: the server takes it back. Where
 * both stand Max-Age counts (RFC 6265 5.3).
 */
static bool
taken_back(const char *attrs)
{
	bool passed = false;
	char date[64];
	int64_t t;

	for (; attrs != NULL; attrs = strchr(attrs, ';')) {
		attrs += strspn(attrs, "; \t");
		if (strncasecmp(attrs, "Max-Age=", 8) == 0 &&
		    attrs[8] != '\0' && strchr("-0123456789", attrs[8]) != NULL)
			return strtol(attrs + 8, NULL, 10) <= 0;
		if (strncasecmp(attrs, "Expires=", 8) == 0) {
			size_t n = strcspn(attrs + 8, ";");

			if (n >= sizeof(date))
				continue;
			memcpy(date, attrs + 8, n);
			date[n] = '\0';
			passed = tim_http(date, &t) && t < tim_now();
		}
	}
	return passed;
}

static void
put(struct mbox *m, const char *name, size_t nlen, const char *value,
    size_t vlen, bool drop)
{
	struct mbox_cookie **pp, *c;

	for (pp = &m->cookie; (c = *pp) != NULL; pp = &c->next)
		if (strlen(c->name) == nlen && memcmp(c->name, name, nlen) == 0)
			break;
	if (c != NULL) {
		*pp = c->next;
		free(c->name);
		free(c->value);
		free(c);
		m->ncookie--;
	}
	if (drop || m->ncookie >= COOKIES)
		return;
	c = mem_alloc(sizeof(*c));
	c->name = mem_strndup(name, nlen);
	c->value = mem_strndup(value, vlen);
	c->next = m->cookie;
	m->cookie = c;
	m->ncookie++;
}

void
mbox_set_cookie(struct mboxes *b, struct mbox *m, const char *s)
{
	size_t n, nlen, vlen;
	const char *value, *attrs;

	for (value = s; *value != '\0'; value++)
		if ((unsigned char)*value < ' ' || *value == 0x7f)
			return;
	s += strspn(s, " ");
	n = strcspn(s, ";");
	nlen = strcspn(s, "=");
	if (nlen == 0 || nlen >= n || n > COOKIE_MAX)
		return;
	value = s + nlen + 1;
	vlen = n - nlen - 1;
	attrs = s[n] == ';' ? s + n : NULL;
	pthread_mutex_lock(&b->lock);
	put(m, s, nlen, value, vlen, vlen == 0 || taken_back(attrs));
	pthread_mutex_unlock(&b->lock);
}

void
mbox_cookies(struct mboxes *b, struct mbox *m, struct buf *out)
{
	const struct mbox_cookie *c;

	buf_reset(out);
	pthread_mutex_lock(&b->lock);
	for (c = m->cookie; c != NULL; c = c->next)
		buf_addf(out, "%s%s=%s", out->len > 0 ? "; " : "", c->name,
		    c->value);
	pthread_mutex_unlock(&b->lock);
	if (out->over)
		buf_reset(out);
}

void
mbox_drop_cookies(struct mboxes *b, struct mbox *m)
{
	pthread_mutex_lock(&b->lock);
	cookies_free(m);
	pthread_mutex_unlock(&b->lock);
}
