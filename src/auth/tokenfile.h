/*
 * tokenfile.h - the file of a person's login in state_dir: the refresh token,
 * sealed with the key in secret_key_file.
 * Floor: auth.
 * Threads: pure.
 *
 * The file, in lines that end with \n:
 *	"exsync token 1"
 *	what the login is known by: 32 hex digits, anew with each login
 *	base64url(nonce || ChaCha20-Poly1305(refresh token) || tag)
 *
 * The nonce is random (12 bytes), the tag has 16; the first two lines and the
 * file's name are the additional data, so that no file can take another's
 * place.
 */
#ifndef AUTH_TOKENFILE_H
#define AUTH_TOKENFILE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "conf/seal.h"
#include "core/credential.h"

#define TOKENFILE_NAME   48                 /* room for a file's name */
#define TOKENFILE_ID     33                 /* room for what it is known by */
#define TOKENFILE_SECRET ((size_t)16 << 10) /* a refresh token, at most */
#define TOKENFILE_MAX    ((size_t)24 << 10) /* the file, at most */

/*
 * The name of the credential's file: of authority, tenant, application and
 * person. False: it is not a person's login, and has none.
 */
bool tokenfile_name(const struct credential *, char out[TOKENFILE_NAME]);
/* Something new that a login is known by. */
void tokenfile_new_id(char out[TOKENFILE_ID]);
/* What the login in the file is known by; "": that is no such file. */
void tokenfile_id(const struct buf *file, char out[TOKENFILE_ID]);
/*
 * Writes the file to out. -1: ERR_CONFIG, the refresh token is longer than
 * TOKENFILE_SECRET.
 */
int tokenfile_format(struct buf *out, const struct seal_key *, const char *name,
    const char *id, const struct buf *refresh, struct err *);
/*
 * The refresh token into out, which is for secrets. -1: ERR_CONFIG: another
 * key, or the file is damaged.
 */
int tokenfile_open(struct buf *out, const struct seal_key *, const char *name,
    const struct buf *file, struct err *);

#endif
