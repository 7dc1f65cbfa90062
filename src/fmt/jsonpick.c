/*
 * jsonpick.c - a few members of an object.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "fmt/jsonpick.h"

static int
pick_begin(void *arg, enum json_type type, struct err *err)
{
	struct jsonpick *p = arg;

	(void)err;
	if (p->depth++ == 0)
		p->object = type == JSON_OBJECT;
	else if (p->depth > 2 || type == JSON_OBJECT)
		p->now = NULL; /* what is deeper is not looked at */
	return 0;
}

static int
pick_end(void *arg, enum json_type type, struct err *err)
{
	struct jsonpick *p = arg;

	(void)type;
	(void)err;
	p->depth--;
	p->now = NULL;
	return 0;
}

static int
refuse_member(struct err *err, const char *name, const char *why)
{
	err_set(err, ERR_RETRY, "%s %s", name, why);
	return err_code(err, CAUSE_MALFORMED, "json", SCOPE_MAILBOX);
}

static int
pick_key(void *arg, const char *name, struct err *err)
{
	struct jsonpick *p = arg;
	size_t i;

	if (p->depth != 1 || !p->object)
		return 0;
	p->now = NULL;
	for (i = 0; i < p->n && strcmp(p->member[i].name, name) != 0; i++)
		;
	if (i == p->n)
		return 0;
	if ((p->seen & UINT32_C(1) << i) != 0)
		return refuse_member(err, name, "stands there twice");
	p->seen |= UINT32_C(1) << i;
	p->now = &p->member[i];
	/* two names may share a text: the last one counts */
	buf_reset(p->now->text);
	return 0;
}

/* Adds what fits, up to the end of a character. */
static void
add_cut_text(struct buf *out, const char *s, size_t n)
{
	size_t room = out->max - out->len, k = 0, len;
	uint32_t c;

	while (
	    k < n && (len = utf8_next(s + k, n - k, &c)) > 0 && k + len <= room)
		k += len;
	buf_add(out, s, k);
}

static int
pick_string(void *arg, const char *s, size_t n, int last, struct err *err)
{
	struct jsonpick *p = arg;
	struct jsonpick_member *m = p->now;

	if (m == NULL)
		return 0;
	if (n > 0 && memchr(s, '\0', n) != NULL)
		return refuse_member(err, m->name, "holds a NUL");
	if (n <= m->text->max - m->text->len)
		buf_add(m->text, s, n);
	else if (m->may_cut)
		add_cut_text(m->text, s, n);
	else {
		err_set(err, ERR_RETRY, "%s is longer than %zu bytes", m->name,
		    m->text->max);
		return err_code(err, CAUSE_TOO_LARGE, "json", SCOPE_MAILBOX);
	}
	if (last) {
		m->found = true;
		p->now = NULL;
	}
	return 0;
}

static int
pick_plain(void *arg, enum json_type type, const char *s, struct err *err)
{
	struct jsonpick *p = arg;

	if (type == JSON_NUMBER)
		return pick_string(arg, s, strlen(s), 1, err);
	if (p->depth == 1)
		p->now = NULL;
	return 0;
}

void
jsonpick_open(struct jsonpick *p, struct jsonpick_member *member, size_t n)
{
	const struct json_handler h = { pick_begin, pick_end, pick_key,
		pick_string, pick_plain, p };

	if (n > JSONPICK_MEMBERS)
		abort();
	memset(p, 0, sizeof(*p));
	p->member = member;
	p->n = n;
	p->json = json_open(&h);
}

int
jsonpick_feed(struct jsonpick *p, const void *data, size_t len, struct err *err)
{
	return json_feed(p->json, data, len, err);
}

int
jsonpick_end(struct jsonpick *p, struct err *err)
{
	if (json_end(p->json, err) == -1)
		return -1;
	if (p->object)
		return 0;
	err_set(err, ERR_RETRY, "the JSON is not an object");
	return err_code(err, CAUSE_MALFORMED, "json", SCOPE_MAILBOX);
}

void
jsonpick_close(struct jsonpick *p)
{
	json_close(p->json);
	p->json = NULL;
}

int
jsonpick_read(struct jsonpick_member *member, size_t n, const void *data,
    size_t len, struct err *err)
{
	struct jsonpick p;
	int rc;

	jsonpick_open(&p, member, n);
	rc = jsonpick_feed(&p, data, len, err);
	if (rc == 0)
		rc = jsonpick_end(&p, err);
	jsonpick_close(&p);
	return rc;
}
