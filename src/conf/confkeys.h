/*
 * confkeys.h - the table of all sections and keys of the INI file.
 * Floor: conf; used by conf*.c, and by kinds of servers for rows of their own.
 * Threads: constant.
 *
 * A row says all there is to know of a key: it is parsed, checked, given its
 * default, printed by --check and written into exsync.ini.example by it.
 */
#ifndef CONF_CONFKEYS_H
#define CONF_CONFKEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum conf_section {
	CONF_EXSYNC,
	CONF_DIRECTORY,
	CONF_PROFILE,
	CONF_MAILBOX,
	CONF_RULE,
	CONF_NSECTION
};

/* What a value is, and what of the section's struct it fills. */
enum conf_type {
	CONF_LOGIN,     /* char *, without a colon */
	CONF_FILE,      /* char *, a file that must be readable */
	CONF_DATABASE,  /* char *, a file whose directory must exist */
	CONF_KEYFILE,   /* char *, a file that need not exist yet */
	CONF_STATEDIR,  /* char *, a directory that need not exist yet */
	CONF_BOOL,      /* bool: yes or no */
	CONF_INT,       /* int, lo..hi */
	CONF_MEGABYTES, /* int64_t bytes, lo..hi MB */
	CONF_WORD,      /* an enum: position in words */
	CONF_DATE,      /* int64_t ms */
	CONF_DURATION,  /* int64_t ms, lo..hi minutes; 0: not set */
	CONF_COMMAND,   /* char *, a program and its arguments */
	CONF_SERVER,    /* char * url from host[:port] and words, its path */
	CONF_URL,       /* char * url; words: its usual path */
	CONF_PROXY,     /* char * */
	CONF_PIN,       /* char * sha256:hex */
	CONF_ADDRESS,   /* char * normalised */
	CONF_REF,       /* struct conf_profile *, by name */
	CONF_SECRET,    /* no field of its own: see confsecret.h */
	/* conf_list, from here on */
	CONF_DOMAINS,
	CONF_PATTERNS, /* domains, "*." allowed */
	CONF_FOLDERS
};

#define CONF_REQUIRED 1 /* an error when missing */
#define CONF_SHOWN    2 /* in the example not commented out */
#define CONF_NOPRINT  4 /* another row prints the same field */
#define CONF_OWN      8 /* offset is in the struct of a kind of server */

struct conf_key {
	enum conf_section section;
	const char *name;
	enum conf_type type;
	size_t offset; /* in the section's struct */
	int flags;
	const char *def;     /* as it would be written, or NULL */
	int64_t lo, hi;      /* CONF_INT, CONF_MEGABYTES, CONF_DURATION */
	const char *words;   /* CONF_WORD: in the enum's order, "a|b"; a path */
	const char *example; /* value in the example; NULL: def */
	const char *help;
};

struct conf_section_info {
	const char *word;    /* "profile" */
	const char *example; /* the NAME in the example, NULL: has none */
	const char *help;
};

/*
 * What a kind of server adds to [profile NAME]: its own rows, and room for what
 * they fill (conf_own).
 */
struct conf_keys {
	const struct conf_key *key; /* all of CONF_PROFILE */
	size_t n;
	size_t size;            /* of the struct that CONF_OWN rows fill */
	size_t at;              /* confkeys_add's: where it begins */
	struct conf_keys *next; /* likewise */
};
/*
 * Before the first INI is read, and before any thread is started. keys must
 * stay; added twice it is there once.
 */
void confkeys_add(struct conf_keys *);
/* Bytes of all these structs; and where in them a CONF_OWN row's value is. */
size_t confkeys_own_size(void);
size_t confkeys_own_at(const struct conf_key *);

/* All rows, those of a section together; NULL after the last one. */
const struct conf_key *confkeys_at(size_t i);
extern const struct conf_section_info confkeys_section[CONF_NSECTION];

bool confkeys_is_list(const struct conf_key *);
/* NULL: no such key in that section. */
const struct conf_key *confkeys_find(enum conf_section, const char *name);
/* CONF_NSECTION: no such section. */
enum conf_section confkeys_section_find(const char *word);
/*
 * What to write instead of an unknown key or section, as a sentence into
 * out: a later version's, another section's, the nearest, or all there are.
 */
void
confkeys_advise(enum conf_section, const char *name, char *out, size_t size);
void confkeys_section_advise(const char *word, char *out, size_t size);
/* The i-th of "a|b|c" into out; false when there is none. */
bool confkeys_word(const char *words, size_t i, char *out, size_t size);
/* Edits (insert, delete, replace, swap) from a to b, ignoring case. */
unsigned confkeys_distance(const char *a, const char *b);
/* The nearest of a NULL-terminated list, or NULL when none is near. */
const char *confkeys_nearest(const char *s, const char *const *list);

#endif
