/*
 * devicelogin.h - a person logs in on another device (RFC 8628).
 * Floor: auth.
 * Threads: any; each call waits for the network.
 */
#ifndef AUTH_DEVICELOGIN_H
#define AUTH_DEVICELOGIN_H

#include "auth/oauthanswer.h"
#include "core/credential.h"

/* Gets a code. -1: as oauthanswer.h and tokenask.h say. out: likewise. */
int devicelogin_begin(
    const struct credential *, struct oauthanswer_device *out, struct err *);
/*
 * Has the person logged in? To be asked each interval seconds. Where no answer
 * came it is FAILED with ERR_RETRY, and may be asked again.
 */
enum oauthanswer_said
devicelogin_poll(const struct credential *, const struct oauthanswer_device *,
    struct oauthanswer_token *out, struct err *);

#endif
