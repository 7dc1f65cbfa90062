/*
 * jsonpeer.h - what another JSON library (jansson) says of the same bytes. Its
 * header uses the names of fmt/json.h, so it is behind this one.
 */
#ifndef TESTS_FUZZ_JSONPEER_H
#define TESTS_FUZZ_JSONPEER_H

#include <stddef.h>

enum jsonpeer_says {
	JSONPEER_TAKEN,
	/* refused for what our parser takes: a number beyond a double, a NUL in
	 * a key, half a surrogate pair */
	JSONPEER_OTHER,
	JSONPEER_TWICE, /* a name comes twice; nothing else is known */
	JSONPEER_REFUSED
};

/* A document as a tree; NULL unless it is taken. Frees it: jsonpeer_free. */
const void *jsonpeer_read(const void *, size_t, enum jsonpeer_says *);
void jsonpeer_free(const void *);

/* { [ s(tring) n(umber) t(rue) f(alse) or z (null) */
char jsonpeer_type(const void *);
const char *jsonpeer_string(const void *, size_t *len);
double jsonpeer_number(const void *);
/* Members and elements in their order; key NULL: an element. */
void jsonpeer_each(const void *,
    void (*)(void *arg, const char *key, const void *value), void *arg);

#endif
