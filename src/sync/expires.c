/*
 * expires.c - what a profile logs in with has an end.
 */
#include <stdio.h>

#include "base/tim.h"
#include "sync/expires.h"

#define DAY_MS INT64_C(86400000)

/* From the last on: how long before the end, and what is told then. */
static const struct {
	int days;
	const char *severity, *when;
} steps[] = {
	{ 0, "error", "has ended on" },
	{ 1, "error", "ends within a day, on" },
	{ 7, "warning", "ends within 7 days, on" },
	{ 30, "info", "ends within 30 days, on" },
	{ 60, "info", "ends within 60 days, on" },
};

bool
expires_soon(const struct conf_oauth *o, int64_t now, const char **severity,
    char *out, size_t size)
{
	int64_t end = o->cert != NULL ? o->cert->not_after : o->secret_expires;
	char at[TIM_TEXT];
	size_t i;

	if (end == TIM_NONE || !conf_is_app(o) || tim_text(end, at) == NULL)
		return false;
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (end - now <= steps[i].days * DAY_MS)
			break;
	if (i == sizeof(steps) / sizeof(steps[0]))
		return false;
	*severity = steps[i].severity;
	snprintf(out, size, "the client %s %s %s%s",
	    o->cert != NULL ? "certificate" : "secret", steps[i].when, at,
	    o->cert != NULL ? "" : " (secret_expires)");
	return true;
}
