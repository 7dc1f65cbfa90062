/*
 * test_oauth.c - what is asked of a token service and what it answers
 * (auth/oauthask.h, jwt.h, oauthanswer.h, aadsts.h), what a server says about
 * tokens (bearer.h), and the file of a login (tokenfile.h).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "auth/aadsts.h"
#include "auth/bearer.h"
#include "auth/jwt.h"
#include "auth/oauthanswer.h"
#include "auth/oauthask.h"
#include "auth/tokenfile.h"
#include "base/crypt.h"
#include "base/enc.h"
#include "base/str.h"
#include "base/utf8.h"
#include "tmpdir.h"
#include "shell.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define ID       "3f2504e0-4f89-11d3-9a0c-0305e82c3301"
#define TOKEN    "https://login.example/contoso.example/oauth2/v2.0/token"

static char authority[] = "https://login.example", tenant[] = "contoso.example",
	    id[] = ID, app_scope[] = "https://outlook.office365.com/.default",
	    user_scope[] = "https://outlook.office365.com/EWS.AccessAsUser.All",
	    secret[] = "s3cret~+/=&% \xc3\xbc", file[] = "hq.secret";
static const char *const made[] = { "key", "cert", "out", "signed", "text" };

static struct conf_oauth
settings(void)
{
	return (struct conf_oauth){ .authority = authority,
		.tenant = tenant,
		.client_id = id,
		.scope = app_scope };
}

static int
make_key(void **state)
{
	if (tmp_make(state) != 0)
		return -1;
	shell("openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=exsync "
	      "-days 90 -keyout key -out cert");
	return 0;
}

static int
remove_key(void **state)
{
	(void)state;
	return tmp_remove(made, COUNT(made));
}

static void
slurp(const char *name, struct buf *out)
{
	char *path = in_tmp(name), piece[4096];
	FILE *f = fopen(path, "rb");

	assert_non_null(f);
	buf_init(out, 1 << 16);
	buf_add(out, piece, fread(piece, 1, sizeof(piece), f));
	fclose(f);
	free(path);
}

/* --- requests ----------------------------------------------------------- */

/* The fields in their order: what msal-node sends, and nothing else. */
static void
bodies(void **state)
{
	struct conf_oauth o = settings();
	struct buf b;
	char *url;

	(void)state;
	buf_init_secret(&b, OAUTHASK_MAX);
	o.secret_file = file;
	o.secret = secret;
	assert_int_equal(oauthask_app(&b, &o, TOKEN), 0);
	assert_string_equal(buf_str(&b),
	    "client_id=" ID "&scope=https%3A%2F%2Foutlook.office365.com%2F."
	    "default&grant_type=client_credentials&client_secret=s3cret~%2B%2F%"
	    "3D%26%25%20%C3%BC");
	o.secret = NULL;
	o.secret_file = NULL;
	o.scope = user_scope;
	buf_reset(&b);
	assert_int_equal(oauthask_device(&b, &o), 0);
	assert_string_equal(buf_str(&b),
	    "client_id=" ID "&scope=https%3A%2F%2Foutlook.office365.com%2FEWS."
	    "AccessAsUser.All%20openid%20profile%20offline_access");
	buf_reset(&b);
	assert_int_equal(oauthask_refresh(&b, &o, "R/T"), 0);
	assert_string_equal(buf_str(&b),
	    "client_id=" ID "&scope=https%3A%2F%2Foutlook.office365.com%2FEWS."
	    "AccessAsUser.All%20openid%20profile%20offline_access&grant_type="
	    "refresh_token&refresh_token=R%2FT");
	buf_reset(&b);
	assert_int_equal(oauthask_poll(&b, &o, "D&C"), 0);
	assert_string_equal(buf_str(&b),
	    "client_id=" ID "&scope=https%3A%2F%2Foutlook.office365.com%2FEWS."
	    "AccessAsUser.All%20openid%20profile%20offline_access&"
	    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-"
	    "type%3Adevice_code&device_code=D%26C");
	buf_free(&b);
	url = oauthask_token_url(&o);
	assert_string_equal(url, TOKEN);
	free(url);
	url = oauthask_device_url(&o);
	assert_string_equal(url,
	    "https://login.example/contoso.example/oauth2/v2.0/devicecode");
	free(url);
}

/* A scope that the INI names already is not asked for twice. */
static void
scopes(void **state)
{
	char scope[] = "offline_access https://a.example/x openid2";
	struct conf_oauth o = settings();
	struct buf b;

	(void)state;
	o.scope = scope;
	buf_init_secret(&b, OAUTHASK_MAX);
	assert_int_equal(oauthask_device(&b, &o), 0);
	assert_string_equal(buf_str(&b),
	    "client_id=" ID "&scope=offline_access%20https%3A%2F%2Fa.example%"
	    "2Fx%20openid2%20openid%20profile");
	buf_free(&b);
}

static void
decode(struct buf *out, const char *from, size_t n)
{
	struct enc_b64 b = { 0 };

	assert_null(memchr(from, '=', n));
	assert_null(memchr(from, '+', n));
	assert_null(memchr(from, '/', n));
	buf_init(out, 1 << 14);
	buf_room(out, n + 4);
	out->len = (size_t)enc_b64_feed(&b, from, n, out->data);
	out->data[out->len] = '\0';
}

/* openssl verifies the signature over the two parts before it. */
static void
verify(const char *jwt, const char *options)
{
	const char *dot = strrchr(jwt, '.');
	struct buf sign;
	char *line, *a, *b;

	decode(&sign, dot + 1, strlen(dot + 1));
	a = put_in_tmp("signed", sign.data, sign.len, 0600);
	b = put_in_tmp("text", jwt, (size_t)(dot - jwt), 0600);
	line = mem_printf("openssl x509 -in cert -noout -pubkey | openssl dgst "
			  "-sha256 -verify /dev/stdin %s -signature signed "
			  "text",
	    options);
	shell(line);
	free(line);
	free(a);
	free(b);
	buf_free(&sign);
}

/* Header and claims are exactly these. */
static void
check_jwt(const struct conf_oauth *o, const char *alg, const char *name,
    const void *hash, size_t n)
{
	struct jwt_claims c = { TOKEN, ID, 1780000000, "the \"id\"" };
	struct buf out, part, print;
	char *want, *dot;

	buf_init_secret(&out, JWT_MAX);
	assert_int_equal(jwt_assertion(&out, o, &c), 0);
	buf_init(&print, 100);
	enc_base64url(&print, hash, n);
	want = mem_printf("{\"alg\":\"%s\",\"typ\":\"JWT\",\"%s\":\"%s\"}", alg,
	    name, buf_str(&print));
	dot = strchr(out.data, '.');
	decode(&part, out.data, (size_t)(dot - out.data));
	assert_string_equal(buf_str(&part), want);
	buf_free(&part);
	decode(&part, dot + 1, strcspn(dot + 1, "."));
	assert_string_equal(buf_str(&part),
	    "{\"aud\":\"" TOKEN "\",\"iss\":\"" ID "\",\"sub\":\"" ID "\","
	    "\"nbf\":1780000000,\"iat\":1780000000,\"exp\":1780000600,"
	    "\"jti\":\"the \\\"id\\\"\"}");
	verify(out.data, o->assertion == CONF_ASSERTION_PS256
			     ? "-sigopt rsa_padding_mode:pss -sigopt "
			       "rsa_pss_saltlen:32"
			     : "");
	buf_free(&part);
	buf_free(&print);
	buf_free(&out);
	free(want);
}

static void
assertions(void **state)
{
	struct conf_oauth o = settings();
	struct cryptcert cert;
	const char *why = NULL, *sent;
	struct buf b;

	(void)state;
	slurp("key", &b);
	o.key = cryptrsa_read(buf_str(&b), b.len, &why);
	assert_non_null(o.key);
	buf_free(&b);
	slurp("cert", &b);
	assert_int_equal(cryptcert_read(&cert, buf_str(&b), b.len, &why), 0);
	buf_free(&b);
	o.cert = &cert;
	check_jwt(&o, "PS256", "x5t#S256", cert.sha256, CRYPT_SHA256);
	o.assertion = CONF_ASSERTION_RS256;
	check_jwt(&o, "RS256", "x5t", cert.sha1, CRYPT_SHA1);

	buf_init_secret(&b, OAUTHASK_MAX);
	assert_int_equal(oauthask_app(&b, &o, TOKEN), 0);
	sent = strstr(buf_str(&b),
	    "&grant_type=client_credentials&client_assertion_type=urn%3Aietf%"
	    "3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&"
	    "client_assertion=ey");
	assert_non_null(sent);
	assert_null(strstr(buf_str(&b), "client_secret"));
	buf_free(&b);
	/* where there is no room for it */
	buf_init_secret(&b, 300);
	assert_int_equal(oauthask_app(&b, &o, TOKEN), -1);
	buf_free(&b);
	cryptrsa_free(o.key);
}

/* --- answers ------------------------------------------------------------ */

static void
given(void **state)
{
	static const char body[] =
	    "{\"token_type\":\"bearer\",\"scope\":\"x\",\"expires_in\":3599,"
	    "\"ext_expires_in\":3599,\"access_token\":\"AT.1\","
	    "\"refresh_token\":\"RT\",\"id_token\":\"h."
	    "eyJwcmVmZXJyZWRfdXNlcm5hbWUiOiJBbm5hQGNvbnRvc28uZXhhbXBsZSIsInVwbi"
	    "I6IngifQ.s\"}";
	struct oauthanswer a = { 200, -1, body, sizeof(body) - 1, NULL };
	struct oauthanswer_token t;
	struct err e = ERR_INIT;
	char who[100];

	(void)state;
	oauthanswer_token_init(&t);
	assert_int_equal(oauthanswer_read_token(&t, &a, &e), OAUTHANSWER_GIVEN);
	assert_string_equal(buf_str(&t.access), "AT.1");
	assert_string_equal(buf_str(&t.refresh), "RT");
	assert_int_equal(t.expires_in, 3599);
	assert_true(t.access.secret && t.refresh.secret && t.id.secret);
	oauthanswer_who(&t.id, who, sizeof(who));
	assert_string_equal(who, "Anna@contoso.example");
	oauthanswer_token_free(&t);
	buf_init(&t.id, 10);
	buf_adds(&t.id, "a.!.c");
	oauthanswer_who(&t.id, who, sizeof(who));
	assert_string_equal(who, "");
	buf_free(&t.id);
}

#define D(n, error, text)                                                      \
	"{\"error\":\"" error "\",\"error_description\":\"AADSTS" n ": " text  \
	" Trace ID: 1 Correlation ID: 2 Timestamp: 3\",\"error_codes\":[" n    \
	"],\"trace_id\":\"1\"}"

static const struct {
	const char *name;
	int status;
	int64_t wait;
	const char *body;
	enum oauthanswer_said said;
	enum err_kind kind;
	enum err_cause cause;
	const char *code, *text;
} faults[] = {
	{ "expired secret", 401, -1, D("7000222", "invalid_client", "Expired."),
	    OAUTHANSWER_FAILED, ERR_AUTH, CAUSE_LOGIN_DENIED, "AADSTS7000222",
	    "(AADSTS7000222): the client secret has expired: make a new one" },
	{ "the number is in the text alone", 401, -1,
	    "{\"error\":\"invalid_client\",\"error_description\":"
	    "\"AADSTS7000215: no\"}",
	    OAUTHANSWER_FAILED, ERR_AUTH, CAUSE_LOGIN_DENIED, "AADSTS7000215",
	    "the client secret is wrong" },
	{ "unknown directory", 400, -1, D("90002", "invalid_request", "x"),
	    OAUTHANSWER_FAILED, ERR_CONFIG, CAUSE_OTHER, "AADSTS90002",
	    "check tenant_id" },
	{ "unknown number", 400, -1,
	    D("123456", "invalid_grant", "What\\u202e\\n happened."),
	    OAUTHANSWER_FAILED, ERR_AUTH, CAUSE_LOGIN_DENIED, "AADSTS123456",
	    "(HTTP 400, invalid_grant): AADSTS123456: What?? happened." },
	{ "no number", 400, -1, "{\"error\":\"invalid_scope\"}",
	    OAUTHANSWER_FAILED, ERR_CONFIG, CAUSE_OTHER, "invalid_scope",
	    "(HTTP 400, invalid_scope): no reason given" },
	{ "revoked login", 400, -1, "{\"error\":\"invalid_grant\"}",
	    OAUTHANSWER_FAILED, ERR_AUTH, CAUSE_LOGIN_DENIED, "invalid_grant",
	    "invalid_grant" },
	{ "pending", 400, -1, D("70016", "authorization_pending", "x"),
	    OAUTHANSWER_PENDING, ERR_NONE, CAUSE_OTHER, NULL, NULL },
	{ "slower", 400, -1, "{\"error\":\"slow_down\"}", OAUTHANSWER_SLOWER,
	    ERR_NONE, CAUSE_OTHER, NULL, NULL },
	{ "declined", 400, -1, D("65004", "authorization_declined", "x"),
	    OAUTHANSWER_DECLINED, ERR_AUTH, CAUSE_LOGIN_DENIED, "AADSTS65004",
	    "did not consent" },
	{ "too late", 400, -1, D("70019", "expired_token", "x"),
	    OAUTHANSWER_EXPIRED, ERR_AUTH, CAUSE_LOGIN_DENIED, "AADSTS70019",
	    "not used in time" },
	{ "busy", 429, 7000, "", OAUTHANSWER_FAILED, ERR_RETRY, CAUSE_BUSY,
	    "http-429", "busy (HTTP 429)" },
	{ "busy, in its own words", 503, 9000,
	    D("90033", "temporarily_unavailable", "x"), OAUTHANSWER_FAILED,
	    ERR_RETRY, CAUSE_BUSY, "AADSTS90033", "a fault that passes" },
	{ "a rejection with 500 is none", 500, -1,
	    D("7000215", "invalid_client", "x"), OAUTHANSWER_FAILED, ERR_RETRY,
	    CAUSE_BUSY, "AADSTS7000215", "" },
	{ "a web page", 404, -1, "<html>", OAUTHANSWER_FAILED, ERR_CONFIG,
	    CAUSE_NOT_SERVICE, "http-404", "no token service (HTTP 404)" },
	{ "a redirect", 302, -1, "", OAUTHANSWER_FAILED, ERR_CONFIG,
	    CAUSE_NOT_SERVICE, "http-302", "HTTP 302" },
	{ "200 without a token", 200, -1, "{\"token_type\":\"Bearer\"}",
	    OAUTHANSWER_FAILED, ERR_RETRY, CAUSE_MALFORMED, "token-answer",
	    "it has no access_token" },
	{ "another type", 200, -1,
	    "{\"token_type\":\"mac\",\"access_token\":\"sesame\"}",
	    OAUTHANSWER_FAILED, ERR_RETRY, CAUSE_MALFORMED, "token-answer",
	    "of type Bearer" },
	{ "a token that ends a line", 200, -1,
	    "{\"token_type\":\"Bearer\",\"access_token\":\"sesame\\r\\nX:\"}",
	    OAUTHANSWER_FAILED, ERR_RETRY, CAUSE_MALFORMED, "token-answer",
	    "no access_token" },
	{ "cut", 200, -1, "{\"access_token\":\"sesame\"", OAUTHANSWER_FAILED,
	    ERR_RETRY, CAUSE_MALFORMED, "token-answer", "ends in the middle" },
};

static void
refusals(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(faults); i++) {
		struct oauthanswer a = { faults[i].status, faults[i].wait,
			faults[i].body, strlen(faults[i].body), NULL };
		struct oauthanswer_token t;
		struct err e = ERR_INIT;

		oauthanswer_token_init(&t);
		if (oauthanswer_read_token(&t, &a, &e) != faults[i].said)
			fail_msg("%s: %s", faults[i].name, e.msg);
		if (faults[i].code != NULL &&
		    (e.kind != faults[i].kind || e.cause != faults[i].cause ||
			strcmp(e.code, faults[i].code) != 0 ||
			strstr(e.msg, faults[i].text) == NULL ||
			strstr(e.msg, "sesame") != NULL ||
			strstr(e.msg, "Trace") != NULL ||
			strcmp(e.about, OAUTHANSWER_ABOUT) != 0 ||
			e.scope != SCOPE_PROFILE ||
			e.retry_ms !=
			    (faults[i].wait > 0 ? faults[i].wait : 0)))
			fail_msg("%s: %d %d %s: %s", faults[i].name, e.kind,
			    e.cause, e.code, e.msg);
		oauthanswer_token_free(&t);
	}
}

/* What a service says again of what it was told is not shown. */
static void
echoes(void **state)
{
	static const struct {
		const char *asked, *description;
		bool hidden;
	} rows[] = {
		{ "client_id=app&client_secret=s%26cret-7", "I got s&cret-7.",
		    true },
		{ "client_id=app&client_secret=s%26cret-7",
		    "I got client_secret=s%26cret-7&", true },
		{ "client_secret=s%26cret-7", "cut after s&cret-7", true },
		{ "client_id=app&refresh_token=0.ABCDEFGHIJKL", "0.ABCDEF",
		    true },
		{ "client_assertion=eyJhbGci.x&client_id=app", "<eyJhbGci",
		    true },
		{ "grant_type=x&device_code=DC", "DC or so", false },
		{ "client_id=app-of-mine&client_secret=s3cret-7",
		    "app-of-mine has no secret", false },
		{ "not_client_secret=sesame-8", "sesame-8", false },
		{ "client_secret=%", "%", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		char *body = mem_printf("{\"error\":\"invalid_client\","
					"\"error_description\":\"%s\"}",
		    rows[i].description);
		struct oauthanswer a = { 401, -1, body, strlen(body),
			rows[i].asked };
		struct oauthanswer_token t;
		struct err e = ERR_INIT;

		oauthanswer_token_init(&t);
		assert_int_equal(
		    oauthanswer_read_token(&t, &a, &e), OAUTHANSWER_FAILED);
		if ((strstr(e.msg, rows[i].description) == NULL) !=
		    rows[i].hidden)
			fail_msg("%zu: %s", i, e.msg);
		oauthanswer_token_free(&t);
		free(body);
	}
}

/* Each number stands there once, in order, with what to do. */
static void
table(void **state)
{
	const struct aadsts *row;
	int32_t last = 0;
	size_t i;

	(void)state;
	for (i = 0; (row = aadsts_at(i)) != NULL; i++) {
		assert_true(row->number > last);
		last = row->number;
		assert_ptr_equal(aadsts_find(row->number), row);
		assert_true(utf8_valid(row->sentence, strlen(row->sentence)));
		if (row->kind != ERR_RETRY &&
		    strchr(row->sentence, ':') == NULL)
			fail_msg("%d says nothing to do", row->number);
	}
	assert_true(i > 60);
	assert_null(aadsts_find(1));
}

static void
devices(void **state)
{
	static const struct {
		int status;
		const char *body;
		int rc;
		int64_t interval, lasts;
		const char *text; /* user code, or part of the message */
	} rows[] = {
		{ 200,
		    "{\"device_code\":\"sesame\",\"user_code\":\"AB-1\","
		    "\"verification_uri\":\"https://microsoft.com/devicelogin\""
		    ",\"expires_in\":900,\"interval\":7,\"message\":\"go\"}",
		    0, 7, 900, "AB-1" },
		{ 200,
		    "{\"device_code\":\"sesame\",\"user_code\":\"A\\u0007B\","
		    "\"verification_uri\":\"https://x\",\"expires_in\":999999,"
		    "\"interval\":0}",
		    0, 1, 3600, "A?B" },
		{ 200,
		    "{\"device_code\":\"sesame\",\"user_code\":\"AB\","
		    "\"verification_url\":\"https://x\"}",
		    0, 5, 900, "AB" },
		{ 200, "{\"user_code\":\"AB\"}", -1, 0, 0, "it has no code" },
		{ 400, D("700016", "unauthorized_client", "x"), -1, 0, 0,
		    "check client_id" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct oauthanswer a = { rows[i].status, -1, rows[i].body,
			strlen(rows[i].body), NULL };
		struct oauthanswer_device d;
		struct err e = ERR_INIT;

		assert_int_equal(
		    oauthanswer_read_device(&d, &a, &e), rows[i].rc);
		if (rows[i].rc == 0) {
			assert_string_equal(buf_str(&d.device_code), "sesame");
			assert_true(d.device_code.secret);
			assert_string_equal(d.user_code, rows[i].text);
			assert_int_equal(d.interval, rows[i].interval);
			assert_int_equal(d.expires_in, rows[i].lasts);
			assert_int_equal(strncmp(d.url, "https://", 8), 0);
		} else if (strstr(e.msg, rows[i].text) == NULL)
			fail_msg("%s", e.msg);
		oauthanswer_device_free(&d);
	}
}

/* --- what a server says ------------------------------------------------- */

static void
bearers(void **state)
{
	static const char hma[] =
	    "Negotiate\nBearer client_id=\"00000002-0000-0ff1-ce00-"
	    "000000000000\", trusted_issuers=\"x, authorization_uri=y\", "
	    "token_types=\"app_asserted_user_v1\", authorization_uri=\"https:"
	    "//login.example/common\", error=invalid_token\nBasic "
	    "realm=\"Bearer\"\n";
	char out[100];

	(void)state;
	assert_true(bearer_param(hma, "authorization_uri", out, sizeof(out)));
	assert_string_equal(out, "https://login.example/common");
	assert_true(bearer_param(hma, "ERROR", out, sizeof(out)));
	assert_string_equal(out, "invalid_token");
	assert_false(bearer_param(hma, "uri", out, sizeof(out)));
	assert_false(bearer_param(hma, "realm", out, sizeof(out)));
	assert_string_equal(out, "");
	assert_true(bearer_is_modern(hma));
	assert_non_null(strstr(bearer_hint(hma), "write auth = oauth"));
	assert_false(bearer_is_modern("Bearer\nBasic realm=x\n"));
	assert_false(bearer_is_modern("Basic realm=\"authorization_uri=x\"\n"));
	assert_string_equal(bearer_hint("NTLM\n"), "");
}

static void
diagnoses(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	err_set(&e, ERR_AUTH, "refused");
	bearer_diagnose("2000003;reason=\"The audience\x07 is wrong.\";error_"
			"category=\"invalid_resource\"",
	    &e);
	assert_non_null(strstr(e.msg, "refused; of the token the server says: "
				      "it is for another server: scope must"));
	assert_non_null(strstr(e.msg, "The audience? is wrong."));
	err_set(&e, ERR_AUTH, "refused");
	bearer_diagnose("4711;x", &e);
	assert_string_equal(
	    e.msg, "refused; of the token the server says: 4711;x");
}

/* --- the file ----------------------------------------------------------- */

static void
files(void **state)
{
	struct conf_oauth o = settings(), other = settings();
	struct credential c = { CONF_AUTH_OAUTH, "Anna@contoso.example", NULL,
		&o };
	const struct seal_key key = { "0123456789abcdef0123456789abcde" },
			      wrong = { "x" };
	char name[TOKENFILE_NAME], again[TOKENFILE_NAME], known[TOKENFILE_ID],
	    is[TOKENFILE_ID];
	struct buf refresh, out, got;
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	assert_true(tokenfile_name(&c, name));
	c.username = "anna@CONTOSO.example";
	assert_true(tokenfile_name(&c, again));
	assert_string_equal(name, again);
	assert_int_equal(strncmp(name, "token-", 6), 0);
	other.client_id = tenant;
	c.oauth = &other;
	assert_true(tokenfile_name(&c, again));
	assert_string_not_equal(name, again);
	other.secret_file = file;
	assert_false(tokenfile_name(&c, again));

	buf_init_secret(&refresh, 1 << 16);
	buf_init(&out, TOKENFILE_MAX);
	buf_init_secret(&got, TOKENFILE_SECRET);
	buf_adds(&refresh, "1.AXoA-the-refresh-token");
	tokenfile_new_id(known);
	assert_int_equal(
	    tokenfile_format(&out, &key, name, known, &refresh, &e), 0);
	assert_null(strstr(buf_str(&out), "refresh"));
	tokenfile_id(&out, is);
	assert_string_equal(is, known);
	assert_int_equal(tokenfile_open(&got, &key, name, &out, &e), 0);
	assert_string_equal(buf_str(&got), buf_str(&refresh));
	/* another key, another name, any other byte */
	assert_int_equal(tokenfile_open(&got, &wrong, name, &out, &e), -1);
	assert_int_equal(e.kind, ERR_CONFIG);
	assert_non_null(strstr(e.msg, "secret_key_file"));
	again[8] = again[8] == '0' ? '1' : '0';
	assert_int_equal(tokenfile_open(&got, &key, again, &out, &e), -1);
	for (i = 0; i + 1 < out.len; i++) {
		out.data[i] ^= 1;
		if (tokenfile_open(&got, &key, name, &out, &e) == 0)
			fail_msg("byte %zu", i);
		out.data[i] ^= 1;
	}
	for (i = 0; i + 1 < out.len; i++) {
		struct buf cut = out;

		cut.len = i;
		if (tokenfile_open(&got, &key, name, &cut, &e) == 0)
			fail_msg("cut at %zu", i);
	}
	/* the largest one, and one more */
	buf_reset(&refresh);
	for (i = 0; i < TOKENFILE_SECRET; i++)
		buf_addc(&refresh, 'r');
	assert_int_equal(
	    tokenfile_format(&out, &key, name, known, &refresh, &e), 0);
	assert_false(out.over);
	assert_int_equal(tokenfile_open(&got, &key, name, &out, &e), 0);
	assert_int_equal(got.len, TOKENFILE_SECRET);
	buf_addc(&refresh, 'r');
	assert_int_equal(
	    tokenfile_format(&out, &key, name, known, &refresh, &e), -1);
	buf_free(&refresh);
	buf_free(&out);
	buf_free(&got);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies),
		cmocka_unit_test(scopes),
		cmocka_unit_test(assertions),
		cmocka_unit_test(given),
		cmocka_unit_test(refusals),
		cmocka_unit_test(echoes),
		cmocka_unit_test(table),
		cmocka_unit_test(devices),
		cmocka_unit_test(bearers),
		cmocka_unit_test(diagnoses),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, make_key, remove_key);
}
