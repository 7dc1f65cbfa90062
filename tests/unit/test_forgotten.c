/*
 * test_forgotten.c - the list of people to be forgotten: what is written can be
 * read, anything else is refused, and nothing in it tells who they are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/enc.h"
#include "base/mem.h"
#include "core/forgotten.h"
#include "core/namewords.h"

#define COUNT(v) (sizeof(v) / sizeof((v)[0]))
#define SALT                                                                   \
	"00112233445566778899aabbccddeeff"                                     \
	"00112233445566778899aabbccddeeff"
#define HEAD SALT "\nexsync forgotten 1\n"
#define H1   "00000000000000000000000000000001"
#define H2   "00000000000000000000000000000002"
#define T    "2026-11-20T08:16:00Z"
#define NOW  INT64_C(1795162560000)

static int
parse(struct forgotten *f, const char *text)
{
	struct err err = ERR_INIT;
	int rc = forgotten_parse(f, text, strlen(text), &err);

	if (rc == -1) {
		assert_int_equal(err.kind, ERR_CONFIG);
		assert_string_equal(err.code, "forgotten");
		assert_memory_equal(err.msg, "line ", 5);
		assert_int_equal(f->n, 0);
		assert_null(f->v);
	}
	return rc;
}

/* The file, as it would be written; the caller frees. */
static char *
written(const struct forgotten *f)
{
	struct buf b;

	buf_init(&b, FORGOTTEN_MAX);
	buf_adds(&b, SALT "\n");
	assert_int_equal(forgotten_format(f, &b), 0);
	assert_int_equal(b.len, f->size);
	return buf_take(&b);
}

static const char *const good[] = {
	HEAD,
	HEAD H1 "\t" T "\t-\n",
	HEAD H1 "\t" T "\t1:" H1 "\n",
	HEAD H1 "\t" T "\t1:" H1 " 1:" H2 " 8:" H1 "\n" H2 "\t" T "\t-\n",
};

static const char *const bad[] = {
	"",
	SALT,
	"0" HEAD,
	"x0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n",
	SALT "\n\n",
	SALT "\nexsync forgotten 2\n",
	SALT "\nexsync forgotten 1",
	SALT "\nexsync forgotten 1\t\n",
	SALT "\nexsync logins 2\t" T "\n",
	SALT "\n" H1 "\t" T "\t-\n",
	HEAD "\n",
	HEAD "exsync forgotten 1\n",
	HEAD H1 "\t" T "\t-",
	HEAD H1 "\t" T "\n",
	HEAD H1 " " T " -\n",
	HEAD H1 "\t" T "\t-\t\n",
	HEAD H1 "\t" T "\t\n",
	HEAD H1 "0\t" T "\t-\n",
	HEAD "0000000000000000000000000000000A\t" T "\t-\n",
	HEAD "000000000000000000000000000001\t" T "\t-\n",
	HEAD H1 "\t2026-11-20T08:16:00\t-\n",
	HEAD H1 "\t2026-11-20T08:16:00.0Z\t-\n",
	HEAD H1 "\t2026-02-30T08:16:00Z\t-\n",
	HEAD H1 "\t-\t-\n",
	HEAD H1 "\t" T "\t0:" H1 "\n",
	HEAD H1 "\t" T "\t9:" H1 "\n",
	HEAD H1 "\t" T "\t1" H1 "\n",
	HEAD H1 "\t" T "\t1:" H1 " \n",
	HEAD H1 "\t" T "\t 1:" H1 "\n",
	HEAD H1 "\t" T "\t1:" H1 "  1:" H2 "\n",
	HEAD H1 "\t" T "\t1:" H1 " -\n",
	HEAD H1 "\t" T "\t1:" H1 "00\n",
	HEAD H1 "\t" T "\t1:" H2 " 1:" H1 "\n",
	HEAD H1 "\t" T "\t1:" H1 " 1:" H1 "\n",
	HEAD H1 "\t" T "\t2:" H1 " 1:" H2 "\n",
	HEAD H1 "\t" T "\t-\n" H1 "\t" T "\t-\n",
	HEAD H2 "\t" T "\t-\n" H1 "\t" T "\t-\n",
	HEAD H1 "\t" T "\t-\r\n",
};

static void
test_parse(void **state)
{
	struct forgotten f;
	struct err err = ERR_INIT;
	char *s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++) {
		assert_int_equal(parse(&f, good[i]), 0);
		s = written(&f);
		assert_string_equal(s, good[i]);
		free(s);
		forgotten_free(&f);
	}
	for (i = 0; i < COUNT(bad); i++) {
		if (parse(&f, bad[i]) != -1)
			fail_msg("%s", bad[i]);
		forgotten_free(&f);
	}
	/* new, and a NUL */
	assert_int_equal(parse(&f, SALT "\n"), 0);
	assert_int_equal(forgotten_count(&f), 0);
	s = written(&f);
	assert_string_equal(s, HEAD);
	free(s);
	forgotten_free(&f);
	assert_int_equal(
	    forgotten_parse(&f, HEAD "\0\n", sizeof(HEAD) + 1, &err), -1);
	assert_string_equal(err.msg, "line 3: this is no line");
}

static void
test_bounds(void **state)
{
	struct forgotten f;
	struct err err = ERR_INIT;
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, 2 * FORGOTTEN_MAX);
	buf_adds(&b, HEAD H1 "\t" T "\t");
	for (i = 0; i < FORGOTTEN_NAMES; i++)
		buf_addf(&b, "%s1:%032zx", i > 0 ? " " : "", i);
	buf_adds(&b, "\n");
	assert_int_equal(parse(&f, buf_str(&b)), 0);
	forgotten_free(&f);
	b.len--;
	buf_addf(&b, " 2:" H1 "\n");
	assert_int_equal(parse(&f, buf_str(&b)), -1);
	buf_reset(&b);
	buf_adds(&b, HEAD);
	for (i = 0; i < FORGOTTEN_ROWS; i++)
		buf_addf(&b, "%032zx\t" T "\t-\n", i);
	assert_int_equal(parse(&f, buf_str(&b)), 0);
	assert_int_equal(forgotten_count(&f), FORGOTTEN_ROWS);
	assert_int_equal(f.size, b.len);
	assert_false(forgotten_add(&f, "carl@x.example", NULL, 0, NOW));
	assert_false(forgotten_has(&f, "carl@x.example"));
	forgotten_free(&f);
	buf_addf(&b, "%032zx\t" T "\t-\n", i);
	assert_int_equal(forgotten_parse(&f, b.data, b.len, &err), -1);
	assert_string_equal(err.msg, "line 100003: too many lines");
	assert_int_equal(
	    forgotten_parse(&f, b.data, FORGOTTEN_MAX + 1, &err), -1);
	buf_free(&b);
}

/* With names, the size of the file is what limits it. */
static void
test_full(void **state)
{
	struct forgotten f;
	char address[64], many[FORGOTTEN_NAMES][64], *s;
	const char *name[FORGOTTEN_NAMES];
	size_t i, n = 0;

	(void)state;
	for (i = 0; i < FORGOTTEN_NAMES; i++) {
		snprintf(many[i], sizeof(many[i]), "name%zu", i);
		name[i] = many[i];
	}
	assert_int_equal(parse(&f, SALT "\n"), 0);
	f.size = FORGOTTEN_MAX - 3000;
	do
		snprintf(address, sizeof(address), "a%zu@x.example", n);
	while (forgotten_add(&f, address, name, COUNT(many), NOW) && ++n < 100);
	assert_in_range(n, 3, 5);
	assert_true(f.size <= FORGOTTEN_MAX);
	assert_int_equal(f.n, n);
	/* nor has one that is there room for more names */
	assert_false(forgotten_add(&f, "a0@x.example", name, 1, NOW));
	while (n-- > 0) {
		snprintf(address, sizeof(address), "a%zu@x.example", n);
		assert_true(forgotten_remove(&f, address));
	}
	assert_int_equal(f.size, FORGOTTEN_MAX - 3000);
	f.size = sizeof(HEAD) - 1;
	s = written(&f);
	assert_string_equal(s, HEAD);
	free(s);
	forgotten_free(&f);
}

static void
test_rows(void **state)
{
	static const char *const names[] = { "Miller, Carl", "carl  MILLER",
		"Carl Miller (Contoso)", "carl@x.example", "Xy", NULL, "", "C",
		"a b c d e f g h i", "Max" };
	struct forgotten f, again;
	struct buf b;
	char *s, hex[2 * CRYPT_SHA256 + 1];
	unsigned char key[FORGOTTEN_KEY], mac[CRYPT_SHA256];
	size_t i;

	(void)state;
	assert_int_equal(parse(&f, SALT "\n"), 0);
	assert_false(forgotten_has(&f, "carl@x.example"));
	assert_false(forgotten_has(NULL, "carl@x.example"));
	assert_int_equal(forgotten_count(NULL), 0);
	assert_true(forgotten_add(
	    &f, " <mailto:Carl@X.Example> ", names, COUNT(names), NOW + 999));
	assert_false(forgotten_add(&f, "carl", names, 1, NOW));
	assert_true(forgotten_has(&f, "CARL@x.example"));
	assert_false(forgotten_has(&f, "carl"));
	assert_false(forgotten_has(&f, "carl@x.example2"));
	assert_int_equal(f.v[0].nname, 3);

	/* what is in the file, by another way: each HMAC on its own */
	s = written(&f);
	assert_true(enc_unhex(SALT, key, sizeof(key)));
	crypt_hmac(key, sizeof(key), "carl@x.example", 14, mac);
	enc_hex(mac, sizeof(mac), hex);
	buf_init(&b, 1000);
	buf_addf(&b, HEAD "%.32s\t" T "\t", hex);
	crypt_hmac(key, sizeof(key), "namemax", 7, mac);
	enc_hex(mac, sizeof(mac), hex);
	buf_addf(&b, "1:%.32s 2:", hex);
	crypt_hmac(key, sizeof(key), "namecarl miller", 15, mac);
	enc_hex(mac, sizeof(mac), hex);
	buf_addf(&b, "%.32s 3:", hex);
	crypt_hmac(key, sizeof(key), "namecarl contoso miller", 23, mac);
	enc_hex(mac, sizeof(mac), hex);
	buf_addf(&b, "%.32s\n", hex);
	assert_string_equal(s, buf_str(&b));
	buf_free(&b);
	assert_int_equal(parse(&again, s), 0);
	assert_true(forgotten_has(&again, "carl@x.example"));
	forgotten_free(&again);
	free(s);

	/* names are merged, the time is the latest */
	assert_true(forgotten_add(&f, "carl@x.example",
	    (const char *const[]){ "MAX", "Moritz" }, 2, NOW + 5000));
	assert_int_equal(f.n, 1);
	assert_int_equal(f.v[0].nname, 4);
	assert_true(f.v[0].at == NOW + 5000);
	for (i = 0; i < 40; i++) {
		s = mem_printf("name%zu", i);
		assert_true(forgotten_add(
		    &f, "carl@x.example", (const char *const[]){ s }, 1, NOW));
		free(s);
	}
	assert_int_equal(f.v[0].nname, FORGOTTEN_NAMES);
	s = written(&f);
	assert_int_equal(parse(&again, s), 0);
	forgotten_free(&again);
	free(s);
	assert_true(forgotten_remove(&f, "CARL@X.example"));
	assert_false(forgotten_remove(&f, "carl@x.example"));
	assert_int_equal(forgotten_count(&f), 0);
	forgotten_free(&f);
}

/* Added and removed at random: as an array of flags has it. */
static void
test_random(void **state)
{
	bool there[200] = { false };
	uint32_t seed = 7;
	struct forgotten f, again;
	char address[64], *s, *t;
	size_t i, k, n = 0;

	(void)state;
	assert_int_equal(parse(&f, SALT "\n"), 0);
	for (i = 0; i < 3000; i++) {
		seed = seed * 1103515245 + 12345;
		k = (seed >> 16) % COUNT(there);
		snprintf(address, sizeof(address), "user%zu@x.example", k);
		assert_int_equal(forgotten_has(&f, address), there[k]);
		if (seed >> 31 != 0) {
			assert_true(forgotten_add(&f, address, NULL, 0, NOW));
			n += !there[k];
			there[k] = true;
		} else {
			assert_int_equal(
			    forgotten_remove(&f, address), there[k]);
			n -= there[k];
			there[k] = false;
		}
		assert_int_equal(forgotten_count(&f), n);
	}
	s = written(&f);
	assert_null(strstr(s, "user"));
	assert_int_equal(parse(&again, s), 0);
	t = written(&again);
	assert_string_equal(s, t);
	free(s);
	free(t);
	forgotten_free(&again);
	forgotten_free(&f);
}

static const struct {
	const char *name, *one, *two;
} forms[] = {
	{ "Carl Miller", "carl miller", NULL },
	{ "Miller, Carl", "carl miller", NULL },
	{ "Miller,Carl", "carl miller", NULL },
	{ "  \"Dr. Carl\tMiller\" ", "carl dr miller", NULL },
	{ "Miller Carl (Contoso)", "carl contoso miller", "carl miller" },
	{ "Carl (Contoso)", "carl contoso", NULL },
	{ "Carl Miller | Contoso", "carl contoso miller", "carl miller" },
	{ "O'Neil", "neil o", NULL },
	{ "\xc3\x96ZG\xc3\x9cR \xce\xa3\xce\x91\xce\xa3",
	    "\xc3\xb6zg\xc3\xbcr \xcf\x83\xce\xb1\xcf\x83", NULL },
	{ "a b c d e f g h", "a b c d e f g h", NULL },
	{ "a b c d e f g h i", NULL, NULL },
	{ "a b c d e f g h (i)", "a b c d e f g h", NULL },
	{ "Ed", NULL, NULL },
	{ "Ed M", "ed m", NULL },
	{ "", NULL, NULL },
	{ "(", NULL, NULL },
	{ "(removed)", NULL, NULL },
	{ "carl@x.example", NULL, NULL },
	{ "\xff\xfe", NULL, NULL },
};

static void
test_forms(void **state)
{
	struct namewords_name out[2];
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(forms); i++) {
		const char *want[2] = { forms[i].one, forms[i].two };

		n = namewords_of(forms[i].name, out);
		if ((n > 0) != (want[0] != NULL) ||
		    (n > 1) != (want[1] != NULL))
			fail_msg("%s: %zu", forms[i].name, n);
		while (n-- > 0) {
			assert_int_equal(out[n].len, strlen(want[n]));
			assert_memory_equal(out[n].text, want[n], out[n].len);
		}
	}
}

/* A list of one: as it stands in the longer one, or without names. */
static void
test_only(void **state)
{
	static const char *const names[] = { "Carl Clay", "C. Clay" };
	struct forgotten f, one;
	char *a, *b;

	(void)state;
	assert_int_equal(parse(&f, HEAD), 0);
	assert_true(forgotten_add(&f, "carl@x.example", names, 2, NOW));
	forgotten_only(&one, &f, "Carl@X.example", NOW + 1000);
	a = written(&f);
	b = written(&one);
	assert_string_equal(a, b);
	forgotten_free(&one);
	free(b);
	forgotten_only(&one, &f, "dora@x.example", NOW);
	assert_int_equal(forgotten_count(&one), 1);
	assert_true(forgotten_has(&one, "dora@x.example"));
	assert_false(forgotten_has(&one, "carl@x.example"));
	b = written(&one);
	forgotten_free(&one);
	free(a);
	free(b);
	forgotten_free(&f);
}

int
main(void)
{
	static const struct CMUnitTest group[] = {
		cmocka_unit_test(test_only),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_forms),
	};

	return cmocka_run_group_tests(group, NULL, NULL);
}
