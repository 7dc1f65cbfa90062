/*
 * tim.c - times: clocks, and the three date formats that servers send.
 * 1. Every time is milliseconds since 1970-01-01T00:00:00Z, leap seconds
 *    not counted; second 60 is the first second of the next minute.
 * 2. Calendar arithmetic is proleptic Gregorian and never overflows.
 * 3. A parser accepts the whole string or nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "base/tim.h"

#define DAY_S 86400

/* A date and time as written, before it is checked. */
struct fields {
	int year, mon, day, hour, min, sec, ms;
	int zone; /* minutes east of UTC */
};

static const char *const months[] = { "january", "february", "march", "april",
	"may", "june", "july", "august", "september", "october", "november",
	"december" };
static const char *const weekdays[] = { "monday", "tuesday", "wednesday",
	"thursday", "friday", "saturday", "sunday" };

static int64_t
clock_ms(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
tim_now(void)
{
#ifdef EXSYNC_FAULT
	const char *fixed = getenv("EXSYNC_NOW");
	int64_t t;

	if (fixed != NULL && tim_iso(fixed, &t))
		return t;
#endif
	return clock_ms(CLOCK_REALTIME);
}

int64_t
tim_mono(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

bool
tim_due(int64_t at)
{
	int64_t now = tim_now();

	return at <= now || at > now + TIM_FAR;
}

void
tim_sleep(int64_t ms)
{
	struct timespec ts;

	if (ms <= 0)
		return;
	ts.tv_sec = (time_t)(ms / 1000);
	ts.tv_nsec = (long)(ms % 1000) * 1000000;
	while (nanosleep(&ts, &ts) != 0 && errno == EINTR)
		;
}

/* Days since 1970-01-01; the year begins in March, so that the leap day is
 * its last. */
static int64_t
days_since(int year, int mon, int day)
{
	int64_t y = mon <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (mon + (mon > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static int
month_days(int year, int mon)
{
	static const int n[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };

	if (mon == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return 29;
	return n[mon - 1];
}

/* Checks all ranges; 24:00:00 is the end of the day (XSD allows it). */
static bool
make_time(const struct fields *f, int64_t *out)
{
	int64_t s;

	if (f->year < 1601 || f->year > 9999 || f->mon < 1 || f->mon > 12)
		return false;
	if (f->day < 1 || f->day > month_days(f->year, f->mon))
		return false;
	if (f->hour > 24 || f->min > 59 || f->sec > 60)
		return false;
	if (f->hour == 24 && (f->min > 0 || f->sec > 0 || f->ms > 0))
		return false;
	s = days_since(f->year, f->mon, f->day) * DAY_S + f->hour * 3600 +
	    (f->min - f->zone) * 60 + f->sec;
	if (s >= days_since(10000, 1, 1) * DAY_S)
		return false;
	*out = s * 1000 + f->ms;
	return true;
}

static void
put_two(char *p, int v)
{
	p[0] = (char)('0' + v / 10);
	p[1] = (char)('0' + v % 10);
}

char *
tim_text(int64_t ms, char *out)
{
	int64_t s = ms / 1000 - (ms % 1000 < 0), d, era, doe, yoe, doy, mp;
	int year, sec;

	if (s < days_since(1, 1, 1) * DAY_S ||
	    s >= days_since(10000, 1, 1) * DAY_S)
		return NULL;
	d = (s >= 0 ? s : s - (DAY_S - 1)) / DAY_S;
	sec = (int)(s - d * DAY_S);
	d += 719468; /* since 0000-03-01: positive for every year >= 1 */
	era = d / 146097;
	doe = d % 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	year = (int)(era * 400 + yoe + (mp >= 10));
	put_two(out, year / 100);
	put_two(out + 2, year % 100);
	out[4] = out[7] = '-';
	put_two(out + 5, (int)(mp < 10 ? mp + 3 : mp - 9));
	put_two(out + 8, (int)(doy - (153 * mp + 2) / 5 + 1));
	out[10] = 'T';
	put_two(out + 11, sec / 3600);
	out[13] = out[16] = ':';
	put_two(out + 14, sec / 60 % 60);
	put_two(out + 17, sec % 60);
	memcpy(out + 19, "Z", 2);
	return out;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alpha(char c)
{
	c |= 32;
	return c >= 'a' && c <= 'z';
}

/* Exactly n digits. */
static bool
read_fixed(const char **p, int n, int *v)
{
	for (*v = 0; n > 0; n--, (*p)++) {
		if (!is_digit(**p))
			return false;
		*v = *v * 10 + (**p - '0');
	}
	return true;
}

static bool
read_char(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

/* "hh:mm:ss" */
static bool
clock_time(const char **p, struct fields *f)
{
	return read_fixed(p, 2, &f->hour) && read_char(p, ':') &&
	       read_fixed(p, 2, &f->min) && read_char(p, ':') &&
	       read_fixed(p, 2, &f->sec);
}

/* "Z", "+hh:mm" or nothing; XSD allows up to 14:00. */
static bool
iso_zone(const char **p, struct fields *f)
{
	char sign = **p;
	int h, m;

	if (read_char(p, 'Z') || (sign != '+' && sign != '-'))
		return true;
	(*p)++;
	if (!read_fixed(p, 2, &h) || !read_char(p, ':') ||
	    !read_fixed(p, 2, &m))
		return false;
	if (h > 14 || m > 59 || (h == 14 && m > 0))
		return false;
	f->zone = sign == '-' ? -(h * 60 + m) : h * 60 + m;
	return true;
}

static bool
iso_fraction(const char **p, struct fields *f)
{
	int scale = 100;

	if (!read_char(p, '.'))
		return true;
	if (!is_digit(**p))
		return false;
	for (; is_digit(**p); (*p)++, scale /= 10)
		f->ms += (**p - '0') * scale;
	return true;
}

bool
tim_iso(const char *s, int64_t *out)
{
	struct fields f = { 0 };

	s += strspn(s, " \t\r\n"); /* XSD: white space collapses */
	if (!read_fixed(&s, 4, &f.year) || !read_char(&s, '-') ||
	    !read_fixed(&s, 2, &f.mon) || !read_char(&s, '-') ||
	    !read_fixed(&s, 2, &f.day))
		return false;
	if (read_char(&s, 'T') &&
	    (!clock_time(&s, &f) || !iso_fraction(&s, &f)))
		return false;
	if (!iso_zone(&s, &f))
		return false;
	s += strspn(s, " \t\r\n");
	return *s == '\0' && make_time(&f, out);
}

/* The index of the name that the letters at *p (at least three) abbreviate,
 * or -1. */
static int
read_abbreviation(const char **p, const char *const *names, int n)
{
	size_t len = 0;
	int i;

	while (is_alpha((*p)[len]))
		len++;
	for (i = 0; len >= 3 && i < n; i++) {
		if (len <= strlen(names[i]) && str_ieqn(*p, names[i], len)) {
			*p += len;
			return i;
		}
	}
	return -1;
}

/* White space and nested comments (RFC 5322 3.2.2); an open comment ends
 * with the string. */
static void
skip_cfws(const char **p)
{
	int depth = 0;

	for (; **p != '\0'; (*p)++) {
		if (**p == '(')
			depth++;
		else if (**p == ')' && depth > 0)
			depth--;
		else if (**p == '\\' && depth > 0 && (*p)[1] != '\0')
			(*p)++;
		else if (depth == 0 && strchr(" \t\r\n", **p) == NULL)
			return;
	}
}

/* Reads lo..hi digits and the CFWS after them; the number of digits, or 0. */
static int
read_number(const char **p, int lo, int hi, int *v)
{
	int n;

	for (*v = 0, n = 0; is_digit(**p) && n < hi; n++, (*p)++)
		*v = *v * 10 + (**p - '0');
	if (n < lo || is_digit(**p))
		return 0;
	skip_cfws(p);
	return n;
}

static bool
mail_zone(const char **p, struct fields *f)
{
	static const struct {
		char name[4];
		int min;
	} zones[] = { { "EDT", -240 }, { "EST", -300 }, { "CDT", -300 },
		{ "CST", -360 }, { "MDT", -360 }, { "MST", -420 },
		{ "PDT", -420 }, { "PST", -480 } };
	size_t i, len = 0;
	char sign;
	int h, m;

	while (is_alpha((*p)[len]))
		len++;
	for (i = 0; len == 3 && i < sizeof(zones) / sizeof(zones[0]); i++)
		if (str_ieqn(*p, zones[i].name, 3))
			f->zone = zones[i].min;
	*p += len; /* others count as -0000 (RFC 5322 4.3) */
	sign = **p;
	if (sign != '+' && sign != '-')
		return true; /* some senders leave the zone out */
	(*p)++;              /* also "GMT+0100" */
	if (!read_fixed(p, 2, &h))
		return false;
	read_char(p, ':'); /* seen: "+01:00" */
	if (!read_fixed(p, 2, &m) || m > 59)
		return false;
	f->zone = sign == '-' ? -(h * 60 + m) : h * 60 + m;
	return true;
}

static bool
mail_date(const char **p, struct fields *f)
{
	int n;

	skip_cfws(p);
	if (read_abbreviation(p, weekdays, 7) >= 0) {
		skip_cfws(p);
		read_char(p, ',');
		skip_cfws(p);
	}
	if (!read_number(p, 1, 2, &f->day))
		return false;
	f->mon = read_abbreviation(p, months, 12) + 1;
	skip_cfws(p);
	n = read_number(p, 2, 4, &f->year);
	if (n == 2)
		f->year += f->year < 50 ? 2000 : 1900;
	else if (n == 3)
		f->year += 1900;
	return n > 0;
}

bool
tim_mail(const char *s, int64_t *out)
{
	struct fields f = { 0 };

	if (!mail_date(&s, &f) || !read_number(&s, 1, 2, &f.hour) ||
	    !read_char(&s, ':'))
		return false;
	skip_cfws(&s);
	if (!read_number(&s, 2, 2, &f.min))
		return false;
	if (read_char(&s, ':')) {
		skip_cfws(&s);
		if (!read_number(&s, 2, 2, &f.sec))
			return false;
	}
	if (!mail_zone(&s, &f) || f.hour > 23)
		return false;
	skip_cfws(&s);
	return *s == '\0' && make_time(&f, out);
}

/* "Nov  6 08:49:37 1994" of asctime */
static bool
http_asctime(const char **p, struct fields *f)
{
	f->mon = read_abbreviation(p, months, 12) + 1;
	if (!read_char(p, ' '))
		return false;
	return read_fixed(p, read_char(p, ' ') ? 1 : 2, &f->day) &&
	       read_char(p, ' ') && clock_time(p, f) && read_char(p, ' ') &&
	       read_fixed(p, 4, &f->year);
}

/*
 * "06 Nov 1994 08:49:37 GMT", and "06-Nov-94 08:49:37 GMT" of RFC 850, whose
 * year is in the past when it would be more than 50 years ahead. ASP.NET's
 * cookies have "06-Nov-1994 08:49:37 GMT" (RFC 6265 5.1.1).
 */
static bool
http_date(const char **p, struct fields *f)
{
	char sep, now[TIM_TEXT];
	int year, n;

	if (!read_fixed(p, 2, &f->day))
		return false;
	sep = **p;
	if (!read_char(p, ' ') && !read_char(p, '-'))
		return false;
	f->mon = read_abbreviation(p, months, 12) + 1;
	if (!read_char(p, sep))
		return false;
	n = sep == '-' && strcspn(*p, " ") == 2 ? 2 : 4;
	if (!read_fixed(p, n, &f->year))
		return false;
	if (n == 2) {
		year = tim_text(tim_now(), now) == NULL ? 1970 : atoi(now);
		f->year += year - year % 100;
		if (f->year > year + 50)
			f->year -= 100;
	}
	if (!read_char(p, ' ') || !clock_time(p, f) || !read_char(p, ' ') ||
	    strncmp(*p, "GMT", 3) != 0)
		return false;
	*p += 3;
	return true;
}

bool
tim_http(const char *s, int64_t *out)
{
	struct fields f = { 0 };

	s += strspn(s, " \t");
	if (read_abbreviation(&s, weekdays, 7) < 0)
		return false;
	if (read_char(&s, ',')) {
		if (!read_char(&s, ' ') || !http_date(&s, &f))
			return false;
	} else if (!read_char(&s, ' ') || !http_asctime(&s, &f)) {
		return false;
	}
	s += strspn(s, " \t");
	return *s == '\0' && f.hour < 24 && make_time(&f, out);
}
