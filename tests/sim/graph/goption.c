/*
 * goption.c - the options about Graph.
 */
#include "graph/goption.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct graph_option graph_option = { .immutable = true,
	.sparse = true,
	.lost = true,
	.log = true,
	.concurrency = 4,
	.budget = 10000,
	.budget_seconds = 600,
	.page = 1000,
	.cap = 5000,
	.retry_after = "1" };

static const struct {
	const char *name, *yes, *no;
	bool *where;
} SWITCH[] = {
	{ "immutable", "on", "off", &graph_option.immutable },
	{ "sparse", "on", "off", &graph_option.sparse },
	{ "return", "lost", "told", &graph_option.lost },
	{ "twice", "on", "off", &graph_option.twice },
	{ "removed", "changed", "deleted", &graph_option.changed },
	{ "top", "stops", "refused", &graph_option.top_stops },
	{ "marker", "on", "off", &graph_option.marker },
	{ "delta_headers", "on", "off", &graph_option.delta_headers },
	{ "basic_headers", "on", "off", &graph_option.basic_headers },
	{ "batch", "ordered", "any", &graph_option.in_order },
	{ "log", "on", "off", &graph_option.log },
};

static const struct {
	const char *name;
	long *where;
	long least;
} NUMBER[] = {
	{ "concurrency", &graph_option.concurrency, 0 },
	{ "budget", &graph_option.budget, 0 },
	{ "budget_seconds", &graph_option.budget_seconds, 1 },
	{ "page", &graph_option.page, 1 },
	{ "cap", &graph_option.cap, 1 },
	{ "tokens", &graph_option.tokens, 0 },
};

static const char *const EXPIRY[N_EXPIRIES] = { "gone", "bare", "location",
	"resync", "404", "400", "malformed" };
static const char *const CLOUD[N_CLOUDS] = { "world", "usgov", "china",
	"bleu" };

static int
name_in(const char *const *names, int n, const char *name)
{
	int i;

	for (i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

int
graph_option_expiry(const char *name)
{
	return name_in(EXPIRY, N_EXPIRIES, name);
}

static bool
set_switch(size_t i, const char *value)
{
	*SWITCH[i].where = strcmp(value, SWITCH[i].yes) == 0;
	return *SWITCH[i].where || strcmp(value, SWITCH[i].no) == 0;
}

static bool
set_long(size_t i, const char *value)
{
	char *end;
	long v = strtol(value, &end, 10);

	if (end == value || *end != 0 || v < NUMBER[i].least)
		return false;
	*NUMBER[i].where = v;
	return true;
}

static bool
set_named(const char *name, size_t n, const char *value)
{
	int i;

	if (n == 11 && strncmp(name, "retry_after", n) == 0) {
		snprintf(graph_option.retry_after,
		    sizeof(graph_option.retry_after), "%s",
		    strcmp(value, "none") == 0 ? "" : value);
		return true;
	}
	if (n == 6 && strncmp(name, "expiry", n) == 0 &&
	    (i = graph_option_expiry(value)) >= 0) {
		graph_option.expiry = (enum expiry)i;
		return true;
	}
	if (n == 5 && strncmp(name, "cloud", n) == 0 &&
	    (i = name_in(CLOUD, N_CLOUDS, value)) >= 0) {
		graph_option.cloud = (enum cloud)i;
		return true;
	}
	return false;
}

bool
graph_option_set(const char *word)
{
	const char *value = strchr(word, '=');
	size_t i, n;

	if (value == NULL || strncmp(word, "graph_", 6) != 0)
		return false;
	word += 6;
	n = (size_t)(value++ - word);
	for (i = 0; i < sizeof(SWITCH) / sizeof(SWITCH[0]); i++)
		if (strlen(SWITCH[i].name) == n &&
		    strncmp(SWITCH[i].name, word, n) == 0)
			return set_switch(i, value);
	for (i = 0; i < sizeof(NUMBER) / sizeof(NUMBER[0]); i++)
		if (strlen(NUMBER[i].name) == n &&
		    strncmp(NUMBER[i].name, word, n) == 0)
			return set_long(i, value);
	return set_named(word, n, value);
}
