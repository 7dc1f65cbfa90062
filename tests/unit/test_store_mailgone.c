/*
 * test_store_mailgone.c - stored mail that leaves the file: all of it goes,
 * nothing of others, and what the file knows of its items stays.
 */
#include "store/db.h"
#include "store/mailgone.h"
#include "store/reconsider.h"
#include "store/thread.h"
#include "store/variant.h"
#include "test_store_mails.h"

static const struct mailgone_why expire = { "expired", "retention_days",
	"expire", false };
static const struct mailgone_why forget = { "skip", "forgotten", "erase",
	true };

struct removal {
	int64_t n;
	const struct mailgone_why *why;
	int result;
};

static int
remove_mail(struct store *st, void *arg, struct err *err)
{
	struct removal *r = arg;

	r->result = mailgone_remove(st, r->n, r->why, err);
	return r->result == -1 ? -1 : 0;
}

static int
remove_n(struct kit *k, int64_t n, const struct mailgone_why *why)
{
	struct removal r = { n, why, -1 };

	OK(k, db_write(k->st, remove_mail, &r, &k->err));
	holds(k, false);
	return r.result;
}

/* sync_email.n of the mail that the item is a copy of. */
static long
n_of(struct kit *k, const char *item)
{
	char sql[120];

	snprintf(sql, sizeof(sql),
	    "SELECT ifnull(email,0) FROM decision WHERE item='%s'", item);
	return number(k, sql);
}

static void
go(struct kit *k, const char *item, const struct mailgone_why *why)
{
	assert_int_equal(remove_n(k, n_of(k, item), why), 1);
}

static void
catch_up(struct kit *k)
{
	db_lock(k->st);
	OK(k, thread_catch_up(k->st, true, &k->err));
	db_unlock(k->st);
}

static int
is_shared(struct kit *k, const char *item)
{
	long n = n_of(k, item);
	int r;

	db_lock(k->st);
	r = mailgone_is_shared(k->st, n, &k->err);
	db_unlock(k->st);
	return r;
}

static const char *
decided(struct kit *k, const char *item)
{
	char sql[300];

	snprintf(sql, sizeof(sql),
	    "SELECT verdict||' '||rule||' '||state||' '||"
	    "ifnull(message_id,'-')||' '||ifnull(length(parties),'-')||' '||"
	    "ifnull(email,'-') FROM decision WHERE item='%s'",
	    item);
	return ask(k, sql);
}

/* Rows that only a mail has. */
static long
rows(struct kit *k)
{
	return number(k,
	    "SELECT (SELECT count(*) FROM sync_email)+(SELECT count(*) FROM "
	    "sync_party)+(SELECT count(*) FROM sync_email_link)+(SELECT "
	    "count(*) FROM sync_attachment)+(SELECT count(*) FROM sync_copy)+"
	    "(SELECT count(*) FROM sync_edition)+(SELECT count(*) FROM "
	    "sync_edition_party)+(SELECT count(*) FROM sync_edition_attachment)"
	    "+(SELECT count(*) FROM sync_thread)+(SELECT count(*) FROM blob)+"
	    "(SELECT count(*) FROM sync_blob)");
}

/* A mail that two copies say differently, with attachments. */
static void
put_two(struct kit *k, const char *a, const char *b, const char *mid)
{
	struct message *m = mail(mid, "Steel", OFFER);

	attach(k, m, "one.txt", "one");
	attach(k, m, "both.txt", "both");
	store(k, BOX_A, a, "k1", m);
	m = mail(mid, "[EXT] Steel", BANNER OFFER LEGAL);
	attach(k, m, "one.txt", "one");
	attach(k, m, "both.txt", "both");
	store(k, BOX_B, b, "k1", m);
}

/* --- the whole of it ---------------------------------------------------- */

static void
test_all_goes(void **state)
{
	struct kit *k = *state;
	struct message *m;

	put_two(k, "a1", "b1", "<1@x>");
	m = mail("<2@x>", "Wood", ORDER);
	attach(k, m, "both.txt", "both");
	store(k, BOX_A, "a2", "k1", m);
	catch_up(k);
	assert_int_equal(editions(k), 2);
	go(k, "a1", &expire);
	assert_int_equal(mails(k), 1);
	assert_string_equal(
	    decided(k, "a1"), "expired retention_days 0 <1@x> 33 -");
	assert_string_equal(
	    decided(k, "b1"), "expired retention_days 0 <1@x> 33 -");
	assert_string_equal(
	    ask(k, "SELECT group_concat(cast(data AS text)) FROM blob"),
	    "both");
	assert_string_equal(
	    ask(k, "SELECT group_concat(op) FROM (SELECT op FROM change WHERE "
		   "entity='email' AND entity_id=(SELECT entity_id FROM change "
		   "WHERE seq=1) ORDER BY seq)"),
	    "insert,update,expire");
	assert_int_equal(number(k, "SELECT count(*) FROM email_thread"), 1);
	go(k, "a2", &expire);
	assert_int_equal(rows(k), 0);
	assert_int_equal(remove_n(k, 99, &expire), 0);
}

static void
test_forget(void **state)
{
	struct kit *k = *state;

	put_two(k, "a1", "b1", "<1@x>");
	gone(k, BOX_B, "b1");
	go(k, "a1", &forget);
	assert_int_equal(rows(k), 0);
	assert_string_equal(decided(k, "a1"), "skip forgotten 0 - - -");
	/* one that was gone stays so */
	assert_string_equal(decided(k, "b1"), "skip forgotten 1 - - -");
	assert_string_equal(
	    ask(k, "SELECT op FROM change ORDER BY seq DESC LIMIT 1"), "erase");
}

/* An item that became a copy of another mail is that one's. */
static void
test_item_of_another(void **state)
{
	struct kit *k = *state;
	long first;

	store(k, BOX_A, "a1", "k1", mail("<1@x>", "Steel", OFFER));
	first = n_of(k, "a1");
	store(k, BOX_A, "a1", "k2", mail("<2@x>", "Wood", ORDER));
	assert_int_equal(mails(k), 2);
	assert_int_equal(remove_n(k, first, &expire), 1);
	assert_int_equal(mails(k), 1);
	assert_int_not_equal(n_of(k, "a1"), 0);
	assert_int_equal(
	    number(k, "SELECT count(*) FROM decision WHERE verdict='keep'"), 1);
}

/* What waits to be tried again, or to be decided anew, waits no more. */
static void
test_waiting(void **state)
{
	struct kit *k = *state;
	struct err fault = ERR_INIT;
	struct store_item it;
	int round;

	for (round = 0; round < 2; round++) {
		store(k, BOX_A, "a1", "k1", mail("<1@x>", "Steel", OFFER));
		err_set(&fault, ERR_GONE, "not there");
		it = item("a1", "k2", k->inbox_a, NULL, NULL);
		it.fault = &fault;
		put(k, BOX_A, &it);
		assert_string_equal(
		    ask(k, "SELECT state||' '||(SELECT count(*) FROM failure) "
			   "FROM decision"),
		    "2 1");
		if (round == 1)
			OK(k, store_failure_moved(k->st, BOX_A, "a1", &k->err));
		go(k, "a1", round == 0 ? &expire : &forget);
		assert_string_equal(
		    ask(k, "SELECT state||' '||(SELECT count(*) FROM failure) "
			   "FROM decision"),
		    "0 0");
	}
}

/* --- numbers ------------------------------------------------------------ */

static void
test_number_is_not_given_twice(void **state)
{
	struct kit *k = *state;
	long last;

	store(k, BOX_A, "a1", "k1", mail("<1@x>", "Steel", OFFER));
	store(k, BOX_A, "a2", "k1", mail("<2@x>", "Wood", ORDER));
	catch_up(k);
	last = n_of(k, "a2");
	go(k, "a2", &expire);
	go(k, "a1", &expire);
	store(k, BOX_A, "a3", "k1", mail("<3@x>", "Glass", LEGAL));
	assert_true(n_of(k, "a3") > last);
	/* or it would be in no thread */
	assert_int_equal(number(k, "SELECT count(*) FROM email_thread"), 1);
	catch_up(k);
	assert_int_equal(number(k, "SELECT count(*) FROM email_thread"), 1);
	holds(k, false);
}

/* --- mails with the same key -------------------------------------------- */

/* Three of them, sent an hour apart, in that order. */
static void
put_three(struct kit *k)
{
	static const char *const text[] = { OFFER, ORDER, LEGAL LEGAL LEGAL };
	static const char *const id[] = { "a1", "a2", "a3" };
	struct message *m;
	int i;

	for (i = 0; i < 3; i++) {
		m = mail("<1@x>", id[i], text[i]);
		m->sent_at += i * INT64_C(3600000);
		store(k, BOX_A, id[i], "k1", m);
	}
	holds(k, false);
}

static void
test_owner_is_shared(void **state)
{
	struct kit *k = *state;

	store(k, BOX_A, "a0", "k1", mail("<0@x>", "Alone", OFFER));
	put_three(k);
	assert_int_equal(is_shared(k, "a0"), 0);
	assert_int_equal(is_shared(k, "a1"), 1);
	assert_int_equal(is_shared(k, "a2"), 0);
	assert_int_equal(is_shared(k, "a3"), 0);
	go(k, "a2", &expire);
	assert_int_equal(is_shared(k, "a1"), 1);
	go(k, "a3", &expire);
	assert_int_equal(is_shared(k, "a1"), 0);
	go(k, "a1", &expire);
	/* and as if it had never been there */
	store(k, BOX_A, "a4", "k1", mail("<1@x>", "a1", OFFER));
	assert_int_equal(
	    number(
		k, "SELECT count(*) FROM sync_email WHERE variant_of NOTNULL"),
	    0);
}

/* The first that came is not the owner: it may go, others do not point to it
 * then. */
static void
test_first_of_a_group(void **state)
{
	struct kit *k = *state;
	struct message *m;

	m = mail("<1@x>", "late", ORDER);
	m->sent_at += INT64_C(7200000);
	store(k, BOX_A, "a1", "k1", m);
	m = mail("<1@x>", "later", LEGAL LEGAL);
	m->sent_at += INT64_C(9200000);
	store(k, BOX_A, "a2", "k1", m);
	store(k, BOX_A, "a3", "k1", mail("<1@x>", "first", OFFER));
	assert_int_equal(is_shared(k, "a1"), 0);
	assert_int_equal(is_shared(k, "a3"), 1);
	go(k, "a1", &expire);
	assert_int_equal(mails(k), 2);
	assert_int_equal(is_shared(k, "a3"), 1);
	/* a further copy of each is found by the key */
	store(k, BOX_B, "b3", "k1", mail("<1@x>", "first", OFFER));
	m = mail("<1@x>", "later", LEGAL LEGAL);
	m->sent_at += INT64_C(9200000);
	store(k, BOX_B, "b2", "k1", m);
	assert_int_equal(mails(k), 2);
	assert_int_equal(n_of(k, "b3"), n_of(k, "a3"));
	assert_int_equal(n_of(k, "b2"), n_of(k, "a2"));
	holds(k, false);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
	static const struct CMUnitTest tests[] = {
		T(test_all_goes),
		T(test_forget),
		T(test_item_of_another),
		T(test_waiting),
		T(test_number_is_not_given_twice),
		T(test_owner_is_shared),
		T(test_first_of_a_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
