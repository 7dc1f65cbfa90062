/*
 * encrypt.c - exsync --encrypt: a secret from standard input as an enc: value
 * on standard output.
 * 1. The secret is not shown, not an argument and not in any message.
 * 2. The terminal's echo is restored however the reading ends.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/mem.h"
#include "base/stop.h"
#include "base/utf8.h"
#include "cmd/cmd.h"

#define ROOM (SEAL_SECRET + 8)

/* Reads a line, of at most ROOM bytes. -1: not readable, or interrupted. */
static long
read_line(char *out)
{
	size_t len = 0;
	ssize_t n;

	while (len < ROOM && memchr(out, '\n', len) == NULL) {
		n = read(STDIN_FILENO, out + len, ROOM - len);
		if (n < 0 && errno == EINTR && !stop_requested())
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (long)len;
}

/* The same from a terminal: with a prompt, and without echo. */
static long
ask_secret(char *out)
{
	struct termios was, quiet;
	long n;

	if (tcgetattr(STDIN_FILENO, &was) == -1)
		return -1;
	/* Ctrl-C interrupts the read (main catches it), so echo is restored */
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	quiet.c_lflag |= ECHONL;
	/* Ctrl-Z and Ctrl-\ would leave the terminal without echo */
	quiet.c_cc[VSUSP] = quiet.c_cc[VQUIT] = _POSIX_VDISABLE;
	fprintf(stderr, "the secret (it is not shown): ");
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	n = read_line(out);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
	if (n == -1)
		fputc('\n', stderr);
	return n;
}

/* Cuts the end of the line off. Returns NULL, or why it is no secret. */
static const char *
fault_of(const char *line, size_t *len)
{
	size_t i;

	if (*len > 0 && line[*len - 1] == '\n')
		--*len;
	if (*len > 0 && line[*len - 1] == '\r')
		--*len;
	if (*len == 0)
		return "there is no secret on standard input: type it, or "
		       "pipe it in";
	if (*len > SEAL_SECRET)
		return "a secret has at most 1024 bytes";
	if (!utf8_valid(line, *len))
		return "the secret is not UTF-8: set the terminal or the "
		       "editor to UTF-8";
	for (i = 0; i < *len; i++) {
		if (line[i] == '\n')
			return "there is more than one line: give the secret "
			       "only";
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			return "the secret holds a control character";
	}
	return NULL;
}

/* The key; a new file is announced at once, since it stays in any case. */
static int
take_key(const struct cmd *cmd, struct seal_key *key)
{
	char *made;
	int rc = conf_key(cmd->conf, key, &made, stderr);

	if (made != NULL)
		fprintf(stderr,
		    "exsync: %s is new: it opens every enc: value, so keep it "
		    "apart from copies of the INI\n",
		    made);
	free(made);
	return rc;
}

/* Standard output gets the value only; what to do with it goes to stderr. */
static void
print_sealed(const char *value)
{
	printf("%s\n", value);
	/* a line of the INI has at most 197 bytes */
	if (strlen(value) > 180)
		fprintf(stderr,
		    "exsync: this is too long for a line of the INI: write it "
		    "into a file, chmod 600, and name that as password_file\n");
}

int
encrypt_run(const struct cmd *cmd)
{
	char line[ROOM], *value;
	struct seal_key key;
	const char *why;
	size_t len;
	long n;

	if (take_key(cmd, &key) == -1)
		return CMD_USAGE;
	n = isatty(STDIN_FILENO) ? ask_secret(line) : read_line(line);
	len = n > 0 ? (size_t)n : 0;
	why = n == -1 ? "standard input cannot be read, or it was interrupted"
		      : fault_of(line, &len);
	if (why != NULL)
		fprintf(stderr, "exsync: %s\n", why);
	else if ((value = seal_make(&key, line, len)) != NULL) {
		print_sealed(value);
		free(value);
	}
	mem_wipe(line, sizeof(line));
	mem_wipe(&key, sizeof(key));
	return why == NULL ? CMD_OK : CMD_USAGE;
}
