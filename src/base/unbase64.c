/*
 * unbase64.c - a stream that decodes base64.
 */
#include <string.h>

#include "base/unbase64.h"

#define PIECE 8192

static int
decode_piece(struct stream *s, const void *data, size_t n, struct err *err)
{
	struct unbase64 *u = (struct unbase64 *)(void *)s;
	char out[3 * (PIECE / 4 + 1)];
	const char *p = data;
	size_t k;
	long got;

	for (; n > 0 && !u->bad; p += k, n -= k) {
		k = n < PIECE ? n : PIECE;
		if ((got = enc_b64_feed(&u->b64, p, k, out)) < 0)
			u->bad = true;
		else if (got > 0 &&
			 u->out->write(u->out, out, (size_t)got, err) == -1)
			return -1;
	}
	return 0;
}

void
unbase64_init(struct unbase64 *u, struct stream *out)
{
	memset(u, 0, sizeof(*u));
	u->stream.write = decode_piece;
	u->out = out;
}

int
unbase64_end(const struct unbase64 *u, struct err *err)
{
	if (u->bad) {
		err_set(err, ERR_ITEM, "the content is not base64");
		return err_code(err, CAUSE_OTHER, "base64", SCOPE_ITEM);
	}
	/* A single last character of base64 makes no byte. */
	if (u->b64.nbits == 6) {
		err_set(err, ERR_RETRY,
		    "the server cut the content short: tried again");
		return err_code(err, CAUSE_OTHER, "truncated", SCOPE_ITEM);
	}
	return 0;
}
