/*
 * partycsv.c - a CSV file of users or of contacts.
 * 1. A file is taken as a whole or not at all: on any error the list has the
 *    rows that it had before.
 * 2. Half a file is never taken for the whole one: a file that somebody is
 *    writing is read again, and an error in it does not count.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/address.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/str.h"
#include "base/tim.h"
#include "core/csv.h"
#include "core/partycsv.h"

#define FILE_MAX_BYTES (512L * 1024 * 1024)
#define SETTLE         250 /* ms without a write: the file rests */
#define SETTLE_TRIES   20

enum column {
	COL_ID,
	COL_ADDRESS,
	COL_NAME,
	COL_TYPE,
	COL_UPN,
	COL_SID,
	COL_N
};
static const char *const column_name[COL_N] = { "crm_id", "address", "name",
	"crm_type", "upn", "sid" };

/* A file while it is read. */
struct load {
	struct party_list *list;
	const char *crm_type; /* of the rows that name none */
	bool header;          /* the header line was read */
	size_t at[COL_N];     /* where each column is; CSV_FIELDS: nowhere */
	size_t width;         /* fields of the header line */
	bool without;         /* there was a row without an address */
	long bad;             /* rows that were passed over */
	struct err why;       /* of the first of them */
};

static int
take_header(
    struct load *l, char **field, size_t n, unsigned long line, struct err *err)
{
	size_t i;
	int c;

	for (c = 0; c < COL_N; c++) {
		l->at[c] = CSV_FIELDS;
		for (i = 0; i < n; i++) {
			if (!str_ieq(str_trim(field[i]), column_name[c]))
				continue;
			if (l->at[c] != CSV_FIELDS)
				return err_set(err, ERR_CONFIG,
				    "%lu: column %s is there twice: remove one",
				    line, column_name[c]);
			l->at[c] = i;
		}
		if (c <= COL_ADDRESS && l->at[c] == CSV_FIELDS)
			return err_set(err, ERR_CONFIG,
			    "%lu: column %s is missing: the first line must "
			    "be crm_id,address,name",
			    line, column_name[c]);
	}
	l->header = true;
	l->width = n;
	return 0;
}

/*
 * The type of a row whose field crm_type says type. NULL, and err is set: this
 * file must not have rows of that type.
 */
static const char *
row_type(
    const struct load *l, const char *type, unsigned long line, struct err *err)
{
	if (*type == '\0')
		return l->crm_type;
	if (party_is_user(l->crm_type) && !party_is_user(type)) {
		err_set(err, ERR_CONFIG,
		    "%lu: crm_type %s in the file of users: move the row to "
		    "the contacts",
		    line, type);
		return NULL;
	}
	if (!party_is_user(l->crm_type) && party_is_ours(type)) {
		err_set(err, ERR_CONFIG,
		    "%lu: crm_type %s in the file of contacts: %s", line, type,
		    party_is_user(type) ? "move the row to the users"
					: "give the queue a [mailbox NAME]");
		return NULL;
	}
	return type;
}

/* A row after the header line. -1: it is wrong. */
static int
take_person(
    struct load *l, char **field, size_t n, unsigned long line, struct err *err)
{
	const char *v[COL_N], *type;
	char address[ADDRESS_MAX];
	bool empty = true;
	size_t i;

	for (i = 0; i < n; i++) {
		field[i] = str_trim(field[i]);
		if (*field[i] == '\0')
			continue;
		empty = false;
		if (i >= l->width)
			return err_set(err, ERR_CONFIG,
			    "%lu: more fields than the header line has: put "
			    "quotes around a field that holds the separator",
			    line);
	}
	if (empty)
		return 0;
	for (i = 0; i < COL_N; i++)
		v[i] = l->at[i] < n ? field[l->at[i]] : "";
	if (*v[COL_ADDRESS] == '\0') {
		l->without = true; /* no mail can be from or to that person */
		return 0;
	}
	if (*v[COL_ID] == '\0')
		return err_set(
		    err, ERR_CONFIG, "%lu: crm_id is empty: fill it in", line);
	if (address_normalise_to(v[COL_ADDRESS], address, sizeof(address)) == 0)
		return err_set(err, ERR_CONFIG,
		    "%lu: %s is not an e-mail address: one row for each "
		    "address, as name@domain",
		    line, v[COL_ADDRESS]);
	if ((type = row_type(l, v[COL_TYPE], line, err)) == NULL)
		return -1;
	party_list_add(l->list, type, v[COL_ID], address,
	    *v[COL_NAME] == '\0' ? NULL : v[COL_NAME]);
	if (party_is_user(type))
		party_list_account(l->list, v[COL_UPN], v[COL_SID]);
	return 0;
}

/*
 * A row of the file; the first one is the header line. One bad row is no reason
 * to do without all others.
 */
static int
take_csv_row(
    void *arg, char **field, size_t n, unsigned long line, struct err *err)
{
	struct load *l = arg;

	if (!l->header)
		return take_header(l, field, n, line, err);
	if (take_person(l, field, n, line, err) == 0)
		return 0;
	if (l->bad++ == 0)
		l->why = *err;
	err_clear(err);
	return 0;
}

/* O_NONBLOCK: opening a named pipe would wait for somebody who writes. */
static int
open_csv(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return err_set(err, ERR_CONFIG, "%s: %s%s", path,
		    strerror(errno),
		    errno == ENOENT ? ": create it, or write the right name "
				      "in [directory]"
				    : "");
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size <= FILE_MAX_BYTES)
		return fd;
	close(fd);
	return err_set(err, ERR_CONFIG, "%s: %s", path,
	    S_ISREG(st.st_mode) ? "is larger than 512 MB"
				: "is not a regular file");
}

/* Reads the open file into csv. Messages of errors begin with path. */
static int
read_csv(int fd, struct csv *csv, const char *path, struct err *err)
{
	char piece[16 * 1024];
	long total = 0;
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(
			    err, ERR_CONFIG, "%s: %s", path, strerror(errno));
		if ((total += n) > FILE_MAX_BYTES)
			return err_set(
			    err, ERR_CONFIG, "%s: is larger than 512 MB", path);
		if (csv_feed(csv, piece, (size_t)n, err) != 0)
			break;
	}
	if (n != 0 || csv_end(csv, err) != 0) {
		/* csv's messages begin with the line: "path:line: ..." */
		char why[sizeof(err->msg)];

		memcpy(why, err->msg, sizeof(why));
		return err_set(err, ERR_CONFIG, "%s:%s", path, why);
	}
	return 0;
}

/* Appends the rows of the open file, or none. */
static int
load_open_csv(struct load *l, int fd, const char *path, struct err *err)
{
	struct party_list *list = l->list;
	size_t before = list->n;
	struct csv csv;
	int rc;

	csv_init(&csv, take_csv_row, l);
	rc = read_csv(fd, &csv, path, err);
	if (rc == 0 && !l->header)
		rc = err_set(err, ERR_CONFIG,
		    "%s:1: is empty: the first line must be "
		    "crm_id,address,name",
		    path);
	else if (rc == 0 && l->bad > 0 && list->n == before)
		rc = err_set(err, ERR_CONFIG, "%s:%s", path, l->why.msg);
	else if (rc == 0 && l->without && list->n == before)
		rc = err_set(err, ERR_CONFIG,
		    "%s: no row has an address: is column address the right "
		    "one?",
		    path);
	csv_free(&csv);
	if (rc != 0)
		list->n = before;
	return rc;
}

static bool
is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	       a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/*
 * Is the file at path still the one that was read, and does it rest? Whoever
 * wrote to it just now may go on writing.
 */
static bool
is_settled(const char *path, const struct stat *was)
{
	struct stat now;
	int64_t age;

	if (stat(path, &now) == -1 || !is_same_file(was, &now))
		return false;
	age = tim_now() - ((int64_t)now.st_mtim.tv_sec * 1000 +
			      now.st_mtim.tv_nsec / 1000000);
	/* age < 0: the file server has another clock, so waiting is no use */
	if (age < 0 || age >= SETTLE)
		return true;
	tim_sleep(SETTLE - age);
	return stat(path, &now) == 0 && is_same_file(was, &now);
}

static void
warn_bad(const struct load *l, const char *path)
{
	if (l->bad > 0)
		log_warning("%s:%s; the row is ignored", path, l->why.msg);
	if (l->bad > 1)
		log_warning("%s: %ld more rows are ignored", path, l->bad - 1);
}

int
partycsv_load(struct party_list *list, const char *path, const char *crm_type,
    struct err *err)
{
	size_t before = list->n;
	struct stat st;
	int fd, rc, i;

	for (i = 0; i < SETTLE_TRIES && !stop_requested(); i++) {
		struct load l = { .list = list, .crm_type = crm_type };

		err_clear(err);
		list->n = before;
		if ((fd = open_csv(path, err)) < 0)
			return -1;
		if (fstat(fd, &st) == -1)
			memset(&st, 0, sizeof(st)); /* equals no file: again */
		rc = load_open_csv(&l, fd, path, err);
		close(fd);
		/* while the file is written, rc is about a part of it */
		if (is_settled(path, &st)) {
			if (rc == 0)
				warn_bad(&l, path);
			return rc;
		}
		tim_sleep(SETTLE);
	}
	list->n = before;
	err_set(err, ERR_RETRY,
	    "%s: is being written all the time: write the new list to another "
	    "file in that directory, then rename it",
	    path);
	return err_code(err, CAUSE_OTHER, "csv-unsettled", SCOPE_ALL);
}
