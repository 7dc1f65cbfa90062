/*
 * confoauth.c - the keys of auth = oauth.
 * 1. A secret or key that others may read is not used at all.
 * 2. What Entra would refuse is refused here, as far as it can be known.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/enc.h"
#include "base/mem.h"
#include "base/str.h"
#include "conf/confoauth.h"
#include "conf/confseal.h"
#include "conf/confsecret.h"
#include "conf/secretfile.h"

#define PEM_MAX 65536

/*
 * The clouds whose Exchange has another token service than the worldwide one,
 * by the end of the server's name.
 */
static const struct {
	const char *server, *authority;
} clouds[] = {
	{ ".office365.us", "https://login.microsoftonline.us" },
	{ ".partner.outlook.cn", "https://login.partner.microsoftonline.cn" },
	{ ".sovcloud.fr", "https://login.sovcloud-identity.fr" },
	{ ".sovcloud.de", "https://login.sovcloud-identity.de" },
};
#define WORLDWIDE "https://login.microsoftonline.com"

bool
conf_is_app(const struct conf_oauth *o)
{
	return o->secret_file != NULL || o->certificate != NULL ||
	       o->key_file != NULL;
}

static unsigned
line_of_key(const struct conf_part *p, const char *key)
{
	const struct conf_value *v = conffile_get(p, key);

	return v == NULL ? p->line : v->line;
}

/* The host and port of a URL. */
static size_t
host_of(const char *url, const char **host)
{
	*host = strstr(url, "://");
	*host = *host == NULL ? url : *host + 3;
	return strcspn(*host, "/");
}

static const char *
cloud_authority(const char *url)
{
	const char *host;
	char *name;
	size_t n = host_of(url, &host), i;
	const char *found = WORLDWIDE;

	name = mem_printf(".%.*s", (int)strcspn(host, ":/"), host);
	for (i = 0; n > 0 && i < sizeof(clouds) / sizeof(clouds[0]); i++)
		if (str_ends(name, clouds[i].server))
			found = clouds[i].authority;
	free(name);
	return found;
}

/* What is absent and has a default that depends on other keys. */
static void
fill_defaults(struct conf_oauth *o, const char *url)
{
	const char *host;
	size_t n;

	if (url == NULL)
		return;
	if (o->authority == NULL)
		o->authority = mem_strdup(cloud_authority(url));
	if (o->tenant == NULL && !conf_is_app(o))
		o->tenant = mem_strdup("common");
	if (o->scope != NULL)
		return;
	n = host_of(url, &host);
	o->scope = mem_printf("%.*s%s", (int)((size_t)(host - url) + n), url,
	    conf_is_app(o) ? "/.default" : "/EWS.AccessAsUser.All");
}

/* --- how the keys go together ------------------------------------------- */

static const char *const own[] = { "tenant_id", "client_id",
	"client_secret_file", "client_certificate", "client_key_file",
	"authority", "scope", "secret_expires" };

/* Another login has no use for these keys. */
static void
refuse_keys(struct conf_file *f, const struct conf_part *p)
{
	size_t i;

	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (conffile_get(p, own[i]) != NULL)
			conffile_error(f, line_of_key(p, own[i]), own[i],
			    "is used with auth = oauth only: write auth = "
			    "oauth, or remove the line");
}

static void
refuse_passwords(
    struct conf_file *f, const struct conf_part *p, const char *instead)
{
	static const char *const unused[] = { "password", "password_file",
		"password_env" };
	size_t i;

	for (i = 0; i < sizeof(unused) / sizeof(unused[0]); i++)
		if (conffile_get(p, unused[i]) != NULL)
			conffile_error(f, line_of_key(p, unused[i]), unused[i],
			    "is not used with auth = oauth: %s", instead);
}

/* A text of these characters only? */
static bool
is_made_of(const char *s, const char *more)
{
	for (; *s != '\0'; s++)
		if (!(*s >= '0' && *s <= '9') && !(*s >= 'a' && *s <= 'z') &&
		    !(*s >= 'A' && *s <= 'Z') && strchr(more, *s) == NULL)
			return false;
	return true;
}

static void
check_texts(
    struct conf_file *f, const struct conf_part *p, const struct conf_oauth *o)
{
	if (o->client_id == NULL)
		conffile_error(f, p->line, "client_id",
		    "is missing: write the application (client) id of "
		    "exsync's app registration, which Entra shows under "
		    "Overview");
	else if (!is_made_of(o->client_id, "-._~"))
		conffile_error(f, line_of_key(p, "client_id"), "client_id",
		    "is not an application id: it is as "
		    "3f2504e0-4f89-11d3-9a0c-0305e82c3301");
	if (o->tenant != NULL && !is_made_of(o->tenant, "-."))
		conffile_error(f, line_of_key(p, "tenant_id"), "tenant_id",
		    "is not a directory: write its id, or a domain of it as "
		    "contoso.onmicrosoft.com");
	if (o->scope != NULL && !is_made_of(o->scope, "-._~:/?@$%+ "))
		conffile_error(f, line_of_key(p, "scope"), "scope",
		    "has a character that a scope cannot have: it is as "
		    "https://outlook.office365.com/.default");
}

static bool
is_for_persons(const char *tenant)
{
	return str_ieq(tenant, "common") || str_ieq(tenant, "organizations") ||
	       str_ieq(tenant, "consumers");
}

/* With a secret or certificate. */
static void
check_app(struct conf_file *f, const struct conf_part *p,
    const struct conf_profile *pr)
{
	const struct conf_oauth *o = &pr->oauth;

	if (o->secret_file != NULL && o->certificate != NULL)
		conffile_error(f, line_of_key(p, "client_certificate"),
		    "client_certificate",
		    "client_secret_file is there too: remove one of them");
	if (o->certificate == NULL && o->key_file != NULL)
		conffile_error(f, line_of_key(p, "client_key_file"),
		    "client_key_file",
		    "needs its certificate: write client_certificate = FILE");
	if (o->certificate != NULL && o->key_file == NULL)
		conffile_error(f, line_of_key(p, "client_certificate"),
		    "client_certificate",
		    "needs its private key: write client_key_file = FILE");
	if (o->tenant == NULL || is_for_persons(o->tenant))
		conffile_error(f, line_of_key(p, "tenant_id"), "tenant_id",
		    "%s: write the directory's id, or a domain of it as "
		    "contoso.onmicrosoft.com",
		    o->tenant == NULL ? "is missing"
				      : "must be one directory with a client "
					"secret or certificate");
	if (pr->access != CONF_ACCESS_IMPERSONATION)
		conffile_error(f, line_of_key(p, "access"), "access",
		    "must be impersonation with a client secret or "
		    "certificate: no user is there to be a delegate or to own "
		    "a mailbox");
	if (conffile_get(p, "username") != NULL)
		conffile_error(f, line_of_key(p, "username"), "username",
		    "is not used with a client secret or certificate: remove "
		    "the line");
	refuse_passwords(f, p, "remove the line");
}

/* Without: a person logs in. */
static void
check_person(struct conf_file *f, const struct conf_part *p,
    const struct conf_profile *pr)
{
	if (pr->access == CONF_ACCESS_MAILBOX)
		return; /* the rest of it is as for other logins */
	if (pr->username == NULL)
		conffile_error(f, p->line, "username",
		    "is missing: write the address of the account that opens "
		    "the mailboxes (it logs in with exsync --login %s), or a "
		    "client_secret_file or client_certificate",
		    pr->name);
	refuse_passwords(f, p,
	    "write client_secret_file, or run exsync --login and remove the "
	    "line");
}

/* --- files -------------------------------------------------------------- */

static void
read_client_key(
    struct conf_file *f, const struct conf_part *p, struct conf_oauth *o)
{
	const struct conf_value *v = conffile_get(p, "client_key_file");
	const char *why = NULL;
	char *raw;
	long n;

	if (v == NULL || v->text == NULL)
		return;
	raw = mem_alloc(PEM_MAX);
	n = secretfile_read(f, v,
	    "write the name of the file with the certificate's private key",
	    raw, PEM_MAX);
	if (n >= 0 && (o->key = cryptrsa_read(raw, (size_t)n, &why)) == NULL)
		conffile_error(
		    f, v->line, v->key->name, "%s: %s", v->text, why);
	mem_wipe(raw, PEM_MAX);
	free(raw);
}

/* Reads a file that is no secret. Returns its length; -1 with errno. */
static long
read_public(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	size_t len = 0;
	ssize_t n = 1;

	if (fd == -1)
		return -1;
	while (n > 0 && len < size) {
		n = read(fd, out + len, size - len);
		if (n > 0)
			len += (size_t)n;
	}
	if (n == -1)
		len = (size_t)-1;
	close(fd);
	return (long)len;
}

static void
read_certificate(
    struct conf_file *f, const struct conf_part *p, struct conf_oauth *o)
{
	const struct conf_value *v = conffile_get(p, "client_certificate");
	struct cryptcert cert;
	const char *why = NULL;
	char *raw;
	long n;

	if (v == NULL || v->text == NULL)
		return;
	raw = mem_alloc(PEM_MAX);
	n = read_public(o->certificate, raw, PEM_MAX);
	if (n == -1)
		conffile_error(f, v->line, v->key->name,
		    "%s: %s: write the name of the certificate's file",
		    o->certificate, strerror(errno));
	else if (cryptcert_read(&cert, raw, (size_t)n, &why) == -1)
		conffile_error(
		    f, v->line, v->key->name, "%s: %s", v->text, why);
	else {
		o->cert = mem_alloc(sizeof(*o->cert));
		*o->cert = cert;
	}
	/* the key may lie in the same file */
	mem_wipe(raw, PEM_MAX);
	free(raw);
	if (o->cert != NULL && o->key != NULL &&
	    !cryptcert_fits(o->cert, o->key))
		conffile_error(f, line_of_key(p, "client_key_file"),
		    "client_key_file",
		    "is not the key of the certificate in client_certificate: "
		    "write the one that it was made with");
}

static void
read_files(struct conf_file *f, const struct conf_part *p, struct conf_oauth *o)
{
	const struct conf_value *v = conffile_get(p, "client_secret_file");
	char hex[2 * CRYPT_SHA256 + 1];

	if (f->offline)
		return;
	if (v != NULL && v->text != NULL)
		o->secret = confsecret_from_file(f, v);
	read_client_key(f, p, o);
	read_certificate(f, p, o);
	if (o->secret != NULL)
		o->proof = mem_strdup(o->secret);
	else if (o->cert != NULL) {
		enc_hex(o->cert->sha256, CRYPT_SHA256, hex);
		o->proof = mem_strdup(hex);
	}
}

/* The key that a person's token is sealed with. */
static void
need_seal(struct conf_file *f, struct conf *c, const struct conf_part *p)
{
	const struct seal_key *k;

	if (f->offline || c->seal != NULL ||
	    (k = confseal_key(f, conffile_get(p, "auth"))) == NULL)
		return;
	c->seal = mem_alloc(sizeof(*c->seal));
	*c->seal = *k;
}

void
confoauth_profile(struct conf_file *f, struct conf *c,
    const struct conf_part *p, struct conf_profile *pr)
{
	struct conf_oauth *o = &pr->oauth;

	if (pr->auth != CONF_AUTH_OAUTH) {
		refuse_keys(f, p);
		return;
	}
	fill_defaults(o, pr->url);
	check_texts(f, p, o);
	if (conf_is_app(o))
		check_app(f, p, pr);
	else
		check_person(f, p, pr);
	read_files(f, p, o);
	if (!conf_is_app(o))
		need_seal(f, c, p);
	o->seal = c->seal;
	o->proxy = c->proxy;
	o->ca_file = c->ca_file;
}

void
confoauth_mailbox(
    struct conf_file *f, const struct conf_part *p, struct conf_mailbox *m)
{
	if (m->profile->access == CONF_ACCESS_MAILBOX) {
		refuse_passwords(f, p,
		    "its owner logs in with exsync --login ADDRESS; remove "
		    "the line");
		if (m->username == NULL)
			m->username = mem_strdup(m->address);
		return;
	}
	if (conffile_get(p, "username") != NULL)
		conffile_error(f, line_of_key(p, "username"), "username",
		    "needs access = mailbox in the profile, where auth = "
		    "oauth: write it there, or remove the line");
	refuse_passwords(f, p, "remove the line");
}

void
confoauth_free(struct conf_oauth *o)
{
	cryptrsa_free(o->key);
	free(o->cert);
	mem_wipe_str(o->secret);
	mem_wipe_str(o->proof);
}
