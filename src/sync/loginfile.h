/*
 * loginfile.h - the file of logins, kept outside of the database because the
 * CRM may read that. It has: which account was rejected, or is being tried,
 * with which password (a verifier, from which the password cannot be read) and
 * when; and which logins of an INI were accepted.
 * Floor: sync, internal.
 * Threads: pure; a struct loginfile belongs to one thread at a time.
 *
 * The file, in lines that end with \n, fields separated by a tab:
 *	64 hex digits: the salt of the verifiers, made and kept by the keeper
 *	"exsync logins 2", since: nothing older is in it
 *	server, name, verifier, passes, first, last, retry, wrong,..., tried,...
 *	"proven", verifier, bits, last
 * server and name are percent-encoded, times are UTC with milliseconds, "-"
 * means none. A row is one name with one password. passes 0: it is about to be
 * tried, or it is good while another name is not; passes "-": the row is there
 * for tried only. tried: logins whose outcome is unknown, each with the time
 * until which it counts as wrong. A proven line is about all logins of one INI:
 * one verifier of them together, and which of them, in their order, were
 * accepted (a hex digit for four of them). A file that begins with "exsync
 * logins 1" has neither tried nor proven lines. Whoever can write the file is
 * not trusted: a file that differs from this is refused as a whole.
 */
#ifndef SYNC_LOGINFILE_H
#define SYNC_LOGINFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define LOGINFILE_MAX   ((size_t)1 << 20) /* bytes */
#define LOGINFILE_ROWS  2000
#define LOGINFILE_FIELD 600 /* bytes of server and of name, as written */
#define LOGINFILE_SALT  32
#define LOGINFILE_LINE  (2 * LOGINFILE_SALT + 1) /* the salt line with \n */
#define LOGINFILE_HEX   65                       /* a verifier and its NUL */
/* The most wrong logins of an account within LOGINFILE_HOUR. */
#define LOGINFILE_WRONG 4
#define LOGINFILE_HOUR  INT64_C(3600000)
/*
 * How many INIs may have accepted logins; each has at most LOGINFILE_BITS hex
 * digits, for four logins each.
 */
#define LOGINFILE_PROVEN 16
#define LOGINFILE_BITS   1000

struct loginfile_row {
	char *server, *name; /* as account_fold makes them */
	char verifier[LOGINFILE_HEX];
	bool held;      /* the row is there for tried only; passes is 0 */
	int64_t passes; /* passes in which it was rejected */
	/*
	 * The first and last rejection, and when it may be tried again;
	 * TIM_NONE when passes is 0.
	 */
	int64_t first_at, last_at, retry_at;
	int64_t wrong[LOGINFILE_WRONG]; /* times of the latest ones */
	size_t nwrong;
	int64_t tried[LOGINFILE_WRONG]; /* until when each counts as wrong */
	size_t ntried;
};

struct loginfile_proven {
	char verifier[LOGINFILE_HEX];
	char bits[LOGINFILE_BITS + 1];
	int64_t at; /* when it was written last */
};

struct loginfile {
	unsigned char salt[LOGINFILE_SALT];
	int64_t since;
	bool is_new; /* there was no file */
	struct loginfile_row *v;
	size_t n;
	struct loginfile_proven *proven; /* the latest last */
	size_t nproven;
};

/*
 * Parses the file. Tries that no longer count are left out. If there is nothing
 * but the salt's line the file is new. -1: ERR_CONFIG, it is not such a file
 * (line and reason); out is empty, and the caller frees it all the same.
 */
int loginfile_parse(
    struct loginfile *out, const char *data, size_t len, struct err *);
void loginfile_free(struct loginfile *);
/*
 * Formats all behind the salt's line; -1: it does not fit, which loginfile_add
 * prevents.
 */
int loginfile_format(const struct loginfile *, struct buf *out);
/* Makes a slow hash of a password, for the user of a server. */
void loginfile_verifier(const struct loginfile *, const char *server,
    const char *user, const char *password, char out[LOGINFILE_HEX]);
/* The row with that name and verifier, or NULL. */
struct loginfile_row *loginfile_find(const struct loginfile *,
    const char *server, const char *name, const char *verifier);
/*
 * Adds a row (passes 0, held); NULL: there is no room. The other rows move in
 * memory.
 */
struct loginfile_row *loginfile_add(struct loginfile *, const char *server,
    const char *name, const char *verifier);
void loginfile_remove(struct loginfile *, struct loginfile_row *);
/* at, or the next time after it that no row contains. */
int64_t loginfile_alone(const struct loginfile *, int64_t at);
/* Records one more wrong login, at a time that no other login has. */
void loginfile_wrong(struct loginfile_row *, int64_t at);
/* Records one more try; until: a time that no other login has. */
void loginfile_try(struct loginfile_row *, int64_t until);
/*
 * A try that counts until that time counts until another one from now on
 * (TIM_NONE: no longer); rows that were held for it alone are removed. False:
 * there is no such try.
 */
bool loginfile_tried(struct loginfile *, int64_t until, int64_t another);
/* The bits of the INI with that verifier; "": nothing is known. */
const char *loginfile_bits(const struct loginfile *, const char *verifier);
/*
 * Records the bits of an INI. False: they are known, and were written within a
 * day.
 */
bool
loginfile_prove(struct loginfile *, const char *verifier, const char *bits);

#endif
