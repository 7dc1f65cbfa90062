/*
 * test_login.c - exsync --login: what it asks, how often, what it tells a
 * person and a CRM, and what is kept. The clock is the test's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "netserver.h"

#include "base/enc.h"
#include "base/mem.h"
#include "base/tim.h"
#include "cmd/cmd.h"
#include "tmpdir.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define BOX      "anna@a.example"

static const char *const made[] = { "exsync.ini", "exsync.key", "out", "err",
	"exsync.db" };

/* --- time, in the process that logs in ----------------------------------- */

static int64_t ahead; /* ms that were slept */

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

/* --- the service ---------------------------------------------------------- */

#define STEPS 8

struct scene {
	struct server service;
	struct step step[STEPS];
	size_t n;
	char *out, *err; /* what was told */
	int exit;
};

static void
answers(struct scene *s, const char *status, const char *body)
{
	assert_true(s->n + 1 < STEPS);
	s->step[s->n].send =
	    mem_printf("HTTP/1.1 %s\r\nConnection: close\r\nContent-Type: "
		       "application/json\r\nContent-Length: %zu\r\n\r\n%s",
		status, strlen(body), body);
	s->step[s->n++].after = CLOSE;
}

static void
says(struct scene *s, const char *error)
{
	char *body = mem_printf("{\"error\":\"%s\"}", error);

	answers(s, "400 Bad Request", body);
	free(body);
}

static void
gives_code(struct scene *s)
{
	answers(s, "200 OK",
	    "{\"device_code\":\"DC-sesame\",\"user_code\":\"AB-12\","
	    "\"verification_uri\":\"https://login.example/device\","
	    "\"expires_in\":900,\"interval\":5,\"message\":\"Go there\"}");
}

/* who "": there is no ID token. */
static void
gives_token(struct scene *s, const char *who, const char *refresh)
{
	char *claims = mem_printf("{\"preferred_username\":\"%s\"}", who);
	char *body;
	struct buf id;

	buf_init(&id, 1000);
	buf_adds(&id, "h.");
	enc_base64url(&id, claims, strlen(claims));
	buf_adds(&id, ".s");
	body = mem_printf("{\"token_type\":\"Bearer\",\"expires_in\":3600,"
			  "\"access_token\":\"AT-sesame\"%s%s%s%s%s%s}",
	    *refresh != '\0' ? ",\"refresh_token\":\"" : "", refresh,
	    *refresh != '\0' ? "\"" : "",
	    *who != '\0' ? ",\"id_token\":\"" : "",
	    *who != '\0' ? buf_str(&id) : "", *who != '\0' ? "\"" : "");
	answers(s, "200 OK", body);
	buf_free(&id);
	free(claims);
	free(body);
}

/* --- a run ------------------------------------------------------- */

static char *
slurp(const char *name)
{
	char *path = in_tmp(name), *text = mem_alloc(20000);
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	text[fread(text, 1, 19999, f)] = '\0';
	fclose(f);
	free(path);
	return text;
}

static void
child(const char *who, bool json)
{
	char *ini = in_tmp("exsync.ini"), *name = mem_strdup(who);
	char exsync[] = "exsync", c[] = "-c", login[] = "--login",
	     option[] = "--json";
	char *argv[] = { exsync, c, ini, login, name, option, NULL };
	char *out = in_tmp("out"), *err = in_tmp("err");

	dup2(open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
	dup2(open(err, O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
	_exit(cmd_main(json ? 6 : 5, argv));
}

static void
write_ini(int port)
{
	char *ini =
	    mem_printf("[exsync]\nsandbox = no\nsecret_key_file = exsync.key\n"
		       "[profile hq]\nurl = http://127.0.0.1:9/EWS/x\n"
		       "domains = a.example\nauth = oauth\nclient_id = app\n"
		       "access = mailbox\n"
		       "authority = http://127.0.0.1:%d\n"
		       "[profile other]\nserver = h.example\n"
		       "domains = b.example\nauth = oauth\nclient_id = app\n"
		       "username = svc@b.example\n"
		       "authority = http://127.0.0.1:%d\n"
		       "[mailbox anna]\naddress = " BOX "\nprofile = hq\n",
		port, port);

	free(put_in_tmp("exsync.ini", ini, strlen(ini), 0600));
	free(ini);
}

/*
 * Forks a child that runs when something is written to *go: what forks must not
 * have other threads, which may hold the locks of malloc, and the server is
 * one.
 */
static pid_t
fork_child(const char *who, bool json, int *go)
{
	int ends[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	if ((pid = fork()) == 0) {
		close(ends[1]);
		if (read(ends[0], &byte, 1) != 1)
			_exit(99); /* there is no server */
		close(ends[0]);
		child(who, json);
	}
	close(ends[0]);
	*go = ends[1];
	return pid;
}

static void
log_in(struct scene *s, const char *who, bool json)
{
	int status, go;
	pid_t pid;

	pid = fork_child(who, json, &go);
	s->service.step = s->step;
	server_start(&s->service);
	write_ini(s->service.port);
	assert_int_equal(write(go, "g", 1), 1);
	close(go);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	s->exit = WEXITSTATUS(status);
	server_stop(&s->service);
	s->out = slurp("out");
	s->err = slurp("err");
	if (strstr(s->out, "sesame") != NULL ||
	    strstr(s->err, "sesame") != NULL)
		fail_msg("%s%s", s->out, s->err);
}

static void
end_scene(struct scene *s)
{
	while (s->n > 0)
		free((void *)(uintptr_t)s->step[--s->n].send);
	free(s->out);
	free(s->err);
}

/* How many logins are kept; removes them. */
static int
forget_kept(void)
{
	char *dir = in_tmp("exsync.state"), *path;
	DIR *d = opendir(dir);
	struct dirent *e;
	int n = 0;

	while (d != NULL && (e = readdir(d)) != NULL) {
		n += strncmp(e->d_name, "token-", 6) == 0;
		path = mem_printf("%s/%s", dir, e->d_name);
		unlink(path);
		free(path);
	}
	if (d != NULL)
		closedir(d);
	rmdir(dir);
	free(dir);
	return n;
}

static void
expect_lines(const struct scene *s, const char *first, const char *last)
{
	const char *end = strchr(s->out, '\n');

	if (end == NULL || strncmp(s->out, first, strlen(first)) != 0 ||
	    strncmp(end + 1, last, strlen(last)) != 0)
		fail_msg("%s", s->out);
}

/* --- what happens ------------------------------------------- */

static void
person(void **state)
{
	struct scene s = { 0 };

	(void)state;
	gives_code(&s);
	says(&s, "authorization_pending");
	says(&s, "slow_down");
	answers(&s, "503 Busy", "");
	gives_token(&s, "Anna@A.example", "RT-sesame");
	log_in(&s, BOX, false);
	if (s.exit != CMD_OK)
		fail_msg("%d: %s%s", s.exit, s.out, s.err);
	assert_non_null(strstr(s.out,
	    "Open https://login.example/device in any browser, enter the code "
	    "AB-12, and log in as " BOX "."));
	assert_non_null(strstr(s.out, "Anna@A.example has logged in"));
	assert_non_null(strstr(s.err, "exsync: made "));
	assert_int_equal(s.service.requests, 5);
	assert_non_null(
	    strstr(s.service.log, "POST /common/oauth2/v2.0/devicecode "));
	assert_non_null(strstr(s.service.log, "device_code=DC-sesame"));
	assert_int_equal(forget_kept(), 1);
	end_scene(&s);
}

static void
crm(void **state)
{
	struct scene s = { 0 };

	(void)state;
	gives_code(&s);
	gives_token(&s, "", "RT-sesame");
	log_in(&s, "svc@b.example", true);
	assert_int_equal(s.exit, CMD_OK);
	expect_lines(&s,
	    "{\"event\":\"code\",\"account\":\"svc@b.example\","
	    "\"verification_uri\":\"https://login.example/device\","
	    "\"user_code\":\"AB-12\",\"expires_in\":900,\"message\":\"Go "
	    "there\"}",
	    "{\"event\":\"done\",\"account\":\"svc@b.example\","
	    "\"logged_in\":null}");
	assert_int_equal(forget_kept(), 1);
	end_scene(&s);
}

/* Each ends without anything kept. */
static void
failures(void **state)
{
	static const struct {
		const char *error; /* NULL: a token for who */
		const char *who, *refresh;
		int exit;
		const char *code;
	} rows[] = {
		{ "authorization_declined", "", "", CMD_FAILED,
		    "\"code\":\"authorization_declined\"" },
		{ "expired_token", "", "", CMD_PARTIAL,
		    "\"code\":\"expired_token\"" },
		{ "invalid_scope", "", "", CMD_USAGE,
		    "\"code\":\"invalid_scope\"" },
		{ "invalid_grant", "", "", CMD_FAILED,
		    "\"code\":\"invalid_grant\"" },
		{ NULL, "bert@a.example", "RT-sesame", CMD_FAILED,
		    "bert@a.example has logged in, and nothing is kept, "
		    "since anna@a.example is meant: log in as that one; or, "
		    "if it is the same account, write username = "
		    "bert@a.example in [mailbox anna]" },
		{ NULL, BOX, "", CMD_FAILED, "no refresh token came" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct scene s = { 0 };

		gives_code(&s);
		if (rows[i].error != NULL)
			says(&s, rows[i].error);
		else
			gives_token(&s, rows[i].who, rows[i].refresh);
		log_in(&s, BOX, true);
		if (s.exit != rows[i].exit ||
		    strstr(s.out, rows[i].code) == NULL)
			fail_msg("%zu: %d %s", i, s.exit, s.out);
		expect_lines(
		    &s, "{\"event\":\"code\"", "{\"event\":\"failed\"");
		assert_int_equal(forget_kept(), 0);
		end_scene(&s);
	}
}

/* Nobody comes: it ends when the code does, and asks as often as it may. */
static void
nobody(void **state)
{
	static const struct {
		const char *first;
		int requests; /* the code's, and after 5, 10, 15 seconds */
	} rows[] = { { "authorization_pending", 4 }, { "slow_down", 3 } };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct scene s = { 0 };

		answers(&s, "200 OK",
		    "{\"device_code\":\"DC-sesame\",\"user_code\":\"AB-12\","
		    "\"verification_uri\":\"https://login.example/device\","
		    "\"expires_in\":12,\"interval\":5}");
		says(&s, rows[i].first);
		says(&s, "authorization_pending");
		says(&s, "authorization_pending");
		says(&s, "authorization_pending");
		log_in(&s, BOX, true);
		assert_int_equal(s.exit, CMD_PARTIAL);
		assert_non_null(strstr(s.out, "\"code\":\"expired_token\""));
		assert_int_equal(s.service.requests, rows[i].requests);
		assert_int_equal(forget_kept(), 0);
		end_scene(&s);
	}
}

/* Nobody is asked to log in when it is known that it cannot be kept. */
static void
nowhere(void **state)
{
	char *path = put_in_tmp("exsync.state", "x", 1, 0600);
	struct scene s = { 0 };

	(void)state;
	gives_code(&s);
	gives_token(&s, BOX, "RT-sesame");
	log_in(&s, BOX, false);
	assert_int_equal(s.exit, CMD_PARTIAL);
	assert_int_equal(s.service.requests, 0);
	assert_null(strstr(s.out, "AB-12"));
	assert_non_null(strstr(s.err, "state_dir: "));
	unlink(path);
	free(path);
	end_scene(&s);
}

static void
who(void **state)
{
	static const struct {
		const char *name, *text;
	} rows[] = {
		{ "hq", "each mailbox of this profile has a login of its own" },
		{ "nobody", "there is no such [profile NAME]" },
		{ "bert@a.example", "there is no such [profile NAME]" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct scene s = { 0 };

		log_in(&s, rows[i].name, false);
		assert_int_equal(s.exit, CMD_USAGE);
		if (strstr(s.err, rows[i].text) == NULL)
			fail_msg("%s", s.err);
		assert_string_equal(s.out, "");
		assert_int_equal(forget_kept(), 0);
		end_scene(&s);
	}
}

static int
remove_made(void **state)
{
	(void)state;
	return tmp_remove(made, COUNT(made));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(person),
		cmocka_unit_test(crm),
		cmocka_unit_test(failures),
		cmocka_unit_test(nobody),
		cmocka_unit_test(nowhere),
		cmocka_unit_test(who),
	};

	unsetenv("CREDENTIALS_DIRECTORY");
	unsetenv("HTTP_PROXY");
	unsetenv("http_proxy");
	return cmocka_run_group_tests(tests, tmp_make, remove_made);
}
