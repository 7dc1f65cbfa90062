/*
 * content.c - the ids of mails.
 * 1. Ids depend on nothing but the message.
 * 2. The formulas never change: a file that is built anew has the ids that the
 *    CRM knows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/crypt.h"
#include "base/enc.h"
#include "base/str.h"
#include "base/tim.h"
#include "store/content.h"
#include "store/fold.h"
#include "store/same.h"

bool
content_mid(struct buf *out, const char *mid)
{
	const char *p, *end, *at = NULL;
	size_t start = out->len;
	char *to;

	if (mid == NULL)
		return false;
	if ((p = strchr(mid, '<')) != NULL)
		mid = p + strspn(p, "<"); /* some write <<...>> */
	if ((end = strchr(mid, '>')) == NULL)
		end = mid + strlen(mid);
	for (p = mid; p < end; p++) {
		if (*p == '@')
			at = p;
	}
	if ((to = buf_room(out, (size_t)(end - mid) + 2)) == NULL)
		return false;
	*to++ = '<';
	for (p = mid; p < end; p++) {
		if (!str_is_white(*p))
			*to++ = at != NULL && p > at ? str_lower_char(*p) : *p;
	}
	*to++ = '>';
	out->len = (size_t)(to - out->data);
	if (out->len <= start + 2)
		out->len = start;
	out->data[out->len] = '\0';
	return out->len > start;
}

char *
content_mid_shown(const char *mid)
{
	struct buf b;
	size_t i, n;

	if (mid == NULL)
		return NULL;
	mid += strspn(mid, STR_WHITE);
	n = strlen(mid);
	while (n > 0 && str_is_white(mid[n - 1]))
		n--;
	if (n == 0)
		return NULL;
	buf_init(&b, n + 2);
	if (mid[0] != '<')
		buf_addc(&b, '<');
	for (i = 0; i < n; i++) {
		if (mid[i] != '\r' && mid[i] != '\n')
			buf_addc(&b, mid[i]);
	}
	if (mid[0] != '<')
		buf_addc(&b, '>');
	return buf_take(&b);
}

void
content_hex(const struct crypt_sha256 *h, char *out)
{
	unsigned char sum[CRYPT_SHA256];

	crypt_sha256_out(h, sum);
	enc_hex(sum, (CONTENT_ID - 1) / 2, out);
}

/* kind and of without their NUL. */
static void
hash_begin(struct crypt_sha256 *h, const char *kind, const char *of)
{
	crypt_sha256_init(h);
	crypt_sha256_add(h, kind, strlen(kind));
	crypt_sha256_add(h, of, strlen(of));
}

bool
content_mid_id(struct buf *b, const char *mid, char *id)
{
	struct crypt_sha256 h;

	buf_reset(b);
	if (!content_mid(b, mid))
		return false;
	hash_begin(&h, "mid:", buf_str(b));
	content_hex(&h, id);
	return true;
}

/* From, sent, subject and body: what a mail is without its Message-ID. */
static void
hash_content(struct buf *b, const struct message *m, struct crypt_sha256 *h)
{
	char at[TIM_TEXT] = "";

	same_hash_sender(m, h);
	tim_text(m->sent_at, at);
	crypt_sha256_adds(h, at);
	crypt_sha256_adds(h, m->subject);
	buf_reset(b);
	if (m->html != NULL)
		fold_for_id(b, m->html, m->html_len, true);
	else if (m->text != NULL)
		fold_for_id(b, m->text, m->text_len, false);
	crypt_sha256_add(h, buf_str(b), b->len);
}

void
content_id(struct buf *b, const struct message *m, char *id)
{
	struct crypt_sha256 h;

	if (content_mid_id(b, m->message_id, id))
		return;
	hash_begin(&h, "none:", "");
	hash_content(b, m, &h);
	content_hex(&h, id);
}

void
content_variant(const struct message *m, const char *id, char *out)
{
	struct crypt_sha256 h;

	hash_begin(&h, "variant:", id);
	same_hash(m, &h);
	content_hex(&h, out);
}

static void
hash_bytes(struct crypt_sha256 *h, const char *s, size_t len)
{
	char size[24];

	/* unknown differs from "" */
	snprintf(size, sizeof(size), "%zu%s", len, s == NULL ? "-" : " ");
	crypt_sha256_add(h, size, strlen(size));
	crypt_sha256_add(h, str_nn(s), len);
}

void
content_exact(const struct message *m, const char *id, char *out)
{
	struct crypt_sha256 h;

	hash_begin(&h, "exact:", id);
	hash_bytes(&h, m->text, m->text_len);
	hash_bytes(&h, m->html, m->html_len);
	content_hex(&h, out);
}

/* id of the first mail in a References header; some leave out the <>. */
static bool
first_of(struct buf *b, const char *refs, char *id)
{
	char *word;
	bool found;

	if (refs == NULL || strchr(refs, '<') != NULL)
		return content_mid_id(b, refs, id);
	refs += strspn(refs, STR_WHITE);
	word = mem_strndup(refs, strcspn(refs, STR_WHITE));
	found = content_mid_id(b, word, id);
	free(word);
	return found;
}

void
content_thread(
    struct buf *b, const struct message *m, const char *first, char *out)
{
	struct crypt_sha256 h;

	if (first_of(b, m->refs, out) || content_mid_id(b, m->in_reply_to, out))
		return;
	if (m->message_id == NULL && m->conversation_id != NULL) {
		hash_begin(&h, "conversation:", m->conversation_id);
		content_hex(&h, out);
		return;
	}
	memcpy(out, first, CONTENT_ID);
}

const char *
content_place(struct buf *b, const struct message *m, const char *first,
    char *thread, char *parent)
{
	/* in a first answer both headers say the same; hashing costs more */
	bool same = m->refs != NULL && m->in_reply_to != NULL &&
		    strchr(m->refs, '<') != NULL &&
		    strcmp(m->refs, m->in_reply_to) == 0;
	bool answer = content_mid_id(b, m->in_reply_to, parent);

	if (answer && (same || m->refs == NULL))
		memcpy(thread, parent, CONTENT_ID);
	else
		content_thread(b, m, first, thread);
	return answer ? parent : NULL;
}
