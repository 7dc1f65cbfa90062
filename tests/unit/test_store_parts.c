/*
 * test_store_parts.c - the people and attachments of mails.
 */
#include "test_store.h"

/* --- attachments ------------------------------------------------------- */

static void
test_attachments(void **state)
{
	struct kit *k = *state;
	struct message *m = mail("<1@x>", "One", "x");
	struct attachment *a;

	attach(k, m, "same.txt", "one");
	attach(k, m, "same.txt", "two");
	attach(k, m, "late.txt", NULL);
	a = message_attachment(m);
	a->kind = ATT_REFERENCE;
	a->url = "https://x.example/";
	a->state = "reference";
	a->is_inline = true;
	store(k, BOX_A, "i1", "k1", m);
	assert_int_equal(k->count.attachments, 2);
	assert_string_equal(
	    ask(k,
		"SELECT group_concat(position||ifnull(name,'-')||kind||inline||"
		"state||ifnull(data,'-')||ifnull(url,'-'),' ') FROM attachment "
		"a LEFT JOIN blob b ON b.sha256=a.sha256"),
	    "0same.txtfile0fullone- 1same.txtfile0fulltwo- "
	    "2late.txtfile0failed-- 3-reference1reference-https://x.example/");
	assert_int_equal(number(k, "SELECT has_attachments FROM email"), 1);

	/* another place: the late one has come, the order differs */
	m = mail("<1@x>", "One", "x");
	a = message_attachment(m);
	a->kind = ATT_REFERENCE;
	a->url = "https://x.example/";
	a->state = "reference";
	a->is_inline = true;
	attach(k, m, "late.txt", "three");
	attach(k, m, "same.txt", "two");
	attach(k, m, "same.txt", "one");
	store(k, BOX_B, "i1", "k1", m);
	assert_int_equal(k->count.emails, 0);
	assert_int_equal(k->count.attachments, 1);
	assert_int_equal(k->count.updated, 1);
	assert_string_equal(
	    ask(k,
		"SELECT group_concat(position||name||data,' ') FROM attachment "
		"a JOIN blob b ON b.sha256=a.sha256"),
	    "1late.txtthree 2same.txttwo 3same.txtone");
	assert_int_equal(number(k, "SELECT count(*) FROM blob"), 3);

	/* another attachment more: another mail */
	m = mail("<1@x>", "One", "x");
	attach(k, m, "same.txt", "two");
	attach(k, m, "same.txt", "one");
	attach(k, m, "late.txt", "three");
	attach(k, m, "more.txt", "one");
	store(k, BOX_B, "i2", "k1", m);
	assert_int_equal(k->count.emails, 1);
	assert_int_equal(number(k, "SELECT count(*) FROM blob"), 3);
	/* ba7816bf...: SHA-256 of "abc" */
	blob(k, "abc", (unsigned char[32]){ 0 });
	assert_int_equal(
	    number(k,
		"SELECT size FROM blob WHERE sha256='ba7816bf8f01cfea414140de5d"
		"ae2223b00361a396177a9cb410ff61f20015ad' AND data=x'616263'"),
	    3);
}

/* A mail with two attached mails of the same name. */
static struct message *
with_items(struct kit *k, const char *one, const char *two)
{
	struct message *m = mail("<1@x>", "One", "x");

	attach(k, m, "Re: offer", one);
	attach(k, m, "Re: offer", two);
	m->att[0].kind = m->att[1].kind = ATT_ITEM;
	return m;
}

/* The server generates the file of an attached item anew for each request. */
static void
test_attached_items(void **state)
{
	struct kit *k = *state;

	store(k, BOX_A, "i1", "k1", with_items(k, "b=1 one", "b=2 two"));
	assert_int_equal(k->count.attachments, 2);
	store(k, BOX_A, "i1", "k2", with_items(k, "b=3 one", "b=4 two"));
	assert_int_equal(k->count.updated, 0);
	store(k, BOX_B, "i1", "k1", with_items(k, "b=5 one", NULL));
	assert_int_equal(k->count.updated, 0);
	assert_string_equal(
	    ask(k, "SELECT group_concat(position||data,', ') FROM attachment "
		   "a JOIN blob b ON b.sha256=a.sha256"),
	    "0b=1 one, 1b=2 two");
	assert_int_equal(number(k, "SELECT count(*) FROM change WHERE "
				   "entity='email'"),
	    1);
}

/* --- people ------------------------------------------------------------ */

static void
nameless(struct message *m, const char *address, const char *raw)
{
	struct address *a = message_address(m);

	a->role = ROLE_CC;
	a->address = address;
	a->raw = raw;
}

/* Two people without a name are not therefore the same person. */
static void
test_nameless(void **state)
{
	struct kit *k = *state;
	struct message *m = mail("<1@x>", "One", "x");

	nameless(m, NULL, "/o=x/cn=a");
	store(k, BOX_A, "i1", "k1", m);
	m = mail("<1@x>", "One", "x");
	nameless(m, "dora@x.example", NULL);
	nameless(m, NULL, NULL);
	store(k, BOX_B, "i1", "k1", m);
	assert_int_equal(
	    number(k, "SELECT count(*) FROM email_party WHERE role='cc'"), 3);
	/* dora stands in no copy any more */
	m = mail("<1@x>", "One", "x");
	nameless(m, NULL, NULL);
	store(k, BOX_B, "i1", "k2", m);
	assert_int_equal(
	    number(k, "SELECT count(*) FROM email_party WHERE role='cc'"), 2);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_attachments),
		TEST(test_attached_items), TEST(test_nameless) };

	return cmocka_run_group_tests_name("store_parts", tests, NULL, NULL);
}
