/*
 * test_wiped.c - no copy of a password is left in memory that was given back.
 * The linker puts the free and the realloc below in place of the library's.
 */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "netserver.h"

#include "auth/auth.h"
#include "auth/ntlm.h"
#include "auth/token.h"
#include "base/buf.h"
#include "base/md4.h"
#include "base/mem.h"
#include "base/utf16.h"
#include "conf/conf.h"

#define SECRET "Hunter2-Correct-Horse"

void __wrap_free(void *);
void __real_free(void *);
void *__wrap_realloc(void *, size_t);
void *__real_realloc(void *, size_t);

static int given_back; /* pieces of memory with the secret in them */
/* More bytes that are worth the secret; len 0: none. */
static struct worth {
	unsigned char bytes[64];
	size_t len;
} worth[3];

static void
look_into(void *p)
{
	size_t i, n;

	if (p == NULL)
		return;
	n = malloc_usable_size(p);
	if (memmem(p, n, SECRET, strlen(SECRET)) != NULL)
		given_back++;
	for (i = 0; i < sizeof(worth) / sizeof(worth[0]); i++)
		if (worth[i].len > 0 &&
		    memmem(p, n, worth[i].bytes, worth[i].len) != NULL)
			given_back++;
}

void
__wrap_free(void *p)
{
	look_into(p);
	__real_free(p);
}

/* It may move the bytes, and leave them in the old place. */
void *
__wrap_realloc(void *p, size_t size)
{
	look_into(p);
	return __real_realloc(p, size);
}

/* What the tests rely on: a copy that is given back is noticed. */
static void
test_noticed(void **state)
{
	struct buf b;

	(void)state;
	given_back = 0;
	buf_init(&b, 1000);
	buf_adds(&b, SECRET);
	buf_room(&b, 500);
	assert_int_equal(given_back, 1);
	buf_free(&b);
	assert_int_equal(given_back, 2);
}

static void
test_buf_secret(void **state)
{
	struct buf b;
	char *p;
	int i;

	(void)state;
	given_back = 0;
	buf_init_secret(&b, 100000);
	for (i = 0; i < 4000; i++)
		assert_int_equal(buf_adds(&b, SECRET), 0);
	for (i = 0; i < 4000; i++)
		assert_memory_equal(b.data + (size_t)i * strlen(SECRET), SECRET,
		    strlen(SECRET));
	assert_int_equal(b.data[b.len], 0);
	buf_free(&b);
	assert_int_equal(given_back, 0);
	/* It stays a buffer for secrets, and who takes one wipes it. */
	buf_adds(&b, SECRET);
	p = buf_take(&b);
	assert_string_equal(p, SECRET);
	explicit_bzero(p, strlen(p));
	free(p);
	buf_adds(&b, SECRET);
	buf_free(&b);
	assert_int_equal(given_back, 0);
	assert_int_equal(b.max, 100000);
}

/* Loads the INI, with blanks behind it; how many copies are left behind. */
static int
left_by(const char *ini, size_t blanks)
{
	char path[] = "/tmp/exsync-test-wiped-XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w"), *errs = fopen("/dev/null", "w");
	size_t i;

	fputs(ini, f);
	for (i = 0; i < blanks; i++)
		fputc(i % 100 == 99 ? '\n' : ' ', f);
	fclose(f);
	given_back = 0;
	conf_free(conf_load(path, errs));
	fclose(errs);
	unlink(path);
	return given_back;
}

#define HQ "[profile hq]\nserver = h.example\ndomains = a.example\n"

/* An INI that one read brings, and one that takes several. */
static void
test_ini(void **state)
{
	static const char *const ini[] = {
		HQ "username = svc\npassword = " SECRET "\n",
		HQ "username = svc\npassword = " SECRET " ; no comment\n",
		HQ "username = svc\npassword = " SECRET "\nnonsense\n",
		"[exsync]\nproxy = http://u:" SECRET "@p.example:1\n" HQ
		"username = svc\npassword_env = HOME\n",
		"[exsync]\nproxy = http://u:" SECRET "@p.example\n" HQ,
		"[exsync]\nproxy = http://u:" SECRET "\\@p.example:1\n" HQ,
	};
	static const size_t blanks[] = { 0, 65536, 300000, 5000000 };
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(ini) / sizeof(ini[0]); i++)
		for (j = 0; j < sizeof(blanks) / sizeof(blanks[0]); j++)
			assert_int_equal(left_by(ini[i], blanks[j]), 0);
}

/* A login by NTLM: the password, in UTF-16 too, its hash and the key of it. */
static void
test_ntlm(void **state)
{
	static const char type2[] =
	    "NTLM "
	    "TlRMTVNTUAACAAAADAAMADgAAAAFgomiASNFZ4mrze8AAAAAAAAAADAAMABEAAAA"
	    "CgBjRQAAAA9EAG8AbQBhAGkAbgACAAwARABvAG0AYQBpAG4AAQAMAFMAZQByAHYA"
	    "ZQByAAcACAAAkNM2tzTDAQAAAAA=\n";
	const struct credential who = { CONF_AUTH_NTLM, "Domain\\User", SECRET,
		NULL };
	const struct http_auth_conn conn = { 1, "mail.example", "443", true,
		NULL };
	struct err e = ERR_INIT;
	struct http_auth *a;
	struct buf out;

	(void)state;
	buf_init_secret(&out, HTTP_AUTH_MAX);
	assert_int_equal(utf16_add(&out, SECRET, strlen(SECRET)), 0);
	memcpy(worth[0].bytes, out.data, out.len);
	worth[0].len = out.len;
	md4(out.data, out.len, worth[1].bytes);
	worth[1].len = MD4_SIZE;
	buf_free(&out);
	assert_int_equal(
	    ntlm_key(who.username, who.password, worth[2].bytes), 0);
	worth[2].len = NTLM_KEY;
	given_back = 0;
	a = auth_open(&who, "the place", &e);
	assert_int_equal(a->header(a, &conn, NULL, &out, &e), 0);
	buf_free(&out);
	assert_int_equal(a->header(a, &conn, type2, &out, &e), 0);
	assert_true(out.len > 300);
	buf_free(&out);
	a->free(a);
	assert_int_equal(given_back, 0);
}

/* OAuth: a client secret that is sent, and a token that comes. */
static void
test_oauth(void **state)
{
	static char body[] =
	    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 94\r\n"
	    "\r\n{\"token_type\":\"Bearer\",\"expires_in\":3600,"
	    "\"more\":\"x\",\"access_token\":\"AT-" SECRET "\"}";
	static const struct step steps[] = { { body, CLOSE, 0, 0 },
		{ body, CLOSE, 0, 0 }, { NULL, KEEP, 0, 0 } };
	static char id[] = "id", no_proxy[] = "", secret[] = SECRET;
	static struct server service;
	struct conf_oauth o = { .tenant = id,
		.client_id = id,
		.scope = id,
		.secret_file = id,
		.secret = secret,
		.proxy = no_proxy };
	const struct credential who = { CONF_AUTH_OAUTH, id, SECRET, &o };
	const struct http_auth_conn conn = { 1, "mail.example", "443", true,
		NULL };
	struct err e = ERR_INIT;
	struct http_auth *a;
	struct buf out;

	(void)state;
	service.step = steps;
	server_start(&service);
	o.authority = mem_printf("http://127.0.0.1:%d", service.port);
	memset(worth, 0, sizeof(worth));
	given_back = 0;
	buf_init_secret(&out, HTTP_AUTH_MAX);
	a = auth_open(&who, "the place", &e);
	if (a->header(a, &conn, NULL, &out, &e) == -1)
		fail_msg("%s", e.msg);
	assert_string_equal(buf_str(&out), "Bearer AT-" SECRET);
	buf_free(&out);
	assert_int_equal(a->header(a, &conn, "Bearer\n", &out, &e), 0);
	buf_free(&out);
	a->free(a);
	token_forget_all();
	assert_int_equal(given_back, 0);
	server_stop(&service);
	free(o.authority);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_noticed),
		cmocka_unit_test(test_buf_secret),
		cmocka_unit_test(test_ini),
		cmocka_unit_test(test_ntlm),
		cmocka_unit_test(test_oauth),
	};

	return cmocka_run_group_tests_name("wiped", tests, NULL, NULL);
}
