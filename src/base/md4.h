/*
 * md4.h - MD4 (RFC 1320), of which NTLM makes its keys. It is broken as a hash
 * and serves nothing else; BearSSL does not have it.
 * Floor: base.
 * Threads: pure.
 */
#ifndef BASE_MD4_H
#define BASE_MD4_H

#include <stddef.h>

#define MD4_SIZE 16

/* p may hold a secret: nothing of it is left behind on the stack. */
void md4(const void *p, size_t, unsigned char out[MD4_SIZE]);

#endif
