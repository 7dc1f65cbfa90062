/*
 * ical.c - reads METHOD, UID, times and answers of an iCalendar object.
 */
#include "world/ical.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/sb.h"

static int64_t
stamp(const char *s, bool *date_only)
{
	struct tm tm = { 0 };
	int n = sscanf(s, "%4d%2d%2dT%2d%2d%2d", &tm.tm_year, &tm.tm_mon,
	    &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec);

	if (n < 3)
		return NO_TIME;
	*date_only = n == 3;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	return (int64_t)timegm(&tm);
}

static bool
is(const char *line, const char *name)
{
	size_t n = strlen(name);

	return strncasecmp(line, name, n) == 0 &&
	       (line[n] == ':' || line[n] == ';');
}

static void
partstat(struct mail *m, const char *line)
{
	if (strcasestr(line, "PARTSTAT=ACCEPTED") != NULL)
		m->meeting.answer = ANSWER_ACCEPT;
	else if (strcasestr(line, "PARTSTAT=DECLINED") != NULL)
		m->meeting.answer = ANSWER_DECLINE;
	else if (strcasestr(line, "PARTSTAT=TENTATIVE") != NULL)
		m->meeting.answer = ANSWER_TENTATIVE;
}

static void
method(struct mail *m, const char *value)
{
	if (strcasecmp(value, "REQUEST") == 0) {
		m->kind = KIND_MEETING_REQUEST;
		m->class = "IPM.Schedule.Meeting.Request";
	} else if (strcasecmp(value, "REPLY") == 0) {
		m->kind = KIND_MEETING_RESPONSE;
	} else if (strcasecmp(value, "CANCEL") == 0) {
		m->kind = KIND_MEETING_CANCELLATION;
		m->class = "IPM.Schedule.Meeting.Canceled";
	}
}

static void
line_of(struct mail *m, const char *line)
{
	const char *value = strchr(line, ':');
	struct meeting *e = &m->meeting;
	bool date;

	if (value == NULL)
		return;
	value++;
	if (is(line, "METHOD"))
		method(m, value);
	else if (is(line, "UID"))
		e->uid = arena_str(&m->a, value);
	else if (is(line, "LOCATION"))
		e->location = arena_str(&m->a, value);
	else if (is(line, "DTSTART"))
		e->start = stamp(value, &e->all_day);
	else if (is(line, "DTEND"))
		e->end = stamp(value, &date);
	else if (is(line, "ATTENDEE"))
		partstat(m, line);
}

void
ical_read(struct mail *m, const char *text, size_t len)
{
	const char *p = text, *end = text + len;
	struct sb line = { 0 };

	m->meeting.start = m->meeting.end = NO_TIME;
	while (p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((eol != NULL ? eol : end) - p);

		if (n > 0 && p[n - 1] == '\r')
			n--;
		if (line.n != 0 && *p != ' ' && *p != '\t') {
			line_of(m, line.p);
			sb_reset(&line);
		}
		if (n > 0)
			sb_add(&line, line.n ? p + 1 : p, line.n ? n - 1 : n);
		p = eol != NULL ? eol + 1 : end;
	}
	if (line.n != 0)
		line_of(m, line.p);
	sb_free(&line);
	if (m->meeting.start == NO_TIME)
		m->meeting.start = m->meeting.end = 0;
	if (m->meeting.end == NO_TIME)
		m->meeting.end = m->meeting.start + 3600;
	if (m->kind == KIND_MEETING_RESPONSE) {
		static const char *const CLASS[] = {
			[ANSWER_NONE] = "IPM.Schedule.Meeting.Resp.Pos",
			[ANSWER_ACCEPT] = "IPM.Schedule.Meeting.Resp.Pos",
			[ANSWER_TENTATIVE] = "IPM.Schedule.Meeting.Resp.Tent",
			[ANSWER_DECLINE] = "IPM.Schedule.Meeting.Resp.Neg"
		};

		m->class = CLASS[m->meeting.answer];
	}
}
