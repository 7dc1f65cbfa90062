/*
 * secretdir.c - the passwords of mailboxes in a directory (secrets_dir).
 * 1. No path is made of an address that could lead out of the directory.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "conf/conf.h"
#include "conf/confsecret.h"

/*
 * May a file be named so? Whatever might lead elsewhere, or be hidden, is
 * refused; a normalised address holds no control characters.
 */
static bool
names_file(const char *address)
{
	return address[0] != '.' && strchr(address, '/') == NULL &&
	       strstr(address, "..") == NULL;
}

/* The name, relative to the INI, from which conffile_path made path. */
static const char *
written_name(const struct conf_file *f, const char *path)
{
	size_t n = strlen(f->dir);

	return strncmp(path, f->dir, n) == 0 ? path + n : path;
}

/* Reads file as the value of secrets_dir; the file may hold an enc: value. */
static char *
read_secret(struct conf_file *f, const struct conf *c, const char *file)
{
	struct conf_value value = { confkeys_find(CONF_PROFILE, "secrets_dir"),
		0, NULL };
	struct conf_value key = { confkeys_find(CONF_EXSYNC, "secret_key_file"),
		0, NULL };
	struct conf_part part = { CONF_EXSYNC, NULL, 0, &key, 1 };
	char *out;

	value.text = mem_strdup(written_name(f, file));
	if (c->secret_key_file != NULL) {
		key.text = mem_strdup(written_name(f, c->secret_key_file));
		f->part = &part;
		f->npart = 1;
	}
	out = confsecret_from_file(f, &value);
	f->part = NULL; /* it is not the file's to free */
	f->npart = 0;
	free(value.text);
	free(key.text);
	return out;
}

int
conf_secret(const struct conf *c, const struct conf_profile *p,
    const char *address, char **password, struct err *err)
{
	struct conf_file f;
	char *file;

	*password = NULL;
	if (!names_file(address)) {
		err_set(err, ERR_CONFIG,
		    "its address cannot be the name of a file in secrets_dir: "
		    "give it a [mailbox NAME] with password_file");
		return err_code(err, CAUSE_OTHER, "secret-name", SCOPE_MAILBOX);
	}
	conffile_init(&f, c->path);
	file = mem_printf("%s/%s", p->secrets_dir, address);
	*password = read_secret(&f, c, file);
	if (*password == NULL) {
		err_set(err, ERR_CONFIG, "%s",
		    f.nerr > 0 ? f.err[0].text : "secrets_dir: no password");
		err_code(err, CAUSE_OTHER,
		    access(file, F_OK) == 0 ? "bad-secret" : "no-secret",
		    SCOPE_MAILBOX);
	}
	free(file);
	conffile_free(&f);
	return *password == NULL ? -1 : 0;
}
