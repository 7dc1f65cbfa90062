/*
 * conffile.h - reads an INI file through inih and keeps the line numbers.
 * Floor: conf; used by conf*.c only. The only place that includes ini.h.
 * Threads: a struct conf_file belongs to one thread.
 *
 * Whatever inih would cut, drop or misread is refused here with file and line.
 * Nothing that a person wrote is silently shortened.
 */
#ifndef CONF_CONFFILE_H
#define CONF_CONFFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "conf/confkeys.h"
#include "conf/seal.h"

#define CONFFILE_MAX   (4 * 1024 * 1024) /* bytes of a file */
#define CONFFILE_ERRS  200               /* kept; more are only counted */
#define CONFFILE_NOMOD (-1)              /* mode is not known */

/* One value; the key of a list has one per line. */
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
	char *dir;        /* base of relative names: "", or ends in / */
	int mode;         /* permission bits of the file, or NOMOD */
	bool mode_told;
	bool offline; /* see conf_load_offline */
	bool cut;     /* reading stopped before the end; it was reported */
	struct seal_key *key; /* of secret_key_file, see confseal.h */
	bool key_tried;
	struct conf_part *part;
	size_t npart;
	struct conf_file_err *err;
	size_t nerr;
};

/* name is borrowed; dir is made from it. */
void conffile_init(struct conf_file *, const char *name);
/* Parses the text; errors are collected in the struct. */
void conffile_parse(struct conf_file *, const char *data, size_t len);
void conffile_free(struct conf_file *);
/* Adds "line: key: text". key NULL: no key; line 0: the file as a whole. */
void conffile_error(struct conf_file *, unsigned line, const char *key,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Prints all errors by line and forgets them; returns how many there were. */
size_t conffile_report(struct conf_file *, FILE *);
/* Forgets all errors. */
void conffile_forgive(struct conf_file *);
/* The (first) value of that key, or NULL. */
const struct conf_value *
conffile_get(const struct conf_part *, const char *key);
/* A file name relative to the INI's directory; the caller frees. */
char *conffile_path(const struct conf_file *, const char *name);

#endif
