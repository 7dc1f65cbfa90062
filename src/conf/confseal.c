/*
 * confseal.c - the key in secret_key_file, and enc: values of the INI.
 * 1. A key file is never overwritten.
 * 2. It is created with mode 0600, and is on disk before anything is sealed
 *    with the key.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "conf/confseal.h"
#include "conf/secretfile.h"

#define KEY_FILE "secret_key_file"

static const struct conf_value *
find_key_file(const struct conf_file *f)
{
	const struct conf_value *v = NULL;
	size_t i;

	for (i = 0; i < f->npart && v == NULL; i++)
		if (f->part[i].section == CONF_EXSYNC)
			v = conffile_get(&f->part[i], KEY_FILE);
	return v;
}

/* Reads f->key, once per file; an error is reported once. */
static const struct seal_key *
read_key(struct conf_file *f, const struct conf_value *v)
{
	char raw[256];
	struct seal_key key;
	long n;

	if (f->key_tried || v->text == NULL)
		return f->key;
	f->key_tried = true;
	n = secretfile_read(f, v,
	    "exsync --encrypt makes it; or bring the one that the passwords "
	    "were encrypted with, then chmod 600",
	    raw, sizeof(raw));
	if (n == -1)
		return NULL;
	if (seal_key_parse(&key, raw, (size_t)n)) {
		f->key = mem_alloc(sizeof(*f->key));
		*f->key = key;
		mem_wipe(&key, sizeof(key));
	} else
		conffile_error(f, v->line, KEY_FILE,
		    "%s: holds no key, which is 64 hex digits or 44 "
		    "characters of base64: name another file, and exsync "
		    "--encrypt makes it",
		    v->text);
	mem_wipe(raw, sizeof(raw));
	return f->key;
}

const struct seal_key *
confseal_key(struct conf_file *f, const struct conf_value *v)
{
	const struct conf_value *kv = find_key_file(f);

	if (kv != NULL)
		return read_key(f, kv);
	conffile_error(f, v->line, v->key->name,
	    "a person's login is kept in state_dir, sealed with a key: write "
	    "secret_key_file = exsync.key in [exsync]; exsync --login makes "
	    "the file");
	return NULL;
}

char *
confseal_open(struct conf_file *f, const struct conf_value *v, const char *text,
    size_t len, size_t *out_len)
{
	const struct conf_value *kv = find_key_file(f);
	const struct seal_key *key;
	struct err err = ERR_INIT;
	char *inside;

	if (kv == NULL) {
		conffile_error(f, v->line, v->key->name,
		    "enc: needs the key that it was made with: write " KEY_FILE
		    " = FILE in [exsync]");
		return NULL;
	}
	if ((key = read_key(f, kv)) == NULL)
		return NULL;
	inside = seal_open(key, text, len, out_len, &err);
	if (inside == NULL)
		conffile_error(f, v->line, v->key->name, "%s", err.msg);
	return inside;
}

/* Without it the file's name might not outlive a power cut. */
static int
sync_dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash == NULL
			? mem_strdup(".")
			: mem_strndup(path, (size_t)(slash - path) + 1);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc, sys;

	rc = fd == -1 ? -1 : fsync(fd);
	sys = errno;
	if (fd != -1)
		close(fd);
	free(dir);
	errno = sys;
	/* EINVAL: a file system that syncs no directories */
	return rc == -1 && sys == EINVAL ? 0 : rc;
}

/* 0, or -1 with errno; EEXIST: another process has just made it. */
static int
write_key(const char *path, const char *text)
{
	size_t n = strlen(text);
	int fd, sys;
	bool ok;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1)
		return -1;
	errno = EIO;
	ok = write(fd, text, n) == (ssize_t)n && fsync(fd) == 0;
	sys = errno;
	if (close(fd) == 0 && ok && sync_dir_of(path) == 0)
		return 0;
	if (ok)
		sys = errno;
	unlink(path);
	errno = sys;
	return -1;
}

/*
 * Creates the key file when there is none, and sets *made to its name; a
 * credential of systemd is not created. -1: reported.
 */
static int
make_file(struct conf_file *f, const struct conf_value *v, char **made)
{
	char text[SEAL_FILE_TEXT], *path = conffile_path(f, v->text);
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	struct seal_key key;
	struct stat st;
	int rc = 0;

	if (stat(path, &st) == 0 ||
	    (dir != NULL && *dir != '\0' && strchr(v->text, '/') == NULL)) {
		free(path);
		return 0;
	}
	seal_key_make(&key, text);
	if (write_key(path, text) == 0) {
		*made = path;
		path = NULL;
	} else if (errno != EEXIST) {
		conffile_error(f, v->line, KEY_FILE,
		    "%s: cannot be made: %s: write the name of a file in a "
		    "directory that this user may read and write",
		    path, strerror(errno));
		rc = -1;
	}
	mem_wipe(&key, sizeof(key));
	mem_wipe(text, sizeof(text));
	free(path);
	return rc;
}

int
confseal_make(struct conf_file *f, struct seal_key *out, char **made)
{
	const struct conf_value *v = find_key_file(f);
	const struct seal_key *key;

	*made = NULL;
	if (v != NULL && v->text == NULL)
		return -1; /* its line was reported */
	conffile_forgive(f);
	if (v == NULL) {
		conffile_error(f, 0, NULL,
		    KEY_FILE " is missing: write " KEY_FILE
			     " = exsync.key in [exsync]; the file is made");
		return -1;
	}
	if (make_file(f, v, made) == -1 || (key = read_key(f, v)) == NULL)
		return -1;
	*out = *key;
	return 0;
}
