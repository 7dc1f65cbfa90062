/*
 * hash.h - small deterministic hashes; nothing here is meant to be secure.
 */
#ifndef SIM_HASH_H
#define SIM_HASH_H

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>

static inline uint64_t
hash_fold(uint64_t x, uint64_t factor)
{
	x ^= x >> 32;
	x *= factor;
	x ^= x >> 32;
	x *= factor;
	x ^= x >> 32;
	return x;
}

/* Invertible mixing of 64 bits (its inverse is hash_unmix). */
static inline uint64_t
hash_mix(uint64_t x)
{
	return hash_fold(x, 0xD6E8FEB86659FD93u);
}

/* The factor is the inverse of the other one modulo 2^64. */
static inline uint64_t
hash_unmix(uint64_t x)
{
	return hash_fold(x, 0xCFEE444D8B59A89Bu);
}

/* FNV-1a: where it begins, and one more byte. */
#define HASH_EMPTY 0xCBF29CE484222325u

static inline uint64_t
hash_byte(uint64_t h, unsigned char c)
{
	return (h ^ c) * 0x100000001B3u;
}

static inline uint64_t
hash_bytes(const void *p, size_t n)
{
	const unsigned char *s = p;
	uint64_t h = HASH_EMPTY;

	while (n-- > 0)
		h = hash_byte(h, *s++);
	return hash_mix(h);
}

/* Without case. */
static inline uint64_t
hash_str(const char *s)
{
	uint64_t h = HASH_EMPTY;

	for (; *s != 0; s++)
		h = hash_byte(h, (unsigned char)tolower((unsigned char)*s));
	return hash_mix(h);
}

/* A stream of numbers: each call moves the state on. */
static inline uint64_t
hash_next(uint64_t *state)
{
	return hash_mix(*state += 0x9E3779B97F4A7C15u);
}

#endif
