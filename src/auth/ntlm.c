/*
 * ntlm.c - the messages of NTLMv2.
 * 1. Nothing of the password, nor of a key made of it, stays in freed memory
 *    or on the stack.
 * 2. Every length and offset of the server's message is checked before it is
 *    used.
 * 3. A channel binding is either the right one or absent: sixteen zeros would
 *    say that there is none.
 */
#include <string.h>

#include "auth/ntlm.h"
#include "base/crypt.h"
#include "base/md4.h"
#include "base/mem.h"
#include "base/utf16.h"

#define FLAG_UNICODE     0x00000001u
#define FLAG_TARGET_INFO 0x00800000u
/*
 * What we ask for: Unicode, the target's name and its AV pairs, NTLM,
 * "always sign" (without which some servers send no pairs), extended session
 * security, version, keys of 56 and 128 bits.
 */
#define FLAGS 0xa2888205u

#define AV_EOL     0
#define AV_FLAGS   6
#define AV_TIME    7
#define AV_TARGET  9
#define AV_BINDING 10
#define AV_HAS_MIC 2u

#define TYPE3_HEAD 88
#define TYPE3_MIC  72
#define TYPE3_MAX  ((size_t)64 << 10)
#define TEXT_MAX   ((size_t)4 << 10) /* of a name or password, in UTF-16 */

static const unsigned char signature[8] = "NTLMSSP";
/* Windows 10 1809; the last byte is the revision of NTLM. */
static const unsigned char version[8] = { 10, 0, 0x63, 0x45, 0, 0, 0, 15 };

static void
set16(unsigned char *p, size_t v)
{
	p[0] = (unsigned char)(v & 0xff);
	p[1] = (unsigned char)(v >> 8 & 0xff);
}

static void
set32(unsigned char *p, uint32_t v)
{
	set16(p, v & 0xffff);
	set16(p + 2, v >> 16);
}

static size_t
get16(const unsigned char *p)
{
	return (size_t)p[0] | (size_t)p[1] << 8;
}

static uint32_t
get32(const unsigned char *p)
{
	return (uint32_t)get16(p) | (uint32_t)get16(p + 2) << 16;
}

void
ntlm_type1(unsigned char out[NTLM_TYPE1])
{
	memset(out, 0, NTLM_TYPE1);
	memcpy(out, signature, sizeof(signature));
	set32(out + 8, 1);
	set32(out + 12, FLAGS);
	memcpy(out + 32, version, sizeof(version));
}

/* Reads the AV pairs from the info's start up to the one that ends them. */
static const char *
read_pairs(struct ntlm_challenge *c, const unsigned char *p, size_t left)
{
	size_t len;

	for (c->info = p; left >= 4; p += 4 + len, left -= 4 + len) {
		len = get16(p + 2);
		if (get16(p) == AV_EOL) {
			c->info_len = (size_t)(p - c->info);
			return NULL;
		}
		if (len > left - 4)
			break;
		if (get16(p) == AV_TIME && len == 8)
			c->time = p + 4;
		if (get16(p) == AV_FLAGS && len == 4)
			c->av_flags = get32(p + 4);
	}
	return "its list of names has no end";
}

int
ntlm_read(
    struct ntlm_challenge *c, const void *data, size_t len, const char **why)
{
	const unsigned char *p = data;
	size_t n, at;

	memset(c, 0, sizeof(*c));
	*why = NULL;
	if (len > NTLM_TYPE2_MAX)
		*why = "it is too long";
	else if (len < 32 || memcmp(p, signature, sizeof(signature)) != 0 ||
		 get32(p + 8) != 2)
		*why = "it is not one";
	else if (((c->flags = get32(p + 20)) & FLAG_UNICODE) == 0)
		*why = "it does not take Unicode";
	if (*why != NULL)
		return -1;
	memcpy(c->nonce, p + 24, sizeof(c->nonce));
	if ((c->flags & FLAG_TARGET_INFO) == 0 || len < 48)
		return 0;
	n = get16(p + 40);
	at = get32(p + 44);
	if (n == 0)
		return 0;
	if (at > len || n > len - at)
		*why = "it is cut";
	else
		*why = read_pairs(c, p + at, n);
	return *why == NULL ? 0 : -1;
}

void
ntlm_split(struct ntlm_name *n, const char *username)
{
	const char *slash = strchr(username, '\\');

	n->domain = username;
	n->domain_len = slash == NULL ? 0 : (size_t)(slash - username);
	n->user = slash == NULL ? username : slash + 1;
}

int
ntlm_key(
    const char *username, const char *password, unsigned char out[NTLM_KEY])
{
	unsigned char hash[MD4_SIZE];
	struct ntlm_name n;
	struct buf text;
	int r;

	buf_init_secret(&text, TEXT_MAX);
	r = utf16_add(&text, password, strlen(password));
	md4(buf_str(&text), text.len, hash);
	buf_free(&text);
	ntlm_split(&n, username);
	if (utf16_upper(&text, n.user, strlen(n.user)) == -1 ||
	    utf16_add(&text, n.domain, n.domain_len) == -1)
		r = -1;
	crypt_hmac_md5(hash, sizeof(hash), buf_str(&text), text.len, out);
	buf_free(&text);
	mem_wipe(hash, sizeof(hash));
	return r;
}

/* The MD5 of a gss_channel_bindings_struct without addresses (RFC 2744). */
void
ntlm_binding(const struct tls_binding *b, unsigned char out[16])
{
	static const char prefix[] = "tls-server-end-point:";
	unsigned char all[20 + sizeof(prefix) - 1 + TLS_BINDING_MAX] = { 0 };
	size_t n = sizeof(prefix) - 1;

	set32(all + 16, (uint32_t)(n + b->len));
	memcpy(all + 20, prefix, n);
	memcpy(all + 20 + n, b->hash, b->len);
	crypt_md5(all, 20 + n + b->len, out);
}

static void
add_pair(struct buf *out, size_t id, const void *value, size_t len)
{
	unsigned char head[4];

	set16(head, id);
	set16(head + 2, len);
	buf_add(out, head, sizeof(head));
	buf_add(out, value, len);
}

/* The server's AV pairs, but those that are ours to say; then ours. */
static void
add_pairs(
    struct buf *out, const struct ntlm_login *l, const struct ntlm_challenge *c)
{
	const unsigned char *p = c->info;
	size_t left = c->info_len, n, id;
	uint32_t flags = c->av_flags | (c->time != NULL ? AV_HAS_MIC : 0);
	unsigned char raw[4];
	struct buf name;

	for (; left > 0; p += n, left -= n) {
		n = 4 + get16(p + 2);
		id = get16(p);
		if (id != AV_FLAGS && id != AV_TARGET && id != AV_BINDING)
			buf_add(out, p, n);
	}
	set32(raw, flags);
	if (flags != 0)
		add_pair(out, AV_FLAGS, raw, sizeof(raw));
	buf_init(&name, TEXT_MAX);
	if (l->target != NULL &&
	    utf16_add(&name, l->target, strlen(l->target)) == 0)
		add_pair(out, AV_TARGET, name.data, name.len);
	buf_free(&name);
	if (l->binding != NULL)
		add_pair(out, AV_BINDING, l->binding, 16);
	add_pair(out, AV_EOL, "", 0);
}

/*
 * The NTLMv2 response: the proof, and what it proves. The proof is made over
 * the server's nonce and the rest, and is twice as long as the nonce: so it
 * takes the nonce's place.
 */
static void
make_response(struct buf *out, const struct ntlm_login *l,
    const struct ntlm_challenge *c, const unsigned char key[NTLM_KEY])
{
	static const unsigned char zero[8], begin[8] = { 1, 1 };
	unsigned char proof[CRYPT_MD5], now[8];

	set32(now, (uint32_t)l->now);
	set32(now + 4, (uint32_t)(l->now >> 32));
	buf_add(out, zero, 8);
	buf_add(out, c->nonce, 8);
	buf_add(out, begin, 8);
	buf_add(out, c->time != NULL ? c->time : now, 8);
	buf_add(out, l->nonce, 8);
	buf_add(out, zero, 4);
	add_pairs(out, l, c);
	buf_add(out, zero, 4);
	if (out->over)
		return;
	crypt_hmac_md5(key, NTLM_KEY, out->data + 8, out->len - 8, proof);
	memcpy(out->data, proof, sizeof(proof));
}

/* LMv2; nothing but zeros where the server has a clock (3.1.5.1.2). */
static void
make_lm(unsigned char out[24], const struct ntlm_login *l,
    const struct ntlm_challenge *c, const unsigned char key[NTLM_KEY])
{
	unsigned char both[16];

	memset(out, 0, 24);
	if (c->time != NULL)
		return;
	memcpy(both, c->nonce, 8);
	memcpy(both + 8, l->nonce, 8);
	crypt_hmac_md5(key, NTLM_KEY, both, sizeof(both), out);
	memcpy(out + 16, l->nonce, 8);
}

/* Notes in the head at that place that len bytes follow at the end. */
static void
set_field(struct buf *out, size_t place, size_t len)
{
	unsigned char *p = (unsigned char *)out->data + place;

	set16(p, len);
	set16(p + 2, len);
	set32(p + 4, (uint32_t)out->len);
}

static int
add_utf16(struct buf *out, size_t place, const char *s, size_t len)
{
	size_t before = out->len;
	int r;

	set_field(out, place, 0);
	if ((r = utf16_add(out, s, len)) == 0) {
		len = out->len - before;
		set16((unsigned char *)out->data + place, len);
		set16((unsigned char *)out->data + place + 2, len);
	}
	return r;
}

static int
put_type3(struct buf *out, const struct ntlm_login *l,
    const struct ntlm_challenge *c, const unsigned char lm[24],
    const struct buf *response)
{
	struct ntlm_name n;
	unsigned char head[TYPE3_HEAD] = { 0 };

	memcpy(head, signature, sizeof(signature));
	set32(head + 8, 3);
	set32(head + 60, c->flags & FLAGS);
	memcpy(head + 64, version, sizeof(version));
	/* room for everything: growing would leave copies behind */
	buf_room(out, TYPE3_HEAD + 3 * TEXT_MAX + 24 + response->len);
	buf_add(out, head, sizeof(head));
	if (out->over)
		return -1;
	ntlm_split(&n, l->username);
	if (add_utf16(out, 28, n.domain, n.domain_len) == -1 ||
	    add_utf16(out, 36, n.user, strlen(n.user)) == -1 ||
	    add_utf16(out, 44, l->workstation, strlen(l->workstation)) == -1)
		return -1;
	set_field(out, 12, 24);
	buf_add(out, lm, 24);
	set_field(out, 20, response->len);
	buf_add(out, response->data, response->len);
	set_field(out, 52, 0);
	return out->over ? -1 : 0;
}

/* The message integrity code: over all three messages, its place zeroed. */
static void
put_mic(struct buf *out, const unsigned char key[NTLM_KEY],
    const unsigned char *proof, const void *challenge, size_t len)
{
	unsigned char session[CRYPT_MD5], mic[CRYPT_MD5], first[NTLM_TYPE1];
	struct buf all;

	ntlm_type1(first);
	buf_init_secret(&all, NTLM_TYPE1 + NTLM_TYPE2_MAX + TYPE3_MAX);
	buf_room(&all, NTLM_TYPE1 + len + out->len);
	buf_add(&all, first, sizeof(first));
	buf_add(&all, challenge, len);
	buf_add(&all, out->data, out->len);
	crypt_hmac_md5(key, NTLM_KEY, proof, CRYPT_MD5, session);
	crypt_hmac_md5(session, sizeof(session), all.data, all.len, mic);
	memcpy(out->data + TYPE3_MIC, mic, sizeof(mic));
	buf_free(&all);
	mem_wipe(session, sizeof(session));
}

int
ntlm_answer(struct buf *out, const struct ntlm_login *l, const void *challenge,
    size_t len, const char **why)
{
	unsigned char key[NTLM_KEY], lm[24];
	struct ntlm_challenge c;
	struct buf response;
	int r = -1;

	if (ntlm_read(&c, challenge, len, why) == -1)
		return -1;
	buf_init_secret(&response, TYPE3_MAX / 2);
	buf_room(&response, len + TEXT_MAX);
	if (ntlm_key(l->username, l->password, key) == -1)
		*why = "username or password is too long, or no UTF-8";
	else {
		make_response(&response, l, &c, key);
		make_lm(lm, l, &c, key);
		r = response.over ? -1 : put_type3(out, l, &c, lm, &response);
		if (r == -1)
			*why = "the answer to it is too long";
	}
	if (r == 0 && c.time != NULL)
		put_mic(out, key, (const unsigned char *)response.data,
		    challenge, len);
	buf_free(&response);
	mem_wipe(key, sizeof(key));
	return r;
}

uint64_t
ntlm_time(int64_t unix_seconds)
{
	return (uint64_t)(unix_seconds + 11644473600) * 10000000;
}
