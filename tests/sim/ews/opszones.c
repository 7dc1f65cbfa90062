/*
 * opszones.c - GetServerTimeZones from a compact table.
 */
#include <stdlib.h>
#include <string.h>

#include "ews/ops.h"
#include "ews/reply.h"

struct rule { /* a clock change: nth weekday of a month at an hour */
	int month, nth, hour; /* Sundays; nth -1: the last */
};

struct zone {
	const char *id, *name;
	int offset;                 /* minutes east of UTC in standard time */
	struct rule summer, winter; /* month 0: no summer time */
};

#define EU                                                                     \
	{ 3, -1, 2 },                                                          \
	{                                                                      \
		10, -1, 3                                                      \
	}
#define US                                                                     \
	{ 3, 2, 2 },                                                           \
	{                                                                      \
		11, 1, 2                                                       \
	}
#define NONE                                                                   \
	{ 0, 0, 0 },                                                           \
	{                                                                      \
		0, 0, 0                                                        \
	}

static const struct zone ZONE[] = {
	{ "Dateline Standard Time", "(UTC-12:00) International Date Line West",
	    -720, NONE },
	{ "Hawaiian Standard Time", "(UTC-10:00) Hawaii", -600, NONE },
	{ "Pacific Standard Time", "(UTC-08:00) Pacific Time (US & Canada)",
	    -480, US },
	{ "Mountain Standard Time", "(UTC-07:00) Mountain Time (US & Canada)",
	    -420, US },
	{ "Central Standard Time", "(UTC-06:00) Central Time (US & Canada)",
	    -360, US },
	{ "Eastern Standard Time", "(UTC-05:00) Eastern Time (US & Canada)",
	    -300, US },
	{ "SA Eastern Standard Time", "(UTC-03:00) Cayenne, Fortaleza", -180,
	    NONE },
	{ "UTC", "(UTC) Coordinated Universal Time", 0, NONE },
	{ "GMT Standard Time", "(UTC+00:00) Dublin, Edinburgh, Lisbon, London",
	    0, { 3, -1, 1 }, { 10, -1, 2 } },
	{ "Greenwich Standard Time", "(UTC+00:00) Monrovia, Reykjavik", 0,
	    NONE },
	{ "W. Europe Standard Time",
	    "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", 60,
	    EU },
	{ "Romance Standard Time",
	    "(UTC+01:00) Brussels, Copenhagen, Madrid, Paris", 60, EU },
	{ "Central European Standard Time",
	    "(UTC+01:00) Sarajevo, Skopje, Warsaw, Zagreb", 60, EU },
	{ "FLE Standard Time",
	    "(UTC+02:00) Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius", 120,
	    { 3, -1, 3 }, { 10, -1, 4 } },
	{ "South Africa Standard Time", "(UTC+02:00) Harare, Pretoria", 120,
	    NONE },
	{ "Russian Standard Time", "(UTC+03:00) Moscow, St. Petersburg", 180,
	    NONE },
	{ "Arabian Standard Time", "(UTC+04:00) Abu Dhabi, Muscat", 240, NONE },
	{ "India Standard Time",
	    "(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", 330, NONE },
	{ "China Standard Time",
	    "(UTC+08:00) Beijing, Chongqing, Hong Kong, Urumqi", 480, NONE },
	{ "Tokyo Standard Time", "(UTC+09:00) Osaka, Sapporo, Tokyo", 540,
	    NONE },
	{ "AUS Eastern Standard Time",
	    "(UTC+10:00) Canberra, Melbourne, Sydney", 600, { 10, 1, 2 },
	    { 4, 1, 3 } },
	{ "New Zealand Standard Time", "(UTC+12:00) Auckland, Wellington", 720,
	    { 9, -1, 2 }, { 4, 1, 3 } },
};

/* The sign is the other way round: -PT1H is an hour east. */
static void
bias(struct sb *b, int east)
{
	int m = abs(east);

	sb_fmt(b, "%sPT%dH", east > 0 ? "-" : "", m / 60);
	if (m % 60 != 0)
		sb_fmt(b, "%dM", m % 60);
}

static void
period(struct sb *b, const struct zone *z, const char *kind, int east)
{
	SB_LIT(b, "<t:Period Bias=\"");
	bias(b, east);
	sb_fmt(b, "\" Name=\"%s\" Id=\"trule:Microsoft/Registry/", kind);
	sb_attr(b, z->id);
	sb_fmt(b, "/1-%s\"/>", kind);
}

static void
change(
    struct sb *b, const struct zone *z, const char *kind, const struct rule *r)
{
	SB_LIT(b, "<t:RecurringDayTransition><t:To Kind=\"Period\">"
		  "trule:Microsoft/Registry/");
	sb_xml(b, z->id);
	sb_fmt(b,
	    "/1-%s</t:To><t:TimeOffset>PT%dH</t:TimeOffset>"
	    "<t:Month>%d</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek>"
	    "<t:Occurrence>%d</t:Occurrence></t:RecurringDayTransition>",
	    kind, r->hour, r->month, r->nth);
}

static void
full(struct sb *b, const struct zone *z)
{
	SB_LIT(b, "<t:Periods>");
	period(b, z, "Standard", z->offset);
	if (z->summer.month != 0)
		period(b, z, "Daylight", z->offset + 60);
	SB_LIT(b, "</t:Periods><t:TransitionsGroups>"
		  "<t:TransitionsGroup Id=\"0\">");
	if (z->summer.month != 0) {
		change(b, z, "Daylight", &z->summer);
		change(b, z, "Standard", &z->winter);
	} else {
		SB_LIT(b, "<t:Transition><t:To Kind=\"Period\">"
			  "trule:Microsoft/Registry/");
		sb_xml(b, z->id);
		SB_LIT(b, "/1-Standard</t:To></t:Transition>");
	}
	SB_LIT(b, "</t:TransitionsGroup></t:TransitionsGroups><t:Transitions>"
		  "<t:Transition><t:To Kind=\"Group\">0</t:To></t:Transition>"
		  "</t:Transitions>");
}

static bool
wanted(const xmlNode *ids, const char *id)
{
	const xmlNode *n;
	bool yes = false;

	if (ids == NULL)
		return true;
	for (n = call_first(ids); n != NULL && !yes; n = call_next(n)) {
		char *text = call_text(n);

		yes = text != NULL && strcmp(text, id) == 0;
		xmlFree(text);
	}
	return yes;
}

void
ops_time_zones(struct call *c)
{
	char *how = call_attr(c->op, "ReturnFullTimeZoneData");
	bool all = how == NULL || strcmp(how, "false") != 0;
	const xmlNode *ids = call_child(c->op, "Ids");
	struct sb *b = &c->out;
	size_t i;

	xmlFree(how);
	reply_ok(c);
	SB_LIT(b, "<m:TimeZoneDefinitions>");
	for (i = 0; i < sizeof(ZONE) / sizeof(ZONE[0]); i++) {
		if (!wanted(ids, ZONE[i].id))
			continue;
		SB_LIT(b, "<t:TimeZoneDefinition Id=\"");
		sb_attr(b, ZONE[i].id);
		SB_LIT(b, "\" Name=\"");
		sb_attr(b, ZONE[i].name);
		SB_LIT(b, "\">");
		if (all)
			full(b, &ZONE[i]);
		SB_LIT(b, "</t:TimeZoneDefinition>");
	}
	SB_LIT(b, "</m:TimeZoneDefinitions>");
	reply_close(c);
}
