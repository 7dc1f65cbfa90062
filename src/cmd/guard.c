/*
 * guard.c - warns when the user that exsync runs as could change a program that
 * runs outside of the sandbox, and when others could read or change state_dir.
 * 1. Whoever may write to a directory can replace all that is in it and below;
 *    with the sticky bit only if he owns the entry or the directory.
 * 2. The owner of a file may write to it: he can give himself the right.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "cmd/guard.h"
#include "os/runner.h"

static bool
may_write(const char *path, const struct stat *st)
{
	if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0)
		return true;
	return errno == ETXTBSY || (errno == EACCES && st->st_uid == geteuid());
}

/*
 * Shortens path to the file itself, or to the nearest directory above it, where
 * this user can change or replace the file. False: nowhere.
 */
static bool
cut_to_writable(char *path)
{
	struct stat in, st;
	char *slash;

	if (stat(path, &st) == -1)
		return false;
	if (may_write(path, &st))
		return true;
	while ((slash = strrchr(path, '/')) != NULL && path[1] != '\0') {
		in = st;
		slash[slash == path] = '\0';
		if (stat(path, &st) == -1)
			return false;
		if (may_write(path, &st) &&
		    ((st.st_mode & S_ISVTX) == 0 || in.st_uid == geteuid() ||
			st.st_uid == geteuid()))
			return true;
	}
	return false;
}

static void
warn_of(const char *what, const char *path)
{
	char *real = realpath(path, NULL), *cut = mem_strdup(real);

	if (real != NULL && cut_to_writable(cut))
		log_warning("%s: %s can be %s by the user that exsync runs as"
			    "%s%s: let root own both, so that a fault in one "
			    "program does not become another program",
		    what, real,
		    strcmp(real, cut) == 0 ? "changed" : "exchanged",
		    strcmp(real, cut) == 0 ? "" : ", who may write to ",
		    strcmp(real, cut) == 0 ? "" : cut);
	free(cut);
	free(real);
}

static void
warn_of_command(const char *command)
{
	struct err err = ERR_INIT;
	struct runner r;
	struct stat st;
	size_t i;

	if (runner_make(&r, command, &err) == -1)
		return; /* reported by the caller that wants to run it */
	warn_of("alert_command", r.path);
	/* a script for an interpreter is a program as well */
	for (i = 1; r.argv[i] != NULL; i++)
		if (r.argv[i][0] == '/' && stat(r.argv[i], &st) == 0 &&
		    S_ISREG(st.st_mode))
			warn_of("alert_command", r.argv[i]);
	runner_free(&r);
}

/*
 * Whoever reads state_dir can test passwords against its verifiers; whoever
 * writes to it can make logins wait. root may use another user's directory.
 */
static void
warn_of_state_dir(const char *path)
{
	struct stat st;

	if (stat(path, &st) == -1 || !S_ISDIR(st.st_mode))
		return;
	if ((st.st_mode & 077) != 0)
		log_warning("state_dir: %s has mode %03o: others may read or "
			    "change what is known of rejected logins; chmod "
			    "700 it",
		    path, (unsigned int)st.st_mode & 0777);
	if (st.st_uid != geteuid() && geteuid() != 0)
		log_warning("state_dir: %s belongs to user %lu, not to %lu "
			    "that exsync runs as: he may read or change what "
			    "is known of rejected logins; chown it, or let "
			    "state_dir name a directory of its own",
		    path, (unsigned long)st.st_uid, (unsigned long)geteuid());
}

void
guard_warn(const struct conf *c)
{
	warn_of_state_dir(c->state_dir);
	if (geteuid() == 0)
		return;
	warn_of("exsync's own program", "/proc/self/exe");
	if (c->alert_command != NULL)
		warn_of_command(c->alert_command);
}
