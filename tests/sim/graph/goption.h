/*
 * goption.h - how Graph answers: the options of the run.
 * Floor: graph.
 * Threads: guarded by world.lock.
 */
#ifndef SIM_GOPTION_H
#define SIM_GOPTION_H

#include <stdbool.h>

/* How a link is refused that means nothing any more. */
enum expiry {
	EXPIRY_GONE,      /* 410 SyncStateNotFound */
	EXPIRY_BARE,      /* 410 without a body */
	EXPIRY_LOCATION,  /* 410 resyncRequired, and where to begin anew */
	EXPIRY_RESYNC,    /* 410 resyncRequired */
	EXPIRY_404,       /* 404 syncStateNotFound */
	EXPIRY_400,       /* 400 SyncStateNotFound */
	EXPIRY_MALFORMED, /* 400 ErrorInvalidIdMalformed */
	N_EXPIRIES
};

enum cloud { CLOUD_WORLD, CLOUD_USGOV, CLOUD_CHINA, CLOUD_BLEU, N_CLOUDS };

struct graph_option {
	bool immutable;     /* IdType="ImmutableId" is honoured */
	bool sparse;        /* a read flag alone makes a row without ETag */
	bool lost;          /* what left and came back is never told again */
	bool twice;         /* older mail that was moved in is told twice */
	bool changed;       /* @removed has the reason changed */
	bool top_stops;     /* $top ends a delta; else it is refused */
	bool marker;        /* 0x670A of folders is shown */
	bool delta_headers; /* internetMessageHeaders in delta */
	bool basic_headers; /* likewise under Mail.ReadBasic */
	bool in_order;      /* answers of a batch come in its order */
	bool log;           /* bodies and answers are in the log */
	enum expiry expiry;
	enum cloud cloud;
	long concurrency; /* per application and mailbox; 0: any */
	long budget, budget_seconds;
	long page;   /* the greatest odata.maxpagesize that is honoured */
	long cap;    /* of a delta with $filter */
	long tokens; /* only the last ones are good; 0: all */
	char retry_after[16]; /* of a 429; "": without */
};

extern struct graph_option graph_option;

/* NAME=VALUE as in the command; false: there is no such option. */
bool graph_option_set(const char *word);
/* enum expiry by its name; -1: none. */
int graph_option_expiry(const char *name);

#endif
