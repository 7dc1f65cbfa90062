/*
 * exsync.c - carries mail from Microsoft Exchange to an SQLite file for the
 * CRM. Process-wide settings, then the command line (src/cmd/cmd.c).
 */
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
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
 * A descriptor that the caller closed would be given to the next file: log
 * lines would go to a server, or to the helper that runs alert_command.
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
	struct sigaction sa, was;

	open_std();
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_signal;
	sa.sa_flags = SA_RESETHAND; /* a second one ends it at once */
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	/* the terminal is gone, unless nohup says that this is no matter */
	if (sigaction(SIGHUP, NULL, &was) == 0 && was.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sa.sa_flags = 0;
	sigaction(SIGPIPE, &sa, NULL);
	/* a file size limit is a full disk, with a sentence about it */
	sigaction(SIGXFSZ, &sa, NULL);
	/* one heap for all threads, and what is large goes back to the
	 * system at once: memory stays flat */
	mallopt(M_ARENA_MAX, 2);
	mallopt(M_MMAP_THRESHOLD, 256 * 1024);
	return cmd_main(argc, argv);
}
