/*
 * valid.h - validation of requests and answers against Microsoft's schema.
 * Threads: any; each has its own validation context.
 */
#ifndef SIM_VALID_H
#define SIM_VALID_H

#include <libxml/tree.h>

#include "base/sb.h"

/* Loads DIR/soap.xsd. 0, or -1 with a message on standard error. */
int valid_open(const char *dir);
void valid_close(void);
bool valid_on(void);

/*
 * True when the document is valid. Otherwise line and column of the first
 * violation and its text; it is counted and printed.
 */
bool valid_request(
    xmlDoc *, const char *op, struct sb *text, int *line, int *column);
void valid_answer(const char *op, const char *xml, size_t len);

/* Counts and prints a violation that was found otherwise. */
void valid_count(const char *what, const char *op, const char *text);
unsigned long valid_violations(void);

#endif
