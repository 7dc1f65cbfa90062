/*
 * gen.h - made-up mail, the same for the same words.
 */
#ifndef SIM_GEN_H
#define SIM_GEN_H

#include "world/world.h"

struct gen_set {
	struct gen_set *next;
	uint64_t seed;
	size_t bytes;         /* of a body, about */
	int contacts;         /* how many different correspondents */
	int attachment_every; /* 0: none */
	size_t attachment_bytes;
	int64_t start;
	int step;
	const char *to_addr, *to_name; /* the mailbox's person: borrowed */
	bool sent;                     /* the mailbox's owner is the sender */
	bool prose; /* letters of words instead of the same paragraphs */
};

/* A copy of the set that stays until gen_free. */
struct gen_set *gen_add(const struct gen_set *);
void gen_free(void); /* sets and codings */

/*
 * How a protocol writes text in its answers (sb_xml, sb_json without quotes).
 * A body is put together from pieces that are coded once, so that serving it
 * costs a copy. The same for the same function; it stays until gen_free.
 */
typedef void gen_coder(struct sb *, const char *);
const struct gen_coding *gen_coding(gen_coder *);

/*
 * Writes mail number n into m (zeroed). Body, wire headers and MIME only when
 * wanted; the body in a coding, or as it is when that is NULL.
 * Correspondent k is c<k>@client<k modulo 7>.example.
 */
enum { GEN_BODY = 1, GEN_HEAD = 2, GEN_MIME = 4 };
void gen_make(const struct gen_set *, uint32_t n, unsigned want,
    const struct gen_coding *, struct mail *);
/* Its raw size, without making it. */
size_t gen_size(const struct gen_set *, uint32_t n);

/* The bytes of a made-up attachment, appended to the buffer. */
void gen_attachment(struct sb *, uint64_t seed, size_t len);

#endif
