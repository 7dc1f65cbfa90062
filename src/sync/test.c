/*
 * test.c - exsync --test: the way to each server, then the mailboxes, one job
 * for each.
 * 1. No body of a mail is asked for: whether its mail may leave the server is
 *    for match and privacy to say.
 * 2. A mailbox is enabled by a good test only where it may be read: never one
 *    that waits for approval, or that somebody disabled.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/stop.h"
#include "base/str.h"
#include "base/tim.h"
#include "net/reach.h"
#include "net/tls_trust.h"
#include "store/health.h"
#include "store/lasting.h"
#include "sync/access.h"
#include "sync/advice.h"
#include "sync/alert.h"
#include "sync/forgetting.h"
#include "sync/login.h"
#include "sync/people.h"
#include "sync/permitted.h"
#include "sync/remote.h"
#include "sync/running.h"
#include "sync/select.h"
#include "sync/test.h"
#include "web/pool.h"

#define SOON_DAYS   30 /* a certificate that ends so soon is told */
#define INTERRUPTED "it was interrupted"

/* What the jobs share. */
struct testing {
	const struct pass *pass;
	struct running run;
	struct test_report *out;
	bool *reached;       /* as many as the INI has profiles */
	struct probe *probe; /* as many as the plan has; found by the jobs */
	int64_t *login_ms;   /* likewise; -1: its login was not accepted */
};

/* --- the way to a server ----------------------------------------------- */

static void
add_failure(struct tested_part *p, const char *name, int64_t ms,
    const struct conf_profile *c, const char *address, const struct err *e)
{
	const struct advice_case of = { c, address, false };
	char advice[ADVICE_TEXT];

	if (e->cause == CAUSE_STOP) {
		tested_add(p, name, TESTED_NOT, ms, INTERRUPTED, NULL);
		return;
	}
	tested_add(
	    p, name, TESTED_BAD, ms, e->msg, advice_find(&of, e, advice));
}

/* A certificate that ends soon is good, and told. */
static void
add_end(struct tested_part *p, const struct reach *r)
{
	int64_t left = r->not_after - tim_now();
	char text[200], span[32];

	if (r->not_after == TIM_NONE || left > SOON_DAYS * INT64_C(86400000))
		return;
	snprintf(text, sizeof(text),
	    "the server's certificate ends in %s: let its administrator renew "
	    "it, or no mail can be read from then on",
	    alert_span(left, span));
	tested_add(p, "certificate", TESTED_BAD, -1, text, NULL);
}

static void
add_reach(struct tested_part *p, const struct reach *r,
    const struct conf_profile *c, const struct err *e)
{
	size_t i;

	for (i = 0; i < REACH_NSTEP; i++) {
		if (r->step[i].text[0] != '\0')
			tested_add(p, reach_name((enum reach_is)i), TESTED_GOOD,
			    r->step[i].ms, r->step[i].text, NULL);
	}
	if (e->kind != ERR_NONE)
		add_failure(p, reach_name(r->failed), r->failed_ms, c, NULL, e);
	else
		add_end(p, r);
}

/* True: the server can be reached. */
static bool
test_profile(const struct conf *conf, const struct conf_profile *c,
    struct tested_part *p)
{
	struct err err = ERR_INIT;
	struct pool_opts o;
	struct tls_trust *trust = NULL;
	struct reach r;
	int rc = 0;

	p->name = c->name;
	p->of = c->url;
	pool_opts_of(&o, conf, c);
	if (c->tls_pin == NULL && strncmp(c->url, "https:", 6) == 0 &&
	    (trust = tls_trust_load(conf->ca_file, &err)) == NULL) {
		add_failure(p, "CA certificates", -1, c, NULL, &err);
		return false;
	}
	o.http.trust = trust;
	rc = reach_server(&o.http, &r, &err);
	add_reach(p, &r, c, &err);
	tls_trust_free(trust);
	return rc == 0;
}

/* Does somebody want to know of the profile? */
static bool
is_wanted(const struct testing *t, const struct conf_profile *c)
{
	const struct store_want *want = &t->pass->want;
	size_t i;

	if (want->profile != NULL && strcmp(want->profile, c->name) != 0)
		return false;
	for (i = 0; i < t->run.plan.n; i++) {
		if (t->run.plan.v[i].mailbox.profile == c)
			return true;
	}
	return want->nmailbox == 0;
}

static void
test_profiles(struct testing *t)
{
	const struct conf *conf = t->pass->conf;
	size_t i;

	t->out->profile = mem_alloc(conf->nprofile * sizeof(*t->out->profile));
	t->reached = mem_alloc((conf->nprofile + 1) * sizeof(*t->reached));
	for (i = 0; i < conf->nprofile; i++) {
		if (is_wanted(t, &conf->profile[i]))
			t->reached[i] = test_profile(conf, &conf->profile[i],
			    &t->out->profile[t->out->nprofile++]);
	}
}

/* --- a mailbox --------------------------------------------------------- */

struct box_test {
	struct testing *t;
	struct mailbox_work *w;
	struct tested_part *part;
	struct folder_list list;
	const char *folder, *item; /* that are asked for */
	struct change_page page;
	struct probe probe;
	bool alias; /* it is another address of a mailbox that is tested */
};

/* For remote_call. */
static int
probe_box(struct session *s, void *arg, struct err *err)
{
	struct box_test *b = arg;

	return s->provider->ops->probe(s, &b->probe, err);
}

/* For remote_call. */
static int
list_box(struct session *s, void *arg, struct err *err)
{
	struct box_test *b = arg;

	memset(&b->list, 0, sizeof(b->list));
	if (s->provider->ops->folders(s, true, &b->list, err) == 0)
		return 0;
	arena_free(&b->list.arena);
	memset(&b->list, 0, sizeof(b->list));
	return -1;
}

/* For remote_call: the first item of a folder. */
static int
page_box(struct session *s, void *arg, struct err *err)
{
	struct box_test *b = arg;

	memset(&b->page, 0, sizeof(b->page));
	if (s->provider->ops->changes(s, b->folder, NULL, 1, &b->page, err) ==
	    0)
		return 0;
	arena_free(&b->page.arena);
	memset(&b->page, 0, sizeof(b->page));
	return -1;
}

/* For remote_call: its headers. One that is broken is no fault of the way. */
static int
read_box(struct session *s, void *arg, struct err *err)
{
	struct box_test *b = arg;
	struct item_ref ref = { .id = b->item };
	struct message *m = NULL;
	int rc =
	    s->provider->ops->messages(s, PROVIDER_HEADERS, &ref, 1, &m, err);

	message_drop(&m, 1);
	return rc;
}

/* Another address of a person whose mailbox is in the plan is no trouble. */
static bool
is_alias(struct box_test *b, const struct err *e)
{
	const char *primary = e->cause == CAUSE_ALIAS
				  ? plan_primary(&b->t->run.plan, b->w->crm_id,
					b->w->conf.address, e->about)
				  : NULL;
	char text[400];

	if (primary == NULL)
		return false;
	snprintf(text, sizeof(text),
	    "it is another address of %s, which is tested", primary);
	tested_add(b->part, "access", TESTED_NOT, -1, text, NULL);
	return b->alias = true;
}

/* A step that failed. The profile's login is a step of the profile. */
static void
fail_box(struct box_test *b, const char *name, int64_t ms, const struct err *e)
{
	const struct mailbox_work *w = b->w;

	if (err_is_login(e) && e->scope >= SCOPE_PROFILE && !w->login.own)
		tested_add(b->part, name, TESTED_NOT, -1,
		    "the profile's login is not accepted", NULL);
	else
		add_failure(
		    b->part, name, ms, w->conf.profile, w->conf.address, e);
}

/* Makes a call, and a step of it. -1: it failed, and that was told. */
static int
step_box(struct box_test *b, const char *name, remote_fn fn, int64_t *ms,
    struct err *err)
{
	struct remote r = { .mailbox = b->w, .session = b->w->session };
	int64_t began = tim_mono();
	int rc = remote_call(&r, fn, b, err);

	*ms = tim_mono() - began;
	if (rc == -1 && !is_alias(b, err))
		fail_box(b, name, *ms, err);
	return rc;
}

/* Which folder is asked for an item: the first that is read and has any. */
static const struct folder *
choose_folder(const struct box_test *b, size_t *nread)
{
	const struct profile_work *p = b->w->profile;
	const struct store_folders none = { 0 };
	const struct folder *first = NULL;
	size_t i;

	*nread = 0;
	for (i = 0; i < b->list.n; i++) {
		const struct folder *f = &b->list.v[i];

		if ((p->ops->limits->kinds & (1u << f->kind)) == 0 ||
		    !select_folder(p->conf, &b->list, f, &none))
			continue;
		++*nread;
		if (first == NULL && f->total != 0)
			first = f;
	}
	return first;
}

static int
test_item(struct box_test *b, const struct folder *f, struct err *err)
{
	char text[300];
	int64_t ms, ms2 = 0;
	int rc;

	b->folder = f->id;
	if (step_box(b, "message", page_box, &ms, err) == -1)
		return -1;
	if (b->page.n == 0 || b->page.v[0].op != CHANGE_PUT) {
		arena_free(&b->page.arena);
		return 0;
	}
	b->item = b->page.v[0].id;
	rc = step_box(b, "message", read_box, &ms2, err);
	arena_free(&b->page.arena);
	if (rc == -1)
		return -1;
	snprintf(text, sizeof(text), "one read, in %s", str_nn(f->path));
	tested_add(b->part, "message", TESTED_GOOD, ms + ms2, text, NULL);
	return 0;
}

static int
test_folders(struct box_test *b, struct err *err)
{
	const struct folder *f;
	char text[200];
	size_t n;
	int64_t ms;
	int rc = 0;

	if (step_box(b, "folders", list_box, &ms, err) == -1)
		return -1;
	f = choose_folder(b, &n);
	snprintf(text, sizeof(text), "%zu, of which %zu are read%s", b->list.n,
	    n, f == NULL && n > 0 ? "; they are empty" : "");
	tested_add(b->part, "folders", n > 0 ? TESTED_GOOD : TESTED_BAD, ms,
	    text,
	    n > 0 ? NULL
		  : "folders and skip_folders leave none: correct them in the "
		    "profile");
	if (f != NULL)
		rc = test_item(b, f, err);
	arena_free(&b->list.arena);
	return rc;
}

static int
test_session(struct box_test *b, struct err *err)
{
	struct mailbox_work *w = b->w;
	struct testing *t = b->t;
	size_t i = (size_t)(w - t->run.mailbox);
	int64_t ms;

	if (step_box(b, "access", probe_box, &ms, err) == -1)
		return -1;
	t->login_ms[i] = ms;
	t->probe[i] = b->probe;
	if (w->login.own && b->probe.login[0] != '\0')
		tested_add(
		    b->part, "login", TESTED_GOOD, ms, b->probe.login, NULL);
	else
		tested_add(b->part, "access", TESTED_GOOD, ms,
		    "the account can open it", NULL);
	return test_folders(b, err);
}

/* --- what is remembered of it ------------------------------------------ */

/* Tells the file; what cannot be written is a step of its own. */
static void
note_test(struct box_test *b, bool good, const char *why)
{
	struct store *st = b->t->pass->store;
	struct err err = ERR_INIT;

	if ((good && (login_mailbox_well(b->w, &err) == -1 ||
			 store_lasting_forget(st, b->w->conf.address, &err) ==
			     -1)) ||
	    store_mailbox_tested(st, b->w->conf.address, good, why, &err) == -1)
		add_failure(b->part, "database", -1, b->w->conf.profile,
		    b->w->conf.address, &err);
}

/* Why the mailbox is not asked; NULL: it is. */
static const char *
left_out(const struct testing *t, const struct mailbox_work *w)
{
	size_t p = (size_t)(w->conf.profile - t->pass->conf->profile);

	if (w->permit == PERMIT_WAITS)
		return "it waits for approval: exsync --approve ADDRESS";
	if (w->permit == PERMIT_OFF)
		return "it is disabled: exsync --enable ADDRESS";
	if (!t->reached[p])
		return stop_requested() ? INTERRUPTED
					: "its server cannot be reached";
	return NULL;
}

/* Registers one that no pass has met yet, so that it can be approved. */
static int
register_box(const struct mailbox_work *w, struct err *err)
{
	struct store_mailbox m;

	return store_mailbox_get(
	    w->profile->pass->store, &w->conf, w->crm_id, w->permit, &m, err);
}

static void
test_box(struct box_test *b)
{
	struct mailbox_work *w = b->w;
	struct profile_work *p = w->profile;
	struct err err = ERR_INIT;
	int64_t requests, bytes;
	int rc = register_box(w, &err);

	if (rc == 0)
		rc = access_ready(w, &err);
	if (rc == 0)
		rc = login_mailbox_begin(w, &err);
	if (rc == 0 && (w->session = p->ops->session_open(
			    p->provider, &w->conf, &err)) == NULL)
		rc = -1;
	if (rc == -1)
		fail_box(b, w->login.own ? "login" : "access", -1, &err);
	else {
		rc = test_session(b, &err);
		p->ops->usage(w->session, &requests, &bytes);
		tally_usage(p->tally, requests, bytes);
		p->ops->session_close(w->session);
	}
	if (rc == 0 && w->login.own)
		atomic_store(&p->own_accepted, true);
	if (rc == -1)
		login_note_failed(w, &err);
	if (err.cause != CAUSE_STOP && !b->alias)
		note_test(
		    b, rc == 0 && tested_is(b->part) == TESTED_GOOD, err.msg);
}

/* The job of a mailbox. */
static void
test_job(struct job *job, bool own)
{
	struct mailbox_work *w = (struct mailbox_work *)job;
	struct testing *t = w->own;
	struct box_test b = {
		.t = t, .w = w, .part = &t->out->box[w - t->run.mailbox]
	};
	const char *why = left_out(t, w);
	struct err err = ERR_INIT;

	(void)own;
	if (why != NULL) {
		tested_add(b.part, "access", TESTED_NOT, -1, why, NULL);
		if (register_box(w, &err) == -1)
			add_failure(b.part, "database", -1, w->conf.profile,
			    w->conf.address, &err);
	} else {
		login_mailbox_job(w, 1);
		test_box(&b);
		login_mailbox_job(w, -1);
	}
	tally_mailbox(w->profile->tally,
	    tested_is(b.part) == TESTED_BAD ? TALLY_FAILED : TALLY_OK);
}

/* For running_start. */
static void
begin_test(struct mailbox_work *w, void *arg)
{
	w->own = arg;
	w->job.run = test_job;
}

/* --- all of them ------------------------------------------------------- */

/* How the profile's own login went, as its mailboxes found. */
static void
add_login_step(struct testing *t, struct tested_part *p,
    const struct conf_profile *c, const struct profile_work *work)
{
	const struct err *stopped =
	    work->gate != NULL ? gate_stopped(work->gate) : NULL;
	char text[300];
	size_t i, n = t->run.plan.n;

	for (i = 0; i < n; i++) {
		const struct mailbox_work *w = &t->run.mailbox[i];

		if (w->profile == work && !w->login.own && t->login_ms[i] >= 0)
			break;
	}
	if (i == n && stopped != NULL) {
		add_failure(p, "login", -1, c, NULL, stopped);
		return;
	}
	if (i == n)
		return;
	snprintf(text, sizeof(text), "%s, as %s", t->probe[i].login,
	    str_nn(credential_of_profile(c).username));
	tested_add(p, "login", TESTED_GOOD, t->login_ms[i], text, NULL);
	snprintf(text, sizeof(text), "%s, spoken to as %s",
	    t->probe[i].server[0] != '\0' ? t->probe[i].server
					  : "it does not tell",
	    t->probe[i].version);
	tested_add(p, "version", TESTED_GOOD, -1, text, NULL);
}

/* --- what must not be reached (must_not_reach) -------------------------- */

#define RESTRICT                                                               \
	"take the right away: give the account's role a scope that leaves "    \
	"the mailbox out (New-ManagementScope, Set-ManagementRoleAssignment "  \
	"-CustomRecipientWriteScope), or remove its permission there "         \
	"(Remove-MailboxPermission)"

/* Asks for access as a pass would, were it told to. */
static int
probe_forbidden(struct testing *t, struct profile_work *work,
    const char *address, struct err *err)
{
	struct mailbox_work w = { .profile = work,
		.conf = { .address = (char *)(uintptr_t)address,
		    .profile = work->conf,
		    .incoming = true } };
	struct box_test b = { .t = t, .w = &w };
	struct remote r = { .mailbox = &w };
	int rc;

	w.login.profile = work->conf->name;
	w.login.address = address;
	login_mailbox_bind(&w);
	w.session = work->ops->session_open(work->provider, &w.conf, err);
	if (w.session == NULL)
		return -1;
	r.session = w.session;
	rc = remote_call(&r, probe_box, &b, err);
	work->ops->session_close(w.session);
	free(w.login.left);
	return rc;
}

static void
add_forbidden(
    struct testing *t, struct tested_part *p, struct profile_work *work)
{
	const struct conf_list *l = &work->conf->must_not_reach;
	char text[1400];
	size_t i;

	for (i = 0; i < l->n; i++) {
		struct err err = ERR_INIT;
		int64_t began = tim_mono();
		int rc = probe_forbidden(t, work, l->v[i], &err);

		if (rc == 0)
			snprintf(text, sizeof(text),
			    "the account can open %.300s, which must_not_reach "
			    "names",
			    l->v[i]);
		else
			snprintf(text, sizeof(text), "%.300s%s%s", l->v[i],
			    err.kind == ERR_AUTH
				? " cannot be opened, as it should be"
				: ": it is not known whether it can be: ",
			    err.kind == ERR_AUTH ? "" : err.msg);
		tested_add(p, "must_not_reach",
		    rc == 0                ? TESTED_BAD
		    : err.kind == ERR_AUTH ? TESTED_GOOD
					   : TESTED_NOT,
		    tim_mono() - began, text, rc == 0 ? RESTRICT : NULL);
	}
}

static void
add_logins(struct testing *t)
{
	const struct conf *conf = t->pass->conf;
	size_t i, k = 0;

	for (i = 0; i < conf->nprofile; i++) {
		if (!is_wanted(t, &conf->profile[i]))
			continue;
		if (t->reached[i] && t->run.profile[i].gate != NULL) {
			add_login_step(t, &t->out->profile[k],
			    &conf->profile[i], &t->run.profile[i]);
			if (gate_stopped(t->run.profile[i].gate) == NULL &&
			    !t->out->stopped)
				add_forbidden(
				    t, &t->out->profile[k], &t->run.profile[i]);
		}
		k++;
	}
}

/* The news for whom the mailbox belongs to. */
static bool
is_news_over(void *arg, struct store_alert *a)
{
	const struct testing *t = arg;
	size_t i;

	if (alert_kind(a->code) != ALERT_TESTED)
		return false;
	for (i = 0; i < t->out->nbox; i++) {
		if (str_eq(t->out->box[i].name, a->scope.name))
			return tested_is(&t->out->box[i]) == TESTED_BAD;
	}
	return false;
}

static int
tell_owners(struct testing *t, struct err *err)
{
	struct store_alert *v = mem_alloc((t->out->nbox + 1) * sizeof(*v));
	struct store_alert_met met = { .v = v, .well = is_news_over, .arg = t };
	struct store_alert_news news;
	size_t i;
	int rc;

	for (i = 0; i < t->out->nbox; i++) {
		const struct tested_part *b = &t->out->box[i];

		if (tested_is(b) != TESTED_GOOD)
			continue;
		v[met.n].scope = (struct store_scope){ OF_MAILBOX, b->name, 0 };
		v[met.n].code = alert_code(ALERT_TESTED);
		v[met.n].severity = "info";
		v[met.n].text = "the mailbox was tested: exsync can read it, "
				"and it is enabled";
		v[met.n].profile = b->of;
		v[met.n++].owner = b->owner;
	}
	rc = store_alert_apply(t->pass->store, &met, &news, err);
	if (rc == 0) {
		arena_free(&news.opened.arena);
		arena_free(&news.resolved.arena);
	}
	free(v);
	return rc;
}

static void
make_parts(struct testing *t)
{
	const struct plan *p = &t->run.plan;
	size_t i;

	t->out->nbox = p->n;
	t->out->box = mem_alloc((p->n + 1) * sizeof(*t->out->box));
	t->probe = mem_alloc((p->n + 1) * sizeof(*t->probe));
	t->login_ms = mem_alloc((p->n + 1) * sizeof(*t->login_ms));
	for (i = 0; i < p->n; i++) {
		struct tested_part *b = &t->out->box[i];

		b->name = arena_strdup(&b->arena, p->v[i].mailbox.address);
		b->of = p->v[i].mailbox.profile->name;
		b->owner = arena_strdup(&b->arena, p->v[i].crm_id);
		t->login_ms[i] = -1;
	}
}

static int
prepare_test(struct testing *t, struct err *err)
{
	struct running *r = &t->run;
	const struct pass *p = t->pass;

	if (forgetting_begin(p, &r->forgotten, err) == -1 ||
	    people_load(p, &r->party, &r->people, err) == -1 ||
	    plan_make(p->conf, &r->party, &p->want, &r->plan, err) == -1 ||
	    permitted_plan(p, &r->plan, err) == -1)
		return -1;
	access_plan(p->conf, &r->plan);
	if (p->begin != NULL)
		p->begin(p->begin_arg);
	return 0;
}

static int
run_test(struct testing *t, struct err *err)
{
	struct running *r = &t->run;

	test_profiles(t);
	make_parts(t);
	if (r->plan.n == 0)
		return 0;
	if (running_open(r, err) == -1)
		return -1;
	running_start(r, false, begin_test, t);
	running_wait(r);
	t->out->stopped = r->stopped;
	add_logins(t);
	if (running_end(r, err) == -1 || store_box_note(t->pass->store, err))
		return -1;
	return tell_owners(t, err);
}

int
test_all(const struct pass *p, struct test_report *out, struct err *err)
{
	struct testing t = { .pass = p, .out = out };
	int rc;

	memset(out, 0, sizeof(*out));
	running_init(&t.run, p);
	rc = prepare_test(&t, err);
	if (rc == 0)
		rc = run_test(&t, err);
	running_free(&t.run);
	free(t.reached);
	free(t.probe);
	free(t.login_ms);
	return rc;
}

void
test_free(struct test_report *r)
{
	size_t i;

	for (i = 0; i < r->nprofile; i++)
		tested_free(&r->profile[i]);
	for (i = 0; i < r->nbox; i++)
		tested_free(&r->box[i]);
	free(r->profile);
	free(r->box);
	memset(r, 0, sizeof(*r));
}
