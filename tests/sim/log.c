/*
 * log.c - the request log and the counts of `stats`.
 */
#include "log.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "resume.h"
#include "ews/valid.h"
#include "graph/goption.h"
#include "graph/misdeed.h"
#include "world/folder.h"

#define MAX_OPS 64

static FILE *file;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	char name[40];
	unsigned long n;
} ops[MAX_OPS];
static unsigned long requests, messages, bodies, bytes_in, bytes_out,
    bytes_wire, denied, wrong_cookies;

int
log_open(const char *path)
{
	if (path == NULL)
		return 0;
	file = fopen(path, "a");
	if (file == NULL)
		perror(path);
	return file != NULL ? 0 : -1;
}

void
log_close(void)
{
	if (file != NULL)
		fclose(file);
	file = NULL;
}

static void
count_op(const char *name)
{
	int i;

	for (i = 0; i < MAX_OPS; i++) {
		if (ops[i].name[0] == 0)
			snprintf(ops[i].name, sizeof(ops[i].name), "%s", name);
		if (strcmp(ops[i].name, name) == 0) {
			ops[i].n++;
			return;
		}
	}
}

static void
begin(struct sb *b)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	sb_fmt(b, "{\"t\":%lld.%03ld,", (long long)ts.tv_sec,
	    ts.tv_nsec / 1000000);
}

static void
line(struct sb *b, const struct call *c, const struct verdict *who)
{
	struct sb path = { 0 };

	begin(b);
	SB_LIT(b, "\"op\":");
	sb_json(b, c->opname != NULL ? c->opname : "");
	SB_LIT(b, ",\"account\":");
	sb_json(b, who->name);
	sb_fmt(b, ",\"scheme\":\"%s\",\"login\":\"%s\",\"bound\":%s",
	    who->scheme, who->what, who->bound ? "true" : "false");
	SB_LIT(b, ",\"mailbox\":");
	sb_json(b, c->mailbox != NULL ? c->mailbox->person->addr : NULL);
	sb_fmt(b, ",\"impersonated\":%s,\"status\":%d,\"code\":",
	    c->impersonated ? "true" : "false", c->status);
	sb_json(b, c->code);
	SB_LIT(b, ",\"version\":");
	sb_json(b, c->version);
	SB_LIT(b, ",\"anchor\":");
	sb_json(b, c->anchor);
	SB_LIT(b, ",\"cookie\":");
	sb_json(b, c->cookie);
	sb_fmt(b, ",\"ids\":[%s],\"shape\":{%s},\"bodies\":[%s],\"folder\":",
	    c->log_ids.n ? c->log_ids.p : "",
	    c->log_shape.n ? c->log_shape.p : "",
	    c->log_bodies.n ? c->log_bodies.p : "");
	if (c->folder != NULL) {
		sb_str(&path, "");
		folder_path(&path, c->folder);
	}
	sb_json(b, path.p);
	sb_free(&path);
	sb_fmt(b,
	    ",\"bytes_in\":%zu,\"bytes_out\":%zu,\"bytes_wire\":%zu,"
	    "\"connection\":%u,\"resumed\":%s}\n",
	    c->body_len, c->plain, c->out.n, c->connection,
	    c->resumed ? "true" : "false");
}

void
log_call(const struct call *c, const struct verdict *who)
{
	struct sb b = { 0 };

	if (file != NULL) {
		pthread_rwlock_rdlock(&world.lock);
		line(&b, c, who);
		pthread_rwlock_unlock(&world.lock);
	}
	pthread_mutex_lock(&lock);
	requests++;
	denied += c->status == 401;
	messages += c->messages;
	bodies += c->bodies;
	bytes_in += c->body_len;
	bytes_out += c->plain;
	bytes_wire += c->out.n;
	if (c->cookie != NULL && c->impersonated &&
	    world_mailbox(c->cookie) != c->mailbox)
		wrong_cookies++;
	count_op(c->opname != NULL ? c->opname : "?");
	if (file != NULL) {
		fwrite(b.p, 1, b.n, file);
		fflush(file);
	}
	pthread_mutex_unlock(&lock);
	sb_free(&b);
}

void
log_token(const struct token_call *t, size_t wire, unsigned connection)
{
	struct sb b = { 0 };

	begin(&b);
	sb_str(&b, t->log.n > 0 ? t->log.p : "\"op\":\"metadata\"");
	sb_fmt(&b,
	    ",\"bytes_in\":%zu,\"bytes_out\":%zu,\"bytes_wire\":%zu,"
	    "\"connection\":%u}\n",
	    t->len, t->out.n, wire, connection);
	pthread_mutex_lock(&lock);
	if (file != NULL) {
		fwrite(b.p, 1, b.n, file);
		fflush(file);
	}
	pthread_mutex_unlock(&lock);
	sb_free(&b);
}

static void
add_member(struct sb *b, const char *name, const char *value)
{
	sb_fmt(b, ",\"%s\":", name);
	sb_json(b, value);
}

static bool
is_json(const struct graph_call *g)
{
	return g->type != NULL && strncmp(g->type, "application/json", 16) == 0;
}

/*
 * What was sent and what came: as the JSON that they are. An answer that a
 * fault spoilt is text, if it is told at all.
 */
static void
add_bodies(struct sb *b, const struct graph_call *g)
{
	if (g->outer != NULL || !graph_option.log)
		return;
	if (g->body_len > 0) {
		SB_LIT(b, ",\"body\":");
		sb_jsonn(b, g->body, g->body_len);
	}
	if (!is_json(g))
		return;
	SB_LIT(b, ",\"answer\":");
	sb_jsonn(b, g->out.p != NULL ? g->out.p : "", g->out.n);
}

static void
graph_line(struct sb *b, const struct graph_call *g, const struct verdict *who)
{
	struct sb path = { 0 };

	begin(b);
	SB_LIT(b, "\"op\":");
	sb_json(b, g->op);
	sb_fmt(b, ",\"graph\":true,\"batch\":%s,\"app_only\":%s",
	    g->outer != NULL ? "true" : "false",
	    who->app_only ? "true" : "false");
	add_member(b, "method", g->method);
	add_member(b, "url", g->target);
	add_member(b, "base", g->base);
	add_member(b, "account", who->name);
	add_member(b, "app", who->app);
	sb_fmt(b, ",\"scheme\":\"%s\",\"login\":\"%s\",\"status\":%d",
	    who->scheme, who->what, g->status);
	add_member(b, "code", g->code[0] != 0 ? g->code : NULL);
	add_member(
	    b, "mailbox", g->mailbox != NULL ? g->mailbox->person->addr : NULL);
	add_member(b, "prefer", g->prefer);
	add_member(b, "applied", g->applied);
	add_member(b, "client_request_id", g->client_id);
	add_member(b, "request_id", g->request_id);
	add_member(b, "retry_after", g->retry_after);
	sb_fmt(b, ",\"ids\":[%s],\"bodies\":[%s],\"spoilt\":%s",
	    g->log_ids.n > 0 ? g->log_ids.p : "",
	    g->log_bodies.n > 0 ? g->log_bodies.p : "",
	    misdeed_spoils(g) ? "true" : "false");
	if (g->folder != NULL) {
		sb_str(&path, "");
		folder_path(&path, g->folder);
	}
	add_member(b, "folder", path.p);
	sb_free(&path);
	add_bodies(b, g);
}

static void
graph_count(const struct graph_call *g)
{
	messages += g->messages;
	bodies += g->bodies;
	count_op(g->op);
}

/* Ends the line; wire: what was sent. */
static void
graph_write(const struct graph_call *g, const struct verdict *who, size_t wire,
    unsigned connection)
{
	struct sb b = { 0 };

	if (file == NULL)
		return;
	graph_line(&b, g, who);
	sb_fmt(&b,
	    ",\"bytes_in\":%zu,\"bytes_out\":%zu,\"bytes_wire\":%zu,"
	    "\"connection\":%u}\n",
	    g->body_len, g->out.n, wire, connection);
	fwrite(b.p, 1, b.n, file);
	sb_free(&b);
}

void
log_graph(const struct graph_call *g, const struct verdict *who, size_t wire,
    unsigned connection)
{
	size_t i;

	pthread_rwlock_rdlock(&world.lock);
	pthread_mutex_lock(&lock);
	requests++;
	denied += g->status == 401;
	bytes_in += g->body_len;
	bytes_out += g->out.n;
	bytes_wire += wire;
	graph_count(g);
	graph_write(g, who, wire, connection);
	for (i = 0; i < g->n_inners; i++) {
		graph_count(&g->inners[i]);
		graph_write(&g->inners[i], who, 0, connection);
	}
	if (file != NULL)
		fflush(file);
	pthread_mutex_unlock(&lock);
	pthread_rwlock_unlock(&world.lock);
}

void
log_stats(struct sb *b)
{
	int i;

	pthread_mutex_lock(&lock);
	sb_fmt(b, "{\"requests\":%lu,\"ops\":{", requests);
	for (i = 0; i < MAX_OPS && ops[i].name[0] != 0; i++) {
		sb_str(b, i ? "," : "");
		sb_json(b, ops[i].name);
		sb_fmt(b, ":%lu", ops[i].n);
	}
	sb_fmt(b,
	    "},\"messages\":%lu,\"bodies\":%lu,\"denied\":%lu,"
	    "\"wrong_cookies\":%lu,\"bytes_in\":%lu,\"bytes_out\":%lu,"
	    "\"bytes_wire\":%lu,\"violations\":%lu,",
	    messages, bodies, denied, wrong_cookies, bytes_in, bytes_out,
	    bytes_wire, valid_violations());
	account_stats(b);
	SB_LIT(b, ",");
	resume_stats(b);
	SB_LIT(b, ",");
	token_stats(b);
	SB_LIT(b, "}");
	pthread_mutex_unlock(&lock);
}
