/*
 * ntlm.h - the messages of NTLMv2 (MS-NLMP 2.2, 3.3.2), with message integrity
 * code, target name and channel bindings, so that they are taken where Extended
 * Protection is required. Nothing is signed or sealed after the login, hence
 * no key is exchanged.
 * Floor: auth, internal.
 * Threads: pure.
 */
#ifndef AUTH_NTLM_H
#define AUTH_NTLM_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "net/tls_binding.h"

/* The first message, which is always the same and names nobody. */
#define NTLM_TYPE1 40
void ntlm_type1(unsigned char out[NTLM_TYPE1]);

/* A challenge is at most so long; those of large domains have 500 bytes. */
#define NTLM_TYPE2_MAX ((size_t)16 << 10)

/* The second message, the server's challenge. */
struct ntlm_challenge {
	unsigned char nonce[8];
	uint32_t flags;
	/* The AV pairs without the one that ends them, in the message; len 0:
	 * it has none. */
	const unsigned char *info;
	size_t info_len;
	const unsigned char *time; /* 8 bytes in info, or NULL */
	uint32_t av_flags;         /* MsvAvFlags */
};

/*
 * Reads a message of the server. -1: it is not a challenge that can be
 * answered; *why says what is wrong with it, a constant.
 */
int
ntlm_read(struct ntlm_challenge *, const void *, size_t len, const char **why);

/* A user name as the messages have it: two parts of the string. */
struct ntlm_name {
	const char *domain, *user;
	size_t domain_len;
};

/*
 * DOMAIN\user is split; user@domain is a user without a domain, as is a plain
 * name.
 */
void ntlm_split(struct ntlm_name *, const char *username);

#define NTLM_KEY 16

struct ntlm_login {
	const char *username, *password; /* UTF-8 */
	const char *workstation;         /* "": none */
	const char *target;              /* "HTTP/mail.example"; NULL: none */
	const unsigned char *binding;    /* of ntlm_binding; NULL: none */
	unsigned char nonce[8];          /* random, anew for each answer */
	uint64_t now; /* in 100 ns since 1601; unused if the server sends its */
};

/*
 * NTOWFv2: the key that name and password are worth. -1: one of them is no
 * UTF-8, or too long.
 */
int ntlm_key(
    const char *username, const char *password, unsigned char out[NTLM_KEY]);
/* The value of MsvAvChannelBindings for a binding of tls_binding.h. */
void ntlm_binding(const struct tls_binding *, unsigned char out[16]);

/*
 * Writes the third message, the answer to the challenge, to out, which is
 * empty and for secrets (buf_init_secret): passwords can be guessed from it.
 * -1: as ntlm_read and ntlm_key.
 */
int ntlm_answer(struct buf *out, const struct ntlm_login *,
    const void *challenge, size_t len, const char **why);

/* Seconds since 1970 as 100 ns since 1601. */
uint64_t ntlm_time(int64_t unix_seconds);

#endif
