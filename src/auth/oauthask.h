/*
 * oauthask.h - what is asked of a token service: the bodies of the requests
 * (application/x-www-form-urlencoded; RFC 6749 4.4 and 6, RFC 7523 2.2, RFC
 * 8628 3), with the fields that Microsoft's own libraries send.
 * Floor: auth, internal.
 * Threads: pure.
 *
 * Each adds to out, which is for secrets (buf_init_secret). -1: it does not
 * fit, or the certificate's key cannot sign.
 */
#ifndef AUTH_OAUTHASK_H
#define AUTH_OAUTHASK_H

#include "base/buf.h"
#include "conf/conf.h"

/* A body, at most. */
#define OAUTHASK_MAX ((size_t)64 << 10)

/* The URLs, which the caller frees: AUTHORITY/TENANT/oauth2/v2.0/... */
char *oauthask_token_url(const struct conf_oauth *);
char *oauthask_device_url(const struct conf_oauth *);

/* Client credentials, with the secret or the certificate; url: token_url's. */
int oauthask_app(struct buf *out, const struct conf_oauth *, const char *url);
/* A new access token for a refresh token. */
int oauthask_refresh(
    struct buf *out, const struct conf_oauth *, const char *refresh);
/* Begins a device login. */
int oauthask_device(struct buf *out, const struct conf_oauth *);
/* Has the person logged in? */
int oauthask_poll(
    struct buf *out, const struct conf_oauth *, const char *device_code);

#endif
