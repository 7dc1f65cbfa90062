/*
 * reach.c - the way to a server, step by step.
 * 1. The connection that is made here is for looking only: nothing but the
 *    handshake goes over it.
 */
#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "base/crypt.h"
#include "base/str.h"
#include "base/tim.h"
#include "net/proxy.h"
#include "net/reach.h"
#include "net/sock.h"
#include "net/tls.h"
#include "net/tls_cert.h"
#include "net/url.h"

#define LIMIT_MS 15000

struct reaching {
	const struct http_opts *o;
	struct url url;
	struct proxy proxy;
	struct sock *sock;
	struct reach *out;
	int64_t began; /* this step */
};

const char *
reach_name(enum reach_is is)
{
	static const char *const name[] = { "name", "connect", "proxy", "TLS" };

	return name[is];
}

static void
begin_step(struct reaching *r, enum reach_is is)
{
	r->out->failed = is;
	r->began = tim_mono();
}

static int
fail_step(struct reaching *r)
{
	r->out->failed_ms = tim_mono() - r->began;
	return -1;
}

static void end_reach_step(struct reaching *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
end_reach_step(struct reaching *r, const char *fmt, ...)
{
	struct reach_step *s = &r->out->step[r->out->failed];
	char raw[sizeof(s->text)];
	va_list ap;

	s->ms = tim_mono() - r->began;
	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	str_printable(s->text, sizeof(s->text), raw, strlen(raw));
	r->out->failed = REACH_NSTEP;
}

static int64_t
limit_of(int ms)
{
	return tim_mono() + (ms > 0 ? ms : LIMIT_MS);
}

/* The name and the connection: of the proxy, where there is one. */
static int
reach_first(struct reaching *r, struct err *err)
{
	bool proxied = r->proxy.url.host != NULL;
	const struct url *to = proxied ? &r->proxy.url : &r->url;
	char found[300];

	begin_step(r, REACH_NAME);
	if (sock_lookup(to->host, to->port, found, sizeof(found), err) == -1)
		return fail_step(r);
	end_reach_step(
	    r, "%s%s is %s", proxied ? "the proxy " : "", to->host, found);
	begin_step(r, REACH_TCP);
	r->sock = sock_connect(to->host, to->port, limit_of(r->o->connect_ms),
	    r->o->stop, NULL, err);
	if (r->sock == NULL)
		return fail_step(r);
	sock_address(r->sock, found, sizeof(found));
	end_reach_step(r, "%s%s", proxied ? "the proxy " : "", found);
	if (!proxied)
		return 0;
	begin_step(r, REACH_PROXY);
	if (proxy_connect(&r->proxy, r->sock, &r->url,
		limit_of(r->o->connect_ms), err) == -1)
		return fail_step(r);
	end_reach_step(r, "it connects to %s:%s", r->url.host, r->url.port);
	return 0;
}

/* What the certificate says, once it was accepted. */
static void
tell_certificate(struct reaching *r, const struct tls *t)
{
	unsigned char hash[CRYPT_SHA256];
	struct tls_cert cert;
	char hex[2 * CRYPT_SHA256 + 1], ends[TIM_TEXT];
	size_t len;
	const unsigned char *der = tls_leaf(t, &len);

	tls_cert_read(der, len, &cert);
	crypt_sha256(der, len, hash);
	enc_hex(hash, sizeof(hash), hex);
	hex[2 * CRYPT_SHA256] = '\0';
	snprintf(r->out->pin, sizeof(r->out->pin), "sha256:%s", hex);
	r->out->not_after = cert.not_after;
	end_reach_step(r, "TLS 1.2; the certificate of %s, by %s, ends %s%s",
	    cert.names, cert.issuer,
	    cert.not_after != TIM_NONE ? str_nn(tim_text(cert.not_after, ends))
				       : "at an unknown time",
	    r->o->tls_pin != NULL ? "; it is the one that tls_pin names" : "");
}

static int
reach_tls(struct reaching *r, struct err *err)
{
	/* in full: the certificate is what is to be seen */
	const struct tls_to to = { .host = r->url.host,
		.port = r->url.port,
		.trust = r->o->trust,
		.pin = r->o->tls_pin };
	struct tls *t;

	begin_step(r, REACH_TLS);
	t = tls_connect(r->sock, &to, limit_of(r->o->tls_ms), NULL, err);
	if (t == NULL)
		return fail_step(r);
	tell_certificate(r, t);
	tls_close(t);
	return 0;
}

int
reach_server(const struct http_opts *o, struct reach *out, struct err *err)
{
	struct reaching r = { .o = o, .out = out };
	int rc;

	memset(out, 0, sizeof(*out));
	out->not_after = TIM_NONE;
	out->failed = REACH_NAME;
	rc = url_parse(&r.url, o->url, err);
	if (rc == 0)
		rc = proxy_choose(&r.proxy, &r.url, o->proxy, err);
	if (rc == 0)
		rc = reach_first(&r, err);
	if (rc == 0 && r.url.https)
		rc = reach_tls(&r, err);
	sock_close(r.sock);
	proxy_free(&r.proxy);
	url_free(&r.url);
	return rc;
}
