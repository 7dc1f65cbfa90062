/*
 * hash.h - small deterministic hashes; nothing here is meant to be secure.
 */
#ifndef SIM_HASH_H
#define SIM_HASH_H

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>

/* Invertible mixing of 64 bits (its inverse is hash_unmix). */
static inline uint64_t
hash_mix(uint64_t x)
{
	x ^= x >> 32;
	x *= 0xD6E8FEB86659FD93u;
	x ^= x >> 32;
	x *= 0xD6E8FEB86659FD93u;
	x ^= x >> 32;
	return x;
}

static inline uint64_t
hash_unmix(uint64_t x)
{
	x ^= x >> 32;
	x *= 0xCFEE444D8B59A89Bu;
	x ^= x >> 32;
	x *= 0xCFEE444D8B59A89Bu;
	x ^= x >> 32;
	return x;
}

static inline uint64_t
hash_bytes(const void *p, size_t n)
{
	const unsigned char *s = p;
	uint64_t h = 0xCBF29CE484222325u;

	while (n-- > 0)
		h = (h ^ *s++) * 0x100000001B3u;
	return hash_mix(h);
}

/* Without case. */
static inline uint64_t
hash_str(const char *s)
{
	uint64_t h = 0xCBF29CE484222325u;

	for (; *s != 0; s++)
		h = (h ^ (uint64_t)tolower((unsigned char)*s)) * 0x100000001B3u;
	return hash_mix(h);
}

/* A stream of numbers: each call moves the state on. */
static inline uint64_t
hash_next(uint64_t *state)
{
	return hash_mix(*state += 0x9E3779B97F4A7C15u);
}

#endif
