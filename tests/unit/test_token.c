/*
 * test_token.c - the shared token of auth/token.h and its use in requests
 * (auth/oauthauth.h): how often a service is asked, by how many threads, and
 * that a refresh token is kept before it is used. The clock is the test's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "netserver.h"

#include "auth/auth.h"
#include "auth/token.h"
#include "auth/tokenfile.h"
#include "base/mem.h"
#include "base/tim.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define END                                                                    \
	{                                                                      \
		NULL, KEEP, 0, 0                                               \
	}
#define HEAD(status, n)                                                        \
	"HTTP/1.1 " status "\r\nConnection: close\r\nContent-Type: "           \
	"application/json\r\nContent-Length: " n "\r\n"
#define TOKEN(t)                                                               \
	HEAD("200 OK", "62")                                                   \
	"\r\n{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":" \
	"\"" t "\"}"
#define ROTATED(t, r)                                                          \
	HEAD("200 OK", "84")                                                   \
	"\r\n{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":" \
	"\"" t "\",\"refresh_token\":\"" r "\"}"
#define SHORT(t, n)                                                            \
	HEAD("200 OK", "59")                                                   \
	"\r\n{\"token_type\":\"Bearer\",\"expires_in\":" n                     \
	",\"access_token\":"                                                   \
	"\"" t "\"}"
#define DENIED                                                                 \
	HEAD("401 No", "73")                                                   \
	"\r\n{\"error\":\"invalid_client\",\"error_description\":\"AADSTS"     \
	"7000215: wrong one\"}"
#define BUSY      HEAD("429 Slow", "0") "Retry-After: 7\r\n\r\n"
#define BUSY_HOUR HEAD("429 Slow", "0") "Retry-After: 3600\r\n\r\n"

/* --- time --------------------------------------------------------------- */

static _Atomic int64_t ahead; /* ms that the test has let pass */

int64_t __wrap_tim_mono(void);
void __wrap_tim_sleep(int64_t ms);

int64_t
__wrap_tim_mono(void)
{
	return 1000000 + ahead; /* no machine is too slow */
}

void
__wrap_tim_sleep(int64_t ms)
{
	ahead += ms;
}

/* --- a login and its service -------------------------------------------- */

struct scene {
	struct server service;
	struct conf_oauth o;
	struct credential who;
	struct token *t;
	struct buf got;
	uint64_t serial;
	struct err e;
};

static char id[] = "app-id", tenant[] = "t.example", secret[] = "s3cret",
	    file[] = "x", scope[] = "https://mail.example/.default",
	    no_proxy[] = "";
static const struct seal_key key = { "0123456789abcdef0123456789abcde" };

static void
begin_scene(struct scene *s, const struct step *steps, bool person)
{
	memset(s, 0, sizeof(*s));
	s->service.step = steps;
	server_start(&s->service);
	s->o = (struct conf_oauth){ .tenant = tenant,
		.client_id = id,
		.scope = scope,
		.proxy = no_proxy,
		.seal = &key };
	s->o.authority = mem_printf("http://127.0.0.1:%d", s->service.port);
	if (!person) {
		s->o.secret_file = file;
		s->o.secret = secret;
	}
	s->who = (struct credential){ CONF_AUTH_OAUTH,
		person ? "anna@a.example" : id, person ? NULL : secret, &s->o };
	buf_init_secret(&s->got, OAUTHANSWER_TOKEN);
	s->t = token_of(&s->who);
	assert_ptr_equal(s->t, token_of(&s->who));
	token_put(s->t);
}

static void
end_scene(struct scene *s)
{
	token_put(s->t);
	token_forget_all();
	server_stop(&s->service);
	buf_free(&s->got);
	free(s->o.authority);
}

static int
take(struct scene *s, uint64_t not )
{
	buf_reset(&s->got);
	err_clear(&s->e);
	return token_take(s->t, not, &s->serial, &s->got, &s->e);
}

static void
expect_token(struct scene *s, uint64_t not, const char *want, int requests)
{
	if (take(s, not ) == -1)
		fail_msg("%s", s->e.msg);
	assert_string_equal(buf_str(&s->got), want);
	server_wait(&s->service.sent, requests);
	assert_int_equal(s->service.requests, requests);
}

/* --- an application's ---------------------------------------------------- */

static void
lasts(void **state)
{
	static const struct step steps[] = { { TOKEN("AT1"), CLOSE, 0, 0 },
		{ TOKEN("AT2"), CLOSE, 0, 0 }, { TOKEN("AT3"), CLOSE, 0, 0 },
		END };
	struct scene s;

	(void)state;
	begin_scene(&s, steps, false);
	expect_token(&s, 0, "AT1", 1);
	expect_token(&s, 0, "AT1", 1);
	/* five minutes before its end */
	ahead += 3299 * 1000;
	expect_token(&s, 0, "AT1", 1);
	ahead += 2000;
	expect_token(&s, 0, "AT2", 2);
	/* a server has refused it: once, whoever noticed first */
	expect_token(&s, s.serial, "AT3", 3);
	expect_token(&s, s.serial - 1, "AT3", 3);
	assert_non_null(strstr(
	    s.service.log, "POST /t.example/oauth2/v2.0/token HTTP/1.1\r\n"));
	assert_non_null(strstr(s.service.log,
	    "Content-Type: application/x-www-form-urlencoded;charset=utf-8"));
	assert_non_null(strstr(s.service.log, "client_secret=s3cret"));
	end_scene(&s);
}

/* A service whose tokens end at once is not asked without end. */
static void
ends_at_once(void **state)
{
	static const struct step steps[] = { { SHORT("AT1", "0"), CLOSE, 0, 0 },
		{ SHORT("AT2", "1"), CLOSE, 0, 0 }, END };
	struct scene s;

	(void)state;
	begin_scene(&s, steps, false);
	expect_token(&s, 0, "AT1", 1);
	expect_token(&s, 0, "AT1", 1);
	/* the server says when it has ended */
	expect_token(&s, s.serial, "AT2", 2);
	ahead += 2000;
	expect_token(&s, 0, "AT2", 2);
	end_scene(&s);
}

/* While the old one is valid a fault of the service is no fault. */
static void
renewal_fails(void **state)
{
	static const struct step steps[] = { { TOKEN("AT1"), CLOSE, 0, 0 },
		{ BUSY, CLOSE, 0, 0 }, { TOKEN("AT2"), CLOSE, 0, 0 }, END };
	struct scene s;

	(void)state;
	begin_scene(&s, steps, false);
	expect_token(&s, 0, "AT1", 1);
	ahead += 3500 * 1000;
	expect_token(&s, 0, "AT1", 2);
	ahead += 6000; /* the service wants to be left alone for 7 s */
	expect_token(&s, 0, "AT1", 2);
	ahead += 2000;
	expect_token(&s, 0, "AT2", 3);
	end_scene(&s);
}

/* The service's own word is obeyed, and what is left of the time is told. */
static void
busy_for_long(void **state)
{
	static const struct step steps[] = { { BUSY_HOUR, CLOSE, 0, 0 },
		{ TOKEN("AT1"), CLOSE, 0, 0 }, END };
	struct scene s;

	(void)state;
	begin_scene(&s, steps, false);
	assert_int_equal(take(&s, 0), -1);
	assert_int_equal(s.e.retry_ms, 3600 * 1000);
	server_wait(&s.service.closed, 1);
	ahead += 3599 * 1000;
	assert_int_equal(take(&s, 0), -1);
	assert_int_equal(s.e.retry_ms, 1000);
	assert_int_equal(s.service.requests, 1);
	ahead += 1001;
	expect_token(&s, 0, "AT1", 2);
	end_scene(&s);
}

/* A service that is busy is no wrong login, and is asked less and less. */
static void
busy(void **state)
{
	static const struct step steps[] = { { BUSY, CLOSE, 0, 0 },
		{ HEAD("503 No", "0") "\r\n", CLOSE, 0, 0 },
		{ HEAD("500 No", "0") "\r\n", CLOSE, 0, 0 },
		{ NULL, CLOSE, 0, 0 }, { TOKEN("AT1"), CLOSE, 0, 0 }, END };
	static const int64_t least[] = { 7000, 2000, 4000, 8000 };
	struct scene s;
	size_t i;

	(void)state;
	begin_scene(&s, steps, false);
	for (i = 0; i < COUNT(least); i++) {
		int requests;

		assert_int_equal(take(&s, 0), -1);
		assert_int_equal(s.e.kind, ERR_RETRY);
		assert_true(s.e.spared);
		assert_int_equal(s.e.scope, SCOPE_PROFILE);
		assert_null(strstr(s.e.msg, "s3cret"));
		assert_int_equal(s.e.retry_ms, i == 0 ? 7000 : 0);
		server_wait(&s.service.closed, (int)i + 1);
		requests = s.service.requests;
		ahead += least[i] - 500;
		assert_int_equal(take(&s, 0), -1);
		assert_int_equal(s.service.requests, requests);
		ahead += 501;
	}
	if (take(&s, 0) == -1)
		fail_msg("%s", s.e.msg);
	assert_string_equal(buf_str(&s.got), "AT1");
	end_scene(&s);
}

/* A wrong secret is asked once a minute, whoever needs the token. */
static void
denied(void **state)
{
	static const struct step steps[] = { { DENIED, CLOSE, 0, 0 },
		{ DENIED, CLOSE, 0, 0 }, END };
	struct scene s;

	(void)state;
	begin_scene(&s, steps, false);
	assert_int_equal(take(&s, 0), -1);
	assert_int_equal(s.e.kind, ERR_AUTH);
	assert_int_equal(s.e.cause, CAUSE_LOGIN_DENIED);
	assert_false(s.e.spared);
	assert_string_equal(s.e.code, "AADSTS7000215");
	assert_non_null(strstr(s.e.msg, "the client secret is wrong"));
	ahead += 59000;
	assert_int_equal(take(&s, 0), -1);
	assert_int_equal(s.e.cause, CAUSE_LOGIN_DENIED);
	assert_int_equal(s.service.requests, 1);
	ahead += 2000;
	assert_int_equal(take(&s, 0), -1);
	assert_int_equal(s.service.requests, 2);
	end_scene(&s);
}

static void *
take_thread(void *arg)
{
	struct scene *s = arg;
	struct buf got;
	struct err e = ERR_INIT;
	uint64_t serial;
	bool ok;

	buf_init_secret(&got, OAUTHANSWER_TOKEN);
	ok = token_take(s->t, 0, &serial, &got, &e) == 0 &&
	     strcmp(buf_str(&got), "AT1") == 0;
	buf_free(&got);
	return ok ? s : NULL;
}

/* Many threads, one request. */
static void
shared(void **state)
{
	static const struct step steps[] = { { TOKEN("AT1"), CLOSE, 0, 1 },
		END };
	pthread_t thread[16];
	struct scene s;
	size_t i;

	(void)state;
	begin_scene(&s, steps, false);
	for (i = 0; i < COUNT(thread); i++)
		assert_int_equal(
		    pthread_create(&thread[i], NULL, take_thread, &s), 0);
	for (i = 0; i < COUNT(thread); i++) {
		void *got;

		pthread_join(thread[i], &got);
		assert_ptr_equal(got, &s);
	}
	assert_int_equal(s.service.requests, 1);
	end_scene(&s);
}

/* --- in requests --------------------------------------------------------- */

static int
ask_for_header(
    struct http_auth *a, const char *challenge, const char *want, struct err *e)
{
	const struct http_auth_conn conn = { 1, "mail.example", "443", true,
		NULL };
	struct buf out;
	int rc;

	err_clear(e);
	buf_init_secret(&out, HTTP_AUTH_MAX);
	rc = a->header(a, &conn, challenge, &out, e);
	if (rc == 0)
		assert_string_equal(buf_str(&out), want);
	buf_free(&out);
	return rc;
}

static void
requests(void **state)
{
	static const struct step steps[] = { { TOKEN("AT1"), CLOSE, 0, 0 },
		{ TOKEN("AT2"), CLOSE, 0, 0 }, { TOKEN("AT3"), CLOSE, 0, 0 },
		END };
	static const char bearer[] =
	    "Bearer authorization_uri=\"https://login.example\", "
	    "error=\"invalid_token\", error_description=\"The token is old\"\n";
	struct http_auth *a, *b;
	struct scene s;

	(void)state;
	begin_scene(&s, steps, false);
	a = auth_open(&s.who, "the EWS virtual directory", &s.e);
	b = auth_open(&s.who, "the EWS virtual directory", &s.e);
	assert_int_equal(ask_for_header(a, NULL, "Bearer AT1", &s.e), 0);
	assert_int_equal(ask_for_header(b, NULL, "Bearer AT1", &s.e), 0);
	/* renewed once, for both */
	assert_int_equal(ask_for_header(a, bearer, "Bearer AT2", &s.e), 0);
	assert_int_equal(ask_for_header(b, bearer, "Bearer AT2", &s.e), 0);
	/* refused again */
	assert_int_equal(ask_for_header(a, bearer, "", &s.e), -1);
	assert_int_equal(s.e.kind, ERR_AUTH);
	assert_int_equal(s.e.cause, CAUSE_LOGIN_DENIED);
	assert_non_null(strstr(s.e.msg, "invalid_token: The token is old"));
	assert_null(strstr(s.e.msg, "Hybrid"));
	assert_null(strstr(s.e.msg, "AT2"));
	/* each exchange renews once */
	assert_int_equal(ask_for_header(b, NULL, "Bearer AT2", &s.e), 0);
	assert_int_equal(ask_for_header(b, bearer, "Bearer AT3", &s.e), 0);
	assert_int_equal(ask_for_header(b, "Bearer\n", "", &s.e), -1);
	assert_non_null(strstr(s.e.msg, "Hybrid Modern Authentication is off"));
	/* a server without it */
	assert_int_equal(ask_for_header(a, NULL, "Bearer AT3", &s.e), 0);
	assert_int_equal(ask_for_header(a, "Negotiate\nNTLM\n", "", &s.e), -1);
	assert_int_equal(s.e.kind, ERR_CONFIG);
	assert_string_equal(s.e.code, "oauth-not-offered");
	assert_non_null(strstr(s.e.msg, "it offers Negotiate, NTLM"));
	assert_int_equal(s.service.requests, 3);
	a->free(a);
	b->free(b);
	end_scene(&s);
}

/* What other logins say where the server has modern authentication. */
static void
named(void **state)
{
	static const enum conf_auth schemes[] = { CONF_AUTH_BASIC,
		CONF_AUTH_NTLM, CONF_AUTH_AUTO };
	static const char hma[] =
	    "Bearer authorization_uri=\"https://login.example/common\"\n";
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(schemes); i++) {
		const struct credential who = { schemes[i], "D\\u", "p", NULL };
		const struct http_auth_conn conn = { 1, "h", "443", true,
			NULL };
		struct err e = ERR_INIT;
		struct http_auth *a = auth_open(&who, "the place", &e);
		struct buf out;

		buf_init_secret(&out, HTTP_AUTH_MAX);
		assert_int_equal(a->header(a, &conn, NULL, &out, &e), 0);
		buf_reset(&out);
		assert_int_equal(a->header(a, &conn, hma, &out, &e), -1);
		if (strstr(e.msg, "write auth = oauth") == NULL)
			fail_msg("%d: %s", (int)i, e.msg);
		buf_free(&out);
		a->free(a);
	}
}

/* --- a person's ---------------------------------------------------------- */

/* A store in memory that notes what is done. */
static struct {
	struct buf file;
	char log[200];
	bool locked, fails;
	int busy;
} kept;

static void
note(const char *what)
{
	strcat(kept.log, what);
}

static int
kept_read(
    void *arg, const char *name, struct buf *out, bool *is_busy, struct err *e)
{
	(void)arg;
	(void)e;
	assert_int_equal(strncmp(name, "token-", 6), 0);
	assert_false(kept.locked);
	if (kept.busy > 0) {
		kept.busy--;
		*is_busy = true;
		return 0;
	}
	kept.locked = true;
	note("r");
	return buf_add(out, buf_str(&kept.file), kept.file.len);
}

static int
kept_write(void *arg, const char *name, const struct buf *b, struct err *e)
{
	(void)arg;
	(void)name;
	assert_true(kept.locked);
	kept.locked = false;
	if (kept.fails) {
		note("f");
		err_set(e, ERR_RETRY, "the disk is full");
		return err_code(e, CAUSE_OTHER, "state_dir", SCOPE_ALL);
	}
	note("w");
	buf_reset(&kept.file);
	return buf_add(&kept.file, b->data, b->len);
}

static void
kept_done(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	assert_true(kept.locked);
	kept.locked = false;
	note("d");
}

static void
begin_person(struct scene *s, const struct step *steps, const char *refresh)
{
	static const struct token_store store = { kept_read, kept_write,
		kept_done, NULL };
	struct oauthanswer_token is;

	memset(&kept, 0, sizeof(kept));
	buf_init(&kept.file, TOKENFILE_MAX);
	token_keep_in(&store);
	begin_scene(s, steps, true);
	if (refresh == NULL)
		return;
	oauthanswer_token_init(&is);
	buf_adds(&is.refresh, refresh);
	assert_int_equal(token_login(&s->who, &is, &s->e), 0);
	oauthanswer_token_free(&is);
	assert_string_equal(kept.log, "rw");
	kept.log[0] = '\0';
}

static void
end_person(struct scene *s)
{
	end_scene(s);
	token_keep_in(NULL);
	buf_free(&kept.file);
}

static void
expect_kept(struct scene *s, const char *want)
{
	char name[TOKENFILE_NAME];
	struct buf out;

	assert_true(tokenfile_name(&s->who, name));
	buf_init_secret(&out, TOKENFILE_SECRET);
	if (tokenfile_open(&out, &key, name, &kept.file, &s->e) == -1)
		fail_msg("%s", s->e.msg);
	assert_string_equal(buf_str(&out), want);
	buf_free(&out);
}

/* Each renewal uses the newest refresh token, under the lock. */
static void
rotation(void **state)
{
	static const struct step steps[] = { { ROTATED("AT1", "RT2"), CLOSE, 0,
						 0 },
		{ TOKEN("AT2"), CLOSE, 0, 0 },
		{ ROTATED("AT3", "RT3"), CLOSE, 0, 0 }, END };
	char before[TOKENFILE_ID], after[TOKENFILE_ID];
	struct scene s;

	(void)state;
	begin_person(&s, steps, "RT1");
	tokenfile_id(&kept.file, before);
	kept.busy = 3; /* another process has it for a while */
	expect_token(&s, 0, "AT1", 1);
	assert_string_equal(kept.log, "rw");
	expect_kept(&s, "RT2");
	/* none came: the old one stays */
	expect_token(&s, s.serial, "AT2", 2);
	assert_string_equal(kept.log, "rwrd");
	expect_kept(&s, "RT2");
	expect_token(&s, s.serial, "AT3", 3);
	expect_kept(&s, "RT3");
	tokenfile_id(&kept.file, after);
	assert_string_equal(before, after); /* it is the same login */
	assert_non_null(strstr(s.service.log, "refresh_token=RT1"));
	assert_null(strstr(strstr(s.service.log, "refresh_token=RT2") + 1,
	    "refresh_token=RT1"));
	end_person(&s);
}

/* One that cannot be kept is not used, and is kept before it is asked again. */
static void
not_kept(void **state)
{
	static const struct step steps[] = { { ROTATED("AT1", "RT2"), CLOSE, 0,
						 0 },
		{ ROTATED("AT2", "RT3"), CLOSE, 0, 0 }, END };
	struct scene s;

	(void)state;
	begin_person(&s, steps, "RT1");
	kept.fails = true;
	assert_int_equal(take(&s, 0), -1);
	assert_int_equal(s.e.kind, ERR_RETRY);
	assert_non_null(strstr(s.e.msg, "the disk is full"));
	assert_string_equal(kept.log, "rf");
	expect_kept(&s, "RT1");
	ahead += 61000;
	kept.fails = false;
	expect_token(&s, 0, "AT2", 2);
	assert_non_null(strstr(s.service.log, "refresh_token=RT2"));
	expect_kept(&s, "RT3");
	end_person(&s);
}

/* What could not be kept is not put over a new login of the person. */
static void
login_meanwhile(void **state)
{
	static const struct step steps[] = { { ROTATED("AT1", "RT2"), CLOSE, 0,
						 0 },
		{ ROTATED("AT2", "RT8"), CLOSE, 0, 0 }, END };
	char before[TOKENFILE_ID], after[TOKENFILE_ID];
	struct oauthanswer_token is;
	struct scene s;

	(void)state;
	begin_person(&s, steps, "RT1");
	kept.fails = true;
	assert_int_equal(take(&s, 0), -1);
	kept.fails = false;
	oauthanswer_token_init(&is);
	buf_adds(&is.refresh, "RT7");
	assert_int_equal(token_login(&s.who, &is, &s.e), 0);
	oauthanswer_token_free(&is);
	tokenfile_id(&kept.file, before);
	ahead += 61000;
	expect_token(&s, 0, "AT2", 2);
	assert_non_null(strstr(s.service.log, "refresh_token=RT7"));
	assert_null(strstr(s.service.log, "refresh_token=RT2"));
	expect_kept(&s, "RT8");
	tokenfile_id(&kept.file, after);
	assert_string_equal(before, after);
	end_person(&s);
}

#ifdef EXSYNC_FAULT
/* What a process did that died at its nth fault point. */
static struct {
	bool kept, used;
} * done;

static int
note_write(void *arg, const char *name, const struct buf *b, struct err *e)
{
	done->kept = true;
	return kept_write(arg, name, b, e);
}

static int
take_and_die(struct scene *s, int n)
{
	static const struct token_store store = { kept_read, note_write,
		kept_done, NULL };
	char at[16];
	int status;
	pid_t pid;

	memset(done, 0, sizeof(*done));
	snprintf(at, sizeof(at), "%d", n);
	if ((pid = fork()) == 0) {
		setenv("EXSYNC_CRASH_AT", at, 1);
		token_keep_in(&store);
		done->used = take(s, 0) == 0;
		_exit(done->used ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* A new refresh token is kept before its access token is used. */
static void
crashes(void **state)
{
	static const struct step steps[] = { { ROTATED("AT1", "RT2"), CLOSE, 0,
						 0 },
		{ ROTATED("AT1", "RT2"), CLOSE, 0, 0 },
		{ ROTATED("AT1", "RT2"), CLOSE, 0, 0 }, END };
	struct scene s;
	int n;

	(void)state;
	done = mmap(NULL, sizeof(*done), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(done != MAP_FAILED);
	begin_person(&s, steps, "RT1");
	for (n = 1; n <= 4; n++) {
		assert_int_equal(take_and_die(&s, n), n < 4 ? 99 : 0);
		server_wait(&s.service.closed, n - 1);
		assert_int_equal(s.service.requests, n - 1);
		assert_int_equal(done->kept, n >= 3);
		assert_int_equal(done->used, n == 4);
	}
	end_person(&s);
	munmap(done, sizeof(*done));
}
#endif

static void
first_login(void **state)
{
	static const struct step steps[] = { { TOKEN("AT1"), CLOSE, 0, 0 },
		END };
	struct scene s;

	(void)state;
	begin_person(&s, steps, NULL);
	assert_int_equal(take(&s, 0), -1);
	assert_int_equal(s.e.kind, ERR_CONFIG);
	assert_string_equal(s.e.code, "login-first");
	assert_non_null(strstr(s.e.msg, "exsync --login anna@a.example"));
	assert_string_equal(kept.log, "rd");
	assert_int_equal(s.service.requests, 0);
	/* somebody else's file is not taken */
	buf_adds(&kept.file, "exsync token 1\n");
	ahead += 61000;
	assert_int_equal(take(&s, 0), -1);
	assert_string_equal(s.e.code, "token-file");
	/* another process does not let go of it */
	kept.busy = 1000000;
	ahead += 61000;
	assert_int_equal(take(&s, 0), -1);
	assert_int_equal(s.e.kind, ERR_RETRY);
	assert_non_null(strstr(s.e.msg, "another exsync"));
	assert_false(kept.locked);
	end_person(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#ifdef EXSYNC_FAULT
		/* first: the points that this process passes count */
		cmocka_unit_test(crashes),
#endif
		cmocka_unit_test(lasts),
		cmocka_unit_test(ends_at_once),
		cmocka_unit_test(renewal_fails),
		cmocka_unit_test(busy),
		cmocka_unit_test(busy_for_long),
		cmocka_unit_test(denied),
		cmocka_unit_test(shared),
		cmocka_unit_test(requests),
		cmocka_unit_test(named),
		cmocka_unit_test(rotation),
		cmocka_unit_test(not_kept),
		cmocka_unit_test(login_meanwhile),
		cmocka_unit_test(first_login),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
