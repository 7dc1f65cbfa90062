/*
 * option.c - the options of the run.
 */
#include "ews/option.h"

#include <stdlib.h>
#include <string.h>

struct option option;

void
option_init(enum product p)
{
	option = (struct option){ .newest_first = p >= EX2010,
		.well_known = true,
		.chunked = true,
		.zip = true,
		.text_ex = true };
}

static bool
on(const char *v)
{
	return strcmp(v, "on") == 0 || strcmp(v, "1") == 0;
}

static bool
set_number(const char *w, const char *v)
{
	if (strncmp(w, "body_delay_ms=", 14) == 0)
		option.body_delay_ms = atoi(v);
	else if (strncmp(w, "denied_ms=", 10) == 0)
		option.denied_ms = atoi(v);
	else if (strncmp(w, "delay_ms=", 9) == 0)
		option.delay_ms = atoi(v);
	else
		return false;
	return true;
}

bool
option_set(const char *w)
{
	const char *v = strchr(w, '=');

	if (v++ == NULL)
		return false;
	if (strncmp(w, "sync_order=", 11) == 0)
		option.newest_first = strcmp(v, "newest") == 0;
	else if (strncmp(w, "ids=", 4) == 0)
		option.short_ids = strcmp(v, "short") == 0;
	else if (strncmp(w, "well_known=", 11) == 0)
		option.well_known = on(v);
	else if (strncmp(w, "bom=", 4) == 0)
		option.bom = on(v);
	else if (strncmp(w, "chunked=", 8) == 0)
		option.chunked = on(v);
	else if (strncmp(w, "gzip=", 5) == 0)
		option.zip = on(v);
	else if (strncmp(w, "empty_content=", 14) == 0)
		option.no_empty_content = !on(v);
	else if (strncmp(w, "list_ex=", 8) == 0)
		option.text_ex = on(v);
	else if (strcmp(w, "mime=kept") == 0 || strcmp(w, "mime=anew") == 0)
		option.anew = strcmp(v, "anew") == 0;
	else
		return set_number(w, v);
	return true;
}
