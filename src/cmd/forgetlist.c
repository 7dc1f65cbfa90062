/*
 * forgetlist.c - the list of the forgotten as a file of state_dir.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/forgetlist.h"

static int
fail_read(const struct conf *conf, const char *why, struct err *err)
{
	return err_set(err, ERR_CONFIG,
	    "%s/forgotten: %s: it says who must not come back, so nothing is "
	    "read without it; restore it from a backup of state_dir, or see "
	    "that exsync's user may read it",
	    conf->state_dir, why);
}

int
forgetlist_open(struct forgetlist *l, const struct conf *conf, struct err *err)
{
	struct err why = ERR_INIT;
	struct buf text;
	int rc = 0;

	memset(l, 0, sizeof(*l));
	l->conf = conf;
	statedir_init(&l->dir, conf->state_dir, false);
	buf_init_secret(&text, STATEDIR_FORGOTTEN + 4096);
	if (statedir_read(&l->dir, KEEP_FORGOTTEN, &text) == -1)
		rc = fail_read(conf, l->dir.why, err);
	else if (forgotten_parse(&l->list, buf_str(&text), text.len, &why) ==
		 -1)
		rc = fail_read(conf, why.msg, err);
	buf_free(&text);
	return rc;
}

int
forgetlist_save(struct forgetlist *l, struct err *err)
{
	struct buf text;
	int rc = 0;

	buf_init_secret(&text, STATEDIR_FORGOTTEN);
	if (forgotten_format(&l->list, &text) == -1)
		rc = err_set(err, ERR_CONFIG, "%s/forgotten: is full",
		    l->conf->state_dir);
	else if (statedir_write(&l->dir, KEEP_FORGOTTEN, &text) == -1)
		rc = err_set(
		    err, ERR_CONFIG, "%s: nobody was forgotten", l->dir.why);
	buf_free(&text);
	return rc;
}

void
forgetlist_close(struct forgetlist *l)
{
	statedir_free(&l->dir);
	if (l->dir.fd > 0)
		close(l->dir.fd);
	forgotten_free(&l->list);
}

/* May it be a directory that this user cannot enter? sys: access said so. */
static bool
may_hide(const char *path, int sys)
{
	struct stat s;

	return sys == EACCES && (stat(path, &s) == -1 || S_ISDIR(s.st_mode));
}

int
forgetlist_read(const struct conf *conf, struct forgotten *out, struct err *err)
{
	struct forgetlist l;
	int rc;

	memset(out, 0, sizeof(*out));
	/* one that may not be entered may have it; who is forgotten in an old
	 * database, that knows */
	if (access(conf->state_dir, X_OK) == -1)
		return may_hide(conf->state_dir, errno) &&
			       access(conf->database, F_OK) == -1
			   ? fail_read(conf, strerror(EACCES), err)
			   : 0;
	rc = forgetlist_open(&l, conf, err);
	if (rc == 0) {
		*out = l.list;
		memset(&l.list, 0, sizeof(l.list));
	}
	forgetlist_close(&l);
	return rc;
}
