/*
 * soaprun.h - an answer through one of the parsers of ews/, and everything it
 * understood as text, so that two runs can be compared.
 */
#ifndef TESTS_FUZZ_SOAPRUN_H
#define TESTS_FUZZ_SOAPRUN_H

#include "base/buf.h"
#include "base/err.h"
#include "core/model.h"

enum soaprun_op {
	SOAPRUN_HEADERS,
	SOAPRUN_CONTENT,
	SOAPRUN_SYNC,
	SOAPRUN_FIND,
	SOAPRUN_GET,
	SOAPRUN_ATTACH,
	SOAPRUN_RESOLVE,
	SOAPRUN_NOP
};

struct soaprun {
	struct buf log;
	struct err err;
	int rc;
};

/* "GetItem", ... */
const char *soaprun_name(enum soaprun_op);
/* mode: as in struct fuzz_split. */
void
soaprun(struct soaprun *, enum soaprun_op, int mode, const void *, size_t size);
void soaprun_free(struct soaprun *);
/* Whole, byte by byte and in pieces: all the same, or abort. */
void soaprun_all(enum soaprun_op, const void *, size_t size);
/* The promises of core/model.h; log may be NULL. */
void soaprun_message(const struct message *, struct buf *log);

#endif
