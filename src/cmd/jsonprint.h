/*
 * jsonprint.h - JSON that goes to a file while it is written.
 * Floor: cmd.
 * Threads: the main thread.
 */
#ifndef CMD_JSONPRINT_H
#define CMD_JSONPRINT_H

#include <stdio.h>

#include "fmt/jsonwrite.h"

struct jsonprint {
	struct jsonwrite w;
	struct buf text; /* written, not yet printed */
	FILE *out;
};

void jsonprint_open(struct jsonprint *, FILE *);
/* Prints what is there so far: of a long list after each element. */
void jsonprint_flush(struct jsonprint *);
/* Prints the rest, and ends the line. Whoever closes the file sees errors. */
void jsonprint_close(struct jsonprint *);

#endif
