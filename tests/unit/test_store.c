/*
 * test_store.c - how messages are stored: mails, variants, places, the ledger,
 * failures.
 */
#include "test_store.h"

/* --- one mail ---------------------------------------------------------- */

static void
test_new_mail(void **state)
{
	struct kit *k = *state;
	struct message *m = mail("<Abc@Customer.EXAMPLE>", "Offer", "Hello");

	m->in_reply_to = "<first@x.example>";
	m->refs = "<root@X.example> <first@x.example>";
	m->headers = "Received: yes\r\n";
	m->is_read = true;
	store(k, BOX_A, "i1", "k1", m);
	assert_int_equal(k->count.emails, 1);
	assert_int_equal(k->count.copies, 1);
	assert_string_equal(
	    ask(k,
		"SELECT message_id||' '||in_reply_to||' '||subject||' '||"
		"direction||' '||sent_at||' '||received_at||' '||body_state||"
		"' '||size||' '||has_attachments FROM email"),
	    "<Abc@Customer.EXAMPLE> <first@x.example> Offer in "
	    "2026-11-20T08:16:00Z 2026-11-20T08:16:02Z full 1234 0");
	/* first 32 hex digits of SHA-256("mid:<Abc@customer.example>") */
	assert_string_equal(
	    ask(k, "SELECT id FROM email"), "95efde1ff54015be355f31a81ff16f04");
	assert_string_equal(
	    ask(k, "SELECT text FROM email_body WHERE html IS NULL"), "Hello");
	assert_string_equal(
	    ask(k, "SELECT group_concat(role||position||address,' ') FROM "
		   "(SELECT * FROM email_party ORDER BY role)"),
	    "from0carl@customer.example to0ann@contoso.example");
	assert_string_equal(
	    ask(k, "SELECT group_concat(crm_type||crm_id||role,' ') FROM "
		   "(SELECT * FROM email_link ORDER BY crm_type)"),
	    "contact815from user4711to");
	assert_string_equal(
	    ask(k,
		"SELECT mailbox||' '||f.path||' '||item_id||' '||is_read FROM "
		"email_copy c JOIN folder f USING(mailbox) "
		"WHERE f.id=c.folder AND c.removed_at IS NULL"),
	    BOX_A " A-Inbox i1 1");
	assert_string_equal(
	    ask(k, "SELECT group_concat(entity||op) FROM change "
		   "JOIN email ON id=entity_id"),
	    "emailinsert");
	assert_string_equal(
	    ask(k,
		"SELECT mailbox||item||message_id||verdict||rule||change_key "
		"FROM decision WHERE parties IS NULL"),
	    BOX_A "i1<Abc@Customer.EXAMPLE>keepmatchk1");
	assert_true(store_has_message_id(k->st, " <Abc@customer.example> "));
	assert_true(store_has_message_id(k->st, "Abc@CUSTOMER.example"));
	assert_false(store_has_message_id(k->st, "<abc@customer.example>"));
	assert_false(store_has_message_id(k->st, ""));
}

/* The same input again, in every way it may come: no new row, no change. */
static void
test_replay(void **state)
{
	struct kit *k = *state;
	char *before = NULL, *after;
	int round;

	for (round = 0; round < 3; round++) {
		struct message *m = mail("<1@x>", "One", "Text one");
		struct decision d = keep(), skip = keep();
		struct store_item it =
		    item("s1", "k1", k->inbox_a, NULL, &skip);

		person(m, ROLE_TO, BOX_A); /* the same person twice */
		m->headers = "A: b\r\n";
		store(k, BOX_A, "i1", "k1", m);
		m = mail("<1@x>", "One", "Text one");
		store(k, BOX_B, "i1", "k1", m);
		m = mail("<1@x>", "Other", "Something else");
		store(k, BOX_B, "i2", "k1", m);
		m = mail(NULL, NULL, NULL);
		m->naddr = 0;
		m->sent_at = TIM_NONE;
		store(k, BOX_A, "i3", "k1", m);
		skip.verdict = VERDICT_SKIP;
		it.message = m = mail("<2@x>", "Private", "Not for the CRM");
		put(k, BOX_A, &it);
		message_free(m);
		(void)d;
		after = dump(k);
		if (before != NULL)
			assert_string_equal(before, after);
		free(before);
		before = after;
	}
	free(before);
	assert_int_equal(number(k, "SELECT count(*) FROM email"), 3);
	assert_int_equal(number(k, "SELECT count(*) FROM email_copy"), 4);
	/* the variant goes before the first one, which gets another id */
	assert_int_equal(number(k, "SELECT count(*) FROM change"), 5);
}

/* --- one mail in several places ---------------------------------------- */

/* In each row: is the second copy the same mail as the first? */
static void
test_same_or_variant(void **state)
{
	static const struct {
		const char *subject, *text, *html;
		int64_t sent;
		const char *from;
		bool same;
	} row[] = {
		{ "One", "Hello World", NULL, T0, "carl@customer.example", 1 },
		{ "One", "hello\r\n  world", NULL, T0, "Carl@Customer.example",
		    1 },
		{ "[x] One", "Hello World\n-- \nDisclaimer", NULL, T0 + 999,
		    "carl@customer.example", 1 },
		{ "One", NULL, "<p>Hello&nbsp;<b>World</b></p>", T0,
		    "carl@customer.example", 1 },
		{ "One", NULL, NULL, T0, "carl@customer.example", 0 },
		{ "One", "Hello World", NULL, TIM_NONE, NULL, 1 },
		{ "Two", "Hello World", NULL, T0, "carl@customer.example", 0 },
		{ "One", "Hello Mars", NULL, T0, "carl@customer.example", 0 },
		{ "One", "Hello World", NULL, T0 + 61000,
		    "carl@customer.example", 0 },
		{ "One", "Hello World", NULL, T0, "eve@rival.example", 0 },
	};
	struct kit *k = *state;
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(*row); i++) {
		char mid[32], ida[32], idb[32];
		struct message *m;

		snprintf(mid, sizeof(mid), "<%zu@x>", i);
		snprintf(ida, sizeof(ida), "a%zu", i);
		snprintf(idb, sizeof(idb), "b%zu", i);
		store(k, BOX_A, ida, "k", mail(mid, "One", "Hello World"));
		m = mail(mid, row[i].subject, row[i].text);
		m->html = row[i].html;
		m->html_len = row[i].html != NULL ? strlen(row[i].html) : 0;
		m->sent_at = row[i].sent;
		m->addr[0].address = row[i].from;
		if (row[i].from == NULL)
			m->naddr = 0;
		store(k, BOX_B, idb, "k", m);
		if (k->count.emails != !row[i].same)
			fail_msg("row %zu", i);
		assert_int_equal(k->count.copies, 1);
	}
	/* the fuller text is shown; what it was is there as well */
	assert_int_equal(number(k, "SELECT count(*) FROM email_body "
				   "WHERE text='Hello World'"),
	    9 + 3);
	assert_string_equal(
	    ask(k, "SELECT group_concat(ifnull(html,t.text)||c.text_differs,"
		   "', ') FROM "
		   "email_copy_text t JOIN email_copy c "
		   "USING(email_id,mailbox,item_id)"),
	    "hello\r\n  world1, Hello World1, "
	    "<p>Hello&nbsp;<b>World</b></p>1");
	assert_int_equal(
	    number(k, "SELECT count(*) FROM email WHERE length(id)<>32"), 0);
	/* a variant is found again as itself, from a third place */
	store(k, BOX_A, "again", "k", mail("<7@x>", "One", "Hello Mars"));
	assert_int_equal(k->count.emails, 0);
	assert_int_equal(k->count.copies, 1);
	assert_int_equal(
	    number(k, "SELECT count(*) FROM email_copy c JOIN email_body b "
		      "USING(email_id) WHERE text='Hello Mars'"),
	    2);
}

static void
test_change_rows_of_copies(void **state)
{
	struct kit *k = *state;

	store(k, BOX_A, "i1", "k", mail("<1@x>", "One", "x"));
	store(k, BOX_B, "i1", "k", mail("<1@x>", "One", "x"));
	assert_int_equal(number(k, "SELECT count(*) FROM email"), 1);
	assert_int_equal(number(k, "SELECT count(*) FROM email_copy"), 2);
	assert_string_equal(ask(k, "SELECT group_concat(entity||' '||op) FROM "
				   "(SELECT * FROM change ORDER BY seq)"),
	    "email insert,email_copy insert");
}

/* A later copy fills in what the first one lacked; nothing is lost again. */
static void
test_fill_in(void **state)
{
	struct kit *k = *state;
	struct message *m = mail("<1@x>", "One", NULL);
	struct decision d = keep();
	struct store_item it;

	d.verdict = VERDICT_HEADERS;
	m->text = "must not be stored";
	m->text_len = strlen(m->text);
	it = item("i1", "k", k->inbox_a, m, &d);
	put(k, BOX_A, &it);
	message_free(m);
	assert_string_equal(
	    ask(k, "SELECT body_state||ifnull(b.text,'-') FROM email e "
		   "LEFT JOIN email_body b ON b.email_id=e.id"),
	    "headers-");

	m = mail("<1@x>", "One", "Full text");
	m->headers = "Raw: headers\r\n";
	person(m, ROLE_BCC, "secret@customer.example");
	person(m, ROLE_TO, "further@customer.example");
	store(k, BOX_B, "i1", "k", m);
	assert_int_equal(k->count.emails, 0);
	assert_int_equal(k->count.updated, 1);
	assert_string_equal(
	    ask(k, "SELECT body_state||text||headers FROM email "
		   "JOIN email_body ON email_id=id"),
	    "fullFull textRaw: headers\r\n");
	assert_string_equal(
	    ask(k, "SELECT address FROM email_party WHERE role='bcc'"),
	    "secret@customer.example");
	assert_string_equal(
	    ask(k, "SELECT group_concat(position||address) FROM "
		   "email_party WHERE role='to'"),
	    "0" BOX_A ",1further@customer.example");
	assert_int_equal(number(k, "SELECT count(*) FROM email_link"), 2);
	assert_string_equal(ask(k, "SELECT group_concat(entity||' '||op) FROM "
				   "(SELECT * FROM change ORDER BY seq)"),
	    "email insert,email_copy insert,email update");

	/* the poorer sight again: nothing is lost, nothing told */
	m = mail("<1@x>", NULL, NULL);
	m->body_state = BODY_HEADERS;
	m->naddr = 1;
	store(k, BOX_A, "i1", "k2", m);
	assert_int_equal(k->count.updated, 0);
	assert_int_equal(number(k, "SELECT count(*) FROM change"), 3);
	assert_string_equal(ask(k, "SELECT text FROM email_body"), "Full text");
	assert_string_equal(ask(k, "SELECT subject FROM email"), "One");
}

/* A mail shows what its only place says, or what several say together. */
static void
test_item_changes(void **state)
{
	struct kit *k = *state;
	struct message *m;

	store(k, BOX_A, "i1", "k1", mail("<1@x>", "One", "before"));
	store(k, BOX_A, "i1", "k2", mail("<1@x>", "Two", "before, after"));
	assert_int_equal(k->count.updated, 1);
	assert_int_equal(k->count.emails, 0);
	assert_string_equal(
	    ask(k, "SELECT subject||text FROM email JOIN email_body "
		   "ON email_id=id"),
	    "Twobefore, after");
	/* a new change key, the same content */
	m = mail("<1@x>", "Two", "before,   AFTER ");
	m->is_read = true;
	m->size = 4321;
	store(k, BOX_A, "i1", "k3", m);
	assert_string_equal(ask(k, "SELECT group_concat(entity||' '||op) FROM "
				   "(SELECT * FROM change ORDER BY seq)"),
	    "email insert,email update,email update,email_copy update");
	assert_string_equal(ask(k, "SELECT change_key FROM decision"), "k3");
	/* an EX address that could not be resolved, and then could */
	m = mail("<2@x>", "Ex", "x");
	m->addr[0].address = NULL;
	m->addr[0].raw = "/o=x/cn=carl";
	store(k, BOX_A, "i2", "k1", m);
	m = mail("<2@x>", "Ex", "x");
	m->addr[0].raw = "/O=X/CN=carl";
	store(k, BOX_A, "i2", "k2", m);
	assert_int_equal(
	    number(k, "SELECT count(*) FROM email_party p JOIN email e "
		      "ON e.id=p.email_id WHERE subject='Ex' AND "
		      "role='from' AND address='carl@customer.example' "
		      "AND raw_address='/O=X/CN=carl'"),
	    1);
	/* two places: the text of one is not the text of the mail */
	store(k, BOX_B, "i1", "k1", mail("<1@x>", "Two", "before, after"));
	store(k, BOX_B, "i1", "k2", mail("<1@x>", "Two", "edited by bob"));
	assert_string_equal(
	    ask(k, "SELECT text FROM email_body JOIN email ON id=email_id "
		   "WHERE subject='Two'"),
	    "before,   AFTER ");
	assert_string_equal(
	    ask(k,
		"SELECT text FROM email_copy JOIN email_body USING(email_id) "
		"WHERE mailbox='" BOX_B "' AND removed_at IS NULL"),
	    "edited by bob");
}

static void
test_threads(void **state)
{
	struct kit *k = *state;
	struct message *m;

	store(k, BOX_A, "1", "k", mail("<root@x.example>", "One", "a"));
	m = mail("<2@x>", "Re: One", "b");
	m->in_reply_to = "<root@X.EXAMPLE>";
	store(k, BOX_A, "2", "k", m);
	m = mail("<3@x>", "Re: Re: One", "c");
	m->in_reply_to = "<2@x>";
	m->refs = "<root@x.example>\r\n <2@x>";
	store(k, BOX_A, "3", "k", m);
	m = mail("<8@x>", "Re: Re: Re: One", "h");
	m->refs = " root@X.example\r\n 2@x 3@x";
	store(k, BOX_A, "8", "k", m);
	/* no Message-ID: the server's conversation, then the mail itself */
	m = mail(NULL, "Note", "d");
	m->conversation_id = "conv";
	store(k, BOX_A, "4", "k", m);
	m = mail(NULL, "Re: Note", "e");
	m->conversation_id = "conv";
	store(k, BOX_A, "5", "k", m);
	store(k, BOX_A, "6", "k", mail(NULL, "Alone", "f"));
	/* a variant of a mail belongs to its thread */
	store(k, BOX_A, "7", "k", mail("<root@x.example>", "Other", "g"));
	assert_string_equal(
	    ask(k, "SELECT group_concat(n) FROM (SELECT count(*) n FROM email "
		   "GROUP BY thread_id ORDER BY 1)"),
	    "1,2,5");
	assert_int_equal(
	    number(k, "SELECT count(*) FROM email WHERE id=thread_id"), 2);
}

/* --- deletes, moves ---------------------------------------------------- */

static void
test_removed_and_back(void **state)
{
	struct kit *k = *state;
	struct change c[] = {
		{ .op = CHANGE_DELETE, .id = "i1" },
		{ .op = CHANGE_DELETE, .id = "never seen" },
		{ .op = CHANGE_READ, .id = "never seen" },
		{ .op = CHANGE_PUT,
		    .id = "i1",
		    .change_key = "k9",
		    .is_read = false },
	};
	struct store_page p = {
		.folder = k->inbox_a, .cursor = "c1", .change = c, .nchange = 4
	};
	struct change r = { .op = CHANGE_READ,
		.id = "i1",
		.change_key = "k2",
		.is_read = true };

	store(k, BOX_A, "i1", "k1", mail("<1@x>", "One", "x"));
	/* known in another folder by now: the old folder's delete is late */
	p.folder = k->projects_a;
	page(k, BOX_A, &p);
	assert_int_equal(k->count.removed, 0);
	p.folder = k->inbox_a;
	page(k, BOX_A, &p);
	assert_int_equal(k->count.removed, 1);
	assert_int_equal(
	    number(k, "SELECT count(*) FROM email_copy WHERE removed_at "
		      "LIKE '____-__-__T__:__:__Z'"),
	    1);
	assert_int_equal(number(k, "SELECT count(*) FROM email"), 1);
	page(k, BOX_A, &p); /* again: nothing */
	assert_int_equal(k->count.removed, 0);
	assert_int_equal(
	    known(k, BOX_A, k->inbox_a, "i1", "k1"), STORE_CHANGED);
	store(k, BOX_A, "i1", "k1", mail("<1@x>", "One", "x"));
	assert_int_equal(
	    number(k, "SELECT removed_at IS NULL FROM email_copy"), 1);
	p.change = &r;
	p.nchange = 1;
	page(k, BOX_A, &p);
	page(k, BOX_A, &p);
	assert_int_equal(number(k, "SELECT is_read FROM email_copy"), 1);
	assert_string_equal(ask(k, "SELECT group_concat(entity||' '||op) FROM "
				   "(SELECT * FROM change ORDER BY seq)"),
	    "email insert,email_copy delete,email_copy insert,"
	    "email_copy update");
	/* the server told the new key with the flag */
	assert_int_equal(known(k, BOX_A, k->inbox_a, "i1", "k2"), STORE_SAME);
}

static void
test_known(void **state)
{
	struct kit *k = *state;
	struct err fault = ERR_INIT;
	struct store_item it = item("i2", "k1", k->inbox_a, NULL, NULL);

	assert_int_equal(known(k, BOX_A, k->inbox_a, "i1", "k1"), STORE_NEW);
	store(k, BOX_A, "i1", "k1", mail("<1@x>", "One", "x"));
	assert_int_equal(known(k, BOX_A, k->inbox_a, "i1", "k1"), STORE_SAME);
	assert_int_equal(known(k, BOX_A, k->inbox_a, "i1", "k2"), STORE_KEPT);
	assert_int_equal(known(k, BOX_A, k->inbox_a, "i1", NULL), STORE_KEPT);
	assert_int_equal(
	    known(k, BOX_A, k->projects_a, "i1", "k1"), STORE_KEPT);
	assert_int_equal(known(k, BOX_B, k->inbox_b, "i1", "k1"), STORE_NEW);
	assert_int_equal(known(k, BOX_A, k->inbox_a, "I1", "k1"), STORE_NEW);
	err_set(&fault, ERR_ITEM, "corrupt");
	it.fault = &fault;
	it.next_try = T0;
	put(k, BOX_A, &it);
	assert_int_equal(known(k, BOX_A, k->inbox_a, "i2", "k1"), STORE_FAILED);
}

static void
test_vanished(void **state)
{
	struct kit *k = *state;
	struct store_item it = item("i1", "k2", k->inbox_a, NULL, NULL);

	it.rule = "gone";
	store(k, BOX_A, "i1", "k1", mail("<1@x>", "One", "x"));
	put(k, BOX_A, &it);
	assert_int_equal(k->count.removed, 1);
	assert_string_equal(ask(k, "SELECT verdict FROM decision"), "keep");
	it.item_id = "i2";
	put(k, BOX_A, &it);
	put(k, BOX_A, &it);
	assert_string_equal(
	    ask(k, "SELECT verdict||rule FROM decision WHERE item='i2'"),
	    "skipgone");
}

/* --- ledger and failures ----------------------------------------------- */

static void
test_skip(void **state)
{
	struct kit *k = *state;
	struct decision d = keep();
	struct message *m = mail(" 1@x\r\n", "Secret subject", "Secret body");
	struct store_item it = item("i1", "k1", k->inbox_a, m, &d);
	char *all;

	d.verdict = VERDICT_SKIP;
	strcpy(d.rule, "rule rivals");
	person(m, ROLE_CC, "Carl@Customer.Example"); /* carl again */
	person(m, ROLE_CC, "no address");
	put(k, BOX_A, &it);
	message_free(m);
	assert_int_equal(k->count.skipped, 1);
	assert_int_equal(number(k, "SELECT count(*) FROM email"), 0);
	assert_int_equal(number(k, "SELECT count(*) FROM change"), 0);
	assert_string_equal(ask(k, "SELECT message_id||verdict||rule FROM "
				   "decision"),
	    "<1@x>skiprule rivals");
	/* two addresses, 16 hex digits each */
	assert_int_equal(
	    number(k, "SELECT length(parties)=33 AND parties GLOB "
		      "'[0-9a-f]*[0-9a-f] [0-9a-f]*[0-9a-f]' FROM decision"),
	    1);
	all = dump(k);
	assert_null(strstr(all, "Secret"));
	assert_null(strstr(all, "carl"));
	free(all);

	/* without a message at all */
	it = item("i2", "k1", k->inbox_a, NULL, NULL);
	it.rule = "process_email_from";
	put(k, BOX_A, &it);
	assert_string_equal(
	    ask(k, "SELECT verdict||rule||(parties IS NULL) FROM decision "
		   "WHERE item='i2'"),
	    "skipprocess_email_from1");

	/* kept after all, then skipped again: the CRM's row stays */
	store(k, BOX_A, "i1", "k2", mail("<1@x>", "Subject", "Body"));
	assert_string_equal(
	    ask(k, "SELECT verdict||(parties IS NULL) FROM decision "
		   "WHERE item='i1'"),
	    "keep1");
	it = item("i1", "k3", k->projects_a, NULL, NULL);
	it.rule = "draft";
	put(k, BOX_A, &it);
	assert_int_equal(number(k, "SELECT count(*) FROM email"), 1);
	assert_int_equal(
	    number(k, "SELECT folder FROM email_copy"), (int)k->projects_a);
}

static void
test_failures(void **state)
{
	struct kit *k = *state;
	struct err fault = ERR_INIT;
	struct store_item it = item("i1", "k1", k->inbox_a, NULL, NULL);
	struct store_failures due;
	struct change del = { .op = CHANGE_DELETE, .id = "i2" };
	struct store_page p = {
		.folder = k->inbox_a, .change = &del, .nchange = 1
	};

	err_set(&fault, ERR_ITEM, "cannot be converted");
	err_code(&fault, CAUSE_ANSWERED, "ErrorItemCorrupt", SCOPE_ITEM);
	it.fault = &fault;
	it.next_try = T0 + 60000;
	put(k, BOX_A, &it);
	put(k, BOX_A, &it);
	assert_int_equal(k->count.failed, 1);
	it.item_id = "i2";
	it.next_try = TIM_NONE; /* never again, but visible */
	put(k, BOX_A, &it);
	assert_string_equal(
	    ask(k, "SELECT class||code||message||tries||next_try||verdict FROM "
		   "failure JOIN decision USING(mailbox,item) WHERE item='i1'"),
	    "itemErrorItemCorruptcannot be converted2"
	    "2026-11-20T08:17:00Zfailed");
	OK(k, store_failures_due(k->st, BOX_A,
		  &(struct store_due){ T0 + 59000, 10, false }, &due, &k->err));
	assert_int_equal(due.n, 0);
	arena_free(&due.arena);
	OK(k, store_failures_due(k->st, BOX_A,
		  &(struct store_due){ T0 + 60000, 10, false }, &due, &k->err));
	assert_int_equal(due.n, 1);
	assert_string_equal(due.v[0].item_id, "i1");
	assert_int_equal(due.v[0].tries, 2);
	assert_int_equal(due.v[0].folder, k->inbox_a);
	arena_free(&due.arena);

	/* moved, where ids outlive that: it waits in its new folder, whatever
	 * the old one says */
	assert_int_equal(
	    known(k, BOX_A, k->projects_a, "i1", "k1"), STORE_CHANGED);
	it.item_id = "i1";
	it.folder = k->projects_a;
	put(k, BOX_A, &it);
	del.id = "i1";
	page(k, BOX_A, &p);
	assert_int_equal(number(k, "SELECT count(*) FROM failure"), 2);
	del.id = "i2";
	it.folder = k->inbox_a;

	store(k, BOX_A, "i1", "k1", mail("<1@x>", "One", "x"));
	assert_int_equal(number(k, "SELECT count(*) FROM failure"), 1);
	assert_int_equal(known(k, BOX_A, k->inbox_a, "i1", "k1"), STORE_SAME);
	page(k, BOX_A, &p);
	assert_int_equal(number(k, "SELECT count(*) FROM failure"), 0);
	/* it fails again after it was stored: the mail stays */
	it.item_id = "i1";
	put(k, BOX_A, &it);
	assert_int_equal(known(k, BOX_A, k->inbox_a, "i1", "k1"), STORE_FAILED);
	assert_int_equal(
	    number(k, "SELECT count(*) FROM email_copy c JOIN email e "
		      "ON e.id=c.email_id WHERE removed_at IS NULL"),
	    1);
	store(k, BOX_A, "i1", "k2", mail("<1@x>", "One", "x"));
	assert_int_equal(number(k, "SELECT count(*) FROM email"), 1);
	assert_int_equal(number(k, "SELECT count(*) FROM change"), 1);
}

/* An item that took too long is due apart from others, whatever its code. */
static void
test_failures_slow(void **state)
{
	static const struct {
		enum err_cause cause;
		bool slow;
	} row[] = { { CAUSE_TIMEOUT, true }, { CAUSE_PATIENCE, true },
		{ CAUSE_UNDERWAY, true }, { CAUSE_ANSWERED, false },
		{ CAUSE_CUT, false }, { CAUSE_TIMEOUT, true } };
	struct kit *k = *state;
	struct store_item it = item("i1", "k1", k->inbox_a, NULL, NULL);
	struct store_failures due;
	struct err fault = ERR_INIT;
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		err_set(&fault, ERR_RETRY, "as it is");
		err_code(&fault, row[i].cause, "a word", SCOPE_ITEM);
		it.fault = &fault;
		it.next_try = T0;
		put(k, BOX_A, &it);
		OK(k, store_failures_due(k->st, BOX_A,
			  &(struct store_due){ T0, 10, true }, &due, &k->err));
		assert_int_equal(due.n, row[i].slow);
		arena_free(&due.arena);
		OK(k, store_failures_due(k->st, BOX_A,
			  &(struct store_due){ T0, 10, false }, &due, &k->err));
		assert_int_equal(due.n, !row[i].slow);
		arena_free(&due.arena);
	}
}

/* A page that fails is rolled back, its counts too. */
static void
test_all_or_nothing(void **state)
{
	struct kit *k = *state;
	struct decision d = keep();
	struct message *m = mail("<1@x>", "One", "x");
	struct store_item it[2];
	struct store_page p = { .folder = k->inbox_a, .cursor = "c" };
	char *before = dump(k), *after;

	it[0] = item("i1", "k1", k->inbox_a, m, &d);
	it[1] = item("i2", "k1", 9999, m, &d); /* no such folder */
	assert_int_equal(
	    store_put(k->st, WORK(BOX_A, it, 2, &p), &k->count, &k->err), -1);
	assert_int_equal(k->err.kind, ERR_FATAL);
	assert_int_equal(k->count.emails, 0);
	after = dump(k);
	assert_string_equal(before, after);
	free(before);
	free(after);
	message_free(m);
	store(k, BOX_A, "i1", "k1", mail("<1@x>", "One", "x"));
	assert_int_equal(number(k, "SELECT count(*) FROM email"), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_new_mail),
		TEST(test_replay), TEST(test_same_or_variant),
		TEST(test_change_rows_of_copies), TEST(test_fill_in),
		TEST(test_item_changes), TEST(test_threads),
		TEST(test_removed_and_back), TEST(test_known),
		TEST(test_vanished), TEST(test_skip), TEST(test_failures),
		TEST(test_failures_slow), TEST(test_all_or_nothing) };

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
