/*
 * run.h - table run: the words that it knows; what else stands in
 * run.outcome is whatever the pass said of itself.
 * Floor: store.
 */
#ifndef STORE_RUN_H
#define STORE_RUN_H

#define OUTCOME_RUNNING     "running"
#define OUTCOME_INTERRUPTED "interrupted"

#endif
