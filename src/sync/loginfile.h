/*
 * loginfile.h - what is remembered of logins outside of the database, which
 * the CRM may read: of which account, with which password (a verifier, from
 * which the password cannot be read), when it was rejected or is being tried,
 * and which logins of an INI were accepted.
 * Floor: sync, internal.
 * Threads: pure; a struct loginfile belongs to one thread at a time.
 *
 * The file, in lines that end with \n, fields separated by a tab:
 *	64 hex digits: the salt of the verifiers, made and kept by the keeper
 *	"exsync logins 2", since: nothing older is in it
 *	server, name, verifier, passes, first, last, retry, wrong,..., tried,...
 *	"proven", verifier, bits, last
 * server and name are percent-encoded, times UTC with milliseconds, "-" is
 * none. A row is one name with one password; passes 0: it is about to be
 * tried, or good where another name is not; "-": it is there for tried only.
 * tried: a login of which nobody knows yet whether it is wrong, until when it
 * counts as one. A proven line is of all the logins of one INI: a verifier of
 * them together, and which of them, in their order, were accepted (hex digits
 * of four each). What begins with "exsync logins 1" has neither tried nor such
 * lines. Whoever may write the file may not be believed: what is not exactly so
 * is refused as a whole.
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
#define LOGINFILE_LINE  (2 * LOGINFILE_SALT + 1) /* the salt's, with its \n */
#define LOGINFILE_HEX   65                       /* a verifier and its NUL */
/* Wrong logins of an account within LOGINFILE_HOUR, at most. */
#define LOGINFILE_WRONG 4
#define LOGINFILE_HOUR  INT64_C(3600000)
/* INIs of which the accepted logins are known, and four times so many logins */
#define LOGINFILE_PROVEN 16
#define LOGINFILE_BITS   1000

struct loginfile_row {
	char *server, *name; /* as account_fold makes them */
	char verifier[LOGINFILE_HEX];
	bool held;      /* it is there for tried only; passes is 0 */
	int64_t passes; /* in which it was rejected */
	/* rejected first and last, not tried before; TIM_NONE: passes is 0 */
	int64_t first_at, last_at, retry_at;
	int64_t wrong[LOGINFILE_WRONG]; /* when, the latest of them */
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
	bool is_new; /* there was none */
	struct loginfile_row *v;
	size_t n;
	struct loginfile_proven *proven; /* the latest last */
	size_t nproven;
};

/*
 * Takes it apart. What was tried and counts no longer is left out. The salt's
 * line alone: a new file. -1: ERR_CONFIG, it is not such a file (line and why);
 * out is empty and to be freed all the same.
 */
int loginfile_parse(
    struct loginfile *out, const char *data, size_t len, struct err *);
void loginfile_free(struct loginfile *);
/* All behind the salt's line; -1: it does not fit, which _add prevents. */
int loginfile_format(const struct loginfile *, struct buf *out);
/* A slow hash of a password, for the user of a server. */
void loginfile_verifier(const struct loginfile *, const char *server,
    const char *user, const char *password, char out[LOGINFILE_HEX]);
/* The row of that name and verifier, or NULL. */
struct loginfile_row *loginfile_find(const struct loginfile *,
    const char *server, const char *name, const char *verifier);
/* A new row (passes 0, held); NULL: there is no room. Moves the others. */
struct loginfile_row *loginfile_add(struct loginfile *, const char *server,
    const char *name, const char *verifier);
void loginfile_remove(struct loginfile *, struct loginfile_row *);
/* at, or the next time after it that nothing in the file has. */
int64_t loginfile_alone(const struct loginfile *, int64_t at);
/* One more wrong login, at a time that no other has. */
void loginfile_wrong(struct loginfile_row *, int64_t at);
/* One more that may be; until: a time that no other has. */
void loginfile_try(struct loginfile_row *, int64_t until);
/*
 * What counts until then counts until another time now (TIM_NONE: no longer);
 * rows that were held for it alone go. False: there is no such.
 */
bool loginfile_tried(struct loginfile *, int64_t until, int64_t another);
/* Of the INI with that verifier; "": nothing is known. */
const char *loginfile_bits(const struct loginfile *, const char *verifier);
/* False: it is known already, and was written within a day. */
bool
loginfile_prove(struct loginfile *, const char *verifier, const char *bits);

#endif
