/*
 * token.c - access tokens, shared by all connections that use them.
 * 1. At most one request for a token is under way; who else needs it waits.
 * 2. A refresh token is read, used and replaced while its file is locked, so
 *    that no other process uses the same one; the new one is on disk before
 *    the access token that came with it is given out.
 * 3. A new refresh token that could not be written is kept and written before
 *    anything else is asked: the service may not take the old one any more.
 * 4. What is refused is not asked again for REFUSED_MS, whoever needs it; a
 *    service that says how long it wants to be left alone is left alone.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "auth/oauthask.h"
#include "auth/token.h"
#include "auth/tokenask.h"
#include "auth/tokenfile.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/stop.h"
#include "base/str.h"
#include "base/tim.h"

#define BEFORE_MS  INT64_C(300000) /* so long before its end it is renewed */
#define REFUSED_MS 60000
#define AGAIN_MS   1000 /* after a fault that passes; doubled each time */
#define AGAIN_MAX  60000
#define LOCK_MS    60000 /* so long another process may have the file */
#define POLL_MS    200

struct token {
	struct token *next;
	int users;
	struct credential who;     /* a copy */
	char name[TOKENFILE_NAME]; /* "": not a person's */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool asking;
	struct buf access; /* for secrets; empty: there is none */
	uint64_t serial;
	int64_t renew_at, ends_at; /* by tim_mono */
	/* the last request failed: not again before */
	struct err failed;
	int64_t not_before;
	int failures;
	/* a refresh token that is not on disk yet; of the thread that asks */
	struct buf unsaved;
	char unsaved_of[TOKENFILE_ID]; /* what its login is known by */
};

static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static struct token *all;
static struct token_store store; /* read NULL: there is none */

void
token_keep_in(const struct token_store *s)
{
	if (s == NULL)
		memset(&store, 0, sizeof(store));
	else
		store = *s;
}

static struct token *
make_token(const struct credential *c)
{
	struct token *t = mem_alloc(sizeof(*t));
	pthread_condattr_t attr;

	credential_copy(&t->who, c);
	if (!tokenfile_name(c, t->name))
		t->name[0] = '\0';
	pthread_mutex_init(&t->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&t->changed, &attr);
	pthread_condattr_destroy(&attr);
	buf_init_secret(&t->access, OAUTHANSWER_TOKEN);
	buf_init_secret(&t->unsaved, TOKENFILE_SECRET);
	return t;
}

static void
free_token(struct token *t)
{
	credential_free(&t->who);
	buf_free(&t->access);
	buf_free(&t->unsaved);
	pthread_mutex_destroy(&t->lock);
	pthread_cond_destroy(&t->changed);
	free(t);
}

struct token *
token_of(const struct credential *c)
{
	struct token *t;

	pthread_mutex_lock(&all_lock);
	for (t = all; t != NULL; t = t->next)
		if (credential_same(&t->who, c))
			break;
	if (t == NULL) {
		t = make_token(c);
		t->next = all;
		all = t;
	}
	t->users++;
	pthread_mutex_unlock(&all_lock);
	return t;
}

void
token_put(struct token *t)
{
	pthread_mutex_lock(&all_lock);
	t->users--;
	pthread_mutex_unlock(&all_lock);
}

void
token_forget_all(void)
{
	struct token **pp = &all, *t;

	pthread_mutex_lock(&all_lock);
	while ((t = *pp) != NULL) {
		if (t->users > 0) {
			pp = &t->next;
			continue;
		}
		*pp = t->next;
		free_token(t);
	}
	pthread_mutex_unlock(&all_lock);
}

/* --- one request -------------------------------------------------------- */

/* Asks, and reads the answer. 0: out is filled. */
static int
ask_service(struct token *t, const struct buf *body, const char *url,
    struct oauthanswer_token *out, struct err *err)
{
	struct oauthanswer a;
	struct buf answer;
	int rc;

	buf_init_secret(&answer, OAUTHANSWER_MAX);
	rc = tokenask_post(t->who.oauth, url, body, &answer, &a, err);
	if (rc == 0 &&
	    oauthanswer_read_token(out, &a, err) != OAUTHANSWER_GIVEN) {
		err->spared = err->kind != ERR_AUTH;
		rc = err_prefix(err, "%s", t->who.oauth->authority);
	}
	buf_free(&answer);
	return rc;
}

static int
say_no_body(struct err *err)
{
	err_set(err, ERR_CONFIG,
	    "the request for a token cannot be made: the key in "
	    "client_key_file cannot sign, or a value is too long");
	return err_code(err, CAUSE_OTHER, "token-ask", SCOPE_PROFILE);
}

static int
ask_for_app(struct token *t, struct oauthanswer_token *out, struct err *err)
{
	char *url = oauthask_token_url(t->who.oauth);
	struct buf body;
	int rc;

	buf_init_secret(&body, OAUTHASK_MAX);
	rc = oauthask_app(&body, t->who.oauth, url) == 0
		 ? ask_service(t, &body, url, out, err)
		 : say_no_body(err);
	buf_free(&body);
	free(url);
	return rc;
}

/* --- a person's --------------------------------------------------------- */

static int
say_login_first(const struct token *t, struct err *err)
{
	err_set(err, ERR_CONFIG,
	    "%s has not logged in yet: run exsync --login %s", t->who.username,
	    t->who.username);
	return err_code(err, CAUSE_OTHER, "login-first", SCOPE_PROFILE);
}

static int
say_no_store(struct err *err)
{
	err_set(err, ERR_RETRY,
	    "the login of a person cannot be used here: nothing keeps its "
	    "token");
	return err_code(err, CAUSE_OTHER, "token-file", SCOPE_PROFILE);
}

static int
say_login_locked(struct err *err)
{
	err_set(err, ERR_RETRY,
	    "another exsync has been renewing this login for %d s: end it if "
	    "it hangs",
	    LOCK_MS / 1000);
	return err_code(err, CAUSE_OTHER, "token-file", SCOPE_PROFILE);
}

/* Locks and reads the file. */
static int
read_login_file(const char *name, struct buf *file, struct err *err)
{
	int64_t until = tim_mono() + LOCK_MS;
	bool busy;

	if (store.read == NULL)
		return say_no_store(err);
	for (;;) {
		busy = false;
		if (store.read(store.arg, name, file, &busy, err) == -1)
			return -1;
		if (!busy)
			return 0;
		if (stop_requested()) {
			err_set(err, ERR_RETRY, "stopped");
			return err_code(err, CAUSE_STOP, "stop", SCOPE_PROFILE);
		}
		if (tim_mono() > until)
			return say_login_locked(err);
		tim_sleep(POLL_MS);
	}
}

/* Writes a refresh token, which also unlocks the file. */
static int
write_login_file(const struct token *t, const char *id,
    const struct buf *refresh, struct err *err)
{
	struct buf file;
	int rc;

	buf_init(&file, TOKENFILE_MAX);
	rc = tokenfile_format(
	    &file, t->who.oauth->seal, t->name, id, refresh, err);
	if (rc == 0)
		rc = store.write(store.arg, t->name, &file, err);
	buf_free(&file);
	return rc;
}

static int
ask_with(struct token *t, const struct buf *refresh,
    struct oauthanswer_token *out, struct err *err)
{
	char *url = oauthask_token_url(t->who.oauth);
	struct buf body;
	int rc;

	buf_init_secret(&body, OAUTHASK_MAX);
	rc = oauthask_refresh(&body, t->who.oauth, buf_str(refresh)) == 0
		 ? ask_service(t, &body, url, out, err)
		 : say_no_body(err);
	buf_free(&body);
	free(url);
	return rc;
}

/*
 * The refresh token: of the file, or one that the file lacks still; but not
 * when the file has another login now, or none. id: what that is known by.
 */
static int
current_refresh(struct token *t, const struct buf *file, const char *id,
    struct buf *out, struct err *err)
{
	if (strcmp(t->unsaved_of, id) != 0)
		buf_free(&t->unsaved);
	if (t->unsaved.len > 0)
		return buf_add(out, t->unsaved.data, t->unsaved.len);
	if (file->len == 0)
		return say_login_first(t, err);
	return tokenfile_open(out, t->who.oauth->seal, t->name, file, err);
}

/*
 * With the file locked. *unlocked: writing it has unlocked it.
 */
static int
renew_login(struct token *t, const struct buf *file,
    struct oauthanswer_token *out, bool *unlocked, struct err *err)
{
	char id[TOKENFILE_ID];
	struct buf refresh;
	int rc;

	tokenfile_id(file, id);
	buf_init_secret(&refresh, TOKENFILE_SECRET);
	rc = current_refresh(t, file, id, &refresh, err);
	if (rc == 0) {
		fault_point("before a login is renewed");
		rc = ask_with(t, &refresh, out, err);
	}
	if (rc == 0 && out->refresh.len > 0) {
		buf_reset(&t->unsaved);
		memcpy(t->unsaved_of, id, sizeof(id));
		if (buf_add(&t->unsaved, out->refresh.data, out->refresh.len) ==
		    -1)
			log_warning("the new refresh token is too long to keep "
				    "(%zu bytes)",
			    out->refresh.len);
	}
	if (rc == 0 && t->unsaved.len > 0) {
		*unlocked = true;
		fault_point("before a login is kept");
		rc = write_login_file(t, id, &t->unsaved, err);
		if (rc == 0)
			buf_free(&t->unsaved);
		fault_point("after a login is kept");
	}
	buf_free(&refresh);
	return rc;
}

static int
ask_for_person(struct token *t, struct oauthanswer_token *out, struct err *err)
{
	bool unlocked = false;
	struct buf file;
	int rc;

	if (t->who.oauth->seal == NULL)
		return say_no_store(err);
	buf_init(&file, TOKENFILE_MAX);
	rc = read_login_file(t->name, &file, err);
	if (rc == 0) {
		rc = renew_login(t, &file, out, &unlocked, err);
		if (!unlocked)
			store.done(store.arg, t->name);
	}
	buf_free(&file);
	return rc;
}

int
token_may_login(const struct credential *c, struct err *err)
{
	struct token *t = token_of(c);
	struct buf file;
	int rc;

	buf_init(&file, TOKENFILE_MAX);
	rc = read_login_file(t->name, &file, err);
	if (rc == 0)
		store.done(store.arg, t->name);
	buf_free(&file);
	token_put(t);
	return rc;
}

int
token_login(const struct credential *c, const struct oauthanswer_token *is,
    struct err *err)
{
	struct token *t = token_of(c);
	char id[TOKENFILE_ID];
	struct buf file;
	int rc;

	buf_init(&file, TOKENFILE_MAX);
	tokenfile_new_id(id);
	rc = read_login_file(t->name, &file, err);
	if (rc == 0)
		rc = write_login_file(t, id, &is->refresh, err);
	buf_free(&file);
	token_put(t);
	return rc;
}

/* --- the shared token --------------------------------------------------- */

/* With the lock held. */
static void
take_new(struct token *t, struct oauthanswer_token *is)
{
	int64_t lasts = is->expires_in * 1000, before = BEFORE_MS;

	/* of a short one a part is enough */
	if (before > lasts / 4)
		before = lasts / 4;
	buf_free(&t->access);
	t->access = is->access;
	buf_init_secret(&is->access, OAUTHANSWER_TOKEN);
	t->serial++;
	t->ends_at = tim_mono() + lasts;
	t->renew_at = t->ends_at - before;
	t->failures = 0;
	err_clear(&t->failed);
}

/* With the lock held. */
static void
take_failure(struct token *t, const struct err *err)
{
	int64_t wait = AGAIN_MS;
	int i;

	t->failed = *err;
	for (i = 0; i < t->failures && wait < AGAIN_MAX; i++)
		wait *= 2;
	t->failures++;
	if (wait > AGAIN_MAX)
		wait = AGAIN_MAX;
	if (err->cause == CAUSE_STOP)
		wait = 0;
	else if (err->retry_ms > 0)
		wait = err->retry_ms; /* the service's own word, however long */
	else if (err->kind != ERR_RETRY)
		wait = REFUSED_MS;
	t->not_before = tim_mono() + wait;
	if (t->access.len > 0 && tim_mono() < t->ends_at)
		log_warning("the token of %s is not renewed yet, and still "
			    "valid: %s",
		    t->who.username, err->msg);
}

/* With the lock held, which is given up meanwhile. */
static void
ask_now(struct token *t)
{
	struct oauthanswer_token is;
	struct err err = ERR_INIT;
	int rc;

	t->asking = true;
	pthread_mutex_unlock(&t->lock);
	oauthanswer_token_init(&is);
	rc = t->name[0] != '\0' ? ask_for_person(t, &is, &err)
				: ask_for_app(t, &is, &err);
	pthread_mutex_lock(&t->lock);
	t->asking = false;
	if (rc == 0)
		take_new(t, &is);
	else
		take_failure(t, &err);
	oauthanswer_token_free(&is);
	pthread_cond_broadcast(&t->changed);
}

/* With the lock held: waits for the thread that asks, a moment at most. */
static void
wait_a_moment(struct token *t)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += POLL_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_nsec -= 1000000000L;
		until.tv_sec++;
	}
	pthread_cond_timedwait(&t->changed, &t->lock, &until);
}

/* With the lock held: may it be used? Perhaps not for long. */
static bool
is_usable(const struct token *t, uint64_t not, int64_t until)
{
	return t->access.len > 0 && t->serial != not &&tim_mono() < until;
}

/* With the lock held: what the last request met, and for how much longer. */
static int
repeat_failure(const struct token *t, struct err *err)
{
	*err = t->failed;
	if (err->retry_ms > 0)
		err->retry_ms = t->not_before - tim_mono();
	return -1;
}

int
token_take(struct token *t, uint64_t not, uint64_t *serial, struct buf *out,
    struct err *err)
{
	int rc = -2;

	pthread_mutex_lock(&t->lock);
	while (rc == -2) {
		if (is_usable(t, not, t->renew_at) ||
		    ((t->asking || tim_mono() < t->not_before) &&
			is_usable(t, not, t->ends_at))) {
			*serial = t->serial;
			rc = buf_add(out, t->access.data, t->access.len);
		} else if (stop_requested()) {
			err_set(err, ERR_RETRY, "stopped");
			rc = err_code(err, CAUSE_STOP, "stop", SCOPE_PROFILE);
			err->spared = true;
		} else if (!t->asking && t->failed.kind != ERR_NONE &&
			   tim_mono() < t->not_before) {
			rc = repeat_failure(t, err);
		} else if (t->asking)
			wait_a_moment(t);
		else
			ask_now(t);
	}
	pthread_mutex_unlock(&t->lock);
	return rc;
}
