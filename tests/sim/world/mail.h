/*
 * mail.h - one mail as Exchange sees it after delivery: properties, one
 * stored body, attachments. Made by mime.c from a file or by gen.c.
 * All strings are valid UTF-8 (they may hold characters that XML forbids)
 * and live in the mail's arena.
 */
#ifndef SIM_MAIL_H
#define SIM_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define NO_TIME INT64_MIN

struct addr {
	const char *name; /* may be NULL */
	const char *addr; /* may be NULL */
};

struct addrs {
	struct addr *v;
	int n;
};

struct header {
	const char *name, *value;
};

enum att_kind { ATT_FILE, ATT_ITEM, ATT_REF };

struct att {
	enum att_kind kind;
	const char *name, *type, *cid, *location;
	const char *url; /* ATT_REF */
	bool is_inline;
	int num;          /* in its mail; an edit that leaves it keeps it */
	int64_t since;    /* an edit put it in; 0: it came with the mail */
	const void *data; /* ATT_FILE; NULL: made up from seed */
	size_t len;
	uint64_t seed;
	struct mail *item; /* ATT_ITEM */
};

enum mail_kind { MAIL_MESSAGE, MAIL_REQUEST, MAIL_RESPONSE, MAIL_CANCEL };
enum body_kind { BODY_NONE, BODY_TEXT, BODY_HTML };

struct meeting {
	const char *uid, *location, *response;
	int64_t start, end;
	bool all_day;
};

/*
 * A property that was written and has no place of its own: its values as
 * text. Keys: an element's name, "Flag/" and one, or those of kept_ext_key.
 */
struct kept {
	struct kept *next;
	const char *key;
	const char **v;
	int n;
};

struct mail {
	struct arena a;
	struct kept *kept;
	enum mail_kind kind;
	const char *class;
	const char *raw; /* the MIME as loaded */
	size_t raw_len;
	size_t hdr_len; /* of raw, without the empty line */
	struct header *headers;
	int n_headers;
	const char *subject, *message_id, *in_reply_to, *references;
	const char *importance, *sensitivity;
	struct addrs from, sender, to, cc, bcc, reply_to;
	int64_t sent; /* NO_TIME: no usable Date */
	bool read_receipt;
	enum body_kind body_kind; /* as stored */
	const char *body;
	size_t body_len;
	bool body_escaped; /* body is XML text already (made-up mail) */
	const char *plain; /* the text alternative of an HTML mail, or NULL */
	size_t plain_len;
	struct att *att;
	int n_att;
	int next_att; /* no attachment had this number yet */
	struct meeting meeting;
};

#endif
