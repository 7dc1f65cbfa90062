/*
 * test_tlssessions.c - which TLS sessions are found again, and for how long.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/tim.h"
#include "net/tls_sessions.h"

#define HOUR (INT64_C(3600) * 1000)

int64_t __wrap_tim_mono(void);
int64_t __wrap_tim_now(void);

static int64_t mono = 1000, now = 1000000;

int64_t
__wrap_tim_mono(void)
{
	return mono;
}

int64_t
__wrap_tim_now(void)
{
	return now;
}

static const unsigned char pin_a[TLS_PIN] = { 1 }, pin_b[TLS_PIN] = { 2 };

/* One that is told from others by n. */
static struct tls_session
session_of(unsigned char n)
{
	struct tls_session s;

	memset(&s, 0, sizeof(s));
	s.id_len = TLS_SESSION_ID;
	memset(s.id, n, sizeof(s.id));
	memset(s.master, n, sizeof(s.master));
	s.not_after = TIM_NONE;
	return s;
}

static void
keep(struct tls_sessions *t, struct tls_session_for f, unsigned char n)
{
	struct tls_session s = session_of(n);

	tls_sessions_keep(t, &f, &s);
}

/* n of what is found; 0: nothing. */
static int
find(struct tls_sessions *t, struct tls_session_for f)
{
	struct tls_session s;

	if (!tls_sessions_find(t, &f, &s))
		return 0;
	assert_int_equal(s.id_len, TLS_SESSION_ID);
	assert_int_equal(s.id[31], s.master[47]);
	return s.id[0];
}

static void
exactly_the_same(void **state)
{
	static const struct tls_session_for f[] = {
		{ "mail.example", "443", 1, NULL },
		{ "owa.example", "443", 1, NULL },
		{ "mail.example", "444", 1, NULL },
		{ "mail.example", "443", 2, NULL },
		{ "mail.example", "443", 0, NULL },
		{ "mail.example", "443", 1, pin_a },
		{ "mail.example", "443", 1, pin_b },
	};
	const unsigned char n = sizeof(f) / sizeof(f[0]);
	struct tls_sessions *t;
	unsigned char i, j;

	(void)state;
	for (i = 0; i < n; i++) {
		t = tls_sessions_open();
		keep(t, f[i], 9);
		for (j = 0; j < n; j++)
			assert_int_equal(find(t, f[j]), i == j ? 9 : 0);
		tls_sessions_close(t);
	}
	t = tls_sessions_open();
	for (i = 0; i < n; i++)
		keep(t, f[i], i + 1);
	for (i = 0; i < n; i++)
		assert_int_equal(find(t, f[i]), i + 1);
	/* a newer one is in its place */
	keep(t, f[0], 99);
	assert_int_equal(find(t, f[0]), 99);
	assert_int_equal(find(t, f[1]), 2);
	tls_sessions_close(t);
	tls_sessions_close(NULL);
}

static void
age(void **state)
{
	static const struct tls_session_for f = { "a", "1", 1, NULL };
	struct tls_sessions *t = tls_sessions_open();
	struct tls_session s = session_of(1);

	(void)state;
	keep(t, f, 1);
	mono += 10 * HOUR - 1;
	assert_int_equal(find(t, f), 1);
	mono += 1;
	assert_int_equal(find(t, f), 0);
	mono -= 9 * HOUR; /* gone, not only hidden */
	assert_int_equal(find(t, f), 0);
	/* the end of the certificate */
	s.not_after = now + 5;
	tls_sessions_keep(t, &f, &s);
	now += 5;
	assert_int_equal(find(t, f), 1);
	now += 1;
	assert_int_equal(find(t, f), 0);
	tls_sessions_close(t);
}

static void
bounded(void **state)
{
	struct tls_sessions *t = tls_sessions_open();
	char host[TLS_SESSIONS + 2][16];
	unsigned char i;

	(void)state;
	for (i = 0; i < TLS_SESSIONS + 2; i++) {
		snprintf(host[i], sizeof(host[i]), "h%d.example", i);
		mono++;
		keep(t, (struct tls_session_for){ host[i], "443", 1, NULL },
		    i + 1);
	}
	for (i = 0; i < TLS_SESSIONS + 2; i++)
		assert_int_equal(find(t, (struct tls_session_for){ host[i],
					     "443", 1, NULL }),
		    i < 2 ? 0 : i + 1);
	tls_sessions_close(t);
}

static void
forgotten(void **state)
{
	static const struct tls_session_for f = { "a", "1", 1, NULL },
					    g = { "b", "1", 1, NULL };
	struct tls_sessions *t = tls_sessions_open();
	struct tls_session first = session_of(1), none;

	(void)state;
	memset(&none, 0, sizeof(none));
	keep(t, f, 1);
	keep(t, g, 2);
	tls_sessions_forget(t, &none);
	assert_int_equal(find(t, f), 1);
	tls_sessions_forget(t, &first);
	assert_int_equal(find(t, f), 0);
	assert_int_equal(find(t, g), 2);
	/* another connection has brought a new one meanwhile */
	keep(t, f, 3);
	tls_sessions_forget(t, &first);
	assert_int_equal(find(t, f), 3);
	tls_sessions_close(t);
}

struct crowd {
	struct tls_sessions *t;
	unsigned char n;
};

static void *
crowd_run(void *arg)
{
	static const struct tls_session_for f = { "a", "1", 1, NULL };
	const struct crowd *c = arg;
	int i;

	for (i = 0; i < 2000; i++) {
		struct tls_session s = session_of(c->n), got;

		tls_sessions_keep(c->t, &f, &s);
		/* whole: of one thread or of another */
		if (tls_sessions_find(c->t, &f, &got) &&
		    (got.id[0] != got.id[31] || got.id[0] != got.master[47]))
			abort();
		if (i % 7 == 0)
			tls_sessions_forget(c->t, &s);
	}
	return NULL;
}

static void
crowded(void **state)
{
	struct crowd c[4];
	pthread_t thread[4];
	unsigned char i;

	(void)state;
	c[0].t = tls_sessions_open();
	for (i = 0; i < 4; i++) {
		c[i].t = c[0].t;
		c[i].n = i + 1;
		pthread_create(&thread[i], NULL, crowd_run, &c[i]);
	}
	for (i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	tls_sessions_close(c[0].t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exactly_the_same),
		cmocka_unit_test(age),
		cmocka_unit_test(bounded),
		cmocka_unit_test(forgotten),
		cmocka_unit_test(crowded),
	};

	return cmocka_run_group_tests_name("tlssessions", tests, NULL, NULL);
}
