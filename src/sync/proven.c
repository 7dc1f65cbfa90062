/*
 * proven.c - which logins of the INI were accepted by earlier passes.
 * 1. No login is proven if the file has a rejection of its account, or a try
 *    without an outcome.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypt.h"
#include "base/enc.h"
#include "base/mem.h"
#include "sync/loginkeep.h"
#include "sync/proven.h"

#define TEXT_MAX ((size_t)64 << 20)

/* How many of the logins have a bit. */
static size_t
count_logins(const struct logins *s)
{
	return s->n < 4 * LOGINFILE_BITS ? s->n : 4 * LOGINFILE_BITS;
}

/* A single login has a slow hash already, or is about to need it. */
static void
derive_verifier(struct logins *s, struct login *l)
{
	unsigned char h[CRYPT_SHA256];
	char *text;

	loginkeep_verify(s, l);
	text = mem_printf("proven\n%s\n%s", l->name, l->verifier);
	crypt_hmac(s->file.salt, sizeof(s->file.salt), text, strlen(text), h);
	enc_hex(h, sizeof(h), s->verifier);
	free(text);
}

static void
make_verifier(struct logins *s)
{
	struct buf text;
	size_t i;

	if (s->verifier[0] != '\0')
		return;
	if (s->n == 1) {
		derive_verifier(s, s->v[0]);
		return;
	}
	buf_init_secret(&text, TEXT_MAX);
	for (i = 0; i < s->n; i++)
		buf_addf(&text, "%s\n%s\n%s\n", s->v[i]->server, s->v[i]->name,
		    s->v[i]->password);
	loginfile_verifier(&s->file, "proven", "", buf_str(&text), s->verifier);
	buf_free(&text);
}

static bool
has_bit(const char *bits, size_t i)
{
	static const char digit[] = "0123456789abcdef";

	if (i / 4 >= strlen(bits))
		return false;
	return ((size_t)(strchr(digit, bits[i / 4]) - digit) >> (i % 4) & 1) !=
	       0;
}

/* Does anything in the file speak against the login? */
static bool
is_doubted(struct logins *s, const struct login *l)
{
	size_t i;

	for (i = 0; i < s->file.n; i++) {
		const struct loginfile_row *r = &s->file.v[i];

		if ((r->passes > 0 || r->nwrong > 0 || r->ntried > 0) &&
		    loginkeep_is_of_any(s, l->at.account, r))
			return true;
	}
	return false;
}

void
proven_recall(struct logins *s)
{
	const char *bits;
	size_t i;

	if (!s->read || s->file.nproven == 0 || s->n == 0)
		return;
	make_verifier(s);
	bits = loginfile_bits(&s->file, s->verifier);
	for (i = 0; *bits != '\0' && i < count_logins(s); i++)
		s->v[i]->at.proven =
		    has_bit(bits, i) && !is_doubted(s, s->v[i]);
}

bool
proven_note(struct logins *s)
{
	size_t i, n = count_logins(s);
	char bits[LOGINFILE_BITS + 1];
	bool any = false, changed;

	if (s->n == 0)
		return false;
	memset(bits, 0, sizeof(bits));
	for (i = 0; i < n; i++) {
		bool good = account_proven(&s->v[i]->at);

		bits[i / 4] |= (char)(good << (i % 4));
		any = any || good;
	}
	for (i = 0; i < (n + 3) / 4; i++)
		bits[i] = "0123456789abcdef"[(int)bits[i]];
	if (!any && s->file.nproven == 0)
		return false;
	make_verifier(s);
	changed = (any || *loginfile_bits(&s->file, s->verifier) != '\0') &&
		  loginfile_prove(&s->file, s->verifier, bits);
	return changed;
}
