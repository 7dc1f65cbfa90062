/*
 * fuzz_ews.c - the provider against a hostile server. The first byte, a
 * digit, chooses the call: 0 folders, 1 the same with well-known names, 2
 * changes, 3 headers, 4 messages, 5 attachment, 6 attached item, 7 probe, 8
 * partial messages, 9 moving an item away.
 * The rest is answers, split as in memsock.h, with a head of their own when
 * they begin with HTTP/, else with status 200. Whatever they are, either each
 * item that was asked for has one message, in its place, or none has.
 */
#include "ews/ews.h"
#include "ews/keys.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "memsock.h"
#include "soaprun.h"

#define ANSWERS 24
#define ITEMS   3

static const struct item_ref refs[ITEMS] = { { .id = "A", .change_key = "k" },
	{ .id = "B" }, { .id = "AT1", .change_key = "" } };

static int
messages(struct session *s, enum provider_part part, struct err *err)
{
	struct message *out[ITEMS];
	int rc = ews_ops.messages(s, part, refs, ITEMS, out, err);
	size_t i;

	for (i = 0; i < ITEMS; i++) {
		FUZZ_CHECK((rc == 0) == (out[i] != NULL));
		if (out[i] == NULL)
			continue;
		FUZZ_CHECK(strcmp(out[i]->item_id, refs[i].id) == 0);
		soaprun_message(out[i], NULL);
		message_free(out[i]);
	}
	return rc;
}

static int
put(struct stream *s, const void *p, size_t n, struct err *err)
{
	(void)s;
	(void)p;
	(void)err;
	FUZZ_CHECK(n > 0);
	return 0;
}

static int
folders(struct session *s, bool known, struct err *err)
{
	struct folder_list l;
	size_t i;
	int rc = ews_ops.folders(s, known, &l, err);

	for (i = 0; rc == 0 && i < l.n; i++) {
		FUZZ_CHECK(l.v[i].id != NULL && l.v[i].id[0] != '\0');
		FUZZ_CHECK(utf8_valid(l.v[i].path, strlen(l.v[i].path)));
	}
	if (rc == 0)
		arena_free(&l.arena);
	return rc;
}

static int
changes(struct session *s, struct err *err)
{
	struct change_page page;
	size_t i;
	int rc = ews_ops.changes(s, "F", "cursor", 512, &page, err);

	if (rc == 0) {
		FUZZ_CHECK(page.cursor != NULL && page.cursor[0] != '\0');
		FUZZ_CHECK(!page.more || strcmp(page.cursor, "cursor") != 0);
		for (i = 0; i < page.n; i++)
			FUZZ_CHECK(page.v[i].id != NULL);
		arena_free(&page.arena);
	}
	return rc;
}

static int
call(struct session *s, int what, struct err *err)
{
	struct stream out = { put };
	struct attachment att;
	struct probe probe;
	char type[64] = "";
	int rc;

	memset(&att, 0, sizeof(att));
	att.id = "AT1";
	att.kind = what == 6 ? ATT_ITEM : ATT_FILE;
	switch (what) {
	case 0:
	case 1:
		return folders(s, what == 1, err);
	case 2:
		return changes(s, err);
	case 3:
	case 4:
	case 8:
		return messages(s,
		    what == 3   ? PROVIDER_HEADERS
		    : what == 4 ? PROVIDER_CONTENT
				: PROVIDER_PARTIAL,
		    err);
	case 5:
	case 6:
		rc = ews_ops.attachment(s, &att, &out, type, err);
		fuzz_printable(type);
		return rc;
	case 9:
		return ews_ops.undeliver(s, "A", err);
	default:
		rc = ews_ops.probe(s, &probe, err);
		fuzz_printable(probe.mailbox);
		fuzz_printable(probe.server);
		return rc;
	}
}

/* Adds a head to answers that have none. */
static void
complete(struct memsock_answer *v, char **made)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: "
				   "text/xml\r\n\r\n";
	size_t k = sizeof(head) - 1;

	if (v->len >= 5 && memcmp(v->data, "HTTP/", 5) == 0)
		k = 0;
	*made = malloc(k + v->len + 1);
	FUZZ_CHECK(*made != NULL);
	memcpy(*made, head, k);
	memcpy(*made + k, v->data, v->len);
	v->data = *made;
	v->len += k;
}

static void
run(int what)
{
	static char url[] = "http://127.0.0.1/EWS/Exchange.asmx";
	static char word[] = "svc", address[] = "a@b.example";
	struct ews_settings settings = { EWS_VERSION_AUTO, false };
	struct conf_profile profile;
	struct conf_mailbox mailbox;
	struct conf conf;
	struct err err = ERR_INIT;
	struct provider *p;
	struct session *s;
	int rc;

	memset(&conf, 0, sizeof(conf));
	memset(&profile, 0, sizeof(profile));
	memset(&mailbox, 0, sizeof(mailbox));
	profile.url = url;
	profile.own = &settings;
	profile.username = profile.password = word;
	profile.max_connections = 2;
	profile.access =
	    what & 1 ? CONF_ACCESS_IMPERSONATION : CONF_ACCESS_DELEGATE;
	mailbox.address = address;
	mailbox.profile = &profile;
	p = ews_ops.open(&conf, &profile, 2, &err);
	FUZZ_CHECK(p != NULL);
	s = ews_ops.session_open(p, &mailbox, &err);
	FUZZ_CHECK(s != NULL);
	rc = call(s, what, &err);
	fuzz_err(rc, &err);
	/* the session stays usable after any error */
	err_clear(&err);
	rc = call(s, what, &err);
	fuzz_err(rc, &err);
	ews_ops.session_close(s);
	ews_ops.close(p);
	FUZZ_CHECK(memsock_open_now() == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memsock_answer v[ANSWERS];
	char *made[ANSWERS];
	struct fuzz_split split;
	size_t n, i;

	if (size == 0)
		return 0;
	n = memsock_parse((const char *)data + 1, size - 1, v, ANSWERS);
	for (i = 0; i < n; i++)
		complete(&v[i], &made[i]);
	fuzz_split_init(&split, 2, data, size);
	memsock_script(v, n, &split);
	run((int)((unsigned)(data[0] - '0') % 10));
	for (i = 0; i < n; i++)
		free(made[i]);
	return 0;
}
