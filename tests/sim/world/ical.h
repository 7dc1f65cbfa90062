/*
 * ical.h - the few lines of an iCalendar object that a meeting message shows.
 */
#ifndef SIM_ICAL_H
#define SIM_ICAL_H

#include "world/mail.h"

/* Sets kind, class and meeting when the text is a scheduling message. */
void ical_read(struct mail *, const char *text, size_t len);

#endif
