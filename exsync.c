/*
 * exsync.c - carries mail from Microsoft Exchange to an SQLite file for the
 * CRM. Process-wide settings, then the command line (src/cmd/cmd.c).
 */
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/stop.h"
#include "cmd/cmd.h"

static void
on_signal(int sig)
{
	(void)sig;
	stop_request();
}

/*
 * Opens those of the descriptors 0, 1 and 2 that the caller has closed. Else
 * the next file or socket would get that number, and log lines would go to a
 * server, or to the helper that runs alert_command.
 */
static void
open_std(void)
{
	int fd;

	while ((fd = open("/dev/null", O_RDONLY)) >= 0 ||
	       (fd = open("/", O_RDONLY)) >= 0) {
		if (fd > STDERR_FILENO) {
			close(fd);
			return;
		}
	}
}

int
main(int argc, char **argv)
{
	static char buffer[65536];
	struct sigaction sa, was;

	open_std();
	/* Nearly all output is one write then, and cmd.c knows its errno. */
	if (!isatty(STDOUT_FILENO))
		setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_signal;
	sa.sa_flags = SA_RESETHAND; /* a second signal ends exsync at once */
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	/* SIGHUP: the terminal has gone; nohup makes it an ignored signal */
	if (sigaction(SIGHUP, NULL, &was) == 0 && was.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sa.sa_flags = 0;
	sigaction(SIGPIPE, &sa, NULL);
	/* ignored: a file size limit then fails a write, as a full disk does */
	sigaction(SIGXFSZ, &sa, NULL);
	/* Few heaps for all threads, and large blocks that go back to the
	 * system when they are freed: memory use stays flat. */
	mallopt(M_ARENA_MAX, 2);
	mallopt(M_MMAP_THRESHOLD, 256 * 1024);
	return cmd_main(argc, argv);
}
