/*
 * plainmail.h - for tests: a mail with a sender, a subject and a text.
 */
#ifndef TESTS_UNIT_PLAINMAIL_H
#define TESTS_UNIT_PLAINMAIL_H

#include <string.h>

#include "core/model.h"

#define T0 INT64_C(1795162560000) /* 2026-11-20T08:16:00Z */

static inline struct message *
plain_mail(
    const char *mid, const char *from, const char *subject, const char *text)
{
	struct message *m = message_new(0);
	struct address *a = message_address(m);

	a->role = ROLE_FROM;
	a->address = from;
	m->message_id = mid;
	m->subject = subject;
	m->text = text;
	m->text_len = text != NULL ? strlen(text) : 0;
	m->sent_at = T0;
	return m;
}

#endif
