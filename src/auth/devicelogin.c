/*
 * devicelogin.c - a person logs in on another device.
 */
#include <stdlib.h>
#include <string.h>

#include "auth/devicelogin.h"
#include "auth/oauthask.h"
#include "auth/tokenask.h"

int
devicelogin_begin(
    const struct credential *c, struct oauthanswer_device *out, struct err *err)
{
	char *url = oauthask_device_url(c->oauth);
	struct oauthanswer a;
	struct buf body, answer;
	int rc;

	memset(out, 0, sizeof(*out));
	buf_init_secret(&body, OAUTHASK_MAX);
	buf_init_secret(&answer, OAUTHANSWER_MAX);
	oauthask_device(&body, c->oauth);
	rc = tokenask_post(c->oauth, url, &body, &answer, &a, err);
	if (rc == 0 && (rc = oauthanswer_read_device(out, &a, err)) == -1)
		err_prefix(err, "%s", c->oauth->authority);
	buf_free(&body);
	buf_free(&answer);
	free(url);
	return rc;
}

enum oauthanswer_said
devicelogin_poll(const struct credential *c, const struct oauthanswer_device *d,
    struct oauthanswer_token *out, struct err *err)
{
	enum oauthanswer_said said = OAUTHANSWER_FAILED;
	char *url = oauthask_token_url(c->oauth);
	struct oauthanswer a;
	struct buf body, answer;

	err_clear(err);
	buf_init_secret(&body, OAUTHASK_MAX);
	buf_init_secret(&answer, OAUTHANSWER_MAX);
	oauthask_poll(&body, c->oauth, buf_str(&d->device_code));
	if (tokenask_post(c->oauth, url, &body, &answer, &a, err) == 0) {
		said = oauthanswer_read_token(out, &a, err);
		if (said != OAUTHANSWER_GIVEN)
			err_prefix(err, "%s", c->oauth->authority);
	}
	buf_free(&body);
	buf_free(&answer);
	free(url);
	return said;
}
