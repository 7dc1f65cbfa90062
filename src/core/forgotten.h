/*
 * forgotten.h - the people whom exsync has been told to forget: hashes of their
 * addresses and names with a key, so that mail which names them is known when
 * it comes once more, while nothing here tells who they are.
 * Floor: core.
 * Threads: pure; a list that nobody changes may be shared.
 *
 * The file, in lines that end with \n, fields separated by a tab:
 *	64 hex digits: the key, made and kept by the keeper as a salt
 *	"exsync forgotten 1"
 *	address, when, names
 * address is the HMAC-SHA-256 of the normalised address (base/address.h), cut
 * to 128 bits, in hex; when is in UTC with seconds. names is "-", or for each
 * name, separated by a space, "K:HEX": how many words it has, and the HMAC of
 * "name" and those words as namewords_join makes them, cut in the same way: so
 * "Miller, Carl" and "carl miller" are one. Rows are in the order of their
 * addresses, the names of a row in that of K and HEX, and nothing is twice.
 * Whoever can write the file is not trusted: a file that differs from this is
 * refused as a whole.
 */
#ifndef CORE_FORGOTTEN_H
#define CORE_FORGOTTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/crypt.h"
#include "base/err.h"

#define FORGOTTEN_MAX   ((size_t)16 << 20) /* bytes of the file */
#define FORGOTTEN_ROWS  100000
#define FORGOTTEN_NAMES 16 /* of a row */
#define FORGOTTEN_HASH  16 /* bytes */
#define FORGOTTEN_KEY   32
#define FORGOTTEN_LINE  (2 * FORGOTTEN_KEY + 1) /* the key's line with \n */

struct forgotten_name {
	unsigned char words; /* 1 to NAMEWORDS_MAX */
	unsigned char hash[FORGOTTEN_HASH];
};

struct forgotten_row {
	unsigned char hash[FORGOTTEN_HASH];
	int64_t at; /* ms */
	struct forgotten_name *name;
	size_t nname;
};

/* To read; forgotten_* change it. Wherever one is asked, NULL is empty. */
struct forgotten {
	struct crypt_hmac_key key;
	struct forgotten_row *v;
	size_t n;
	size_t size; /* bytes of the file */
};

/*
 * Parses the file, which may have nothing but the key's line. -1: ERR_CONFIG,
 * it is not such a file (line and reason); out is empty, and the caller frees
 * it all the same.
 */
int forgotten_parse(
    struct forgotten *out, const char *data, size_t len, struct err *);
void forgotten_free(struct forgotten *);
/*
 * Formats all behind the key's line; -1: it does not fit into out.
 * FORGOTTEN_MAX bytes are always enough.
 */
int forgotten_format(const struct forgotten *, struct buf *out);
size_t forgotten_count(const struct forgotten *);
/*
 * Adds the address, or updates its time, with the n display names it is known
 * by: in whichever order their words are, without what stands in brackets, too.
 * Names that are an address, have fewer than NAMEWORDS_MIN bytes or more than
 * NAMEWORDS_MAX words, and those after FORGOTTEN_NAMES are left out. now is
 * in ms. False: it is no SMTP address, or the list is full.
 */
bool forgotten_add(struct forgotten *, const char *address,
    const char *const *name, size_t n, int64_t now);
/*
 * out becomes a list with the same key that has only that address, with the
 * names that the list has for it. forgotten_free frees it.
 */
void forgotten_only(struct forgotten *out, const struct forgotten *,
    const char *address, int64_t now);
/* False: it was not there. */
bool forgotten_remove(struct forgotten *, const char *address);
bool forgotten_has(const struct forgotten *, const char *address);
/* The row of that address, an offset in v, or FORGOTTEN_NONE. */
#define FORGOTTEN_NONE ((size_t)-1)
size_t forgotten_find(const struct forgotten *, const char *address);
/* The same for an address that is normalised, of n bytes. */
size_t forgotten_row(const struct forgotten *, const char *address, size_t n);
/* The hash of a name of n bytes, as namewords_join makes it. */
void forgotten_name(const struct forgotten *, const char *, size_t n,
    unsigned char out[FORGOTTEN_HASH]);
/* The order of names in a row. */
int
forgotten_order(const struct forgotten_name *, const struct forgotten_name *);

#endif
