/*
 * test_match.c - whom a mail concerns, which way it went, what is kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "base/tim.h"
#include "core/match.h"
#include "ews/keys.h"

static const char config[] =
    "[profile hq]\nserver = h\nusername = u\npassword_env = T_PW\n"
    "domains = our.example, m\xc3\xbcnchen.example\n"
    "process_email_from = 2026-01-01\n"
    "[profile contact]\nserver = h\nusername = u\npassword_env = T_PW\n"
    "domains = our.example\nmailboxes = listed\nmatch = contact\n"
    "[profile replies]\nserver = h\nusername = u\npassword_env = T_PW\n"
    "domains = our.example\nmailboxes = listed\nmatch = replies\n"
    "[mailbox m]\naddress = u1@our.example\nprofile = hq\n"
    "[mailbox c]\naddress = c@our.example\nprofile = contact\n"
    "[mailbox r]\naddress = r@our.example\nprofile = replies\n"
    "[mailbox p]\naddress = p@our.example\nprofile = hq\n"
    "privacy = headers\n"
    "[rule keep]\ndomain = good.rival.example\naction = keep\n"
    "[rule rivals]\ndomain = rival.example, *.rival.example\n"
    "action = skip\n"
    "[rule news]\ndomain = news.example\nwhere = from\naction = headers\n"
    "[rule lists]\ndomain = *.lists.example, b\xc3\xbc"
    "cher.example\n"
    "where = to\naction = skip\n";

static struct conf *conf;
static struct party_list people;
static struct party_dir *dir;

static bool
stored(void *arg, const char *id)
{
	(void)arg;
	return strcmp(id, "<known@x>") == 0 || strcmp(id, "known@x") == 0;
}

/* "f:a@b t:c@d ...": f s t c b r, ! for a raw address that is not SMTP */
static struct message *
message_of(const char *spec)
{
	static const char letters[] = "fstcbr";
	struct message *m = message_new(0);
	struct address *a;
	const char *end;
	char *text;

	for (; *spec != '\0'; spec = end + (*end == ' ')) {
		end = spec + strcspn(spec, " ");
		a = message_address(m);
		a->role = (enum role)(strchr(letters, spec[0]) - letters);
		text = arena_strndup(
		    &m->arena, spec + 2, (size_t)(end - spec) - 2);
		if (spec[1] == '!')
			a->raw = text;
		else
			a->address = text;
	}
	return m;
}

/* Links as "user/1:from contact/7:to" in the order found. */
static void
links_text(const struct decision *d, char *out, size_t size)
{
	size_t i, o = 0;

	out[0] = '\0';
	for (i = 0; i < d->nlink && o < size; i++)
		o += (size_t)snprintf(out + o, size - o, "%s%s/%s:%s",
		    i == 0 ? "" : " ", d->link[i].party->crm_type,
		    d->link[i].party->crm_id, role_name(d->link[i].role));
}

static struct match
match_for(const char *mailbox)
{
	struct match m = { .conf = conf, .dir = dir, .stored = stored };
	size_t i;

	for (i = 0; i < conf->nmailbox; i++)
		if (strcmp(conf->mailbox[i].name, mailbox) == 0)
			m.mailbox = &conf->mailbox[i];
	assert_non_null(m.mailbox);
	m.profile = m.mailbox->profile;
	return m;
}

static const struct {
	const char *mailbox, *addresses;
	const char *verdict, *rule, *direction, *links;
} cases[] = {
	/* match = any */
	{ "m", "f:Joe@B.Example t:u1@our.example", "keep", "match = any", "in",
	    "contact/7:from user/1:to" },
	{ "m", "f:u1@our.example t:<joe@b.example>", "keep", "match = any",
	    "out", "user/1:from contact/7:to" },
	{ "m", "f:u1@our.example t:u2@our.example", "keep", "match = any",
	    "internal", "user/1:from user/2:to" },
	{ "m", "f:x@z.example t:y@z.example", "skip", "match", "in", "" },
	{ "m", "", "skip", "match", "in", "" },
	{ "m", "f:x@z.example b:u1@our.example", "keep", "match = any", "in",
	    "user/1:bcc" },
	{ "m", "f:x@z.example r:joe@b.example", "skip", "match", "in", "" },
	{ "m", "f:x@z.example t:y@z.example s:joe@b.example", "keep",
	    "match = any", "in", "contact/7:sender" },
	/* one person, several addresses and roles: the strongest role */
	{ "m", "c:joe@b.example t:joe@alias.example f:x@z.example", "keep",
	    "match = any", "in", "contact/7:to" },
	{ "m", "f:joe@b.example t:joe@b.example", "keep", "match = any", "in",
	    "contact/7:from" },
	/* one address, several persons */
	{ "m", "f:info@c.example", "keep", "match = any", "in",
	    "account/3:from contact/9:from" },
	/* match = contact */
	{ "c", "f:u1@our.example t:u2@our.example", "skip", "match", "internal",
	    "user/1:from user/2:to" },
	{ "c", "f:u1@our.example t:joe@b.example", "keep", "match = contact",
	    "out", "user/1:from contact/7:to" },
	{ "c", "f:u1@our.example t:sales@our.example", "skip", "match",
	    "internal", "user/1:from queue/sales:to" },
	/* direction */
	{ "m", "f:u3@elsewhere.example t:u1@our.example", "keep", "match = any",
	    "internal", "user/3:from user/1:to" },
	{ "m", "f:u1@our.example t:x@sub.our.example", "keep", "match = any",
	    "out", "user/1:from" },
	{ "m", "f:x@M\xc3\x9cnchen.example t:u1@our.example", "keep",
	    "match = any", "internal", "user/1:to" },
	{ "m", "s:u1@our.example t:joe@b.example", "keep", "match = any", "out",
	    "user/1:sender contact/7:to" },
	{ "m", "f:joe@b.example s:u1@our.example t:x@z.example", "keep",
	    "match = any", "in", "contact/7:from user/1:sender" },
	{ "m", "t:joe@b.example", "keep", "match = any", "in", "contact/7:to" },
	{ "m", "f!/O=Org/cn=gone t:joe@b.example", "keep", "match = any", "out",
	    "contact/7:to" },
	{ "m", "f:u1@our.example t!/o=Org/cn=gone", "keep", "match = any",
	    "internal", "user/1:from" },
	{ "m", "f:nonsense s:u1@our.example t!undisclosed", "keep",
	    "match = any", "internal", "user/1:sender" },
	{ "m", "f:u1@our.example r:x@z.example", "keep", "match = any",
	    "internal", "user/1:from" },
	/* rules: the first that fits decides */
	{ "m", "f:a@rival.example t:u1@our.example", "skip", "rule rivals",
	    "in", "user/1:to" },
	{ "m", "f:a@x.y.RIVAL.example t:u1@our.example", "skip", "rule rivals",
	    "in", "user/1:to" },
	{ "m", "f:a@arival.example t:u1@our.example", "keep", "match = any",
	    "in", "user/1:to" },
	{ "m", "f:u1@our.example c:a@rival.example", "skip", "rule rivals",
	    "out", "user/1:from" },
	{ "m", "f:a@rival.example c:b@good.rival.example t:u1@our.example",
	    "keep", "rule keep", "in", "user/1:to" },
	{ "m", "f:b@good.rival.example c:a@rival.example t:u1@our.example",
	    "keep", "rule keep", "in", "user/1:to" },
	{ "m", "f:a@good.rival.example t:z@z.example", "skip", "match", "in",
	    "" },
	{ "m", "f:a@news.example t:u1@our.example", "headers", "rule news",
	    "in", "user/1:to" },
	{ "m", "f:u1@our.example t:a@news.example", "keep", "match = any",
	    "out", "user/1:from" },
	{ "m", "s:a@news.example t:u1@our.example", "headers", "rule news",
	    "in", "user/1:to" },
	{ "m", "f:a@news.example t:z@z.example", "skip", "match", "in", "" },
	{ "m", "f:joe@b.example t:a@x.lists.example", "skip", "rule lists",
	    "in", "contact/7:from" },
	{ "m", "f:joe@b.example t:a@lists.example", "keep", "match = any", "in",
	    "contact/7:from" },
	{ "m", "f:a@x.lists.example t:u1@our.example", "keep", "match = any",
	    "in", "user/1:to" },
	{ "m",
	    "f:joe@b.example b:a@B\xc3\x9c"
	    "cher.example",
	    "skip", "rule lists", "in", "contact/7:from" },
	{ "m", "f:joe@b.example t:a@xn--bcher-kva.example", "skip",
	    "rule lists", "in", "contact/7:from" },
	/* privacy */
	{ "p", "f:joe@b.example", "headers", "privacy", "in",
	    "contact/7:from" },
	{ "p", "f:a@news.example t:u1@our.example", "headers", "rule news",
	    "in", "user/1:to" },
	{ "p", "f:a@rival.example t:u1@our.example", "skip", "rule rivals",
	    "in", "user/1:to" },
	{ "p", "f:a@z.example", "skip", "match", "in", "" },
	/* match = replies: only the mail that it answers counts */
	{ "r", "f:joe@b.example t:u1@our.example", "skip", "match", "in",
	    "contact/7:from user/1:to" },
};

static void
test_cases(void **state)
{
	struct decision d;
	char links[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct match m = match_for(cases[i].mailbox);
		struct message *msg = message_of(cases[i].addresses);

		match_message(&m, msg, &d);
		links_text(&d, links, sizeof(links));
		if (!str_eq(cases[i].verdict, verdict_name(d.verdict)) ||
		    !str_eq(cases[i].links, links) ||
		    !str_eq(cases[i].direction, direction_name(d.direction)))
			print_message("of %s\n", cases[i].addresses);
		assert_string_equal(verdict_name(d.verdict), cases[i].verdict);
		assert_string_equal(d.rule, cases[i].rule);
		assert_string_equal(
		    direction_name(d.direction), cases[i].direction);
		assert_string_equal(links, cases[i].links);
		free(d.link);
		message_free(msg);
	}
}

static void
decide(const char *mailbox, struct message *msg, const char *rule)
{
	struct match m = match_for(mailbox);
	struct decision d;

	match_message(&m, msg, &d);
	assert_string_equal(d.rule, rule);
	assert_int_equal(
	    d.verdict == VERDICT_SKIP, strncmp(rule, "match =", 7) != 0);
	/* links do not depend on the verdict */
	assert_int_equal(d.nlink, 2);
	free(d.link);
}

/* Rules of what the mailbox's owner says in Outlook. */
static const char own_words[] =
    "[profile hq]\nserver = h\nusername = u\npassword_env = T_PW\n"
    "domains = our.example\n"
    "[mailbox m]\naddress = u1@our.example\nprofile = hq\n"
    "[rule both]\ndomain = rival.example\ncategory = Rivals\n"
    "where = from\naction = headers\n"
    "[rule wanted]\ncategory = CRM\naction = keep\n"
    "[rule private]\ncategory = Priv\xc3\xa9"
    ", Family\naction = skip\n"
    "[rule rivals]\ndomain = rival.example\naction = skip\n"
    "[rule marked]\nsensitivity = private, confidential\naction = skip\n"
    "[rule plain]\nsensitivity = normal\ncategory = Plain\n"
    "action = headers\n";

static const struct {
	const char *addresses, *categories[3], *sensitivity;
	const char *verdict, *rule;
	bool owners_word;
} said[] = {
	{ "f:joe@b.example", { "family" }, NULL, "skip", "rule private", true },
	{ "f:joe@b.example", { "Red", "FAMILY " }, NULL, "skip", "rule private",
	    true },
	{ "f:joe@b.example", { "PRIV\xc3\x89" }, NULL, "skip", "rule private",
	    true },
	{ "f:joe@b.example", { "Fam" }, NULL, "keep", "match = any", false },
	{ "f:joe@b.example", { NULL }, NULL, "keep", "match = any", false },
	/* keep exempts from later rules, in the order of the INI */
	{ "f:joe@b.example", { "Family", "crm" }, "private", "keep",
	    "rule wanted", true },
	{ "f:joe@b.example t:a@rival.example", { "crm" }, NULL, "keep",
	    "rule wanted", true },
	{ "f:joe@b.example t:a@rival.example", { "family" }, NULL, "skip",
	    "rule private", true },
	{ "f:joe@b.example t:a@rival.example", { NULL }, "private", "skip",
	    "rule rivals", false },
	/* what is kept must still pass match */
	{ "f:x@z.example", { "CRM" }, NULL, "skip", "match", false },
	/* all conditions must fit, and of one address where and domain */
	{ "f:a@rival.example t:u1@our.example", { "rivals" }, NULL, "headers",
	    "rule both", true },
	{ "f:u1@our.example t:a@rival.example", { "rivals" }, NULL, "skip",
	    "rule rivals", false },
	{ "f:joe@b.example", { "rivals" }, NULL, "keep", "match = any", false },
	{ "f:joe@b.example", { NULL }, "confidential", "skip", "rule marked",
	    true },
	{ "f:joe@b.example", { NULL }, "personal", "keep", "match = any",
	    false },
	/* what the server does not say is normal */
	{ "f:joe@b.example", { "plain" }, NULL, "headers", "rule plain", true },
	{ "f:joe@b.example", { "plain" }, "normal", "headers", "rule plain",
	    true },
	{ "f:joe@b.example", { "plain" }, "personal", "keep", "match = any",
	    false },
};

static void
test_own_words(void **state)
{
	struct conf *c =
	    conf_read("t.ini", own_words, strlen(own_words), stderr);
	struct match m = { .dir = dir, .stored = stored, .conf = c };
	struct decision d;
	size_t i, k;

	(void)state;
	assert_non_null(c);
	m.mailbox = &c->mailbox[0];
	m.profile = &c->profile[0];
	assert_true(match_needs_headers(&m));
	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		struct message *msg = message_of(said[i].addresses);

		for (k = 0; k < 3 && said[i].categories[k] != NULL; k++)
			assert_true(
			    message_category(msg, said[i].categories[k]));
		msg->sensitivity = said[i].sensitivity;
		match_message(&m, msg, &d);
		if (!str_eq(d.rule, said[i].rule))
			print_message("of row %zu\n", i);
		assert_string_equal(d.rule, said[i].rule);
		assert_string_equal(verdict_name(d.verdict), said[i].verdict);
		assert_int_equal(d.owners_word, said[i].owners_word);
		free(d.link);
		message_free(msg);
	}
	conf_free(c);
}

static const struct {
	const char
	    *mailbox; /* of config; q: a queue, k: one, match = contact */
	const char *addresses;
	bool sent, draft;
	const char *rule, *delivered; /* crm_id, or NULL */
} arrivals[] = {
	/* a user's mailbox: a link, and no reason to keep the mail */
	{ "m", "f:joe@b.example t:all@our.example", 0, 0, "match = any", "1" },
	{ "m", "f:joe@b.example t:u1@our.example", 0, 0, "match = any", NULL },
	{ "m", "f:joe@b.example c:u1@our.example", 0, 0, "match = any", NULL },
	{ "m", "f:joe@b.example r:u1@our.example", 0, 0, "match = any", "1" },
	{ "m", "f:joe@b.example t!/o=Org/cn=gone", 0, 0, "match = any", "1" },
	{ "m", "f:x@z.example t:all@our.example", 0, 0, "match", "1" },
	{ "m", "f:joe@b.example t:all@our.example", 1, 0, "match = any", NULL },
	{ "m", "f:joe@b.example t:all@our.example", 0, 1, "draft", NULL },
	/* a queue: whatever arrived there concerns it */
	{ "q", "f:x@z.example t:all@our.example", 0, 0, "match = any",
	    "sales" },
	{ "q", "", 0, 0, "match = any", "sales" },
	{ "q", "f:x@z.example t:sales@our.example", 0, 0, "match = any", NULL },
	{ "q", "f:x@z.example t:all@our.example", 1, 0, "match", NULL },
	{ "q", "f:a@rival.example t:all@our.example", 0, 0, "rule rivals",
	    "sales" },
	{ "k", "f:x@z.example t:all@our.example", 0, 0, "match", "sales" },
};

static void
test_arrivals(void **state)
{
	struct conf_mailbox queue = *match_for("m").mailbox;
	struct decision d;
	size_t i;

	(void)state;
	queue.type = CONF_MAILBOX_QUEUE;
	queue.address = (char *)(uintptr_t) "sales@our.example";
	for (i = 0; i < sizeof(arrivals) / sizeof(arrivals[0]); i++) {
		bool k = arrivals[i].mailbox[0] == 'k';
		struct match m = match_for(k ? "c" : "m");
		struct message *msg = message_of(arrivals[i].addresses);

		if (arrivals[i].mailbox[0] != 'm') {
			m.mailbox = &queue;
			m.owner = match_owner(dir, queue.address);
		} else
			m.owner = match_owner(dir, m.mailbox->address);
		assert_non_null(m.owner);
		msg->is_sent = arrivals[i].sent;
		msg->is_draft = arrivals[i].draft;
		match_message(&m, msg, &d);
		if (!str_eq(d.rule, arrivals[i].rule) ||
		    !str_eq(d.delivered != NULL ? d.delivered->crm_id : NULL,
			arrivals[i].delivered))
			fail_msg("row %zu: %s, %s", i, d.rule,
			    d.delivered != NULL ? d.delivered->crm_id : "-");
		free(d.link);
		message_free(msg);
	}
	/* nobody's, a contact's, and a user's who has another address, too */
	assert_null(match_owner(dir, "nobody@our.example"));
	assert_null(match_owner(dir, "joe@b.example"));
	assert_string_equal(
	    match_owner(dir, "u1@our.example")->crm_type, "user");
}

static void
test_order(void **state)
{
	struct message *msg =
	    message_of("f:joe@b.example t:u1@our.example c:a@rival.example");
	int64_t limit;

	(void)state;
	assert_true(tim_iso("2026-01-01", &limit));
	decide("m", msg, "rule rivals");
	msg->received_at = limit;
	decide("m", msg, "rule rivals");
	msg->received_at = limit - 1;
	decide("m", msg, "process_email_from");
	decide("c", msg, "rule rivals"); /* has no process_email_from */
	msg->sent_at = limit - 1;
	msg->received_at = limit;
	decide("m", msg, "rule rivals");
	msg->received_at = TIM_NONE;
	decide("m", msg, "process_email_from");
	msg->item_class = "IPM.Contact";
	decide("m", msg, "item_class");
	msg->is_draft = true;
	decide("m", msg, "draft");
	message_free(msg);
}

static void
test_classes(void **state)
{
	static const struct {
		const char *class;
		bool mail;
	} t[] = {
		{ NULL, true },
		{ "", true },
		{ "IPM", true },
		{ "IPM.Note", true },
		{ "ipm.note.smime", true },
		{ "REPORT.IPM.Note.NDR", true },
		{ "IPM.Schedule.Meeting.Request", true },
		{ "IPM.TaskRequest.Accept", true },
		{ "IPM.Tasks", true },
		{ "IPM.Post", true },
		{ "IPM.Scanner", true },
		{ "IPM.Task", false },
		{ "IPM.Contact", false },
		{ "ipm.contact.Lync", false },
		{ "IPM.Appointment", false },
		{ "IPM.Appointment.Live Meeting", false },
		{ "IPM.DistList", false },
		{ "IPM.StickyNote", false },
		{ "IPM.Activity", false },
		{ "IPM.AbchPerson", false },
	};
	struct message *msg = message_of("f:joe@b.example t:u1@our.example");
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		msg->item_class = t[i].class;
		decide("m", msg, t[i].mail ? "match = any" : "item_class");
	}
	message_free(msg);
}

static const struct {
	const char *in_reply_to, *refs;
	bool kept;
} replies[] = {
	{ NULL, NULL, false },
	{ "<known@x>", NULL, true },
	{ "<other@x>", NULL, false },
	{ "\"Jane\" <jane@x> of Monday <known@x>", NULL, true },
	{ NULL, "<a@x>\r\n\t<b@x> <known@x> <c@x>", true },
	{ NULL, "<a@x><known@x>", true },
	{ "known@x", NULL, true },
	{ NULL, " a@x\r\n\tknown@x b@x", true },
	{ "other@x of known", "<other@x> known@x", false },
	{ NULL, "<known@x", false },
	{ NULL, "<a <known@x>", true },
	{ NULL, "<<known@x>>", true },
	{ "", "<", false },
};

static void
test_replies(void **state)
{
	size_t i;
	char big[8000];

	(void)state;
	for (i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
		struct message *msg =
		    message_of("f:joe@b.example t:u1@our.example");

		msg->in_reply_to = replies[i].in_reply_to;
		msg->refs = replies[i].refs;
		decide("r", msg, replies[i].kept ? "match = replies" : "match");
		message_free(msg);
	}
	/* an id longer than any line is ignored, without harm */
	{
		struct message *msg =
		    message_of("f:joe@b.example t:u1@our.example");

		memset(big, 'x', sizeof(big));
		big[0] = '<';
		strcpy(big + sizeof(big) - 12, "> <known@x>");
		msg->refs = big;
		decide("r", msg, "match = replies");
		message_free(msg);
	}
}

static void
test_needs_headers(void **state)
{
	struct match m = match_for("m");
	struct conf none = *conf;

	(void)state;
	assert_true(match_needs_headers(&m)); /* a rule may skip */
	none.nrule = 1;                       /* [rule keep] alone */
	m.conf = &none;
	assert_false(match_needs_headers(&m));
	m.mailbox = match_for("p").mailbox;
	assert_true(match_needs_headers(&m));
	m = match_for("c");
	m.conf = &none;
	assert_true(match_needs_headers(&m));
	m = match_for("r");
	m.conf = &none;
	assert_true(match_needs_headers(&m));
}

/* The speed: this is the hot path of a pass. */
static void
test_speed(void **state)
{
	enum { TIMES = 20000 };
	struct message *msg = message_of("f:Joe@B.example t:u1@our.example "
					 "t:x@z.example c:y@z.example");
	struct match m = match_for("m");
	struct decision d;
	int64_t t0 = tim_mono();
	int i;

	(void)state;
	for (i = 0; i < TIMES; i++) {
		match_message(&m, msg, &d);
		assert_true(d.nlink == 2);
		free(d.link);
	}
	print_message("%d decisions of 4 addresses and 4 rules in %lld ms\n",
	    TIMES, (long long)(tim_mono() - t0));
	message_free(msg);
}

/*
 * A mail to a large list of people who are all known, each named twice. The
 * time is linear in their number; a quadratic one would be minutes.
 */
static void
test_crowd(void **state)
{
	enum { CROWD = 100000 };
	struct message *msg = message_new(0);
	struct match m = match_for("m");
	struct party_list list;
	struct party_dir *crowd;
	struct decision d;
	char id[20], at[40];
	int64_t t0 = tim_mono();
	int i;

	(void)state;
	memset(&list, 0, sizeof(list));
	for (i = 0; i < 2 * CROWD; i++) {
		struct address *a = message_address(msg);

		snprintf(id, sizeof(id), "%d", i % CROWD);
		snprintf(at, sizeof(at), "p%d@many.example", i % CROWD);
		if (i < CROWD)
			party_list_add(&list, "contact", id, at, NULL);
		a->role = i < CROWD ? ROLE_CC : ROLE_TO;
		a->address = arena_strdup(&msg->arena, at);
	}
	m.dir = crowd = party_dir_build(&list);
	match_message(&m, msg, &d);
	assert_int_equal(d.nlink, CROWD);
	for (i = 0; i < CROWD; i++) {
		assert_int_equal(atoi(d.link[i].party->crm_id), i);
		assert_int_equal(d.link[i].role, ROLE_TO);
	}
	free(d.link);
	party_dir_free(crowd);
	party_list_free(&list);
	message_free(msg);
	print_message(
	    "%d links in %lld ms\n", CROWD, (long long)(tim_mono() - t0));
}

/* What the store writes as a name is read as the same. */
static void
test_names(void **state)
{
	int i;

	(void)state;
	for (i = 0; i <= ROLE_REPLY_TO; i++)
		assert_int_equal(role_of(role_name((enum role)i)), i);
	for (i = 0; i <= ATT_REFERENCE; i++)
		assert_int_equal(
		    att_kind_of(att_kind_name((enum att_kind)i)), i);
	for (i = 0; i <= BODY_FAILED; i++)
		assert_int_equal(
		    body_state_of(body_state_name((enum body_state)i)), i);
	for (i = 0; i <= DIRECTION_INTERNAL; i++)
		assert_int_equal(
		    direction_of(direction_name((enum direction)i)), i);
	assert_int_equal(role_of(NULL), ROLE_REPLY_TO);
	assert_int_equal(body_state_of("half"), BODY_FAILED);
}

static int
setup(void **state)
{
	(void)state;
	setenv("T_PW", "x", 1);
	conf = conf_read("t.ini", config, strlen(config), stderr);
	if (conf == NULL)
		return -1;
	party_list_add(&people, "user", "1", "u1@our.example", NULL);
	party_list_add(&people, "user", "2", "u2@our.example", NULL);
	party_list_add(&people, "user", "3", "u3@elsewhere.example", NULL);
	party_list_add(&people, "queue", "sales", "sales@our.example", NULL);
	party_list_add(&people, "contact", "7", "joe@b.example", "Joe");
	party_list_add(&people, "contact", "7", "joe@alias.example", "Joe");
	party_list_add(&people, "contact", "9", "info@c.example", NULL);
	party_list_add(&people, "account", "3", "info@c.example", NULL);
	dir = party_dir_build(&people);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	party_dir_free(dir);
	party_list_free(&people);
	conf_free(conf);
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest group[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_own_words),
		cmocka_unit_test(test_arrivals),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_needs_headers),
		cmocka_unit_test(test_speed),
		cmocka_unit_test(test_crowd),
		cmocka_unit_test(test_names),
	};

	confkeys_add(&ews_keys);
	return cmocka_run_group_tests(group, setup, teardown);
}
