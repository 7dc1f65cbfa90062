/*
 * confkeys.h - the table of all sections and keys of the INI file.
 * Floor: conf; used by conf*.c, and by kinds of servers for rows of their own.
 * Threads: read-only once confkeys_add was called.
 *
 * A row has all that is known of a key. Parsing, checks, the default, --check
 * and exsync.ini.example come from it.
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

/* The type of a value, and of the field in the section's struct. */
enum conf_type {
	CONF_LOGIN,     /* char *, without a colon */
	CONF_NAME,      /* char *, not empty */
	CONF_FILE,      /* char *, a file that must be readable */
	CONF_LIST,      /* char *, a file that may be missing for a while */
	CONF_DATABASE,  /* char *, a file whose directory must exist */
	CONF_KEYFILE,   /* char *, a file that need not exist yet */
	CONF_STATEDIR,  /* char *, a directory that need not exist yet */
	CONF_GROUP,     /* char *, a Unix group; see confgroup.h */
	CONF_BOOL,      /* bool: yes or no */
	CONF_INT,       /* int, lo..hi */
	CONF_MEGABYTES, /* int64_t bytes, lo..hi MB */
	CONF_WORD,      /* an enum: position in words */
	CONF_DATE,      /* int64_t ms */
	CONF_DURATION,  /* int64_t ms, lo..hi minutes; 0: not set */
	CONF_DAYS,      /* int, lo..hi; all: CONF_DAYS_ALL; no: 0 */
	CONF_COMMAND,   /* char *, a program and its arguments */
	CONF_SERVER,    /* char * url, of host[:port] and the path in words */
	CONF_URL,       /* char * url; words: its usual path */
	CONF_AUTHORITY, /* char * url, https://host[:port] */
	CONF_PROXY,     /* char * */
	CONF_PIN,       /* char * sha256:hex */
	CONF_ADDRESS,   /* char * normalised */
	CONF_UPN,       /* char *, see base/principal.h */
	CONF_SID,       /* char *, likewise */
	CONF_SECRETDIR, /* char *, a directory that need not exist yet */
	CONF_REF,       /* struct conf_profile *, by name */
	CONF_SECRET,    /* char *, or no field: see confsecret.h */
	/* struct conf_list, from here on */
	CONF_DOMAINS,
	CONF_PATTERNS, /* domains, "*." allowed */
	CONF_FOLDERS,
	CONF_NAMES, /* as they are written */
	CONF_WORDS, /* each one of words */
	CONF_ADDRESSES
};

#define CONF_REQUIRED 1 /* an error when missing */
#define CONF_SHOWN    2 /* not commented out in the example */
#define CONF_NOPRINT  4 /* another row prints the same field */
#define CONF_OWN      8 /* offset is in the struct that a kind of server adds */

struct conf_key {
	enum conf_section section;
	const char *name;
	enum conf_type type;
	size_t offset; /* in the section's struct */
	int flags;
	const char *def; /* as written in the INI, or NULL */
	int64_t lo, hi;  /* CONF_INT, CONF_MEGABYTES, _DURATION, _DAYS */
	/*
	 * CONF_WORD: "a|b", in the enum's order; CONF_WORDS: "a|b";
	 * CONF_SERVER, CONF_URL: path
	 */
	const char *words;
	const char *example; /* value in the example; NULL: def */
	const char *help;
};

struct conf_section_info {
	const char *word;    /* "profile" */
	const char *example; /* NAME in the example; NULL: without a name */
	const char *help;
};

/*
 * What a kind of server adds to [profile NAME]: its own rows, and the size of
 * the struct that they fill (conf_own).
 */
struct conf_keys {
	const struct conf_key *key; /* rows of section CONF_PROFILE */
	size_t n;
	size_t size; /* of the struct that CONF_OWN rows fill */
	/* set by confkeys_add: where this struct begins in conf_profile.own */
	size_t at;
	struct conf_keys *next; /* likewise */
};
/*
 * To be called before the first INI is read and before any thread starts. The
 * struct is kept, not copied; adding it twice does nothing.
 */
void confkeys_add(struct conf_keys *);
/* Bytes of all these structs; and the offset in them of a CONF_OWN row. */
size_t confkeys_own_size(void);
size_t confkeys_own_at(const struct conf_key *);

/* The i-th of all rows, by sections; NULL after the last one. */
const struct conf_key *confkeys_at(size_t i);
extern const struct conf_section_info confkeys_section[CONF_NSECTION];

bool confkeys_is_list(const struct conf_key *);
/* NULL: no such key in that section. */
const struct conf_key *confkeys_find(enum conf_section, const char *name);
/* CONF_NSECTION: no such section. */
enum conf_section confkeys_section_find(const char *word);
/*
 * Writes into out, as a sentence, what to do about an unknown key or section:
 * it is not in this version, it belongs to another section, a similar name is
 * meant, or which names there are.
 */
void
confkeys_advise(enum conf_section, const char *name, char *out, size_t size);
void confkeys_section_advise(const char *word, char *out, size_t size);
/* The i-th of "a|b|c" into out; false when there is none. */
bool confkeys_word(const char *words, size_t i, char *out, size_t size);
/*
 * Edit distance (insert, delete, replace, swap of neighbours) from a to b,
 * ignoring case; 64 when one of them is longer than that.
 */
unsigned confkeys_distance(const char *a, const char *b);
/* The nearest of a NULL-terminated list; NULL when none is similar. */
const char *confkeys_nearest(const char *s, const char *const *list);

#endif
