/*
 * db_error.c - turns error codes of SQLite and the system into sentences for a
 * person.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/stop.h"
#include "store/db.h"

static int
say_full(struct store *st, struct err *err)
{
	err_set(err, ERR_FATAL,
	    "%s: no room to write (disk full, quota or file size limit): make "
	    "room where the file lies, then run again; everything written so "
	    "far is safe",
	    st->path);
	return err_code(err, CAUSE_OTHER, "disk_full", SCOPE_ALL);
}

/* As db_whose; what: the name of the file in the sentence. */
static const char *
whose_file(const char *path, const char *what, char *out, size_t size)
{
	struct stat s;
	uid_t me = geteuid();

	*out = '\0';
	if (me != 0 && stat(path, &s) == 0 && s.st_uid != me)
		snprintf(out, size,
		    "; %s belongs to user %u%s and this is user %u: run "
		    "exsync as the same user always, or give it the files "
		    "(chown)",
		    what, (unsigned)s.st_uid, s.st_uid == 0 ? " (root)" : "",
		    (unsigned)me);
	return out;
}

const char *
db_whose(const char *path, char *out, size_t size)
{
	return whose_file(path, "it", out, size);
}

/* As db_whose, for the database, else for its -wal or -shm. */
static const char *
whose_files(const struct store *st, char *out, size_t size)
{
	static const char *const what[] = { "-wal", "-shm" };
	char *real = realpath(st->path, NULL), *name;
	size_t i;

	db_whose(st->path, out, size);
	for (i = 0; *out == '\0' && real != NULL && i < 2; i++) {
		name = mem_printf("%s%s", real, what[i]);
		whose_file(name, what[i], out, size);
		free(name);
	}
	free(real);
	return out;
}

int
db_fail_access(struct store *st, int sys, struct err *err)
{
	struct statvfs fs;
	char owner[200];

	/* SQLite does not report that the file system is read-only */
	if (statvfs(st->path, &fs) == 0 && (fs.f_flag & ST_RDONLY))
		sys = EROFS;
	/* reading a WAL database also writes files beside it */
	err_set(err, ERR_FATAL,
	    "%s: cannot be opened%s%s%s: exsync needs the right to "
	    "write this file and to create files beside it (-wal, -shm)%s%s",
	    st->path, st->read_only ? "" : " for writing", sys != 0 ? ": " : "",
	    sys != 0 ? strerror(sys) : "",
	    whose_files(st, owner, sizeof(owner)),
	    st->confined ? "; or its sandbox is in the way, which lets it "
			   "create no file once a pass has begun: run again, "
			   "or write sandbox = no in [exsync]"
			 : "");
	return err_code(err, CAUSE_OTHER, "not_writable", SCOPE_ALL);
}

static int
say_io(struct store *st, int rc, int sys, struct err *err)
{
	if (sys == ENOSPC || sys == EFBIG || sys == EDQUOT)
		return say_full(st, err);
	if (sys == EACCES || sys == EPERM || sys == EROFS)
		return db_fail_access(st, sys, err);
	err_set(err, ERR_FATAL,
	    "%s: the disk failed: %s%s%s: look at the system's log; everything "
	    "written so far is safe as far as the disk is",
	    st->path, sqlite3_errstr(rc), sys != 0 ? ": " : "",
	    sys != 0 ? strerror(sys) : "");
	return err_code(err, CAUSE_OTHER, "disk_error", SCOPE_ALL);
}

int
db_fail(struct store *st, int rc, struct err *err)
{
	int sys = errno;

	/* SQLite has none when a write failed inside a statement */
	if (st->h != NULL && sqlite3_system_errno(st->h) != 0)
		sys = sqlite3_system_errno(st->h);

	switch (rc & 0xff) {
	case SQLITE_FULL:
		return say_full(st, err);
	case SQLITE_IOERR:
		return say_io(st, rc, sys, err);
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		if (sys == ENOSPC || sys == EDQUOT)
			return say_full(st, err);
		return db_fail_access(st, sys == ENOENT ? 0 : sys, err);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		if (stop_requested()) {
			err_set(err, ERR_FATAL,
			    "%s: another program keeps it locked, and exsync "
			    "was interrupted while it waited",
			    st->path);
			return err_code(err, CAUSE_STOP, "busy", SCOPE_ALL);
		}
		err_set(err, ERR_FATAL,
		    "%s: another program has kept it locked for longer than %d "
		    "s: end that program's transaction, then run again",
		    st->path, (int)(st->busy_limit / 1000));
		return err_code(err, CAUSE_OTHER, "busy", SCOPE_ALL);
	case SQLITE_NOTADB:
		err_set(err, ERR_FATAL,
		    "%s: is not an SQLite database; it was left as it is: "
		    "name another file as database, or move this one away",
		    st->path);
		return err_code(err, CAUSE_OTHER, "not_a_database", SCOPE_ALL);
	case SQLITE_CORRUPT:
		err_set(err, ERR_FATAL,
		    "%s: is damaged (%s); it was left as it is: move it away "
		    "together with its -wal and -shm (they would damage what "
		    "takes its place), then restore it from a backup, or just "
		    "run again and all mail is read anew",
		    st->path, sqlite3_errmsg(st->h));
		return err_code(err, CAUSE_OTHER, "corrupt", SCOPE_ALL);
	case SQLITE_NOMEM:
		err_set(err, ERR_FATAL, "%s: out of memory", st->path);
		return err_code(err, CAUSE_MEMORY, "memory", SCOPE_ALL);
	}
	err_set(err, ERR_FATAL, "%s: %s (SQLite %d)", st->path,
	    st->h != NULL ? sqlite3_errmsg(st->h) : sqlite3_errstr(rc), rc);
	return err_code(err, CAUSE_OTHER, "sqlite", SCOPE_ALL);
}
