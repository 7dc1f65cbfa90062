/*
 * bench_store.c - what the store alone costs.
 *
 *	bench_store [MESSAGES [BATCH [BODY]]]
 *
 * Prints lines "name value unit", as tests/bench/run does:
 *	store_new	CPU for a new message (body, 3 parties, 2 links, copy)
 *	store_copy	CPU for a further place of a stored mail
 *	store_skip	CPU for a message that is skipped
 *	store_same	CPU for an item that is known and unchanged
 *	store_bytes	bytes in the file for a new message
 *	store_idle	CPU for an idle mailbox (get, merge of 20 folders, done)
 *	links_look	CPU for each mail when people change whom none names
 *	links_renew	CPU for each mail whose links change
 *	html_text	CPU for the text of each KB of HTML that has none
 *	store_rss	peak memory of all this
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/tim.h"
#include "fmt/htmltext.h"
#include "store/people.h"
#include "store/store.h"

#define CHECK(x)                                                               \
	do {                                                                   \
		if ((x) != 0) {                                                \
			fprintf(stderr, "bench_store: %s\n", err.msg);         \
			exit(1);                                               \
		}                                                              \
	} while (0)

static struct err err;
static char body[1 << 20];
static long batch = 100;
static size_t len = 7200; /* of a body */
static const char *path = "bench_store.db";

static double
cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static struct message *
make(long i, size_t size, const char *box)
{
	struct message *m = message_new(0);
	struct address *a;
	char s[256];
	int k;

	snprintf(s, sizeof(s),
	    "AAMkADk2NmM5ODU0LWY4ZjctNGY5Ny1hYzhiLTk4NDJlYjJhNzYzNABGAAAAAAD5"
	    "z0nYxYc1QbrUwJq1rK0hBwB2u3f8r0a4R5r0lQyS9vXfAAAAAAEMAAB2u3f8r0a4"
	    "%s%08lX=",
	    box, i);
	m->item_id = arena_strdup(&m->arena, s);
	snprintf(s, sizeof(s), "CQAAABYAAAB2u3f8r0a4R5r0lQyS9v%08lX", i);
	m->change_key = arena_strdup(&m->arena, s);
	snprintf(s, sizeof(s), "<%08lx.%ld.mail@customer.example>",
	    i * 2654435761 % 4294967291, i);
	m->message_id = arena_strdup(&m->arena, s);
	m->conversation_id =
	    "AAQkADk2NmM5ODU0LWY4ZjctNGY5Ny1hYzhiLTk4NDJlYjJhNzYzNAAQAJ";
	m->subject = "Re: the offer for the second half of the year";
	m->item_class = "IPM.Note";
	m->importance = m->sensitivity = "normal";
	m->sent_at = 1767225600000 + i * 60000;
	m->received_at = m->sent_at + 2000;
	m->size = (int64_t)size + 900;
	m->body_state = BODY_FULL;
	m->have_content = true;
	m->html = body;
	m->html_len = size;
	for (k = 0; k < 3; k++) {
		a = message_address(m);
		a->role = k == 0 ? ROLE_FROM : ROLE_TO;
		a->name = "Some One";
		a->address = "someone@customer.example";
	}
	return m;
}

static struct party people[2] = {
	{ "contact", "815", "someone@customer.example", NULL, NULL },
	{ "user", "4711", "sales@contoso.example", NULL, NULL },
};

/* n messages in batches; the CPU for each. */
static double
put(struct store *st, const char *box, int64_t folder, long n,
    enum verdict verdict)
{
	struct decision d = {
		.verdict = verdict, .rule = "match", .direction = DIRECTION_IN
	};
	struct store_item *v = calloc((size_t)batch, sizeof(*v));
	struct message **m = calloc((size_t)batch, sizeof(*m));
	struct store_count count = { 0 };
	double sum = 0, t;
	long i, k;

	for (i = 0; i < n; i += batch) {
		for (k = 0; k < batch; k++) {
			m[k] = make(i + k, len, box);
			v[k] = (struct store_item){ .item_id = m[k]->item_id,
				.change_key = m[k]->change_key,
				.folder = folder,
				.message = m[k],
				.decision = &d };
		}
		t = cpu();
		CHECK(store_put(st,
		    &(struct store_work){ box, v, (size_t)batch, NULL }, &count,
		    &err));
		sum += cpu() - t;
		for (k = 0; k < batch; k++)
			message_free(m[k]);
	}
	free(v);
	free(m);
	return sum / (double)n;
}

static double
same(struct store *st, const char *box, int64_t folder, long n)
{
	struct item_ref *r = calloc((size_t)batch, sizeof(*r));
	enum store_known *known = calloc((size_t)batch, sizeof(*known));
	struct message **m = calloc((size_t)batch, sizeof(*m));
	double sum = 0, t;
	long i, k;

	for (i = 0; i < n; i += batch) {
		for (k = 0; k < batch; k++) {
			m[k] = make(i + k, 10, box);
			r[k].id = m[k]->item_id;
			r[k].change_key = m[k]->change_key;
		}
		t = cpu();
		CHECK(
		    store_items_known(st, &(struct store_place){ box, folder },
			r, (size_t)batch, known, &err));
		sum += cpu() - t;
		for (k = 0; k < batch; k++) {
			if (known[k] != STORE_SAME)
				abort();
			message_free(m[k]);
		}
	}
	free(r);
	free(known);
	free(m);
	return sum / (double)n;
}

static struct conf_profile profile = { .name = (char *)"hq" };

static void
box(struct store *st, const char *address, struct folder_list *list,
    struct store_folders *out)
{
	struct conf_mailbox m = { .address = (char *)address,
		.profile = &profile,
		.incoming = true };
	struct store_mailbox known;

	CHECK(store_mailbox_get(st, &m, "4711", PERMIT_READ, &known, &err));
	CHECK(store_folders_merge(st, address, list, out, &err));
	CHECK(store_mailbox_done(st, address, NULL, TIM_NONE, &err));
}

static double
idle(struct store *st, struct folder_list *list, int n)
{
	struct store_folders f;
	char address[64];
	double t = 0;
	int i, pass;

	for (pass = 0; pass < 2; pass++) {
		t = cpu();
		for (i = 0; i < n; i++) {
			snprintf(address, sizeof(address),
			    "user%d@contoso.example", i);
			box(st, address, list, &f);
			arena_free(&f.arena);
		}
		CHECK(store_flush(st, &err));
		t = cpu() - t;
	}
	return t / n;
}

/* Nobody whom a mail names has changed. */
static bool
is_changed(void *arg, const char *address)
{
	(void)arg;
	return address[0] == '\0';
}

/* People change, and then others do; prints the CPU for each mail. */
static void
renew(struct store *st, long n)
{
	static const char *const name[] = { "renew", "look" };
	int64_t renewed;
	double t;
	int i, k;

	for (i = 0; i < 2; i++) {
		struct party_list list = { 0 };
		struct party_dir *dir;

		for (k = 0; k < 2; k++)
			party_list_add(&list, people[k].crm_type,
			    k == 0 ? "816" : people[k].crm_id,
			    people[k].address, NULL);
		dir = party_dir_build(&list);
		store_people_use(st, dir);
		t = cpu();
		CHECK(store_links_renew(
		    st, i == 0 ? NULL : is_changed, NULL, &renewed, &err));
		if (renewed != (i == 0 ? n : 0)) {
			fprintf(
			    stderr, "renewed %lld mails\n", (long long)renewed);
			exit(1);
		}
		printf("links_%s %.1f us\n", name[i], (cpu() - t) / (double)n);
		store_people_use(st, NULL);
		party_dir_free(dir);
		party_list_free(&list);
	}
}

/* As Outlook writes it: half of it markup. Prints the CPU for each KB. */
static void
text_of_html(void)
{
	static const char piece[] =
	    "<p class=\"MsoNormal\"><span lang=EN-US style='font-size:11.0pt'>"
	    "Dear Anna,<o:p></o:p></span></p>\r\n<p class=MsoNormal>thank you "
	    "for your mail of Monday. We can deliver 12 pallets of steel for "
	    "4711,50&nbsp;&euro;, see <a href=\"https://fabrikam.example/o?id"
	    "=17&amp;u=4\">our offer</a>.<o:p></o:p></p>\r\n<table><tr><td>"
	    "Steel</td><td>12</td></tr></table>";
	struct buf html, text;
	double t;
	int i;

	buf_init(&html, 1 << 20);
	while (buf_adds(&html, piece) == 0)
		;
	t = cpu();
	for (i = 0; i < 20; i++) {
		buf_init(&text, html.len);
		html_text(&text, html.data, html.len);
		buf_free(&text);
	}
	printf(
	    "html_text %.2f us\n", (cpu() - t) / 20 * 1024 / (double)html.len);
	buf_free(&html);
}

static void
wipe(void)
{
	static const char *const end[] = { "", "-wal", "-shm", ".lock" };
	char name[64];
	size_t i;

	for (i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "%s%s", path, end[i]);
		unlink(name);
	}
}

int
main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 20000;
	size_t i;
	struct folder f[20];
	struct folder_list list = { .v = f, .n = 20 };
	struct store_folders a, b, c;
	struct party_list known = { 0 };
	struct party_dir *dir;
	struct store *st;
	struct rusage ru;
	struct stat s;
	double t_new;

	for (i = 0; i < sizeof(body); i++)
		body[i] = i % 61 == 60 ? '\n' : (char)('a' + i % 26);
	if (argc > 2)
		batch = atol(argv[2]);
	if (argc > 3)
		len = (size_t)atol(argv[3]);
	body[len] = '\0';
	memset(f, 0, sizeof(f));
	for (i = 0; i < 20; i++) {
		static char name[20][160];

		snprintf(name[i], 160,
		    "AAMkADk2NmM5ODU0LWY4ZjctNGY5Ny1hYzhiLTk4NDJlYjJhNzYzNAAuA"
		    "AAAAAD5z0nYxYc1QbrUwJq1rK0hAQB2u3f8r0a4R5r0lQyS9vXf%02zu",
		    i);
		f[i].id = name[i];
		f[i].path = name[i] + 100;
		f[i].class = "IPF.Note";
		f[i].marker = "2026-11-20T08:16:00Z/17";
		f[i].total = 100;
	}
	for (i = 0; i < 2; i++)
		party_list_add(&known, people[i].crm_type, people[i].crm_id,
		    people[i].address, NULL);
	dir = party_dir_build(&known);
	wipe();
	if ((st = store_open(path, 0, &err)) == NULL)
		CHECK(-1);
	store_people_use(st, dir);
	box(st, "a@contoso.example", &list, &a);
	box(st, "b@contoso.example", &list, &b);
	box(st, "c@contoso.example", &list, &c);
	t_new = put(st, "a@contoso.example", a.v[0].id, n, VERDICT_KEEP);
	printf("store_new %.1f us\n", t_new);
	stat(path, &s);
	printf("store_copy %.1f us\n",
	    put(st, "b@contoso.example", b.v[0].id, n, VERDICT_KEEP));
	printf("store_skip %.1f us\n",
	    put(st, "c@contoso.example", c.v[0].id, n, VERDICT_SKIP));
	printf("store_same %.1f us\n",
	    same(st, "a@contoso.example", a.v[0].id, n));
	printf("store_bytes %.0f bytes\n", (double)s.st_size / (double)n);
	printf("store_idle %.1f us\n", idle(st, &list, 2000));
	text_of_html();
	renew(st, (n + batch - 1) / batch * batch);
	store_close(st);
	party_dir_free(dir);
	party_list_free(&known);
	getrusage(RUSAGE_SELF, &ru);
	printf("store_rss %.1f MB\n", (double)ru.ru_maxrss / 1024);
	wipe();
	return 0;
}
