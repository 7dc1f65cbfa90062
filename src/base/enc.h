/*
 * enc.h - encodings: base64, hex, percent, IDN; letter case.
 * Floor: base.
 * Threads: pure; a decoder belongs to one thread.
 */
#ifndef BASE_ENC_H
#define BASE_ENC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* RFC 4648 4, padded, no line breaks. */
int enc_base64(struct buf *out, const void *, size_t);
/* RFC 4648 5, no padding. */
int enc_base64url(struct buf *out, const void *, size_t);
/*
 * Streaming base64 decoder, lenient as servers need it: white space
 * anywhere, padding optional, both alphabets. A zeroed struct is ready.
 */
struct enc_b64 {
	uint32_t bits;
	int nbits;
	bool end; /* padding seen */
};
/*
 * Decodes n bytes of in to out (room for 3 * (n / 4 + 1)). Returns the
 * number of bytes written, or -1 at a character that is not base64, and at a
 * digit after the padding. in and out may be the same. nbits == 6 after the
 * last piece: the input was cut.
 */
long enc_b64_feed(struct enc_b64 *, const char *in, size_t n, char *out);

/* Lower-case hex; out has room for 2 * n + 1. */
void enc_hex(const void *, size_t n, char *out);
/* The value of a hex digit of either case; -1: it is not a hex digit. */
int enc_hex_digit(char);
/* Decodes a string of exactly 2 * n hex digits to n bytes; false: it is not. */
bool enc_unhex(const char *, void *out, size_t n);
/* Percent-encodes all but the unreserved characters (RFC 3986 2.3). */
int enc_percent(struct buf *out, const char *);

/*
 * Adds a domain in the form in which domains are compared: ASCII lower case,
 * labels with other characters as xn-- (RFC 3492, after simple lower-casing
 * of Latin, Greek and Cyrillic; full UTS 46 mapping is not done), no final
 * dot. A domain literal ("[192.0.2.1]") is only lower-cased. -1: not a domain
 * (empty label, label over 63, total over 253, invalid UTF-8, ASCII other
 * than letters, digits, hyphen and underscore, invisible characters); out is
 * unchanged.
 */
int enc_domain(struct buf *out, const char *, size_t len);
/* Simple lower case of one character: Latin, Greek, Cyrillic, Armenian. */
uint32_t enc_lower(uint32_t);

#endif
