/*
 * reply.h - envelopes, response messages and faults as Exchange writes them.
 */
#ifndef SIM_REPLY_H
#define SIM_REPLY_H

#include "ews/call.h"

/* Opens m:…ResponseMessage, up to and with its ResponseCode. */
void reply_ok(struct call *);
void reply_warning(struct call *, const char *code);
void reply_error(struct call *, const char *code);
/* The same with a MessageXml (content given) and a text (or NULL). */
void reply_error_xml(
    struct call *, const char *code, const char *text, const char *xml);
void reply_close(struct call *);
void reply_end(struct call *); /* closes the envelope */

/* Drops what was written so far; the answer is a Fault with status 500. */
void reply_fault(
    struct call *, const char *code, const char *text, const char *message_xml);

/* The sentence that goes with a response code. */
const char *reply_sentence(const char *code);

/* Start of an answer that has its own response element. */
void reply_envelope(struct call *);

#endif
