/*
 * lasting.c - mailboxes that fail for one cause which lasts.
 * 1. Only what the server says of that mailbox, or of its own login, counts: a
 *    fault of the way there, of the profile, or one that nobody knows, never
 *    disables a mailbox.
 */
#include <stdio.h>
#include <string.h>

#include "base/crypt.h"
#include "base/enc.h"
#include "base/str.h"
#include "core/credential.h"
#include "store/lasting.h"
#include "sync/lasting.h"
#include "sync/login.h"
#include "sync/say.h"

#define SETTING 16 /* bytes of a hash */

static bool
lasts(const struct mailbox_work *w, const struct err *e)
{
	if (e->cause == CAUSE_LOGIN_WAITS)
		return false; /* it was not asked */
	if (err_is_login(e))
		return w->login.own;
	return e->kind != ERR_UNKNOWN && login_is_lasting(e);
}

/* Of what the mailbox is asked with; no password is part of it. */
static void
hash_setting(const struct mailbox_work *w, char *out)
{
	struct credential who = credential_of_mailbox(&w->conf);
	unsigned char hash[CRYPT_SHA256];
	struct crypt_sha256 c;
	const char *name = plan_principal(&w->conf);
	char how[32];

	snprintf(how, sizeof(how), "%d %d", (int)w->profile->conf->access,
	    (int)who.scheme);
	crypt_sha256_init(&c);
	crypt_sha256_adds(&c, w->profile->conf->url);
	crypt_sha256_adds(&c, who.username);
	crypt_sha256_adds(&c, how);
	if (name != NULL)
		crypt_sha256_adds(&c, name);
	crypt_sha256_out(&c, hash);
	enc_hex(hash, SETTING, out);
	out[2 * SETTING] = '\0';
}

int
lasting_failed(struct mailbox_work *w, const struct err *fault, struct err *err)
{
	static const struct store_lasting_limit limit = {
		(int64_t)LASTING_DAYS * 86400000, LASTING_TIMES,
		(int64_t)LASTING_GAP * 86400000
	};
	struct store_lasting met;
	bool given_up;

	if (!lasts(w, fault))
		return 0;
	memset(&met, 0, sizeof(met));
	snprintf(met.cause, sizeof(met.cause), "%s", fault->code);
	hash_setting(w, met.setting);
	if (store_lasting_met(w->profile->pass->store, w->conf.address, &met,
		&limit, &given_up, err) == -1)
		return -1;
	if (given_up)
		say_mailbox(w, LOG_WARNING,
		    " is disabled, for it failed for %d days for the same "
		    "reason",
		    LASTING_DAYS);
	return 0;
}

int
lasting_well(struct mailbox_work *w, struct err *err)
{
	return store_lasting_forget(
	    w->profile->pass->store, w->conf.address, err);
}

int
lasting_again(struct mailbox_work *w, bool *again, struct err *err)
{
	struct store *st = w->profile->pass->store;
	struct store_lasting l;
	char setting[2 * SETTING + 1];
	bool known;

	*again = false;
	if (store_lasting_get(st, w->conf.address, &known, &l, err) == -1)
		return -1;
	hash_setting(w, setting);
	if (known && strcmp(setting, l.setting) == 0 &&
	    login_mailbox_changed(w, again, err) == -1)
		return -1;
	*again = !known || *again || strcmp(setting, l.setting) != 0;
	return *again ? store_lasting_forget(st, w->conf.address, err) : 0;
}
