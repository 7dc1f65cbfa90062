/*
 * party.c - whom the CRM knows: users and contacts with their addresses.
 * 1. Every address in a list is normalised; comparing bytes is enough.
 * 2. A directory's array holds the parties of one address side by side,
 *    users first, no (crm_type, crm_id) twice; the table maps an address to
 *    its first one.
 * 3. Nothing is allocated per entry: a directory is two arrays.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/address.h"
#include "base/crypt.h"
#include "base/enc.h"
#include "base/stop.h"
#include "base/str.h"
#include "base/tim.h"
#include "base/vec.h"
#include "core/csv.h"
#include "core/party.h"

/* --- lists --- */

bool
party_is_user(const char *crm_type)
{
	return str_ieq(crm_type, "user");
}

bool
party_is_ours(const char *crm_type)
{
	return party_is_user(crm_type) || str_ieq(crm_type, "queue");
}

void
party_list_add(struct party_list *l, const char *crm_type, const char *crm_id,
    const char *address, const char *name)
{
	struct party *p = VEC_ADD(l->v, l->n);

	/* neighbours mostly share their type */
	if (l->n > 1 && strcmp(p[-1].crm_type, crm_type) == 0)
		p->crm_type = p[-1].crm_type;
	else
		p->crm_type = arena_strdup(&l->arena, crm_type);
	p->crm_id = arena_strdup(&l->arena, crm_id);
	p->address = arena_strdup(&l->arena, address);
	p->name = arena_strdup(&l->arena, name);
}

void
party_list_free(struct party_list *l)
{
	arena_free(&l->arena);
	free(l->v);
	memset(l, 0, sizeof(*l));
}

/* --- CSV --- */

#define FILE_MAX_BYTES (512L * 1024 * 1024)
#define SETTLE         250 /* ms in which nobody writes to a file */
#define SETTLE_TRIES   20

enum column { COL_ID, COL_ADDRESS, COL_NAME, COL_TYPE, COL_N };
static const char *const column_name[COL_N] = { "crm_id", "address", "name",
	"crm_type" };

struct load {
	struct party_list *list;
	const char *crm_type;
	bool header;      /* seen */
	size_t at[COL_N]; /* CSV_FIELDS: the column is not there */
	size_t width;     /* fields of the header */
	bool without;     /* a row without an address was there */
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
		if (l->at[c] == CSV_FIELDS && c != COL_TYPE && c != COL_NAME)
			return err_set(err, ERR_CONFIG,
			    "%lu: column %s is missing: the first line must "
			    "be crm_id,address,name",
			    line, column_name[c]);
	}
	l->header = true;
	l->width = n;
	return 0;
}

/* The type of a row; NULL with err set when it may not have that one. */
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

static int
take_csv_row(
    void *arg, char **field, size_t n, unsigned long line, struct err *err)
{
	struct load *l = arg;
	const char *v[COL_N], *type;
	char address[ADDRESS_MAX];
	bool empty = true;
	size_t i;

	if (!l->header)
		return take_header(l, field, n, line, err);
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
		l->without = true; /* no mail can concern that person */
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
	return 0;
}

static int
open_csv(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return err_set(
		    err, ERR_CONFIG, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size <= FILE_MAX_BYTES)
		return fd;
	close(fd);
	return err_set(err, ERR_CONFIG, "%s: %s", path,
	    S_ISREG(st.st_mode) ? "is larger than 512 MB"
				: "is not a regular file");
}

/* Feeds the file; errors begin with the line or are about reading. */
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
		/* "path:line: ..." reads better than "path: line: ..." */
		char why[sizeof(err->msg)];

		memcpy(why, err->msg, sizeof(why));
		return err_set(err, ERR_CONFIG, "%s:%s", path, why);
	}
	return 0;
}

/* The rows of an open file. */
static int
load_party_csv(struct party_list *list, int fd, const char *path,
    const char *crm_type, struct err *err)
{
	struct load l = { .list = list, .crm_type = crm_type };
	size_t before = list->n;
	struct csv csv;
	int rc;

	csv_init(&csv, take_csv_row, &l);
	rc = read_csv(fd, &csv, path, err);
	if (rc == 0 && !l.header)
		rc = err_set(err, ERR_CONFIG,
		    "%s:1: is empty: the first line must be "
		    "crm_id,address,name",
		    path);
	else if (rc == 0 && l.without && list->n == before)
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
 * Is the file at path still the one that was read, and has nobody written to
 * it for a while? A writer's last word may be only its last so far.
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
	if (age < 0 || age >= SETTLE)
		return true; /* or the clocks differ: nothing to learn */
	tim_sleep(SETTLE - age);
	return stat(path, &now) == 0 && is_same_file(was, &now);
}

int
party_csv(struct party_list *list, const char *path, const char *crm_type,
    struct err *err)
{
	size_t before = list->n;
	struct stat st;
	int fd, rc, i;

	for (i = 0; i < SETTLE_TRIES && !stop_requested(); i++) {
		err_clear(err);
		list->n = before;
		if ((fd = open_csv(path, err)) < 0)
			return -1;
		if (fstat(fd, &st) == -1)
			memset(&st, 0, sizeof(st)); /* not the file's: again */
		rc = load_party_csv(list, fd, path, crm_type, err);
		close(fd);
		/* an error in half a file is not the file's */
		if (is_settled(path, &st))
			return rc;
		tim_sleep(SETTLE);
	}
	list->n = before;
	err_set(err, ERR_RETRY,
	    "%s: is being written all the time: write the new list to another "
	    "file in that directory, then rename it",
	    path);
	return err_code(err, CAUSE_OTHER, "csv-unsettled", SCOPE_ALL);
}

/* --- the directory --- */

/*
 * Not a struct map, which has its keys beside its values: for a million rows
 * that is 58 bytes a row instead of 42, and 1.4 times as long to build as a
 * table whose size is known. Nor its hash: with it, to find one takes 1.1
 * times as long.
 */
struct slot {
	uint32_t first, n; /* in by; n 0: free */
	uint64_t hash;
};

struct party_dir {
	const struct party **by; /* sorted by address, see invariant 2 */
	struct slot *slot;
	size_t mask;
	uint64_t seed;
};

/* FNV-1a with a secret start, its bits mixed at the end (murmur3). */
static uint64_t
hash_address(uint64_t h, const char *s)
{
	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3;
	h = (h ^ h >> 33) * 0xff51afd7ed558ccd;
	h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53;
	return h ^ h >> 33;
}

static int
by_address(const void *a, const void *b)
{
	const struct party *x = *(const struct party *const *)a;
	const struct party *y = *(const struct party *const *)b;
	bool ux, uy;
	int d = strcmp(x->address, y->address);

	if (d != 0)
		return d;
	ux = party_is_user(x->crm_type);
	uy = party_is_user(y->crm_type);
	if (ux != uy)
		return ux ? -1 : 1;
	if ((d = strcmp(x->crm_type, y->crm_type)) != 0)
		return d;
	return strcmp(x->crm_id, y->crm_id);
}

static void
put_slot(struct party_dir *d, const struct party **first, size_t n)
{
	uint64_t h = hash_address(d->seed, first[0]->address);
	size_t i = h & d->mask;

	while (d->slot[i].n != 0)
		i = (i + 1) & d->mask;
	d->slot[i].first = (uint32_t)(first - d->by);
	d->slot[i].n = (uint32_t)n;
	d->slot[i].hash = h;
}

struct party_dir *
party_dir_build(const struct party_list *l)
{
	struct party_dir *d = mem_alloc(sizeof(*d));
	size_t i, from, n = 0, size = 16;

	crypt_random(&d->seed, sizeof(d->seed));
	while (size < 2 * l->n)
		size *= 2;
	d->mask = size - 1;
	d->slot = mem_alloc(size * sizeof(*d->slot));
	d->by = mem_grow(NULL, l->n, sizeof(*d->by));
	for (i = 0; i < l->n; i++)
		d->by[i] = &l->v[i];
	qsort(d->by, l->n, sizeof(*d->by), by_address);
	for (i = 0; i < l->n; i++)
		if (n == 0 || by_address(&d->by[n - 1], &d->by[i]) != 0)
			d->by[n++] = d->by[i];
	for (from = 0, i = 1; i <= n; i++)
		if (i == n ||
		    strcmp(d->by[from]->address, d->by[i]->address) != 0) {
			put_slot(d, d->by + from, i - from);
			from = i;
		}
	return d;
}

void
party_dir_free(struct party_dir *d)
{
	if (d == NULL)
		return;
	free(d->by);
	free(d->slot);
	free(d);
}

const struct party *const *
party_dir_find(const struct party_dir *d, const char *address, size_t *n)
{
	uint64_t h = hash_address(d->seed, address);
	size_t i;

	for (i = h & d->mask; d->slot[i].n != 0; i = (i + 1) & d->mask) {
		const struct slot *s = &d->slot[i];

		if (s->hash == h &&
		    strcmp(d->by[s->first]->address, address) == 0) {
			*n = s->n;
			return d->by + s->first;
		}
	}
	*n = 0;
	return NULL;
}
