/*
 * share.c - gives the database to a group (share.h).
 * 1. A file is opened without following a link, looked at and changed by its
 *    descriptor; only a regular file with one name is changed. Whoever may
 *    write in the directory must not make us, perhaps root, give away another
 *    file.
 * 2. No descriptor of the database is closed while SQLite has it open: its
 *    locks (POSIX) would be lost. So all this comes before store_open.
 * 3. A directory is changed only when nothing but the database lies in it: its
 *    group may exchange all that lies there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/realname.h"
#include "base/str.h"
#include "store/share.h"

#define FILE_MODE 0660
#define DIR_MODE  02770
#define NAMES_MAX 120 /* bytes of names in a sentence */

/* Where the database is; dir and name are parts of real. */
struct place {
	char *real, *dir;
	const char *name;
};

static bool
find_place(struct place *p, const char *path)
{
	memset(p, 0, sizeof(*p));
	p->real = realname_of(path);
	if (p->real == NULL)
		return false;
	p->dir = realname_dir(p->real);
	if (p->dir != NULL)
		p->name = strrchr(p->real, '/') + 1;
	return p->dir != NULL;
}

static void
free_place(struct place *p)
{
	free(p->real);
	free(p->dir);
}

static int
refuse_share(struct err *err)
{
	return err_code(err, CAUSE_OTHER, "database_group", SCOPE_ALL);
}

/* --- the directory ------------------------------------------------------ */

/* Is it a name of the database's own files, or what such a pass left? */
static bool
is_own_name(const struct place *p, const char *name)
{
	static const char *const end[] = { "", "-wal", "-shm", "-journal",
		".lock" };
	size_t n = strlen(p->name), i;

	if (str_eq(name, ".") || str_eq(name, "..") ||
	    str_eq(name, "lost+found"))
		return true;
	if (strncmp(name, p->name, n) != 0)
		return false;
	for (i = 0; i < sizeof(end) / sizeof(end[0]); i++)
		if (strcmp(name + n, end[i]) == 0)
			return true;
	return strncmp(name + n, ".spool-", 7) == 0;
}

/* Calls tell for each other name in the directory. Returns how many. */
static size_t
each_foreign(const struct place *p, store_share_fn *tell, void *arg)
{
	DIR *d = opendir(p->dir);
	struct dirent *e;
	size_t n = 0;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (!is_own_name(p, e->d_name)) {
			tell(arg, e->d_name);
			n++;
		}
	if (d != NULL)
		closedir(d);
	return n;
}

/* arg: NAMES_MAX bytes, a text so far; adds a name while there is room. */
static void
add_foreign(void *arg, const char *name)
{
	char *out = arg, safe[64];
	size_t n = strlen(out);

	str_printable(safe, sizeof(safe), name, strlen(name));
	if (n + strlen(safe) + sizeof(", ...") < NAMES_MAX)
		snprintf(
		    out + n, NAMES_MAX - n, "%s%s", n > 0 ? ", " : "", safe);
	else if (n > 0 && out[n - 1] != '.')
		snprintf(out + n, NAMES_MAX - n, ", ...");
}

/* Does dir match a pattern, in which * is one name? */
static bool
is_like(const char *dir, const char *pattern)
{
	for (; *pattern != '\0'; pattern++) {
		if (*pattern == '*')
			while (*dir != '\0' && *dir != '/')
				dir++;
		else if (*pattern != *dir++)
			return false;
	}
	return *dir == '\0';
}

/* Why other programs or people need the directory as it is; NULL: unknown. */
static const char *
shared_by(const char *dir, const struct stat *s)
{
	static const char *const system[] = { "/", "/bin", "/boot", "/dev",
		"/dev/*", "/etc", "/etc/*", "/home", "/lib", "/lib64", "/media",
		"/media/*", "/mnt", "/opt", "/proc", "/run", "/run/lock",
		"/run/user", "/run/user/*", "/sbin", "/srv", "/sys", "/tmp",
		"/usr", "/usr/*", "/usr/*/*", "/var", "/var/backups",
		"/var/cache", "/var/lib", "/var/local", "/var/lock", "/var/log",
		"/var/mail", "/var/opt", "/var/spool", "/var/tmp" };
	const char *home = getenv("HOME");
	char *real = home == NULL ? NULL : realpath(home, NULL);
	bool is_home = real != NULL && strcmp(real, dir) == 0;
	size_t i;

	free(real);
	for (i = 0; i < sizeof(system) / sizeof(system[0]); i++)
		if (is_like(dir, system[i]))
			return "it belongs to the system";
	if (is_home || is_like(dir, "/home/*") || is_like(dir, "/root"))
		return "it is a home directory";
	if ((s->st_mode & S_ISVTX) != 0 || (s->st_mode & 02) != 0)
		return "everybody may write in it";
	return NULL;
}

static int
refuse_dir(const struct place *p, const struct share *g, const char *why,
    struct err *err)
{
	err_set(err, ERR_CONFIG,
	    "database_group: %s: is not the database's alone (%s), and group "
	    "%s could exchange what lies in it: give the database a directory "
	    "of its own (install -d -o %u -g %s -m 2770 /var/lib/exsync-crm), "
	    "and write database = /var/lib/exsync-crm/%s",
	    p->dir, why, g->group, (unsigned)geteuid(), g->group, p->name);
	return refuse_share(err);
}

static int
say_owner(const struct place *p, const struct share *g, const struct stat *s,
    struct err *err)
{
	err_set(err, ERR_CONFIG,
	    "database_group: %s: should have group %s and mode 2770, and "
	    "belongs to user %u while this is user %u: as its owner or root "
	    "run chgrp %s %s && chmod 2770 %s",
	    p->dir, g->group, (unsigned)s->st_uid, (unsigned)geteuid(),
	    g->group, p->dir, p->dir);
	return refuse_share(err);
}

/* May the group do there what it needs to, and nobody else write? */
static bool
is_dir_open(const struct stat *s, gid_t gid)
{
	return s->st_gid == gid && (s->st_mode & 02072) == 02070;
}

/*
 * 0: as it should be, or so as an administrator wants it; 1: is to be changed,
 * and may be; -1: refused.
 */
static int
look_at_dir(const struct place *p, const struct share *g, struct err *err)
{
	char names[NAMES_MAX] = "", why[NAMES_MAX + 16];
	const char *shared;
	struct stat s;
	bool is_open;

	if (stat(p->dir, &s) == -1)
		return 0; /* store_open has more to say */
	is_open = is_dir_open(&s, g->gid);
	if (is_open && (s.st_mode & 07) == 0)
		return 0;
	shared = shared_by(p->dir, &s);
	if (shared == NULL && each_foreign(p, add_foreign, names) > 0) {
		snprintf(why, sizeof(why), "it holds %s", names);
		shared = why;
	}
	if (shared != NULL)
		return is_open ? 0 : refuse_dir(p, g, shared, err);
	if (geteuid() != 0 && s.st_uid != geteuid())
		return is_open ? 0 : say_owner(p, g, &s, err);
	return 1;
}

/* sys: the errno; 0: the file system took no notice of the change. */
static int
say_unchanged(
    const char *path, const struct share *g, int mode, int sys, struct err *err)
{
	err_set(err, ERR_CONFIG,
	    "database_group: %s: cannot be given group %s and mode %o: %s: put "
	    "the database on a file system with Unix rights, or run chgrp and "
	    "chmod as root",
	    path, g->group, (unsigned)mode,
	    sys != 0 ? strerror(sys) : "its file system ignores it");
	return refuse_share(err);
}

/* Gives what is open to the group. */
static int
change_open(int fd, const char *path, const struct share *g, mode_t mode,
    struct err *err)
{
	struct stat s;

	/* the mode second: a change of the group takes set-group-ID away */
	if (fchown(fd, (uid_t)-1, g->gid) == -1 || fchmod(fd, mode) == -1 ||
	    fstat(fd, &s) == -1)
		return say_unchanged(path, g, (int)mode, errno, err);
	if (s.st_gid != g->gid || (s.st_mode & 07777) != mode)
		return say_unchanged(path, g, (int)mode, 0, err);
	return 0;
}

static int
share_dir(const struct place *p, const struct share *g, struct err *err)
{
	int rc = look_at_dir(p, g, err), fd;

	if (rc != 1)
		return rc;
	fd = open(p->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return say_unchanged(p->dir, g, DIR_MODE, errno, err);
	rc = change_open(fd, p->dir, g, DIR_MODE, err);
	close(fd);
	return rc;
}

/* --- the files ---------------------------------------------------------- */

static bool
is_file_right(const struct stat *s, gid_t gid)
{
	return s->st_gid == gid && (s->st_mode & 07777) == FILE_MODE;
}

static int
say_file_owner(const char *path, const struct share *g, const struct stat *s,
    struct err *err)
{
	err_set(err, ERR_CONFIG,
	    "database_group: %s: should have group %s and mode 660, and "
	    "belongs to user %u while this is user %u: as its owner or root "
	    "run chgrp %s %s && chmod 660 %s",
	    path, g->group, (unsigned)s->st_uid, (unsigned)geteuid(), g->group,
	    path, path);
	return refuse_share(err);
}

/*
 * SQLite would give the file behind both names to the group. That of the
 * database itself is refused by db_open, group or not.
 */
static int
say_two_names(const char *path, struct err *err)
{
	err_set(err, ERR_FATAL,
	    "%s: the file has another name (a hard link; find -samefile shows "
	    "it): exsync and SQLite make none; see who put it there, and "
	    "delete the name that does not belong there",
	    path);
	return err_code(err, CAUSE_OTHER, "hard_link", SCOPE_ALL);
}

/*
 * As look_at_dir. main: it is the database itself. Another user's -wal or -shm
 * is left alone: when it is the wrong one, db_use has SQLite create a new one.
 */
static int
look_at_file(const struct stat *s, const char *path, bool main,
    const struct share *g, struct err *err)
{
	if (!S_ISREG(s->st_mode))
		return 0; /* whoever opens it next has more to say */
	if (s->st_nlink > 1)
		return main ? 0 : say_two_names(path, err);
	if (is_file_right(s, g->gid))
		return 0;
	if (geteuid() == 0 || s->st_uid == geteuid())
		return 1;
	return main ? say_file_owner(path, g, s, err) : 0;
}

static int
share_file(const char *path, bool main, const struct share *g, struct err *err)
{
	int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	int fd = open(path, main ? flags | O_CREAT : flags, 0600), rc = 0;
	struct stat s;

	if (fd == -1)
		return 0;
	if (fstat(fd, &s) == 0)
		rc = look_at_file(&s, path, main, g, err);
	if (rc == 1)
		rc = change_open(fd, path, g, FILE_MODE, err);
	close(fd);
	return rc;
}

static int
check_file(const char *path, bool main, const struct share *g, struct err *err)
{
	struct stat s;

	if (lstat(path, &s) == -1)
		return main;
	return look_at_file(&s, path, main, g, err);
}

typedef int
file_fn(const char *path, bool main, const struct share *, struct err *);

/* The same for the database and what lies beside it; the first is the main. */
static int
each_file(
    const struct place *p, file_fn *fn, const struct share *g, struct err *err)
{
	static const char *const end[] = { "", "-wal", "-shm" };
	int rc = 0, any = 0;
	size_t i;

	for (i = 0; rc != -1 && i < sizeof(end) / sizeof(end[0]); i++) {
		char *name = mem_printf("%s%s", p->real, end[i]);

		rc = fn(name, i == 0, g, err);
		any |= rc;
		free(name);
	}
	return rc == -1 ? -1 : any;
}

int
store_share(const char *path, const struct share *g, struct err *err)
{
	struct place p = { NULL, NULL, NULL };
	int rc = 0;

	if (g->group != NULL && find_place(&p, path)) {
		rc = share_dir(&p, g, err);
		if (rc == 0)
			rc = each_file(&p, share_file, g, err);
	}
	free_place(&p);
	return rc;
}

/* --- for --check -------------------------------------------------------- */

int
store_share_check(const char *path, const struct share *g, struct err *err)
{
	struct place p = { NULL, NULL, NULL };
	int rc = 0, files;

	if (g->group != NULL && find_place(&p, path)) {
		rc = look_at_dir(&p, g, err);
		files = rc == -1 ? 0 : each_file(&p, check_file, g, err);
		rc = files == -1 ? -1 : rc | files;
	}
	free_place(&p);
	return rc;
}

struct look {
	const struct place *place;
	const struct share *group;
	store_share_fn *tell;
	void *arg;
	size_t told;
};

static void
tell_foreign_name(void *arg, const char *name)
{
	struct look *l = arg;
	char safe[256], *text;

	if (l->told++ >= SHARE_TELL)
		return;
	str_printable(safe, sizeof(safe), name, strlen(name));
	text = mem_printf("%s/%s: is not the database's, and group %s could "
			  "exchange it: move it elsewhere",
	    l->place->dir, safe, l->group->group);
	l->tell(l->arg, text);
	free(text);
}

/* Tells of each directory above that the group may not enter. */
static void
look_at_way(const struct look *l)
{
	char *dir = mem_strdup(l->place->dir), *slash, *text;
	struct stat s;

	while ((slash = strrchr(dir, '/')) != NULL && dir[1] != '\0') {
		slash[slash == dir] = '\0';
		if (stat(dir, &s) == -1 || (s.st_mode & 01) != 0 ||
		    (s.st_gid == l->group->gid && (s.st_mode & 010) != 0))
			continue;
		text = mem_printf("%s: group %s may not enter it, so that it "
				  "does not reach the database: chmod o+x it",
		    dir, l->group->group);
		l->tell(l->arg, text);
		free(text);
	}
	free(dir);
}

void
store_share_look(
    const char *path, const struct share *g, store_share_fn *tell, void *arg)
{
	struct place p = { NULL, NULL, NULL };
	struct look l = { &p, g, tell, arg, 0 };
	char *text;

	if (g->group == NULL || !find_place(&p, path)) {
		free_place(&p);
		return;
	}
	each_foreign(&p, tell_foreign_name, &l);
	if (l.told > SHARE_TELL) {
		text = mem_printf(
		    "%s: holds %zu more of them", p.dir, l.told - SHARE_TELL);
		tell(arg, text);
		free(text);
	}
	look_at_way(&l);
	free_place(&p);
}
