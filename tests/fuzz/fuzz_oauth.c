/*
 * fuzz_oauth.c - what comes from a token service, a server's challenge, and the
 * file of a login: no answer is both good and an error, and what is shown to a
 * person is printable and holds no token.
 */
#include "auth/bearer.h"
#include "auth/oauthanswer.h"
#include "auth/tokenfile.h"
#include "fuzz.h"

static void
answer(int status, const char *body, size_t size)
{
	struct oauthanswer a = { status, -1, body, size, NULL };
	struct oauthanswer_token t;
	struct oauthanswer_device d;
	struct err e = ERR_INIT;
	enum oauthanswer_said said;
	char who[50];
	size_t i;
	int rc;

	oauthanswer_token_init(&t);
	said = oauthanswer_read_token(&t, &a, &e);
	fuzz_err(said == OAUTHANSWER_GIVEN ? 0 : -1, &e);
	if (said == OAUTHANSWER_GIVEN) {
		FUZZ_CHECK(status == 200 && t.access.len > 0);
		for (i = 0; i < t.access.len; i++)
			FUZZ_CHECK(
			    t.access.data[i] > ' ' && t.access.data[i] <= '~');
		FUZZ_CHECK(t.expires_in >= 0 && t.expires_in <= 31536000);
	} else
		FUZZ_CHECK(t.access.len < 8 ||
			   strstr(e.msg, buf_str(&t.access)) == NULL);
	oauthanswer_who(&t.id, who, sizeof(who));
	fuzz_printable(who);
	oauthanswer_token_free(&t);
	err_clear(&e);
	rc = oauthanswer_read_device(&d, &a, &e);
	fuzz_err(rc, &e);
	fuzz_printable(d.user_code);
	fuzz_printable(d.url);
	fuzz_printable(d.message);
	FUZZ_CHECK(rc == -1 || (d.device_code.len > 0 && d.interval >= 1 &&
				   d.interval <= 300));
	oauthanswer_device_free(&d);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int status[] = { 200, 400, 401, 429, 500, 302 };
	static const struct seal_key key = { "k" };
	char *s = fuzz_string(data, size), out[80];
	struct buf in = { .data = s,
		.len = size,
		.cap = size + 1,
		.max = size },
		   got;
	struct err e = ERR_INIT;
	size_t i;

	for (i = 0; i < sizeof(status) / sizeof(status[0]); i++)
		answer(status[i], s, size);
	bearer_param(s, "error", out, sizeof(out));
	fuzz_printable(out);
	bearer_hint(s);
	err_set(&e, ERR_AUTH, "x");
	bearer_diagnose(s, &e);
	fuzz_printable(e.msg);
	/* nobody has the key, so nothing can be read */
	buf_init_secret(&got, TOKENFILE_SECRET);
	FUZZ_CHECK(tokenfile_open(&got, &key, "token-x", &in, &e) == -1);
	buf_free(&got);
	free(s);
	return 0;
}
