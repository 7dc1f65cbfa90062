/*
 * test_store_crash.c - a small pass dies at every fault point in turn and is
 * resumed from what the file says: it must end with the rows of a clean run.
 * Needs a build with EXSYNC_FAULT. Also: several threads at once.
 */
#include <pthread.h>
#include <sys/wait.h>

#include "test_store.h"

#ifdef EXSYNC_FAULT

static struct store_folder *
inbox(struct kit *k, struct store_folders *f)
{
	known_folders(k, BOX_A, f);
	if (f->n == 0 || (f->v[0].cursor == NULL && !f->v[0].resync)) {
		arena_free(&f->arena);
		kit_boxes(k);
		known_folders(k, BOX_A, f);
	}
	assert_true(f->n >= 1);
	return &f->v[0];
}

static void
end_page(struct kit *k, const struct store_item *it, size_t n,
    const struct store_page *p)
{
	OK(k, store_put(k->st, WORK(BOX_A, it, n, p), &k->count, &k->err));
}

/* First page: mails in two batches, one with attachments, one skipped. */
static void
first_page(struct kit *k)
{
	struct store_page p = { .folder = k->inbox_a, .cursor = "c1" };
	static char big[400000];
	struct decision d = keep(), skip = keep();
	struct message *m = mail("<a@x>", "With file", "text");
	struct attachment *a = message_attachment(m);
	struct store_item it[2];
	struct store_blob *b;
	struct message *m2 = mail("<p@x>", "In projects", "text");

	it[0] = item("ip", "k", k->projects_a, m2, &d);
	put(k, BOX_A, &it[0]);
	message_free(m2);
	store(k, BOX_A, "i1", "k", mail("<1@x>", "One", "one"));
	store(k, BOX_A, "i2", "k", mail("<2@x>", "Two", "two"));
	store(k, BOX_B, "i2", "k", mail("<2@x>", "Two", "two"));
	store(k, BOX_B, "i3", "k", mail("<2@x>", "Two", "variant"));
	memset(big, 'b', sizeof(big));
	b = store_blob_begin(k->st, 1 << 20);
	OK(k, store_blob_stream(b)->write(
		  store_blob_stream(b), big, sizeof(big), &k->err));
	OK(k, store_blob_end(b, a->sha256, &a->size, &k->err));
	a->stored = true;
	a->name = "big.bin";
	it[0] = item("ia", "k", k->inbox_a, m, &d);
	m2 = mail("<s@x>", "Skipped", "no");
	skip.verdict = VERDICT_SKIP;
	it[1] = item("is", "k", k->inbox_a, m2, &skip);
	end_page(k, it, 2, &p);
	message_free(m);
	message_free(m2);
}

/* Second page: a delete, a read flag, an item that fails. */
static void
second_page(struct kit *k)
{
	struct change c[] = { { .op = CHANGE_DELETE, .id = "i1" },
		{ .op = CHANGE_READ, .id = "i2", .is_read = true } };
	struct store_page p = {
		.folder = k->inbox_a, .cursor = "c2", .change = c, .nchange = 2
	};
	struct err fault = ERR_INIT;
	struct store_item it = item("if", "k", k->inbox_a, NULL, NULL);

	err_set(&fault, ERR_ITEM, "corrupt");
	it.fault = &fault;
	it.next_try = T0;
	end_page(k, &it, 1, &p);
}

/* The failed item succeeds, and another mail gets fuller. */
static void
third_page(struct kit *k)
{
	struct store_page p = { .folder = k->inbox_a,
		.cursor = "c3",
		.finished = true,
		.marker = "m3" };
	struct decision d = keep();
	struct message *m = mail("<f@x>", "Failed once", "text");
	struct store_item it = item("if", "k", k->inbox_a, m, &d);
	struct message *rich = mail("<2@x>", "Two", "two");

	rich->headers = "More: yes\r\n";
	person(rich, ROLE_BCC, "secret@customer.example");
	store(k, BOX_A, "i2", "k2", rich);
	end_page(k, &it, 1, &p);
	message_free(m);
}

static void
restart(struct kit *k)
{
	struct store_page p = { .folder = k->inbox_a, .restart = true };

	end_page(k, NULL, 0, &p);
}

/* The full walk does not see ia, and sees the others. */
static void
full_walk(struct kit *k)
{
	struct change c[] = { { .op = CHANGE_PUT, .id = "i2" },
		{ .op = CHANGE_PUT, .id = "is" },
		{ .op = CHANGE_PUT, .id = "if" } };
	struct store_page p = { .folder = k->inbox_a,
		.cursor = "c5",
		.change = c,
		.nchange = 3,
		.finished = true,
		.marker = "m5" };

	end_page(k, NULL, 0, &p);
}

static void
lose_folder(struct kit *k)
{
	static const char *const ids[] = { "A-Inbox", "A-New" };
	struct store_page p = { .folder = k->inbox_a, .cursor = "c6" };
	struct store_folders f;

	folders(k, BOX_A, ids, 2, &f);
	arena_free(&f.arena);
	end_page(k, NULL, 0, &p);
}

/* Runs the pass from where the file says that it stopped. */
static int
pass(struct kit *k)
{
	static const char *const row[][4] = {
		{ "user", "1", BOX_A, "Ann" },
		{ "contact", "9", "carl@customer.example", NULL },
	};
	struct party_list list;
	struct store_run run;
	struct store_folders f;
	struct store_folder *in;
	char cursor[8];
	bool walking;
	size_t i;

	kit_open(k, 0);
	memset(&run, 0, sizeof(run));
	OK(k, store_run_begin(k->st, &run, &k->err));
	memset(&list, 0, sizeof(list));
	for (i = 0; i < 2; i++)
		party_list_add(
		    &list, row[i][0], row[i][1], row[i][2], row[i][3]);
	OK(k, store_party_sync(k->st, &list, &k->err));
	party_list_free(&list);
	do {
		in = inbox(k, &f);
		k->inbox_a = in->id;
		strcpy(cursor, str_nn(in->cursor));
		walking = in->resync;
		arena_free(&f.arena);
		if (cursor[0] == '\0' && !walking)
			first_page(k);
		else if (strcmp(cursor, "c1") == 0)
			second_page(k);
		else if (strcmp(cursor, "c2") == 0)
			third_page(k);
		else if (strcmp(cursor, "c3") == 0)
			restart(k);
		else if (walking)
			full_walk(k);
		else if (strcmp(cursor, "c5") == 0)
			lose_folder(k);
	} while (strcmp(cursor, "c6") != 0);
	OK(k, store_mailbox_done(k->st, BOX_A, NULL, TIM_NONE, &k->err));
	run.outcome = "ok";
	OK(k, store_run_end(k->st, &run, &k->err));
	store_close(k->st);
	k->st = NULL;
	return 0;
}

/* Runs the pass in a process that dies at fault point n (0: nowhere). */
static int
pass_dying(struct kit *k, long n)
{
	pid_t pid = fork();
	char at[24];
	int status;

	if (pid == 0) {
		snprintf(at, sizeof(at), "%ld", n);
		if (n > 0)
			setenv("EXSYNC_CRASH_AT", at, 1);
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(1);
		_exit(pass(k));
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/*
 * All rows that must be equal: without random keys, facts of the file itself,
 * and tables that count passes (run, mailbox).
 */
static char *
rows(struct kit *k)
{
	static const char *const sql[] = {
		"SELECT * FROM email ORDER BY 1",
		"SELECT * FROM email_body ORDER BY 1",
		"SELECT * FROM email_party ORDER BY 1,2,3",
		"SELECT * FROM email_link ORDER BY 1,2,3",
		"SELECT * FROM email_copy ORDER BY 1,2,4",
		"SELECT * FROM attachment ORDER BY 1,2",
		"SELECT sha256,size,length(data) FROM blob ORDER BY 1",
		"SELECT * FROM change ORDER BY 1",
		("SELECT mailbox,item,message_id,verdict,rule,folder,"
		 "change_key,length(parties),email,state FROM decision "
		 "ORDER BY 1,2"),
		"SELECT * FROM failure ORDER BY 1,2",
		"SELECT * FROM folder ORDER BY 1",
		"SELECT * FROM sync_folder ORDER BY 1",
		"SELECT * FROM party ORDER BY 1,2,3",
	};
	struct buf b;
	sqlite3 *h;
	size_t i;

	buf_init(&b, 1 << 20);
	assert_int_equal(sqlite3_open(k->path, &h), SQLITE_OK);
	for (i = 0; i < sizeof(sql) / sizeof(*sql); i++)
		dump_rows(&b, h, sql[i]);
	sqlite3_close(h);
	return buf_take(&b);
}

static void
test_crash_everywhere(void **state)
{
	struct kit *k = *state;
	char *clean, *now;
	long n, died = 0;
	int rc;

	setenv("EXSYNC_NOW", "2026-11-20T09:00:00Z", 1);
	assert_int_equal(pass_dying(k, 0), 0);
	clean = rows(k);
	assert_int_equal(pass_dying(k, 0), 0); /* once more: nothing new */
	now = rows(k);
	assert_string_equal(clean, now);
	free(now);
	for (n = 1;; n++) {
		kit_unlink(k);
		rc = pass_dying(k, n);
		if (rc == 0)
			break;
		assert_int_equal(rc, 99);
		died++;
		assert_int_equal(pass_dying(k, 0), 0);
		now = rows(k);
		if (strcmp(clean, now) != 0)
			fail_msg("after a crash at %ld:\n%s\nclean:\n%s", n,
			    now, clean);
		free(now);
	}
	free(clean);
	assert_in_range(died, 60, 1000);
}
#else
static void
test_crash_everywhere(void **state)
{
	(void)state;
	skip();
}
#endif

/* --- threads ----------------------------------------------------------- */

struct worker {
	pthread_t thread;
	struct kit *k;
	const struct decision *d;
	int n;
	bool bad;
};

static void *
work(void *arg)
{
	struct worker *w = arg;
	struct kit *k = w->k;
	struct err err = ERR_INIT;
	struct store_count count = { 0 };
	int i;

	for (i = 0; i < 40 && !w->bad; i++) {
		char id[32], mid[32];
		unsigned char sha[32];
		int64_t size;
		struct store_blob *b = store_blob_begin(k->st, 99);
		struct stream *s = store_blob_stream(b);
		struct message *m;
		struct store_item it;
		struct item_ref r = { .id = id, .change_key = "k" };
		enum store_known known;

		snprintf(mid, sizeof(mid), "<%d@x>", i); /* all the same */
		snprintf(id, sizeof(id), "w%d-%d", w->n, i);
		w->bad |= s->write(s, mid, strlen(mid), &err) != 0;
		w->bad |= store_blob_end(b, sha, &size, &err) != 0;
		m = mail(mid, "S", "text");
		it = item(id, "k", k->inbox_a, m, w->d);
		w->bad |= store_put(k->st, WORK(BOX_A, &it, 1, NULL), &count,
			      &err) != 0;
		w->bad |= store_items_known(k->st, PLACE(BOX_A, k->inbox_a), &r,
			      1, &known, &err) != 0 ||
			  known != STORE_SAME;
		w->bad |=
		    store_mailbox_done(k->st, BOX_A, NULL, TIM_NONE, &err) != 0;
		message_free(m);
	}
	return NULL;
}

static void
test_threads(void **state)
{
	struct kit *k = *state;
	struct worker w[4];
	struct decision d;
	int i;

	kit_open(k, 0);
	kit_boxes(k);
	d = keep();
	for (i = 0; i < 4; i++) {
		w[i].k = k;
		w[i].d = &d;
		w[i].n = i;
		w[i].bad = false;
		assert_int_equal(
		    pthread_create(&w[i].thread, NULL, work, &w[i]), 0);
	}
	for (i = 0; i < 4; i++) {
		pthread_join(w[i].thread, NULL);
		assert_false(w[i].bad);
	}
	OK(k, store_flush(k->st, &k->err));
	assert_int_equal(number(k, "SELECT count(*) FROM email"), 40);
	assert_int_equal(number(k, "SELECT count(*) FROM email_copy"), 160);
	assert_int_equal(number(k, "SELECT count(*) FROM change"), 160);
	assert_int_equal(number(k, "SELECT count(*) FROM blob"), 40);
	assert_int_equal(number(k, "SELECT max(passes) FROM mailbox"), 160);
}

#define BARE(f) cmocka_unit_test_setup_teardown(f, kit_bare, kit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BARE(test_crash_everywhere),
		BARE(test_threads),
	};

	return cmocka_run_group_tests_name("store_crash", tests, NULL, NULL);
}
