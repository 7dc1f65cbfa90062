/*
 * samemail.h - are two messages the same mail, in one call. The program
 * compares one message with several (store/same.h).
 */
#ifndef TESTS_LIB_SAMEMAIL_H
#define TESTS_LIB_SAMEMAIL_H

#include "store/same.h"

static inline bool
same_mail(const struct message *a, const struct message *b)
{
	struct same s;
	bool same;

	same_init(&s, a);
	same = same_as(&s, b);
	same_free(&s);
	return same;
}

#endif
