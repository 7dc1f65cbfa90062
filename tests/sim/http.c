/*
 * http.c - libmicrohttpd: requests in, answers out.
 * 1. A request is read whole, answered from one buffer.
 * 2. A worker never sleeps: waiting connections are suspended (defer.c).
 */
#include "http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "control.h"
#include "defer.h"
#include "log.h"
#include "resume.h"
#include "zip.h"
#include "base/hash.h"
#include "ews/call.h"
#include "ews/option.h"
#include "ews/valid.h"
#include "graph/graph.h"
#include "login/auth.h"
#include "login/bearer.h"
#include "login/loginoption.h"
#include "login/token.h"

#define MAX_BODY (68u << 20)
#define BLOCK    (64u << 10)

struct exchange {
	struct sb in;
	struct call call;
	struct verdict who;
	struct token_call token;
	struct graph_call graph;
	char *target;           /* as it came, coded */
	struct sb prefer, base; /* for Graph */
	char *cookie;
	struct MHD_Connection *connection;
	size_t sent;
	bool begun, too_big, done, is_soap, is_graph;
	bool paused;        /* slow: a wait lies behind this read */
	long late_by;       /* as in call */
	const char *coding; /* of the answer, or NULL */
};

/* What lives as long as a connection. */
struct link {
	unsigned number;
	bool counted, resumed; /* its handshake */
	struct login login;
};

static struct MHD_Daemon *daemon_;
static bool with_control, with_tls;
static unsigned connections;
static unsigned long requests;

static const char *
header(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

static struct link *
link_of(struct MHD_Connection *c)
{
	return MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
	    ->socket_context;
}

static void
authenticate(struct exchange *x)
{
	auth_check(&link_of(x->connection)->login,
	    header(x->connection, "Authorization"), &x->who);
}

static void
read_cookie(struct exchange *x)
{
	const char *v = MHD_lookup_connection_value(
	    x->connection, MHD_COOKIE_KIND, "X-BackEndCookie");
	struct sb b = { 0 };

	if (v != NULL && sb_unb64(&b, v, strlen(v)) == 0)
		x->cookie = strndup(b.p, b.n);
	sb_free(&b);
}

/* The command of a fault, with world.lock free. */
static void
run_then(struct call *c)
{
	struct sb answer = { 0 };

	if (c->then != NULL &&
	    control_run(c->then, strlen(c->then), &answer) > 0)
		valid_count("command", c->opname, answer.p);
	sb_free(&answer);
}

static void
deny(struct call *c)
{
	c->status = 401;
	pthread_rwlock_rdlock(&world.lock);
	c->delay_ms = option.denied_ms;
	pthread_rwlock_unlock(&world.lock);
}

/* Exchange Online's own refusals of what a token would allow. */
static bool
blocked(const struct exchange *x)
{
	return strcmp(x->who.scheme, "bearer") == 0;
}

static bool
is_resumed(struct MHD_Connection *c)
{
	struct link *l = link_of(c);

	if (!l->counted)
		l->resumed = resume_count(c);
	l->counted = true;
	return l->resumed;
}

/*
 * Codes the answer: as a fault wants it, or because the client takes gzip.
 * Whatever is cut or slow goes out as it is, for it counts plain bytes.
 */
static void
code_answer(struct exchange *x)
{
	struct call *c = &x->call;
	struct sb b = { 0 };

	c->plain = c->out.n;
	x->coding = c->coding[0] != 0 ? c->coding : NULL;
	if (x->coding == NULL && option.zip &&
	    ((c->cut_at < 0 && c->bps == 0) || c->cut_coded) &&
	    zip_taken(header(x->connection, "Accept-Encoding")))
		x->coding = "gzip";
	if (c->plain == 0)
		x->coding = NULL;
	if (x->coding == NULL)
		return;
	zip_as(&b, x->coding, c->out.p, c->out.n);
	if (c->spoil_at >= 0 && (size_t)c->spoil_at < b.n)
		b.p[c->spoil_at] = (char)~b.p[c->spoil_at];
	if (c->cut_at > (int64_t)b.n)
		c->cut_at = (int64_t)b.n / 2;
	sb_free(&c->out);
	c->out = b;
}

static void
run_soap(struct exchange *x)
{
	struct call *c = &x->call;

	x->is_soap = true;
	c->body = x->in.p != NULL ? x->in.p : "";
	c->body_len = x->in.n;
	c->late_by = x->late_by;
	c->cut_at = c->spoil_at = -1;
	authenticate(x);
	c->account = x->who.account;
	c->app_only = x->who.app_only;
	c->anchor = header(x->connection, "X-AnchorMailbox");
	read_cookie(x);
	c->cookie = x->cookie;
	c->connection = link_of(x->connection)->number;
	c->resumed = is_resumed(x->connection);
	if (x->too_big)
		c->status = 413;
	else if (c->account == NULL)
		deny(c);
	else if (login_option.policy != POLICY_NONE && blocked(x))
		c->status = 403;
	else
		call_run(c);
	run_then(c);
	if (c->late_ms != 0)
		return;
	code_answer(x);
	log_call(c, &x->who);
}

static enum MHD_Result
add_preference(
    void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct sb *b = arg;

	(void)kind;
	if (value == NULL || strcasecmp(name, "Prefer") != 0)
		return MHD_YES;
	sb_str(b, b->n > 0 ? ", " : "");
	sb_str(b, value);
	return MHD_YES;
}

static void
ask_graph(struct exchange *x, const char *method)
{
	const char *host = header(x->connection, "Host");

	MHD_get_connection_values(
	    x->connection, MHD_HEADER_KIND, add_preference, &x->prefer);
	sb_fmt(&x->base, "%s://%s", with_tls ? "https" : "http",
	    host != NULL ? host : "localhost");
	bearer_graph(header(x->connection, "Authorization"), &x->who);
	x->graph = (struct graph_call){ .method = method,
		.target = x->target,
		.base = x->base.p,
		.prefer = x->prefer.p,
		.client_id = header(x->connection, "client-request-id"),
		.body = x->in.p,
		.body_len = x->in.n,
		.account = x->who.account,
		.app = x->who.app,
		.may = x->who.permissions.p,
		.refusal = x->who.refusal,
		.app_only = x->who.app_only };
	graph_run(&x->graph);
}

static void
run_graph(struct exchange *x, const char *method)
{
	struct graph_call *g = &x->graph;
	struct call *c = &x->call;

	x->is_graph = true;
	ask_graph(x, method);
	c->opname = g->op;
	c->status = g->status;
	c->type = g->type != NULL ? sb_xstrdup(g->type) : NULL;
	c->then = g->then;
	g->then = NULL;
	c->delay_ms = g->delay_ms;
	c->cut_at = g->cut_at;
	c->cut_hard = g->cut_hard;
	c->bps = g->bps;
	c->spoil_at = -1;
	run_then(c);
	sb_add(&c->out, g->out.p, g->out.n);
	code_answer(x);
	log_graph(g, &x->who, c->out.n, link_of(x->connection)->number);
}

/* As if the request had not come yet; only that it is late is known. */
static void
start_over(struct exchange *x)
{
	x->late_by = x->call.late_by;
	call_free(&x->call);
	memset(&x->call, 0, sizeof(x->call));
	verdict_free(&x->who);
	free(x->cookie);
	x->cookie = NULL;
}

static void
run_control(struct exchange *x)
{
	x->call.status = 200;
	x->call.cut_at = -1;
	x->call.type = sb_xstrdup("text/plain; charset=utf-8");
	control_run(x->in.p != NULL ? x->in.p : "", x->in.n, &x->call.out);
}

static bool
loopback(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr_in *in = (const void *)info->client_addr;

	return in->sin_family == AF_INET &&
	       ntohl(in->sin_addr.s_addr) >> 24 == 127;
}

/* Resets the connection now: disconnecting a TCP socket sends a RST. */
static void
reset(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	if (connect(info->connect_fd, &none, sizeof(none)) < 0)
		perror("exsim: reset");
}

static ssize_t
read_out(void *arg, uint64_t pos, char *buf, size_t max)
{
	struct exchange *x = arg;
	const struct call *c = &x->call;
	size_t left = c->out.n - (size_t)pos;

	if (c->cut_at >= 0 && pos >= (uint64_t)c->cut_at) {
		if (c->cut_hard)
			reset(x->connection);
		return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	if (left == 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (c->cut_at >= 0 && left > (size_t)c->cut_at - pos)
		left = (size_t)c->cut_at - pos;
	if (left > max)
		left = max;
	if (c->bps > 0) {
		size_t bit = (size_t)(c->bps + 9) / 10;

		x->paused = !x->paused;
		if (x->paused) {
			defer_wait(
			    x->connection, (long)(1000 * bit / (size_t)c->bps));
			return 0;
		}
		if (left > bit)
			left = bit;
	}
	memcpy(buf, c->out.p + pos, left);
	return (ssize_t)left;
}

static struct MHD_Response *
make_response(struct exchange *x)
{
	struct call *c = &x->call;
	struct MHD_Response *r;
	char *p;

	if (c->cut_at >= 0 || c->bps > 0)
		return MHD_create_response_from_callback(
		    c->out.n, BLOCK, read_out, x, NULL);
	if (option.chunked && (x->is_soap || x->is_graph) && c->out.n > 0)
		return MHD_create_response_from_callback(
		    MHD_SIZE_UNKNOWN, BLOCK, read_out, x, NULL);
	p = c->out.p;
	r = MHD_create_response_from_buffer(c->out.n,
	    p != NULL ? p : (void *)(uintptr_t) "",
	    p != NULL ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
	c->out.p = NULL;
	c->out.n = c->out.cap = 0;
	return r;
}

static void
routing_cookie(struct exchange *x, struct MHD_Response *r)
{
	const struct mailbox *mb = x->call.mailbox;
	struct sb b = { 0 };

	if (mb == NULL || world.product < EX2013 ||
	    (x->cookie != NULL && strcmp(x->cookie, mb->person->addr) == 0))
		return;
	SB_LIT(&b, "X-BackEndCookie=");
	sb_b64(&b, mb->person->addr, strlen(mb->person->addr));
	SB_LIT(&b, "; expires=Sun, 20-Dec-2048 08:00:00 GMT; path=/EWS; "
		   "secure; HttpOnly");
	MHD_add_response_header(r, "Set-Cookie", b.p);
	sb_free(&b);
}

static void
add_challenge(void *response, const char *value)
{
	MHD_add_response_header(response, "WWW-Authenticate", value);
}

static void
optional_header(struct MHD_Response *r, const char *name, const char *value)
{
	if (value != NULL)
		MHD_add_response_header(r, name, value);
}

/* Graph's own. An answer without a body has no type. */
static void
graph_headers(struct exchange *x, struct MHD_Response *r)
{
	const struct graph_call *g = &x->graph;

	if (x->coding != NULL) {
		MHD_add_response_header(r, "Content-Encoding", x->coding);
		MHD_add_response_header(r, "Vary", "Accept-Encoding");
	}
	optional_header(r, "Content-Type", x->call.type);
	optional_header(r, "Location", g->location);
	optional_header(r, "Retry-After", g->retry_after);
	optional_header(r, "Preference-Applied", g->applied);
	optional_header(r, "client-request-id", g->client_id);
	MHD_add_response_header(r, "request-id", g->request_id);
	MHD_add_response_header(r, "Cache-Control", "private");
	MHD_add_response_header(r, "OData-Version", "4.0");
	MHD_add_response_header(r, "x-ms-ags-diagnostic",
	    "{\"ServerInfo\":{\"DataCenter\":\"Simulator\"}}");
	if (g->status == 401)
		MHD_add_response_header(r, "WWW-Authenticate",
		    "Bearer realm=\"\", authorization_uri=\"https://"
		    "login.microsoftonline.com/common/oauth2/authorize\", "
		    "client_id=\"00000003-0000-0000-c000-000000000000\"");
}

static void
add_headers(struct exchange *x, struct MHD_Response *r)
{
	const struct call *c = &x->call;
	char id[64];
	uint64_t h;

	if (x->is_graph) {
		graph_headers(x, r);
		return;
	}
	MHD_add_response_header(r, "Server", "Microsoft-IIS/10.0");
	if (x->coding != NULL) {
		MHD_add_response_header(r, "Content-Encoding", x->coding);
		MHD_add_response_header(r, "Vary", "Accept-Encoding");
	}
	if (c->out.n > 0 || c->type != NULL || c->status == 200 ||
	    c->status == 500)
		MHD_add_response_header(r, "Content-Type",
		    c->type != NULL ? c->type : "text/xml; charset=utf-8");
	if (c->status == 401)
		auth_challenges(&x->who, add_challenge, r);
	if (c->status == 401 && x->who.diagnostics.n > 0)
		MHD_add_response_header(
		    r, "x-ms-diagnostics", x->who.diagnostics.p);
	if (c->status == 403 && login_option.policy != POLICY_NONE)
		MHD_add_response_header(r, "X-EWS-Policy-Reason",
		    login_option.policy == POLICY_DISABLED
			? "EWS is disabled for this user or tenant"
			: "EWS is blocked by policy for this user or tenant");
	if (c->location != NULL)
		MHD_add_response_header(r, "Location", c->location);
	if (c->retry_after != NULL)
		MHD_add_response_header(r, "Retry-After", c->retry_after);
	if (!x->is_soap)
		return;
	h = hash_mix(__atomic_add_fetch(&requests, 1, __ATOMIC_RELAXED));
	snprintf(id, sizeof(id), "%08x-%04x-4000-8000-%012llx",
	    (unsigned)(h >> 32), (unsigned)(h & 0xFFFF),
	    (unsigned long long)(h >> 8));
	MHD_add_response_header(r, "request-id", id);
	MHD_add_response_header(r, "X-FEServer", "EXSIM01");
	MHD_add_response_header(r, "X-DiagInfo", "EXSIM01");
	routing_cookie(x, r);
}

static enum MHD_Result
answer(struct exchange *x)
{
	struct MHD_Response *r = make_response(x);
	enum MHD_Result rc;

	add_headers(x, r);
	rc = MHD_queue_response(x->connection, (unsigned)x->call.status, r);
	MHD_destroy_response(r);
	return rc;
}

/* Who looks with a browser: the page that says that a service is there. */
static void
run_page(struct exchange *x)
{
	struct call *c = &x->call;

	c->cut_at = c->spoil_at = -1;
	authenticate(x);
	c->status = x->who.account != NULL ? 200 : 401;
	c->type = sb_xstrdup("text/html; charset=utf-8");
	if (c->status == 200)
		SB_LIT(&c->out,
		    "<HTML><HEAD><TITLE>Service</TITLE></HEAD><BODY>"
		    "<P>You have created a service.</P></BODY></HTML>\r\n");
	code_answer(x);
}

/* Entra's endpoint, which lies on a host of its own in truth. */
static void
run_token(struct exchange *x, const char *url, bool post)
{
	struct token_call *t = &x->token;
	struct call *c = &x->call;

	*t = (struct token_call){ .path = url,
		.host = header(x->connection, "Host"),
		.type = header(x->connection, "Content-Type"),
		.tls = with_tls,
		.post = post,
		.body = x->in.p != NULL ? x->in.p : "",
		.len = x->in.n };
	token_run(t);
	c->cut_at = c->spoil_at = -1;
	c->status = t->status;
	c->delay_ms = (int)t->delay_ms;
	c->type = sb_xstrdup(t->answer_type != NULL
				 ? t->answer_type
				 : "application/json; charset=utf-8");
	c->retry_after =
	    t->retry_after != NULL ? sb_xstrdup(t->retry_after) : NULL;
	sb_add(&c->out, t->out.p, t->out.n);
	code_answer(x);
	log_token(t, c->out.n, link_of(x->connection)->number);
}

static void
run(struct exchange *x, const char *url, const char *method)
{
	bool post = strcmp(method, "POST") == 0;
	bool ews = strcasecmp(url, "/EWS/Exchange.asmx") == 0;

	if (post && ews) {
		run_soap(x);
	} else if (ews && (strcmp(method, "GET") == 0 ||
			      strcmp(method, "HEAD") == 0)) {
		run_page(x);
	} else if (post && with_control && strcmp(url, "/sim") == 0 &&
		   loopback(x->connection)) {
		run_control(x);
	} else if (graph_path(url)) {
		run_graph(x, method);
	} else if (token_path(url)) {
		run_token(x, url, post);
	} else {
		x->call.status = ews ? 405 : 404;
		x->call.cut_at = -1;
	}
}

/* The first that is known of a request: its target, before it is decoded. */
static void *
begin(void *arg, const char *target, struct MHD_Connection *connection)
{
	struct exchange *x = sb_xmalloc(sizeof(*x));

	(void)arg;
	x->connection = connection;
	x->target = sb_xstrdup(target);
	return x;
}

static enum MHD_Result
handle(void *arg, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *data, size_t *n,
    void **state)
{
	struct exchange *x = *state;
	int late_ms;

	(void)arg;
	(void)version;
	if (!x->begun) {
		x->begun = true;
		return MHD_YES;
	}
	if (*n > 0) {
		if (x->in.n + *n > MAX_BODY)
			x->too_big = true;
		else
			sb_add(&x->in, data, *n);
		*n = 0;
		return MHD_YES;
	}
	if (!x->done) {
		run(x, url, method);
		late_ms = x->call.late_ms;
		if (late_ms > 0) {
			start_over(x);
			defer_wait(connection, late_ms);
			return MHD_YES;
		}
		x->done = true;
		if (x->call.delay_ms > 0) {
			defer_wait(connection, x->call.delay_ms);
			return MHD_YES;
		}
	}
	return answer(x);
}

static void
completed(void *arg, struct MHD_Connection *connection, void **state,
    enum MHD_RequestTerminationCode code)
{
	struct exchange *x = *state;

	(void)arg;
	(void)connection;
	(void)code;
	if (x == NULL)
		return;
	call_free(&x->call);
	sb_free(&x->in);
	verdict_free(&x->who);
	token_call_free(&x->token);
	graph_free(&x->graph);
	sb_free(&x->prefer);
	sb_free(&x->base);
	free(x->target);
	free(x->cookie);
	free(x);
	*state = NULL;
}

static void
connected(void *arg, struct MHD_Connection *connection, void **socket_context,
    enum MHD_ConnectionNotificationCode code)
{
	struct link *l = *socket_context;

	(void)arg;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		resume_offer(connection);
		*socket_context = l = sb_xmalloc(sizeof(*l));
		l->number =
		    __atomic_add_fetch(&connections, 1, __ATOMIC_RELAXED);
	} else if (l != NULL) {
		login_free(&l->login);
		free(l);
		*socket_context = NULL;
	}
}

/* A listening socket of 127.0.0.1, or -1 after saying why not. */
static int
listen_at(int port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd >= 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0 &&
	    listen(fd, SOMAXCONN) == 0)
		return fd;
	fprintf(stderr, "exsim: 127.0.0.1:%d: %s\n", port, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

int
http_start(const struct http_opts *o)
{
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)o->key },
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)o->cert },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0,
		    (void *)(uintptr_t) "NORMAL:-CIPHER-ALL:+AES-128-GCM:"
					"+AES-256-GCM:+CHACHA20-POLY1305" },
		{ MHD_OPTION_END, 0, NULL },
	};
	const union MHD_DaemonInfo *info;
	int fd = listen_at(o->port);

	if (fd < 0)
		return -1;
	with_control = o->control;
	with_tls = o->cert != NULL;
	defer_start();
	daemon_ = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD |
				       MHD_ALLOW_SUSPEND_RESUME |
				       (o->cert != NULL ? MHD_USE_TLS : 0),
	    0, NULL, NULL, handle, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_THREAD_POOL_SIZE, 2u, MHD_OPTION_CONNECTION_LIMIT, 2000u,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)(256 << 10),
	    MHD_OPTION_CONNECTION_TIMEOUT, 300u, MHD_OPTION_NOTIFY_COMPLETED,
	    completed, NULL, MHD_OPTION_URI_LOG_CALLBACK, begin, NULL,
	    MHD_OPTION_NOTIFY_CONNECTION, connected, NULL, MHD_OPTION_ARRAY,
	    o->cert != NULL ? tls : tls + 3, MHD_OPTION_END);
	if (daemon_ == NULL) {
		fprintf(stderr, "exsim: 127.0.0.1:%d: cannot serve\n", o->port);
		close(fd);
		defer_stop();
		return -1;
	}
	info = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT);
	return info != NULL ? info->port : -1;
}

void
http_stop(void)
{
	/* not MHD_quiesce_daemon: with a pool of epoll threads it races */
	defer_stop();
	MHD_stop_daemon(daemon_);
	resume_forget();
}
