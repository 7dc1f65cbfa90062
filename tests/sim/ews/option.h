/*
 * option.h - how the server answers: the options of the run.
 * Threads: guarded by world.lock, but for made.
 */
#ifndef SIM_OPTION_H
#define SIM_OPTION_H

#include "world/world.h"

struct option {
	bool newest_first; /* order of a first sync */
	bool short_ids;
	bool well_known; /* t:DistinguishedFolderId in answers */
	bool chunked;
	bool zip; /* answers are compressed for who takes it */
	bool bom;
	bool no_empty_content; /* an empty attachment has no t:Content */
	bool anew; /* the MIME of attached messages: other bytes each time */
	uint32_t made; /* so often; atomic */
	bool text_ex;  /* FindItem and SyncFolderItems show EX senders */
	int delay_ms, body_delay_ms, denied_ms;
	int find_cap, sync_cap; /* 0: the product's own */
};

extern struct option option;

/* The product's own. */
void option_init(enum product);

/* NAME=VALUE as in the command; false: there is no such option. */
bool option_set(const char *word);

#endif
