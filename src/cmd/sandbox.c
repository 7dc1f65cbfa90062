/*
 * sandbox.c - after start-up exsync keeps only what it needs.
 * 1. A missing kernel feature or path is no error: exsync works in an empty
 *    chroot and on a kernel without Landlock.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/log.h"
#include "base/mem.h"
#include "cmd/landlock.h"
#include "cmd/probe.h"
#include "cmd/sandbox.h"
#include "cmd/seccomp.h"
#include "net/tls.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||     \
    __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* What glibc's resolver and clock read. */
static const char *const system_files[] = { "/etc/resolv.conf", "/etc/hosts",
	"/etc/nsswitch.conf", "/etc/gai.conf", "/etc/host.conf",
	"/etc/localtime" };

static void
allow_dir(struct landlock *l, const char *path, enum landlock_right right)
{
	char *dir, *slash;

	if (path == NULL)
		return;
	dir = mem_strdup(path);
	slash = strrchr(dir, '/');
	if (slash != NULL)
		slash[slash == dir] = '\0';
	landlock_allow(l, slash == NULL ? "." : dir, right);
	free(dir);
}

/* The directory of a name, and the one that its links lead to. */
static void
allow_dirs(struct landlock *l, const char *path, enum landlock_right right)
{
	char *real = path == NULL ? NULL : realpath(path, NULL);

	allow_dir(l, path, right);
	allow_dir(l, real, right);
	free(real);
}

/* A file to read; whatever takes its place too, when that matters. */
static void
allow_file(struct landlock *l, const char *path, bool lasting)
{
	if (lasting)
		allow_dirs(l, path, LANDLOCK_READ);
	else
		landlock_allow(l, path, LANDLOCK_READ);
}

static void
restrict_files(const struct conf *c, bool lasting)
{
	struct landlock l;
	const char *place;
	size_t i;
	int abi;

	landlock_open(&l);
	abi = l.abi;
	allow_dirs(&l, c->database, LANDLOCK_WRITE);
	allow_file(&l, c->users, lasting);
	allow_file(&l, c->contacts, lasting);
	if (lasting)
		allow_dirs(&l, c->path, LANDLOCK_READ);
	if (c->ca_file != NULL)
		allow_file(&l, c->ca_file, lasting);
	else
		for (i = 0; (place = tls_trust_place(i)) != NULL; i++)
			allow_file(&l, place, lasting);
	for (i = 0; i < sizeof(system_files) / sizeof(system_files[0]); i++)
		allow_file(&l, system_files[i], lasting);
#ifdef EXSYNC_FAULT
	allow_dir(&l, getenv("EXSYNC_COUNT"), LANDLOCK_WRITE);
#endif
	if (landlock_close(&l))
		log_debug("sandbox: files by Landlock, ABI %d", abi);
	else
		log_debug("sandbox: this kernel has no Landlock, files are "
			  "not restricted: %s",
		    strerror(abi == 0 ? ENOSYS : errno));
}

void
sandbox_enter(const struct conf *c, bool lasting)
{
	if (!c->sandbox || SANITIZED) {
		log_debug("sandbox: off (%s)",
		    c->sandbox ? "a sanitizer build" : "sandbox = no");
		return;
	}
	/* no core file with passwords, nobody looks into the memory */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		log_debug("sandbox: off, this kernel has no no_new_privs: %s",
		    strerror(errno));
		return;
	}
	restrict_files(c, lasting);
	if (seccomp_enter())
		log_debug("sandbox: system calls by seccomp");
	else
		log_debug("sandbox: system calls are not restricted: %s",
		    strerror(errno));
	probe_run();
}
