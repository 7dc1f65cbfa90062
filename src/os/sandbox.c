/*
 * sandbox.c - after start-up exsync keeps only what it needs.
 * 1. A missing kernel feature or path is no error: exsync works in an empty
 *    chroot and on a kernel without Landlock.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/log.h"
#include "base/mem.h"
#include "os/landlock.h"
#include "os/probe.h"
#include "os/sandbox.h"
#include "os/seccomp.h"
#include "net/tls.h"
#include "net/tls_trust.h"

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

/* Permits reading all files below the directory of path. */
static void
allow_dir(struct landlock *l, const char *path)
{
	char *dir, *slash;

	if (path == NULL)
		return;
	dir = mem_strdup(path);
	slash = strrchr(dir, '/');
	if (slash != NULL)
		slash[slash == dir] = '\0';
	landlock_allow(l, slash == NULL ? "." : dir, LANDLOCK_READ);
	free(dir);
}

/* Permits reading a file; lasting: also a file that replaces it later. */
static void
allow_file(struct landlock *l, const char *path, bool lasting)
{
	char *real;

	if (path == NULL)
		return;
	if (!lasting) {
		landlock_allow(l, path, LANDLOCK_READ);
		return;
	}
	/* both the link's directory and that of the file it leads to */
	real = realpath(path, NULL);
	allow_dir(l, path);
	allow_dir(l, real);
	free(real);
}

/* Permits writing the four files; they are where links of the name lead. */
static void
allow_database(struct landlock *l, const char *path)
{
	static const char *const end[] = { "", "-wal", "-shm", ".lock" };
	char *real = realpath(path, NULL), *name;
	size_t i;

	for (i = 0; real != NULL && i < sizeof(end) / sizeof(end[0]); i++) {
		name = mem_printf("%s%s", real, end[i]);
		landlock_allow(l, name, LANDLOCK_WRITE);
		free(name);
	}
	free(real);
}

#ifdef EXSYNC_FAULT
/* Permits writing the file that fault.c writes at exit. */
static void
allow_count(struct landlock *l)
{
	const char *path = getenv("EXSYNC_COUNT");
	FILE *f = path == NULL ? NULL : fopen(path, "a");

	if (f != NULL)
		fclose(f);
	landlock_allow(l, path, LANDLOCK_WRITE);
}
#endif

static void
restrict_files(const struct conf *c, bool lasting, struct sandbox *is)
{
	struct landlock l;
	const char *place;
	size_t i;

	landlock_open(&l);
	is->abi = l.abi;
	allow_database(&l, c->database);
	if (lasting) {
		allow_file(&l, c->users, true);
		allow_file(&l, c->contacts, true);
		allow_file(&l, c->path, true);
	}
	if (c->ca_file != NULL)
		allow_file(&l, c->ca_file, lasting);
	else
		for (i = 0; (place = tls_trust_place(i)) != NULL; i++)
			allow_file(&l, place, lasting);
	for (i = 0; i < sizeof(system_files) / sizeof(system_files[0]); i++)
		allow_file(&l, system_files[i], lasting);
#ifdef EXSYNC_FAULT
	allow_count(&l);
#endif
	is->files = landlock_close(&l);
}

/* Closes the sandbox, and sets is->text to what is in force. */
static void
close_sandbox(const struct conf *c, bool lasting, struct sandbox *is)
{
	char files[100], calls[100];

	/* no core file with passwords, and no other process reads our memory */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		snprintf(is->text, sizeof(is->text),
		    "off, this kernel has no no_new_privs: %s",
		    strerror(errno));
		return;
	}
	restrict_files(c, lasting, is);
	if (is->files)
		snprintf(
		    files, sizeof(files), "files by Landlock, ABI %d", is->abi);
	else
		snprintf(files, sizeof(files),
		    "%s, files are not restricted (%.40s)",
		    is->abi == 0 ? "this kernel has no Landlock"
				 : "Landlock cannot be used",
		    strerror(errno));
	is->calls = seccomp_enter();
	if (is->calls)
		snprintf(calls, sizeof(calls), "system calls by seccomp");
	else
		snprintf(calls, sizeof(calls),
		    "system calls are not restricted (%.40s)", strerror(errno));
	snprintf(is->text, sizeof(is->text), "%s; %s", files, calls);
}

void
sandbox_enter(const struct conf *c, bool lasting, struct sandbox *is)
{
	memset(is, 0, sizeof(*is));
	if (!c->sandbox || SANITIZED) {
		snprintf(is->text, sizeof(is->text), "off (%s)",
		    c->sandbox ? "a sanitizer build" : "sandbox = no");
		log_debug("sandbox: %s", is->text);
		return;
	}
	close_sandbox(c, lasting, is);
	/* a person who asked for the sandbox must see that it is incomplete */
	log_line(is->files && is->calls ? LOG_DEBUG : LOG_INFO, "sandbox: %s",
	    is->text);
	probe_run(c->database);
}
