/*
 * test_store_crowd.c - mails that share one Message-ID, few of them or many.
 */
#include "test_store_mails.h"

/* Mail number n; later numbers were sent earlier. */
static struct message *
numbered(int n, int way)
{
	static char text[80][200], subject[80][40];
	struct message *m;

	snprintf(text[n], sizeof(text[n]), "%sThis is number %d of them.\n",
	    way ? BANNER : "", n);
	snprintf(subject[n], sizeof(subject[n]), "Number %d", n);
	m = mail("<1@x>", subject[n], text[n]);
	m->sent_at = T0 - n * INT64_C(3600000);
	return m;
}

/* The mail sent first has the Message-ID's id, until a CRM has read ids. */
static void
test_ids(void **state)
{
	static const char *const item_id[] = { "i0", "i1", "i2", "i3" };
	struct kit *k = *state;
	char first[64], now[3][64];
	int i;

	for (i = 0; i < 3; i++) {
		store(k, BOX_A, item_id[i], "k", numbered(i, 0));
		holds(k, false);
		if (i == 0)
			snprintf(first, sizeof(first), "%s", id_of(k, "i0"));
		assert_string_equal(id_of(k, item_id[i]), first);
	}
	assert_int_equal(mails(k), 3);
	assert_int_equal(
	    number(k, "SELECT count(*) FROM change WHERE entity='email'"), 5);
	assert_int_equal(
	    number(k, "SELECT count(*) FROM change WHERE op='delete'"), 0);
	for (i = 0; i < 3; i++)
		snprintf(now[i], sizeof(now[i]), "%s", id_of(k, item_id[i]));
	ask(k, "INSERT INTO consumer(name,acked_seq) VALUES('crm',5)");
	store(k, BOX_A, "i3", "k", numbered(3, 0));
	assert_int_equal(mails(k), 4);
	for (i = 0; i < 3; i++)
		assert_string_equal(id_of(k, item_id[i]), now[i]);
}

/* Mails that differ in their text only. */
static struct message *
alike(int n, int way)
{
	struct message *m = numbered(n, way);

	m->subject = "Number";
	m->sent_at = T0;
	return m;
}

/* Equal copies are one mail, however many others there are. */
static void
put_many(struct kit *k, struct message *(*one)(int, int))
{
	char id[32];
	int i, way;

	for (way = 0; way < 2; way++) {
		for (i = 0; i < 12; i++) {
			snprintf(id, sizeof(id), "i%d.%d", i, way);
			store(k, way ? BOX_B : BOX_A, id, "k", one(i, 0));
			holds(k, false);
		}
	}
	assert_int_equal(mails(k), 12);
	assert_int_equal(number(k, "SELECT count(*) FROM email_copy"), 24);
	assert_int_equal(editions(k), 0);
	/* and as servers left them */
	for (i = 0; i < 12; i++) {
		snprintf(id, sizeof(id), "i%d.2", i);
		store(k, BOX_B, id, "k", one(i, 1));
		holds(k, false);
	}
	assert_int_equal(mails(k), 12);
	assert_int_equal(editions(k), 24);
	/* the first one goes, and comes back as another item */
	gone(k, BOX_A, "i0.0");
	gone(k, BOX_B, "i0.1");
	gone(k, BOX_B, "i0.2");
	store(k, BOX_A, "i0.3", "k", one(0, 1));
	holds(k, false);
	assert_int_equal(mails(k), 12);
	assert_int_equal(live_mails(k), 12);
}

static void
test_many_mails(void **state)
{
	put_many(*state, numbered);
}

/* More mails than are compared. */
static void
test_crowd(void **state)
{
	put_many(*state, alike);
}

/* One of many is edited to equal another one, and then back. */
static void
edit_many(struct kit *k, struct message *(*one)(int, int), int n, int as)
{
	char id[32], mail[64];
	int i;

	for (i = 0; i < n; i++) {
		snprintf(id, sizeof(id), "i%d", i);
		store(k, BOX_A, id, "k", one(i, 0));
	}
	store(k, BOX_A, "i2", "k2", one(as, 0));
	holds(k, false);
	assert_int_equal(live_mails(k), n);
	store(k, BOX_A, "i4", "k2", one(as, 1));
	holds(k, false);
	assert_int_equal(live_mails(k), n - 1);
	snprintf(mail, sizeof(mail), "%s", id_of(k, "i2"));
	assert_string_equal(id_of(k, "i4"), mail);
	store(k, BOX_A, "i4", "k3", one(4, 0));
	holds(k, false);
	assert_int_equal(live_mails(k), n);
}

static void
test_edit_many(void **state)
{
	/* a text that made no id */
	edit_many(*state, numbered, 12, 20);
}

static void
test_edit_crowd(void **state)
{
	edit_many(*state, alike, 12, 2);
}

/* More mails than are looked at. */
static void
test_edit_throng(void **state)
{
	edit_many(*state, numbered, 70, 2);
}

/* An unknown time may be any time. */
static void
test_no_time(void **state)
{
	static const int64_t sent[] = { INT64_MAX, TIM_NONE, T0, INT64_MAX };
	struct kit *k = *state;
	char id[32];
	size_t i;

	for (i = 0; i < sizeof(sent) / sizeof(sent[0]); i++) {
		struct message *m =
		    mail("<1@x>", "Steel", i % 2 ? BANNER OFFER : OFFER);

		m->sent_at = sent[i];
		snprintf(id, sizeof(id), "i%zu", i);
		store(k, BOX_A, id, "k", m);
	}
	assert_int_equal(mails(k), 1);
}

/* A mail that is said in more ways than one mail is. */
static void
test_many_ways(void **state)
{
	struct kit *k = *state;
	static char name[40][32];
	char id[32];
	int i, round;

	for (round = 0; round < 2; round++) {
		for (i = 0; i < 40; i++) {
			struct message *m = mail("<1@x>", "Steel", OFFER);

			snprintf(name[i], sizeof(name[i]), "Ann the %d.", i);
			snprintf(id, sizeof(id), "i%d", i);
			m->addr[1].name = name[i];
			store(k, BOX_A, id, round == 0 ? "k" : "l", m);
			if (round == 0 && i == 16)
				assert_int_equal(mails(k), 2);
		}
		/* the others have no edition */
		assert_in_range(editions(k), 32, 32);
		assert_int_equal(mails(k), 2);
		assert_int_equal(live_mails(k), 2);
		assert_int_equal(number(k, "SELECT count(*) FROM email_copy "
					   "WHERE removed_at IS NULL"),
		    40);
	}
	for (i = 0; i < 39; i++) {
		struct change c = { .op = CHANGE_DELETE, .id = id };
		struct store_page p = { .folder = k->inbox_a,
			.cursor = id,
			.change = &c,
			.nchange = 1 };

		snprintf(id, sizeof(id), "i%d", i);
		page(k, BOX_A, &p);
	}
	holds(k, false);
	assert_int_equal(editions(k), 0);
	assert_int_equal(live_mails(k), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_ids),
		TEST(test_many_mails), TEST(test_crowd), TEST(test_edit_many),
		TEST(test_edit_crowd), TEST(test_edit_throng),
		TEST(test_no_time), TEST(test_many_ways) };

	return cmocka_run_group_tests_name("store_crowd", tests, NULL, NULL);
}
