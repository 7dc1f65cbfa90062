/*
 * test_walk.c - pages of changes, two of them at a time: whatever they say of
 * one item, the last change is stored.
 *
 * The server here holds items 0, 1, ...; a page is a text: "3" means that item
 * 3 is new or changed, "-3" that it is gone, "3r" or "3u" that its read flag
 * changed, "10-21" are several items. "/3" in front: item 3 changes before that
 * page is asked for.
 */
#include "test_store.h"

#include <pthread.h>

#include "store/db.h"
#include "sync/walk.h"

#define ITEMS   64
#define PAGES   4
#define WAIT    300   /* ms that a slow answer waits for what must not come */
#define HANG_MS 60000 /* nothing but a defect takes so long */

static struct {
	pthread_mutex_t lock;
	const char *page[PAGES]; /* up to the first NULL */
	int version[ITEMS];
	bool read[ITEMS];
	int under_way[ITEMS], asked[ITEMS];
	bool twice;        /* an item was asked for while it was on its way */
	int slow;          /* the first answer with that item takes long */
	int broken;        /* no answer with that item comes; -1 */
	enum err_kind why; /* what is said then */
	int missing;       /* listed, but it is not there; -1 */
	int64_t failed;    /* in the last walk */
	int total;         /* items in the folder, as the server counts; -1 */
	/* tim_now when it told of the folder; each page takes so long */
	int64_t told_at, takes;
} server;

static const struct provider_ops ops;
static struct provider provider = { &ops };
static struct session session = { &provider, 0 };

static struct session *
open_session(struct provider *p, const struct conf_mailbox *m, struct err *err)
{
	(void)p;
	(void)m;
	(void)err;
	return &session;
}

static void
close_session(struct session *s)
{
	(void)s;
}

static void
usage(struct session *s, int64_t *requests, int64_t *bytes)
{
	(void)s;
	*requests = *bytes = 0;
}

static int
probe(struct session *s, struct probe *out, struct err *err)
{
	(void)s;
	(void)out;
	return err_set(err, ERR_FATAL, "as the test says");
}

static void
add(struct change_page *g, enum change_op op, int item, bool is_read)
{
	struct change *c = &g->v[g->n++];
	char text[24];

	memset(c, 0, sizeof(*c));
	c->op = op;
	c->received_at = TIM_NONE;
	c->is_read = is_read;
	snprintf(text, sizeof(text), "%d", item);
	c->id = arena_strdup(&g->arena, text);
	snprintf(text, sizeof(text), "k%d", server.version[item]);
	c->change_key = arena_strdup(&g->arena, text);
}

static void
add_word(struct change_page *g, const char *word)
{
	char *end;
	int item = (int)strtol(word + (*word == '-' || *word == '/'), &end, 10);
	int last = *end == '-' ? atoi(end + 1) : item;

	if (*word == '/')
		server.version[item]++;
	else if (*word == '-')
		add(g, CHANGE_DELETE, item, false);
	else if (*end == 'r' || *end == 'u')
		add(g, CHANGE_READ, item, *end == 'r');
	else
		for (; item <= last; item++)
			add(g, CHANGE_PUT, item, false);
}

/* The answer that will be slow is on its way. */
static void
wait_for_slow(void)
{
	bool asked = server.slow == -1;
	int i;

	for (i = 0; !asked && i < HANG_MS; i++) {
		tim_sleep(1);
		pthread_mutex_lock(&server.lock);
		asked = server.asked[server.slow] > 0;
		pthread_mutex_unlock(&server.lock);
	}
}

/* Sets the clock; only while no other thread reads it. */
static void
set_clock(int64_t now)
{
	char text[TIM_TEXT];

	setenv("EXSYNC_NOW", tim_text(now, text), 1);
}

static int
changes(struct session *s, const char *folder_id, const char *cursor, int max,
    struct change_page *out, struct err *err)
{
	int n = cursor == NULL ? 0 : atoi(cursor);
	char text[256], next[16], *word, *rest = NULL;

	(void)s;
	(void)folder_id;
	(void)max;
	(void)err;
	if (server.takes != 0)
		set_clock(tim_now() + server.takes);
	snprintf(text, sizeof(text), "%s", str_nn(server.page[n]));
	out->v = arena_alloc(&out->arena, ITEMS * sizeof(*out->v));
	if (n > 0)
		wait_for_slow();
	pthread_mutex_lock(&server.lock);
	for (word = strtok_r(text, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest))
		add_word(out, word);
	pthread_mutex_unlock(&server.lock);
	out->more = server.page[n] != NULL && server.page[n + 1] != NULL;
	snprintf(next, sizeof(next), "%d", n + (server.page[n] != NULL));
	out->cursor = arena_strdup(&out->arena, next);
	return 0;
}

static struct message *
as_it_is(int item)
{
	struct message *m = mail(NULL, "Subject", NULL);
	char text[24];

	snprintf(text, sizeof(text), "%d", item);
	m->item_id = arena_strdup(&m->arena, text);
	snprintf(text, sizeof(text), "<%d@x>", item);
	m->message_id = arena_strdup(&m->arena, text);
	snprintf(text, sizeof(text), "k%d", server.version[item]);
	m->change_key = arena_strdup(&m->arena, text);
	snprintf(text, sizeof(text), "version %d", server.version[item]);
	m->text = arena_strdup(&m->arena, text);
	m->text_len = strlen(m->text);
	m->is_read = server.read[item];
	return m;
}

/* Notes that a request has these items. True: its answer must wait. */
static bool
take(const struct item_ref *ref, size_t n, struct message **out)
{
	bool slow = false;
	size_t i;

	pthread_mutex_lock(&server.lock);
	for (i = 0; i < n; i++) {
		int item = atoi(ref[i].id);

		server.twice = server.twice || server.under_way[item]++ > 0;
		slow = slow || (item == server.slow && server.asked[item] == 0);
		server.asked[item]++;
		out[i] = as_it_is(item);
	}
	pthread_mutex_unlock(&server.lock);
	return slow;
}

static int
whole(
    const struct item_ref *ref, size_t n, struct message **out, struct err *err)
{
	bool broken = false;
	size_t i;

	if (take(ref, n, out))
		tim_sleep(WAIT);
	for (i = 0; i < n; i++) {
		int item = atoi(ref[i].id);

		pthread_mutex_lock(&server.lock);
		server.under_way[item]--;
		pthread_mutex_unlock(&server.lock);
		broken = broken || item == server.broken;
		if (item == server.missing)
			err_set(&out[i]->err, ERR_GONE, "as the test says");
	}
	if (!broken)
		return 0;
	message_drop(out, n);
	return err_set(err, server.why, "as the test says");
}

/* For mail in the store: first what has changed, then the body. */
static int
messages(struct session *s, enum provider_part part, const struct item_ref *ref,
    size_t n, struct message **out, struct err *err)
{
	size_t i;

	(void)s;
	if (part == PROVIDER_CONTENT)
		return whole(ref, n, out, err);
	for (i = 0; i < n; i++) {
		pthread_mutex_lock(&server.lock);
		out[i] = as_it_is(atoi(ref[i].id));
		pthread_mutex_unlock(&server.lock);
		out[i]->text = NULL;
		out[i]->text_len = 0;
	}
	return 0;
}

static const struct provider_limits limits = {
	.changes = 512, .items = { 100, 100, 50 }, .kinds = 1 << FOLDER_MAIL
};

static const struct provider_ops ops = { .limits = &limits,
	.session_open = open_session,
	.session_close = close_session,
	.usage = usage,
	.probe = probe,
	.changes = changes,
	.messages = messages };

/* Reads ann's inbox from where the file says that it is. */
static int
walk_inbox(struct kit *k)
{
	struct conf conf = { .max_attachment = 1000 };
	struct conf_profile profile = kit_profile;
	struct pass pass = { .conf = &conf, .store = k->st };
	struct profile_work p = {
		.pass = &pass, .conf = &profile, .ops = &ops
	};
	struct tally tally = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct mailbox_work w = {
		.profile = &p, .session = &session, .told_at = server.told_at
	};
	struct party_list list = { 0 };
	struct store_folders f;
	struct folder told = { .marker = "m", .total = server.total };
	int rc;

	party_list_add(&list, "contact", "815", "carl@customer.example", NULL);
	profile.process_email_from = TIM_NONE;
	profile.match = CONF_MATCH_ANY;
	w.conf = kit_box(BOX_A);
	w.match = (struct match){ .conf = &conf,
		.profile = &profile,
		.mailbox = &w.conf,
		.dir = party_dir_build(&list) };
	p.gate = gate_open(9);
	p.crew = crew_open(4);
	p.budget = budget_open(1 << 20);
	p.tally = &tally;
	known_folders(k, BOX_A, &f);
	server.twice = false;
	memset(server.asked, 0, sizeof(server.asked));
	rc =
	    walk_folder(&(struct reading){ .mailbox = &w, .session = &session },
		&f.v[0], &told, false, &k->err);
	arena_free(&f.arena);
	crew_close(p.crew);
	server.failed = tally.count.store.failed;
	gate_close(p.gate);
	budget_close(p.budget);
	party_dir_free((struct party_dir *)(uintptr_t)w.match.dir);
	party_list_free(&list);
	assert_false(server.twice);
	return rc;
}

/* What the file has of an item: "version 2 u k3", or "gone". */
static const char *
stored(struct kit *k, int item)
{
	char sql[512];

	snprintf(sql, sizeof(sql),
	    "SELECT iif(removed_at IS NULL,text||' '||"
	    "iif(is_read,'r','u')||' '||change_key,'gone') FROM email_copy c "
	    "JOIN email_body b ON b.email_id=c.email_id "
	    "JOIN decision d ON d.item=c.item_id WHERE item_id='%d'",
	    item);
	return ask(k, sql);
}

static void
reset_server(void)
{
	memset(&server, 0, sizeof(server));
	pthread_mutex_init(&server.lock, NULL);
	server.slow = server.broken = server.total = server.missing = -1;
	server.why = ERR_FATAL;
}

#define WALK(k, ...)                                                           \
	do {                                                                   \
		static const char *const page[PAGES] = { __VA_ARGS__ };        \
		memcpy(server.page, page, sizeof(page));                       \
		(void)number(k, "UPDATE sync_folder SET cursor='0'");          \
		OK(k, walk_inbox(k));                                          \
	} while (0)

static void
test_changed_between_pages(void **state)
{
	struct kit *k = *state;

	reset_server();
	server.slow = 1;
	WALK(k, "1 2", "/1 1 10-21", "3");
	assert_string_equal(stored(k, 1), "version 1 u k1");
	assert_int_equal(server.asked[1], 2);
	assert_string_equal(stored(k, 21), "version 0 u k0");
	assert_int_equal(number(k, "SELECT count(*) FROM email"), 15);
	assert_int_equal(number(k, "SELECT count(*) FROM sync_ahead"), 0);
	/* named again as it was: not asked for again */
	server.slow = -1;
	WALK(k, "/4 4 5", "4 5", "5 4");
	assert_int_equal(server.asked[4] + server.asked[5], 2);
}

static void
test_gone_and_back(void **state)
{
	struct kit *k = *state;

	reset_server();
	server.slow = 2;
	WALK(k, "1 2 3");
	WALK(k, "-1 /2 2", "/1 1 10-21");
	assert_string_equal(stored(k, 1), "version 1 u k1");
	WALK(k, "/1 1 /2 2", "-1 10-21");
	assert_string_equal(stored(k, 1), "gone");
}

static void
test_flag_of_the_page_before(void **state)
{
	struct kit *k = *state;

	reset_server();
	WALK(k, "1 2");
	server.slow = 2;
	WALK(k, "1r /2 2", "/1 1 10-21");
	assert_string_equal(stored(k, 1), "version 1 u k1");
	WALK(k, "/1 1 /2 2", "1r 10-21");
	assert_string_equal(stored(k, 1), "version 2 r k2");
}

/* The last change of an item in a page counts, and is fetched once. */
static void
test_twice_in_a_page(void **state)
{
	struct kit *k = *state;

	reset_server();
	WALK(k, "1 2 1 3 1");
	assert_int_equal(server.asked[1], 1);
	assert_string_equal(stored(k, 1), "version 0 u k0");
	WALK(k, "/1 1 /2 2 -1");
	assert_int_equal(server.asked[1], 0);
	assert_string_equal(stored(k, 1), "gone");
	WALK(k, "-2 -1 /1 1 -3 /2 2");
	assert_string_equal(stored(k, 1), "version 2 u k2");
	assert_string_equal(stored(k, 2), "version 2 u k2");
	assert_string_equal(stored(k, 3), "gone");
	WALK(k, "1r /1 1 /2 2 2r");
	assert_string_equal(stored(k, 1), "version 3 u k3");
	assert_string_equal(stored(k, 2), "version 3 r k3");
}

/* The first page fails while an item of the second waits for it. */
static void
test_page_fails(void **state)
{
	struct kit *k = *state;

	reset_server();
	server.broken = 2;
	server.page[0] = "1 2";
	server.page[1] = "/1 1 10-21";
	assert_int_equal(walk_inbox(k), -1);
	assert_string_equal(stored(k, 15), "version 0 u k0");
	assert_int_equal(
	    number(k, "SELECT count(*) FROM sync_folder WHERE cursor NOTNULL"),
	    0);
	server.broken = -1;
	server.page[1] = "1 10-21";
	OK(k, walk_inbox(k));
	assert_string_equal(stored(k, 1), "version 1 u k1");
	assert_int_equal(number(k, "SELECT count(*) FROM email"), 14);
	assert_int_equal(number(k, "SELECT count(*) FROM sync_ahead"), 0);
}

/*
 * The server fails, and the disk, too: the disk is what the pass hears of. The
 * batch that the disk has no room for comes after the one that the server does
 * not give, and is the last of its page, or one of the next page.
 */
static void
test_disk_fails_too(void **state)
{
	static const struct {
		const char *page[2];
		int broken, slow;
	} rows[] = {
		{ { "1-20", NULL }, 2, 11 },
		{ { "21-30", "21 31-40" }, 22, 21 },
	};
	struct kit *k = *state;
	size_t i;

	/* in a pass no trigger fires: this one is how the disk fails */
	sqlite3_db_config(
	    k->st->h, SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, (int *)NULL);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		reset_server();
		server.why = ERR_CONFIG;
		server.broken = rows[i].broken;
		server.slow = rows[i].slow;
		memcpy(server.page, rows[i].page, sizeof(rows[i].page));
		ask(k, "CREATE TRIGGER no_room BEFORE INSERT ON decision BEGIN "
		       "SELECT RAISE(ABORT, 'no room'); END");
		assert_int_equal(walk_inbox(k), -1);
		assert_int_equal(k->err.kind, ERR_FATAL);
		assert_non_null(strstr(k->err.msg, "no room"));
		ask(k, "DROP TRIGGER no_room");
		assert_int_equal(walk_inbox(k), -1);
		assert_int_equal(k->err.kind, ERR_CONFIG);
		err_clear(&k->err);
	}
}

/*
 * A walk of a folder of which the server says that it has total items. It
 * reports all from the start, and news since the cursor in the file.
 */
static void
walk_counted(struct kit *k, int total, const char *all, const char *news)
{
	memset(server.page, 0, sizeof(server.page));
	server.page[0] = all;
	server.page[1] = news;
	server.total = total;
	(void)number(k, "UPDATE sync_folder SET cursor='1'");
	OK(k, walk_inbox(k));
	OK(k, store_flush(k->st, &k->err));
}

static int64_t
there(struct kit *k)
{
	return number(
	    k, "SELECT count(*) FROM email_copy WHERE removed_at IS NULL");
}

static int64_t
full_walks(struct kit *k)
{
	return number(k, "SELECT walk FROM sync_folder");
}

/* The server does not report what was deleted; its count shows it. */
static void
test_count_tells(void **state)
{
	struct kit *k = *state;

	reset_server();
	server.total = 9;
	WALK(k, "1-9");
	walk_counted(k, 9, "1-9", "");
	assert_int_equal(there(k), 9);
	assert_int_equal(full_walks(k), 0);
	walk_counted(k, 8, "1-4 6-9", "");
	assert_int_equal(full_walks(k), 1);
	assert_string_equal(stored(k, 5), "gone");
	/* less than half, and something new */
	walk_counted(k, 3, "1 2", "10");
	assert_int_equal(there(k), 3);
	assert_int_equal(full_walks(k), 2);
	/* empty, and it is all there again, as it was */
	walk_counted(k, 0, "", "");
	assert_int_equal(there(k), 0);
	walk_counted(k, 10, "1-10", "1-10");
	assert_int_equal(there(k), 10);
	assert_int_equal(number(k, "SELECT count(*) FROM email"), 10);
	assert_int_equal(number(k, "SELECT count(*) FROM email_copy"), 10);
	assert_int_equal(full_walks(k), 3);
	/* what is told needs no second look */
	walk_counted(k, 9, "", "-3");
	walk_counted(k, 10, "", "3");
	assert_int_equal(full_walks(k), 3);
	assert_int_equal(
	    number(k, "SELECT total FROM folder WHERE path='A-Inbox' AND "
		      "mailbox='" BOX_A "'"),
	    10);
}

/* Mail that arrives after the server has counted does not make it wrong. */
static void
test_count_is_late(void **state)
{
	struct kit *k = *state;

	reset_server();
	server.total = 5;
	WALK(k, "1-5");
	walk_counted(k, 5, "", "6");
	assert_int_equal(full_walks(k), 0);
	assert_int_equal(
	    number(k, "SELECT marker IS NULL FROM sync_folder"), 1);
	walk_counted(k, 6, "", "");
	assert_int_equal(full_walks(k), 0);
	assert_int_equal(
	    number(k, "SELECT marker IS NULL FROM sync_folder"), 0);
	/* as many came as went away: the next walk finds out */
	walk_counted(k, 6, "", "7");
	assert_int_equal(full_walks(k), 0);
	walk_counted(k, 6, "2-7", "");
	assert_int_equal(full_walks(k), 1);
	assert_string_equal(stored(k, 1), "gone");
	assert_int_equal(there(k), 6);
}

/* A server whose count is wrong is believed only once. */
static void
test_count_is_wrong(void **state)
{
	struct kit *k = *state;
	int i;

	reset_server();
	server.total = 0;
	WALK(k, "1-5");
	walk_counted(k, 0, "1-5", "6 7");
	walk_counted(k, 0, "1-7", "8");
	walk_counted(k, 0, "1-8", "9");
	walk_counted(k, 0, "1-9", "-9");
	assert_true(full_walks(k) <= 1);
	assert_int_equal(there(k), 8);
	/* ... nor one that counts one less than it tells of */
	for (i = 0; i < 4; i++) {
		walk_counted(k, 7, "1-8", "");
		walk_counted(k, 8, "1-8", "9");
		walk_counted(k, 7, "1-8", "-9");
	}
	assert_true(full_walks(k) <= 2);
	/* no count at all */
	walk_counted(k, -1, "", "-1");
	walk_counted(k, -1, "", "10 11");
	assert_true(full_walks(k) <= 2);
	assert_int_equal(there(k), 9);
}

/*
 * An item that is not there counts until the server says that it was deleted,
 * and counts once: what an earlier walk left in doubt is no news.
 */
static void
test_doubts(void **state)
{
	struct kit *k = *state;

	reset_server();
	server.missing = 2;
	WALK(k, "1 2 3");
	assert_int_equal(server.failed, 1);
	server.missing = 5;
	WALK(k, "4 5", "-5");
	assert_int_equal(server.failed, 0);
	server.missing = 6;
	WALK(k, "6 7");
	assert_int_equal(server.failed, 1);
	server.missing = -1;
	WALK(k, "8", "-2 -6");
	assert_int_equal(server.failed, 0);
	assert_int_equal(number(k, "SELECT count(*) FROM failure"), 0);
}

/* A full walk that fails before its first cursor is started over. */
static void
test_full_walk_again(void **state)
{
	struct kit *k = *state;
	struct store_page begin = { .folder = k->inbox_a, .restart = true };

	reset_server();
	server.page[0] = "1 2 3";
	OK(k, walk_inbox(k));
	page(k, BOX_A, &begin);
	server.page[0] = "1 2 3 4";
	server.broken = 4;
	assert_int_equal(walk_inbox(k), -1);
	server.page[0] = "1 3";
	OK(k, walk_inbox(k));
	assert_string_equal(stored(k, 2), "gone");
	assert_string_equal(stored(k, 3), "version 0 u k0");
	assert_int_equal(number(k, "SELECT walk FROM sync_folder"), 3);
	assert_int_equal(number(k, "SELECT walking FROM sync_folder"), 0);
}

/*
 * A marker is settled when the last page was asked for long after the marker
 * was first seen, in this pass or an earlier one.
 */
static void
test_marker_settles(void **state)
{
	static const char unsettled[] = "SELECT unsettled FROM sync_folder";
	const int64_t first = INT64_C(1795680000000);
	struct kit *k = *state;

	reset_server();
	server.told_at = first;
	server.takes = 2000;
	set_clock(first);
	WALK(k, "-1");
	assert_int_equal(number(k, unsettled), first);
	server.told_at = first + 2000;
	WALK(k, "-1");
	assert_int_equal(number(k, unsettled), first);
	server.told_at = first + 4000;
	WALK(k, "-1");
	assert_int_equal(number(k, unsettled), 0);
	WALK(k, "-1");
	assert_int_equal(number(k, unsettled), 0);
	/* another marker, and a walk that takes its time */
	(void)number(k, "UPDATE sync_folder SET marker='l'");
	server.told_at = first;
	set_clock(first);
	WALK(k, "-1", "-2");
	assert_int_equal(number(k, unsettled), first);
	(void)number(k, "UPDATE sync_folder SET marker='l'");
	set_clock(first);
	WALK(k, "-1", "-2", "-3");
	assert_int_equal(number(k, unsettled), 0);
	unsetenv("EXSYNC_NOW");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_changed_between_pages),
		TEST(test_gone_and_back),
		TEST(test_flag_of_the_page_before),
		TEST(test_twice_in_a_page),
		TEST(test_page_fails),
		TEST(test_disk_fails_too),
		TEST(test_count_tells),
		TEST(test_count_is_late),
		TEST(test_count_is_wrong),
		TEST(test_doubts),
		TEST(test_full_walk_again),
		TEST(test_marker_settles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
