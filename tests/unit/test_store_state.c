/*
 * test_store_state.c - parties, mailboxes, folders, runs, dry runs.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "store/db.h"
#include "store/lasting.h"
#include "test_store.h"

/* --- parties ----------------------------------------------------------- */

static void
sync_party(struct kit *k, const char *const row[][4], size_t n)
{
	struct party_list list;
	size_t i;

	memset(&list, 0, sizeof(list));
	for (i = 0; i < n; i++)
		party_list_add(
		    &list, row[i][0], row[i][1], row[i][2], row[i][3]);
	OK(k, store_party_sync(k->st, &list, &k->err));
	party_list_free(&list);
}

static void
test_party(void **state)
{
	static const char *const one[][4] = {
		{ "user", "1", "ann@contoso.example", "Ann" },
		{ "contact", "9", "carl@customer.example", NULL },
		{ "contact", "9", "carl@home.example", NULL },
		{ "contact", "9", "carl@home.example", "twice" },
	};
	static const char *const two[][4] = {
		{ "contact", "9", "carl@customer.example", "Carl" },
		{ "user", "2", "bob@contoso.example", "Bob" },
		{ "lead", "7", "crm@x.example", "from file" },
	};
	struct kit *k = *state;
	struct party_list out;
	char *before, *after;

	sync_party(k, one, 4);
	assert_int_equal(number(k, "SELECT count(*) FROM party"), 3);
	ask(k, "INSERT INTO party(crm_type,crm_id,address,name) VALUES"
	       "('lead','7','crm@x.example','from CRM')");
	ask(k, "INSERT INTO party(crm_type,crm_id,address) VALUES"
	       "('lead','8',' <Eve@RIVAL.example> ')");
	ask(k, "INSERT INTO party(crm_type,crm_id,address) VALUES"
	       "('lead','8','no address')");
	sync_party(k, two, 3);
	assert_string_equal(
	    ask(k, "SELECT group_concat(source||crm_id||address||"
		   "ifnull(name,'-'),' ') FROM (SELECT * FROM party ORDER BY "
		   "source,crm_id)"),
	    "crm7crm@x.examplefrom CRM crm8 <Eve@RIVAL.example> - "
	    "crm8no address- csv2bob@contoso.exampleBob "
	    "csv9carl@customer.exampleCarl");
	before = dump(k);
	sync_party(k, two, 3);
	after = dump(k);
	assert_string_equal(before, after);
	free(before);
	free(after);

	memset(&out, 0, sizeof(out));
	OK(k, store_party_list(k->st, &out, &k->err));
	assert_int_equal(out.n, 4);
	party_list_free(&out);
	OK(k, store_party_sync(k->st, NULL, &k->err));
	memset(&out, 0, sizeof(out));
	OK(k, store_party_list(k->st, &out, &k->err));
	assert_int_equal(out.n, 2);
	assert_string_equal(out.v[1].address, "eve@rival.example");
	party_list_free(&out);
}

/* --- mailboxes --------------------------------------------------------- */

static void
test_mailbox(void **state)
{
	struct kit *k = *state;
	struct conf_mailbox box = kit_box(BOX_A);
	struct store_mailbox m;
	struct err fault = ERR_INIT;
	struct store_state show = { BOX_A, "testing" };

	OK(k, store_mailbox_get(k->st, &box, "1", PERMIT_WAITS, &m, &k->err));
	assert_string_equal(m.state, "waiting");
	assert_int_equal(m.last_ok_at, TIM_NONE);
	assert_int_equal(m.retry_at, TIM_NONE);
	OK(k, store_mailbox_get(k->st, &box, "1", PERMIT_OFF, &m, &k->err));
	assert_string_equal(m.state, "disabled");
	OK(k, store_mailbox_get(k->st, &box, "1", PERMIT_READ, &m, &k->err));
	assert_string_equal(m.state, "testing");
	/* as the beginning of a pass does it, once somebody has approved */
	OK(k, store_mailbox_show(k->st, &show, 1, &k->err));
	err_set(&fault, ERR_AUTH, "login refused");
	OK(k, store_mailbox_done(k->st, BOX_A, &fault, T0, &k->err));
	/* asked for at once: no old status is told */
	OK(k, store_mailbox_get(k->st, &box, "1", PERMIT_READ, &m, &k->err));
	assert_string_equal(m.state, "failing");
	assert_int_equal(m.passes, 1);
	assert_int_equal(m.retry_at, T0);
	assert_string_equal(
	    ask(k,
		"SELECT profile||type||crm_id||state||incoming||outgoing||act||"
		"last_error||retry_at FROM mailbox"),
	    "hquser1failingfailurenot_runnot_runlogin refused"
	    "2026-11-20T08:16:00Z");
	OK(k, store_mailbox_done(k->st, BOX_A, NULL, TIM_NONE, &k->err));
	OK(k, store_mailbox_done(k->st, BOX_A, NULL, TIM_NONE, &k->err));
	OK(k, store_flush(k->st, &k->err));
	assert_string_equal(
	    ask(k, "SELECT state||incoming||passes||(last_error IS NULL)||"
		   "(retry_at IS NULL)||(last_ok_at>'2020') FROM mailbox"),
	    "enabledsuccess3111");

	/* what a person set stays; what the configuration says is followed */
	ask(k, "UPDATE mailbox SET state='disabled'");
	box.type = CONF_MAILBOX_QUEUE;
	box.incoming = false;
	OK(k, store_mailbox_get(k->st, &box, NULL, PERMIT_READ, &m, &k->err));
	assert_string_equal(m.state, "disabled");
	OK(k, store_mailbox_done(k->st, BOX_A, NULL, TIM_NONE, &k->err));
	OK(k, store_flush(k->st, &k->err));
	assert_string_equal(
	    ask(k,
		"SELECT state||type||incoming||(crm_id IS NULL) FROM mailbox"),
	    "disabledqueuedisabled1");
}

/* A mailbox's pass ends while another thread's transaction lets others read. */
static void *
end_of_a(void *arg)
{
	struct kit *k = arg;
	struct err err = ERR_INIT;

	store_mailbox_done(k->st, BOX_A, NULL, TIM_NONE, &err);
	return NULL;
}

static int
long_work(struct store *st, void *arg, struct err *err)
{
	(void)arg;
	(void)err;
	while (atomic_load(&st->lock_wanted) == 0)
		tim_sleep(1);
	db_let_read(st);
	return 0;
}

static void
test_done_meanwhile(void **state)
{
	struct kit *k = *state;
	struct conf_mailbox a = kit_box("new-a@x.example");
	struct conf_mailbox b = kit_box(BOX_A);
	struct store_mailbox m;
	pthread_t thread;

	OK(k, store_mailbox_get(k->st, &b, "1", PERMIT_READ, &m, &k->err));
	OK(k, store_flush(k->st, &k->err));
	/* so that something waits, which the transaction writes */
	OK(k, store_mailbox_get(k->st, &a, "2", PERMIT_READ, &m, &k->err));
	db_lock(k->st);
	assert_int_equal(pthread_create(&thread, NULL, end_of_a, k), 0);
	OK(k, db_txn(k->st, long_work, NULL, &k->err));
	db_unlock(k->st);
	pthread_join(thread, NULL);
	OK(k, store_flush(k->st, &k->err));
	assert_string_equal(
	    ask(k,
		"SELECT state||passes FROM mailbox WHERE address='" BOX_A "'"),
	    "enabled1");
}

/* The clock; 0: the machine's own time. */
static int64_t mono;

int64_t __real_tim_mono(void);
int64_t __wrap_tim_mono(void);

int64_t
__wrap_tim_mono(void)
{
	return mono != 0 ? mono : __real_tim_mono();
}

/* A pass over many idle mailboxes is a handful of commits. */
static void
test_mailbox_deferred(void **state)
{
	struct kit *k = *state;
	struct store_mailbox m;
	char name[64];
	int i;

	mono = 1000000;
	for (i = 0; i < 1000; i++) {
		struct conf_mailbox box = kit_box(name);

		snprintf(name, sizeof(name), "u%d@contoso.example", i);
		OK(k, store_mailbox_get(
			  k->st, &box, NULL, PERMIT_READ, &m, &k->err));
		OK(k, store_mailbox_done(k->st, name, NULL, TIM_NONE, &k->err));
	}
	i = (int)number(k, "SELECT count(*) FROM mailbox");
	assert_in_range(i, 500, 999); /* some wait, not all */
	OK(k, store_flush(k->st, &k->err));
	assert_int_equal(
	    number(k, "SELECT count(*) FROM mailbox WHERE passes=1"), 1000);
	/* after a second the next call writes what waits */
	OK(k, store_mailbox_done(
		  k->st, "u1@contoso.example", NULL, TIM_NONE, &k->err));
	mono += 1000;
	{
		struct conf_mailbox box = kit_box("u2@contoso.example");

		OK(k, store_mailbox_get(
			  k->st, &box, NULL, PERMIT_READ, &m, &k->err));
	}
	assert_int_equal(
	    number(k, "SELECT count(*) FROM mailbox WHERE passes=2"), 1);
	OK(k, store_mailbox_done(
		  k->st, "u1@contoso.example", NULL, TIM_NONE, &k->err));
	store_close(k->st); /* writes, too */
	k->st = NULL;
	assert_int_equal(
	    number(k, "SELECT count(*) FROM mailbox WHERE passes=3"), 1);
	mono = 0;
}

/* --- folders ----------------------------------------------------------- */

static void
merge(struct kit *k, struct folder *f, size_t n, struct store_folders *out)
{
	struct folder_list list = { .v = f, .n = n };

	OK(k, store_folders_merge(k->st, BOX_A, &list, out, &k->err));
}

static void
test_folders(void **state)
{
	struct kit *k = *state;
	struct folder f[3] = {
		{ .id = "A-Projects",
		    .path = "A-Projects",
		    .class = "IPF.Note",
		    .total = 5 },
		{ .id = "A-Inbox",
		    .path = "Posteingang",
		    .class = "IPF.Note",
		    .total = 7 },
		{ .id = "a-inbox", .path = "Other case", .total = -1 },
	};
	struct store_page p = { .folder = k->projects_a,
		.cursor = "c",
		.finished = true,
		.marker = "m",
		.unsettled = 42 };
	struct store_folders out;
	struct decision d = keep();
	struct message *m = mail("<1@x>", "One", "x");
	struct store_item it = item("i1", "k", k->projects_a, m, &d);
	char *before, *after;

	put(k, BOX_A, &it);
	OK(k, store_put(k->st, WORK(BOX_A, NULL, 0, &p), &k->count, &k->err));
	merge(k, f, 3, &out);
	assert_int_equal(out.n, 3);
	assert_int_equal(out.v[0].id, k->inbox_a);
	assert_string_equal(out.v[0].path, "Posteingang");
	assert_string_equal(out.v[0].well_known, "inbox"); /* not erased */
	assert_string_equal(out.v[1].cursor, "c");
	assert_string_equal(out.v[1].marker, "m");
	assert_int_equal(out.v[1].unsettled, 42);
	assert_int_equal(out.v[2].unsettled, 0);
	assert_string_equal(out.v[2].folder_id, "a-inbox");
	arena_free(&out.arena);

	before = dump(k);
	merge(k, f, 3, &out);
	arena_free(&out.arena);
	merge(k, f, 0, &out); /* an empty list is no empty mailbox */
	assert_int_equal(out.n, 3);
	arena_free(&out.arena);
	after = dump(k);
	assert_string_equal(before, after);
	free(before);
	free(after);

	/* gone with its copies, and back: walked from the start */
	merge(k, f + 1, 2, &out);
	assert_int_equal(out.n, 2);
	arena_free(&out.arena);
	assert_int_equal(
	    number(k, "SELECT count(*) FROM email_copy c JOIN folder f ON "
		      "f.id=c.folder WHERE c.removed_at IS NOT NULL AND "
		      "f.removed_at IS NOT NULL"),
	    1);
	assert_int_equal(
	    number(k, "SELECT count(*) FROM change WHERE op='delete'"), 1);
	merge(k, f, 3, &out);
	assert_int_equal(out.n, 3);
	assert_int_equal(out.v[1].id, k->projects_a);
	assert_null(out.v[1].cursor);
	assert_true(out.v[1].resync);
	arena_free(&out.arena);
	put(k, BOX_A, &it);
	message_free(m);
	assert_int_equal(
	    number(k, "SELECT removed_at IS NULL FROM email_copy"), 1);
}

/* A change of total alone needs no commit, but is not forgotten. */
static void
test_totals(void **state)
{
	struct kit *k = *state;
	struct folder f[2] = {
		{ .id = "A-Inbox",
		    .path = "A-Inbox",
		    .class = "IPF.Note",
		    .total = 8 },
		{ .id = "A-Projects",
		    .path = "A-Projects",
		    .class = "IPF.Note",
		    .total = 5 },
	};
	struct store_folders out;

	merge(k, f, 2, &out);
	arena_free(&out.arena);
	assert_int_equal(
	    number(k, "SELECT total FROM folder WHERE folder_id='A-Inbox'"), 5);
	OK(k, store_flush(k->st, &k->err));
	assert_int_equal(
	    number(k, "SELECT total FROM folder WHERE folder_id='A-Inbox'"), 8);
}

/* A folder that must still be read keeps its total, as it keeps its marker. */
static void
test_total_unsettled(void **state)
{
	static const char total[] =
	    "SELECT total FROM folder WHERE folder_id='A-Inbox'";
	struct kit *k = *state;
	struct folder f = { .id = "A-Inbox",
		.path = "A-Inbox",
		.class = "IPF.Note",
		.marker = "m",
		.total = 9 };
	struct store_page p = { .folder = k->inbox_a,
		.cursor = "c",
		.finished = true,
		.marker = "m",
		.unsettled = 42 };
	struct store_folders out;

	OK(k, store_put(k->st, WORK(BOX_A, NULL, 0, &p), &k->count, &k->err));
	merge(k, &f, 1, &out);
	arena_free(&out.arena);
	OK(k, store_flush(k->st, &k->err));
	assert_int_equal(number(k, total), 5);
	p.unsettled = 0;
	OK(k, store_put(k->st, WORK(BOX_A, NULL, 0, &p), &k->count, &k->err));
	merge(k, &f, 1, &out);
	arena_free(&out.arena);
	OK(k, store_flush(k->st, &k->err));
	assert_int_equal(number(k, total), 9);
}

/* --- runs -------------------------------------------------------------- */

static void
test_run(void **state)
{
	struct kit *k = *state;
	struct store_run r;

	memset(&r, 0, sizeof(r));
	OK(k, store_run_begin(k->st, &r, &k->err));
	assert_int_equal(r.id, 1);
	OK(k, store_run_begin(k->st, &r, &k->err)); /* the first crashed */
	assert_int_equal(r.id, 2);
	r.outcome = "partial";
	r.count.emails = 3;
	r.count.failed = 4;
	r.failed = 1;
	r.bytes = 77;
	OK(k, store_run_end(k->st, &r, &k->err));
	assert_string_equal(
	    ask(k, "SELECT group_concat(outcome||(finished IS NULL)||"
		   "ifnull(emails||failed||mailboxes_failed||bytes,'-'),' ') "
		   "FROM run"),
	    "interrupted1- partial034177");
}

/* A pass that cannot begin does not hide that the one before died. */
static void
test_run_drop(void **state)
{
	struct kit *k = *state;
	struct store_run r;
	int i;

	memset(&r, 0, sizeof(r));
	OK(k, store_run_begin(k->st, &r, &k->err));
	for (i = 0; i < 2; i++) {
		OK(k, store_run_begin(k->st, &r, &k->err));
		assert_true(r.died_before);
		assert_int_equal(r.id, 2);
		OK(k, store_run_drop(k->st, &r, &k->err));
	}
	OK(k, store_run_begin(k->st, &r, &k->err));
	r.outcome = "interrupted"; /* by a signal: it came to its end */
	OK(k, store_run_end(k->st, &r, &k->err));
	for (i = 0; i < 2; i++) {
		OK(k, store_run_begin(k->st, &r, &k->err));
		assert_false(r.died_before);
		OK(k, store_run_drop(k->st, &r, &k->err));
	}
	assert_string_equal(ask(k, "SELECT group_concat(outcome,' ') FROM run"),
	    "interrupted interrupted");
}

/* --- dry runs ---------------------------------------------------------- */

static void
test_read_only(void **state)
{
	static const char *const row[][4] = {
		{ "contact", "1", "new@customer.example", NULL },
	};
	static const char *const ids[] = { "A-Inbox", "A-New" };
	struct kit *k = *state;
	struct conf_mailbox box = kit_box("new@contoso.example");
	struct store_mailbox m;
	struct store_folders f;
	struct store_run r;
	struct party_list out;
	struct item_ref ref[2] = { { .id = "i1", .change_key = "k" },
		{ .id = "i2", .change_key = "k" } };
	enum store_known known[2];
	unsigned char sha[32];
	struct store_blob *b;
	int64_t size;
	char *before, *after;

	store(k, BOX_A, "i1", "k", mail("<1@x>", "One", "x"));
	store_close(k->st);
	before = dump(k);
	kit_open(k, STORE_READ_ONLY);
	sync_party(k, row, 1);
	memset(&out, 0, sizeof(out));
	OK(k, store_party_list(k->st, &out, &k->err));
	assert_int_equal(out.n, 1);
	party_list_free(&out);
	OK(k, store_mailbox_get(k->st, &box, NULL, PERMIT_READ, &m, &k->err));
	assert_string_equal(m.state, "testing");
	folders(k, BOX_A, ids, 2, &f);
	assert_int_equal(f.n, 2);
	assert_int_equal(f.v[0].id, k->inbox_a);
	assert_true(f.v[1].id != 0);
	arena_free(&f.arena);
	OK(k, store_items_known(
		  k->st, PLACE(BOX_A, k->inbox_a), ref, 2, known, &k->err));
	assert_int_equal(known[0], STORE_SAME);
	assert_int_equal(known[1], STORE_NEW);
	assert_true(store_has_message_id(k->st, "<1@x>"));
	store(k, BOX_A, "i2", "k", mail("<2@x>", "Two", "x"));
	b = store_blob_begin(k->st, 100);
	OK(k, store_blob_stream(b)->write(
		  store_blob_stream(b), "abc", 3, &k->err));
	OK(k, store_blob_end(b, sha, &size, &k->err));
	assert_int_equal(sha[0], 0xba);
	memset(&r, 0, sizeof(r));
	OK(k, store_run_begin(k->st, &r, &k->err));
	OK(k, store_run_end(k->st, &r, &k->err));
	OK(k, store_mailbox_done(k->st, BOX_A, NULL, TIM_NONE, &k->err));
	OK(k, store_lock(k->st, &k->err));
	store_close(k->st);
	k->st = NULL;
	after = dump(k);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void
test_read_only_without_file(void **state)
{
	static const char *const ids[] = { "Inbox", "Sent" };
	struct kit *k = *state;
	struct store_folders f;

	kit_open(k, STORE_READ_ONLY);
	folders(k, BOX_A, ids, 2, &f);
	assert_int_equal(f.n, 2);
	arena_free(&f.arena);
	assert_false(store_has_message_id(k->st, "<1@x>"));
	assert_int_equal(access(k->path, F_OK), -1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
#define BARE(f) cmocka_unit_test_setup_teardown(f, kit_bare, kit_teardown)

static int
open_empty(void **state)
{
	kit_bare(state);
	kit_open(*state, 0);
	return 0;
}
#define EMPTY(f) cmocka_unit_test_setup_teardown(f, open_empty, kit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		EMPTY(test_party),
		EMPTY(test_mailbox),
		EMPTY(test_mailbox_deferred),
		EMPTY(test_done_meanwhile),
		TEST(test_folders),
		TEST(test_totals),
		TEST(test_total_unsettled),
		EMPTY(test_run),
		EMPTY(test_run_drop),
		TEST(test_read_only),
		BARE(test_read_only_without_file),
	};

	return cmocka_run_group_tests_name("store_state", tests, NULL, NULL);
}
