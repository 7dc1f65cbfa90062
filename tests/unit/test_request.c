/*
 * test_request.c - the buffer of a request with a secret in its head has its
 * room from the start: growing would leave a copy in freed memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "net/request.h"

#define KIB   ((size_t)1 << 10)
#define PIECE (64 * KIB) /* of the body, that follows in the same buffer */

/* How often a buffer that holds the secret grew. */
static int copies;

void *__real_mem_grow(void *, size_t, size_t);
void *__wrap_mem_grow(void *, size_t, size_t);

void *
__wrap_mem_grow(void *old, size_t n, size_t each)
{
	if (old != NULL && strstr(old, "Authorization: Basic ") != NULL)
		copies++;
	return __real_mem_grow(old, n, each);
}

/* A head with a cookie of so many bytes; returns what request_head does. */
static int
make_head(struct buf *out, size_t cookie, size_t body)
{
	const struct request_to to = { "mail.example", "/EWS", "test" };
	char *value = mem_alloc(cookie + 1);
	const struct http_header header[] = { { "Cookie", value },
		{ "SOAPAction", "x" } };
	const struct http_request req = { "POST", header, 2, "", body, true };
	struct err e = ERR_INIT;
	struct buf auth;
	int rc;

	memset(value, 'c', cookie);
	buf_init(&auth, HTTP_AUTH_MAX);
	buf_adds(&auth, "Basic c3ZjOnNlY3JldA==");
	rc = request_head(out, &to, &req, &auth, &e);
	if (rc == -1)
		assert_int_equal(e.kind, ERR_CONFIG);
	buf_free(&auth);
	free(value);
	return rc;
}

static void
secret_stays(void **state)
{
	static const size_t cookie[] = { 0, 7 * KIB, 8 * KIB, 16 * KIB,
		100 * KIB, 255 * KIB };
	static const size_t body[] = { 0, 1, 500, PIECE, 10 * PIECE };
	struct buf out;
	size_t i, k;

	(void)state;
	request_init(&out);
	for (i = 0; i < sizeof(cookie) / sizeof(cookie[0]); i++)
		for (k = 0; k < sizeof(body) / sizeof(body[0]); k++) {
			size_t piece = body[k] < PIECE ? body[k] : PIECE;

			copies = 0;
			assert_int_equal(
			    make_head(&out, cookie[i], body[k]), 0);
			assert_non_null(buf_room(&out, piece));
			if (copies > 0)
				fail_msg("a cookie of %zu bytes, a body of %zu",
				    cookie[i], body[k]);
		}
	buf_free(&out);
}

/* No more than 256 KiB, and the buffer of a refused head does not grow. */
static void
too_long(void **state)
{
	static const size_t cookie[] = { 256 * KIB, 320 * KIB, 1000 * KIB };
	struct buf out;
	size_t i;

	(void)state;
	request_init(&out);
	copies = 0;
	for (i = 0; i < sizeof(cookie) / sizeof(cookie[0]); i++) {
		assert_int_equal(make_head(&out, cookie[i], PIECE), -1);
		assert_int_equal(copies, 0);
	}
	assert_int_equal(make_head(&out, 100, PIECE), 0);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secret_stays),
		cmocka_unit_test(too_long),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
