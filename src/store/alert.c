/*
 * alert.c - table alert: each alert is told once, and resolved once.
 * 1. At most one alert of a scope and code is open.
 * 2. An alert that is met again is counted on the open one. Only one that was
 *    not open is reported as opened, and only an open one as resolved.
 * 3. The note that an alert must be told is written in the transaction that
 *    opens or resolves it: neither a crash nor a failing command loses it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "store/cause.h"

static void
add_alert(struct store_alerts *l, const struct store_alert *a)
{
	struct store_alert *v = VEC_ADD_IN(&l->arena, l->v, l->n);

	*v = *a;
	v->scope.name = arena_strdup(&l->arena, a->scope.name);
	v->code = arena_strdup(&l->arena, a->code);
	v->severity = arena_strdup(&l->arena, a->severity);
	v->text = arena_strdup(&l->arena, a->text);
	v->profile = arena_strdup(&l->arena, a->profile);
	v->owner = arena_strdup(&l->arena, a->owner);
	v->advice = arena_strdup(&l->arena, a->advice);
}

static int
read_rows(struct store *st, sqlite3_stmt *s, struct store_alerts *out,
    struct err *err)
{
	struct store_alert a;
	int r;

	memset(&a, 0, sizeof(a));
	while ((r = db_row(st, s, err)) == 1) {
		a.scope = store_scope_read(str_nn(db_col(s, 0)));
		a.code = db_col(s, 1);
		a.severity = db_col(s, 2);
		a.text = db_col(s, 3);
		a.first_at = db_col_time(s, 4);
		a.last_at = db_col_time(s, 5);
		a.count = sqlite3_column_int64(s, 6);
		a.resolved_at = db_col_time(s, 7);
		a.profile = db_col(s, 8);
		a.owner = db_col(s, 9);
		a.advice = db_col(s, 10);
		add_alert(out, &a);
	}
	return r;
}

static int
list_alerts(struct store *st, enum db_slot slot, const char *sql,
    struct store_alerts *out, struct err *err)
{
	int rc;

	memset(out, 0, sizeof(*out));
	db_lock(st);
	rc = read_rows(st, db_stmt(st, slot, sql), out, err);
	db_unlock(st);
	if (rc == -1)
		arena_free(&out->arena);
	return rc;
}

#define COLUMNS                                                                \
	"scope,code,severity,text,first_at,last_at,count,resolved_at,"         \
	"(SELECT profile FROM mailbox WHERE scope LIKE 'mailbox %' AND "       \
	"address=substr(scope,9)),owner,advice"
#define ORDER                                                                  \
	"CASE severity WHEN 'error' THEN 0 WHEN 'info' THEN 2 ELSE 1 END,"     \
	"first_at,scope,code"

int
store_alert_list(struct store *st, struct store_alerts *out, struct err *err)
{
	return list_alerts(st, DB_ALERT_OPEN,
	    "SELECT " COLUMNS " FROM alert WHERE resolved_at IS NULL "
	    "ORDER BY " ORDER,
	    out, err);
}

/* --- who is told ------------------------------------------------------- */

int
store_alert_untold(struct store *st, struct store_alerts *out, struct err *err)
{
	return list_alerts(st, DB_NEWS_LIST,
	    "SELECT " COLUMNS " FROM sync_news JOIN alert USING(scope,code,"
	    "first_at) ORDER BY resolved_at IS NOT NULL," ORDER,
	    out, err);
}

/* Binds scope and code to the first two parameters. */
static void
bind_key(sqlite3_stmt *s, const struct store_alert *a, char *text)
{
	db_text(s, 1, store_scope_text(&a->scope, text));
	db_text(s, 2, a->code);
}

static int
mark_untold(struct store *st, const struct store_alert *a, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_NEWS_ADD,
	    "INSERT OR IGNORE INTO sync_news(scope,code,first_at) "
	    "VALUES(?,?,?)");
	char first[TIM_TEXT], text[STORE_SCOPE_TEXT];

	bind_key(s, a, text);
	db_time(s, 3, a->first_at, first);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

static int
mark_told(struct store *st, const struct store_alert *a, struct err *err)
{
	sqlite3_stmt *s = db_stmt(st, DB_NEWS_TOLD,
	    "DELETE FROM sync_news WHERE scope=? AND code=? AND first_at=?");
	char first[TIM_TEXT], text[STORE_SCOPE_TEXT];

	bind_key(s, a, text);
	db_time(s, 3, a->first_at, first);
	return db_run(st, s, err) == -1 ? -1 : 0;
}

struct told {
	const struct store_alert *v;
	size_t n;
};

static int
note_told(struct store *st, void *arg, struct err *err)
{
	const struct told *t = arg;
	size_t i;

	for (i = 0; i < t->n; i++) {
		if (mark_told(st, &t->v[i], err) == -1)
			return -1;
	}
	return 0;
}

int
store_alert_told(
    struct store *st, const struct store_alert *v, size_t n, struct err *err)
{
	struct told t = { v, n };

	return n == 0 ? 0 : db_write(st, note_told, &t, err);
}

static int
note_retell(struct store *st, void *arg, struct err *err)
{
	return mark_untold(st, arg, err);
}

int
store_alert_retell(
    struct store *st, const struct store_alert *a, struct err *err)
{
	return db_write(st, note_retell, (void *)a, err);
}

/* --- what a pass met --------------------------------------------------- */

struct apply {
	struct store *st;
	const struct store_alerts *over; /* to be resolved */
	const struct store_alert **met;  /* sorted by scope and code */
	size_t nmet;
	const struct store_alert **open; /* likewise */
	size_t nopen;
	struct store_alert_news *news;
	bool tell;
	const struct store_cause *cause;
	size_t ncause;
};

static int
compare_alerts(const void *a, const void *b)
{
	const struct store_alert *const *x = a, *const *y = b;
	int c = (int)(*x)->scope.kind - (int)(*y)->scope.kind;

	if (c == 0)
		c = strcmp(str_nn((*x)->scope.name), str_nn((*y)->scope.name));
	return c != 0 ? c : strcmp((*x)->code, (*y)->code);
}

static const struct store_alert **
sort_alerts(const struct store_alert *v, size_t n)
{
	const struct store_alert **p = mem_alloc((n + 1) * sizeof(*p));
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = &v[i];
	qsort(p, n, sizeof(*p), compare_alerts);
	return p;
}

static const struct store_alert *
find_alert(const struct store_alert **v, size_t n, const struct store_alert *a)
{
	const struct store_alert **p =
	    bsearch(&a, v, n, sizeof(*v), compare_alerts);

	return p != NULL ? *p : NULL;
}

/* Does the row of the open alert say all this already? */
static bool
is_unchanged(const struct store_alert *was, const struct store_alert *a)
{
	return strcmp(was->text, a->text) == 0 &&
	       strcmp(was->severity, a->severity) == 0 &&
	       strcmp(str_nn(was->owner), str_nn(a->owner)) == 0 &&
	       (a->advice == NULL ||
		   strcmp(str_nn(was->advice), a->advice) == 0);
}

static int
rank_of(const char *severity)
{
	return strcmp(severity, "info") == 0      ? 0
	       : strcmp(severity, "warning") == 0 ? 1
						  : 2;
}

/*
 * An open alert is told once, but again when it has become more severe; and
 * what is news alone, when it says something else.
 */
static bool
is_told_anew(const struct store_alert *was, const struct store_alert *a)
{
	int before = rank_of(was->severity), now = rank_of(a->severity);

	return now > before || (now == 0 && strcmp(was->text, a->text) != 0);
}

static int
raise_alert(struct apply *ap, const struct store_alert *a, struct err *err)
{
	const struct store_alert *was = find_alert(ap->open, ap->nopen, a);
	struct store *st = ap->st;
	struct store_alert now = *a;
	char text[STORE_SCOPE_TEXT];
	sqlite3_stmt *s;

	if (was != NULL && a->uncounted && is_unchanged(was, a))
		return 0;
	if (was != NULL)
		s = db_stmt(st, DB_ALERT_COUNT,
		    "UPDATE alert SET last_at=iif(?8,?5,last_at),"
		    "count=count+?8,severity=?3,text=?4,owner=?6,"
		    "advice=ifnull(?7,advice) WHERE scope=?1 AND code=?2 AND "
		    "resolved_at IS NULL");
	else
		/* it conflicts when resolved and met in the same second */
		s = db_stmt(st, DB_ALERT_INSERT,
		    "INSERT INTO alert(scope,code,severity,text,first_at,"
		    "last_at,owner,advice) VALUES(?1,?2,?3,?4,?5,?5,?6,?7) "
		    "ON CONFLICT DO UPDATE SET count=count+?8,severity=?3,"
		    "text=?4,owner=?6,advice=?7,resolved_at=NULL");
	bind_key(s, a, text);
	db_text(s, 3, a->severity);
	db_text(s, 4, a->text);
	db_text(s, 5, st->txn.at);
	db_text(s, 6, a->owner);
	db_text(s, 7, a->advice);
	db_int(s, 8, !a->uncounted);
	fault_point("before alert");
	if (db_run(st, s, err) == -1)
		return -1;
	if (was != NULL && !is_told_anew(was, a))
		return 0;
	now.count = was == NULL ? 1 : was->count + 1;
	tim_iso(st->txn.at, &now.last_at);
	now.first_at = was == NULL ? now.last_at : was->first_at;
	now.resolved_at = TIM_NONE;
	add_alert(&ap->news->opened, &now);
	return ap->tell ? mark_untold(st, &now, err) : 0;
}

static int
resolve_alert(struct apply *ap, const struct store_alert *a, struct err *err)
{
	sqlite3_stmt *s = db_stmt(ap->st, DB_ALERT_RESOLVE,
	    "UPDATE alert SET resolved_at=?3,text=?4 WHERE scope=?1 AND "
	    "code=?2 AND resolved_at IS NULL");
	char text[STORE_SCOPE_TEXT];

	bind_key(s, a, text);
	db_text(s, 3, ap->st->txn.at);
	db_text(s, 4, a->text);
	if (db_run(ap->st, s, err) == -1)
		return -1;
	add_alert(&ap->news->resolved, a);
	return ap->tell ? mark_untold(ap->st, a, err) : 0;
}

/* Collects the open alerts that were not met and are over (met->well). */
static void
find_over(struct apply *ap, struct store_alerts *open,
    const struct store_alert_met *met, struct store_alerts *over)
{
	size_t i;

	for (i = 0; i < open->n; i++) {
		if (find_alert(ap->met, ap->nmet, &open->v[i]) == NULL &&
		    met->well != NULL && met->well(met->arg, &open->v[i]))
			add_alert(over, &open->v[i]);
	}
}

static int
write_alerts(struct store *st, void *arg, struct err *err)
{
	struct apply *ap = arg;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < ap->ncause; i++)
		rc = cause_put(st, &ap->cause[i], err);
	for (i = 0; rc == 0 && i < ap->nmet; i++)
		rc = raise_alert(ap, ap->met[i], err);
	for (i = 0; rc == 0 && i < ap->over->n; i++)
		rc = resolve_alert(ap, &ap->over->v[i], err);
	return rc;
}

/* Is there anything to write? */
static bool
is_news(const struct apply *ap)
{
	size_t i;

	for (i = 0; i < ap->nmet; i++) {
		const struct store_alert *a = ap->met[i];
		const struct store_alert *was =
		    find_alert(ap->open, ap->nopen, a);

		if (was == NULL || !a->uncounted || !is_unchanged(was, a))
			return true;
	}
	return ap->over->n > 0 || ap->ncause > 0;
}

int
store_alert_apply(struct store *st, const struct store_alert_met *met,
    struct store_alert_news *news, struct err *err)
{
	struct apply ap;
	struct store_alerts open, over;
	int rc = 0;

	memset(news, 0, sizeof(*news));
	memset(&over, 0, sizeof(over));
	memset(&ap, 0, sizeof(ap));
	if (st->read_only)
		return 0;
	if (store_alert_list(st, &open, err) == -1)
		return -1;
	ap.st = st;
	ap.met = sort_alerts(met->v, met->n);
	ap.nmet = met->n;
	ap.open = sort_alerts(open.v, open.n);
	ap.nopen = open.n;
	ap.news = news;
	ap.tell = met->tell;
	ap.cause = met->cause;
	ap.ncause = met->ncause;
	find_over(&ap, &open, met, &over);
	ap.over = &over;
	if (is_news(&ap))
		rc = db_write(st, write_alerts, &ap, err);
	if (rc == -1) {
		arena_free(&news->opened.arena);
		arena_free(&news->resolved.arena);
		memset(news, 0, sizeof(*news));
	}
	free(ap.met);
	free(ap.open);
	arena_free(&open.arena);
	arena_free(&over.arena);
	return rc;
}
