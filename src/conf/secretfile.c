/*
 * secretfile.c - files that hold a secret for the INI.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "conf/secretfile.h"

#define OTHERS (S_IRWXG | S_IRWXO)

/*
 * Opens name as a credential of systemd (*given), else relative to the INI.
 * *path is the caller's to free, whatever the result.
 */
static int
open_file(struct conf_file *f, const char *name, char **path, bool *given)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, fd;

	*given = false;
	if (dir != NULL && *dir != '\0' && strchr(name, '/') == NULL) {
		*path = mem_printf("%s/%s", dir, name);
		if ((fd = open(*path, flags)) >= 0) {
			*given = true;
			return fd;
		}
		free(*path);
	}
	*path = conffile_path(f, name);
	return open(*path, flags);
}

/* May the open file hold a secret? Reports. */
static bool
may_hold(struct conf_file *f, const struct conf_value *v, int fd,
    const char *path, bool given)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		conffile_error(f, v->line, v->key->name,
		    "%s: is not a regular file: write the %s into one", path,
		    v->key->type == CONF_KEYFILE ? "key" : "password");
		return false;
	}
	/* systemd protects its directory; an ACL there shows as group bits */
	if (!given && (st.st_mode & OTHERS) != 0) {
		conffile_error(f, v->line, v->key->name,
		    "%s: others may read it: run chmod 600 %s", path, path);
		return false;
	}
	return true;
}

static size_t
read_some(int fd, char *out, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size) {
		n = read(fd, out + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	return len;
}

long
secretfile_read(struct conf_file *f, const struct conf_value *v,
    const char *none, char *out, size_t size)
{
	char *path;
	bool given;
	int fd = open_file(f, v->text, &path, &given);
	long n = -1;

	if (fd < 0)
		conffile_error(f, v->line, v->key->name, "%s: %s: %s", path,
		    strerror(errno),
		    errno == ENOENT ? none
				    : "it must be readable by this user");
	else if (may_hold(f, v, fd, path, given))
		n = (long)read_some(fd, out, size);
	if (fd >= 0)
		close(fd);
	free(path);
	return n;
}
