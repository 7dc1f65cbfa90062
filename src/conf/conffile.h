/*
 * conffile.h - the lines of an INI file, through inih, with their numbers.
 * Floor: conf; used by conf*.c only. The only place that includes ini.h.
 * Threads: a struct conf_file belongs to one thread.
 *
 * Everything inih would cut, drop or read as something else is refused here
 * with file and line. Nothing a person wrote is ever silently shortened.
 */
#ifndef CONF_CONFFILE_H
#define CONF_CONFFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "conf/confkeys.h"
#include "conf/seal.h"

#define CONFFILE_MAX   (4 * 1024 * 1024) /* bytes of a file */
#define CONFFILE_ERRS  200               /* more are only counted */
#define CONFFILE_NOMOD (-1)              /* mode: not known */

/* One value; a list key has one for each line it was written on. */
struct conf_value {
	const struct conf_key *key;
	unsigned line;
	char *text; /* NULL: the line was refused and reported */
};

struct conf_part {
	enum conf_section section;
	char *name; /* NULL for sections without one */
	unsigned line;
	struct conf_value *v;
	size_t n;
};

struct conf_file_err {
	unsigned line;
	char *text;
};

struct conf_file {
	const char *name; /* borrowed; as given by the user */
	char *dir;        /* where relative names begin, "" or ends in / */
	int mode;         /* permission bits of the file, or NOMOD */
	bool mode_told;
	bool offline; /* see conf_load_offline */
	bool cut;     /* reading ended before the file did, which is reported */
	struct seal_key *key; /* of secret_key_file, see confseal.h */
	bool key_tried;
	struct conf_part *part;
	size_t npart;
	struct conf_file_err *err;
	size_t nerr;
};

/* name is borrowed; dir is made from it. */
void conffile_init(struct conf_file *, const char *name);
/* Takes the text apart; errors are collected, nothing is returned. */
void conffile_parse(struct conf_file *, const char *data, size_t len);
void conffile_free(struct conf_file *);
/* Adds "line: key: text"; key NULL: none. line 0: of the file as a whole. */
void conffile_error(struct conf_file *, unsigned line, const char *key,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* All errors in the order of lines; returns how many there were. */
size_t conffile_report(struct conf_file *, FILE *);
/* Forgets all errors. */
void conffile_forgive(struct conf_file *);
/* The (first) value of that key, or NULL. */
const struct conf_value *
conffile_get(const struct conf_part *, const char *key);
/* A file name relative to the INI's directory; the caller frees. */
char *conffile_path(const struct conf_file *, const char *name);

#endif
