/*
 * login.c - exsync --login: a person logs in with a code on another device, and
 * the login is kept in state_dir.
 * 1. Nothing is kept of an account that is not the one that is meant.
 * 2. Standard output has what a person does next, or with --json one object on
 *    a line: "code" first, then "done" or "failed".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/devicelogin.h"
#include "auth/token.h"
#include "base/address.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/stop.h"
#include "base/str.h"
#include "base/tim.h"
#include "cmd/cmd.h"
#include "cmd/jsonprint.h"
#include "cmd/tokens.h"
#include "os/sandbox.h"

#define SLICE_MS 200
#define SLOWER   5  /* seconds, RFC 8628 3.5 */
#define SLOWEST  60 /* after faults of the network */

/* Who is to log in. */
struct target {
	struct credential who;
	char *section; /* "[profile hq]": where username belongs; to be freed */
};

/* --- who ----------------------------------------------------------------- */

static int
refuse_target(const char *why, const char *name)
{
	fprintf(stderr, "exsync: --login %s: %s\n", name, why);
	return -1;
}

/* Why nobody logs in for this profile; NULL: somebody does. */
static const char *
why_not(const struct conf_profile *p)
{
	if (p->auth != CONF_AUTH_OAUTH)
		return "only with auth = oauth a person logs in";
	if (conf_is_app(&p->oauth))
		return "this profile logs in by itself, with its client secret "
		       "or certificate";
	return NULL;
}

static void
set_target(
    struct target *t, const char *kind, const char *name, struct credential who)
{
	t->who = who;
	t->section = mem_printf("[%s %s]", kind, name);
}

/* A mailbox with a login of its own, by its address or user name. */
static const struct conf_mailbox *
find_login_mailbox(const struct conf *c, const char *address)
{
	size_t i;

	for (i = 0; i < c->nmailbox; i++)
		if (c->mailbox[i].profile->access == CONF_ACCESS_MAILBOX &&
		    (str_ieq(c->mailbox[i].address, address) ||
			str_ieq(c->mailbox[i].username, address)))
			return &c->mailbox[i];
	return NULL;
}

static const struct conf_profile *
find_profile_of(const struct conf *c, const char *name)
{
	const struct conf_profile *p = conf_profile(c, name);
	size_t i;

	for (i = 0; p == NULL && i < c->nprofile; i++)
		if (why_not(&c->profile[i]) == NULL &&
		    str_ieq(c->profile[i].username, name))
			p = &c->profile[i];
	return p;
}

static int
find_target(struct target *t, const struct conf *c, const char *name)
{
	char *address = address_normalise(name);
	const struct conf_mailbox *m =
	    find_login_mailbox(c, address != NULL ? address : name);
	const struct conf_profile *p = find_profile_of(c, name);
	const char *why;

	free(address);
	if (m == NULL && p == NULL)
		return refuse_target(
		    "there is no such [profile NAME], and no [mailbox NAME] "
		    "with this address whose profile has access = mailbox",
		    name);
	if ((why = why_not(m != NULL ? m->profile : p)) != NULL)
		return refuse_target(why, name);
	if (m != NULL)
		set_target(t, "mailbox", m->name, credential_of_mailbox(m));
	else if (p->access == CONF_ACCESS_MAILBOX)
		return refuse_target(
		    "each mailbox of this profile has a login of its own: "
		    "name its address",
		    name);
	else
		set_target(t, "profile", p->name, credential_of_profile(p));
	return 0;
}

/* --- what is told -------------------------------------------------------- */

static void
begin_event(struct jsonprint *p, const char *event, const struct target *t)
{
	jsonprint_open(p, stdout);
	jsonwrite_object(&p->w, NULL);
	jsonwrite_text(&p->w, "event", event);
	jsonwrite_text(&p->w, "account", t->who.username);
}

static void
end_event(struct jsonprint *p)
{
	jsonwrite_end(&p->w);
	jsonprint_close(p);
	fflush(stdout);
}

static void
tell_user_code(const struct cmd *cmd, const struct target *t,
    const struct oauthanswer_device *d)
{
	struct jsonprint p;

	if (cmd->json) {
		begin_event(&p, "code", t);
		jsonwrite_text(&p.w, "verification_uri", d->url);
		jsonwrite_text(&p.w, "user_code", d->user_code);
		jsonwrite_int(&p.w, "expires_in", d->expires_in);
		jsonwrite_text(&p.w, "message", d->message);
		end_event(&p);
		return;
	}
	printf("Open %s in any browser, enter the code %s, and log in as %s.\n"
	       "(The code lasts %lld minutes. Ctrl-C ends the waiting.)\n",
	    d->url, d->user_code, t->who.username,
	    (long long)(d->expires_in + 59) / 60);
	fflush(stdout);
}

/* Tells why it failed. Returns the exit code. */
static int
tell_failure(
    const struct cmd *cmd, const struct target *t, const struct err *err)
{
	struct jsonprint p;

	if (cmd->json) {
		begin_event(&p, "failed", t);
		jsonwrite_text(&p.w, "code", err->code);
		jsonwrite_text(&p.w, "error", err->msg);
		end_event(&p);
	} else
		log_error("%s", err->msg);
	return err->kind == ERR_RETRY    ? CMD_PARTIAL
	       : err->kind == ERR_CONFIG ? CMD_USAGE
					 : CMD_FAILED;
}

static void
tell_done(const struct cmd *cmd, const struct target *t, const char *who)
{
	struct jsonprint p;

	if (cmd->json) {
		begin_event(&p, "done", t);
		jsonwrite_text(&p.w, "logged_in", *who != '\0' ? who : NULL);
		end_event(&p);
	} else
		printf("%s has logged in; the login is kept in state_dir.\n",
		    *who != '\0' ? who : t->who.username);
}

/* --- the login ----------------------------------------------------------- */

/* Waits; false: somebody asked exsync to end. */
static bool
wait_seconds(int64_t s)
{
	int64_t until = tim_mono() + s * 1000;

	while (tim_mono() < until && !stop_requested())
		tim_sleep(SLICE_MS);
	return !stop_requested();
}

static int
say_login_stopped(struct err *err)
{
	err_set(err, ERR_RETRY, "ended before anybody had logged in");
	return err_code(err, CAUSE_STOP, "stop", SCOPE_PROFILE);
}

static int
say_late(struct err *err)
{
	err_set(err, ERR_RETRY,
	    "nobody has logged in while the code was valid: run exsync "
	    "--login again");
	return err_code(err, CAUSE_OTHER, "expired_token", SCOPE_PROFILE);
}

/* Asks until the person has logged in, or it is certain that nobody will. */
static int
await_login(const struct target *t, const struct oauthanswer_device *d,
    struct oauthanswer_token *out, struct err *err)
{
	int64_t until = tim_mono() + d->expires_in * 1000;
	int64_t interval = d->interval;

	for (;;) {
		if (!wait_seconds(interval))
			return say_login_stopped(err);
		switch (devicelogin_poll(&t->who, d, out, err)) {
		case OAUTHANSWER_GIVEN:
			return 0;
		case OAUTHANSWER_PENDING:
			break;
		case OAUTHANSWER_SLOWER:
			interval += SLOWER;
			break;
		case OAUTHANSWER_EXPIRED:
			return say_late(err);
		case OAUTHANSWER_DECLINED:
			return -1;
		case OAUTHANSWER_FAILED:
			if (err->kind != ERR_RETRY)
				return -1;
			log_debug("%s", err->msg);
			interval =
			    2 * interval < SLOWEST ? 2 * interval : SLOWEST;
		}
		if (tim_mono() >= until)
			return say_late(err);
	}
}

/* Is it the account that is meant? Unknown: it may be. */
static int
check_account(const struct target *t, const struct oauthanswer_token *is,
    const char *who, struct err *err)
{
	if (is->refresh.len == 0) {
		err_set(err, ERR_AUTH,
		    "no refresh token came, so the login would end within the "
		    "hour: allow offline_access for the application in Entra");
		return err_code(
		    err, CAUSE_OTHER, "no-refresh-token", SCOPE_PROFILE);
	}
	if (*who == '\0' || str_ieq(who, t->who.username))
		return 0;
	err_set(err, ERR_AUTH,
	    "%.200s has logged in, and nothing is kept, since %.200s is meant: "
	    "log in as that one; or, if it is the same account, write username "
	    "= %.200s in %.100s",
	    who, t->who.username, who, t->section);
	return err_code(err, CAUSE_OTHER, "other-account", SCOPE_PROFILE);
}

static int
login_person(const struct cmd *cmd, const struct target *t)
{
	struct oauthanswer_device d;
	struct oauthanswer_token is;
	struct err err = ERR_INIT;
	char who[256] = "";
	int rc;

	oauthanswer_token_init(&is);
	memset(&d, 0, sizeof(d));
	rc = token_may_login(&t->who, &err);
	if (rc == 0)
		rc = devicelogin_begin(&t->who, &d, &err);
	if (rc == 0) {
		tell_user_code(cmd, t, &d);
		rc = await_login(t, &d, &is, &err);
	}
	if (rc == 0) {
		oauthanswer_who(&is.id, who, sizeof(who));
		rc = check_account(t, &is, who, &err);
	}
	if (rc == 0)
		rc = token_login(&t->who, &is, &err);
	if (rc == 0)
		tell_done(cmd, t, who);
	oauthanswer_token_free(&is);
	oauthanswer_device_free(&d);
	return rc == 0 ? CMD_OK : tell_failure(cmd, t, &err);
}

/* What another user keeps there, that user's passes could not read. */
static bool
may_keep(const struct conf *c)
{
	struct stat st;

	if ((stat(c->state_dir, &st) == -1 && stat(c->database, &st) == -1) ||
	    st.st_uid == geteuid())
		return true;
	log_error(
	    "%s, or the database, belongs to another user (uid %u): run exsync "
	    "--login as that user",
	    c->state_dir, (unsigned)st.st_uid);
	return false;
}

/* The token is sealed with a key, which is made when there is none. */
static bool
make_seal_key(const struct cmd *cmd)
{
	struct conf *c = cmd_conf_offline(cmd);
	struct seal_key key;
	char *made = NULL;
	bool ok = c != NULL && may_keep(c);

	conf_free(c);
	if (!ok)
		return false;
	ok = conf_key(cmd->conf, &key, &made, stderr) == 0;
	mem_wipe(&key, sizeof(key));
	if (made != NULL)
		fprintf(stderr,
		    "exsync: made %s: keep it, and put it into no "
		    "backup that has state_dir\n",
		    made);
	free(made);
	return ok;
}

int
login_run(const struct cmd *cmd)
{
	struct target t = { .section = NULL };
	struct err err = ERR_INIT;
	struct sandbox is;
	struct tokens *tokens;
	struct keeper *keeper;
	struct conf *conf;
	int rc = CMD_USAGE;

	if (!make_seal_key(cmd) || (conf = cmd_conf(cmd)) == NULL)
		return CMD_USAGE;
	log_init(conf->log_level);
	tokens = tokens_open(conf);
	keeper = keeper_start(&(struct keeper_opts){ NULL, conf->state_dir,
				  true, tokens_names(tokens) },
	    &err);
	tokens_use(tokens, keeper);
	if (keeper == NULL) {
		log_error("%s", err.msg);
		rc = CMD_FAILED;
	} else if (find_target(&t, conf, cmd->arg) == 0) {
		sandbox_enter(conf, false, &is);
		rc = login_person(cmd, &t);
	}
	free(t.section);
	token_forget_all();
	tokens_close(tokens);
	keeper_close(keeper);
	conf_free(conf);
	return rc;
}
