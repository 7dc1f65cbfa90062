/*
 * attach.h - GetAttachment (README.md, Attachments): the content of one
 * attachment, decoded as it streams in.
 * Floor: ews.
 * Threads: as the session.
 */
#ifndef EWS_ATTACH_H
#define EWS_ATTACH_H

#include <stdbool.h>

#include "base/stream.h"
#include "base/unbase64.h"
#include "ews/session.h"
#include "ews/soap.h"

#define ATTACH_TYPE 64 /* room for a media type */
#define ATTACH_TAIL 64

int attach_get(struct ews_session *, const struct attachment *, struct stream *,
    char *type, struct err *);

/*
 * The parser, exported for the tests. It is ready when zeroed, with id, out and
 * type set.
 */
struct attach {
	const char *id;     /* asked for */
	struct stream *out; /* the decoded bytes */
	char *type;
	bool item;    /* inside an ItemAttachment */
	bool seen;    /* an attachment came */
	bool content; /* and its content */
	struct unbase64 decode;
	char tail[ATTACH_TAIL]; /* of the encoded text */
	size_t ntail;
	struct err err; /* of the response message */
};
extern const struct soap_ops attach_ops;

#endif
