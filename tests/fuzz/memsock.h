/*
 * memsock.h - net/sock.h without a network: what a peer sends is given
 * beforehand, what is sent to it is looked at and forgotten. Linked instead
 * of src/net/sock.c.
 */
#ifndef TESTS_FUZZ_MEMSOCK_H
#define TESTS_FUZZ_MEMSOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fuzz.h"

enum memsock_end { MEMSOCK_FIN, MEMSOCK_RESET, MEMSOCK_KEEP };

/* What is sent after one request, and what happens to the connection then. */
struct memsock_answer {
	const char *data;
	size_t len;
	enum memsock_end end;
};

/*
 * Cuts p into at most max answers, each up to "\n~~~\n" (then a FIN),
 * "\n!!!\n" (a reset) or "\n+++\n" (the connection stays). They point into p.
 */
size_t
memsock_parse(const char *p, size_t n, struct memsock_answer *v, size_t max);
/*
 * The answers that follow, in order; after the last one, connecting fails.
 * Borrowed. split: how reads are cut.
 */
void memsock_script(
    const struct memsock_answer *, size_t n, const struct fuzz_split *split);
/* Connections opened since, and how many are still open. */
size_t memsock_opened(void);
size_t memsock_open_now(void);

#endif
