/*
 * control.h - commands (see README) from --load files and POST /sim.
 */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include "base/sb.h"

/*
 * Runs every line of the text; one answer line per command. Returns how
 * many failed. Takes world.lock exclusively for each command.
 */
int control_run(const char *text, size_t len, struct sb *answer);

#endif
