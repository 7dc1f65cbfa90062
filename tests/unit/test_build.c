/*
 * test_build.c - every request envelope, in every version; validated against
 * Microsoft's schema if that is there (EWS_SCHEMA_DIR, or
 * ../shared/ews-schema) and xmllint is installed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "ews/build.h"

static const char *const names[] = { "inbox", "sentitems", "drafts", "outbox",
	"junkemail", "deleteditems", "conversationhistory", "syncissues",
	"conflicts", "localfailures", "serverfailures" };
static const struct item_ref refs[] = { { "AAMkAD+/=", "CQ", 0, false },
	{ "a\"<&>'\x01z", NULL, 0, false } };

static const struct build_find_folder find = { 2000, 1000, 0, "msgfolderroot" };
static const struct build_find_folder archive = { 0, 1000, 0,
	"archivemsgfolderroot" };
static const struct build_find_folder find_less[] = { { 0, 1, 1,
							  "msgfolderroot" },
	{ 0, 1, 2, "msgfolderroot" }, { 0, 1, BUILD_LESS, "msgfolderroot" } };
static const struct build_get_folder get = { names, 11, false };
static const struct build_get_folder top = { names, 1, true };
static const struct build_sync first = { "F&1", NULL, 512, false };
static const struct build_sync next = { "F&1", "H4sI<>A==", 1, true };
static const struct build_get_item headers = { refs, 2, BUILD_HEADERS,
	BUILD_FULL };
static const struct build_get_item content = { refs, 2, BUILD_CONTENT,
	BUILD_FULL };
static const struct build_get_item less = { refs, 1, BUILD_HEADERS, BUILD_ANY };
static const struct build_get_item rest = { refs, 1, BUILD_CONTENT, BUILD_ANY };
static const struct build_get_item part = { refs, 1, BUILD_PARTIAL,
	BUILD_FULL };
static const struct build_get_item mail = { refs, 2, BUILD_CONTENT,
	BUILD_MAIL };
static const struct build_get_item head = { refs, 1, BUILD_HEADERS,
	BUILD_MAIL };
static const struct build_get_item block = { refs, 2, BUILD_BLOCK, BUILD_FULL };
static const struct build_create_folder make_one = { "A&B" };
static const struct build_move_item move = { "F&1", "I&1" };
static const struct build_get_attachment file = { "AT&1", false };
static const struct build_get_attachment mime = { "AT&1", true };
static const struct build_resolve who = { "/o=Org/ou=A&B/cn=x" };

static const struct {
	const char *name;
	void (*build)(const struct build *, const void *);
	const void *what;
} t[] = {
	{ "find", build_find_folder, &find },
	{ "get", build_get_folder, &get },
	{ "top", build_get_folder, &top },
	{ "first", build_sync, &first },
	{ "next", build_sync, &next },
	{ "headers", build_get_item, &headers },
	{ "content", build_get_item, &content },
	{ "less", build_get_item, &less },
	{ "rest", build_get_item, &rest },
	{ "file", build_get_attachment, &file },
	{ "mime", build_get_attachment, &mime },
	{ "who", build_resolve, &who },
	{ "part", build_get_item, &part },
	{ "make", build_create_folder, &make_one },
	{ "move", build_move_item, &move },
	{ "mail", build_get_item, &mail },
	{ "head", build_get_item, &head },
	{ "block", build_get_item, &block },
	{ "find-1", build_find_folder, &find_less[0] },
	{ "find-2", build_find_folder, &find_less[1] },
	{ "find-3", build_find_folder, &find_less[2] },
	{ "archive", build_find_folder, &archive },
};
#define N (sizeof(t) / sizeof(t[0]))

static const char *by = "PrimarySmtpAddress";

static void
make(struct buf *out, size_t i, enum version v, const char *imp,
    const char *delegate)
{
	struct build b = { .version = v,
		.impersonate = imp,
		.impersonate_by = by,
		.delegate = delegate };

	buf_init(out, 1 << 20);
	b.out = out;
	t[i].build(&b, t[i].what);
	assert_false(out->over);
}

static const char *
schema(void)
{
	const char *dir = getenv("EWS_SCHEMA_DIR");
	static char path[4096];

	if (dir == NULL)
		dir = "../shared/ews-schema";
	snprintf(path, sizeof(path), "%s/soap.xsd", dir);
	return access(path, R_OK) == 0 ? path : NULL;
}

/* Runs a program without its output; its exit status, or -1: not there. */
static int
run(char *const argv[])
{
	posix_spawn_file_actions_t to;
	int status = -1, fd;
	pid_t pid;

	posix_spawn_file_actions_init(&to);
	for (fd = 1; fd <= 2; fd++)
		posix_spawn_file_actions_addopen(
		    &to, fd, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&pid, argv[0], &to, NULL, argv, environ) != 0 ||
	    waitpid(pid, &status, 0) != pid)
		status = -1;
	posix_spawn_file_actions_destroy(&to);
	return status == -1 || !WIFEXITED(status) ? -1 : WEXITSTATUS(status);
}

static char *
save(const char *dir, const char *name, size_t nth, const struct buf *b)
{
	char *path = mem_printf("%s/%s%zu.xml", dir, name, nth);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(b->data, 1, b->len, f), b->len);
	assert_int_equal(fclose(f), 0);
	return path;
}

/* One xmllint run for all of them, since loading the schema is slow. */
static void
valid(void **state)
{
	static const enum version v[] = { VERSION_2007_SP1, VERSION_2010_SP1,
		VERSION_2013, VERSION_2016 };
	static const char *const element[] = { "PrimarySmtpAddress",
		"PrincipalName", "SID" };
	char *xmllint[] = { mem_strdup("xmllint"), mem_strdup("--version"),
		NULL };
	char *argv[6 + 4 * N], dir[] = "/tmp/test_build.XXXXXX";
	size_t i, n = 5;
	struct buf b;
	int rc;

	(void)state;
	rc = schema() == NULL ? -1 : run(xmllint);
	free(xmllint[1]);
	if (rc != 0) {
		free(xmllint[0]);
		skip();
	}
	assert_non_null(mkdtemp(dir));
	argv[0] = xmllint[0];
	argv[1] = mem_strdup("--noout");
	argv[2] = mem_strdup("--nonet");
	argv[3] = mem_strdup("--schema");
	argv[4] = mem_strdup(schema());
	for (i = 0; i < 4 * N; i++) {
		by = element[i / 2 % 3];
		make(&b, i / 4, v[i % 4], i % 2 ? "a&b@x.example" : NULL,
		    i % 4 == 2 ? "d@x.example" : NULL);
		argv[n++] = save(dir, t[i / 4].name, i % 4, &b);
		buf_free(&b);
	}
	by = element[0];
	argv[n] = NULL;
	rc = run(argv);
	while (n > 0) {
		if (n-- > 5)
			unlink(argv[n]);
		free(argv[n]);
	}
	rmdir(dir);
	assert_int_equal(rc, 0);
}

static void
has(size_t i, enum version v, const char *s, bool want)
{
	struct buf b;

	make(&b, i, v, NULL, NULL);
	if ((strstr(buf_str(&b), s) != NULL) != want)
		fail_msg("%s, %s: %s%s", t[i].name, version_name(v),
		    want ? "lacks " : "has ", s);
	buf_free(&b);
}

/* A request has nothing newer than its version, nor what was not wanted. */
static void
versions(void **state)
{
	size_t i;

	(void)state;
	has(0, VERSION_2013, "folder:DistinguishedFolderId", true);
	has(0, VERSION_2010_SP2, "folder:DistinguishedFolderId", false);
	for (i = 5; i <= 8; i++) {
		has(i, VERSION_2010, "item:ConversationId", true);
		has(i, VERSION_2007_SP1, "item:ConversationId", false);
		has(i, VERSION_2016, "ConversationIndex", false);
		has(i, VERSION_2016, "item:Body", i == 6 || i == 8);
		has(i, VERSION_2016, "item:Attachments", i == 6 || i == 8);
		has(i, VERSION_2016, "0x007D", i == 6 || i == 8);
		has(i, VERSION_2016, "MimeContent", false);
		has(i, VERSION_2016, "message:", i < 7);
		has(i, VERSION_2007_SP1, "ConversationIndex", i < 7);
	}
	for (i = 0; i < N; i++) {
		has(i, VERSION_2007_SP1, "Version=\"Exchange2007_SP1\"", true);
		has(i, VERSION_2016, "TimeZoneContext", false);
		has(i, VERSION_2016, "Impersonation", false);
	}
	has(12, VERSION_2016, "item:Body", false);
	has(12, VERSION_2016, "BodyType", false);
	has(12, VERSION_2016, "item:Attachments", true);
	has(3, VERSION_2016, "SyncState", false);
	has(4, VERSION_2016, "<m:SyncState>H4sI&lt;&gt;A==</m:", true);
	has(5, VERSION_2016, "Id=\"a&quot;&lt;&amp;&gt;'z\"", true);
}

static void
who_asks(void **state)
{
	struct buf b;

	(void)state;
	make(&b, 0, VERSION_2013, "a&b@x.example", NULL);
	assert_non_null(strstr(
	    buf_str(&b), "<t:PrimarySmtpAddress>a&amp;b@x.example</t:Primary"));
	buf_free(&b);
	by = "SID";
	make(&b, 0, VERSION_2013, "S-1-5-21-1-2-3-4", NULL);
	assert_non_null(strstr(buf_str(&b),
	    "<t:ConnectingSID><t:SID>S-1-5-21-1-2-3-4</t:SID>"
	    "</t:ConnectingSID>"));
	buf_free(&b);
	by = "PrimarySmtpAddress";
	make(&b, 0, VERSION_2013, NULL, "a&b@x.example");
	assert_null(strstr(buf_str(&b), "Impersonation"));
	assert_non_null(strstr(buf_str(&b),
	    "<t:DistinguishedFolderId Id=\"msgfolderroot\"><t:Mailbox>"
	    "<t:EmailAddress>a&amp;b@x.example</t:EmailAddress>"));
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(valid),
		cmocka_unit_test(versions), cmocka_unit_test(who_asks) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
