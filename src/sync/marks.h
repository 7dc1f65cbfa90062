/*
 * marks.h - the addresses of the directory as hashes, so that what changed
 * since the last pass can be told without keeping the addresses.
 * Floor: sync.
 * Threads: pure.
 */
#ifndef SYNC_MARKS_H
#define SYNC_MARKS_H

#include <stdint.h>

#include "core/party.h"
#include "store/store.h"

#define MARK_OURS   1 /* a user or queue has the address */
#define MARK_OTHERS 2 /* a contact, lead, ... has */
#define MARK_KINDS  (MARK_OURS | MARK_OTHERS)

/*
 * An address of the directory as the basis holds it, in the order of hashes. In
 * the machine's own byte order: on another one all people are new, which costs
 * a scan.
 */
struct mark {
	uint64_t address; /* store_address_hash */
	uint64_t who;     /* hash of who has it; the lowest bits: MARK_KINDS */
};

/*
 * One hash of all people, of CRYPT_SHA256 bytes: when it is the same nothing
 * else need be computed.
 */
void marks_digest(const struct party_list *, unsigned char *out);
/* The addresses of the list, each once, *n of them; the caller frees. */
struct mark *
marks_make(const struct store *, const struct party_list *, size_t *n);
/*
 * Keeps of now, n marks, the addresses that a kind of people has who did not
 * have them before; their who is only those MARK_KINDS. Returns how many.
 */
size_t marks_keep_newcomers(
    struct mark *now, size_t n, const struct mark *before, size_t nbefore);
/*
 * The addresses that somebody else has now, *n of them: those in one list only,
 * and those with another who. The caller frees.
 */
struct mark *marks_changed(const struct mark *now, size_t nnow,
    const struct mark *before, size_t nbefore, size_t *n);
/* The mark of that address, or NULL. */
const struct mark *marks_find(const struct mark *, size_t n, uint64_t address);

#endif
