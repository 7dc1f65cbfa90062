/*
 * confload.c - builds a struct conf from the lines of an INI, and checks it as
 * a whole.
 * 1. Every section of the file fills one struct, in the order of the file.
 * 2. All checks run, however many errors there are already; a struct conf is
 *    given out only when there was none.
 * 3. mailbox.profile points into conf.profile, which never moves once any
 *    mailbox is built.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/address.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/tim.h"
#include "conf/conf.h"
#include "conf/conffile.h"
#include "conf/confgroup.h"
#include "conf/confoauth.h"
#include "conf/confseal.h"
#include "conf/confsecret.h"
#include "conf/conftype.h"

/* The room for what is not a file with a size, and beyond that size. */
#define READ_SIZE 65536

/* The struct that a part fills, or NULL. */
static void *
part_base(struct conf *c, const struct conf_file *f, const struct conf_part *p)
{
	size_t i, n = 0;

	for (i = 0; &f->part[i] != p; i++)
		n += f->part[i].section == p->section;
	switch (p->section) {
	case CONF_EXSYNC:
	case CONF_DIRECTORY:
		return c;
	case CONF_PROFILE:
		return &c->profile[n];
	case CONF_MAILBOX:
		return &c->mailbox[n];
	case CONF_RULE:
		return &c->rule[n];
	case CONF_NSECTION:
		break;
	}
	return NULL;
}

/* Sets the defaults, then the values of p; p NULL: the defaults only. */
static void
fill_section(struct conf_file *f, const struct conf_part *p,
    enum conf_section section, void *base)
{
	const struct conf_key *k;
	size_t i;

	for (i = 0; (k = confkeys_at(i)) != NULL; i++) {
		if (k->section != section)
			continue;
		if (p != NULL && conffile_get(p, k->name) != NULL)
			continue;
		if (k->def != NULL)
			conftype_set(
			    f, p == NULL ? 0 : p->line, k, base, k->def);
		if (p != NULL && (k->flags & CONF_REQUIRED))
			conffile_error(f, p->line, k->name,
			    "is missing: write %s = %s", k->name, k->example);
	}
	for (i = 0; p != NULL && i < p->n; i++)
		if (p->v[i].text != NULL)
			conftype_set(
			    f, p->v[i].line, p->v[i].key, base, p->v[i].text);
}

static unsigned
line_of(const struct conf_part *p, const char *key)
{
	const struct conf_value *v = conffile_get(p, key);

	return v == NULL ? p->line : v->line;
}

static bool
has_password(const struct conf_part *p)
{
	return conffile_get(p, "password") != NULL ||
	       conffile_get(p, "password_file") != NULL ||
	       conffile_get(p, "password_env") != NULL;
}

/* There must be both username and password, or neither. */
static void
check_pair(struct conf_file *f, const struct conf_part *p)
{
	bool user = conffile_get(p, "username") != NULL;

	if (user && !has_password(p))
		conffile_error(f, line_of(p, "username"), "username",
		    "needs its password: write password_file = FILE");
	if (!user && has_password(p))
		conffile_error(f, p->line, "username",
		    "is missing: the password needs it");
}

/*
 * NTLM has no default domain: which one a server takes for a plain name differs
 * from server to server, and a wrong guess is a wrong login.
 */
static void
check_domain(
    struct conf_file *f, const struct conf_part *p, const char *username)
{
	if (username != NULL && strpbrk(username, "\\@") == NULL)
		conffile_error(f, line_of(p, "username"), "username",
		    "needs its domain with auth = ntlm: write DOMAIN\\name or "
		    "name@domain");
}

static void
check_server(struct conf_file *f, const struct conf_part *p)
{
	const struct conf_value *server = conffile_get(p, "server");
	const struct conf_value *url = conffile_get(p, "url");

	if (server == NULL && url == NULL)
		conffile_error(f, p->line, "server",
		    "is missing: write server = HOST (or url = https://...)");
	if (server != NULL && url != NULL)
		conffile_error(f,
		    server->line > url->line ? server->line : url->line,
		    server->line > url->line ? "server" : "url",
		    "server and url are both there: remove one of them");
}

/* Keys that one kind of access alone makes use of. */
static void
check_access_keys(struct conf_file *f, const struct conf_part *p,
    const struct conf_profile *pr)
{
	if (pr->impersonate_by != CONF_BY_SMTP &&
	    pr->access != CONF_ACCESS_IMPERSONATION)
		conffile_error(f, line_of(p, "impersonate_by"),
		    "impersonate_by",
		    "is used with access = impersonation only: remove the "
		    "line");
	if (pr->secrets_dir != NULL && pr->access != CONF_ACCESS_MAILBOX)
		conffile_error(f, line_of(p, "secrets_dir"), "secrets_dir",
		    "is used with access = mailbox only: remove the line, or "
		    "write access = mailbox");
	else if (pr->secrets_dir != NULL && pr->auth == CONF_AUTH_OAUTH)
		conffile_error(f, line_of(p, "secrets_dir"), "secrets_dir",
		    "is not used with auth = oauth, which has no passwords: "
		    "remove the line");
}

/* Checks that the credentials are where the profile's access wants them. */
static void
check_access(
    struct conf_file *f, const struct conf_part *p, struct conf_profile *pr)
{
	static const char *const unused[] = { "username", "password",
		"password_file", "password_env" };
	size_t i;

	if (pr->access != CONF_ACCESS_MAILBOX) {
		if (pr->auth == CONF_AUTH_OAUTH)
			return;
		if (conffile_get(p, "username") == NULL && !has_password(p))
			conffile_error(f, p->line, "username",
			    "is missing: write username and password_file");
		else
			check_pair(f, p);
		if (pr->auth == CONF_AUTH_NTLM)
			check_domain(f, p, pr->username);
		return;
	}
	for (i = 0; i < sizeof(unused) / sizeof(unused[0]); i++)
		if (conffile_get(p, unused[i]) != NULL)
			conffile_error(f, line_of(p, unused[i]), unused[i],
			    "is not used with access = mailbox: write it in "
			    "each [mailbox NAME], or use secrets_dir");
	if (pr->secrets_dir != NULL)
		return;
	if (conffile_get(p, "mailboxes") == NULL)
		pr->mailboxes = CONF_MAILBOXES_LISTED;
	else if (pr->mailboxes == CONF_MAILBOXES_USERS)
		conffile_error(f, line_of(p, "mailboxes"), "mailboxes",
		    "with access = mailbox write listed, and a [mailbox NAME] "
		    "with its own credentials for each; or write secrets_dir, "
		    "with a password for each user");
}

/* Two profiles must not both read the users of one domain. */
static void
check_domains(struct conf_file *f, const struct conf *c,
    const struct conf_part *p, const struct conf_profile *pr)
{
	const struct conf_profile *o;
	size_t i, j;

	for (o = c->profile; o < pr; o++)
		for (i = 0; i < o->domains.n; i++)
			for (j = 0; j < pr->domains.n; j++)
				if (o->mailboxes == CONF_MAILBOXES_USERS &&
				    pr->mailboxes == CONF_MAILBOXES_USERS &&
				    str_eq(o->domains.v[i], pr->domains.v[j]))
					conffile_error(f, line_of(p, "domains"),
					    "domains",
					    "%s is in profile %s too: remove "
					    "it in one of them, or write "
					    "mailboxes = listed",
					    pr->domains.v[j], o->name);
}

static void
check_listed(struct conf_file *f, const struct conf *c,
    const struct conf_part *p, const struct conf_profile *pr)
{
	size_t i;

	if (pr->mailboxes != CONF_MAILBOXES_LISTED)
		return;
	for (i = 0; i < c->nmailbox; i++)
		if (c->mailbox[i].profile == pr)
			return;
	conffile_error(f, line_of(p, "mailboxes"), "mailboxes",
	    "lists none: add a [mailbox NAME] with profile = %s", pr->name);
}

static void
build_profile(struct conf_file *f, struct conf *c, const struct conf_part *p,
    struct conf_profile *pr)
{
	pr->name = mem_strdup(p->name);
	pr->own = mem_alloc(confkeys_own_size());
	pr->process_email_from = TIM_NONE;
	pr->oauth.secret_expires = TIM_NONE;
	fill_section(f, p, CONF_PROFILE, pr);
	pr->polling_written = conffile_get(p, "polling_interval") != NULL;
	confsecret_read(f, p, &pr->password);
	check_server(f, p);
	confoauth_profile(f, c, p, pr);
	check_access(f, p, pr);
	check_access_keys(f, p, pr);
	check_domains(f, c, p, pr);
}

/* The profile that a mailbox names. */
static void
find_profile(struct conf_file *f, struct conf *c, const struct conf_part *p,
    struct conf_mailbox *m)
{
	const struct conf_value *v = conffile_get(p, "profile");
	size_t i;

	if (v == NULL || v->text == NULL)
		return;
	m->profile = conf_profile(c, v->text);
	if (m->profile != NULL)
		return;
	for (i = 0; i < c->nprofile; i++)
		if (confkeys_distance(c->profile[i].name, v->text) <= 2)
			break;
	if (i < c->nprofile)
		conffile_error(f, v->line, "profile",
		    "there is no [profile %s]; did you mean %s?", v->text,
		    c->profile[i].name);
	else
		conffile_error(f, v->line, "profile",
		    "there is no [profile %s]: add it, or write the name of "
		    "one that is there",
		    v->text);
}

/*
 * The address must be in one of the profile's domains, and no other mailbox
 * may have it.
 */
static void
check_address(struct conf_file *f, const struct conf *c,
    const struct conf_part *p, const struct conf_mailbox *m)
{
	const struct conf_list *d;
	const struct conf_mailbox *o;
	size_t i;

	if (m->address == NULL)
		return;
	for (o = c->mailbox; o < m; o++)
		if (str_eq(o->address, m->address))
			conffile_error(f, line_of(p, "address"), "address",
			    "%s is the address of [mailbox %s] already: "
			    "remove one of the two",
			    m->address, o->name);
	if (m->profile == NULL || m->profile->domains.n == 0)
		return;
	d = &m->profile->domains;
	for (i = 0; i < d->n; i++)
		if (str_eq(d->v[i], address_domain(m->address)))
			return;
	conffile_error(f, line_of(p, "address"), "address",
	    "%s is in none of the domains of profile %s: add %s to its "
	    "domains, or write another address",
	    m->address, m->profile->name, address_domain(m->address));
}

/*
 * The mailbox's own username and password. In secrets_dir is what it does not
 * say of them: the password, and its address is the user name.
 */
static void
check_own_login(
    struct conf_file *f, const struct conf_part *p, struct conf_mailbox *m)
{
	const struct conf_profile *pr = m->profile;
	bool user = conffile_get(p, "username") != NULL;

	if (pr != NULL && pr->auth == CONF_AUTH_OAUTH) {
		confoauth_mailbox(f, p, m);
		return;
	}
	if (pr != NULL && pr->access == CONF_ACCESS_MAILBOX) {
		if (pr->secrets_dir != NULL) {
			if (!user)
				m->username = mem_strdup(m->address);
		} else if (!user && !has_password(p))
			conffile_error(f, p->line, "username",
			    "is missing: profile %s has access = mailbox, so "
			    "write username and password_file here",
			    pr->name);
		else
			check_pair(f, p);
	} else
		check_pair(f, p);
	if (pr != NULL && pr->auth == CONF_AUTH_NTLM)
		check_domain(f, p, m->username);
}

static void
build_mailbox(struct conf_file *f, struct conf *c, const struct conf_part *p,
    struct conf_mailbox *m)
{
	m->name = mem_strdup(p->name);
	fill_section(f, p, CONF_MAILBOX, m);
	confsecret_read(f, p, &m->password);
	find_profile(f, c, p, m);
	check_address(f, c, p, m);
	check_own_login(f, p, m);
}

/* Allocates as many profiles, mailboxes and rules as the file has. */
static void
make_room(const struct conf_file *f, struct conf *c)
{
	size_t i;

	for (i = 0; i < f->npart; i++) {
		c->nprofile += f->part[i].section == CONF_PROFILE;
		c->nmailbox += f->part[i].section == CONF_MAILBOX;
		c->nrule += f->part[i].section == CONF_RULE;
	}
	c->profile = mem_alloc(c->nprofile * sizeof(*c->profile));
	c->mailbox = mem_alloc(c->nmailbox * sizeof(*c->mailbox));
	c->rule = mem_alloc(c->nrule * sizeof(*c->rule));
}

/* Without a condition a rule would fit all mail. */
static void
check_rule(
    struct conf_file *f, const struct conf_part *p, const struct conf_rule *r)
{
	const struct {
		const char *key;
		size_t n;
	} list[] = { { "domain", r->domain.n }, { "category", r->category.n },
		{ "sensitivity", r->sensitivity.n } };
	bool any = false;
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		const struct conf_value *v = conffile_get(p, list[i].key);

		any = any || v != NULL;
		if (v != NULL && v->text != NULL && list[i].n == 0 &&
		    v->text[strspn(v->text, ", \t")] == '\0')
			conffile_error(f, v->line, list[i].key,
			    "names none: write one, or remove the line");
	}
	if (!any)
		conffile_error(f, p->line, "domain",
		    "is missing: write domain = rival.example, or a category "
		    "or sensitivity: a rule needs one of them");
	else if (conffile_get(p, "domain") == NULL &&
		 r->where != CONF_WHERE_ANY)
		conffile_error(f, line_of(p, "where"), "where",
		    "says whose domain is meant, and there is no domain: write "
		    "domain = rival.example, or remove the line");
}

static void
build_part(struct conf_file *f, struct conf *c, const struct conf_part *p)
{
	struct conf_rule *rule;
	void *base = part_base(c, f, p);
	const struct conf_value *v;

	switch (p->section) {
	case CONF_PROFILE:
		build_profile(f, c, p, base);
		return;
	case CONF_MAILBOX:
		build_mailbox(f, c, p, base);
		return;
	case CONF_RULE:
		rule = base;
		rule->name = mem_strdup(p->name);
		fill_section(f, p, p->section, rule);
		check_rule(f, p, rule);
		return;
	default:
		fill_section(f, p, p->section, base);
		v = conffile_get(p, "proxy");
		if (v != NULL && strchr(str_nn(v->text), '@') != NULL)
			confsecret_in_file(f, v->line, "proxy");
	}
}

/* Builds everything; profiles come before the mailboxes that name them. */
static void
build_conf(struct conf_file *f, struct conf *c)
{
	static const enum conf_section order[] = { CONF_EXSYNC, CONF_DIRECTORY,
		CONF_PROFILE, CONF_MAILBOX, CONF_RULE };
	size_t i, j;

	make_room(f, c);
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		bool seen = false;

		for (j = 0; j < f->npart; j++) {
			if (f->part[j].section != order[i])
				continue;
			build_part(f, c, &f->part[j]);
			seen = true;
		}
		if (!seen && confkeys_section[order[i]].example == NULL)
			fill_section(f, NULL, order[i], c);
	}
	for (j = 0; j < f->npart; j++)
		if (f->part[j].section == CONF_PROFILE)
			check_listed(
			    f, c, &f->part[j], part_base(c, f, &f->part[j]));
	if (c->nprofile == 0 && f->nerr == 0)
		conffile_error(f, 0, NULL,
		    "there is no [profile NAME]: add one, see "
		    "exsync.ini.example");
}

/* The default of state_dir: exsync.state for exsync.db. The caller frees. */
static char *
beside_database(const char *database)
{
	const char *slash = strrchr(database, '/');
	const char *name = slash == NULL ? database : slash + 1;
	const char *dot = strrchr(name, '.');
	size_t n = dot == NULL || dot == name ? strlen(database)
					      : (size_t)(dot - database);

	if (strcmp(database + n, ".state") == 0)
		n = strlen(database);
	return mem_printf("%.*s.state", (int)n, database);
}

/* Ends the reading: the conf, or NULL after its errors were printed. */
static struct conf *
finish_load(struct conf_file *f, FILE *errs)
{
	struct conf *c = mem_alloc(sizeof(*c));

	c->path = mem_strdup(f->name);
	/* what seems missing may be in the part that was not read */
	if (!f->cut)
		build_conf(f, c);
	if (c->state_dir == NULL && c->database != NULL)
		c->state_dir = beside_database(c->database);
	confgroup_check(f, c);
	if (conffile_report(f, errs) > 0) {
		conf_free(c);
		c = NULL;
	}
	conffile_free(f);
	return c;
}

struct conf *
conf_read(const char *name, const char *data, size_t len, FILE *errs)
{
	struct conf_file f;

	conffile_init(&f, name);
	conffile_parse(&f, data, len);
	return finish_load(&f, errs);
}

/* Opens the INI. Returns NULL, or why it cannot be read. */
static const char *
open_ini(const char *path, int *fd, struct stat *st)
{
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (*fd < 0) {
		if (errno == ENOENT)
			return "no such file: copy exsync.ini.example to it "
			       "and edit it, or name another with -c FILE";
		if (errno == EACCES)
			return "may not be read by this user: give the right "
			       "to read, or run exsync as its owner";
		return strerror(errno);
	}
	if (fstat(*fd, st) != 0)
		return strerror(errno);
	if (S_ISDIR(st->st_mode))
		return "is a directory: name the file in it, as -c "
		       "DIRECTORY/exsync.ini";
	return NULL;
}

/*
 * Reads all of it, CONFFILE_MAX bytes at most; size: of a regular file. The
 * buffer has room for all of that from the start, since growing leaves copies
 * of secrets behind. Returns NULL, or why not.
 */
static const char *
read_ini(int fd, size_t size, struct buf *b)
{
	ssize_t n;

	buf_room(b, (size < CONFFILE_MAX ? size : CONFFILE_MAX) + READ_SIZE);
	for (;;) {
		if (b->len > CONFFILE_MAX)
			return "is larger than 4 MB: this is not an INI file";
		buf_room(b, 1);
		n = read(fd, b->data + b->len, b->cap - 1 - b->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return strerror(errno);
		if (n == 0)
			return NULL;
		b->len += (size_t)n;
	}
}

/* Reads and parses. False: it cannot be read, for the reason in its errors. */
static bool
load_file(struct conf_file *f, const char *path)
{
	struct stat st = { 0 };
	size_t size = 0;
	struct buf b;
	const char *why;
	int fd = -1;

	conffile_init(f, path);
	buf_init_secret(&b, CONFFILE_MAX + READ_SIZE);
	why = open_ini(path, &fd, &st);
	if (why == NULL) {
		if (S_ISREG(st.st_mode)) {
			f->mode = (int)(st.st_mode & 07777);
			size = (size_t)st.st_size;
		}
		why = read_ini(fd, size, &b);
	}
	if (fd >= 0)
		close(fd);
	if (why == NULL)
		conffile_parse(f, buf_str(&b), b.len);
	else
		conffile_error(f, 0, NULL, "%s", why);
	buf_free(&b);
	return why == NULL;
}

static struct conf *
load_conf(const char *path, bool offline, FILE *errs)
{
	struct conf_file f;
	bool ok = load_file(&f, path);

	f.offline = offline;
	if (ok)
		return finish_load(&f, errs);
	conffile_report(&f, errs);
	conffile_free(&f);
	return NULL;
}

struct conf *
conf_load(const char *path, FILE *errs)
{
	return load_conf(path, false, errs);
}

struct conf *
conf_load_offline(const char *path, FILE *errs)
{
	return load_conf(path, true, errs);
}

int
conf_key(const char *path, struct seal_key *out, char **made, FILE *errs)
{
	struct conf_file f;
	bool ok;

	*made = NULL;
	ok = load_file(&f, path);
	if (ok)
		ok = confseal_make(&f, out, made) == 0;
	conffile_report(&f, errs);
	conffile_free(&f);
	return ok ? 0 : -1;
}

static void
free_fields(enum conf_section section, void *base)
{
	const struct conf_key *k;
	size_t i;

	for (i = 0; (k = confkeys_at(i)) != NULL; i++)
		if (k->section == section)
			conftype_free(k, base);
}

void
conf_free(struct conf *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < c->nprofile; i++) {
		free_fields(CONF_PROFILE, &c->profile[i]);
		confoauth_free(&c->profile[i].oauth);
		free(c->profile[i].own);
		free(c->profile[i].name);
	}
	for (i = 0; i < c->nmailbox; i++) {
		free_fields(CONF_MAILBOX, &c->mailbox[i]);
		free(c->mailbox[i].name);
	}
	for (i = 0; i < c->nrule; i++) {
		free_fields(CONF_RULE, &c->rule[i]);
		free(c->rule[i].name);
	}
	free_fields(CONF_EXSYNC, c);
	free_fields(CONF_DIRECTORY, c);
	if (c->seal != NULL)
		mem_wipe(c->seal, sizeof(*c->seal));
	free(c->seal);
	free(c->profile);
	free(c->mailbox);
	free(c->rule);
	free(c->path);
	free(c);
}

const void *
conf_own(const struct conf_profile *p, const struct conf_keys *keys)
{
	return (const char *)p->own + keys->at;
}

const struct conf_profile *
conf_profile(const struct conf *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->nprofile; i++)
		if (strcmp(c->profile[i].name, name) == 0)
			return &c->profile[i];
	return NULL;
}
