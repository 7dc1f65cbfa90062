/*
 * test_store_edition.c - copies of a mail that differ, and mails that share a
 * Message-ID. test_store_order.c does the same at random.
 */
#include "test_store_mails.h"

/* --- what the file says ------------------------------------------------ */

/* The text that the mail shows; there is one mail in these tests. */
static const char *
shown(struct kit *k)
{
	return ask(k, "SELECT text FROM email_body");
}

/* The text of one copy. */
static const char *
own_text(struct kit *k, const char *box, const char *id)
{
	char sql[512];

	snprintf(sql, sizeof(sql),
	    "SELECT ifnull(t.text,b.text) FROM email_copy c JOIN email_body b "
	    "ON b.email_id=c.email_id LEFT JOIN email_copy_text t ON "
	    "t.email_id=c.email_id AND t.mailbox=c.mailbox AND "
	    "t.item_id=c.item_id WHERE c.mailbox='%s' AND c.item_id='%s' AND "
	    "c.removed_at IS NULL AND (t.item_id IS NOT NULL)=c.text_differs",
	    box, id);
	return ask(k, sql);
}

/* The number of people and links of all mails. */
static long
people(struct kit *k)
{
	return number(k, "SELECT count(*) FROM email_party");
}

static long
links(struct kit *k)
{
	return number(k, "SELECT count(*) FROM email_link");
}

/* --- what happens to it ------------------------------------------------ */

/* The mail as the sender has it: plain, and as the only one with links. */
static void
put_plain(struct kit *k, const char *box, const char *id, const char *key)
{
	store(k, box, id, key, mail("<1@x>", "Steel", OFFER));
	holds(k, false);
}

/* As bob's server has it: another name, one more person and one more link. */
static void
put_rich(struct kit *k, const char *box, const char *id, const char *key)
{
	struct message *m = mail("<1@x>", "[EXT] Steel", BANNER OFFER LEGAL);
	struct decision d = keep();
	struct store_item it;

	m->addr[1].name = "Arndt, Ann";
	person(m, ROLE_CC, "carla@x.example");
	kit_know(k, "contact", "9", "carla@x.example");
	it = item(
	    id, key, strcmp(box, BOX_A) == 0 ? k->inbox_a : k->inbox_b, m, &d);
	put(k, box, &it);
	message_free(m);
	holds(k, false);
}

/* Another mail with the same Message-ID, sent later. */
static void
put_other(struct kit *k, const char *box, const char *id, const char *key)
{
	struct message *m = mail("<1@x>", "Timber", ORDER);

	m->sent_at += 3600000;
	store(k, box, id, key, m);
	holds(k, false);
}

/* --- copies that differ ------------------------------------------------ */

static void
check_both(struct kit *k)
{
	assert_string_equal(shown(k), BANNER OFFER LEGAL);
	assert_string_equal(ask(k, "SELECT subject FROM email"), "Steel");
	assert_string_equal(own_text(k, BOX_A, "a1"), OFFER);
	assert_string_equal(own_text(k, BOX_B, "b1"), BANNER OFFER LEGAL);
	assert_int_equal(number(k, "SELECT count(*) FROM email_copy_text"), 1);
	assert_string_equal(
	    ask(k, "SELECT name FROM email_party WHERE address='" BOX_A "'"),
	    "Arndt, Ann");
	assert_int_equal(people(k), 3);
	assert_int_equal(links(k), 3);
	assert_int_equal(editions(k), 2);
}

static void
check_plain(struct kit *k)
{
	assert_string_equal(shown(k), OFFER);
	assert_string_equal(ask(k, "SELECT subject FROM email"), "Steel");
	assert_string_equal(
	    ask(k, "SELECT name FROM email_party WHERE address='" BOX_A "'"),
	    "Some One");
	assert_int_equal(
	    number(k, "SELECT count(*) FROM email_copy WHERE text_differs"), 0);
	assert_int_equal(people(k), 2);
	assert_int_equal(links(k), 2);
	assert_int_equal(editions(k), 0);
}

/* A fuller copy comes, goes, comes back; then a third one equals the first. */
static void
test_come_and_go(void **state)
{
	struct kit *k = *state;
	struct decision d = keep();
	struct message *m;
	struct store_item it;

	put_plain(k, BOX_A, "a1", "k1");
	check_plain(k);
	put_rich(k, BOX_B, "b1", "k1");
	assert_int_equal(k->count.updated, 1);
	check_both(k);
	put_rich(k, BOX_B, "b1", "k2");
	put_plain(k, BOX_A, "a1", "k2");
	assert_int_equal(k->count.updated, 0);
	check_both(k);
	gone(k, BOX_B, "b1");
	assert_int_equal(k->count.removed, 1);
	assert_int_equal(k->count.updated, 1);
	check_plain(k);
	put_rich(k, BOX_B, "b1", "k3");
	check_both(k);
	/* ann's other folder has it as her inbox has */
	m = mail("<1@x>", "Steel", OFFER);
	it = item("a2", "k1", k->projects_a, m, &d);
	put(k, BOX_A, &it);
	message_free(m);
	holds(k, false);
	assert_int_equal(k->count.updated, 0);
	assert_int_equal(editions(k), 2);
	assert_string_equal(own_text(k, BOX_A, "a2"), OFFER);
	/* the first goes, and its twin still says so */
	gone(k, BOX_A, "a1");
	assert_int_equal(editions(k), 2);
	assert_string_equal(own_text(k, BOX_A, "a2"), OFFER);
	/* of two equal ones that are left nobody needs an edition */
	put_plain(k, BOX_A, "a1", "k4");
	gone(k, BOX_B, "b1");
	check_plain(k);
	assert_int_equal(mails(k), 1);
}

/* The order in which copies come does not matter to the rows. */
static void
test_order(void **state)
{
	struct kit *k = *state;

	put_rich(k, BOX_B, "b1", "k1");
	assert_string_equal(ask(k, "SELECT subject FROM email"), "[EXT] Steel");
	put_plain(k, BOX_A, "a1", "k1");
	check_both(k);
	gone(k, BOX_A, "a1");
	assert_string_equal(shown(k), BANNER OFFER LEGAL);
	assert_string_equal(ask(k, "SELECT subject FROM email"), "[EXT] Steel");
	assert_int_equal(editions(k), 0);
}

/* A copy that has attachments, of which the server lists none. */
static void
put_flagged(struct kit *k, const char *id, bool has)
{
	struct message *m = mail("<1@x>", "Steel", OFFER);

	m->has_attachments = has;
	store(k, BOX_A, id, "k1", m);
	holds(k, false);
}

static void
test_flagged(void **state)
{
	static const char has[] = "SELECT has_attachments FROM email";
	struct kit *k = *state;

	put_flagged(k, "a1", false);
	put_flagged(k, "a2", true);
	assert_int_equal(number(k, has), 1);
	put_flagged(k, "a2", true);
	assert_int_equal(k->count.updated, 0);
	gone(k, BOX_A, "a1");
	assert_int_equal(number(k, has), 1);
	put_flagged(k, "a3", false);
	assert_int_equal(number(k, has), 1);
	gone(k, BOX_A, "a2");
	assert_int_equal(number(k, has), 0);
	assert_int_equal(editions(k), 0);
}

/* Without a Message-ID the conversation of any copy makes the thread. */
static void
test_conversation(void **state)
{
	static const char *const said[2][3] = { { NULL, "c1", "c22" },
		{ "c22", NULL, "c1" } };
	static const char *const id[3] = { "a1", "a2", "a3" };
	struct kit *k = *state;
	char thread[2][64];
	int i, n;

	for (i = 0; i < 2; i++) {
		for (n = 0; n < 3; n++) {
			struct message *m =
			    mail(NULL, i == 0 ? "Memo" : "Memos", OFFER);

			m->conversation_id = said[i][n];
			store(k, i == 0 ? BOX_A : BOX_B, id[n], "k1", m);
		}
		snprintf(thread[i], sizeof(thread[i]), "%s",
		    ask(k, i == 0 ? "SELECT thread_id FROM email WHERE "
				    "subject='Memo'"
				  : "SELECT thread_id FROM email WHERE "
				    "subject='Memos'"));
	}
	assert_int_equal(mails(k), 2);
	assert_string_equal(thread[0], thread[1]);
}

/* --- copies that are edited -------------------------------------------- */

static void
test_edit_shared(void **state)
{
	struct kit *k = *state;
	char id[64];

	put_plain(k, BOX_A, "a1", "k1");
	put_rich(k, BOX_B, "b1", "k1");
	/* the fuller one becomes another mail */
	put_other(k, BOX_B, "b1", "k2");
	assert_int_equal(mails(k), 2);
	assert_string_equal(own_text(k, BOX_A, "a1"), OFFER);
	assert_string_equal(own_text(k, BOX_B, "b1"), ORDER);
	assert_int_equal(editions(k), 0);
	assert_int_equal(number(k, "SELECT count(*) FROM sync_email WHERE "
				   "variant_of IS NOT NULL"),
	    1);
	snprintf(id, sizeof(id), "%s", id_of(k, "b1"));
	assert_string_equal(
	    ask(k, "SELECT group_concat(entity||op,' ') FROM (SELECT * FROM "
		   "change ORDER BY seq DESC LIMIT 3)"),
	    "emailinsert email_copydelete emailupdate");
	/* and the mail that it was once more: the other one lies nowhere */
	put_rich(k, BOX_B, "b1", "k3");
	assert_int_equal(mails(k), 2);
	assert_int_equal(live_mails(k), 1);
	assert_string_equal(own_text(k, BOX_A, "a1"), OFFER);
	assert_string_equal(own_text(k, BOX_B, "b1"), BANNER OFFER LEGAL);
	assert_int_equal(editions(k), 2);
	/* what lies nowhere is found again */
	put_other(k, BOX_B, "b1", "k4");
	assert_int_equal(mails(k), 2);
	assert_string_equal(id_of(k, "b1"), id);
}

/* A copy is moved and then edited: the same mail has another text. */
static void
test_edit_only(void **state)
{
	struct kit *k = *state;
	char id[64];

	put_plain(k, BOX_A, "a1", "k1");
	snprintf(id, sizeof(id), "%s", ask(k, "SELECT id FROM email"));
	put_plain(k, BOX_A, "a2", "k1");
	gone(k, BOX_A, "a1");
	put_plain(k, BOX_A, "a3", "k1");
	gone(k, BOX_A, "a2");
	put_other(k, BOX_A, "a3", "k2");
	assert_int_equal(mails(k), 1);
	assert_string_equal(ask(k, "SELECT id FROM email"), id);
	assert_string_equal(shown(k), ORDER);
	assert_string_equal(ask(k, "SELECT subject FROM email"), "Timber");
	/* who lies elsewhere with its old text is another mail */
	put_plain(k, BOX_B, "b1", "k1");
	assert_int_equal(mails(k), 2);
	/* into the text of that one: there it joins */
	put_rich(k, BOX_A, "a3", "k3");
	assert_int_equal(mails(k), 2);
	assert_int_equal(live_mails(k), 1);
	assert_int_equal(editions(k), 2);
}

/*
 * A copy that was kept and then deleted comes back and is skipped: its text is
 * unknown, so it counts as what the mail shows.
 */
static void
test_skipped_back(void **state)
{
	struct kit *k = *state;
	struct store_item it = item("b1", "k9", k->inbox_b, NULL, NULL);

	it.rule = "process_email_from";
	put_plain(k, BOX_A, "a1", "k1");
	put_rich(k, BOX_B, "b1", "k1");
	gone(k, BOX_B, "b1");
	put_rich(k, BOX_B, "b2", "k1");
	put(k, BOX_B, &it);
	holds(k, false);
	assert_int_equal(k->count.copies, 1);
	assert_int_equal(k->count.updated, 0);
	assert_string_equal(own_text(k, BOX_B, "b1"), BANNER OFFER LEGAL);
	put(k, BOX_B, &it);
	assert_int_equal(k->count.copies, 0);
	/* so it still does when it is the only one that says so */
	gone(k, BOX_B, "b2");
	check_both(k);
	gone(k, BOX_B, "b1");
	check_plain(k);
	/* of copies that all say the same it is one more */
	put(k, BOX_B, &it);
	holds(k, false);
	check_plain(k);
	/* and once it is read it says what it says */
	put_rich(k, BOX_B, "b1", "k10");
	check_both(k);
}

/* --- what cannot be had ------------------------------------------------ */

/* Stores a copy of which only headers came, with the error. */
static void
put_poor(struct kit *k, const char *box, const char *id, const char *key)
{
	struct message *m = mail("<1@x>", "Steel", NULL);
	struct decision d = keep();
	struct err fault = ERR_INIT;
	struct store_item it = item(
	    id, key, strcmp(box, BOX_A) == 0 ? k->inbox_a : k->inbox_b, m, &d);

	m->body_state = BODY_FAILED;
	m->naddr = 1;
	err_set(&fault, ERR_ITEM, "cannot be read");
	it.fault = &fault;
	it.next_try = T0;
	put(k, box, &it);
	assert_int_equal(k->count.failed, 1);
	message_free(m);
	holds(k, false);
}

/* A poorer copy takes nothing away from the mail. */
static void
test_poorer(void **state)
{
	struct kit *k = *state;
	struct message *m = mail("<1@x>", "Steel", OFFER);

	attach(k, m, "a.txt", "one");
	store(k, BOX_A, "a1", "k1", m);
	put_poor(k, BOX_A, "a1", "k2");
	assert_int_equal(k->count.updated, 0);
	check_plain(k);
	assert_string_equal(ask(k, "SELECT data FROM attachment a JOIN blob b "
				   "ON b.sha256=a.sha256"),
	    "one");
	assert_string_equal(ask(k, "SELECT body_state FROM email"), "full");
	/* of one that has an edition */
	m = mail("<1@x>", "Steel", BANNER OFFER);
	attach(k, m, "a.txt", "one");
	store(k, BOX_B, "b1", "k1", m);
	put_poor(k, BOX_B, "b1", "k2");
	put_poor(k, BOX_A, "a1", "k2");
	assert_int_equal(k->count.updated, 0);
	assert_string_equal(own_text(k, BOX_A, "a1"), OFFER);
	assert_string_equal(own_text(k, BOX_B, "b1"), BANNER OFFER);
	assert_int_equal(people(k), 2);
	assert_int_equal(editions(k), 2);
	/* one that was never read whole, and then is */
	put_poor(k, BOX_A, "a2", "k1");
	assert_int_equal(mails(k), 1);
	assert_string_equal(own_text(k, BOX_B, "b1"), BANNER OFFER);
	put_rich(k, BOX_A, "a2", "k2");
	assert_int_equal(live_mails(k), 2); /* without the attachment */
}

/* No copy ever had a text: the mail has the body_state of the copy left. */
static void
test_never_read(void **state)
{
	static const char said[] = "SELECT body_state FROM email";
	struct kit *k = *state;
	struct message *m = mail("<1@x>", "Steel", NULL);

	m->body_state = BODY_HEADERS;
	store(k, BOX_A, "a1", "k1", m);
	put_poor(k, BOX_A, "a2", "k1");
	gone(k, BOX_A, "a1");
	assert_string_equal(ask(k, said), "failed");
	put_poor(k, BOX_A, "a2", "k1");
	assert_int_equal(k->count.updated, 0);
	assert_string_equal(ask(k, said), "failed");
	/* but what was read stays */
	put_plain(k, BOX_A, "a1", "k2");
	gone(k, BOX_A, "a1");
	assert_string_equal(ask(k, said), "full");
	put_poor(k, BOX_A, "a2", "k1");
	assert_int_equal(k->count.updated, 0);
	assert_string_equal(shown(k), OFFER);
}

/* Without a Message-ID the text makes the id; here the text comes later. */
static void
test_known_later(void **state)
{
	struct kit *k = *state;
	char id[64];
	int i;

	for (i = 0; i < 3; i++) {
		struct message *m = mail(NULL, "Memo", i > 0 ? OFFER : NULL);

		m->body_state = i > 0 ? BODY_FULL : BODY_FAILED;
		store(k, BOX_A, "a3", i > 0 ? "k2" : "k1", m);
		holds(k, false);
		if (i == 0)
			snprintf(id, sizeof(id), "%s", id_of(k, "a3"));
		assert_string_equal(id_of(k, "a3"), id);
		assert_int_equal(k->count.updated, i == 1);
	}
	assert_int_equal(mails(k), 1);
	/* it says something else: it is another mail */
	store(k, BOX_A, "a3", "k3", mail(NULL, "Memo", ORDER));
	assert_int_equal(mails(k), 2);
	assert_int_equal(live_mails(k), 1);
}

/* --- contents of attachments ------------------------------------------- */

static long
contents(struct kit *k)
{
	return number(k, "SELECT count(*) FROM blob");
}

static struct message *
with(struct kit *k, const char *text, enum att_kind kind, const char *data)
{
	struct message *m = mail("<1@x>", "Steel", text);

	attach(k, m, "one", data);
	m->att[0].kind = kind;
	return m;
}

/* The server generates the file of an attached item anew each time. */
static void
test_items(void **state)
{
	struct kit *k = *state;

	store(k, BOX_A, "a1", "k1", with(k, OFFER, ATT_ITEM, "b=1"));
	store(k, BOX_B, "b1", "k1", with(k, BANNER OFFER, ATT_ITEM, "b=2"));
	holds(k, false);
	assert_int_equal(mails(k), 1);
	assert_int_equal(editions(k), 2);
	assert_int_equal(contents(k), 1);
	store(k, BOX_B, "b1", "k2", with(k, BANNER OFFER, ATT_ITEM, "b=3"));
	store(k, BOX_A, "a1", "k2", with(k, OFFER, ATT_ITEM, "b=4"));
	holds(k, false);
	assert_int_equal(k->count.updated, 0);
	assert_int_equal(contents(k), 1);
	gone(k, BOX_A, "a1");
	store(k, BOX_B, "b1", "k3", with(k, BANNER OFFER, ATT_ITEM, "b=5"));
	holds(k, false);
	assert_int_equal(contents(k), 1);
	assert_int_equal(k->count.updated, 0);
	assert_string_equal(ask(k, "SELECT data FROM blob"), "b=1");
}

static struct message *
forwarded(struct kit *k, const char *text, const char *data)
{
	struct message *m = with(k, text, ATT_ITEM, data);

	m->att[0].id = "att1";
	m->att[0].media_type = data != NULL ? "message/rfc822" : NULL;
	return m;
}

static void
has_type(struct kit *k)
{
	holds(k, false);
	assert_int_equal(mails(k), 1);
	assert_string_equal(
	    ask(k, "SELECT media_type FROM attachment"), "message/rfc822");
	assert_int_equal(number(k, "SELECT count(*) FROM "
				   "sync_edition_attachment WHERE media_type "
				   "IS NOT 'message/rfc822'"),
	    0);
	assert_int_equal(k->count.updated, 0);
}

/* The type of an attached item comes only with its content. */
static void
test_item_types(void **state)
{
	struct kit *k = *state;
	struct message *m = forwarded(k, OFFER, NULL);

	store(k, BOX_A, "a1", "k1", forwarded(k, OFFER, "b=1"));
	has_type(k);
	/* it need not come again */
	m->item_id = "a1";
	OK(k, store_item_recall(k->st, BOX_A, m, &k->err));
	assert_true(m->att[0].stored);
	store(k, BOX_A, "a1", "k2", m);
	has_type(k);
	/* it cannot be had now */
	store(k, BOX_A, "a1", "k3", forwarded(k, OFFER, NULL));
	has_type(k);
	/* nor with another copy */
	store(k, BOX_B, "b1", "k1", forwarded(k, BANNER OFFER, NULL));
	assert_int_equal(editions(k), 2);
	k->count.updated = 0;
	has_type(k);
}

/* A content is removed with the last row that refers to it. */
static void
test_contents(void **state)
{
	struct kit *k = *state;
	struct message *m;

	store(k, BOX_A, "a1", "k1", with(k, OFFER, ATT_FILE, "old"));
	store(k, BOX_A, "a1", "k2", with(k, OFFER, ATT_FILE, "new"));
	holds(k, false);
	assert_int_equal(contents(k), 1);
	/* another mail has it, too */
	m = with(k, "Other text", ATT_FILE, "new");
	m->message_id = "<2@x>";
	store(k, BOX_A, "a2", "k1", m);
	store(k, BOX_A, "a1", "k3", with(k, OFFER, ATT_FILE, "newer"));
	holds(k, false);
	assert_int_equal(contents(k), 2);
	gone(k, BOX_A, "a1");
	gone(k, BOX_A, "a2");
	assert_int_equal(contents(k), 2); /* their mails are still there */
	/* held by a message on its way, which comes */
	m = with(k, OFFER, ATT_FILE, "late");
	m->message_id = "<3@x>";
	store(k, BOX_B, "b2", "k1", mail("<1@x>", "Steel", OFFER));
	holds(k, true);
	assert_int_equal(contents(k), 3);
	store(k, BOX_A, "a3", "k1", m);
	holds(k, false);
	assert_int_equal(contents(k), 3);
}

/* A mail with two files, of which one cannot be had. */
static struct message *
half(struct kit *k, const char *text, bool first)
{
	struct message *m = mail("<1@x>", "Steel", text);

	attach(k, m, "one", first ? "1" : NULL);
	attach(k, m, "two", first ? NULL : "2");
	return m;
}

/* A content that only an edition has is removed with the edition. */
static void
test_own_contents(void **state)
{
	struct kit *k = *state;

	store(k, BOX_A, "a1", "k1", half(k, BANNER OFFER, true));
	store(k, BOX_B, "b1", "k1", half(k, OFFER, false));
	holds(k, false);
	assert_int_equal(mails(k), 1);
	assert_int_equal(contents(k), 2);
	assert_int_equal(
	    number(k, "SELECT refs FROM sync_blob u JOIN blob b ON b.n=u.blob "
		      "WHERE CAST(data AS TEXT)='1'"),
	    2); /* the mail's, and an edition's */
	gone(k, BOX_B, "b1");
	assert_int_equal(contents(k), 1);
	/* what the mail shows stays, though nobody has it */
	store(k, BOX_B, "b1", "k2", half(k, OFFER, false));
	gone(k, BOX_A, "a1");
	assert_int_equal(
	    number(k, "SELECT count(*) FROM attachment WHERE state='full'"),
	    contents(k));
}

/* A recalled message that is not put does not hold its content for ever. */
static void
test_dropped(void **state)
{
	struct kit *k = *state;
	struct message *m = with(k, OFFER, ATT_FILE, "old");

	m->att[0].id = "att1";
	store(k, BOX_A, "a1", "k1", m);
	m = mail("<1@x>", "Steel", NULL);
	m->item_id = "a1";
	message_attachment(m)->id = "att1";
	OK(k, store_item_recall(k->st, BOX_A, m, &k->err));
	assert_true(m->att[0].stored);
	store(k, BOX_A, "a1", "k2", with(k, OFFER, ATT_FILE, "new"));
	holds(k, true);
	assert_int_equal(contents(k), 2);
	store_item_drop(k->st, m);
	message_free(m);
	put_plain(k, BOX_B, "b1", "k1");
	assert_int_equal(contents(k), 1);
}

/* A content that no message took is removed when the next pass begins. */
static void
test_never_came(void **state)
{
	struct kit *k = *state;
	struct store_run run;
	unsigned char sha[32];

	blob(k, "nobody's", sha);
	store_close(k->st);
	kit_open(k, 0);
	assert_int_equal(contents(k), 1);
	memset(&run, 0, sizeof(run));
	OK(k, store_run_begin(k->st, &run, &k->err));
	assert_int_equal(contents(k), 0);
	holds(k, false);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_come_and_go),
		TEST(test_order), TEST(test_edit_shared), TEST(test_edit_only),
		TEST(test_skipped_back), TEST(test_flagged),
		TEST(test_conversation), TEST(test_poorer),
		TEST(test_never_read), TEST(test_known_later), TEST(test_items),
		TEST(test_item_types), TEST(test_contents),
		TEST(test_own_contents), TEST(test_dropped),
		TEST(test_never_came) };

	return cmocka_run_group_tests_name("store_edition", tests, NULL, NULL);
}
