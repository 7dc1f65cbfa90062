/*
 * ewsscene.h - for tests: an EWS provider and its session against a scripted
 * server. The test includes cmocka.h before.
 */
#ifndef TESTS_UNIT_EWSSCENE_H
#define TESTS_UNIT_EWSSCENE_H

#include "netserver.h"

#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "ews/ews.h"
#include "ews/session.h"
#include "soapfeed.h"

#define STEPS 24

struct scene {
	struct server server;
	struct step step[STEPS];
	size_t n;
	struct conf conf;
	struct conf_profile profile;
	struct ews_settings settings;
	struct conf_mailbox mailbox;
	char url[64], profile_user[16], profile_pw[16], address[32];
	struct provider *provider;
	struct session *session;
	struct err e;
	struct buf got; /* "a b!answer-mismatch ..." */
};

static inline void
reply(
    struct scene *s, const char *status, const char *headers, const char *body)
{
	struct step *t = &s->step[s->n++];

	assert_true(s->n < STEPS);
	t->send = mem_printf("HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s",
	    status, headers, strlen(body), body);
	t->after = KEEP;
}

static inline void
ok(struct scene *s, const char *body)
{
	reply(s, "200 OK", "Content-Type: text/xml; charset=utf-8\r\n", body);
}

static inline void
fault(struct scene *s, const char *code)
{
	char *b = mem_printf(ENV("<s:Fault><faultcode>a:%s</faultcode>"
				 "<faultstring>no</faultstring></s:Fault>"),
	    code);

	reply(s, "500 Internal Server Error", "Content-Type: text/xml\r\n", b);
	free(b);
}

static const struct item_ref abcd[] = { { "a", "1", 0, false },
	{ "b", NULL, 0, false }, { "c", NULL, 0, false },
	{ "d", NULL, 0, false } };

/*
 * Asks for the first n of abcd. What came is in got; a call that failed gave
 * nothing.
 */
static inline int
get(struct scene *s, enum provider_part part, size_t n)
{
	struct message *out[4] = { NULL };
	int rc = ews_ops.messages(s->session, part, abcd, n, out, &s->e);
	size_t i, k;

	for (i = 0; i < n; i++) {
		const struct message *m = out[i];

		if (rc == -1) {
			assert_null(m);
			continue;
		}
		assert_non_null(m);
		assert_string_equal(m->item_id, abcd[i].id);
		buf_addf(&s->got, "%s%s", i > 0 ? " " : "", m->item_id);
		if (m->err.kind != ERR_NONE)
			buf_addf(&s->got, "!%s", m->err.code);
		for (k = 0; k < m->naddr; k++)
			buf_addf(&s->got, "=%s",
			    str_nn(m->addr[k].address)[0] == '\0'
				? "?"
				: m->addr[k].address);
		message_free(out[i]);
	}
	return rc;
}

static inline void
begin(struct scene *s)
{
	s->server.step = s->step;
	server_start(&s->server);
	snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%d/EWS/x.asmx",
	    s->server.port);
	strcpy(s->profile_user, "svc");
	strcpy(s->profile_pw, "pw");
	strcpy(s->address, "a@x.example");
	s->conf.proxy = (char *)(uintptr_t) "";
	s->profile.url = s->url;
	s->profile.own = &s->settings;
	s->profile.name = s->profile_user;
	s->profile.username = s->profile_user;
	s->profile.password = s->profile_pw;
	s->profile.max_connections = 2;
	s->mailbox.address = s->address;
	s->mailbox.profile = &s->profile;
	s->provider = ews_ops.open(
	    &s->conf, &s->profile, s->profile.max_connections, &s->e);
	assert_non_null(s->provider);
	s->session = ews_ops.session_open(s->provider, &s->mailbox, &s->e);
	assert_non_null(s->session);
	buf_init(&s->got, 100000);
}

static inline void
end(struct scene *s)
{
	size_t i;

	ews_ops.session_close(s->session);
	ews_ops.close(s->provider);
	server_stop(&s->server);
	for (i = 0; i < s->n; i++)
		free((void *)(uintptr_t)s->step[i].send);
	buf_free(&s->got);
}

static inline int
count(const struct scene *s, const char *what)
{
	const char *p = s->server.log;
	int n = 0;

	while ((p = strstr(p, what)) != NULL)
		p++, n++;
	return n;
}

/* "axc": items a and c, and an error without a name between them. */
static inline char *
items(const char *script, const char *in_each)
{
	struct buf b;

	buf_init(&b, 64 << 20);
	buf_adds(&b, "<s:Envelope" NS "><s:Body><m:GetItemResponse>"
		     "<m:ResponseMessages>");
	for (; *script != '\0'; script++) {
		if (*script == 'x')
			buf_adds(&b, BADMSG("GetItem", "ErrorItemNotFound",
					 "gone", "<m:Items/>"));
		else if (*script == 'p')
			buf_adds(
			    &b, BADMSG("GetItem", "ErrorInvalidPropertyRequest",
				    "no", "<m:Items/>"));
		else if (*script == 's')
			buf_adds(&b, OKMSG("GetItem", "<m:Items/>"));
		else {
			buf_addf(&b,
			    "<m:GetItemResponseMessage "
			    "ResponseClass=\"Success\"><m:Items>"
			    "<t:Message><t:ItemId Id=\"%c\"/>",
			    *script);
			buf_adds(&b, in_each);
			buf_adds(&b, "</t:Message></m:Items>"
				     "</m:GetItemResponseMessage>");
		}
	}
	buf_adds(&b, "</m:ResponseMessages></m:GetItemResponse></s:Body>"
		     "</s:Envelope>");
	assert_false(b.over);
	return buf_take(&b);
}

static inline void
ok_items(struct scene *s, const char *script, const char *in_each)
{
	char *b = items(script, in_each);

	ok(s, b);
	free(b);
}

#endif
