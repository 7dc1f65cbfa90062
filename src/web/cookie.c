/*
 * cookie.c - a jar of cookies for each mailbox.
 * 1. Everything is read and written under the lock of all jars.
 * 2. A jar holds at most COOKIES cookies of at most COOKIE_MAX bytes: a server
 *    cannot make it grow.
 * 3. A routing cookie is never the one that there is no room for.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "base/vec.h"
#include "web/cookie.h"

#define COOKIES    32
#define COOKIE_MAX 4096

struct cookie {
	struct cookie *next;
	char *name, *value;
	bool routing;
};

struct cookie_jar {
	struct cookie_jars *jars; /* has the lock */
	char *mailbox;
	struct cookie *first; /* the newest one */
	size_t n;
};

void
cookie_init(struct cookie_jars *jars, const char *const *routing)
{
	memset(jars, 0, sizeof(*jars));
	jars->routing = routing;
	pthread_mutex_init(&jars->lock, NULL);
	map_init(&jars->index);
}

/* With the lock held: takes out the cookie that *pp points to. */
static void
take_out(struct cookie_jar *jar, struct cookie **pp)
{
	struct cookie *c = *pp;

	*pp = c->next;
	free(c->name);
	free(c->value);
	free(c);
	jar->n--;
}

static void
free_cookies(struct cookie_jar *jar)
{
	while (jar->first != NULL)
		take_out(jar, &jar->first);
}

void
cookie_free(struct cookie_jars *jars)
{
	size_t i;

	for (i = 0; i < jars->n; i++) {
		free_cookies(jars->v[i]);
		free(jars->v[i]->mailbox);
		free(jars->v[i]);
	}
	free(jars->v);
	map_free(&jars->index);
	pthread_mutex_destroy(&jars->lock);
}

/* With the lock held. */
static struct cookie_jar *
add_jar(struct cookie_jars *jars, const char *mailbox)
{
	struct cookie_jar *jar = mem_alloc(sizeof(*jar));

	jar->jars = jars;
	jar->mailbox = mem_strdup(mailbox);
	map_put(&jars->index, 0, jar->mailbox, jars->n);
	*VEC_ADD(jars->v, jars->n) = jar;
	return jar;
}

struct cookie_jar *
cookie_jar(struct cookie_jars *jars, const char *mailbox)
{
	struct cookie_jar *jar;
	size_t i;

	pthread_mutex_lock(&jars->lock);
	i = map_get(&jars->index, 0, mailbox);
	jar = i == MAP_NONE ? add_jar(jars, mailbox) : jars->v[i];
	pthread_mutex_unlock(&jars->lock);
	return jar;
}

/*
 * Does the server take the cookie back, by a Max-Age of 0 or less or an
 * Expires in the past? Max-Age wins over Expires (RFC 6265 5.3).
 */
static bool
is_taken_back(const char *attrs)
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

static bool
is_routing(const struct cookie_jars *jars, const char *name)
{
	const char *const *r = jars->routing;

	while (r != NULL && *r != NULL && !str_ieq(*r, name))
		r++;
	return r != NULL && *r != NULL;
}

/* With the lock held: the oldest cookie that is no routing cookie goes. */
static void
make_room(struct cookie_jar *jar)
{
	struct cookie **pp, **oldest = NULL;

	for (pp = &jar->first; *pp != NULL; pp = &(*pp)->next)
		if (!(*pp)->routing)
			oldest = pp;
	if (oldest != NULL)
		take_out(jar, oldest);
}

/*
 * With the lock held: replaces the cookie of that name; drop: only removes it.
 */
static void
put_cookie(struct cookie_jar *jar, const char *name, size_t nlen,
    const char *value, size_t vlen, bool drop)
{
	struct cookie **pp, *c;

	for (pp = &jar->first; (c = *pp) != NULL; pp = &c->next)
		if (strlen(c->name) == nlen && memcmp(c->name, name, nlen) == 0)
			break;
	if (c != NULL)
		take_out(jar, pp);
	if (drop)
		return;
	c = mem_alloc(sizeof(*c));
	c->name = mem_strndup(name, nlen);
	c->routing = is_routing(jar->jars, c->name);
	if (jar->n >= COOKIES && c->routing)
		make_room(jar);
	if (jar->n >= COOKIES) {
		free(c->name);
		free(c);
		return;
	}
	c->value = mem_strndup(value, vlen);
	c->next = jar->first;
	jar->first = c;
	jar->n++;
}

void
cookie_set(struct cookie_jar *jar, const char *s)
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
	pthread_mutex_lock(&jar->jars->lock);
	put_cookie(
	    jar, s, nlen, value, vlen, vlen == 0 || is_taken_back(attrs));
	pthread_mutex_unlock(&jar->jars->lock);
}

/* Adds the cookies of one kind, each whole, as far as they fit. */
static void
add_cookies(const struct cookie_jar *jar, bool routing, struct buf *out)
{
	const struct cookie *c;

	for (c = jar->first; c != NULL; c = c->next) {
		const char *sep = out->len > 0 ? "; " : "";
		size_t n = strlen(sep) + strlen(c->name) + 1 + strlen(c->value);

		if (c->routing == routing && n <= out->max - out->len)
			buf_addf(out, "%s%s=%s", sep, c->name, c->value);
	}
}

void
cookie_header(struct cookie_jar *jar, struct buf *out)
{
	buf_reset(out);
	pthread_mutex_lock(&jar->jars->lock);
	add_cookies(jar, true, out);
	add_cookies(jar, false, out);
	pthread_mutex_unlock(&jar->jars->lock);
}

void
cookie_drop(struct cookie_jar *jar)
{
	pthread_mutex_lock(&jar->jars->lock);
	free_cookies(jar);
	pthread_mutex_unlock(&jar->jars->lock);
}
